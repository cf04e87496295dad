// Measures how costs grow with the work, and says which grow faster than it. docs/performance.md tells more.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";

import { describeMachine, machineLine } from "./harness/machine.mjs";
import { EXECUTION_LINES } from "./harness/scale_executions.mjs";
import { OBJECT_LINES } from "./harness/scale_objects.mjs";
import { PROGRAM_LINES } from "./harness/scale_program.mjs";
import { RENDER_LINES } from "./harness/scale_render.mjs";
import { TOLERANCE, judge, table } from "./harness/scale_report.mjs";
import { Failure, ROOT, inWorkDirectory, lastLines, run, say } from "./harness/work.mjs";

const LINES = [...PROGRAM_LINES, ...RENDER_LINES, ...EXECUTION_LINES, ...OBJECT_LINES];

const HELP = `Usage: bench/scale [options]

Measures a cost at several sizes of the work and fits cost = a * size^k to the larger half of them, where fixed costs
count least. k should be 1 (0 for the number of workers); more than ${TOLERANCE} above that is marked. The cost is processor
time of all threads: it is nearly the same on a busy machine. All of it takes ten minutes.

  --only LINE          only this line (may be given several times):
                       ${LINES.map(({ name }) => name).join(", ")}
  --hyperlocal FILE    the program to measure (default: ./hyperlocal)
  --programs DIR       where bench_scale is (default: build/bench/bench)
  --points             show every point, not only the first and the last
  --json FILE          write every point to FILE as well
  --help               this text

Exit status: 0 nothing grows faster than the work; 1 something does, or failed; 64 usage; 69 something is not built.
`;

const usage = (message) => new Failure(64, `${message} (see bench/scale --help)`);

const readArguments = () => {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        only: { type: "string", multiple: true },
        hyperlocal: { type: "string", default: path.join(ROOT, "hyperlocal") },
        programs: { type: "string", default: path.join(ROOT, "build", "bench", "bench") },
        points: { type: "boolean", default: false },
        json: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    throw usage(error.message);
  }
  if (values.help) return null;
  for (const name of values.only ?? []) {
    if (!LINES.some((line) => line.name === name)) {
      throw usage(`--only ${name} is unknown; there are ${LINES.map((line) => line.name).join(", ")}`);
    }
  }
  return {
    lines: LINES.filter(({ name }) => !values.only || values.only.includes(name)),
    hyperlocal: path.resolve(values.hyperlocal),
    programs: path.resolve(values.programs),
    points: values.points,
    json: values.json && path.resolve(values.json),
  };
};

const main = async (options, work) => {
  process.env.HYPERLOCAL_NODE_MODULES ??= path.join(ROOT, "node_modules");
  const version = await run([options.hyperlocal, "--version"]);
  if (version.status !== 0) throw new Failure(69, `${options.hyperlocal} does not start\n${lastLines(version)}`);
  const machine = await describeMachine();
  say(machineLine(machine));
  const results = [];
  for (const line of options.lines) {
    say(line.name);
    results.push(judge(line, await line.points({ ...options, work })));
  }
  process.stdout.write(`${table(results, options.points)}\n\n${machineLine(machine)}\n`);
  if (options.json) {
    const document = { schema: "hyperlocal.bench-scale/1", machine, lines: results };
    await writeFile(options.json, `${JSON.stringify(document, null, 2)}\n`);
  }
  return results.some(({ tooSteep }) => tooSteep) ? 1 : 0;
};

await inWorkDirectory("bench/scale", async (work) => {
  const options = readArguments();
  if (options) return main(options, work);
  process.stdout.write(HELP);
  return 0;
});
