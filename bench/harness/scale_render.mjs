// Costs of whole renders of a test card: against the number of workers, and through the emulated cloud against the
// number of chunks.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { BENCH, Failure, lastLines, run } from "./work.mjs";

const TIME_LIMIT_SECONDS = 1800;

const render = async ({ hyperlocal, work }, card, flags) => {
  const project = path.join(work, "card");
  await mkdir(project, { recursive: true });
  await writeFile(path.join(project, "testcard.json"), JSON.stringify({ fps: 30, pattern: "bars", ...card }));
  const result = path.join(work, "measure.json");
  const ended = await run([path.join(BENCH, "measure"), result, String(TIME_LIMIT_SECONDS), hyperlocal, "render", project,
    "-o", path.join(work, "card.mp4"), "--quality", "draft", "--quiet", ...flags]);
  const taken = ended.status === 0 ? JSON.parse(await readFile(result, "utf8")) : { exit: 1 };
  if (taken.exit !== 0) throw new Failure(1, `a render of a test card failed: ${lastLines(ended)}`);
  return { seconds: taken.userSeconds + taken.systemSeconds, wallSeconds: taken.wallSeconds };
};

const over = (sizes, take) => async (options) => {
  const points = [];
  for (const size of sizes) points.push({ size, ...await take(options, size) });
  return points;
};

export const RENDER_LINES = [
  {
    name: "workers", what: "render 960 frames 640x360 in 16 chunks: no more for more workers", unit: "workers", expected: 0,
    points: over([1, 2, 4, 8, 16], (options, workers) =>
      render(options, { width: 640, height: 360, frames: 960 },
        ["--direct", "--chunk-size", "60", "--workers", String(workers)])),
  },
  {
    name: "cloud-chunks", what: "render chunks of one frame through the emulated cloud", unit: "chunks", expected: 1,
    points: over([4, 16, 64, 128, 256], (options, chunks) =>
      render(options, { width: 64, height: 48, frames: chunks },
        ["--chunk-size", "1", "--max-parallel-chunks", String(chunks)])),
  },
];
