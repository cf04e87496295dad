// Our client library beside the published one: the same cases to both, the answers compared. What is random comes from
// a seed that is printed.
//   node tests/peers/client_library.mjs --answers PROGRAM [--seed N] [--count N]
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { importPublished, isInstalled } from "./published.mjs";

const { values } = parseArgs({
  options: {
    answers: { type: "string" },
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "20000" },
  },
});
if (!isInstalled()) {
  console.log("the published packages are not installed: npm ci --prefix tests/peers");
  process.exit(1);
}
const published = await importPublished("gcp-cloud-run/dist/sdk/index.js");

// mulberry32
let state = Number(values.seed) >>> 0;
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const whole = (below) => Math.floor(random() * below);
const pick = (list) => list[whole(list.length)];
const chance = (share) => random() < share;
const some = (most, make) => Array.from({ length: whole(most + 1) }, make);

const costCase = () => ({
  kind: "cost",
  invocations: some(20, () => ({
    durationMs: chance(0.1) ? 0 : chance(0.5) ? whole(600000) : random() * 1e6,
    vcpu: pick([1, 2, 4, 8, 0.5]),
    memoryGib: pick([0.5, 2, 16, 32]),
    estimated: chance(0.1),
  })),
  steps: whole(400),
});

const odd = (value) => (chance(0.08) ? pick([null, "7", {}, undefined]) : value);
const resultCase = () => ({
  Plan: chance(0.05) ? undefined : { TotalFrames: odd(whole(9000)), DurationMs: odd(whole(90000)) },
  Chunks: chance(0.05)
    ? undefined
    : some(12, () => (chance(0.05) ? null : { FramesEncoded: whole(900), DurationMs: odd(whole(90000)) })),
  Assemble: chance(0.05)
    ? undefined
    : { OutputGcsUri: chance(0.05) ? "" : "gs://b/o.mp4", FileSize: odd(whole(1e9)), DurationMs: odd(whole(9000)) },
});
const payloads = [
  '"text"', "no JSON", "{}", '{"error":"A"}', '{"error":7}', '{"body":{"error":"B"}}', '{"body":"{\\"error\\":\\"C\\"}"}',
  '{"body":"x"}', '{"code":400,"body":{"message":"m"}}', "null", "",
];
const progressCase = () => {
  const execution = {
    name: "n/e",
    state: pick(["ACTIVE", "QUEUED", "SUCCEEDED", "SUCCEEDED", "SUCCEEDED", "FAILED", "UNAVAILABLE", "CANCELLED", "X"]),
  };
  if (chance(0.95)) execution.startTime = "2026-01-01T00:00:00Z";
  if (chance(0.7)) execution.endTime = "2026-01-01T00:01:00.5Z";
  if (chance(0.9)) execution.result = chance(0.05) ? pick(["", "no JSON", "7"]) : JSON.stringify(resultCase());
  if (chance(0.4)) execution.error = { payload: pick(payloads), context: "in step x" };
  return { kind: "progress", execution };
};

const config = () => {
  const made = { fps: pick([24, 30, 60, 30, 25]), width: pick([640, 1920, 641]), height: 360, format: pick(["mp4", "mov", "webm", "png-sequence"]) };
  if (chance(0.2)) made.codec = pick(["h264", "h265"]);
  if (chance(0.3)) made.variables = { title: "ü", n: whole(9), deep: [{ a: null }] };
  if (chance(0.2)) made.chunkSize = whole(40);
  if (chance(0.2)) made.later = { z: 1, a: 2 };
  if (chance(0.02)) made.variables = { text: "x".repeat(524288) };
  return made;
};
const renderCase = () => {
  const options = {
    config: config(), bucketName: "b", projectId: "p", location: "l", workflowId: "w", serviceUrl: "http://s",
    siteHandle: { projectGcsUri: "gs://b/sites/s/project.tar.gz" },
  };
  for (const name of ["bucketName", "projectId", "location", "workflowId", "serviceUrl"]) {
    if (chance(0.03)) options[name] = "";
  }
  if (chance(0.03)) delete options.siteHandle;
  if (chance(0.7)) options.renderId = pick(["r", "A.b_c-9", "a..b", "a b", "ü", "", "..", ".", "x".repeat(80), "a/b", "a\nb"]);
  if (chance(0.3)) options.outputKey = pick(["o.mp4", "a/b/ü.mp4"]);
  if (chance(0.3)) options.planProtocol = pick(["v1", "v2"]);
  return { kind: "render", options };
};

const publishedAnswer = async (one) => {
  if (one.kind === "cost") return { accepted: published.computeRenderCost(one.invocations, one.steps) };
  if (one.kind === "progress") {
    return { accepted: await published.getRenderProgress({ executionName: "n/e", executions: { getExecution: async () => [one.execution] } }) };
  }
  let argument;
  const executions = {
    workflowPath: () => "w",
    createExecution: async (request) => {
      argument = JSON.parse(request.execution.argument);
      return [{ name: "the/execution" }];
    },
  };
  try {
    const { startedAt, ...handle } = await published.renderToCloudRun({ ...one.options, executions });
    assert.match(startedAt, /^\d{4}-/);
    return { accepted: { handle, argument } };
  } catch (error) {
    return { refused: error.message, field: error.field ?? "" };
  }
};

// A new id is another one each time; nothing else of it may differ.
const withoutNewIds = (answer) =>
  JSON.parse(JSON.stringify(answer).replaceAll(/hf-render-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, "hf-render-<uuid>"));

// Refusals agree in the field where there is one, and in their words else; the words for a config are our own.
const refusalOf = (answer) => ("refused" in answer ? { field: answer.field, words: answer.field ? "" : answer.refused } : answer);

// On purpose: the code of an error that a definition raised is its name (docs/differences.md).
const meant = (one, ours) => {
  if (one.kind !== "progress" || !one.execution.error) return ours;
  const copy = structuredClone(ours);
  let payload;
  try {
    payload = JSON.parse(one.execution.error.payload);
  } catch {}
  if (typeof payload?.code === "string") copy.accepted.errors[0].error = "ExecutionError";
  return copy;
};

const child = spawn(values.answers, { stdio: ["pipe", "pipe", "inherit"] });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const count = Number(values.count);
console.log(`seed ${values.seed}, ${count} cases`);
for (let i = 0; i < count; i += 1) {
  const one = pick([costCase, progressCase, renderCase])();
  // What JSON cannot say is not there.
  const sent = JSON.parse(JSON.stringify(one));
  child.stdin.write(`${JSON.stringify(sent)}\n`);
  const { value } = await lines.next();
  const ours = meant(sent, refusalOf(withoutNewIds(JSON.parse(value))));
  const theirs = refusalOf(withoutNewIds(JSON.parse(JSON.stringify(await publishedAnswer(sent)))));
  assert.deepEqual(ours, theirs, `case ${i}: ${JSON.stringify(sent).slice(0, 2000)}`);
}
child.stdin.end();
await once(child, "close");
console.log("no difference");
