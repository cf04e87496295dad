// `hyperlocal cloudrun deploy` and `destroy` with the real Terraform, the stand-in provider and a gcloud of ours: what
// arrives in the stack, what is kept, what is gone. Skipped where terraform is not installed.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { modulePath } from "./provider_facts.mjs";
import { startProvider } from "./stand_in_provider.mjs";

const program = process.env.HYPERLOCAL_PROGRAM;
const skip = spawnSync("terraform", ["version"], { env: { ...process.env, TF_CLI_CONFIG_FILE: "/dev/null" } }).status === 0
  ? {} : { skip: "terraform is not installed" };

describe("cloudrun deploy and destroy", skip, () => {
  let scratch;
  let provider;
  let environment;

  const run = (file, ...words) =>
    new Promise((done) => {
      execFile(file, words, { env: environment, cwd: scratch, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
        done({ status: error ? error.code : 0, stdout, stderr }));
    });
  const hyperlocal = (...words) => run(program, ...words);
  const stackFile = () => {
    const places = readdirSync(join(scratch, "state"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("cloudrun-state.json"));
    return places.length === 0 ? undefined : join(scratch, "state", places[0]);
  };
  const gcloudCalls = () => (existsSync(join(scratch, "calls")) ? readFileSync(join(scratch, "calls"), "utf8").trim().split("\n") : []);

  before(async () => {
    assert.ok(program, "HYPERLOCAL_PROGRAM names the program to test");
    scratch = mkdtempSync(join(tmpdir(), "hl-deploy."));
    for (const name of ["bin", "state", "home"]) mkdirSync(join(scratch, name));
    writeFileSync(join(scratch, "bin/gcloud"), `#!/bin/sh
printf '%s\\n' "$*" >> '${scratch}/calls'
case "$*" in *'repositories describe'*) exit 1 ;; esac
`);
    chmodSync(join(scratch, "bin/gcloud"), 0o755);
    provider = await startProvider();
    environment = {
      PATH: `${join(scratch, "bin")}:${process.env.PATH}`, HOME: join(scratch, "home"), XDG_STATE_HOME: join(scratch, "state"), TMPDIR: scratch,
      HYPERLOCAL_GCP_ADAPTER: join(modulePath, ".."), TF_REATTACH_PROVIDERS: provider.reattach, TF_CLI_CONFIG_FILE: "/dev/null", CHECKPOINT_DISABLE: "1",
    };
  });
  after(() => {
    provider?.stop();
    rmSync(scratch, { recursive: true });
  });

  test("a deployment that Terraform refuses leaves no stack to render on", async () => {
    const { status, stderr } = await hyperlocal("cloudrun", "deploy", "--project", "my-project", "--image", "r/i:1", "--cpu", "1", "--memory", "32Gi");
    assert.notEqual(status, 0);
    assert.match(stderr.replace(/[\s│]+/g, " "), /memory 32Gi does not go with 1 vCPU/);
    assert.equal(stackFile(), undefined);
  });

  test("flags arrive in the stack, and where it is in the state file", async () => {
    const { status, stderr } = await hyperlocal("cloudrun", "deploy", "--project", "my-project", "--region", "europe-west4", "--repo", "films",
      "--cpu", "2", "--memory", "8Gi", "--min-instances", "1", "--max-instances", "7", "--timeout", "900");
    assert.equal(status, 0, stderr);
    const calls = gcloudCalls();
    assert.ok(calls.some((call) => call.startsWith("artifacts repositories create films ")), calls.join("\n"));
    const [, image] = calls.find((call) => call.startsWith("builds submit ")).match(/_IMAGE=(\S+)/);
    assert.match(image, /^europe-west4-docker\.pkg\.dev\/my-project\/films\/hyperframes-render:\d{14}$/);
    const stack = JSON.parse(readFileSync(stackFile(), "utf8"));
    assert.deepEqual([stack.projectId, stack.region, stack.bucketName, stack.serviceUrl, stack.workflowId], [
      "my-project", "europe-west4", "hyperframes-render-my-project",
      "https://hyperframes-render-123456789012.europe-west4.run.app", "hyperframes-render",
    ]);
    const place = readdirSync(join(scratch, "state"), { recursive: true, encoding: "utf8" })
      .find((name) => name.endsWith("terraform.tfstate") && name.includes("europe-west4"));
    const { stdout } = await run("terraform", `-chdir=${join(scratch, "state", place, "..")}`, "show", "-json");
    const { resources } = JSON.parse(stdout).values.root_module;
    const values = (type) => resources.find((one) => one.type === type).values;
    const [template] = values("google_cloud_run_v2_service").template;
    assert.deepEqual(template.containers[0].resources[0].limits, { cpu: "2", memory: "8Gi" });
    assert.equal(template.containers[0].image, image);
    assert.deepEqual({ ...template.scaling[0] }, { max_instance_count: 7, min_instance_count: 1 });
    assert.equal(template.timeout, "900s");
    assert.equal(values("google_workflows_workflow").source_contents, readFileSync(join(modulePath, "../workflow.yaml"), "utf8"));
  });

  test("destroy deletes nothing unless it is told that it may, and then everything", async () => {
    const refused = await hyperlocal("cloudrun", "destroy");
    assert.equal(refused.status, 64, refused.stderr);
    assert.ok(stackFile());
    const { status, stderr } = await hyperlocal("cloudrun", "destroy", "--yes");
    assert.equal(status, 0, stderr);
    assert.equal(stackFile(), undefined);
    const places = readdirSync(join(scratch, "state"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("terraform.tfstate"));
    for (const place of places) {
      assert.deepEqual(JSON.parse(readFileSync(join(scratch, "state", place), "utf8")).resources, [], place);
    }
  });
});
