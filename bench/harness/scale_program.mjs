// Costs of the engine against chunks, frames and size, and of executions that wait for their turn: what bench_scale, a
// program of Google Benchmark, measures.
import { existsSync } from "node:fs";
import path from "node:path";

import { Failure, lastLines, run } from "./work.mjs";

// All wanted benchmarks in one run: chunks that one of them has rendered are assembled by another.
let measured = null;
const measure = async (programs, benchmarks) => {
  const program = path.join(programs, "bench_scale");
  if (!existsSync(program)) {
    throw new Failure(69, `${program} is not built; run: cmake --preset bench && cmake --build --preset bench ` +
      "--target bench_scale, or name its folder with --programs");
  }
  const ended = await run([program, `--benchmark_filter=^(${benchmarks.join("|")})/`, "--benchmark_format=json",
    "--benchmark_min_time=2"]);
  if (ended.status !== 0) throw new Failure(1, `${program}: ${lastLines(ended)}`);
  const results = JSON.parse(ended.stdout).benchmarks;
  for (const each of results) {
    if (each.error_occurred) throw new Failure(1, `${each.name}: ${each.error_message}`);
  }
  return results;
};

const engineLine = (name, benchmark, what, unit, sizeOf = (each) => Number(/:(\d+)/.exec(each.name)[1])) => ({
  name, benchmark, what, unit, expected: 1, least: 0,
  points: async ({ programs, lines }) => {
    measured ??= measure(programs, lines.map((line) => line.benchmark).filter(Boolean));
    return (await measured).filter((each) => each.name.startsWith(`${benchmark}/`))
      .map((each) => ({ size: sizeOf(each), seconds: each.cpu_time / 1000, wallSeconds: each.real_time / 1000 }));
  },
});

export const PROGRAM_LINES = [
  engineLine("plan", "Plan", "plan a test card", "chunks"),
  engineLine("read-plan", "ReadPlan", "read a plan and verify its hash", "chunks"),
  engineLine("chunks", "RenderChunks", "render chunks of one frame", "chunks"),
  engineLine("assemble", "AssembleChunks", "assemble chunks of one frame", "chunks"),
  engineLine("frames", "Frames", "render a chunk, 320x180", "frames"),
  engineLine("size", "Size", "render 16 frames", "pixels", (each) => each.pixels),
  engineLine("queue", "QueuedExecutions", "executions, ten at a time, the others queued", "executions"),
];
