// Whole renders, from the start of the command to the file: by the published packages, in both ways that one machine
// can run their chunks, and by Hyperlocal.
import { readFile, stat } from "node:fs/promises";
import path from "node:path";

import { busySeconds } from "./machine.mjs";
import { BENCH, Failure, lastLines, run } from "./work.mjs";

const TIME_LIMIT_SECONDS = 1800;
const MEMORY_MILLISECONDS = 100; // between two looks at a tree's memory

export const PUBLISHED = "published";
export const PUBLISHED_TWO = "published, two chunks at once";
export const HYPERLOCAL = "hyperlocal";

export const COMPOSITIONS = {
  hello: { project: "examples/hello", chunkSize: 15, frames: 60 },
  orbit: { project: "examples/orbit", chunkSize: 75, frames: 300 },
  static: { project: "bench/compositions/static", chunkSize: 75, frames: 300 },
  slideshow: { project: "bench/compositions/slideshow", chunkSize: 75, frames: 300 },
};

// What is wrong with a finished video, by its decoded frames: a benchmark of a wrong render is worth nothing.
const problemOf = async (file, { frames }) => {
  const { status, stdout, stderr } = await run(["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0",
    "-show_entries", "stream=nb_read_frames", "-of", "json", file]);
  if (status !== 0) return `ffprobe: ${stderr.trim()}`;
  const [stream] = JSON.parse(stdout).streams;
  return Number(stream.nb_read_frames) === frames ? null : `${stream.nb_read_frames} frames; ${frames} expected`;
};

const measured = async (command, output, composition, work, memory) => {
  const resultFile = path.join(work, "measure.json");
  const told = command.join(" ");
  const busyBefore = busySeconds();
  const ended = await run([path.join(BENCH, "measure"), ...(memory ? ["--memory", String(MEMORY_MILLISECONDS)] : []),
    resultFile, String(TIME_LIMIT_SECONDS), ...command]);
  const busy = busySeconds() - busyBefore;
  if (ended.status !== 0) throw new Failure(1, `${told}: measure failed\n${lastLines(ended)}`);
  const taken = JSON.parse(await readFile(resultFile, "utf8"));
  if (taken.timedOut) throw new Failure(1, `${told} was not done after ${TIME_LIMIT_SECONDS} s\n${lastLines(ended)}`);
  if (taken.exit !== 0 || taken.signal !== 0) {
    const how = taken.signal ? `signal ${taken.signal}` : taken.exit;
    throw new Failure(taken.exit === 127 ? 69 : 1, `${told} ended with ${how}\n${lastLines(ended)}`);
  }
  const problem = await problemOf(output, composition);
  if (problem) throw new Failure(1, `${told} made a wrong video: ${problem}`);
  const cpuSeconds = taken.userSeconds + taken.systemSeconds;
  return {
    figures: {
      wallSeconds: taken.wallSeconds,
      cpuSeconds: Number(cpuSeconds.toFixed(2)),
      // Of other processes, meanwhile.
      otherCpuSeconds: Number(Math.max(0, busy - cpuSeconds).toFixed(2)),
      leftOverProcesses: taken.leftOver,
      outputBytes: (await stat(output)).size,
      ...(memory ? {
        peakMemoryMiB: taken.peakMemoryMiB, memorySamples: taken.memorySamples, peakMemoryOf: taken.peakMemoryOf,
      } : {}),
    },
    stdout: ended.stdout,
  };
};

const byPublished = async (composition, concurrency, { work, memory }) => {
  const output = path.join(work, "published.mp4");
  const { figures, stdout } = await measured([process.execPath, path.join(BENCH, "peers", "render.mjs"),
    composition.project, "-o", output, "--chunk-size", String(composition.chunkSize),
    "--concurrency", String(concurrency)], output, composition, work, memory);
  const { seconds, chunks } = JSON.parse(stdout);
  return { ...figures, stages: seconds, chunks };
};

const byHyperlocal = async (composition, { work, memory, hyperlocal }) => {
  const output = path.join(work, "hyperlocal.mp4");
  const { figures } = await measured([hyperlocal, "render", composition.project, "-o", output,
    "--chunk-size", String(composition.chunkSize), "--quiet"], output, composition, work, memory);
  return figures;
};

// The turns of one measurement, of the renderers that are `wanted`; each takes its time once. With `memory` the memory of
// the trees is looked at, and the times are worth less.
export const renderTurns = (name, { work, hyperlocal, wanted, memory = false }) => {
  const composition = COMPOSITIONS[name];
  const options = { work, memory, hyperlocal };
  return [
    { renderer: PUBLISHED, take: async () => [await byPublished(composition, 1, options)] },
    ...(memory ? [] : [{ renderer: PUBLISHED_TWO, take: async () => [await byPublished(composition, 2, options)] }]),
    { renderer: HYPERLOCAL, take: async () => [await byHyperlocal(composition, options)] },
  ].filter(({ renderer }) => wanted(renderer));
};
