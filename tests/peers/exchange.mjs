// Mixes the stages of the two implementations in every way: a plan of either, its chunks rendered by either or by both
// in turn, assembled by either, in both protocols. docs/development.md says what is expected of the results.
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { makeVideoProject } from "./exchange_video.mjs";
import { makeScratchDirectory, removeTree } from "./file_tree.mjs";
import { makeHyperlocalStages } from "./hyperlocal_stages.mjs";
import { isInstalled } from "./published.mjs";
import { loadPublishedStages } from "./published_stages.mjs";
import { decodeFrames, probe, psnr } from "./video_frames.mjs";
import { decodeSound, signalToDifference, writeSound } from "./video_sound.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(path.dirname(HERE));
const PROJECT = path.join(HERE, "exchange_project");
const CONFIG = { fps: 30, width: 160, height: 96, chunkSize: 15 };
const FRAMES = 30;
const KINDS = {
  h264: { format: "mp4" },
  h265: { format: "mp4", codec: "h265" },
  // Only when they are named: half a minute each. Their alpha is not looked at here.
  webm: { format: "webm" },
  mov: { format: "mov" },
  "png-sequence": { format: "png-sequence" },
  video: { format: "mp4" }, // with a source video in the page
};
const USUAL_KINDS = ["h264", "h265"];

// A chunk has to look as if its maker had made the plan as well, whoever did. Decibels, of the worst frame.
const SAME_MAKER_FLOOR = 50;
// The two makers differ by the colour matrix: the published one converts with BT.601 and says BT.709. Frames of another
// moment would be below this.
const OTHER_MAKER_FLOOR = 30;
// The sound of the two assemblers, which encode it: signal to difference.
const SOUND_FLOOR = 40;
const SOUND_SECONDS = [0.7, 1.4]; // padded, and cut

const HELP = `Usage: node tests/peers/exchange.mjs [options]

  --protocol v1|v2   only this one (default: both)
  --kind NAME        only this one of h264, h265, webm, mov, png-sequence, video (default: the first two)
  --hyperlocal PATH  the program to ask (default: build/dev/cli/hyperlocal)
  --help             this text

Exit status: 0 every mixture is as it should be; 1 a stage refused the other's work, or the frames are wrong; 64 usage;
69 the published packages, the program or Chrome are missing (npm ci --prefix tests/peers).
`;

let scratch = null;
process.on("exit", () => scratch && removeTree(scratch));
for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]]) process.on(signal, () => process.exit(status));

const fail = (status, message) => {
  process.stderr.write(`exchange: ${message}\n`);
  process.exit(status);
};

const readArguments = () => {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        protocol: { type: "string" },
        kind: { type: "string" },
        hyperlocal: { type: "string", default: path.join(ROOT, "build", "dev", "cli", "hyperlocal") },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    fail(64, `${error.message} (see --help)`);
  }
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  if (values.protocol !== undefined && !["v1", "v2"].includes(values.protocol)) fail(64, "--protocol is v1 or v2");
  if (values.kind !== undefined && !Object.hasOwn(KINDS, values.kind)) {
    fail(64, `--kind is ${Object.keys(KINDS).join(" or ")}`);
  }
  return values;
};

const options = readArguments();
if (!isInstalled()) fail(69, "the published packages are not installed; run: npm ci --prefix tests/peers");
if (!existsSync(options.hyperlocal)) {
  fail(69, `there is no program ${options.hyperlocal}; build it, or name one with --hyperlocal`);
}

scratch = makeScratchDirectory();
// For everything that the packages and their browsers put into a temporary directory.
process.env.TMPDIR = scratch;
// stdout carries the report alone: the packages log there too.
const say = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

let problems = 0;
const problem = (text) => {
  problems += 1;
  say(`  WRONG: ${text}\n`);
};

// What `make` gives, or null after saying why not.
const attempt = async (what, make) => {
  try {
    return await make();
  } catch (error) {
    problem(`${what} failed: ${error.code ? `${error.code}: ` : ""}${error.message}`);
    return null;
  }
};

const worst = (frames, expected) => Math.min(...frames.map((frame, index) => psnr(frame, expected[index])));
const decibels = (value) => (value === Infinity ? "equal" : `${value.toFixed(1)} dB`);

// What each assembler makes of one plan's chunks with a sound that is too short or too long.
const compareSound = async (what, protocol, directory, chunks, makers, place) => {
  for (const seconds of SOUND_SECONDS) {
    const sound = place(`sound-${seconds}.m4a`);
    await writeSound(sound, seconds);
    const samples = [];
    for (const assembler of makers) {
      const output = place(`${assembler.name}-sound-${seconds}.mp4`);
      const name = `${what} and ${seconds} s of sound, assembled by ${assembler.name}`;
      if (!(await attempt(name, () => assembler.assemble(protocol, directory, chunks, output, sound)))) continue;
      const { duration } = await probe(output, "a:0");
      if (Math.abs(Number(duration) - FRAMES / CONFIG.fps) > 0.001) problem(`${name}: ${duration} s`);
      samples.push(await decodeSound(output));
    }
    if (samples.length < 2) continue;
    const ratio = signalToDifference(...samples);
    const name = `${what}, ${seconds} s of sound`;
    if (ratio < SOUND_FLOOR) problem(`${name}: the assemblers differ; at least ${SOUND_FLOOR} dB expected`);
    say(`  ${name.padEnd(64)} ${decibels(ratio)} between the assemblers\n`);
  }
};

