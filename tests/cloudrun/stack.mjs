// The emulated cloud for tests of the cloud verbs, and the command itself with its environment.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PROGRAM = process.env.HYPERLOCAL_PROGRAM;
const scratch = mkdtempSync(path.join(tmpdir(), "hyperlocal-cloudrun-test-"));
let made = 0;

export const makeDirectory = () => {
  const directory = path.join(scratch, String((made += 1)));
  mkdirSync(directory);
  return directory;
};
export const removeAll = () => rmSync(scratch, { recursive: true, force: true });

// A project that renders without a browser.
export const makeTestCard = (frames = 20) => {
  const project = makeDirectory();
  writeFileSync(path.join(project, "testcard.json"),
    JSON.stringify({ size: { width: 64, height: 36 }, fps: 30, frames, pattern: "bars" }));
  return project;
};

// Runs the command. `signal` is sent once `until` stands in its standard error.
export const hyperlocal = async (args, { env = {}, cwd = makeDirectory(), until, signal, input } = {}) => {
  const child = spawn(PROGRAM, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: makeDirectory(), HYPERLOCAL_NODE_MODULES: process.env.HYPERLOCAL_NODE_MODULES ?? "", ...env },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let sent = false;
  child.stdout.setEncoding("utf8").on("data", (text) => { stdout += text; });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
    if (until && !sent && stderr.includes(until)) {
      sent = true;
      child.kill(signal);
    }
  });
  if (input !== undefined) child.stdin.end(input);
  const [status, by] = await once(child, "close");
  return { status: status ?? by, stdout, stderr, json: () => JSON.parse(stdout) };
};

// `hyperlocal emulate`, and the variables by which it is found.
export const startCloud = async (...options) => {
  const envFile = path.join(makeDirectory(), "cloud.json");
  const child = spawn(PROGRAM, ["emulate", "--memory", "--port", "0", "--env-file", envFile, ...options], {
    env: { PATH: process.env.PATH, HOME: makeDirectory() },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => { said += text; });
  for (let i = 0; !existsSync(envFile); i += 1) {
    assert.ok(child.exitCode === null && i < 1200, `the emulators do not start: ${said}`);
    await sleep(50);
  }
  const env = {};
  for (const line of readFileSync(envFile, "utf8").split("\n")) {
    const [, name, value] = /^(?:export )?([A-Z_]+)=(.*)$/.exec(line) ?? [];
    if (name) env[name] = value.replace(/^'(.*)'$/, "$1");
  }
  return {
    env,
    stop: async () => {
      child.kill("SIGTERM");
      await once(child, "close");
    },
  };
};
