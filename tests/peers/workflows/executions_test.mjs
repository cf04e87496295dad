import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { codeOf, deploy, settled, startEmulator, workflowName } from "./emulator.mjs";

const emulator = await startEmulator();
after(() => emulator.stop());
const { executions } = emulator;

const ECHO = "main:\n  params: [a]\n  steps:\n  - r: {return: '${a}'}\n";
const SLEEPER = "- s: {call: sys.sleep, args: {seconds: 1000}}";
await deploy(emulator, "echo", ECHO);
await deploy(emulator, "sleeper", SLEEPER);
await deploy(emulator, "fails", "- odd: {raise: how odd}");
const create = async (workflow, execution = {}) =>
  (await executions.createExecution({ parent: workflowName(workflow), execution }))[0];

describe("the official ExecutionsClient", () => {
  it("creates an execution and reads its result", async () => {
    const created = await create("echo", { argument: '{"a":1}', labels: { team: "x" }, callLogLevel: "LOG_ALL_CALLS" });
    assert.equal(created.state, "ACTIVE");
    assert.match(created.name, /^projects\/p1\/locations\/us-central1\/workflows\/echo\/executions\/[-0-9a-f]+$/);
    const over = await settled(emulator, created.name);
    assert.equal(over.state, "SUCCEEDED");
    assert.equal(over.result, '{"a":1}');
    assert.equal(over.argument, '{"a":1}');
    assert.deepEqual(over.labels, { team: "x" });
    assert.equal(over.callLogLevel, "LOG_ALL_CALLS");
    assert.ok(Math.abs(Number(over.startTime.seconds) * 1000 - Date.now()) < 600_000);
    assert.ok(over.endTime && over.duration);
    const [basic] = await executions.getExecution({ name: created.name, view: "BASIC" });
    assert.equal(basic.result, "");
    assert.equal(basic.state, "SUCCEEDED");
  });

  it("reads an error with its stack trace", async () => {
    const over = await settled(emulator, (await create("fails")).name);
    assert.equal(over.state, "FAILED");
    assert.equal(over.error.payload, '"how odd"');
    assert.equal(over.error.context, 'RuntimeError: "how odd"\nin step "odd", routine "main", line: 1');
    assert.equal(over.error.stackTrace.elements[0].step, "odd");
    assert.equal(String(over.error.stackTrace.elements[0].position.line), "1");
  });

  it("cancels", async () => {
    const { name } = await create("sleeper");
    const [cancelled] = await executions.cancelExecution({ name });
    assert.equal(cancelled.state, "CANCELLED");
    assert.equal(await codeOf(executions.cancelExecution({ name })), 9);
  });

  it("lists all pages, filtered and ordered", async () => {
    const names = [];
    for (let i = 0; i < 5; i += 1) {
      const { name } = await create("echo", { labels: { part: "list" }, argument: String(i) });
      await settled(emulator, name);
      names.push(name);
    }
    const [list] = await executions.listExecutions({ parent: workflowName("echo"), pageSize: 2, view: "FULL",
      filter: 'state="SUCCEEDED" AND labels.part="list"', orderBy: "startTime desc" });
    assert.deepEqual(list.map(({ name }) => name), names.reverse());
    assert.equal(list[0].result, "4");
  });

  it("is refused with Google's codes", async () => {
    assert.equal(await codeOf(create("none")), 5);
    assert.equal(await codeOf(create("echo", { argument: "{" })), 3);
    assert.equal(await codeOf(executions.getExecution({ name: `${workflowName("echo")}/executions/none` })), 5);
  });
});