// Every mixture for one protocol and one kind of video.
const exchange = async (protocol, kind, makers) => {
  const place = (...names) => path.join(scratch, [protocol, kind, ...names].join("-"));
  const config = { ...CONFIG, ...KINDS[kind] };
  const indexes = Array.from({ length: FRAMES / config.chunkSize }, (_, index) => index);
  const mixed = new Map(); // the assembled ones by what they are
  const project = kind === "video" ? await makeVideoProject(PROJECT, place("project")) : PROJECT;
  const isSequence = config.format === "png-sequence"; // a directory, which has no sound and no container
  const ending = isSequence ? "" : `.${config.format}`;
  say(`${protocol} ${kind}\n`);

  for (const planner of makers) {
    const directory = place(planner.name, "plan");
    if (!(await attempt(`plan by ${planner.name}`, () => planner.plan(protocol, project, config, directory)))) continue;
    const mixtures = [];
    for (const renderer of makers) {
      const files = indexes.map((index) => place(planner.name, renderer.name, `chunk-${index}${ending}`));
      let rendered = 0;
      for (const [index, file] of files.entries()) {
        const what = `plan ${planner.name}, chunk ${index} by ${renderer.name}`;
        if (await attempt(what, () => renderer.renderChunk(protocol, directory, index, file))) rendered += 1;
      }
      if (rendered === files.length) {
        mixtures.push({ name: renderer.name, makers: files.map(() => renderer.name), files });
      }
    }
    if (mixtures.length === makers.length) {
      const turns = indexes.map((index) => mixtures[index % mixtures.length]);
      mixtures.push({
        name: "both",
        makers: turns.map(({ name }) => name),
        files: turns.map(({ files }, index) => files[index]),
      });
    }
    for (const mixture of mixtures) {
      for (const assembler of makers) {
        const what = `plan ${planner.name}, chunks ${mixture.name}, assembled by ${assembler.name}`;
        const output = place(planner.name, mixture.name, `${assembler.name}${ending}`);
        const decoded = await attempt(what, async () => {
          await assembler.assemble(protocol, directory, mixture.files, output, null);
          return decodeFrames(isSequence ? path.join(output, "frame_%06d.png") : output, config);
        });
        if (decoded) mixed.set(what, { planner, mixture, output, decoded });
      }
    }
    if (protocol === "v1" && kind === "h264" && mixtures.length > 0) {
      const [{ name: maker, files }] = mixtures;
      const placeSound = (name) => place(planner.name, name);
      await compareSound(`plan ${planner.name}, chunks ${maker}`, protocol, directory, files, makers, placeSound);
    }
  }

  const alone = (name) => mixed.get(`plan ${name}, chunks ${name}, assembled by ${name}`)?.decoded;
  for (const [what, { planner, mixture, output, decoded }] of mixed) {
    const stream = isSequence ? { avg_frame_rate: `${config.fps}/1` } : await probe(output, "v:0");
    // A webm has neither number in its stream.
    const hasNumbers = config.format !== "webm" && !isSequence;
    const rest = !hasNumbers ? "" : `, ${stream.nb_frames} frames, ${Number(stream.duration)} s`;
    const says = `${stream.avg_frame_rate}${rest}`;
    const expected = `${config.fps}/1${!hasNumbers ? "" : `, ${FRAMES} frames, ${FRAMES / config.fps} s`}`;
    if (decoded.length !== FRAMES || says !== expected) {
      problem(`${what}: ${decoded.length} frames; the file says ${says}; ${expected} expected`);
      continue;
    }
    // The same chunks give the same frames, whoever joins them.
    const twins = [...mixed.values()].filter((each) => each.planner === planner && each.mixture === mixture);
    if (twins.some((twin) => worst(decoded, twin.decoded) !== Infinity)) {
      problem(`${what}: other frames than from the other assembler`);
    }
    // Slice by slice beside what its maker renders alone, and beside what the other one does.
    const slices = mixture.makers.map((maker, index) => {
      const [from, to] = [index * config.chunkSize, (index + 1) * config.chunkSize];
      return makers.map(({ name }) => {
        if (!alone(name)) return `nothing of ${name}`;
        const likeness = worst(decoded.slice(from, to), alone(name).slice(from, to));
        const floor = name === maker ? SAME_MAKER_FLOOR : OTHER_MAKER_FLOOR;
        if (likeness < floor) {
          problem(`${what}, chunk ${index}: ${decibels(likeness)} beside ${name} alone; at least ${floor} dB expected`);
        }
        return `${decibels(likeness)} beside ${name}`;
      }).join(", ");
    });
    say(`  ${what.padEnd(64)} ${slices.join("; ")}\n`);
  }
};

const published = await loadPublishedStages().catch((error) => fail(69, error.message));
const makers = [published, makeHyperlocalStages(path.resolve(options.hyperlocal))];
for (const protocol of options.protocol ? [options.protocol] : ["v1", "v2"]) {
  for (const kind of options.kind ? [options.kind] : USUAL_KINDS) await exchange(protocol, kind, makers);
}
const verdict = problems === 0 ? "every mixture is as it should be" : `${problems} problems`;
say(`${verdict}\n`, () => process.exit(problems === 0 ? 0 : 1));
