// Renders a 1080p composition with two videos, music and captions at several lengths, and prints how much memory our
// processes and Chrome's took at most. docs/performance.md says what is measured and how.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { makeTalkingHead } from "./talking_head.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(HERE);
const SAMPLE_MILLISECONDS = 500;
const DISK_MILLISECONDS = 10000;
const LIMIT_MIB = 1536; // of ours

const HELP = `Usage: bench/memory [options]

Makes a 1080p composition with two videos, music and captions by ffmpeg's test sources, renders it at each length
and in each way, and prints the peak of the memory that our processes and Chrome's take (proportional set size,
sampled ${1000 / SAMPLE_MILLISECONDS} times a second; and the kernel's own high-water mark of our largest process).

  --seconds LIST    lengths, by commas (default 10,60)
  --way NAME        direct, cloud (default: both; may be given twice)
  --program FILE    the hyperlocal to measure (default: ./hyperlocal)
  --json FILE       write every figure to FILE as well
  --help            this text

Needs: ffmpeg, ffprobe; some GB of disk in TMPDIR (a minute takes four). Exit status: 0 measured; 1 a render was wrong,
our memory went beyond ${LIMIT_MIB} MiB, or a frame lay on the disk that is not of a source; 64 usage; 69 something is not
installed.
`;

let work = null;
let running = null;

const leave = (status) => {
  if (running) running.kill("SIGKILL"); // its Chrome ends with it
  if (work) rmSync(work, { recursive: true, force: true });
  process.exit(status);
};
const fail = (status, message) => {
  process.stderr.write(`memory: ${message}\n`);
  leave(status);
};

const readArguments = () => {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        seconds: { type: "string", default: "10,60" },
        way: { type: "string", multiple: true },
        program: { type: "string", default: path.join(ROOT, "hyperlocal") },
        json: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    fail(64, `${error.message} (see bench/memory --help)`);
  }
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const seconds = values.seconds.split(",").map(Number);
  if (seconds.some((each) => !Number.isInteger(each) || each < 1 || each > 3600)) {
    fail(64, `--seconds is ${JSON.stringify(values.seconds)}; it takes whole numbers from 1 to 3600, by commas`);
  }
  const ways = values.way ?? ["direct", "cloud"];
  for (const way of ways) if (way !== "direct" && way !== "cloud") fail(64, `--way ${way} is unknown: direct, cloud`);
  return { seconds, ways, program: path.resolve(values.program), json: values.json && path.resolve(values.json) };
};

// A process may be gone between two looks at it.
const ifThere = (look, otherwise) => {
  try {
    return look();
  } catch {
    return otherwise;
  }
};

const descendants = (root) => {
  const found = [root];
  for (let i = 0; i < found.length; i += 1) {
    const threads = ifThere(() => readdirSync(`/proc/${found[i]}/task`), []);
    for (const thread of threads) {
      const list = ifThere(() => readFileSync(`/proc/${found[i]}/task/${thread}/children`, "utf8"), "");
      found.push(...list.split(" ").filter(Boolean).map(Number));
    }
  }
  return found;
};

const kibOf = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);

// MiB of every kind of process below `root`.
const sample = (root) => {
  const sum = { ours: 0, oursAnonymous: 0, highWater: 0, chrome: 0, chromeProcesses: 0 };
  for (const id of descendants(root)) {
    const program = ifThere(() => path.basename(readlinkSync(`/proc/${id}/exe`)), "");
    const text = ifThere(() => readFileSync(`/proc/${id}/smaps_rollup`, "utf8"), "");
    const mib = kibOf(text, "Pss") / 1024;
    if (/chrom|headless/.test(program)) {
      sum.chrome += mib;
      sum.chromeProcesses += 1;
    } else {
      sum.ours += mib;
      sum.oursAnonymous += kibOf(text, "Pss_Anon") / 1024;
      const mark = kibOf(ifThere(() => readFileSync(`/proc/${id}/status`, "utf8"), ""), "VmHWM") / 1024;
      sum.highWater = Math.max(sum.highWater, mark);
    }
  }
  return sum;
};

const PICTURE = /\.(jpe?g|png|webp|bmp|ppm|yuv|rgb|raw)$/;

// Bytes in the work directory, each file once, and pictures that are not those of a source.
const lookAtDisk = (directory) => {
  const seen = new Set();
  const sum = { bytes: 0, strangers: [] };
  const walk = (at) => {
    for (const entry of ifThere(() => readdirSync(at, { withFileTypes: true }), [])) {
      const file = path.join(at, entry.name);
      if (entry.isDirectory()) {
        walk(file);
        continue;
      }
      const facts = ifThere(() => statSync(file), null);
      if (!facts?.isFile() || seen.has(facts.ino)) continue;
      seen.add(facts.ino);
      sum.bytes += facts.size;
      if (PICTURE.test(entry.name) && !file.includes("/video-frames/")) sum.strangers.push(file);
    }
  };
  walk(directory);
  return sum;
};

