// Renders the same compositions with the published packages and with Hyperlocal, turn and turn about on this
// machine, and prints what each took. docs/performance.md says what is measured and how.
import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(HERE);
const TIME_LIMIT_SECONDS = 900;

const CASES = [
  { name: "hello", project: "examples/hello", chunkSize: 15, frames: 60 },
  { name: "orbit", project: "examples/orbit", chunkSize: 75, frames: 300 },
];

// The published packages as they ship, in the two ways that one machine can run their chunks. The table shows the
// quicker one of each case.
const PEER_VARIANTS = [
  { name: "peer, chunks in sequence", concurrency: 1 },
  { name: "peer, two chunks at once", concurrency: 2 },
];

const HELP = `Usage: bench/end_to_end [options]

Renders hello (60 frames, 4 chunks) and orbit (300 frames, 4 chunks) with the published packages and with
./hyperlocal, in turns, and prints the medians.

  --repetitions N   how often each is rendered (default 3)
  --case NAME       only this case: ${CASES.map(({ name }) => name).join(", ")} (may be given several times)
  --peer-only       only the published packages
  --json FILE       write every figure to FILE as well
  --help            this text

Needs: npm ci --prefix tests/peers, chromium-headless-shell, ffmpeg, ffprobe; perl and /proc.
Exit status: 0 measured; 1 a render was wrong; 64 usage; 69 something is not installed.
`;

// Where the renders put their files; made before the first one and removed on every way out.
let work = null;

const leave = (status) => {
  if (work) rmSync(work, { recursive: true, force: true });
  process.exit(status);
};

const fail = (status, message) => {
  process.stderr.write(`end_to_end: ${message}\n`);
  leave(status);
};

const readArguments = () => {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        repetitions: { type: "string", default: "3" },
        case: { type: "string", multiple: true },
        "peer-only": { type: "boolean", default: false },
        json: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    fail(64, `${error.message} (see bench/end_to_end --help)`);
  }
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  if (!/^[1-9][0-9]?$/.test(values.repetitions)) {
    fail(64, `--repetitions is ${JSON.stringify(values.repetitions)}; it takes a number from 1 to 99`);
  }
  for (const name of values.case ?? []) {
    if (!CASES.some((each) => each.name === name)) {
      fail(64, `--case ${name} is unknown; there are ${CASES.map((each) => each.name).join(", ")}`);
    }
  }
  return {
    repetitions: Number(values.repetitions),
    cases: CASES.filter(({ name }) => !values.case || values.case.includes(name)),
    peerOnly: values["peer-only"],
    json: values.json && path.resolve(values.json),
  };
};

let running = null;

const run = (command, environment = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
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
  });

// What a finished video says of itself, from its decoded frames: a benchmark of a wrong render is worth nothing.
const checkVideo = async (file, { frames }) => {
  const { status, stdout, stderr } = await run(["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0",
    "-show_entries", "stream=nb_read_frames,r_frame_rate,width,height", "-of", "json", file]);
  if (status !== 0) return `ffprobe: ${stderr.trim()}`;
  const [stream] = JSON.parse(stdout).streams;
  return Number(stream.nb_read_frames) === frames ? null : `${stream.nb_read_frames} frames; ${frames} expected`;
};

const measureRender = async (command, output, theCase) => {
  const resultFile = path.join(work, "measure.json");
  const load = loadavg()[0];
  const { status, stdout, stderr } = await run(
    [path.join(HERE, "measure"), resultFile, String(TIME_LIMIT_SECONDS), ...command], { TMPDIR: work });
  const lastLines = () => stderr.trim().split("\n").slice(-12).join("\n");
  if (status !== 0) fail(1, `${command.join(" ")}: measure failed\n${lastLines()}`);
  const taken = JSON.parse(await readFile(resultFile, "utf8"));
  if (taken.timedOut) fail(1, `${command.join(" ")} was not done after ${TIME_LIMIT_SECONDS} s\n${lastLines()}`);
  if (taken.exit !== 0 || taken.signal !== 0) {
    fail(1, `${command.join(" ")} ended with ${taken.signal ? `signal ${taken.signal}` : taken.exit}\n${lastLines()}`);
  }
  const wrong = await checkVideo(output, theCase);
  if (wrong) fail(1, `${command.join(" ")} made a wrong video: ${wrong}`);
  return {
    wallSeconds: taken.wallSeconds,
    cpuSeconds: Number((taken.userSeconds + taken.systemSeconds).toFixed(2)),
    leftOverProcesses: taken.leftOver,
    outputBytes: (await stat(output)).size,
    loadBefore: Number(load.toFixed(2)),
    stdout,
  };
};

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const summarize = (runs) => ({
  wallSeconds: median(runs.map((each) => each.wallSeconds)),
  wallRange: [Math.min(...runs.map((each) => each.wallSeconds)), Math.max(...runs.map((each) => each.wallSeconds))],
  cpuSeconds: median(runs.map((each) => each.cpuSeconds)),
  outputBytes: median(runs.map((each) => each.outputBytes)),
  runs,
});

