// A render by the published client library, as a program would do it: argument 1 is the project, 2 the file to write,
// 3 the config. The environment says where the cloud is. Prints what it learned as one line of JSON.
import { writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

import { Storage } from "@google-cloud/storage";
import { getRenderProgress, renderToCloudRun } from "@hyperframes/gcp-cloud-run/sdk";

const [projectDir, output, config] = process.argv.slice(2);
const [, projectId, , location, , workflowId] = process.env.HYPERLOCAL_WORKFLOW.split("/");
const bucketName = process.env.HYPERFRAMES_RENDER_BUCKET;

const handle = await renderToCloudRun({
  projectDir, bucketName, projectId, location, workflowId,
  serviceUrl: process.env.HYPERLOCAL_SERVICE_URL,
  config: JSON.parse(config),
});
let progress;
for (;;) {
  progress = await getRenderProgress({ executionName: handle.executionName });
  if (progress.status !== "running") break;
  await wait(50);
}
if (progress.status === "succeeded") {
  const key = progress.outputFile.gcsUri.replace(`gs://${bucketName}/`, "");
  const [bytes] = await new Storage().bucket(bucketName).file(key).download();
  writeFileSync(output, bytes);
}
console.log(JSON.stringify({ handle, progress }));
