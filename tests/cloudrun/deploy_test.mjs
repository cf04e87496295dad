// deploy and destroy with programs in the places of gcloud and terraform that write down what they were asked.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";

import { hyperlocal, makeDirectory, removeAll } from "./stack.mjs";

after(removeAll);

const OUTPUTS = {
  render_bucket_name: { value: "hyperframes-render-my-project" },
  service_url: { value: "https://render.test" },
  workflow_name: { value: "hyperframes-render" },
  chunk_service_url: { value: "" },
};

// A machine with both programs; `cases` are lines of a shell `case` on "<program> <arguments>".
const machine = (cases = "") => {
  const bin = makeDirectory();
  const log = path.join(makeDirectory(), "calls");
  const home = makeDirectory();
  for (const program of ["gcloud", "terraform"]) {
    writeFileSync(path.join(bin, program), `#!/bin/sh
echo "${program} $*" >> '${log}'
case "${program} $*" in
${cases}
*"output -json"*) echo '${JSON.stringify(OUTPUTS)}' ;;
*) echo "${program} says something" ;;
esac
`);
    chmodSync(path.join(bin, program), 0o755);
  }
  return {
    home,
    calls: () => (existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : []),
    run: (args, options = {}) =>
      hyperlocal(["cloudrun", ...args], { ...options, env: { PATH: `${bin}:${process.env.PATH}`, HOME: home, ...options.env } }),
    state: path.join(home, ".local/state/hyperlocal/cloudrun"),
  };
};

describe("deploy", () => {
  it("builds the image, applies the module, and remembers where the stack is", async () => {
    const here = machine('*"repositories describe"*) exit 1 ;;');
    const deployed = await here.run(["deploy", "--project", "my-project", "--region", "europe-west4", "--cpu", "8", "--memory", "32Gi",
      "--min-instances", "1", "--max-instances", "40", "--timeout", "900", "--json"]);
    assert.equal(deployed.status, 0, deployed.stderr);
    const module = path.join(here.state, "my-project.europe-west4");
    const image = deployed.json().image;
    assert.match(image, /^europe-west4-docker\.pkg\.dev\/my-project\/hyperframes\/hyperframes-render:\d{14}$/);
    const calls = here.calls();
    assert.match(calls[0], /^gcloud services enable run\.googleapis\.com .* --project my-project$/);
    assert.match(calls[1], /^gcloud artifacts repositories describe hyperframes --location europe-west4/);
    assert.match(calls[2], /^gcloud artifacts repositories create hyperframes --repository-format docker/);
    assert.match(calls[3], /^gcloud builds submit \S+ --project my-project --config \S+cloudbuild\.yaml --substitutions _IMAGE=/);
    assert.ok(calls[3].endsWith(image));
    assert.equal(calls[4], `terraform -chdir=${module} init -input=false`);
    assert.equal(calls[5], `terraform -chdir=${module} plan -input=false -out=next.tfplan` +
      ["project_id=my-project", "region=europe-west4", `image=${image}`, `workflow_source_path=${module}/workflow.yaml`, "cpu=8",
        "memory=32Gi", "min_instances=1", "max_instances=40", "request_timeout_seconds=900"].map((one) => ` -var ${one}`).join(""));
    assert.equal(calls[6], `terraform -chdir=${module} apply -input=false next.tfplan`);
    assert.equal(calls[7], `terraform -chdir=${module} output -json`);
    assert.equal(calls.length, 8);
    // What is run was shown before; what the programs say does not get into the document.
    assert.ok(deployed.stderr.indexOf("What will be run") < deployed.stderr.indexOf("says something"));
    assert.deepEqual(JSON.parse(readFileSync(path.join(here.state, "cloudrun-state.json"))), {
      projectId: "my-project", region: "europe-west4", bucketName: "hyperframes-render-my-project", serviceUrl: "https://render.test",
      workflowId: "hyperframes-render", vcpu: 8, memoryGib: 32,
    });
    assert.match(readFileSync(path.join(module, "workflow.yaml"), "utf8"), /renderChunks/);
    assert.ok(readdirSync(module).includes("variables.tf"));
  });

  it("every variable that it sets is one of the module's", async () => {
    const here = machine();
    await here.run(["deploy", "--project", "my-project", "--image", "host/i:1", "--cpu", "4", "--memory", "16Gi", "--min-instances", "0",
      "--max-instances", "9", "--timeout", "60"]);
    const module = path.join(here.state, "my-project.us-central1");
    const declared = new Set(
      Array.from(readFileSync(path.join(module, "variables.tf"), "utf8").matchAll(/^variable "(\w+)"/gm), ([, name]) => name));
    const set = Array.from(here.calls().find((call) => call.includes(" plan ")).matchAll(/-var (\w+)=/g), ([, name]) => name);
    for (const name of [...set, "bucket_force_destroy"]) assert.ok(declared.has(name), name);
    const outputs = readFileSync(path.join(module, "outputs.tf"), "utf8");
    for (const name of Object.keys(OUTPUTS)) assert.match(outputs, new RegExp(`^output "${name}"`, "m"));
    const bucket = readdirSync(module).filter((name) => name.endsWith(".tf")).map((name) => readFileSync(path.join(module, name), "utf8")).join("");
    assert.match(bucket, /resource "google_storage_bucket" "render"/); // destroy names it
  });

  it("--dry-run runs nothing and writes nothing", async () => {
    const here = machine();
    const dry = await here.run(["deploy", "--project", "my-project", "--image", "host/i:1", "--dry-run"]);
    assert.equal(dry.status, 0, dry.stderr);
    assert.match(dry.stdout, /terraform -chdir=\S+ apply/);
    assert.doesNotMatch(dry.stdout, /gcloud builds/);
    assert.deepEqual(here.calls(), []);
    assert.ok(!existsSync(here.state));
  });

  it("stops at the first that fails, and remembers no stack", async () => {
    const here = machine('*" plan "*) echo "Error: no billing" >&2; exit 1 ;;');
    const failed = await here.run(["deploy", "--project", "my-project", "--image", "host/i:1"]);
    assert.equal(failed.status, 69, failed.stderr);
    assert.match(failed.stderr, /Error: no billing/);
    assert.match(failed.stderr, /ended with status 1/);
    assert.ok(!here.calls().some((call) => call.includes(" apply ")));
    assert.ok(!existsSync(path.join(here.state, "cloudrun-state.json")));
  });

  it("says which program is not there, and what is wrong with a flag", async () => {
    const missing = await hyperlocal(["cloudrun", "deploy", "--project", "p", "--image", "host/i:1"], { env: { PATH: makeDirectory() } });
    assert.equal(missing.status, 69, missing.stderr);
    assert.match(missing.stderr, /cannot run gcloud/);
    const here = machine();
    for (const [args, words] of [[[], /--project/], [["--project", "p", "--memory", "16"], /--memory/], [["--project", "p", "--cpu", "x"], /--cpu/]]) {
      const wrong = await here.run(["deploy", ...args]);
      assert.equal(wrong.status, 64, wrong.stderr);
      assert.match(wrong.stderr, words);
    }
    assert.deepEqual(here.calls(), []);
  });
});

