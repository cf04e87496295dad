// The published client library and the published service against the emulated cloud.
//
//   node --test tests/peers/cloud/emulate_test.mjs
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.join(HERE, "..", "..", "..");
const PROGRAM = process.env.HYPERLOCAL_PROGRAM ?? path.join(ROOT, "build", "dev", "cli", "hyperlocal");
const PRELOAD = path.join(ROOT, "examples", "node-client", "workflows-endpoint.cjs");
const CLIENT = path.join(HERE, "render.mjs");
const SERVICE = path.join(HERE, "..", "node_modules", "@hyperframes", "gcp-cloud-run", "dist", "server.js");
const GSAP = path.join(HERE, "..", "node_modules", "gsap", "dist", "gsap.min.js");
process.env.PRODUCER_HEADLESS_SHELL_PATH ??= "/usr/bin/chromium-headless-shell"; // where Debian puts it
const CONFIG = { fps: 30, format: "mp4", width: 640, height: 360, chunkSize: 15 };
const LIMIT_MS = 240_000; // only a guard against what neither goes on nor ends

const run = promisify(execFile);
const scratch = mkdtempSync(path.join(tmpdir(), "hyperlocal-cloud-"));
after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 2 }));
const place = (name) => path.join(scratch, name);
const hyperlocal = (args, options = {}) =>
  run(PROGRAM, args, { timeout: LIMIT_MS, maxBuffer: 1 << 26, env: { ...process.env, TMPDIR: scratch }, ...options });

const project = place("project");
const config = CONFIG;
const reference = place("direct.mp4"); // our render, without a cloud
before(async () => {
  cpSync(path.join(HERE, "project"), project, { recursive: true });
  cpSync(GSAP, path.join(project, "gsap.min.js"));
  await hyperlocal(["render", project, "--direct", "--quiet", "-o", reference, "--fps", "30", "--chunk-size", "15"]);
});

// A render by the published client, with these flags of `exec` around it.
const renderByPublishedClient = async (output, flags) => {
  const { stdout } = await hyperlocal(
    ["exec", ...flags, "--", process.execPath, "--require", PRELOAD, CLIENT, project, output, JSON.stringify(config)]);
  return JSON.parse(stdout.trim().split("\n").at(-1));
};

// Agreement with our direct render, over the frames as they are shown: RGB, by each file's tags.
const psnrDb = async (file, t) => {
  const { stdout } = await hyperlocal(["golden", "compare", reference, file, "--json"])
    .catch((failure) => failure); // a negative verdict is an answer too
  const { figures } = JSON.parse(stdout);
  t.diagnostic(`PSNR to our direct render: ${figures.rgbPsnrDb} dB in RGB, ${figures.psnrDb} dB in the planes`);
  return figures.rgbPsnrDb;
};

