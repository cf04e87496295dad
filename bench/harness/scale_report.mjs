// From the points of a line to its exponent, the verdict and the table.
import { exponent } from "./statistics.mjs";

export const TOLERANCE = 0.1; // of an exponent
// Below it a cost is the steps of the kernel's clock, 10 ms, over some objects; lines with a better clock say so.
const LEAST_SECONDS = 0.005;

// The larger half of the points, three at least; none that the clock hardly sees.
const larger = (points, least) =>
  points.slice(Math.max(0, Math.min(points.length - 3, Math.floor((points.length - 1) / 2))))
    .filter(({ seconds }) => seconds >= least && seconds > 0);

// `points`: [{size, seconds, wallSeconds}], the smallest first. A line that expects nothing is for comparison.
export const judge = ({ name, what, unit, expected, least = LEAST_SECONDS }, points) => {
  const judged = larger(points, least);
  const k = judged.length < 2 ? null : exponent(judged.map(({ size, seconds }) => [size, seconds]));
  const tooSteep = expected !== null && k !== null && k > expected + TOLERANCE;
  return { line: name, what, unit, expected, points, exponent: k, tooSteep };
};

const size = (number, unit) => {
  if (unit !== "bytes") return number >= 1e6 ? `${(number / 1e6).toFixed(1)} M` : String(number);
  const power = Math.min(3, Math.floor(Math.log2(number) / 10));
  return `${number / 2 ** (10 * power)} ${["B", "KiB", "MiB", "GiB"][power]}`;
};
const withUnit = (number, unit) => (unit === "bytes" ? size(number, unit) : `${size(number, unit)} ${unit}`);
const cost = (seconds) => (seconds >= 1 ? `${seconds.toFixed(2)} s` : seconds >= 1e-3 ? `${(seconds * 1e3).toFixed(2)} ms`
  : `${(seconds * 1e6).toFixed(0)} us`);

export const table = (results, allPoints) => {
  const rows = [["line", "what", "size", "CPU", "wall", "exponent", ""]];
  for (const { line, what, unit, points, exponent: k, expected, tooSteep } of results) {
    const shown = allPoints ? points : [points[0], points.at(-1)];
    shown.forEach((point, index) => {
      const isLast = index === shown.length - 1;
      rows.push([index ? "" : line, index ? "" : what, withUnit(point.size, unit), cost(point.seconds), cost(point.wallSeconds),
        !isLast ? "" : k === null ? "too short" : k.toFixed(2), isLast && tooSteep ? `FASTER THAN THE WORK (${expected})` : ""]);
    });
  }
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const isText = (column) => column < 2 || column === rows[0].length - 1;
  return rows.map((row) => row.map((cell, column) =>
    (isText(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("  ").trimEnd()).join("\n");
};
