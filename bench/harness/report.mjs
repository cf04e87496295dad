// From the runs of a measurement to the table and the JSON document.
import { AGAINST, BESIDE, LINES } from "./lines.mjs";
import { HYPERLOCAL } from "./render.mjs";
import { median, range } from "./statistics.mjs";

// Of each figure that every run has, its median and range.
const summarize = (runs) => {
  const names = Object.keys(runs[0]).filter((name) => runs.every((each) => typeof each[name] === "number"));
  const median_ = Object.fromEntries(names.map((name) => [name, median(runs.map((each) => each[name]))]));
  const range_ = Object.fromEntries(names.map((name) => [name, range(runs.map((each) => each[name]))]));
  return { median: median_, range: range_, runs };
};

// `runs`: by renderer. Gives {renderer: {median, range, runs}}.
export const summaries = (runs) =>
  Object.fromEntries(Object.entries(runs).filter(([, each]) => each.length > 0)
    .map(([renderer, each]) => [renderer, summarize(each)]));

// A line of the table from the measurement that it reads; ratios are null where a renderer was left out.
export const lineResult = (line, measurement) => {
  const of = (renderer) => measurement[renderer]?.median[line.figure] ?? null;
  const ours = of(HYPERLOCAL);
  const ratio = (theirs) => (ours === null || theirs === null ? null : theirs / ours);
  const against = ratio(of(AGAINST));
  return {
    line: line.name, what: line.what, unit: line.unit, aim: line.aim,
    published: of(AGAINST), publishedTwoAtOnce: of(BESIDE), hyperlocal: ours,
    ratio: against, ratioTwoAtOnce: ratio(of(BESIDE)), reached: against === null ? null : against >= line.aim,
  };
};

const shown = (number, digits) => (number === null ? "-" : number.toFixed(digits));

export const table = (results) => {
  const rows = [["line", "what", "published", "two at once", "hyperlocal", "ratio", "(two)", "aim", ""]];
  for (const each of results) {
    const { digits } = LINES.find(({ name }) => name === each.line);
    const figure = (number) => (number === null ? "-" : `${shown(number, digits)} ${each.unit}`);
    rows.push([each.line, each.what, figure(each.published), figure(each.publishedTwoAtOnce), figure(each.hyperlocal),
      shown(each.ratio, 2), shown(each.ratioTwoAtOnce, 2), String(each.aim),
      each.reached === null ? "" : each.reached ? "reached" : "NOT REACHED"]);
  }
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const isText = (column) => column < 2 || column === rows[0].length - 1;
  return rows.map((row) => row.map((cell, column) =>
    (isText(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("  ").trimEnd()).join("\n");
};

// How much of the machine others had during the renders of a measurement: the largest share over its runs.
export const shareOfOthers = (measurement, cores) => {
  const shares = Object.values(measurement).flatMap(({ runs }) => runs)
    .filter((each) => each.otherCpuSeconds !== undefined)
    .map((each) => each.otherCpuSeconds / (each.wallSeconds * cores));
  return shares.length ? Math.max(...shares) : null;
};