const spawned = (command, environment, onStart) =>
  new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1),
      { cwd: ROOT, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    running = child;
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) {
      child[stream].setEncoding("utf8");
      child[stream].on("data", (text) => {
        output[stream] += text;
      });
    }
    child.on("error", reject);
    child.on("close", (status) => {
      running = null;
      resolve({ status, ...output });
    });
    onStart?.(child.pid);
  });

const checkVideo = async (file, seconds) => {
  const { status, stdout, stderr } = await spawned(["ffprobe", "-v", "error", "-count_packets", "-show_entries",
    "stream=codec_type,nb_read_packets,duration", "-of", "json", file]);
  if (status !== 0) return stderr;
  const streams = JSON.parse(stdout).streams;
  const video = streams.find((each) => each.codec_type === "video");
  const audio = streams.find((each) => each.codec_type === "audio");
  if (Number(video?.nb_read_packets) !== seconds * 30) return `${video?.nb_read_packets} frames`;
  if (!audio || Math.abs(Number(audio.duration) - seconds) > 0.001) return `its sound lasts ${audio?.duration} s`;
  return null;
};

const measure = async (program, way, project, seconds) => {
  const scratch = path.join(work, `scratch-${way}-${seconds}`);
  const output = path.join(work, "film.mp4");
  await rm(scratch, { recursive: true, force: true });
  mkdirSync(scratch);
  const peak = { ours: 0, oursAnonymous: 0, highWater: 0, chrome: 0, chromeProcesses: 0, diskMiB: 0 };
  const strangers = new Set();
  const timers = [];
  const start = performance.now();
  const { status, stderr } = await spawned([program, "render", project, "-o", output, "--quiet",
    ...(way === "direct" ? ["--direct"] : [])], { TMPDIR: scratch }, (id) => {
    timers.push(setInterval(() => {
      const now = sample(id);
      for (const [name, value] of Object.entries(now)) peak[name] = Math.max(peak[name], value);
    }, SAMPLE_MILLISECONDS));
    timers.push(setInterval(() => {
      const disk = lookAtDisk(scratch);
      peak.diskMiB = Math.max(peak.diskMiB, disk.bytes / 2 ** 20);
      for (const file of disk.strangers) strangers.add(path.relative(scratch, file));
    }, DISK_MILLISECONDS));
  });
  const wallSeconds = (performance.now() - start) / 1000;
  for (const timer of timers) clearInterval(timer);
  if (status !== 0) fail(1, `${way}, ${seconds} s: ended with ${status}\n${stderr.trim()}`);
  const wrong = await checkVideo(output, seconds);
  if (wrong) fail(1, `${way}, ${seconds} s: a wrong video: ${wrong}`);
  await rm(scratch, { recursive: true, force: true });
  return { seconds, way, wallSeconds, ...peak, strangers: [...strangers] };
};

const options = readArguments();
for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]]) process.on(signal, () => leave(status));
if (!existsSync(options.program)) fail(69, `${options.program} is not there`);
const { status: ready, stderr: why } = await spawned([options.program, "--version"]);
if (ready !== 0) fail(69, `${options.program} does not start\n${why.trim()}`);

work = await mkdtemp(path.join(tmpdir(), "hyperlocal-memory-"));
const results = [];
const cell = (value) => String(value).padStart(11);
process.stdout.write(`${["seconds", "way", "wall s", "ours MiB", "own pages", "high water", "Chrome MiB", "processes", "disk MiB"].map(cell).join("")}\n`);
for (const seconds of options.seconds) {
  const project = path.join(work, "project");
  await rm(project, { recursive: true, force: true });
  await makeTalkingHead(project, seconds).catch((error) => fail(69, error.message));
  for (const way of options.ways) {
    const result = await measure(options.program, way, project, seconds);
    results.push(result);
    process.stdout.write(`${[seconds, way, result.wallSeconds.toFixed(1), ...["ours", "oursAnonymous", "highWater",
      "chrome", "chromeProcesses", "diskMiB"].map((name) => result[name].toFixed(0))].map(cell).join("")}\n`);
  }
}
process.stdout.write(`
Peaks of each column for itself. ours: every process that is not Chrome's, proportional set size; own pages: the
part of it that is no file. High water: the most resident memory that one process of ours ever had, by the kernel.
`);
if (options.json) await writeFile(options.json, `${JSON.stringify({ schema: "hyperlocal.memory/1", results }, null, 2)}\n`);
const tooMuch = results.find(({ ours, highWater }) => Math.max(ours, highWater) > LIMIT_MIB);
if (tooMuch) fail(1, `ours took ${Math.max(tooMuch.ours, tooMuch.highWater).toFixed(0)} MiB, more than ${LIMIT_MIB}`);
const littered = results.find(({ strangers }) => strangers.length > 0);
if (littered) fail(1, `pictures on the disk that are no source's: ${littered.strangers.slice(0, 5).join(", ")}`);
leave(0);
