// A provider for Terraform that takes the place of Google's: it has the schema of google_provider.json, refuses what
// the schema does not allow, and makes nothing. So Terraform itself plans and applies adapters/gcp/terraform, without
// an account and without a download.
//
//   node tests/peers/infrastructure/stand_in_provider.mjs     prints TF_REATTACH_PROVIDERS=…, runs until its input ends
//
// Not a Google: ids and addresses are made up, nothing is ever in the way, and no permission is asked for.

import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";
import protobuf from "protobufjs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { decode, encode, unknown, Extension } from "./message_pack.mjs";
import { readFacts } from "./provider_facts.mjs";

// The part of Terraform's plugin protocol 5 that is spoken here.
const protocol = `
syntax = "proto3";
package tfplugin5;
message DynamicValue { bytes msgpack = 1; bytes json = 2; }
message Diagnostic { int32 severity = 1; string summary = 2; string detail = 3; }
message Attribute { string name = 1; bytes type = 2; bool required = 4; bool optional = 5; bool computed = 6; }
message NestedBlock { string type_name = 1; Block block = 2; int32 nesting = 3; int64 min_items = 4; int64 max_items = 5; }
message Block { int64 version = 1; repeated Attribute attributes = 2; repeated NestedBlock block_types = 3; }
message Schema { int64 version = 1; Block block = 2; }
message Nothing {}
message Schemas { Schema provider = 1; map<string, Schema> resource_schemas = 2; map<string, Schema> data_source_schemas = 3; repeated Diagnostic diagnostics = 4; }
message Config { DynamicValue config = 1; }
message PreparedConfig { DynamicValue prepared_config = 1; repeated Diagnostic diagnostics = 2; }
message Diagnostics { repeated Diagnostic diagnostics = 1; }
message TypedConfig { string type_name = 1; DynamicValue config = 2; }
message RawState { bytes json = 1; }
message StoredState { string type_name = 1; int64 version = 2; RawState raw_state = 3; }
message UpgradedState { DynamicValue upgraded_state = 1; repeated Diagnostic diagnostics = 2; }
message CurrentState { string type_name = 1; DynamicValue current_state = 2; }
message NewState { DynamicValue new_state = 1; repeated Diagnostic diagnostics = 2; }
message ToPlan { string type_name = 1; DynamicValue prior_state = 2; DynamicValue proposed_new_state = 3; DynamicValue config = 4; }
message Planned { DynamicValue planned_state = 1; repeated Diagnostic diagnostics = 4; bool legacy_type_system = 5; }
message ToApply { string type_name = 1; DynamicValue prior_state = 2; DynamicValue planned_state = 3; DynamicValue config = 4; }
message Applied { DynamicValue new_state = 1; repeated Diagnostic diagnostics = 3; bool legacy_type_system = 4; }
message Stopped { string error = 1; }
service Provider {
  rpc GetSchema(Nothing) returns (Schemas);
  rpc PrepareProviderConfig(Config) returns (PreparedConfig);
  rpc Configure(Nothing) returns (Diagnostics);
  rpc ValidateResourceTypeConfig(TypedConfig) returns (Diagnostics);
  rpc UpgradeResourceState(StoredState) returns (UpgradedState);
  rpc ReadResource(CurrentState) returns (NewState);
  rpc PlanResourceChange(ToPlan) returns (Planned);
  rpc ApplyResourceChange(ToApply) returns (Applied);
  rpc Stop(Nothing) returns (Stopped);
}`;

const listNesting = 2;
const terraformTypes = {
  string: "string",
  number: "number",
  bool: "bool",
  "list(string)": ["list", "string"],
  "list(number)": ["list", "number"],
  "map(string)": ["map", "string"],
  dynamic: "string",
};
const typeBytes = (type) => Buffer.from(JSON.stringify(terraformTypes[type]));

function blockOf({ attributes, blocks, computed = {} }) {
  return {
    attributes: [
      ...Object.entries(attributes).map(([name, { type, required = false }]) => ({
        name, type: typeBytes(type), required, optional: !required, computed: !required,
      })),
      ...Object.entries(computed).map(([name, type]) => ({ name, type: typeBytes(type), computed: true })),
    ],
    block_types: Object.entries(blocks).map(([name, block]) => ({
      type_name: name, block: blockOf(block), nesting: listNesting, min_items: block.required ? 1 : 0, max_items: block.most ?? 0,
    })),
  };
}

