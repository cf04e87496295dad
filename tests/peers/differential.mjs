// Asks Hyperlocal and the published packages the same random questions and compares their answers.
// docs/development.md says how it is used.
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";

import { makeArgumentCase } from "./argument_cases.mjs";
import { makeChunkPlanCase } from "./chunk_plan_cases.mjs";
import { makeConfigCase } from "./config_cases.mjs";
import { ContractProcess } from "./contract_process.mjs";
import { DIVERGENCES } from "./divergences.mjs";
import { makeScratchDirectory, removeTree, writeTree } from "./file_tree.mjs";
import { makeJsonCase } from "./json_cases.mjs";
import { makePlanTreeCase } from "./plan_tree_cases.mjs";
import { isInstalled, loadPublished } from "./published.mjs";
import { Random } from "./random.mjs";
import { shrunkList, shrunkText } from "./shrunk_input.mjs";
import { makeTreeCase } from "./tree_cases.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(path.dirname(HERE));
const PROGRAMS = ["dev", "release"].map((preset) => path.join(ROOT, "build", preset, "cli", "hyperlocal"));
const MOST_SHOWN = 10;
const MOST_SHOWN_OF_A_SORT = 3;
const LONGEST_SHOWN = 2000;
const LONGEST_CASE = 30000;

const KINDS = {
  "check-config": { make: makeConfigCase, count: 20000, full: 100000 },
  "check-argument": { make: makeArgumentCase, count: 2000, full: 10000 },
  "canonical-json": { make: makeJsonCase, count: 20000, full: 100000 },
  "project-hash": { make: makeTreeCase, count: 200, full: 2000, isTree: true },
  "plan-hash": { make: makePlanTreeCase, count: 100, full: 1000, isTree: true },
  "chunk-plan": { make: makeChunkPlanCase, count: 200000, full: 1000000 },
};

const HELP = `Usage: node tests/peers/differential.mjs <kind>...|all [options]
       node tests/peers/differential.mjs --replay FILE [--hyperlocal PATH]

Kinds: ${Object.keys(KINDS).join(", ")}.

  --count N          cases of each kind (default: ${Object.values(KINDS).map(({ count }) => count).join(", ")})
  --full             ${Object.values(KINDS).map(({ full }) => full).join(", ")} cases;
                     of all kinds together, it fails for a known divergence that none of them needs
  --seed N           the same cases again (default: a new seed; it is printed)
  --replay FILE      the cases on the lines of FILE, as a difference prints them; - is standard input
  --hyperlocal PATH  the program to ask (default: build/dev/cli/hyperlocal)
  --help             this text

Exit status: 0 no difference; 1 differences, or a divergence that is no longer one; 64 usage; 69 the published packages
or the program are missing (npm ci --prefix tests/peers).
`;

// Where the trees are made; gone on every way out.
let scratch = null;
process.on("exit", () => scratch && removeTree(scratch));

const fail = (status, message) => {
  process.stderr.write(`differential: ${message}\n`);
  process.exit(status);
};

const readWhole = (name, text, most) => {
  if (/^[0-9]{1,10}$/.test(text) && Number(text) <= most) return Number(text);
  return fail(64, `--${name} is ${JSON.stringify(text)}; it takes a whole number up to ${most}`);
};

const readArguments = () => {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        count: { type: "string" },
        full: { type: "boolean", default: false },
        seed: { type: "string" },
        replay: { type: "string" },
        hyperlocal: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    fail(64, `${error.message} (see --help)`);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const kinds = positionals.includes("all") ? Object.keys(KINDS) : positionals;
  for (const kind of kinds) {
    if (!Object.hasOwn(KINDS, kind)) {
      fail(64, `there is no kind ${kind}; there are ${Object.keys(KINDS).join(", ")}, all`);
    }
  }
  if (kinds.length === 0 && values.replay === undefined) fail(64, "which kind? (see --help)");
  if (values.full && values.count !== undefined) fail(64, "--full and --count exclude each other");
  return {
    kinds,
    full: values.full,
    count: values.count === undefined ? null : readWhole("count", values.count, 1e9),
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : readWhole("seed", values.seed, 2 ** 32 - 1),
    replay: values.replay,
    program: values.hyperlocal ?? PROGRAMS.find((each) => existsSync(each)) ?? PROGRAMS[0],
  };
};

// The directory that both are asked about: {asked, made}.
let trees = 0;
const makeTree = (input) => {
  trees += 1;
  const made = path.join(scratch, String(trees));
  const plain = path.join(made, "project");
  mkdirSync(made);
  if (input.asked === "file") writeFileSync(plain, "");
  else if (input.asked !== "missing") mkdirSync(plain);
  if (input.asked !== "file" && input.asked !== "missing") writeTree(plain, input.entries);
  if (input.asked === "link") symlinkSync("project", path.join(made, "link"));
  if (input.asked === "dots") mkdirSync(path.join(made, "x"));
  const forms = { slash: `${plain}/`, dots: `${made}/./x/../project`, link: path.join(made, "link") };
  return { asked: forms[input.asked] ?? plain, made };
};