const peerCommand = (theCase, variant, output) => [process.execPath, path.join(HERE, "peers", "render.mjs"),
  theCase.project, "-o", output, "--chunk-size", String(theCase.chunkSize),
  "--concurrency", String(variant.concurrency)];

const oursCommand = (theCase, output) => [path.join(ROOT, "hyperlocal"), "render", theCase.project, "-o", output,
  "--chunk-size", String(theCase.chunkSize), "--quiet"];

const options = readArguments();
if (!existsSync(path.join(ROOT, "tests", "peers", "node_modules")) && !process.env.HYPERLOCAL_PEER_MODULES) {
  fail(69, "the published packages are not installed; run: npm ci --prefix tests/peers");
}
if (!options.peerOnly) {
  // Builds the program when the tree is newer than it, so that no render pays for that.
  const { status, stderr } = await run([path.join(ROOT, "hyperlocal"), "--version"]).catch((error) =>
    ({ status: 127, stderr: error.message }));
  if (status !== 0) fail(69, `./hyperlocal does not start (--peer-only measures without it)\n${stderr.trim()}`);
}

work = await mkdtemp(path.join(tmpdir(), "hyperlocal-bench-"));
// `measure` ends what it has started; the directory goes once nothing writes into it any more.
for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]]) {
  process.on(signal, () => {
    if (!running) leave(status);
    running.once("close", () => leave(status));
    running.kill("SIGTERM");
  });
}
const results = [];
let peerVersion = null;
try {
  for (const theCase of options.cases) {
    const peers = PEER_VARIANTS.map((variant) => ({ variant, runs: [] }));
    const ours = [];
    for (let repetition = 1; repetition <= options.repetitions; repetition += 1) {
      for (const { variant, runs } of peers) {
        process.stderr.write(`${theCase.name} ${repetition}/${options.repetitions}: ${variant.name}\n`);
        const output = path.join(work, "peer.mp4");
        const { stdout, ...taken } =
          await measureRender(peerCommand(theCase, variant, output), output, theCase);
        const said = JSON.parse(stdout);
        peerVersion = said.packages["@hyperframes/producer"];
        runs.push({ ...taken, stages: said.seconds, chunks: said.chunks });
      }
      if (!options.peerOnly) {
        process.stderr.write(`${theCase.name} ${repetition}/${options.repetitions}: hyperlocal\n`);
        const output = path.join(work, "ours.mp4");
        const { stdout, ...taken } = await measureRender(oursCommand(theCase, output), output, theCase);
        ours.push(taken);
      }
    }
    const variants = peers.map(({ variant, runs }) => ({ ...variant, ...summarize(runs) }));
    const peer = variants.reduce((best, each) => (each.wallSeconds < best.wallSeconds ? each : best));
    results.push({
      case: theCase.name,
      frames: theCase.frames,
      chunkSize: theCase.chunkSize,
      peer: peer.name,
      peerVariants: variants,
      hyperlocal: options.peerOnly ? null : summarize(ours),
    });
  }
} finally {
  await rm(work, { recursive: true, force: true });
}

const figure = (number, digits = 1) => number.toFixed(digits);
const row = ([name, renderer, ...figures]) =>
  `${[name.padEnd(7), renderer.padEnd(26), ...figures.map((each) => each.padStart(10))].join(" ").trimEnd()}\n`;
let table = row(["case", "renderer", "wall s", "cpu s", "frames/s", "KB", "wall ratio", "cpu ratio"]);
for (const result of results) {
  const best = result.peerVariants.find(({ name }) => name === result.peer);
  const line = (name, taken, ratios) => row([result.case, name, figure(taken.wallSeconds, 2),
    figure(taken.cpuSeconds, 2), figure(result.frames / taken.wallSeconds), figure(taken.outputBytes / 1024, 0),
    ...ratios]);
  for (const variant of result.peerVariants) {
    const isBest = variant === best;
    table += line(`${variant.name}${isBest ? " *" : ""}`, variant, isBest ? ["1.0", "1.0"] : ["", ""]);
  }
  if (result.hyperlocal) {
    table += line("hyperlocal", result.hyperlocal, [figure(best.wallSeconds / result.hyperlocal.wallSeconds),
      figure(best.cpuSeconds / result.hyperlocal.cpuSeconds)]);
  }
}
process.stdout.write(table);
process.stdout.write(`
Medians of ${options.repetitions}; cpu: the whole process tree. Ratio: the quicker peer (*) divided by the row; more is
quicker. Peer: @hyperframes/producer ${peerVersion}: plan, renderChunk, assemble, without a network: in its copy of the
project GSAP's CDN address is a local file, and its bundled fonts stand for those that the HTML itself names.
`);
if (options.json) {
  await writeFile(options.json, `${JSON.stringify({
    schema: "hyperlocal.bench/1",
    node: process.version,
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? "",
    repetitions: options.repetitions,
    peer: { "@hyperframes/producer": peerVersion },
    results,
  }, null, 2)}\n`);
}
