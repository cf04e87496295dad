// JSON values of every kind, and texts that are nearly JSON.
import { damagedText, keyText, nestedText, numberText, objectText, stringText, valueText } from "./json_text.mjs";

// A line of its own: no line feed, and not only white space.
const asLine = (text) => (/^[ \t\r\n]*$/.test(text) ? "[]" : text.replaceAll("\n", " "));

export const makeJsonCase = (random) =>
  asLine(random.weighted([
    [30, () => valueText(random, random.between(1, 6))],
    [20, () => numberText(random)],
    [10, () => stringText(random, 0.85)],
    [15, () => objectText(random, random.times(random.between(2, 24), () => [keyText(random), "0"]))],
    [15, () => damagedText(random, valueText(random, 3))],
    [2, () => damagedText(random, numberText(random))],
    [1, () => nestedText(random, random.between(505, 520))],
  ]));
