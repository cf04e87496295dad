// adapters/gcp/terraform: everything that can be known of it without an account.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { modulePath, readFacts } from "./provider_facts.mjs";
import { checkModule, readModule } from "./terraform_module.mjs";

const publishedModule = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/@hyperframes/gcp-cloud-run/terraform");
const facts = readFacts();
const scratch = mkdtempSync(join(tmpdir(), "hl-terraform."));
after(() => rmSync(scratch, { recursive: true }));

// A copy of the module beside a copy of what it reads.
let copies = 0;
function copyModule() {
  const root = join(scratch, `${copies++}`);
  const directory = join(root, "terraform");
  cpSync(modulePath, directory, { recursive: true, filter: (path) => !/\.terraform|tfstate/.test(path) });
  cpSync(join(modulePath, "../workflow.yaml"), join(root, "workflow.yaml"));
  return directory;
}

function declared(module, kind) {
  return new Map(module.declarations.filter((one) => one.kind === kind).map((one) => [one.name, one.body]));
}

test("the provider knows every resource, block and argument, and every name that is read is declared", async () => {
  assert.deepEqual(await checkModule(modulePath, facts), []);
});

describe("a mistake is found:", () => {
  const mistakes = [
    { name: "an argument that is not there", file: "storage.tf", from: "force_destroy  ", to: "force_destory  ", says: /storage\.tf:\d+: resource google_storage_bucket\.render: there is no argument force_destory/ },
    { name: "an argument in a nested block", file: "service.tf", from: "cpu_idle  ", to: "cpu_idel  ", says: /template: containers: resources: there is no argument cpu_idel/ },
    { name: "an argument in a dynamic block", file: "storage.tf", from: "matches_prefix", to: "match_prefix", says: /lifecycle_rule: condition: there is no argument match_prefix/ },
    { name: "a block that is not there", file: "service.tf", from: "startup_probe {", to: "start_probe {", says: /containers: there is no argument start_probe/ },
    { name: "a resource that is not there", file: "workflow.tf", from: '"google_workflows_workflow"', to: '"google_workflow"', says: /6\.50\.0 has no such resource/ },
    { name: "a block written as an argument", file: "storage.tf", from: "soft_delete_policy {", to: "soft_delete_policy = {", says: /soft_delete_policy is a block/ },
    { name: "a required argument left out", file: "storage.tf", from: /^ *location *=.*\n/m, to: "", says: /google_storage_bucket\.render: location is missing/ },
    { name: "a value of the wrong type", file: "service.tf", from: "container_port = 8080", to: 'container_port = "http"', says: /container_port takes a number/ },
    { name: "a value that there is not", file: "service.tf", from: "ENVIRONMENT_GEN2", to: "ENVIRONMENT_GEN3", says: /execution_environment cannot be "EXECUTION_ENVIRONMENT_GEN3"/ },
    { name: "a block too many", file: "service.tf", from: /^  template \{/m, to: "  template {\n    containers {\n      image = var.image\n    }\n  }\n  template {", says: /template can be there only once/ },
    { name: "a value that only the provider sets", file: "storage.tf", from: "labels   = var.labels", to: 'self_link = "x"', says: /self_link is set by the provider/ },
    { name: "a variable that is not declared", file: "storage.tf", from: "location = var.region", to: "location = var.regio", says: /var\.regio is not declared/ },
    { name: "a variable that nothing uses", file: "storage.tf", from: "var.soft_delete_days", to: "0", says: /variable soft_delete_days: nothing uses it/ },
    { name: "a local that is not declared", file: "service.tf", from: "for_each = local.services", to: "for_each = local.service", says: /local\.service is not declared/ },
    { name: "a resource that is not declared", file: "identities.tf", from: "bucket = google_storage_bucket.render.name", to: "bucket = google_storage_bucket.rendered.name", says: /google_storage_bucket\.rendered is not declared/ },
    { name: "an attribute that is not there", file: "outputs.tf", from: ".uri", to: ".url", says: /google_cloud_run_v2_service has no url/ },
    { name: "one of several without saying which", file: "outputs.tf", from: '["render"].name', to: ".name", says: /there are several, which one/ },
    { name: "a name from nowhere", file: "storage.tf", from: "lifecycle_rule.key", to: "rule.key", says: /there is nothing called rule here/ },
    { name: "each outside of for_each", file: "workflow.tf", from: "google_service_account.workflow.id", to: "each.value", says: /there is nothing called each here/ },
    { name: "text that is not HCL", file: "apis.tf", from: "toset(", to: "toset((", says: /apis\.tf/ },
  ];
  for (const { name, file, from, to, says } of mistakes) {
    test(name, async () => {
      const directory = copyModule();
      const text = readFileSync(join(directory, file), "utf8");
      const changed = text.replace(from, to);
      assert.notEqual(changed, text, `${file} no longer has what this mistake replaces`);
      writeFileSync(join(directory, file), changed);
      const problems = await checkModule(directory, facts);
      assert.match(problems.join("\n"), says);
    });
  }
});

test("settings and outputs of the published module are here, with their names and types", async () => {
  const [ours, published] = await Promise.all([readModule(modulePath), readModule(publishedModule)]);
  for (const kind of ["variable", "output"]) {
    const here = declared(ours, kind);
    for (const [name, body] of declared(published, kind)) {
      assert.ok(here.has(name), `there is no ${kind} ${name}`);
      assert.equal(here.get(name).type, body.type, `type of ${name}`);
    }
  }
});

test("the provider's version is the one that is checked against", async () => {
  const module = await readModule(modulePath);
  const [{ body }] = module.declarations.filter((one) => one.kind === "terraform");
  assert.equal(body.required_providers[0].google.version, `~> ${facts.provider.version}`);
  assert.match(body.required_version, /^>= 1\.5\.0/);
});

test("nobody gets more than they need", async () => {
  const module = await readModule(modulePath);
  const granted = module.declarations
    .filter((one) => one.kind === "resource" && one.type.endsWith("_iam_member"))
    .map((one) => `${one.type.replace("google_", "")} ${one.body.role} ${one.body.member}`)
    .sort();
  // Whoever adds a line here says in docs/deploy.md what it is for.
  assert.deepEqual(granted, [
    "cloud_run_v2_service_iam_member roles/run.invoker ${google_service_account.workflow.member}",
    "project_iam_member ${each.value.role} ${each.value.member}",
    "project_iam_member roles/logging.logWriter ${google_service_account.workflow.member}",
    "storage_bucket_iam_member roles/storage.objectUser ${each.value}",
    "storage_bucket_iam_member roles/storage.objectUser ${google_service_account.service.member}",
  ]);
  assert.equal(module.declarations.some((one) => /service_account_key|_iam_(policy|binding)$/.test(one.type)), false);
});

// ── What is said elsewhere ────────────────────────────────────────────────────────────────────────────

const root = join(modulePath, "../../..");
const documents = ["docs/deploy.md", "adapters/gcp/terraform/README.md", "adapters/gcp/README.md", "adapters/gcp/smoke.sh"];

test("documents and scripts name settings and outputs that there are", async () => {
  const module = await readModule(modulePath);
  const variables = declared(module, "variable");
  for (const document of documents) {
    const text = readFileSync(join(root, document), "utf8");
    for (const [, name] of text.matchAll(/(?:-var[= ]|TF_VAR_)(\w+)=/g)) assert.ok(variables.has(name), `${document}: ${name}`);
  }
  const outputs = declared(module, "output");
  const [, listed] = readFileSync(join(root, "docs/deploy.md"), "utf8").match(/are the outputs\s+([^.]*)\./);
  for (const [, name] of listed.matchAll(/`(\w+)`/g)) assert.ok(outputs.has(name), name);
});

describe("flags of `cloudrun deploy`", () => {
  const rows = [...readFileSync(join(root, "docs/deploy.md"), "utf8").matchAll(/^\| (`--[^|]*) \| `(\w+)` \| (?:`([^`]*)`)?/gm)]
    .map(([, flags, variable, standard]) => ({ flags: [...flags.matchAll(/`(--[\w-]+)`/g)].map(([, flag]) => flag), variable, standard }));

  test("are settings of the module, with the defaults that the documentation tells", async () => {
    const variables = declared(await readModule(modulePath), "variable");
    assert.deepEqual(rows.flatMap(({ flags }) => flags).sort(), [
      "--cpu", "--image", "--max-instances", "--memory", "--min-instances", "--project", "--region", "--repo", "--timeout",
    ]);
    for (const { variable, standard } of rows) {
      assert.ok(variables.has(variable), variable);
      assert.equal(variables.get(variable).default?.toString(), standard, `default of ${variable}`);
    }
    // What has no default has a flag: nothing is left to ask for.
    for (const [name, body] of variables) {
      if (body.default === undefined) assert.ok(rows.some(({ variable }) => variable === name), `${name} has neither a default nor a flag`);
    }
  });

  const text = readdirSync(join(root, "cli"))
    .filter((name) => /^cloudrun.*\.cc$/.test(name) && !name.endsWith("_test.cc"))
    .map((name) => readFileSync(join(root, "cli", name), "utf8"))
    .join("\n");
  test("are those that the command passes on", text.includes('"terraform"') ? {} : { skip: "cli/cloudrun*.cc does not deploy yet" }, () => {
    for (const { flags, variable } of rows) {
      assert.ok(text.includes(variable), `nothing in cli/cloudrun*.cc passes ${variable}`);
      for (const flag of flags) assert.ok(text.includes(`"${flag.slice(2)}"`), `nothing in cli/cloudrun*.cc knows ${flag}`);
    }
  });
});
