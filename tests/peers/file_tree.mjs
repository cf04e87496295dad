// A directory as data, so that a case of one can be printed on a line and made again from it. An entry is
//   {path: [names], kind: "file", text | base64 | {size, fill}} | {path, kind: "directory"} | {path, kind: "fifo"}
//   | {path, kind: "link", target}
// A name is a string, or {hex} for bytes that are not UTF-8 (not of a fifo).
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const nameBytes = (name) => (typeof name === "string" ? Buffer.from(name) : Buffer.from(name.hex, "hex"));

const pathBytes = (root, names) =>
  Buffer.concat([Buffer.from(root), ...names.flatMap((name) => [Buffer.from("/"), nameBytes(name)])]);

const contentOf = ({ text, base64, size, fill }) => {
  if (text !== undefined) return Buffer.from(text);
  return base64 === undefined ? Buffer.alloc(size, fill) : Buffer.from(base64, "base64");
};

// Whether `place` is a directory below `root` now, made if need be; never by way of a link, which may lead anywhere.
const makeDirectory = (root, place) => {
  for (let length = 1; length <= place.length; length += 1) {
    const directory = pathBytes(root, place.slice(0, length));
    const found = lstatSync(directory, { throwIfNoEntry: false });
    if (found && !found.isDirectory()) return false;
    if (!found) mkdirSync(directory);
  }
  return true;
};

// Parents are made as needed. An entry that cannot stand beside the ones before it is left out: its name is taken, or
// its path leads through a file.
export const writeTree = (root, entries) => {
  for (const entry of entries) {
    const file = pathBytes(root, entry.path);
    if (entry.kind === "directory") makeDirectory(root, entry.path);
    else if (makeDirectory(root, entry.path.slice(0, -1)) && !lstatSync(file, { throwIfNoEntry: false })) {
      if (entry.kind === "link") symlinkSync(entry.target, file);
      if (entry.kind === "fifo") execFileSync("mkfifo", ["--", file.toString()]);
      if (entry.kind === "file") writeFileSync(file, contentOf(entry), { flag: "wx" });
    }
  }
};

export const makeScratchDirectory = () => mkdtempSync(path.join(tmpdir(), "hyperlocal-peers-"));

export const removeTree = (root) => rmSync(root, { recursive: true, force: true, maxRetries: 2 });