describe("destroy", () => {
  const deployed = async (cases) => {
    const here = machine(cases);
    assert.equal((await here.run(["deploy", "--project", "my-project", "--image", "host/i:1"])).status, 0);
    return here;
  };

  it("needs --yes where nobody can be asked", async () => {
    const here = await deployed();
    const before = here.calls().length;
    const asked = await here.run(["destroy"], { input: "my-project\n" });
    assert.equal(asked.status, 64, asked.stderr);
    assert.match(asked.stderr, /--yes/);
    assert.equal(here.calls().length, before);
    assert.ok(existsSync(path.join(here.state, "cloudrun-state.json")));
  });

  it("lets the bucket go first, then everything, and forgets the stack", async () => {
    const here = await deployed();
    const before = here.calls().length;
    const gone = await here.run(["destroy", "--yes", "--json"]);
    assert.equal(gone.status, 0, gone.stderr);
    assert.equal(gone.json().destroyed, true);
    const [init, allow, destroy] = here.calls().slice(before);
    assert.match(init, / init -input=false$/);
    assert.match(allow, / apply -input=false -auto-approve -target=google_storage_bucket\.render .*-var bucket_force_destroy=true$/);
    assert.match(destroy, / destroy -input=false -auto-approve .*-var project_id=my-project .*-var bucket_force_destroy=true$/);
    assert.ok(!existsSync(path.join(here.state, "cloudrun-state.json")));
  });

  it("a stack that was not deployed from here is not touched", async () => {
    const here = machine();
    const unknown = await here.run(["destroy", "--project", "other-project", "--yes"]);
    assert.equal(unknown.status, 66, unknown.stderr);
    assert.deepEqual(here.calls(), []);
  });

  it("the published command line's state file is read too", async () => {
    const here = machine();
    mkdirSync(path.join(here.home, ".hyperframes"));
    writeFileSync(path.join(here.home, ".hyperframes/cloudrun-state.json"), JSON.stringify({ projectId: "pub", region: "us-east1" }));
    const dry = await here.run(["destroy", "--yes"]);
    assert.match(dry.stderr, /to pub in us-east1/);
  });
});
