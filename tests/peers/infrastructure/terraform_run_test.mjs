// adapters/gcp/terraform, planned, applied and destroyed by Terraform itself with the stand-in provider. Skipped where
// terraform is not installed.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { modulePath } from "./provider_facts.mjs";
import { startProvider } from "./stand_in_provider.mjs";

const environment = { ...process.env, TF_CLI_CONFIG_FILE: "/dev/null", CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" };
for (const name of Object.keys(environment)) if (/^TF_(VAR_|CLI_ARGS|WORKSPACE|DATA_DIR)/.test(name)) delete environment[name];
const skip = spawnSync("terraform", ["version"], { env: environment }).status === 0 ? {} : { skip: "terraform is not installed" };

describe("terraform", skip, () => {
  let scratch;
  let directory;
  let provider;

  // {status, stdout, stderr}; the provider answers in this process meanwhile.
  const terraform = (...words) =>
    new Promise((done) => {
      execFile("terraform", [`-chdir=${directory}`, ...words], {
        env: { ...environment, TF_REATTACH_PROVIDERS: provider.reattach }, maxBuffer: 1 << 26,
      }, (error, stdout, stderr) => done({ status: error ? error.code : 0, stdout, stderr: stderr.replace(/\s+/g, " ") }));
    });
  const settingsOf = (settings) =>
    Object.entries({ project_id: "my-project", image: "us-central1-docker.pkg.dev/my-project/hyperframes/hyperframes-render:1", ...settings })
      .map(([name, value]) => `-var=${name}=${value}`);
  // The resources and outputs that a plan has, or why it was refused.
  const plan = async (settings) => {
    const answer = await terraform("plan", "-input=false", "-no-color", "-lock=false", "-out=plan", ...settingsOf(settings));
    if (answer.status !== 0) return { refused: answer.stderr };
    const { stdout } = await terraform("show", "-json", "plan");
    const { resources } = JSON.parse(stdout).planned_values.root_module;
    return new Map(resources.map((one) => [one.address, one.values]));
  };

  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), "hl-terraform."));
    directory = join(scratch, "terraform");
    cpSync(modulePath, directory, { recursive: true, filter: (path) => !/\.terraform|tfstate/.test(path) });
    cpSync(join(modulePath, "../workflow.yaml"), join(scratch, "workflow.yaml"));
    provider = await startProvider();
    const { status, stderr } = await terraform("init", "-input=false", "-no-color");
    assert.equal(status, 0, stderr);
  });
  after(() => {
    provider?.stop();
    rmSync(scratch, { recursive: true });
  });

  test("fmt has nothing to change, validate nothing to say", async () => {
    const format = await terraform("fmt", "-check", "-diff");
    assert.equal(format.status, 0, format.stdout);
    const { stdout } = await terraform("validate", "-json");
    assert.deepEqual(JSON.parse(stdout).diagnostics, []);
  });

  test("without settings there is one service, closed to the outside", async () => {
    const resources = await plan({});
    assert.deepEqual([...resources.keys()].filter((name) => !name.startsWith("google_project_service")).sort(), [
      'google_cloud_run_v2_service.render["render"]',
      'google_cloud_run_v2_service_iam_member.workflow_invokes["render"]',
      "google_monitoring_alert_policy.chunk_latency",
      "google_monitoring_alert_policy.failed_executions",
      "google_monitoring_alert_policy.runaway_requests",
      "google_project_iam_member.workflow_logs[0]",
      "google_service_account.service",
      "google_service_account.workflow",
      "google_storage_bucket.render",
      "google_storage_bucket_iam_member.service_objects",
      "google_workflows_workflow.render",
    ]);
    const service = resources.get('google_cloud_run_v2_service.render["render"]');
    assert.equal(service.ingress, "INGRESS_TRAFFIC_INTERNAL_ONLY");
    const [template] = service.template;
    assert.equal(template.timeout, "1800s");
    assert.equal(template.max_instance_request_concurrency, 1);
    assert.deepEqual({ ...template.scaling[0] }, { max_instance_count: 100, min_instance_count: 0 });
    assert.deepEqual(template.containers[0].resources[0].limits, { cpu: "4", memory: "16Gi" });
    assert.deepEqual(template.containers[0].env.map(({ name, value }) => [name, value]), [
      ["HYPERFRAMES_RENDER_BUCKET", "hyperframes-render-my-project"],
      ["GOOGLE_CLOUD_PROJECT", "my-project"],
    ]);
    assert.deepEqual(template.volumes, []);
    const bucket = resources.get("google_storage_bucket.render");
    assert.equal(bucket.public_access_prevention, "enforced");
    assert.equal(bucket.uniform_bucket_level_access, true);
    assert.equal(bucket.soft_delete_policy[0].retention_duration_seconds, 0);
    assert.deepEqual(bucket.lifecycle_rule.map(({ condition: [{ age, matches_prefix }], action: [{ type }] }) => [type, age, matches_prefix]), [
      ["Delete", 7, ["renders/"]],
      ["Delete", 30, ["sites/"]],
      ["AbortIncompleteMultipartUpload", 1, null],
    ]);
    assert.equal(resources.get("google_workflows_workflow.render").source_contents, readFileSync(join(modulePath, "../workflow.yaml"), "utf8"));
  });

  test("every setting arrives where it belongs", async () => {
    const resources = await plan({
      project_name: "films", region: "europe-west4", cpu: "2", memory: "2048Mi", min_instances: "1", max_instances: "3",
      request_timeout_seconds: "600", chunk_service: '{cpu="8",memory="32Gi",max_instances=40}', tmp_size: "1Gi", ingress: "INGRESS_TRAFFIC_ALL",
      render_retention_days: "0", site_retention_days: "2", soft_delete_days: "7", workflow_call_log_level: "LOG_NONE", labels: '{team="video"}',
      render_clients: '["user:ada@example.com"]', alert_emails: '["ada@example.com"]', enable_apis: "false", bucket_force_destroy: "true",
      render_request_alarm_threshold: "50", chunk_latency_alarm_seconds: "60", notification_channels: '["projects/p/notificationChannels/7"]',
    });
    const sizes = (key) => {
      const { name, location, template: [{ scaling: [scaling], containers: [{ resources: [{ limits }], volume_mounts: [mount] }], timeout, volumes: [volume] }] } =
        resources.get(`google_cloud_run_v2_service.render["${key}"]`);
      return [name, location, limits.cpu, limits.memory, scaling.min_instance_count, scaling.max_instance_count, timeout, mount.mount_path, volume.empty_dir[0].size_limit];
    };
    assert.deepEqual(sizes("render"), ["films-render", "europe-west4", "2", "2048Mi", 1, 3, "600s", "/tmp", "1Gi"]);
    assert.deepEqual(sizes("chunks"), ["films-chunks", "europe-west4", "8", "32Gi", 0, 40, "600s", "/tmp", "1Gi"]);
    assert.ok(resources.has('google_cloud_run_v2_service_iam_member.workflow_invokes["chunks"]'));
    const bucket = resources.get("google_storage_bucket.render");
    assert.equal(bucket.force_destroy, true);
    assert.equal(bucket.soft_delete_policy[0].retention_duration_seconds, 7 * 86400);
    assert.deepEqual(bucket.labels, { team: "video" });
    assert.deepEqual(bucket.lifecycle_rule.map(({ condition: [{ age, matches_prefix }] }) => [age, matches_prefix]), [[2, ["sites/"]], [1, null]]);
    assert.ok(![...resources.keys()].some((name) => /google_project_service|workflow_logs/.test(name)));
    const granted = [...resources].filter(([name]) => name.includes(".client_")).map(([, { role, member }]) => [role, member]).sort();
    assert.deepEqual(granted, ["roles/storage.objectUser", "roles/workflows.invoker", "roles/workflows.viewer"].map((role) => [role, "user:ada@example.com"]));
    const { conditions: [{ condition_threshold: [runaway] }] } = resources.get("google_monitoring_alert_policy.runaway_requests");
    assert.equal(runaway.threshold_value, 50);
    assert.match(runaway.filter, /service_name = one_of\("films-chunks","films-render"\)/);
    const { conditions: [{ condition_threshold: [latency] }] } = resources.get("google_monitoring_alert_policy.chunk_latency");
    assert.equal(latency.threshold_value, 60_000);
  });

  test("what is applied has the outputs of a state file, and is gone when it is destroyed", async () => {
    const applied = await terraform("apply", "-input=false", "-auto-approve", "-no-color", ...settingsOf({ chunk_service: "{}" }));
    assert.equal(applied.status, 0, applied.stderr);
    const outputs = JSON.parse((await terraform("output", "-json")).stdout);
    assert.deepEqual(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])), {
      chunk_service_url: "https://hyperframes-chunks-123456789012.us-central1.run.app",
      project_id: "my-project",
      project_name: "hyperframes",
      region: "us-central1",
      render_bucket_name: "hyperframes-render-my-project",
      render_service_name: "hyperframes-render",
      run_service_account_email: "hyperframes-run@my-project.iam.gserviceaccount.com",
      service_url: "https://hyperframes-render-123456789012.us-central1.run.app",
      workflow_id_full: "projects/my-project/locations/us-central1/workflows/hyperframes-render",
      workflow_name: "hyperframes-render",
      workflow_service_account_email: "hyperframes-wf@my-project.iam.gserviceaccount.com",
    });
    // A second time there is nothing to do: no setting flips between two values.
    const again = await terraform("plan", "-input=false", "-no-color", "-detailed-exitcode", ...settingsOf({ chunk_service: "{}" }));
    assert.equal(again.status, 0, again.stdout + again.stderr);
    // Whoever destroys need not know which image it was.
    const destroyed = await terraform("destroy", "-input=false", "-auto-approve", "-no-color", ...settingsOf({ image: "unused:latest" }));
    assert.equal(destroyed.status, 0, destroyed.stderr);
    assert.equal((await terraform("state", "list")).stdout, "");
  });

  const refused = {
    project_id: ["Bad", "123456789012"],
    region: ["us", "us-central1-a"],
    project_name: ["ab", "ends-with-", "1digit", "a-name-of-twenty-four-chars"],
    image: ["no-tag", "gcr.io/p/i@sha256:12", "localhost:5000/image"],
    cpu: ["3", "16", "4000m"],
    memory: ["16", "16GB", "0Gi"],
    request_timeout_seconds: ["0", "3601", "1.5"],
    min_instances: ["-1", "0.5"],
    max_instances: ["0", "1.5"],
    ingress: ["all"],
    tmp_size: ["8"],
    render_clients: ['["allUsers"]', '["ada@example.com"]'],
    render_retention_days: ["-1"],
    site_retention_days: ["1.5"],
    soft_delete_days: ["3", "91"],
    workflow_call_log_level: ["ALL"],
    notification_channels: ['["123"]'],
    alert_emails: ['["ada"]'],
    chunk_latency_alarm_seconds: ["0", "4000"],
    render_request_alarm_threshold: ["0"],
  };
  // All of the first ones at once, then all of the second ones: Terraform names every one of them.
  for (let round = 0; Object.values(refused).some((values) => values[round] !== undefined); round++) {
    const settings = Object.fromEntries(Object.entries(refused).filter(([, values]) => values[round] !== undefined).map(([name, values]) => [name, values[round]]));
    test(`not accepted: ${Object.entries(settings).map(([name, value]) => `${name}=${value}`).join(" ")}`, async () => {
      const answer = await plan(settings);
      for (const name of Object.keys(settings)) {
        assert.match(answer.refused ?? "accepted", new RegExp(`Invalid value for variable on variables\\.tf line \\d+: \\d+: variable "${name}"`));
      }
    });
  }

  for (const { name, settings, says } of [
    { name: "more memory than the processors may have", settings: { cpu: "1", memory: "8Gi" }, says: /render: memory 8Gi does not go with 1 vCPU/ },
    { name: "less memory than the processors need", settings: { cpu: "8", memory: "2Gi" }, says: /render: memory 2Gi does not go with 8 vCPU/ },
    { name: "less memory than the execution environment needs", settings: { cpu: "1", memory: "256Mi" }, says: /memory 256Mi does not go with 1 vCPU/ },
    { name: "the same of the service for the chunks", settings: { chunk_service: '{memory="32Gi"}' }, says: /chunks: memory 32Gi does not go with 4 vCPU/ },
    { name: "processors that there are not, for the chunks", settings: { chunk_service: '{cpu="3"}' }, says: /chunks: cpu is 1, 2, 4, 6 or 8, and not 3/ },
    { name: "more instances at least than at most", settings: { min_instances: "5", max_instances: "4" }, says: /render: min_instances \(5\) is from 0 to max_instances \(4\)/ },
    { name: "an image that is another one tomorrow", settings: { image: "gcr.io/p/i:latest" }, says: /latest is another image now/ },
    { name: "a workflow that is not there", settings: { workflow_source_path: "/nowhere/w.yaml" }, says: /no file exists at "\/nowhere\/w\.yaml"/ },
  ]) {
    test(`${name} is refused before anything is made`, async () => assert.match((await plan(settings)).refused ?? "accepted", says));
  }
});
