// The workflows emulator as a process of its own, for as long as the test file runs, and the official clients of it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const MODULES = process.env.HYPERLOCAL_PEER_MODULES ?? path.join(HERE, "..", "node_modules");
const PROGRAM = process.env.HYPERLOCAL_WORKFLOWS_PROGRAM ??
  path.join(HERE, "..", "..", "..", "build", "dev", "fakes", "workflows", "workflows_server_program");

export const PROJECT = "p1";
export const LOCATION = "us-central1";
export const PARENT = `projects/${PROJECT}/locations/${LOCATION}`;
export const workflowName = (id) => `${PARENT}/workflows/${id}`;

const { ExecutionsClient, WorkflowsClient } =
  createRequire(path.join(MODULES, "hyperlocal.cjs"))("@google-cloud/workflows");

// The program ends when its standard input does: also when this process is killed.
export const startEmulator = async (options = []) => {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there; build it, or set HYPERLOCAL_WORKFLOWS_PROGRAM`);
  const child = spawn(PROGRAM, options, { stdio: ["pipe", "pipe", "inherit"] });
  child.unref();
  const ended = new Promise((resolve) => child.once("close", resolve));
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`${PROGRAM} ended with ${code}`)));
  });
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  return { url, stop, ...clientsOf(url) };
};

// Without credentials the clients throw before they send anything; so they are given what asks for none.
const auth = { fetch: (url, init) => fetch(url, init), getClient: async () => ({}), getProjectId: async () => PROJECT };

export const clientsOf = (url) => {
  const { hostname, port } = new URL(url);
  const options = () =>
    ({ fallback: true, protocol: "http", apiEndpoint: hostname, port: Number(port), projectId: PROJECT, auth });
  return { executions: new ExecutionsClient(options()), workflows: new WorkflowsClient(options()) };
};

// A workflow of that source, by way of the official client.
export const deploy = async ({ workflows }, id, sourceContents) => {
  const [operation] = await workflows.createWorkflow({ parent: PARENT, workflowId: id, workflow: { sourceContents } });
  const [workflow] = await operation.promise();
  return workflow;
};

export const settled = async ({ executions }, name) => {
  for (;;) {
    const [execution] = await executions.getExecution({ name });
    if (execution.state !== "ACTIVE" && execution.state !== "QUEUED") return execution;
  }
};

// Google's number of the error that a call fails with.
export const codeOf = async (call) => {
  try {
    await call;
  } catch (error) {
    return error.code;
  }
  return "it succeeded";
};
