// Project directories with everything that a file system allows and a hash of one has to agree on.
const NAMES = [
  "a", "b", "c", "A", "a.b", "a-b", "a b", "ab", "a0", "a!", "a~", "aa", "index.html", "style.css", "sub", "assets",
  ".hidden", "..a", "...", ".gitignore", " ", " a", "a ", "-", "--", "-rf", "a\\b", "\\", "\\\\", "a\\", "\\a",
  "a\nb", "\n", "a\tb", "\u0001", "\u007f", "\"", "'", "*", "?", "[a]", "{}", "$x", "`", "#", "%20", "%", "&", ":",
  ";", "a:b", "C:", "é", "e\u0301", "É", "ß", "ss", "İ", "ı", "漢字", "😀", "\u{10000}", "\u{10ffff}", "\ue000",
  "\uf8ff", "\ufffd", "\uffff", "\u00a0", "\u200b", "\u2028", "\ufeff", "\ud7ff", "0", "1", "10", "2", "01",
  "__proto__", "constructor", "CON", "nul", "x".repeat(200), "é".repeat(120),
];
const SKIPPED = ["node_modules", ".git", ".cache", "output", "failures", "dist", ".next", ".turbo"];
const NEARLY_SKIPPED = ["Node_Modules", "node_modules ", ".git2", "outputs", ".CACHE", "dist.", "build", ".nextjs",
  "turbo"];
const TARGETS = ["a", "b", ".", "..", "/", "missing", "sub", "index.html", "../..", "/dev/null", "/etc/hostname"];
const BROKEN_NAMES = ["ff", "61ff62", "c080", "eda080", "f8888080"];

const joined = (random, most, pieces) => random.times(random.between(1, most), () => random.pick(pieces)).join("");
const randomBytes = (random, count) => Buffer.from(random.times(count, () => random.below(256)));

const name = (random) =>
  random.weighted([
    [12, () => random.pick(NAMES)],
    [2, () => random.pick(SKIPPED)],
    [1, () => random.pick(NEARLY_SKIPPED)],
    [2, () => joined(random, 5, ["a", "b", "\ue000", "😀", "é", "\u0301", "-", " "])],
  ]);

export const randomContent = (random) =>
  random.weighted([
    [3, () => ({ text: "" })],
    [8, () => ({ text: joined(random, 30, ["x", "é", "\n", "\0", "<p>", " "]) })],
    [4, () => ({ base64: randomBytes(random, random.between(1, 300)).toString("base64") })],
    [1, () => ({ size: random.pick([4095, 4096, 4097, 65536, 1 << 20, (1 << 20) + 1]), fill: random.below(256) })],
  ]);

export const makeTreeCase = (random) => {
  const directories = [[]];
  const entries = [];
  const usesFifos = random.chance(0.2);
  for (let count = random.pick([0, 1, 2, 5, 12, 30]); count > 0; count -= 1) {
    const place = [...random.pick(directories), name(random)];
    const kind = random.weighted([[14, "file"], [6, "directory"], [2, "link"], [usesFifos ? 1 : 0, "fifo"]]);
    const entry = { path: place, kind };
    if (kind === "file") Object.assign(entry, randomContent(random));
    if (kind === "link") entry.target = random.pick(TARGETS);
    if (kind === "directory" && place.length < 6) directories.push(place);
    entries.push(entry);
  }
  if (random.chance(0.01)) entries.push({ path: ["large"], kind: "file", size: 5 << 20, fill: random.below(256) });
  // Names that are no text: whoever reads such a project has to refuse it, unless nothing of it is a file.
  if (!usesFifos && random.chance(0.03)) {
    const place = [...random.pick(directories), { hex: random.pick(BROKEN_NAMES) }];
    const kind = random.pick(["file", "directory", "link"]);
    entries.push({ path: place, kind, ...(kind === "file" && { text: "x" }), ...(kind === "link" && { target: "a" }) });
  }
  // How the directory is named when it is asked for.
  const asked = random.weighted([[30, "plain"], [2, "slash"], [2, "dots"], [2, "link"], [1, "missing"], [1, "file"]]);
  return { asked, entries };
};