test("the published client renders through the emulators, by our service, to our bytes", async () => {
  const output = place("ours.mp4");
  const { handle, progress } = await renderByPublishedClient(output, []);
  assert.equal(progress.status, "succeeded", JSON.stringify(progress.errors));
  assert.match(handle.executionName, /^projects\/local-project\/locations\/us-central1\/workflows\/hyperframes-render\/executions\//);
  assert.equal(progress.framesRendered, progress.totalFrames);
  assert.equal(progress.invocationsObserved, 2 + Math.ceil(progress.totalFrames / config.chunkSize));
  assert.equal(progress.outputFile.bytes, readFileSync(output).length);
  assert.deepEqual(readFileSync(output), readFileSync(reference));
});

test("the published service renders behind our edge and workflow, for the published client", async (t) => {
  const output = place("theirs.mp4");
  const { progress } = await renderByPublishedClient(output, ["--service-command", `${process.execPath} ${SERVICE}`]);
  assert.equal(progress.status, "succeeded", JSON.stringify(progress.errors));
  const agreement = await psnrDb(output, t);
  assert.ok(agreement > 30, `${agreement} dB`);
});

test("our client renders by the published service too", async (t) => {
  const output = place("our-client.mp4");
  await hyperlocal(["render", project, "-o", output, "--quiet", "--fps", "30", "--chunk-size", "15",
    "--service-command", `${process.execPath} ${SERVICE}`]);
  assert.ok(await psnrDb(output, t) > 30);
});

test("a failure of the published service reaches our client by its name", async () => {
  const broken = place("broken");
  cpSync(project, broken, { recursive: true });
  writeFileSync(path.join(broken, "index.html"), "<p>no composition</p>");
  const failure = await hyperlocal(["render", broken, "-o", place("never.mp4"), "--quiet", "--width", "320", "--height", "240",
    "--service-command", `${process.execPath} ${SERVICE}`]).then(() => null, (error) => error);
  assert.ok(failure, "it should have failed");
  assert.ok(!existsSync(place("never.mp4")));
});

test("exec returns the command's status, gives it a HOME with a stack, and leaves nothing", async () => {
  const before = new Set(readdirSync(scratch));
  const { stdout } = await hyperlocal(["exec", "--", "sh", "-c", "cat \"$HOME/.hyperframes/cloudrun-state.json\"; echo; env"]);
  const state = JSON.parse(stdout.slice(0, stdout.indexOf("\n}\n") + 2));
  assert.deepEqual(Object.keys(state).sort(), ["bucketName", "projectId", "region", "serviceUrl", "workflowId"]);
  assert.match(stdout, /^STORAGE_EMULATOR_HOST=http:\/\/127\.0\.0\.1:\d+$/m);
  assert.match(stdout, /^HYPERLOCAL_WORKFLOWS_ENDPOINT=http:\/\/127\.0\.0\.1:\d+$/m);
  const status = await hyperlocal(["exec", "--", "sh", "-c", "exit 7"]).then(() => 0, (error) => error.code);
  assert.equal(status, 7);
  const missing = await hyperlocal(["exec", "--", "no-such-program"]).then(() => null, (error) => error);
  assert.equal(missing.code, 66);
  assert.match(missing.stderr, /no-such-program/);
  assert.deepEqual(readdirSync(scratch).filter((name) => !before.has(name)), []);
});

const startEmulate = async (flags, home) => {
  const envFile = path.join(home, "cloud.env");
  const child = spawn(PROGRAM, ["emulate", "--port", "0", "--env-file", envFile, ...flags],
    { env: { ...process.env, HOME: home, XDG_STATE_HOME: "", TMPDIR: scratch }, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => { said += text; });
  const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code)));
  await new Promise((resolve, reject) => {
    const watcher = watch(home, () => look());
    const look = () => {
      if (!existsSync(envFile)) return;
      watcher.close();
      resolve();
    };
    ended.then((status) => reject(new Error(`emulate ended with ${status}: ${said}`)));
    look();
  });
  const variables = Object.fromEntries(readFileSync(envFile, "utf8").trim().split("\n")
    .map((line) => /^(\w+)='(.*)'$/.exec(line).slice(1)));
  return { child, ended, variables, envFile, said: () => said };
};

test("emulate: the variables, env in another shell, and a clean end", async () => {
  const home = mkdtempSync(path.join(scratch, "home-"));
  const emulate = await startEmulate(["--memory"], home);
  const environment = { ...process.env, HOME: home, XDG_STATE_HOME: "" };
  const asJson = JSON.parse((await hyperlocal(["env", "--format", "json"], { env: environment })).stdout);
  assert.deepEqual(asJson, emulate.variables);
  const shell = await run("sh", ["-c", `eval "$(${PROGRAM} env)"; echo "$STORAGE_EMULATOR_HOST"`], { env: environment });
  assert.equal(shell.stdout.trim(), emulate.variables.STORAGE_EMULATOR_HOST);
  const output = path.join(home, "film.mp4");
  await run(process.execPath, ["--require", PRELOAD, CLIENT, project, output, JSON.stringify(config)],
    { env: { ...environment, ...emulate.variables }, timeout: LIMIT_MS });
  assert.deepEqual(readFileSync(output), readFileSync(reference));
  emulate.child.kill("SIGTERM");
  assert.equal(await emulate.ended, 0, emulate.said());
  assert.ok(!existsSync(emulate.envFile));
  const none = await hyperlocal(["env"], { env: environment }).then(() => null, (error) => error);
  assert.equal(none.code, 66);
  assert.match(none.stderr, /hyperlocal emulate/);
});
