// Debian's Go client, offline: built from /usr/share/gocode in GOPATH mode, then run against an emulator of its own.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { after, it } from "node:test";
import { fileURLToPath } from "node:url";

import { makeDirectory, startEmulator } from "../peers/storage/emulator.mjs";

const SOURCE = path.join(path.dirname(fileURLToPath(import.meta.url)), "go");
// Where the compiler keeps what it has compiled, so that only the first run takes a while.
const CACHE = process.env.HYPERLOCAL_GO_CACHE ?? path.join(makeDirectory(), "go-cache");
const GO = { ...process.env, GO111MODULE: "off", GOPATH: "/usr/share/gocode", GOFLAGS: "", GOPROXY: "off",
  GOTOOLCHAIN: "local", GOCACHE: CACHE, CGO_ENABLED: "0" };

const emulator = await startEmulator();
after(() => emulator.stop());
const program = path.join(makeDirectory(), "client_test");

const run = (command, options) => new Promise((resolve, reject) => {
  const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "pipe", "pipe"], ...options });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => { said += text; });
  child.on("error", reject).on("close", (status) => resolve({ status, said }));
});

it("the Go client's program compiles", async () => {
  assert.equal(spawnSync("go", ["version"]).status, 0, "there is no Go; see dependencies/debian.txt");
  const { status, said } = await run(["go", "test", "-c", "-o", program, "."], { cwd: SOURCE, env: GO });
  assert.equal(status, 0, said);
});

it("the Go client gets along with the emulator", async (test) => {
  const { status, said } = await run([program, "-test.v", "-test.timeout=250s"],
    { env: { ...process.env, STORAGE_EMULATOR_HOST: new URL(emulator.url).host } });
  const passed = [...said.matchAll(/^--- PASS: (\S+)/gm)].map(([, name]) => name);
  test.diagnostic(`${passed.length} tests of the Go client passed`);
  assert.equal(status, 0, said.split("\n").filter((line) => !/^\s*(=== |--- PASS)/.test(line)).join("\n"));
  assert.ok(passed.length > 0, said);
});
