// The published command line against the emulated cloud: a stack that it finds in its HOME, and renders by our service.
//
//   node --test tests/peers/cloud/command_line_test.mjs
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.join(HERE, "..", "..", "..");
const PROGRAM = process.env.HYPERLOCAL_PROGRAM ?? path.join(ROOT, "build", "dev", "cli", "hyperlocal");
const PEERS = path.join(HERE, "..", "node_modules");
const LIMIT_MS = 240_000; // only a guard against what neither goes on nor ends

const scratch = mkdtempSync(path.join(tmpdir(), "hyperlocal-cli-peer-"));
after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 2 }));
const run = promisify(execFile);
const hyperlocal = (args) => run(PROGRAM, args, {
  timeout: LIMIT_MS, maxBuffer: 1 << 26,
  env: { ...process.env, TMPDIR: scratch, HYPERLOCAL_PROGRAM: PROGRAM, DO_NOT_TRACK: "1", CI: "1", NO_COLOR: "1" },
});

const skip = existsSync(path.join(PEERS, "hyperframes")) ? false
  : "the package hyperframes is not there: npm ci --prefix tests/peers";

test("the published command line deploys a site, renders, and follows its renders", { skip }, async (t) => {
  const project = path.join(scratch, "project");
  cpSync(path.join(HERE, "project"), project, { recursive: true });
  cpSync(path.join(PEERS, "gsap", "dist", "gsap.min.js"), path.join(project, "gsap.min.js"));
  const films = path.join(scratch, "films");
  mkdirSync(films);
  const direct = path.join(scratch, "direct.mp4");
  await hyperlocal(["render", project, "--direct", "--quiet", "-o", direct, "--fps", "30", "--chunk-size", "15"]);
  const before = new Set(readdirSync(scratch));
  const { stdout } = await hyperlocal(["exec", "--", process.execPath, path.join(HERE, "command_line.mjs"), project, films]);
  assert.deepEqual(readdirSync(scratch).filter((name) => !before.has(name)), []);
  const answers = JSON.parse(stdout.trim().split("\n").at(-1));
  const said = (name) => `${name}: ${answers[name].stdout}${answers[name].stderr}`;
  const document = (name) => {
    assert.equal(answers[name].status, 0, said(name));
    const { stdout: text } = answers[name];
    return JSON.parse(text.slice(text.indexOf("{")));
  };

  await t.test("a site is uploaded once, under the same id as by ours", () => {
    assert.equal(document("site").uploaded, true);
    assert.equal(document("siteAgain").uploaded, false);
    assert.equal(document("ourSite").uploaded, false);
    assert.equal(document("ourSite").siteId, document("site").siteId);
  });
  await t.test("a render that is waited for succeeds, with the frames and the costs told", () => {
    const { status, framesRendered, totalFrames, invocationsObserved, costs, outputFile } = document("waited");
    assert.deepEqual({ status, framesRendered, totalFrames, invocationsObserved },
      { status: "succeeded", framesRendered: 60, totalFrames: 60, invocationsObserved: 6 });
    assert.match(costs.displayCost, /^\$0\.\d{4}$/);
    assert.match(outputFile.gcsUri, /\/renders\/waited\/output\.mp4$/);
  });
  await t.test("a render that was started elsewhere is followed by name", () => {
    const progress = document("progress");
    assert.equal(progress.status, "succeeded");
    assert.match(progress.outputFile.gcsUri, /\/films\/started\.mp4$/);
  });
  await t.test("what they wrote are our bytes", () => {
    const ours = readFileSync(direct);
    assert.deepEqual(readFileSync(path.join(films, "waited.mp4")), ours);
    assert.deepEqual(readFileSync(path.join(films, "films.mp4")), ours);
  });
  await t.test("what it cannot do is said, and is its exit status", () => {
    assert.notEqual(answers.refused.status, 0, said("refused"));
    assert.match(said("refused"), /fps/);
    assert.notEqual(answers.unknown.status, 0, said("unknown"));
  });
  await t.test("a batch is read", () => assert.match(said("batch"), /films\/b\.mp4/));
});
