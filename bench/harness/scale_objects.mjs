// Costs of the storage emulator, in processor time of its own: objects of any size up and down, and many objects in one
// listing.
import http from "node:http";
import { createWriteStream } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { ask, inParallel } from "./request.mjs";
import { costOf, expect } from "./server_cost.mjs";
import { BUCKET, startStorage } from "./service.mjs";
import { BENCH, Failure, lastLines, run } from "./work.mjs";

const AT_ONCE = 16; // connections
const KIB = 1024;
const MIB = 1024 * KIB;

const objectUrl = ({ url }, name) => `${url}/storage/v1/b/${BUCKET}/o/${encodeURIComponent(name)}`;

// Bytes that no other object has, a MiB at a time from one buffer.
const content = (bytes, number) => {
  const piece = Buffer.alloc(Math.min(bytes, MIB), "x");
  return Readable.from((function* () {
    for (let sent = 0; sent < bytes; sent += piece.length) {
      piece.writeDoubleLE(number + sent / MIB / 4096, 0);
      yield bytes - sent < piece.length ? piece.subarray(0, bytes - sent) : Buffer.from(piece);
    }
  })(), { objectMode: false });
};

const upload = async (storage, agent, name, bytes, number) =>
  expect(await ask(`${storage.url}/upload/storage/v1/b/${BUCKET}/o?uploadType=media&name=${encodeURIComponent(name)}`, {
    method: "POST", agent, body: content(bytes, number),
    headers: { "content-type": "application/octet-stream", "content-length": String(bytes) },
  }), `upload of ${bytes} bytes`);

const download = async (storage, agent, name, bytes) => {
  const answer = await ask(`${objectUrl(storage, name)}?alt=media`, { agent, discard: true });
  if (answer.status !== 200 || answer.bytes !== bytes) {
    throw new Failure(1, `download of ${bytes} bytes: ${answer.status}, ${answer.bytes} bytes`);
  }
};

const SIZES = [KIB, 16 * KIB, 256 * KIB, 4 * MIB, 64 * MIB, 256 * MIB, 1024 * MIB];

// One size after the other, so many objects of each that a clock of 10 ms sees them.
const objectPoints = (direction) => async (options) => {
  const storage = await startStorage(options.hyperlocal, options.work, path.join(options.work, `objects-${direction}`));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const points = [];
  try {
    for (const bytes of SIZES) {
      const count = Math.max(1, Math.min(1000, Math.floor(256 * MIB / bytes)));
      const one = `one-${bytes}`;
      if (direction === "down") await upload(storage, agent, one, bytes, 0);
      const cost = await costOf(storage.pid, async () => {
        for (let i = 0; i < count; ++i) {
          if (direction === "down") await download(storage, agent, one, bytes);
          else await upload(storage, agent, `${bytes}/${i}`, bytes, i + 1);
        }
      });
      points.push({ size: bytes, seconds: cost.seconds / count, wallSeconds: cost.wallSeconds / count });
    }
  } finally {
    agent.destroy();
    await storage.stop();
    await rm(path.join(options.work, `objects-${direction}`), { recursive: true, force: true });
  }
  return points;
};

// The kernel's part of an upload: a plain copy to the same disk, synced. On a virtual machine a large one takes more for
// each byte, for it is the first to touch memory that the machine has not been given yet.
const copyPoints = async ({ work }) => {
  const [from, to, result] = ["from", "to", "measure.json"].map((name) => path.join(work, name));
  const points = [];
  for (const bytes of SIZES.filter((size) => size >= 4 * MIB)) {
    await pipeline(content(bytes, 0), createWriteStream(from));
    const ended = await run([path.join(BENCH, "measure"), result, "600",
      "dd", `if=${from}`, `of=${to}`, "bs=256K", "conv=fsync", "status=none"]);
    const taken = ended.status === 0 ? JSON.parse(await readFile(result, "utf8")) : { exit: 1 };
    if (taken.exit !== 0) throw new Failure(1, `dd: ${lastLines(ended)}`);
    points.push({ size: bytes, seconds: taken.userSeconds + taken.systemSeconds, wallSeconds: taken.wallSeconds });
    await rm(to);
  }
  await rm(from);
  return points;
};

// All pages of a listing of so many objects.
const listingPoints = async (options) => {
  const LISTINGS = 5;
  const points = [];
  const storage = await startStorage(options.hyperlocal, options.work);
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  try {
    let there = 0;
    for (const count of [100, 1000, 4000, 16_000]) {
      const already = there;
      await inParallel(count - already, AT_ONCE, (i) => upload(storage, agent, `many/${already + i}`, 64, i));
      there = count;
      const cost = await costOf(storage.pid, async () => {
        for (let i = 0; i < LISTINGS; ++i) {
          let [listed, token] = [0, ""];
          do {
            const query = `prefix=many/&pageToken=${encodeURIComponent(token)}`;
            const answer = await ask(`${storage.url}/storage/v1/b/${BUCKET}/o?${query}`, { agent });
            expect(answer, "a listing");
            const page = JSON.parse(answer.body);
            listed += page.items.length;
            token = page.nextPageToken ?? "";
          } while (token);
          if (listed !== count) throw new Failure(1, `a listing names ${listed} of ${count} objects`);
        }
      });
      points.push({ size: count, seconds: cost.seconds / LISTINGS, wallSeconds: cost.wallSeconds / LISTINGS });
    }
  } finally {
    agent.destroy();
    await storage.stop();
  }
  return points;
};

export const OBJECT_LINES = [
  {
    name: "upload", what: "an object into the storage emulator, on disk", unit: "bytes", expected: 1,
    points: objectPoints("up"),
  },
  { name: "copy", what: "for comparison: a plain copy to that disk", unit: "bytes", expected: null, points: copyPoints },
  { name: "download", what: "an object out of it", unit: "bytes", expected: 1, points: objectPoints("down") },
  { name: "listing", what: "all pages of a listing", unit: "objects", expected: 1, points: listingPoints },
];
