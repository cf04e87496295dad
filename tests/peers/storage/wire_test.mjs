// What programs rely on beside the client's own calls: both ways of naming the emulator, batches, seeds, control.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";

import { bytes, clientOf, connect, contentOf, refuses, textOf } from "./client.mjs";
import { makeDirectory, startEmulator } from "./emulator.mjs";

const gcs = await connect();
after(() => gcs.stop());

for (const style of ["STORAGE_EMULATOR_HOST", "apiEndpoint"]) {
  it(`a client that is told of the emulator by ${style} does everything`, async () => {
    const { makeBucket, storage } = clientOf(gcs.url, { style });
    const bucket = await makeBucket();
    for (const resumable of [false, true]) {
      const file = bucket.file(`a/${resumable}`);
      await file.save("content", { resumable, metadata: { metadata: { a: "b" } } });
      await file.setMetadata({ metadata: { c: "d" } });
      assert.deepEqual((await file.getMetadata())[0].metadata, { a: "b", c: "d" });
      assert.equal(await textOf(file), "content");
      await file.copy(`b/${resumable}`);
    }
    await bucket.combine([bucket.file("a/false"), bucket.file("b/true")], "c");
    assert.equal(await textOf(bucket.file("c")), "contentcontent");
    assert.deepEqual((await bucket.getFiles())[0].map(({ name }) => name),
      ["a/false", "a/true", "b/false", "b/true", "c"]);
    await bucket.deleteFiles();
    await bucket.delete();
    assert.ok(!(await storage.getBuckets())[0].some(({ name }) => name === bucket.name));
  });
}