const howEnded = ({ ended }) => `the program ${ended.how}${ended.errors && `: ${ended.errors}`}`;

const readAnswer = (text) => {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    return { failed: `no JSON: ${text.slice(0, LONGEST_SHOWN)}` };
  }
  if (answer?.error !== undefined) return { refused: "", why: answer.error };
  if (answer?.ok === true) return { accepted: true };
  if (answer?.ok === false) return { refused: answer.field, why: answer.message };
  return { accepted: answer };
};

const agree = (ours, theirs) => {
  if (ours.failed !== undefined || theirs.failed !== undefined) return false;
  if (theirs.accepted !== undefined) return isDeepStrictEqual(ours.accepted, theirs.accepted);
  return ours.refused === theirs.refused;
};

const shown = (value) => {
  const text = JSON.stringify(value);
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}… (${text.length} characters)`;
};

const isCovered = (theCase) => DIVERGENCES.some(({ covers }) => covers(theCase));

// What kind of difference it is: the same outcomes, in fields of the same name.
const signature = ({ kind, ours, theirs }) => {
  const outcome = ({ accepted, refused, failed }) => {
    if (failed !== undefined) return "failed";
    return accepted === undefined ? `refused ${refused.split(".").slice(0, 2).join(".")}` : "accepted";
  };
  return `${kind}: ${outcome(theirs)}, ${outcome(ours)}`;
};

// Counts, and keeps the first differences of each sort.
class Verdicts {
  compared = 0;
  differences = 0;
  shown = [];
  needed = new Map(DIVERGENCES.map(({ name }) => [name, 0]));
  #sorts = new Map();

  add(theCase) {
    this.compared += 1;
    if (agree(theCase.ours, theCase.theirs)) return;
    const divergence = DIVERGENCES.find(({ covers }) => covers(theCase));
    if (divergence) {
      this.needed.set(divergence.name, this.needed.get(divergence.name) + 1);
      return;
    }
    this.differences += 1;
    const sort = signature(theCase);
    const known = this.#sorts.get(sort) ?? 0;
    this.#sorts.set(sort, known + 1);
    if (known < MOST_SHOWN_OF_A_SORT && this.shown.length < MOST_SHOWN) this.shown.push(theCase);
  }

  get sorts() {
    return [...this.#sorts];
  }
}

// The same difference with less in it.
const shrink = async (program, published, theCase) => {
  const { kind } = theCase;
  if (theCase.ours.failed !== undefined || JSON.stringify(theCase.input).length > LONGEST_CASE) return theCase;
  const contract = new ContractProcess(program, kind);
  let best = theCase;
  const stillDiffers = async (input) => {
    const tree = KINDS[kind].isTree ? makeTree(input) : null;
    const question = tree ? tree.asked : input;
    const ours = readAnswer(await contract.ask(tree ? JSON.stringify(question) : question));
    const now = { ...theCase, input, ours, theirs: await published[kind](question) };
    if (tree) removeTree(tree.made);
    const isSame = !agree(now.ours, now.theirs) && signature(now) === signature(theCase) && !isCovered(now);
    if (isSame) best = now;
    return isSame;
  };
  const { input: from } = theCase;
  if (typeof from === "string") await shrunkText(from, (text) => !/^\s*$/.test(text) && stillDiffers(text));
  else await shrunkList(from.entries, (entries) => stillDiffers({ ...from, entries }), 200);
  await contract.finish();
  return best;
};

// How many cases were answered. A program that ends at a question leaves the rest of its kind unasked.
const compareKind = async (kind, cases, { program, published, verdicts }) => {
  const { isTree } = KINDS[kind];
  const contract = new ContractProcess(program, kind);
  const open = new Set();
  let hasEnded = false;
  const end = (theCase, why) => {
    if (!hasEnded) verdicts.add({ kind, ...theCase, ours: { failed: why } });
    hasEnded = true;
  };
  for (const theCase of cases) {
    await contract.room();
    if (contract.ended) {
      end({ ...theCase, theirs: { failed: "not asked" } }, howEnded(contract));
      break;
    }
    const tree = isTree ? makeTree(theCase.input) : null;
    const question = tree ? tree.asked : theCase.input;
    const asked = contract.ask(tree ? JSON.stringify(question) : question);
    const theirs = await published[kind](question);
    const compared = asked.then((text) => {
      if (tree) removeTree(tree.made);
      open.delete(compared);
      if (text === null) {
        end({ ...theCase, theirs }, howEnded(contract));
        return;
      }
      // The same text is the same answer; most are, and need not be parsed.
      const same = theirs.accepted !== undefined && text === JSON.stringify(theirs.accepted);
      verdicts.add({ kind, ...theCase, ours: same ? theirs : readAnswer(text), theirs });
    });
    open.add(compared);
    if (open.size >= (isTree ? 64 : 4096)) await Promise.race(open);
  }
  await contract.finish();
  await Promise.all(open);
  if (contract.answers === 0 && / status (64|127)$/.test(contract.ended.how)) {
    fail(69, `${program} cannot answer contract ${kind} --jsonl\n${contract.ended.errors}`);
  }
  if (!/ status 0$/.test(contract.ended.how)) end({ input: null, theirs: { failed: "not asked" } }, howEnded(contract));
  return contract.answers;
};

const describe = (answer) => {
  if (answer.failed !== undefined) return `failed: ${answer.failed}`;
  if (answer.accepted === true) return "accepted";
  if (answer.accepted !== undefined) return `accepted: ${shown(answer.accepted)}`;
  return `refused ${answer.refused}: ${shown(answer.why)}`;
};

const makeCase = (kind, seed, index) => {
  const random = new Random(seed, `${kind}/${index}`);
  return { seed, index, input: KINDS[kind].make(random) };
};

// As --replay reads it. What is too long for a line is named by where it comes from.
const caseLine = ({ kind, seed, index, input }) => {
  const line = JSON.stringify({ kind, input });
  return line.length <= LONGEST_CASE || index === undefined ? line : JSON.stringify({ kind, seed, index });
};

const report = (number, theCase, isShrunk) => {
  const { kind, seed, index, ours, theirs } = theCase;
  const origin = index === undefined ? "" : `, case ${index} of seed ${seed}`;
  return `difference ${number}, ${kind}${origin}${isShrunk ? ", made shorter" : ""}\n` +
    `  ${caseLine(theCase)}\n  published:  ${describe(theirs)}\n  hyperlocal: ${describe(ours)}\n`;
};

const randomCases = function* (kind, count, seed) {
  for (let index = 0; index < count; index += 1) yield makeCase(kind, seed, index);
};

const readReplay = (file) => {
  let text;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    fail(64, error.message);
  }
  return text.split("\n").filter((line) => line.trim() !== "").map((line) => {
    let theCase = {};
    try {
      theCase = JSON.parse(line);
    } catch {
      // As one of no kind.
    }
    const { kind, seed, index, input } = theCase;
    if (!Object.hasOwn(KINDS, kind)) fail(64, `no case of a known kind: ${line.slice(0, 200)}`);
    return { kind, cases: [input === undefined ? makeCase(kind, seed, index) : { input }] };
  });
};

const options = readArguments();
if (!isInstalled()) fail(69, "the published packages are not installed; run: npm ci --prefix tests/peers");
if (!existsSync(options.program)) {
  fail(69, `there is no program ${options.program}; build it, or name one with --hyperlocal`);
}
for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]]) process.on(signal, () => process.exit(status));
scratch = makeScratchDirectory();

const groups = options.replay !== undefined
  ? readReplay(options.replay)
  : options.kinds.map((kind) => {
    const count = options.count ?? (options.full ? KINDS[kind].full : KINDS[kind].count);
    return { kind, cases: randomCases(kind, count, options.seed) };
  });
if (options.replay === undefined) process.stdout.write(`seed ${options.seed}\n`);

const published = await loadPublished();
const verdicts = new Verdicts();
for (const { kind, cases } of groups) {
  const started = process.hrtime.bigint();
  const before = verdicts.differences;
  const answers = await compareKind(kind, cases, { program: options.program, published, verdicts });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const differences = verdicts.differences - before;
  process.stdout.write(`${kind}: ${answers} cases, ${differences} differences (${seconds.toFixed(1)} s)\n`);
}

let number = 0;
for (const difference of verdicts.shown) {
  number += 1;
  const shrunk = await shrink(options.program, published, difference);
  process.stdout.write(report(number, shrunk, shrunk !== difference));
}
for (const [sort, times] of verdicts.sorts) process.stdout.write(`${times} times published and hyperlocal, ${sort}\n`);

let status = verdicts.differences > 0 ? 1 : 0;
for (const { name, reason } of DIVERGENCES) {
  const times = verdicts.needed.get(name);
  if (times > 0) process.stdout.write(`known: ${times} times ${name} (${reason})\n`);
  else if (options.full && options.kinds.length === Object.keys(KINDS).length) {
    process.stdout.write(`no longer needed: ${name}; take it out of tests/peers/divergences.mjs\n`);
    status = 1;
  }
}
process.stdout.write(`${verdicts.compared} cases compared, ${verdicts.differences} differences\n`);
process.exitCode = status;
