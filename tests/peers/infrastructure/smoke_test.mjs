// adapters/gcp/smoke.sh with programs of ours in the place of gcloud, terraform, curl and hyperlocal: what it calls, and
// that it cleans up, whatever fails.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

const script = join(dirname(fileURLToPath(import.meta.url)), "../../../adapters/gcp/smoke.sh");
let place;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "hl-smoke."));
  mkdirSync(join(place, "bin"));
  mkdirSync(join(place, "tmp"));
});
afterEach(() => rmSync(place, { recursive: true }));

// Every call is written down; one whose words match a line of `failing` fails with the status there.
function smoke(options, { failing = {}, curl = "403" } = {}) {
  const rules = Object.entries(failing).map(([words, status]) => `[[ "$call" == *"${words}"* ]] && exit ${status}`).join("\n");
  for (const name of ["gcloud", "terraform", "curl", "hyperlocal"]) {
    const path = join(place, "bin", name);
    writeFileSync(path, `#!/usr/bin/env bash
call="${name} $*"
printf '%s | %s\\n' "$call" "$TF_VAR_project_name" >> '${place}/calls'
${rules}
case $call in
  *'buckets describe'*) exit 1 ;;
  *'services describe'*) echo https://render.example ;;
  *'cloudrun render'*) echo '{"status":"succeeded"}' ;;
  curl*) printf '%s' '${curl}' ;;
esac
exit 0
`);
    chmodSync(path, 0o755);
  }
  const { status, stdout, stderr } = spawnSync("bash", [script, ...options], {
    encoding: "utf8", stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: `${join(place, "bin")}:/usr/bin:/bin`, HYPERLOCAL: join(place, "bin/hyperlocal"), TMPDIR: join(place, "tmp") },
  });
  const file = join(place, "calls");
  const calls = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  return { status, stdout, stderr, calls, left: readdirSync(join(place, "tmp")) };
}
const isCalled = (calls, words) => calls.some((call) => call.includes(words));
const options = ["--project", "my-project", "--yes"];

test("renders here and there, compares, and takes everything down", () => {
  const { status, stdout, stderr, calls, left } = smoke(options);
  assert.equal(status, 0, stderr);
  assert.equal(stdout, '{"status":"succeeded"}\n');
  const stack = calls.find((call) => call.includes("cloudrun deploy")).split(" | ")[1];
  assert.match(stack, /^hl-smoke-[0-9a-f]{6}$/);
  const order = ["hyperlocal render", "cloudrun deploy --project my-project --region us-central1", `cloudrun render`, `storage cp gs://${stack}-render-my-project/smoke/${stack}.mp4`,
    "golden compare", "services describe", "curl", "cloudrun destroy", `artifacts repositories delete ${stack}`];
  const places = order.map((words) => calls.findIndex((call) => call.includes(words)));
  assert.ok(places.every((at, index) => at >= 0 && (index === 0 || at > places[index - 1])), calls.join("\n"));
  assert.deepEqual(left, []);
});

for (const [step, status] of [["cloudrun deploy", 75], ["cloudrun render", 65], ["storage cp", 1], ["services describe", 1]]) {
  test(`takes everything down when ${step} fails`, () => {
    const answer = smoke(options, { failing: { [step]: status } });
    assert.equal(answer.status, status, answer.stderr);
    assert.ok(isCalled(answer.calls, "cloudrun destroy"), answer.calls.join("\n"));
    assert.deepEqual(answer.left, []);
  });
}

test("makes nothing when the render here fails", () => {
  const { status, calls, left } = smoke(options, { failing: { "hyperlocal render": 65 } });
  assert.equal(status, 65);
  assert.ok(!isCalled(calls, "cloudrun") && !isCalled(calls, "repositories"), calls.join("\n"));
  assert.deepEqual(left, []);
});

test("videos that differ are a negative verdict", () => {
  const { status, stderr, calls } = smoke(options, { failing: { "golden compare": 1 } });
  assert.equal(status, 1);
  assert.match(stderr, /the videos differ/);
  assert.ok(isCalled(calls, "cloudrun destroy"));
});

test("so is a stranger who is let in", () => {
  const { status, stderr } = smoke(options, { curl: "200" });
  assert.equal(status, 1);
  assert.match(stderr, /answers a stranger with 200/);
});

test("a stack that could not be taken down is said, and its state kept", () => {
  const { status, stderr, left } = smoke(options, { failing: { "cloudrun destroy": 75 } });
  assert.equal(status, 1);
  assert.match(stderr, /has to be deleted by hand/);
  assert.equal(left.length, 1);
});

test("--keep leaves it there and says how it is taken down; an image of the caller's is not built", () => {
  const { status, stderr, calls, left } = smoke([...options, "--keep", "--image", "r/i:1"]);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /TF_VAR_project_name=hl-smoke-\w+ XDG_STATE_HOME=\S+/);
  assert.ok(isCalled(calls, "--image r/i:1") && !isCalled(calls, "cloudrun destroy") && !isCalled(calls, "repositories"), calls.join("\n"));
  assert.equal(left.length, 1);
});

test("usage", () => {
  for (const [words, says] of [[[], /--project is missing/], [["--project"], /takes a value/], [["--projekt", "x"], /no option --projekt/], [["--project", "p"], /--yes says that it may/]]) {
    const { status, stderr, calls } = smoke(words);
    assert.equal(status, 64, words.join(" "));
    assert.match(stderr, says);
    assert.ok(!isCalled(calls, "hyperlocal"));
  }
  assert.equal(smoke(["--help"]).status, 0);
});

test("a project that cannot be seen", () => {
  const { status, stderr } = smoke(options, { failing: { "projects describe": 1 } });
  assert.equal(status, 69);
  assert.match(stderr, /cannot see the project my-project/);
});
