import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { after, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";

import { bytes, connect, contentOf, CRC32C, refuses, textOf, written } from "./client.mjs";
import { makeDirectory } from "./emulator.mjs";

const gcs = await connect();
after(() => gcs.stop());
const bucket = await gcs.makeBucket();

const KIB = 1024;
const CHUNK = 256 * KIB; // the smallest that the service takes for a part that is not the last
let names = 0;
const newFile = (options) => bucket.file(`upload-${(names += 1)}`, options);
const about = async (file) => (await file.getMetadata())[0];
const md5 = (content) => createHash("md5").update(content).digest("base64");
const crc32c = (content) => {
  const sum = new CRC32C();
  sum.update(content);
  return sum.toString();
};

const fileOf = (content, name = "local.bin") => {
  const file = path.join(makeDirectory(), name);
  writeFileSync(file, content);
  return file;
};

// One request without the client: the answer's status and headers, and the body as text. `abortAfter`: the connection
// is cut once that many bytes of the body have been handed to the system.
const raw = (method, url, { headers = {}, body, abortAfter } = {}) => new Promise((resolve, reject) => {
  const request = http.request(url, { method, headers }, (answer) => {
    const parts = [];
    answer.on("data", (part) => parts.push(part));
    answer.on("end", () => resolve({
      status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() }));
  });
  request.on("error", (error) => (abortAfter === undefined ? reject(error) : resolve({ aborted: true })));
  if (abortAfter === undefined) request.end(body);
  else request.write(body.subarray(0, abortAfter), () => request.destroy());
});
const stateOf = (uri) => raw("PUT", uri, { headers: { "Content-Range": "bytes */*", "Content-Length": 0 } });

// The client writes into the options that it is given, so that every call has its own.
const WAYS = { "a simple upload": { resumable: false }, "a resumable upload": { resumable: true },
  "an upload in parts": { chunkSize: CHUNK } };

for (const [way, options] of Object.entries(WAYS)) {
  describe(way, () => {
    for (const [what, length] of [["nothing", 0], ["one byte", 1], ["300 KiB and a byte", 300 * KIB + 1],
      ["exactly one part", CHUNK], ["exactly three parts", 3 * CHUNK], ["5 MiB", 5 * KIB * KIB]]) {
      // The client sends «bytes 0--1/0» for it; what the service says to that is not known.
      if (options.chunkSize !== undefined && length === 0) continue;
      it(`of ${what} arrives whole`, async () => {
        const file = newFile();
        const content = bytes(length, length);
        await file.save(content, { ...options });
        const now = await about(file);
        assert.equal(now.size, String(length));
        assert.equal(now.md5Hash, md5(content));
        assert.equal(now.crc32c, crc32c(content));
        assert.ok((await contentOf(file)).equals(content));
      });
    }

    it("keeps what is said of the object", async () => {
      const said = { contentType: "text/x-said", cacheControl: "no-store, max-age=0", contentDisposition: "inline",
        contentLanguage: "de", metadata: { key: "value", "Ünïcode": "wörth €" } };
      const file = newFile();
      await file.save("x", { ...options, metadata: structuredClone(said) });
      const now = await about(file);
      for (const [key, value] of Object.entries(said)) assert.deepEqual(now[key], value, key);
    });

    it("keeps the storage class, the custom time and a hold", async () => {
      const file = newFile();
      await file.save("x", { ...options,
        metadata: { storageClass: "NEARLINE", customTime: "2026-02-03T04:05:06.789Z", temporaryHold: true } });
      const now = await about(file);
      assert.equal(now.storageClass, "NEARLINE");
      assert.equal(Date.parse(now.customTime), Date.UTC(2026, 1, 3, 4, 5, 6, 789));
      assert.equal(now.temporaryHold, true);
      await file.setMetadata({ temporaryHold: false });
    });

    it("takes the content type from the name if none is given", async () => {
      const file = bucket.file(`page-${(names += 1)}.html`);
      await file.save("<p>", { ...options });
      assert.equal((await about(file)).contentType, "text/html");
    });

    it("replaces what was there", async () => {
      const file = newFile();
      await file.save("first and longer", { ...options, metadata: { metadata: { of: "first" } } });
      const first = await about(file);
      await file.save("second", { ...options });
      const second = await about(file);
      assert.equal(await textOf(file), "second");
      assert.ok(BigInt(second.generation) > BigInt(first.generation));
      assert.equal(second.metadata, undefined);
      assert.equal(second.metageneration, "1");
    });

    it("is compressed by the client if asked to, and says so", async () => {
      const file = newFile();
      const text = "compress me ".repeat(1000);
      await file.save(text, { ...options, gzip: true, contentType: "text/plain" });
      const now = await about(file);
      assert.equal(now.contentEncoding, "gzip");
      assert.ok(Number(now.size) < 1000);
      assert.equal(gunzipSync(await contentOf(file, { decompress: false })).toString(), text);
      assert.equal(await textOf(file), text);
    });

    it("with the right MD5 and CRC32C of the content passes", async () => {
      const file = newFile();
      const content = bytes(1000);
      await file.save(content, { ...options, metadata: { md5Hash: md5(content), crc32c: crc32c(content) } });
      assert.equal((await about(file)).md5Hash, md5(content));
    });

    it("with a wrong MD5 is refused, and no object is there", async () => {
      const file = newFile();
      await refuses(file.save("content", { ...options, metadata: { md5Hash: md5("other") } }), 400);
      assert.deepEqual(await file.exists(), [false]);
    });

    it("with a wrong CRC32C is refused, and the object of before stays", async () => {
      const file = newFile();
      await file.save("before", { ...options });
      await refuses(file.save("content", { ...options, metadata: { crc32c: crc32c("other") } }), 400);
      assert.equal(await textOf(file), "before");
    });

    it("is checked by the client, either way, or not", async () => {
      for (const validation of ["md5", "crc32c", false]) {
        const file = newFile();
        await file.save("content", { ...options, validation });
        assert.equal(await textOf(file), "content");
      }
    });

    it("takes a stream, a generator and a file", async () => {
      const content = bytes(400 * KIB, 3);
      const fromStream = newFile();
      await pipeline(Readable.from([content.subarray(0, 100), content.subarray(100)]),
        fromStream.createWriteStream({ ...options }));
      const fromGenerator = newFile();
      await fromGenerator.save(async function* parts() {
        for (let at = 0; at < content.length; at += 50_000) yield content.subarray(at, at + 50_000);
      }, { ...options });
      const fromFile = newFile();
      await bucket.upload(fileOf(content), { ...options, destination: fromFile });
      for (const file of [fromStream, fromGenerator, fromFile]) {
        assert.ok((await contentOf(file)).equals(content));
      }
    });

    it("creates only if nothing is there, with ifGenerationMatch 0", async () => {
      const file = newFile();
      const once = () => ({ ...options, preconditionOpts: { ifGenerationMatch: 0 } });
      await file.save("first", once());
      await refuses(newFileAgain(file).save("second", once()), 412);
      assert.equal(await textOf(file), "first");
    });

    it("replaces only the generation that it was told to", async () => {
      const file = newFile();
      await file.save("first", { ...options });
      const { generation } = await about(file);
      await newFileAgain(file).save("second", { ...options, preconditionOpts: { ifGenerationMatch: generation } });
      await refuses(newFileAgain(file).save("third",
        { ...options, preconditionOpts: { ifGenerationMatch: generation } }), 412);
      assert.equal(await textOf(file), "second");
    });

    it("is judged by the metageneration too", async () => {
      const file = newFile();
      await file.save("first", { ...options });
      await file.setMetadata({ metadata: { a: "b" } });
      await refuses(newFileAgain(file).save("no", { ...options, preconditionOpts: { ifMetagenerationMatch: 1 } }), 412);
      await newFileAgain(file).save("yes", { ...options, preconditionOpts: { ifMetagenerationMatch: 2 } });
      assert.equal(await textOf(file), "yes");
    });

    it("by many at once with ifGenerationMatch 0: exactly one wins", async () => {
      const { name } = newFile();
      const tries = await Promise.allSettled(Array.from({ length: 8 }, (_, index) =>
        gcs.reopen(bucket).file(name).save(bytes(600 * KIB, index + 1),
          { ...options, preconditionOpts: { ifGenerationMatch: 0 } })));
      const winners = tries.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
      assert.equal(winners.length, 1, JSON.stringify(tries.map(({ reason }) => reason?.message)));
      for (const { reason } of tries.filter(({ status }) => status === "rejected")) {
        assert.equal(Number(reason.code), 412, reason.message);
      }
      assert.ok((await contentOf(bucket.file(name))).equals(bytes(600 * KIB, winners[0] + 1)));
    });

    it("of sixty objects at once arrives whole, each of them", async () => {
      const prefix = `many-${(names += 1)}/`;
      await Promise.all(Array.from({ length: 60 }, (_, index) =>
        bucket.file(prefix + index).save(bytes(10_000 + index, index + 1), { ...options })));
      const [files] = await bucket.getFiles({ prefix });
      assert.equal(files.length, 60);
      await Promise.all(files.map(async (file) => {
        const index = Number(file.name.slice(prefix.length));
        assert.ok((await contentOf(file)).equals(bytes(10_000 + index, index + 1)), file.name);
      }));
    });

    it("that the program breaks off leaves no object", async () => {
      const file = newFile();
      const stream = file.createWriteStream({ ...options });
      const ended = new Promise((resolve) => stream.on("close", resolve).on("error", resolve));
      stream.write(bytes(2 * CHUNK), () => stream.destroy(new Error("no more")));
      await ended;
      assert.deepEqual(await file.exists(), [false]);
    });
  });
}

// The same object, without what an earlier upload has left in the client's object.
const newFileAgain = (file) => bucket.file(file.name);

describe("the upload of a file", () => {
  it("is named after the file", async () => {
    const [file] = await bucket.upload(fileOf("<svg/>", "picture.svg"));
    assert.equal(file.name, "picture.svg");
    assert.equal((await about(file)).contentType, "image/svg+xml");
  });

  it("goes to the name that is given, with slashes", async () => {
    await bucket.upload(fileOf("x"), { destination: "deep/er/name.txt" });
    assert.equal(await textOf(bucket.file("deep/er/name.txt")), "x");
  });

  it("answers what the object is", async () => {
    const [, answer] = await bucket.upload(fileOf("12345"), { destination: newFile() });
    assert.equal(Number(answer.size), 5);
    assert.match(String(answer.generation), /^\d+$/);
    assert.equal(answer.kind, "storage#object");
  });

  it("that is missing fails without a trace in the bucket", async () => {
    const file = newFile();
    await assert.rejects(bucket.upload("/nowhere/at/all", { destination: file }), { code: "ENOENT" });
    assert.deepEqual(await file.exists(), [false]);
  });
});

describe("a simple upload's answer", () => {
  it("is the description of the object, checksums included", async () => {
    const file = newFile();
    await file.save("hello world", { resumable: false });
    assert.equal(file.metadata.size, "11");
    assert.equal(file.metadata.md5Hash, md5("hello world"));
    assert.equal(file.metadata.crc32c, "yZRlqg==");
    assert.equal(file.metadata.metageneration, "1");
    assert.equal(file.metadata.bucket, bucket.name);
    assert.equal(file.metadata.id, `${bucket.name}/${file.name}/${file.metadata.generation}`);
  });
});

describe("a resumable session", () => {
  const start = async (file, options) => (await file.createResumableUpload(options))[0];
  const range = (first, last, total) => ({ "Content-Range": `bytes ${first}-${last}/${total}`,
    "Content-Length": last - first + 1 });

  it("has an address on the host that the client asked", async () => {
    const uri = await start(newFile());
    assert.ok(uri.startsWith(gcs.url), uri);
    assert.match(uri, /upload_id=/);
  });

  it("that has received nothing says 308 and no range", async () => {
    const state = await stateOf(await start(newFile()));
    assert.equal(state.status, 308);
    assert.equal(state.headers.range, undefined);
    assert.equal(state.text, "");
  });

  it("says how far it is, and the object is not there before the end", async () => {
    const file = newFile();
    const content = bytes(CHUNK + 100);
    const uri = await start(file);
    const first = await raw("PUT", uri, { headers: range(0, CHUNK - 1, "*"), body: content.subarray(0, CHUNK) });
    assert.equal(first.status, 308);
    assert.equal(first.headers.range, `bytes=0-${CHUNK - 1}`);
    const state = await stateOf(uri);
    assert.equal(state.status, 308);
    assert.equal(state.headers.range, `bytes=0-${CHUNK - 1}`);
    assert.deepEqual(await file.exists(), [false]);
    const last = await raw("PUT", uri,
      { headers: range(CHUNK, CHUNK + 99, CHUNK + 100), body: content.subarray(CHUNK) });
    assert.equal(last.status, 200);
    assert.equal(JSON.parse(last.text).size, String(CHUNK + 100));
    assert.ok((await contentOf(file)).equals(content));
  });

  it("that is complete answers the object again", async () => {
    const uri = await start(newFile());
    const first = await raw("PUT", uri, { body: "whole" });
    const again = await stateOf(uri);
    assert.equal(again.status, 200);
    assert.equal(JSON.parse(again.text).generation, JSON.parse(first.text).generation);
  });

  it("ends with what it has when the total is told", async () => {
    const file = newFile();
    const uri = await start(file);
    await raw("PUT", uri, { headers: range(0, CHUNK - 1, "*"), body: bytes(CHUNK) });
    const short = await raw("PUT", uri, { headers: { "Content-Range": `bytes */${CHUNK + 1}`, "Content-Length": 0 } });
    assert.equal(short.status, 308);
    const end = await raw("PUT", uri, { headers: { "Content-Range": `bytes */${CHUNK}`, "Content-Length": 0 } });
    assert.equal(end.status, 200);
    assert.ok((await contentOf(file)).equals(bytes(CHUNK)));
  });

  it("does not take the same bytes twice", async () => {
    const file = newFile();
    const content = bytes(2 * CHUNK + 5);
    const uri = await start(file);
    await raw("PUT", uri, { headers: range(0, 2 * CHUNK - 1, "*"), body: content.subarray(0, 2 * CHUNK) });
    const again = await raw("PUT", uri,
      { headers: range(CHUNK, content.length - 1, content.length), body: content.subarray(CHUNK) });
    assert.equal(again.status, 200);
    assert.ok((await contentOf(file)).equals(content));
  });

  it("does not close a gap", async () => {
    const file = newFile();
    const uri = await start(file);
    await raw("PUT", uri, { headers: range(0, CHUNK - 1, "*"), body: bytes(CHUNK) });
    const gap = await raw("PUT", uri, { headers: range(2 * CHUNK, 2 * CHUNK + 9, 2 * CHUNK + 10), body: bytes(10) });
    assert.notEqual(gap.status, 200);
    assert.deepEqual(await file.exists(), [false]);
    assert.equal((await stateOf(uri)).headers.range, `bytes=0-${CHUNK - 1}`);
  });

  it("keeps what arrived before the connection was cut, and the client goes on from there", async () => {
    const file = newFile();
    const content = bytes(8 * CHUNK + 77, 9);
    const uri = await start(file);
    await raw("PUT", uri, { headers: range(0, CHUNK - 1, "*"), body: content.subarray(0, CHUNK) });
    await raw("PUT", uri, { headers: range(CHUNK, content.length - 1, content.length),
      body: content.subarray(CHUNK), abortAfter: 3 * CHUNK });
    assert.deepEqual(await file.exists(), [false]);
    // Asks for the state of `uri` by itself, and leaves out what is there.
    await pipeline(Readable.from([content]), file.createWriteStream({ uri, validation: "crc32c" }));
    assert.ok((await contentOf(file)).equals(content));
    assert.equal((await about(file)).md5Hash, md5(content));
  });

  it("goes on at an offset that the client knows", async () => {
    const file = newFile();
    const content = bytes(3 * CHUNK, 4);
    const uri = await start(file);
    await raw("PUT", uri, { headers: range(0, CHUNK - 1, "*"), body: content.subarray(0, CHUNK) });
    await written(file.createWriteStream(
      { uri, offset: CHUNK, resumeCRC32C: crc32c(content.subarray(0, CHUNK)) }), content.subarray(CHUNK));
    assert.ok((await contentOf(file)).equals(content));
  });

  it("takes parts from several programs in turn", async () => {
    const content = bytes(2 * CHUNK + 10, 5);
    const file = newFile();
    const uri = await start(file);
    let checksum;
    const first = file.createWriteStream({ uri, isPartialUpload: true, chunkSize: CHUNK });
    first.on("crc32c", (sum) => { checksum = sum; });
    await written(first, content.subarray(0, CHUNK));
    assert.equal((await stateOf(uri)).headers.range, `bytes=0-${CHUNK - 1}`);
    const other = gcs.reopen(bucket).file(file.name);
    await written(other.createWriteStream(
      { uri, offset: CHUNK, chunkSize: 2 * CHUNK, resumeCRC32C: checksum }), content.subarray(CHUNK));
    assert.ok((await contentOf(file)).equals(content));
  });

  it("tells its address to the program", async () => {
    const stream = newFile().createWriteStream();
    const told = new Promise((resolve) => stream.on("uri", resolve));
    await written(stream, "x");
    assert.ok((await told).startsWith(gcs.url));
  });

  it("tells the progress", async () => {
    const seen = [];
    await newFile().save(bytes(3 * CHUNK),
      { chunkSize: CHUNK, onUploadProgress: ({ bytesWritten }) => seen.push(bytesWritten) });
    assert.equal(seen.at(-1), 3 * CHUNK);
    assert.ok(seen.length >= 3);
  });

  it("keeps what was said of the object at its start", async () => {
    const file = newFile();
    const uri = await start(file, { metadata: { contentType: "text/x-begun", metadata: { by: "start" } } });
    await raw("PUT", uri, { body: "x" });
    const now = await about(file);
    assert.equal(now.contentType, "text/x-begun");
    assert.deepEqual(now.metadata, { by: "start" });
  });

  it("is judged by its preconditions at the end, not at the start", async () => {
    const file = newFile();
    const uri = await start(file, { preconditionOpts: { ifGenerationMatch: 0 } });
    await newFileAgain(file).save("in between", { resumable: false });
    const end = await raw("PUT", uri, { body: "too late" });
    assert.equal(end.status, 412);
    assert.equal(JSON.parse(end.text).error.errors[0].reason, "conditionNotMet");
    assert.equal(await textOf(file), "in between");
  });

  it("that is cancelled is over: 499", async () => {
    const file = newFile();
    const uri = await start(file);
    await raw("PUT", uri, { headers: range(0, CHUNK - 1, "*"), body: bytes(CHUNK) });
    assert.equal((await raw("DELETE", uri, { headers: { "Content-Length": 0 } })).status, 499);
    assert.ok([404, 410, 499].includes((await stateOf(uri)).status));
    assert.deepEqual(await file.exists(), [false]);
  });

  it("that nobody started is 404", async () => {
    const uri = new URL(await start(newFile()));
    uri.searchParams.set("upload_id", "never-started");
    assert.equal((await stateOf(uri.href)).status, 404);
  });

  it("of a missing bucket does not start", async () => {
    await refuses(gcs.storage.bucket(gcs.bucketName()).file("a").createResumableUpload(), 404);
  });

  it("is one of two that run at once for the same name", async () => {
    const file = newFile();
    const [one, other] = [await start(file), await start(file)];
    await raw("PUT", one, { body: "one" });
    await raw("PUT", other, { body: "other" });
    assert.equal(await textOf(file), "other");
  });

  it("streams a big file without a length", async () => {
    const file = newFile();
    const content = bytes(20 * KIB * KIB, 6);
    await pipeline(createReadStream(fileOf(content)), file.createWriteStream());
    assert.equal((await about(file)).md5Hash, md5(content));
  });
});
