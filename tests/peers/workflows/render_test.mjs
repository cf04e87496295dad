// The published adapter (@hyperframes/gcp-cloud-run) starts its own published definition here, over a render service that
// the test plays.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { importPublished } from "../published.mjs";
import { deploy, LOCATION, PROJECT, settled, startEmulator } from "./emulator.mjs";

const MODULES = process.env.HYPERLOCAL_PEER_MODULES ??
  path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "node_modules");
const DEFINITION = readFileSync(path.join(MODULES, "@hyperframes/gcp-cloud-run/terraform/workflow.yaml"), "utf8");

const emulator = await startEmulator();
const CHUNKS = 3;
let broken = null; // the action that the service refuses
const service = http.createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const { Action, ChunkIndex } = JSON.parse(text);
  const answer = {
    plan: { PlanProtocol: "v2", PlanV2ManifestGcsUri: "gs://b/plan/manifest.json", PlanV2ArtifactGcsPrefix: "gs://b/plan/",
      PlanHash: "h", Format: "mp4", TotalFrames: 90, DurationMs: 5, ChunkCount: CHUNKS },
    renderChunk: { ChunkGcsUri: `gs://b/chunks/${ChunkIndex}`, FramesEncoded: 30, DurationMs: 7 },
    assemble: { OutputGcsUri: "gs://b/out.mp4", FileSize: 7, DurationMs: 1 },
  }[Action];
  response.writeHead(Action === broken ? 400 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(Action === broken ? { error: "PLAN_TOO_LARGE", message: "too large" } : answer));
});
await new Promise((resolve) => service.listen(0, "127.0.0.1", resolve));
after(async () => {
  service.close();
  service.closeAllConnections();
  await emulator.stop();
});

const { renderToCloudRun, getRenderProgress } = await importPublished("gcp-cloud-run/dist/sdk/index.js");
await deploy(emulator, "render", DEFINITION);

const render = () => renderToCloudRun({
  siteHandle: { siteId: "s", bucketName: "b", projectGcsUri: "gs://b/sites/s/project.tar.gz", bytes: 1, uploaded: false },
  config: { fps: 30, width: 640, height: 360, format: "mp4" },
  bucketName: "b", projectId: PROJECT, location: LOCATION, workflowId: "render",
  serviceUrl: `http://127.0.0.1:${service.address().port}`, executions: emulator.executions,
});

describe("renderToCloudRun and getRenderProgress", () => {
  it("go from the start to a finished video", async () => {
    const handle = await render();
    await settled(emulator, handle.executionName);
    const progress = await getRenderProgress({ executionName: handle.executionName, executions: emulator.executions });
    assert.equal(progress.status, "succeeded", JSON.stringify(progress.errors));
    assert.equal(progress.overallProgress, 1);
    assert.equal(progress.framesRendered, 90);
    assert.equal(progress.totalFrames, 90);
    assert.equal(progress.invocationsObserved, CHUNKS + 2);
    assert.deepEqual(progress.outputFile, { gcsUri: "gs://b/out.mp4", bytes: 7 });
  });

  it("name the service's error", async () => {
    broken = "plan";
    const handle = await render();
    await settled(emulator, handle.executionName);
    const progress = await getRenderProgress({ executionName: handle.executionName, executions: emulator.executions });
    assert.equal(progress.status, "failed");
    assert.equal(progress.fatalErrorEncountered, true);
    assert.equal(progress.errors[0].error, "PLAN_TOO_LARGE");
  });

  it("have per-chunk progress in the step entries", async () => {
    broken = null;
    const handle = await render();
    await settled(emulator, handle.executionName);
    const filter = encodeURIComponent('stepType="STEP_FOR_ITERATION" AND state="STATE_SUCCEEDED"');
    const entries = await (await fetch(`${emulator.url}/v1/${handle.executionName}/stepEntries?filter=${filter}`)).json();
    const chunks = entries.stepEntries.filter(
      ({ stepEntryMetadata }) => stepEntryMetadata.progressType === "PROGRESS_TYPE_PARALLEL_FOR");
    assert.equal(chunks.length, CHUNKS, JSON.stringify(entries));
  });
});
