// Measures everything that this program has promised against the published packages, both in turns on this machine,
// and prints the table. docs/performance.md says what is measured and how.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";

import { LINES, MEASUREMENTS } from "./harness/lines.mjs";
import { describeMachine, machineLine } from "./harness/machine.mjs";
import { HYPERLOCAL } from "./harness/render.mjs";
import { lineResult, shareOfOthers, summaries, table } from "./harness/report.mjs";
import { Failure, ROOT, inWorkDirectory, lastLines, run, say } from "./harness/work.mjs";
import { missing, versionOf } from "./peers/packages.mjs";

const QUIET = 0.05; // share of the machine that others may have

const HELP = `Usage: bench/run [options]

Measures Hyperlocal beside the published packages, turn and turn about, and prints the medians, their ratios, and the
ratio that each line aims at. All of it takes a quarter of an hour on two quiet cores.

  --only LINE          only this line (may be given several times):
                       ${LINES.map(({ name }) => name).join(", ")}
  --repetitions N      how many turns each renderer has (default 3)
  --hyperlocal FILE    the program to measure (default: ./hyperlocal, which builds it first when the tree is newer)
  --ours-only          without the published packages: no ratios
  --published-only     without Hyperlocal: no ratios, and no lines of services
  --json FILE          write every figure of every run to FILE as well
  --help               this text

Needs: npm ci --prefix tests/peers, chromium-headless-shell, ffmpeg, ffprobe, tar; perl and /proc.
Exit status: 0 measured, whatever the figures; 1 a render was wrong; 64 usage; 69 something is not installed.
`;

const usage = (message) => new Failure(64, `${message} (see bench/run --help)`);

const readArguments = () => {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        only: { type: "string", multiple: true },
        repetitions: { type: "string", default: "3" },
        hyperlocal: { type: "string" },
        "ours-only": { type: "boolean", default: false },
        "published-only": { type: "boolean", default: false },
        json: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    throw usage(error.message);
  }
  if (values.help) return null;
  if (!/^[1-9][0-9]?$/.test(values.repetitions)) {
    throw usage(`--repetitions is ${JSON.stringify(values.repetitions)}; it takes a number from 1 to 99`);
  }
  for (const name of values.only ?? []) {
    if (!LINES.some((line) => line.name === name)) {
      throw usage(`--only ${name} is unknown; there are ${LINES.map((line) => line.name).join(", ")}`);
    }
  }
  if (values["ours-only"] && values["published-only"]) throw usage("--ours-only and --published-only leave nothing");
  const lines = LINES.filter(({ name }) => !values.only || values.only.includes(name))
    .filter(({ measurement }) => !values["published-only"] || !["warm-chunk", "service-start"].includes(measurement));
  if (lines.length === 0) throw usage("a service is measured against our storage; not with --published-only");
  return {
    lines,
    repetitions: Number(values.repetitions),
    hyperlocal: path.resolve(values.hyperlocal ?? path.join(ROOT, "hyperlocal")),
    ours: !values["published-only"],
    published: !values["ours-only"],
    json: values.json && path.resolve(values.json),
  };
};

const measure = async (name, options, work) => {
  const wanted = (renderer) => (renderer === HYPERLOCAL ? options.ours : options.published);
  const { turns, close } = await MEASUREMENTS[name].open({ work, hyperlocal: options.hyperlocal, wanted });
  const runs = Object.fromEntries(turns.map(({ renderer }) => [renderer, []]));
  try {
    for (let repetition = 1; repetition <= options.repetitions; repetition += 1) {
      for (const { renderer, take } of turns) {
        say(`${name} ${repetition}/${options.repetitions}: ${renderer}`);
        runs[renderer].push(...await take());
      }
    }
  } finally {
    await close();
  }
  return summaries(runs);
};

const main = async (options, work) => {
  const lack = missing();
  if (lack) throw new Failure(69, lack);
  process.env.HYPERLOCAL_NODE_MODULES ??= path.join(ROOT, "node_modules");
  if (options.ours) {
    // ./hyperlocal builds the program when the tree is newer than it, so that no render pays for that.
    const version = await run([options.hyperlocal, "--version"]);
    if (version.status !== 0) {
      throw new Failure(69, `${options.hyperlocal} does not start; --published-only measures without it\n${lastLines(version)}`);
    }
  }
  const machine = await describeMachine();
  say(machineLine(machine));

  const measurements = {};
  for (const { measurement } of options.lines) {
    measurements[measurement] ??= await measure(measurement, options, work);
  }
  const results = options.lines.map((line) => lineResult(line, measurements[line.measurement]));

  const producer = await versionOf("@hyperframes/producer");
  process.stdout.write(`${table(results)}\n
Medians of ${options.repetitions}. Ratio: published divided by hyperlocal; (two): the same for two published chunks at once.
Published: @hyperframes/producer ${producer}; plan, renderChunk of one chunk after the other, assemble; no network.
${machineLine(machine)}
`);
  for (const [name, measurement] of Object.entries(measurements)) {
    const share = shareOfOthers(measurement, machine.cores);
    if (share > QUIET) {
      process.stdout.write(`${name}: others had up to ${Math.round(share * 100)} % of the machine; repeat it when it is quiet\n`);
    }
  }
  if (options.json) {
    await writeFile(options.json, `${JSON.stringify({
      schema: "hyperlocal.bench/2", machine, packages: { "@hyperframes/producer": producer },
      repetitions: options.repetitions, lines: results, measurements,
    }, null, 2)}\n`);
  }
  return 0;
};

await inWorkDirectory("bench/run", async (work) => {
  const options = readArguments();
  if (options) return main(options, work);
  process.stdout.write(HELP);
  return 0;
});
