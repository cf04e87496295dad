// The storage emulator as a process of its own, on a port that the system chooses, for as long as the test file runs.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
export const PROGRAM = process.env.HYPERLOCAL_PROGRAM ?? path.join(ROOT, "build", "dev", "cli", "hyperlocal");

// Only a guard against an emulator that neither starts nor ends.
const START_LIMIT_MS = 120_000;

const running = new Set();
const scratch = mkdtempSync(path.join(tmpdir(), "hyperlocal-storage-"));
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true, maxRetries: 2 });
});

for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]]) process.on(signal, () => process.exit(status));

let directories = 0;
export const makeDirectory = () => mkdtempSync(path.join(scratch, `${(directories += 1)}-`));

const firstLine = (file) => {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text.includes("\n") ? text.slice(0, text.indexOf("\n")) : null;
};

// The base URL, once the emulator answers. What it says is shown only when it does not come up.
export const startEmulator = async ({ options = ["--memory"] } = {}) => {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there; build it, or set HYPERLOCAL_PROGRAM`);
  const place = makeDirectory();
  const readyFile = path.join(place, "ready");
  const child = spawn(PROGRAM, ["storage", "serve", "--port", "0", "--ready-file", readyFile, ...options],
    { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  // A test that fails before it has stopped its emulator must not keep the file from ending.
  for (const each of [child, child.stdout, child.stderr]) each.unref();
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => { said = (said + text).slice(-16384); });
  }
  const ended = new Promise((resolve) => child.once("close", (code, signal) => {
    running.delete(child);
    resolve(signal ?? code);
  }));

  const url = await new Promise((resolve, reject) => {
    const guard = setTimeout(() => done(new Error(`not ready after ${START_LIMIT_MS} ms:\n${said}`)), START_LIMIT_MS);
    const watcher = watch(place, () => look());
    const done = (error, line) => {
      clearTimeout(guard);
      watcher.close();
      if (error) reject(new Error(`hyperlocal storage serve: ${error.message}`));
      else resolve(line);
    };
    const look = () => {
      const line = firstLine(readyFile);
      if (line !== null) done(null, line);
    };
    child.once("error", (error) => done(error));
    ended.then((status) => done(new Error(`ended with ${status} before it was ready:\n${said}`)));
    look();
  });

  return {
    url,
    pid: child.pid,
    said: () => said,
    // The exit status, or the name of the signal that ended it.
    stop: async (signal = "SIGTERM") => {
      child.ref();
      child.kill(signal);
      return ended;
    },
  };
};
