// render-batch: all of a file, no more than N at once, stopped and continued, nothing rendered twice.
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";

import { hyperlocal, makeDirectory, makeTestCard, removeAll, startCloud } from "./stack.mjs";

const cloud = await startCloud();
after(async () => {
  await cloud.stop();
  removeAll();
});
const SIZE = ["--width", "64", "--height", "36", "--wait-interval-ms", "50"];
const batchFile = (entries) => {
  const file = path.join(makeDirectory(), "users.jsonl");
  writeFileSync(file, entries.map((entry) => JSON.stringify(entry)).join("\n\n"));
  return file;
};
const run = (project, file, args = [], options = {}) =>
  hyperlocal(["cloudrun", "render-batch", project, "--batch", file, ...SIZE, ...args], { env: cloud.env, ...options });
const executions = async () => {
  const { HYPERLOCAL_WORKFLOWS_ENDPOINT: base, HYPERLOCAL_WORKFLOW: workflow } = cloud.env;
  return (await (await fetch(`${base}/v1/${workflow}/executions?view=FULL&pageSize=100`)).json()).executions ?? [];
};
const outputsOf = async (prefix) =>
  (await executions()).map((one) => JSON.parse(one.argument).OutputGcsUri).filter((uri) => uri.includes(prefix)).sort();

describe("render-batch", () => {
  it("renders all, reports all, and a second time does nothing", async () => {
    const project = makeTestCard(10);
    const file = batchFile([0, 1, 2].map((i) => ({ outputKey: `all/${i}.mp4`, variables: { i } })));
    const first = await run(project, file, ["--json", "--max-concurrent", "2"]);
    assert.equal(first.status, 0, first.stderr);
    const report = first.json();
    assert.equal(report.succeeded, 3);
    assert.deepEqual(report.renders.map((one) => one.line), [1, 3, 5]);
    assert.ok(report.renders.every((one) => one.bytes > 0 && !one.fromJournal));
    const second = (await run(project, file, ["--json"])).json();
    assert.ok(second.renders.every((one) => one.fromJournal && one.status === "succeeded"));
    assert.equal((await outputsOf("/all/")).length, 3);
    // A line that was changed is another render.
    writeFileSync(file, JSON.stringify({ outputKey: "all/0.mp4", variables: { i: 9 } }));
    assert.equal((await run(project, file, ["--json"])).json().renders[0].fromJournal, false);
  });

  it("goes on after it was stopped or killed", async () => {
    const project = makeTestCard(10);
    const file = batchFile([0, 1, 2, 3].map((i) => ({ outputKey: `stopped/${i}.mp4`, variables: { i } })));
    const stopped = await run(project, file, ["--max-concurrent", "1"], { until: "[1/4]", signal: "SIGINT" });
    assert.equal(stopped.status, 130, stopped.stderr);
    assert.match(stopped.stderr, /the same command takes the batch up/);
    const killed = await run(project, file, ["--max-concurrent", "1"], { until: "[2/4]", signal: "SIGKILL" });
    assert.equal(killed.status, "SIGKILL");
    // Killed between a start and its answer: the journal knows that it was about to, and half a line more.
    const journal = `${file}.journal`;
    const lines = readFileSync(journal, "utf8").trimEnd().split("\n");
    const lastStart = lines.findLastIndex((line) => JSON.parse(line).state === "starting");
    writeFileSync(journal, `${lines.slice(0, lastStart + 1).join("\n")}\n`);
    appendFileSync(journal, '{"key":"cut o');
    const last = await run(project, file, ["--json"]);
    assert.equal(last.status, 0, last.stderr);
    assert.equal(last.json().succeeded, 4);
    assert.deepEqual(await outputsOf("/stopped/"),
      [0, 1, 2, 3].map((i) => `gs://${cloud.env.HYPERFRAMES_RENDER_BUCKET}/stopped/${i}.mp4`));
  });

  it("one failed render is status 1, and is tried again", async () => {
    const project = makeDirectory();
    writeFileSync(path.join(project, "testcard.json"), '{"size":{"width":64,"height":36},"fps":30,"frames":0}');
    const file = batchFile([{ outputKey: "bad/0.mp4" }]);
    for (const expected of [1, 2]) {
      const failed = await run(project, file, ["--json"]);
      assert.equal(failed.status, 1, failed.stderr);
      assert.equal(failed.json().renders[0].status, "failed");
      assert.match(failed.json().renders[0].error, /INVALID_COMPOSITION/);
      assert.equal((await outputsOf("/bad/")).length, expected);
    }
  });

  it("--dry-run starts nothing, and a bad line is named", async () => {
    const project = makeTestCard();
    const dry = await run(project, batchFile([{ outputKey: "dry/0.mp4" }]), ["--dry-run", "--json"]);
    assert.deepEqual(dry.json().renders, [{ line: 1, outputKey: "dry/0.mp4", status: "would-start" }]);
    assert.equal((await outputsOf("/dry/")).length, 0);
    for (const [entries, words] of [
      [[{ outputKey: "a" }, { variables: {} }], /users\.jsonl:3: .*outputKey/],
      [[{ outputKey: "a" }, { outputKey: "a" }], /that of line 1/],
      [[{ outputKey: "a", variables: [] }], /variables must be an object/],
      [[], /no entries/],
    ]) {
      const bad = await run(project, batchFile(entries), ["--dry-run"]);
      assert.notEqual(bad.status, 0);
      assert.match(bad.stderr, words);
    }
  });
});