describe("a batch", () => {
  const send = async (parts) => {
    const boundary = "===batch===";
    const body = `${parts.map(([request, json], index) => `--${boundary}\r\nContent-Type: application/http\r\n` +
      `Content-ID: <id+${index}>\r\n\r\n${request} HTTP/1.1\r\n` +
      (json ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}` : "\r\n"))
      .join("\r\n")}\r\n--${boundary}--`;
    const answer = await fetch(`${gcs.url}/batch/storage/v1`, { method: "POST", body,
      headers: { "Content-Type": `multipart/mixed; boundary="${boundary}"` } });
    const text = await answer.text();
    const limit = /boundary="?([^";]+)/.exec(answer.headers.get("content-type"))?.[1];
    return { status: answer.status, parts: text.split(`--${limit}`).slice(1, -1).map((part) => ({
      id: /Content-ID: *<([^>]*)>/i.exec(part)?.[1],
      status: Number(/HTTP\/1\.1 (\d+)/.exec(part)?.[1]),
      text: part.slice(part.indexOf("HTTP/1.1")),
    })) };
  };

  it("answers every part in turn, with its status and its name", async () => {
    const bucket = await gcs.makeBucket();
    const at = `/storage/v1/b/${bucket.name}/o`;
    await Promise.all(["a", "b", "c d"].map((name) => bucket.file(name).save(name, { resumable: false })));
    const answer = await send([[`DELETE ${at}/a`], [`DELETE ${at}/none`], [`GET ${at}/b`],
      [`PATCH ${at}/c%20d`, '{"metadata":{"by":"batch"}}']]);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.parts.map(({ status }) => status), [204, 404, 200, 200]);
    assert.deepEqual(answer.parts.map(({ id }) => id), [0, 1, 2, 3].map((index) => `response-id+${index}`));
    assert.match(answer.parts[2].text, /"name": ?"b"/);
    assert.deepEqual((await bucket.getFiles())[0].map(({ name }) => name), ["b", "c d"]);
    assert.deepEqual((await bucket.file("c d").getMetadata())[0].metadata, { by: "batch" });
  });

  it("takes a hundred parts", async () => {
    const bucket = await gcs.makeBucket();
    await Promise.all(Array.from({ length: 100 }, (_, index) =>
      bucket.file(`n${index}`).save("x", { resumable: false })));
    const { parts } = await send(Array.from({ length: 100 }, (_, index) =>
      [`DELETE /storage/v1/b/${bucket.name}/o/n${index}`]));
    assert.deepEqual(parts.map(({ status }) => status), Array(100).fill(204));
    assert.deepEqual((await bucket.getFiles())[0], []);
  });
});

describe("the emulator's own addresses", () => {
  it("tell that it is well", async () => {
    assert.equal((await fetch(`${gcs.url}/_hyperlocal/health`)).status, 200);
  });

  it("tell what happens, as it happens", async () => {
    const bucket = await gcs.makeBucket();
    const abort = new AbortController();
    const answer = await fetch(`${gcs.url}/_hyperlocal/events`,
      { headers: { Accept: "application/x-ndjson" }, signal: abort.signal });
    assert.equal(answer.status, 200);
    await bucket.file("seen").save("x", { resumable: false });
    await bucket.file("seen").setMetadata({ metadata: { a: "b" } });
    await bucket.file("seen").delete();
    let text = "";
    for await (const part of answer.body) {
      text += Buffer.from(part).toString();
      if (["OBJECT_FINALIZE", "OBJECT_METADATA_UPDATE", "OBJECT_DELETE"].every((kind) => text.includes(kind))) break;
    }
    abort.abort();
    assert.ok(text.includes(bucket.name) && text.includes("seen"));
  });

  it("are no bucket, and no bucket hides them", async () => {
    await refuses(gcs.storage.createBucket("_hyperlocal"), 400);
    assert.equal((await fetch(`${gcs.url}/_hyperlocal/nothing-of-the-kind`)).status, 404);
  });
});

describe("an emulator with contents from the start", () => {
  const seed = makeDirectory();
  mkdirSync(path.join(seed, "seeded-bucket", "deep", "er"), { recursive: true });
  mkdirSync(path.join(seed, "empty-bucket"));
  writeFileSync(path.join(seed, "seeded-bucket", "a.html"), "<p>");
  writeFileSync(path.join(seed, "seeded-bucket", "deep", "er", "ü b.bin"), bytes(100_000));

  it("has the tree as buckets and objects", async () => {
    const own = await connect({ options: ["--memory", "--seed", seed] });
    const bucket = own.storage.bucket("seeded-bucket");
    const names = async () => (await bucket.getFiles())[0].map(({ name }) => name);
    assert.deepEqual(await names(), ["a.html", "deep/er/ü b.bin"]);
    assert.ok((await contentOf(bucket.file("deep/er/ü b.bin"))).equals(bytes(100_000)));
    assert.match((await bucket.file("a.html").getMetadata())[0].contentType, /^text\/html/);
    assert.deepEqual(await own.storage.bucket("empty-bucket").exists(), [true]);
    await own.stop();
  });

  it("goes back to nothing at a reset", async () => {
    const own = await connect();
    await (await own.makeBucket()).file("a").save("x");
    assert.ok((await fetch(`${own.url}/_hyperlocal/reset`, { method: "POST" })).ok);
    assert.deepEqual((await own.storage.getBuckets())[0], []);
    await own.stop();
  });

  it("makes the buckets that it is told to", async () => {
    const own = await connect({ options: ["--memory", "--bucket", "made-by-flag"] });
    await own.storage.bucket("made-by-flag").file("a").save("x");
    assert.equal(await textOf(own.storage.bucket("made-by-flag").file("a")), "x");
    await own.stop();
  });

  it("writes its contents to a directory, and nothing outside of it", async () => {
    const own = await connect({ options: ["--memory", "--seed", seed] });
    await own.storage.bucket("seeded-bucket").file("../../escape").save("x");
    const parent = makeDirectory();
    const target = path.join(parent, "export");
    const answer = await fetch(`${own.url}/_hyperlocal/export?directory=${encodeURIComponent(target)}`);
    assert.equal(answer.status, 200, await answer.clone().text());
    assert.deepEqual(readdirSync(parent), ["export"]);
    const again = await connect({ options: ["--memory", "--seed", target] });
    const [files] = await again.storage.bucket("seeded-bucket").getFiles();
    assert.deepEqual(files.map(({ name }) => name), ["../../escape", "a.html", "deep/er/ü b.bin"]);
    assert.match((await again.storage.bucket("seeded-bucket").file("a.html").getMetadata())[0].contentType,
      /^text\/html/);
    await Promise.all([own.stop(), again.stop()]);
  });
});

describe("an emulator with a data directory", () => {
  const content = bytes(2_000_000, 6);

  it("has everything again after it was ended, and after it was killed", async () => {
    const data = makeDirectory();
    const options = ["--data", data];
    let own = await connect({ options });
    const bucket = await own.makeBucket({ versioning: { enabled: true }, labels: { kept: "yes" } });
    await bucket.file("large").save(content);
    await bucket.file("small").save("one");
    await bucket.file("small").save("two", { metadata: { metadata: { a: "b" } } });
    const [before] = await bucket.getFiles({ versions: true });
    for (const signal of ["SIGTERM", "SIGKILL"]) {
      const status = await own.stop(signal);
      if (signal === "SIGTERM") assert.ok([0, 143, "SIGTERM"].includes(status), String(status));
      own = await connect({ options });
      const again = own.storage.bucket(bucket.name);
      assert.equal((await again.getMetadata())[0].labels.kept, "yes");
      const [files] = await again.getFiles({ versions: true });
      // The links have the port in them, which is another one.
      const lasting = ({ metadata: { selfLink, mediaLink, ...rest } }) => rest;
      assert.deepEqual(files.map(lasting), before.map(lasting));
      assert.ok((await contentOf(again.file("large"))).equals(content));
    }
    await own.stop();
  });

  it("goes on with an upload that it had begun before it was killed", async () => {
    const options = ["--data", makeDirectory()];
    const own = await connect({ options });
    const bucket = await own.makeBucket();
    const [uri] = await bucket.file("resumed").createResumableUpload();
    const first = await fetch(uri, { method: "PUT", body: content.subarray(0, 1024 * 1024),
      headers: { "Content-Range": "bytes 0-1048575/*" } });
    assert.equal(first.status, 308);
    await own.stop("SIGKILL");
    const again = await connect({ options });
    const moved = uri.replace(own.url, again.url);
    const state = await fetch(moved, { method: "PUT", headers: { "Content-Range": "bytes */*" } });
    assert.equal(state.status, 308);
    assert.equal(state.headers.get("range"), "bytes=0-1048575");
    const end = await fetch(moved, { method: "PUT", body: content.subarray(1024 * 1024),
      headers: { "Content-Range": `bytes 1048576-${content.length - 1}/${content.length}` } });
    assert.equal(end.status, 200);
    assert.ok((await contentOf(again.storage.bucket(bucket.name).file("resumed"))).equals(content));
    await again.stop();
  });

  it("is not opened by two at once", async () => {
    const data = makeDirectory();
    const own = await startEmulator({ options: ["--data", data] });
    await assert.rejects(startEmulator({ options: ["--data", data] }), /ended with (69|7\d)/);
    await own.stop();
  });

  it("has no file outside of it, whatever the names are", async () => {
    const parent = makeDirectory();
    const data = path.join(parent, "data");
    const own = await connect({ options: ["--data", data] });
    const bucket = await own.makeBucket();
    for (const name of ["../outside", "../../outside", "/outside", "a/../../outside", "x\\..\\outside"]) {
      await bucket.file(name).save(content.subarray(0, 100_000), { resumable: false });
    }
    assert.deepEqual(readdirSync(parent), ["data"]);
    assert.ok(!existsSync("/outside"));
    const found = readdirSync(data, { recursive: true });
    assert.ok(!found.some((name) => name.includes("outside")));
    await own.stop();
  });
});
