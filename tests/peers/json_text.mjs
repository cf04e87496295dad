// JSON as text, written in every way that the grammar allows and programs stumble over. All functions answer text,
// because a value that JavaScript holds has already lost what is interesting: duplicate keys, -0, 1e400, escapes.

const two64 = 2n ** 64n;
const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

const NUMBERS = [
  "0", "-0", "-0.0", "0e0", "-0e-400", "0.0e+999", "1", "-1", "1.0", "10e-1", "0.1e1", "1E0", "1e+0", "1e-0", "1e00",
  "5e-324", "4e-324", "3e-324", "2e-324", "2.5e-324", "2.4703282292062327e-324", "2.4703282292062328e-324",
  "-5e-324", "2.2250738585072014e-308", "2.2250738585072011e-308", "1.7976931348623157e308",
  "1.7976931348623158e308", "1.7976931348623159e308", "-1.7976931348623159e308", "1e308", "1e309", "1e400", "-1e400",
  "1e-400", "1e999999999999", "1e-999999999999", "0e999999999999", "1e20", "1e21", "1e22", "1e23",
  "123456789012345680000", "100000000000000000000", "999999999999999900000", "1000000000000000000000", "0.000001",
  "0.0000001", "1e-6", "1e-7", "1.5e-7", "9007199254740991", "9007199254740992", "9007199254740993",
  "9007199254740995", "-9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
  "-9223372036854775809", "18446744073709551615", "18446744073709551616", "18446744073709551617",
  "18446744073709549568", "340282366920938463463374607431768211456", "0.1", "0.2", "0.30000000000000004", "4.35",
  "2147483647", "2147483648", "-2147483648", "4294967295", "4294967296", "1.0000000000000002",
  "1.00000000000000011102230246251565", "1.00000000000000011102230246251566", "1e1", "12e-1", "120e-2", "3e1",
  "300e-1", "30.0", "30.000000000000001", "30.000000000000002", "0.30e2",
  "0.0000000000000000000000000000000000000000000000000000000001",
];

// The binary digits of a finite double: value = mantissa * 2^exponent, the mantissa whole and not negative.
const parts = (value) => {
  float[0] = value;
  const high = words[1];
  const biased = (high >>> 20) & 0x7ff;
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(words[0]);
  return biased === 0 ? [fraction, -1074] : [fraction | (1n << 52n), biased - 1075];
};

// mantissa * 2^exponent with all its decimal digits.
const exactDecimal = (mantissa, exponent) => {
  if (exponent >= 0) return String(mantissa << BigInt(exponent));
  const digits = String(mantissa * 5n ** BigInt(-exponent)).padStart(1 - exponent, "0");
  return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
};

export const randomDouble = (random) => {
  do {
    words[0] = random.bits();
    words[1] = random.bits();
  } while (!Number.isFinite(float[0]));
  return float[0];
};

// The middle between two neighbouring doubles, or a hair beside it: the hardest texts to read.
const middleText = (random) => {
  const value = random.chance(0.5) ? Math.abs(randomDouble(random)) : random.between(1, 2 ** 53 - 1);
  const [mantissa, exponent] = parts(value);
  const middle = exactDecimal(mantissa * 2n + 1n, exponent - 1);
  const text = middle.includes(".") ? middle : `${middle}.0`;
  return random.weighted([
    [3, text],
    [1, `${text}1`],
    [1, `${text.replace(/.$/, (last) => (last === "0" ? "0" : String(Number(last) - 1)))}9`],
  ]);
};

export const numberText = (random) =>
  random.weighted([
    [30, () => random.pick(NUMBERS)],
    [20, () => String(random.between(-100, 5000))],
    [15, () => String(randomDouble(random))],
    [5, () => randomDouble(random).toPrecision(random.between(1, 21))],
    [5, () => randomDouble(random).toExponential(random.between(0, 20)).replace("e", random.pick(["e", "E"]))],
    [5, () => String(random.between(-(2 ** 53), 2 ** 53))],
    [5, () => String((BigInt(random.bits()) << 33n) * BigInt(random.bits()) % (two64 * 4n))],
    [5, () => String(random.between(0, 10 ** 6) / random.pick([7, 10, 100, 1000, 1024, 3e10]))],
    [3, () => middleText(random)],
    [2, () => `${random.pick(["", "-"])}${random.between(1, 9)}${"0".repeat(random.below(330))}`],
    [2, () => `${random.pick(["", "-"])}0.${"0".repeat(random.below(330))}${random.between(1, 999999)}`],
    [3, () => `${random.between(0, 99)}.${random.times(random.between(1, 40), () => random.below(10)).join("")}` +
      `${random.pick(["", "e", "E"]).replace(/^(.)$/, `$1${random.pick(["", "+", "-"])}${random.below(330)}`)}`],
  ]);

// Pieces of strings as they stand between the quotes.
const PIECES = [
  "a", "b", "Z", "0", "9", " ", "  ", "-", "_", ".", "/", "\\/", "\\\\", '\\"', "\\b", "\\f", "\\n", "\\r", "\\t",
  "\\u0000", "\\u0001", "\\u001f", "\\u001F", "\\u0020", "\\u0022", "\\u005c", "\\u005C", "\\u007f", "\u007f",
  "\u0080", "\\u0080", "é", "e\u0301", "\\u00e9", "ß", "İ", "\u2028", "\u2029", "\\u2028", "\ufeff", "\\ufeff",
  "\ufffd", "\ufffe", "\uffff", "\\uffff", "\ue000", "\\ue000", "\ud7ff", "\\ud7ff", "漢", "😀", "\u{10000}",
  "\u{10ffff}", "\\ud83d\\ude00", "\\uD83D\\uDE00", "\\ud800\\udc00", "\\udbff\\udfff", "\\ud800", "\\udbff",
  "\\udc00", "\\udfff", "\\ud83d\\ud83d\\ude00", "\\ude00\\ud83d", "\\ud83dx", "\\ud83d\\u0041", "\\ud83d\\n",
  "[object Object]", "null", "true", "<script>", "${x}", "%s", "'", "`",
];

