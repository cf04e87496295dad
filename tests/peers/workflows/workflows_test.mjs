import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { codeOf, deploy, PARENT, settled, startEmulator, workflowName } from "./emulator.mjs";

const emulator = await startEmulator();
after(() => emulator.stop());
const { executions, workflows } = emulator;

describe("the official WorkflowsClient", () => {
  it("creates a workflow by way of an operation", async () => {
    const workflow = await deploy(emulator, "one", "- r: {return: 1}");
    assert.equal(workflow.name, workflowName("one"));
    assert.match(workflow.revisionId, /^000001-[0-9a-f]{3}$/);
    const [read] = await workflows.getWorkflow({ name: workflow.name });
    assert.equal(read.state, "ACTIVE");
    assert.equal(read.sourceContents, "- r: {return: 1}");
  });

  it("hears what does not build, and that a name is taken, from the operation", async () => {
    await assert.rejects(deploy(emulator, "broken", "- r: {return: '${x}'}"), (error) => {
      assert.equal(error.code, 3);
      assert.match(error.message, /failed to build: error in step r: symbol 'x' is neither a variable/);
      return true;
    });
    assert.equal(await codeOf(workflows.getWorkflow({ name: workflowName("broken") })), 5);
    await deploy(emulator, "taken", "- r: {return: 1}");
    assert.equal(await codeOf(deploy(emulator, "taken", "- r: {return: 1}")), 6);
  });

  it("updates the source, and an execution runs the new revision", async () => {
    await deploy(emulator, "changes", "- r: {return: 1}");
    const [operation] = await workflows.updateWorkflow({
      workflow: { name: workflowName("changes"), sourceContents: "- r: {return: 2}" },
      updateMask: { paths: ["source_contents"] },
    });
    const [updated] = await operation.promise();
    assert.match(updated.revisionId, /^000002-/);
    const [created] = await executions.createExecution({ parent: workflowName("changes"), execution: {} });
    assert.equal((await settled(emulator, created.name)).result, "2");
    const [revisions] = await workflows.listWorkflowRevisions({ name: workflowName("changes") });
    assert.equal(revisions.length, 2);
  });

  it("lists and deletes", async () => {
    await deploy(emulator, "to-delete", "- r: {return: 1}");
    const names = async () => (await workflows.listWorkflows({ parent: PARENT, pageSize: 1 }))[0].map(({ name }) => name);
    assert.ok((await names()).includes(workflowName("to-delete")));
    const [operation] = await workflows.deleteWorkflow({ name: workflowName("to-delete") });
    await operation.promise();
    assert.ok(!(await names()).includes(workflowName("to-delete")));
  });
});
