// Renders a project with the published packages: plan, renderChunk for every chunk, assemble.
// Prints one JSON document on stdout; what the packages log goes to stderr. docs/performance.md says how the
// figures are used.
//
//   node bench/peers/render.mjs <project> -o out.mp4 [--chunk-size N] [--concurrency N] [--fps N]
//
// Chrome and ffmpeg are the system's: PRODUCER_HEADLESS_SHELL_PATH, or the path where Debian puts it.
import { mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import "./offline.mjs";
import { MODULES, copyWithLocalGsap, missing, versionOf } from "./packages.mjs";

const fail = (status, message) => {
  process.stderr.write(`peers/render: ${message}\n`);
  process.exit(status);
};

const wholeNumber = (text, name) => {
  if (!/^[1-9][0-9]*$/.test(text)) fail(64, `${name} is ${JSON.stringify(text)}; it takes a whole number from 1`);
  return Number(text);
};

const readArguments = () => {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        output: { type: "string", short: "o" },
        "chunk-size": { type: "string" },
        concurrency: { type: "string", default: "1" },
        fps: { type: "string" },
      },
    });
  } catch (error) {
    fail(64, error.message);
  }
  const { values, positionals } = parsed;
  if (positionals.length !== 1 || !values.output) fail(64, "usage: render.mjs <project> -o <output.mp4>");
  return {
    project: path.resolve(positionals[0]),
    output: path.resolve(values.output),
    chunkSize: values["chunk-size"] && wholeNumber(values["chunk-size"], "--chunk-size"),
    concurrency: wholeNumber(values.concurrency, "--concurrency"),
    fps: values.fps && wholeNumber(values.fps, "--fps"),
  };
};

const attribute = (html, name) => html.match(new RegExp(`${name}="([0-9.]+)"`))?.[1];

const options = readArguments();
const entry = path.join(options.project, "index.html");
if (!existsSync(entry)) fail(66, `${entry} does not exist`);
const lack = missing();
if (lack) fail(69, lack);

// Chunks in one process share one Chrome through the packages' pool, and two of them that step the same Chrome
// frame by frame wait for each other for ever. The packages' own switch gives each chunk its Chrome.
if (options.concurrency > 1) process.env.PRODUCER_ENABLE_BROWSER_POOL = "false";

// stdout carries the result alone: the packages log there too.
const say = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

const seconds = (from) => Number(process.hrtime.bigint() - from) / 1e9;
const started = process.hrtime.bigint();
const work = await mkdtemp(path.join(tmpdir(), "hyperlocal-peer-"));
let result;
try {
  const copy = path.join(work, "project");
  const replaced = await copyWithLocalGsap(options.project, copy);
  const packageRoot = path.join(MODULES, "@hyperframes", "producer");
  const version = await versionOf("@hyperframes/producer");
  const { plan, renderChunk, assemble } = await import(path.join(packageRoot, "dist", "distributed.js"));
  const startSeconds = seconds(started);

  const html = await readFile(entry, "utf8");
  const planDirectory = path.join(work, "plan");
  await mkdir(planDirectory);
  let mark = process.hrtime.bigint();
  const planned = await plan(copy, {
    fps: options.fps ?? Number(attribute(html, "data-fps") ?? 30),
    width: Number(attribute(html, "data-width")),
    height: Number(attribute(html, "data-height")),
    format: "mp4",
    failClosedFontFetch: false,
    ...(options.chunkSize ? { chunkSize: options.chunkSize } : {}),
  }, planDirectory);
  const planSeconds = seconds(mark);

  mark = process.hrtime.bigint();
  const paths = Array.from({ length: planned.chunkCount }, (_, index) =>
    path.join(work, `chunk-${String(index).padStart(4, "0")}.mp4`));
  const chunks = [];
  let next = 0;
  const worker = async () => {
    while (next < planned.chunkCount) {
      const index = next;
      next += 1;
      const from = process.hrtime.bigint();
      const chunk = await renderChunk(planDirectory, index, paths[index]);
      chunks[index] = {
        seconds: seconds(from),
        frames: chunk.framesEncoded,
        captureMode: chunk.captureMode,
        sessionBootMs: chunk.sessionBootMs,
        captureStageMs: chunk.captureStageMs,
        encodeStageMs: chunk.encodeStageMs,
      };
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  const chunksSeconds = seconds(mark);

  mark = process.hrtime.bigint();
  await mkdir(path.dirname(options.output), { recursive: true });
  await assemble(planDirectory, paths, null, options.output);
  const assembleSeconds = seconds(mark);

  result = {
    schema: "hyperlocal.bench-peer/1",
    packages: { "@hyperframes/producer": version },
    concurrency: options.concurrency,
    browserPool: process.env.PRODUCER_ENABLE_BROWSER_POOL !== "false",
    replacedAddresses: replaced,
    offline: true,
    frames: planned.totalFrames,
    width: planned.width,
    height: planned.height,
    fps: planned.fps,
    chunkCount: planned.chunkCount,
    outputBytes: (await stat(options.output)).size,
    seconds: {
      start: startSeconds,
      plan: planSeconds,
      chunks: chunksSeconds,
      assemble: assembleSeconds,
      total: seconds(started),
    },
    chunks,
  };
} finally {
  await rm(work, { recursive: true, force: true });
}
say(`${JSON.stringify(result)}\n`, () => process.exit(0));