export const stringText = (random, more = 0.6) =>
  `"${random.times(random.few(more, 40), () => random.pick(PIECES)).join("")}"`;

// Keys whose order tells JavaScript, bytes and code points apart, and keys that are traps for objects.
const KEYS = [
  '""', '"a"', '"A"', '"b"', '"aa"', '"ab"', '"a\\u0000"', '"a b"', '"a.b"', '"[0]"', '"0"', '"1"', '"2"', '"9"',
  '"10"', '"01"', '"-1"', '"1.5"', '"1e3"', '"4294967294"', '"4294967295"', '"4294967296"', '"9007199254740993"',
  '"__proto__"', '"\\u005f_proto__"', '"constructor"', '"prototype"', '"toString"', '"valueOf"', '"hasOwnProperty"',
  '"length"', '"toJSON"', '"then"', '"é"', '"e\u0301"', '"\\u00e9"', '"\ue000"', '"\\ue000"', '"\ufffd"', '"\uffff"',
  '"\u{10000}"', '"😀"', '"\\ud83d\\ude00"', '"\u{10ffff}"', '"\\ud800"', '"\\udbff"', '"\\udc00"', '"\\udfff"',
  '"\\ud83d"', '"\ud7ff"', '"z"', '"Z"', '"~"', '"\u007f"', '"\u0080"', '"\\n"', '" "', '"null"', '"planHash"',
];

export const keyText = (random) =>
  random.weighted([[20, () => random.pick(KEYS)], [3, () => stringText(random)], [2, () => `"k${random.below(40)}"`]]);

export const space = (random) =>
  random.chance(0.9) ? "" : random.pick([" ", "  ", "\t", "\r", " \t\r "]);

// `members` are [keyText, valueText] pairs.
export const objectText = (random, members) =>
  `{${space(random)}${members
    .map(([key, value]) => `${key}${space(random)}:${space(random)}${value}`)
    .join(`${space(random)},${space(random)}`)}${space(random)}}`;

export const arrayText = (random, elements) =>
  `[${space(random)}${elements.join(`${space(random)},${space(random)}`)}${space(random)}]`;

const leafText = (random) =>
  random.weighted([
    [6, () => numberText(random)],
    [6, () => stringText(random)],
    [1, "true"],
    [1, "false"],
    [2, "null"],
    [1, "{}"],
    [1, "[]"],
  ]);

export const valueText = (random, depth = 4) => {
  if (depth === 0 || random.chance(0.4)) return leafText(random);
  if (random.chance(0.35)) {
    return arrayText(random, random.times(random.few(0.7, 8), () => valueText(random, depth - 1)));
  }
  const members = random.times(random.few(0.8, 12), () => [keyText(random), valueText(random, depth - 1)]);
  if (members.length > 1 && random.chance(0.3)) {
    members.push([random.pick(members)[0], valueText(random, depth - 1)]);
  }
  return objectText(random, members);
};

// A leaf below `depth` containers.
export const nestedText = (random, depth) => {
  const [opening, closing] = random.pick([["[", "]"], ['{"a":', "}"], ['[{"":', "}]"]]);
  const each = opening.startsWith("[{") ? 2 : 1;
  const before = depth % each === 0 ? "" : "[";
  return `${before}${opening.repeat(Math.floor(depth / each))}${leafText(random)}` +
    `${closing.repeat(Math.floor(depth / each))}${before && "]"}`;
};

// How deep the containers of a JSON text stand in each other; its strings are skipped over.
export const nesting = (text) => {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === "[" || token === "{") deepest = Math.max(deepest, (depth += 1));
    if (token === "]" || token === "}") depth -= 1;
  }
  return deepest;
};

const INSERTIONS = [
  ",", ":", '"', "\\", "[", "]", "{", "}", "0", "-", "+", ".", "e", "E", "1", " ", "\t", "\r", "\f", "\v", "\u00a0",
  "\u2028", "\ufeff", "\0", "\u0001", "\u001f", "'", "/", "//", "/**/", "\\u", "\\x41", "\\ud83d", "true", "nul",
  "NaN", "Infinity", "undefined", "00", "01", "1.", ".5", "1e", "0x1", ",,", "[]", "{}", '""', "é", "😀",
];

// The text with something taken away, put in or changed: what a parser has to refuse, and what looks like that.
export const damagedText = (random, text) => {
  const letters = [...text];
  for (let edits = 1 + random.few(0.3, 3); edits > 0; edits -= 1) {
    const at = random.below(letters.length + 1);
    random.weighted([
      [3, () => letters.splice(at, 1)],
      [4, () => letters.splice(at, 0, random.pick(INSERTIONS))],
      [2, () => letters.splice(at, 1, random.pick(INSERTIONS))],
      [1, () => letters.splice(at, letters.length)],
      [1, () => letters.splice(at, 0, ...letters.slice(random.below(at + 1), at))],
    ]);
  }
  return letters.join("");
};
