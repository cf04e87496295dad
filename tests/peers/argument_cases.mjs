// Execution arguments around the 512 KiB that a workflow takes, whose size in UTF-8 is not the size of the text.
import { makeConfigCase } from "./config_cases.mjs";
import { valueText } from "./json_text.mjs";

const LIMIT = 524288;

// [as written, bytes once JSON.stringify has written it again]
const FILLERS = [
  ["a", 1], ["é", 2], ["漢", 3], ["😀", 4], ["\\ud83d\\ude00", 4], ["\\ud800", 6], ["\\u0041", 1], ["\\u0001", 6],
  ["\\n", 2], ["\\u000a", 2], ["\\/", 1], ["\\\\", 2], ["\u2028", 3], ["\u007f", 1],
];

// An object whose rewritten text has exactly `bytes` bytes: white space, escapes and numbers shrink or grow.
const sizedArgument = (random, bytes) => {
  const [number, written] = random.pick([["1.0", "1"], ["1e2", "100"], ["-0", "0"], ["1e21", "1e+21"],
    ["1e400", "null"], ["0.10", "0.1"], ["5e-324", "5e-324"], ["9007199254740993", "9007199254740992"]]);
  const [filler, each] = random.pick(FILLERS);
  const frame = Buffer.byteLength(`{"RenderId":"","n":${written}}`);
  const count = Math.floor((bytes - frame) / each);
  const rest = "x".repeat(bytes - frame - count * each);
  return `{"RenderId":${random.pick(["", "  "])}"${filler.repeat(count)}${rest}","n":${number}}`;
};

export const makeArgumentCase = (random) =>
  random.weighted([
    [60, () => valueText(random, 3)],
    [20, () => `{"RenderId":"r","Config":${makeConfigCase(random)}}`],
    [1, () => sizedArgument(random, LIMIT + random.between(-2, 2))],
  ]);
