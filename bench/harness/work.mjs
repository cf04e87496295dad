// What a benchmark starts and leaves: one directory for all files, and every process that is still running, on every
// way out.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const BENCH = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
export const ROOT = path.join(BENCH, "..");
const KILL_AFTER_MS = 5000;

let program = "bench";
let directory = null;
const running = new Set();
let leaving = false; // a signal came: nothing new is started, and nobody complains of what was ended

// An error that is for the person at the terminal: no stack, and the exit status.
export class Failure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// A command that was started: `ended` gives its {status, signal} and all that it has said.
export const start = (command, environment = {}) => {
  if (leaving) throw new Failure(130, "interrupted");
  const child = spawn(command[0], command.slice(1), {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: directory ?? tmpdir(), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) {
    child[stream].setEncoding("utf8");
    child[stream].on("data", (text) => { said[stream] += text; });
  }
  const ended = new Promise((resolve) => {
    child.on("error", (error) => {
      running.delete(child);
      resolve({ status: 127, signal: null, ...said, stderr: error.message });
    });
    child.on("close", (status, signal) => {
      running.delete(child);
      resolve({ status, signal, ...said });
    });
  });
  return { child, ended, said };
};

export const run = (command, environment) => start(command, environment).ended;

export const lastLines = ({ stdout = "", stderr = "" }) =>
  `${stdout}\n${stderr}`.trim().split("\n").slice(-12).join("\n");

// Asks a started command to end, and makes it.
export const stop = async ({ child, ended }) => {
  child.kill("SIGTERM");
  const insist = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  const result = await ended;
  clearTimeout(insist);
  return result;
};

const leaveNothing = async () => {
  await Promise.all([...running].map((child) => {
    const ended = new Promise((resolve) => child.once("close", resolve));
    return stop({ child, ended });
  }));
  if (directory) rmSync(directory, { recursive: true, force: true, maxRetries: 2 });
};

// Runs `main` with a directory of its own, in TMPDIR, and ends the process with the status that it gives.
export const inWorkDirectory = async (name, main) => {
  program = name;
  for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]]) {
    process.once(signal, () => {
      leaving = true;
      leaveNothing().then(() => process.exit(status));
    });
  }
  let status;
  try {
    directory = mkdtempSync(path.join(tmpdir(), "hyperlocal-bench-"));
    status = await main(directory);
  } catch (error) {
    if (leaving) return;
    process.stderr.write(`${program}: ${error instanceof Failure ? error.message : error.stack}\n`);
    status = error.status ?? 70;
  }
  await leaveNothing();
  process.exitCode = status ?? 0;
};

export const say = (text) => process.stderr.write(`${text}\n`);
