// What of a render cannot be left out: Chrome's picture of a frame and x264's frame, each measured alone, and how quick the
// lines of `bench/run` could be if everything else cost nothing. docs/performance.md says what follows from it.
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { describeMachine, machineLine } from "./harness/machine.mjs";
import { pictureCost } from "./harness/picture_cost.mjs";
import { COMPOSITIONS } from "./harness/render.mjs";
import { BENCH, Failure, ROOT, inWorkDirectory, lastLines, run, say } from "./harness/work.mjs";

const TIME_LIMIT_SECONDS = 600;
const PICTURES = 200;
// How many pictures a composition takes: of static two whole ones for each browser's first chunk and one for every other,
// then parts (decision 18); of the slideshow none while it stands still.
const LINES = [{ name: "orbit", pictures: 300, parts: 0 }, { name: "static", pictures: 6, parts: 294 },
  { name: "slideshow", pictures: 36, parts: 0 }];

const HELP = `Usage: bench/limits [options]

Measures, in processor time: Chrome's frame of a 1080p page with one small mover, drawn, with its picture, and with a part
of it; and x264 (medium, crf 18, one thread) on the frames of three compositions. From them: the least time that these leave
on this machine's cores for the lines of bench/run, when nothing else costs anything. Two minutes, and 1 GB in TMPDIR.

  --figures FILE       what bench/run --json wrote on this machine: the largest ratio that is possible is shown too
  --hyperlocal FILE    the program that renders the films (default: ./hyperlocal)
  --help               this text

Needs: chromium-headless-shell, ffmpeg. Exit status: 0 measured; 1 something failed; 64 usage; 69 something is not installed.
`;

const readArguments = () => {
  try {
    const { values } = parseArgs({ options: {
      figures: { type: "string" }, hyperlocal: { type: "string" }, help: { type: "boolean", default: false } } });
    return values;
  } catch (error) {
    throw new Failure(64, `${error.message} (see bench/limits --help)`);
  }
};

const must = async (command, what) => {
  const ended = await run(command);
  if (ended.status !== 0) throw new Failure(ended.status === 127 ? 69 : 1, `${what}: ${lastLines(ended)}`);
};

// Processor seconds of a command.
const cpuOf = async (command, work) => {
  const result = path.join(work, "measure.json");
  await must([path.join(BENCH, "measure"), result, String(TIME_LIMIT_SECONDS), ...command], command[0]);
  const taken = JSON.parse(await readFile(result, "utf8"));
  if (taken.exit !== 0) throw new Failure(taken.exit === 127 ? 69 : 1, `${command.join(" ")} ended with ${taken.exit}`);
  return taken.userSeconds + taken.systemSeconds;
};

// x264 alone, on the decoded frames of a film; reading them is measured apart and taken off.
const x264Seconds = async (composition, hyperlocal, work) => {
  const film = path.join(work, "film.mp4"), raw = path.join(work, "film.yuv");
  await must([hyperlocal, "render", composition.project, "-o", film, "--direct", "--quiet"], "render");
  await must(["ffmpeg", "-v", "error", "-y", "-i", film, "-f", "rawvideo", "-pix_fmt", "yuv420p", raw], "ffmpeg");
  const read = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "1920x1080", "-r", "30", "-i", raw];
  const encode = ["-c:v", "libx264", "-preset", "medium", "-crf", "18", "-threads", "1", "-f", "null", "-"];
  const reading = await cpuOf([...read, "-f", "null", "-"], work);
  return await cpuOf([...read, ...encode], work) - reading;
};

const main = async (options, work) => {
  process.env.HYPERLOCAL_NODE_MODULES ??= path.join(ROOT, "node_modules");
  const hyperlocal = path.resolve(options.hyperlocal ?? path.join(ROOT, "hyperlocal"));
  const figures = options.figures && JSON.parse(await readFile(options.figures, "utf8"));
  say(machineLine(await describeMachine()));
  const cores = availableParallelism();
  const ms = (seconds) => `${(seconds * 1000).toFixed(1)} ms`;
  say("Chrome");
  const picture = await pictureCost(work, PICTURES);
  console.log(`Chrome, 1080p, one small mover: drawn ${ms(picture.drawn)} a frame, with its picture ${ms(picture.pictured)}, ` +
    `with that of a part ${ms(picture.part)}`);
  for (const { name, pictures, parts } of LINES) {
    say(name);
    const composition = COMPOSITIONS[name];
    const x264 = await x264Seconds(composition, hyperlocal, work);
    const least = (x264 + pictures * picture.pictured + parts * picture.part) / cores;
    const published = figures?.lines?.find(({ line }) => line === name)?.published;
    console.log(`${name}: x264 ${ms(x264 / composition.frames)} a frame, ${x264.toFixed(1)} s; with ${pictures} pictures` +
      `${parts > 0 ? ` and ${parts} parts` : ""} ` +
      `at least ${least.toFixed(1)} s on ${cores} cores` +
      (published ? `: ${(published / least).toFixed(1)} times as fast as the published ${published.toFixed(1)} s, at most` : ""));
  }
  return 0;
};

await inWorkDirectory("bench/limits", async (work) => {
  const options = readArguments();
  if (!options.help) return main(options, work);
  process.stdout.write(HELP);
  return 0;
});
