// What the benchmarks conclude from what they have measured, and what `measure` adds up.
//
//   node --test bench/harness/harness_test.mjs
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { LINES, MEASUREMENTS } from "./lines.mjs";
import { lineResult, shareOfOthers, summaries, table } from "./report.mjs";
import { judge, table as scaleTable } from "./scale_report.mjs";
import { exponent, median } from "./statistics.mjs";
import { BENCH } from "./work.mjs";

const run = promisify(execFile);
const scratch = mkdtempSync(path.join(tmpdir(), "hyperlocal-harness-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const near = (actual, expected, within) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not within ${within} of ${expected}`);

const measured = async (...words) => {
  const result = path.join(scratch, "result.json");
  await run(path.join(BENCH, "measure"), [...words.slice(0, -1), result, "30", ...words.at(-1)]);
  return JSON.parse(readFileSync(result, "utf8"));
};

test("a median lies in the middle", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});

test("an exponent is the slope in the logarithms", () => {
  near(exponent([1, 10, 100, 1000].map((size) => [size, 3 * size ** 1.5])), 1.5, 1e-9);
  near(exponent([[2, 7], [2000, 7]]), 0, 1e-9);
});

test("what grows faster than the work is marked, and fixed costs hide nothing", () => {
  const points = (costOf) => [10, 100, 1000, 10_000].map((size) => ({ size, seconds: costOf(size), wallSeconds: 1 }));
  const line = { name: "line", what: "work", unit: "chunks", expected: 1 };
  const linear = judge(line, points((size) => 0.05 + size / 1000));
  assert.ok(!linear.tooSteep && linear.exponent < 1.01, `${linear.exponent}`);
  const quadratic = judge(line, points((size) => 0.05 + size ** 2 / 1e6));
  assert.ok(quadratic.tooSteep, `${quadratic.exponent}`);
  assert.match(scaleTable([linear, quadratic], false), /FASTER THAN THE WORK/);
  assert.ok(judge({ ...line, expected: 0 }, points((size) => size / 1000)).tooSteep);
  assert.equal(judge(line, points(() => 0.0001)).exponent, null);
});

test("a line compares the medians of both renderers and says whether it reached its aim", () => {
  const line = LINES.find(({ name }) => name === "hello");
  const runs = (...seconds) => seconds.map((wallSeconds) => ({ wallSeconds, cpuSeconds: 1, otherCpuSeconds: 0.5 }));
  const measurement = summaries({
    published: runs(11, 13, 12), "published, two chunks at once": runs(6), hyperlocal: runs(2, 1, 0.5),
  });
  const result = lineResult(line, measurement);
  assert.deepEqual([result.published, result.hyperlocal, result.ratio, result.ratioTwoAtOnce, result.reached],
    [12, 1, 12, 6, true]);
  assert.equal(lineResult({ ...line, aim: 12.1 }, measurement).reached, false);
  assert.match(table([result]), /hello .* 12\.00 s .* 1\.00 s .* reached$/m);
  const alone = lineResult(line, summaries({ published: [], hyperlocal: runs(2) }));
  assert.deepEqual([alone.published, alone.ratio, alone.reached], [null, null, null]);
  assert.equal(shareOfOthers(measurement, 2), 0.5);
});

test("every line is measured by something that there is", () => {
  for (const { name, measurement } of LINES) assert.ok(MEASUREMENTS[measurement], name);
});

// A process that takes `bytes` of memory and time of a processor in a child of its own, which it leaves behind.
const busyTree = ["perl", "-e", `
  if (!fork) { my $bytes = "x" x (40 << 20 | $$ & 1); 1 for 1 .. 3_000_000; sleep 1; exit }
  sleep 1; exit 7`];

test("measure adds up a whole tree, memory only when asked", async () => {
  const taken = await measured(busyTree);
  assert.equal(taken.exit, 7);
  assert.ok(taken.wallSeconds >= 1);
  assert.ok(taken.userSeconds + taken.systemSeconds >= 0.02, JSON.stringify(taken));
  assert.equal(taken.peakMemoryMiB, undefined);
});

test("measure --memory sees the memory of children", async () => {
  const { peakMemoryMiB, memorySamples, peakMemoryOf } = await measured("--memory", "20", busyTree);
  assert.ok(memorySamples >= 2);
  assert.ok(peakMemoryMiB > 40 && peakMemoryMiB < 200, `${peakMemoryMiB} MiB`);
  near(peakMemoryOf.perl, peakMemoryMiB, 1);
});

test("run and scale refuse what they do not know, with status 64", async () => {
  for (const [program, ...words] of [["run", "--only", "nothing"], ["run", "--repetitions", "0"], ["scale", "--only", "x"],
    ["scale", "--nothing"]]) {
    const failure = await run(path.join(BENCH, program), words).then(() => null, (error) => error);
    assert.equal(failure?.code, 64, `${program} ${words}`);
    assert.match(failure.stderr, /--help/);
  }
});