// Values that are not among those that there are.
function* refusals(value, known, path) {
  for (const [name, { values }] of Object.entries(known.attributes)) {
    if (values && typeof value[name] === "string" && !values.includes(value[name])) {
      yield `${path}${name} is ${JSON.stringify(value[name])}; it can be ${values.join(", ")}`;
    }
  }
  for (const [name, block] of Object.entries(known.blocks)) {
    if (!Array.isArray(value[name])) continue;
    for (const part of value[name]) if (part && !(part instanceof Extension)) yield* refusals(part, block, `${path}${name}.`);
  }
}

// What Google would have answered.
function madeUp(type, attribute, state) {
  const account = `${state.account_id}@${state.project}.iam.gserviceaccount.com`;
  const answers = {
    "google_cloud_run_v2_service.uri": `https://${state.name}-123456789012.${state.location}.run.app`,
    "google_service_account.email": account,
    "google_service_account.member": `serviceAccount:${account}`,
    "google_service_account.id": `projects/${state.project}/serviceAccounts/${account}`,
    "google_workflows_workflow.id": `projects/${state.project}/locations/${state.region}/workflows/${state.name}`,
    "google_monitoring_notification_channel.name": `projects/${state.project}/notificationChannels/1`,
  };
  return answers[`${type}.${attribute}`] ?? (attribute === "id" ? `${type}/${state.name ?? "1"}` : null);
}

export async function startProvider() {
  const facts = readFacts();
  const root = protobuf.parse(protocol, { keepCase: true }).root;
  const { tfplugin5 } = grpc.loadPackageDefinition(protoLoader.fromJSON(root.toJSON(), { keepCase: true, defaults: true }));
  const known = (type) => facts.resources[type];
  const packed = (value) => ({ msgpack: encode(value) });
  const diagnostics = (texts) => [...texts].map((text) => ({ severity: 1, summary: text }));

  const calls = {
    GetSchema: () => ({
      provider: { block: blockOf({ attributes: { project: { type: "string" }, region: { type: "string" } }, blocks: {} }) },
      resource_schemas: Object.fromEntries(Object.entries(facts.resources).map(([type, one]) => [type, { block: blockOf(one) }])),
    }),
    PrepareProviderConfig: ({ config }) => ({ prepared_config: config }),
    Configure: () => ({}),
    ValidateResourceTypeConfig: ({ type_name, config }) => ({
      diagnostics: diagnostics(refusals(decode(config.msgpack), known(type_name), `${type_name}: `)),
    }),
    UpgradeResourceState: ({ raw_state }) => ({ upgraded_state: { json: raw_state.json } }),
    ReadResource: ({ current_state }) => ({ new_state: current_state }),
    PlanResourceChange: ({ type_name, prior_state, proposed_new_state }) => {
      const proposed = decode(proposed_new_state.msgpack);
      if (proposed !== null && decode(prior_state.msgpack) === null) {
        const { attributes, computed } = known(type_name);
        const asked = Object.keys(attributes).filter((name) => name === "id");
        for (const name of [...asked, ...Object.keys(computed)]) proposed[name] ??= unknown;
      }
      return { planned_state: packed(proposed), legacy_type_system: true };
    },
    ApplyResourceChange: ({ type_name, planned_state }) => {
      const state = decode(planned_state.msgpack);
      for (const [name, value] of Object.entries(state ?? {})) {
        if (value instanceof Extension) state[name] = madeUp(type_name, name, state);
      }
      return { new_state: packed(state), legacy_type_system: true };
    },
    Stop: () => ({}),
  };
  const server = new grpc.Server();
  server.addService(
    tfplugin5.Provider.service,
    Object.fromEntries(Object.entries(calls).map(([name, answer]) => [name, (call, done) => {
      try {
        done(null, answer(call.request));
      } catch (error) {
        done({ code: grpc.status.INTERNAL, message: `${name}: ${error.stack}` });
      }
    }])),
  );
  const scratch = mkdtempSync(join(tmpdir(), "hl-provider."));
  const socket = join(scratch, "socket");
  await new Promise((done, fail) =>
    server.bindAsync(`unix:${socket}`, grpc.ServerCredentials.createInsecure(), (error) => (error ? fail(error) : done())));
  return {
    reattach: JSON.stringify({
      "hashicorp/google": { Protocol: "grpc", ProtocolVersion: 5, Pid: process.pid, Test: true, Addr: { Network: "unix", String: socket } },
    }),
    stop() {
      server.forceShutdown();
      rmSync(scratch, { recursive: true });
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const provider = await startProvider();
  console.log(`TF_REATTACH_PROVIDERS=${provider.reattach}`);
  process.stdin.on("end", () => { provider.stop(); process.exit(0); }).resume();
}
