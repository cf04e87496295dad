import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { after, describe, it } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";

import { bytes, connect, contentOf, readAll, refuses, textOf } from "./client.mjs";
import { makeDirectory } from "./emulator.mjs";

const gcs = await connect();
after(() => gcs.stop());
const bucket = await gcs.makeBucket();

const MIB = 1024 * 1024;
const content = bytes(3 * MIB + 17, 2);
const big = bucket.file("big");
await big.save(content, { resumable: false, metadata: { contentType: "video/x-test", cacheControl: "max-age=7",
  contentDisposition: "attachment; filename=big", contentLanguage: "fr" } });
const [about] = await big.getMetadata();
const md5 = (of) => createHash("md5").update(of).digest("base64");

// Without the client, and without what fetch does by itself (a header Accept-Encoding, decompression).
const get = (url, { method = "GET", headers = {} } = {}) => new Promise((resolve, reject) => {
  http.request(url, { method, headers }, async (answer) => {
    resolve({ status: answer.statusCode, headers: answer.headers, body: await readAll(answer) });
  }).on("error", reject).end();
});
const mediaUrl = (name) => `${gcs.url}/storage/v1/b/${bucket.name}/o/${encodeURIComponent(name)}?alt=media`;
const part = (file, options) => readAll(file.createReadStream(options));

describe("a download", () => {
  it("is the whole content", async () => assert.ok((await contentOf(big)).equals(content)));

  it("goes to a file", async () => {
    const destination = path.join(makeDirectory(), "down.bin");
    await big.download({ destination });
    assert.ok(readFileSync(destination).equals(content));
  });

  it("of an empty object makes an empty file", async () => {
    await bucket.file("empty").save("");
    const destination = path.join(makeDirectory(), "empty.bin");
    await bucket.file("empty").download({ destination });
    assert.equal(readFileSync(destination).length, 0);
  });

  it("is checked with CRC32C, with MD5, or not", async () => {
    for (const validation of ["crc32c", "md5", true, false]) {
      assert.ok((await contentOf(big, { validation })).equals(content), String(validation));
    }
  });

  it("of a missing object is 404, and names it", async () => {
    const error = await refuses(contentOf(bucket.file("not/there")), 404);
    assert.ok(error.message.includes(`No such object: ${bucket.name}/not/there`), error.message);
  });

  it("of a missing object makes no file", async () => {
    const destination = path.join(makeDirectory(), "none");
    await refuses(bucket.file("not/there").download({ destination }), 404);
    assert.throws(() => readFileSync(destination), { code: "ENOENT" });
  });

  it("is of the generation that is named", async () => {
    const versioned = await gcs.makeBucket({ versioning: { enabled: true } });
    await versioned.file("a").save("first");
    const [{ generation }] = await versioned.file("a").getMetadata();
    await versioned.file("a").save("second");
    assert.equal(await textOf(versioned.file("a", { generation })), "first");
    assert.equal(await textOf(versioned.file("a")), "second");
  });

  it("goes on to its end although the object is replaced meanwhile", async () => {
    const file = bucket.file("replaced");
    const first = bytes(12 * MIB, 8);
    await file.save(first, { resumable: false });
    const stream = file.createReadStream();
    const parts = [];
    for await (const each of stream) {
      if (parts.length === 0) await bucket.file("replaced").save("second", { resumable: false });
      parts.push(each);
    }
    assert.ok(Buffer.concat(parts).equals(first));
    assert.equal(await textOf(bucket.file("replaced")), "second");
  });

  it("may run forty times at once", async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => contentOf(bucket.file("big"))));
    for (const each of all) assert.equal(md5(each), about.md5Hash);
  });

  it("that the reader gives up does no harm to the next one", async () => {
    const stream = big.createReadStream();
    await new Promise((resolve) => stream.once("data", resolve));
    stream.destroy();
    // Not with the client: it closes all of its connections then, also the one of the next request.
    assert.ok((await get(mediaUrl("big"))).body.equals(content));
  });
});

describe("a range", () => {
  const ranges = [
    ["from the start to a byte", { start: 0, end: 9 }, [0, 10]],
    ["in the middle", { start: 1000, end: 1999 }, [1000, 2000]],
    ["of a single byte", { start: 5, end: 5 }, [5, 6]],
    ["to the end", { start: content.length - 100 }, [content.length - 100]],
    ["from the start that is not given", { end: 99 }, [0, 100]],
    ["of the last bytes", { end: -50 }, [content.length - 50]],
    ["that ends behind the content", { start: content.length - 3, end: content.length + 1000 }, [content.length - 3]],
    ["of more last bytes than there are", { end: -(content.length + 5) }, [0]],
    ["over everything", { start: 0, end: content.length - 1 }, [0]],
  ];
  for (const [what, options, [from, to]] of ranges) {
    it(`${what} is those bytes`, async () => {
      assert.ok((await part(big, options)).equals(content.subarray(from, to)));
    });
  }

  it("is 206 and says which bytes of how many", async () => {
    const answer = await get(mediaUrl("big"), { headers: { Range: "bytes=10-19" } });
    assert.equal(answer.status, 206);
    assert.equal(answer.headers["content-range"], `bytes 10-19/${content.length}`);
    assert.equal(answer.headers["content-length"], "10");
    assert.ok(answer.body.equals(content.subarray(10, 20)));
  });

  it("behind the content is 416 and says how long the content is", async () => {
    await refuses(part(big, { start: content.length }), 416);
    const answer = await get(mediaUrl("big"), { headers: { Range: `bytes=${content.length}-` } });
    assert.equal(answer.status, 416);
    assert.equal(answer.headers["content-range"], `bytes */${content.length}`);
  });

  it("of an empty object is 416", async () => {
    await bucket.file("empty-too").save("");
    await refuses(part(bucket.file("empty-too"), { start: 0, end: 0 }), 416);
  });

  // RFC 9110, 14.2: what is not understood is ignored.
  it("that is no range of bytes is ignored", async () => {
    for (const range of ["lines=1-2", "bytes=9-3", "bytes=a-b", "bytes="]) {
      const answer = await get(mediaUrl("big"), { headers: { Range: range } });
      assert.equal(answer.status, 200, range);
      assert.equal(answer.body.length, content.length, range);
    }
  });

  it("by range puts the content together", async () => {
    const step = 400_000;
    const starts = Array.from({ length: Math.ceil(content.length / step) }, (_, index) => index * step);
    const parts = await Promise.all(starts.map((start) => part(big, { start, end: start + step - 1 })));
    assert.ok(Buffer.concat(parts).equals(content));
  });
});

describe("what a download says of the object", () => {
  it("is what was stored with it", async () => {
    const { headers } = await get(mediaUrl("big"));
    assert.equal(headers["content-type"], "video/x-test");
    assert.equal(headers["cache-control"], "max-age=7");
    assert.equal(headers["content-disposition"], "attachment; filename=big");
    assert.equal(headers["content-language"], "fr");
    assert.equal(headers["content-length"], String(content.length));
  });

  it("are its generation, checksums and storage class", async () => {
    const { headers } = await get(mediaUrl("big"));
    assert.equal(headers["x-goog-generation"], about.generation);
    assert.equal(headers["x-goog-metageneration"], about.metageneration);
    assert.equal(headers["x-goog-stored-content-length"], String(content.length));
    assert.equal(headers["x-goog-stored-content-encoding"], "identity");
    assert.equal(headers["x-goog-storage-class"], "STANDARD");
    assert.deepEqual(headers["x-goog-hash"].split(/, ?/).sort(),
      [`crc32c=${about.crc32c}`, `md5=${about.md5Hash}`]);
    assert.ok(headers.etag);
    assert.ok(Date.parse(headers["last-modified"]) > 0);
  });

  it("is said for a range too, of the whole content", async () => {
    const { headers } = await get(mediaUrl("big"), { headers: { Range: "bytes=0-0" } });
    assert.equal(headers["x-goog-stored-content-length"], String(content.length));
    assert.match(headers["x-goog-hash"], new RegExp(`crc32c=${about.crc32c.replace(/[+/=]/g, "\\$&")}`));
  });

  it("is said without the content for HEAD", async () => {
    const { status, headers, body } = await get(mediaUrl("big"), { method: "HEAD" });
    assert.equal(status, 200);
    assert.equal(headers["content-length"], String(content.length));
    assert.equal(body.length, 0);
  });

  it("has application/octet-stream for an object without a type", async () => {
    const name = "typeless";
    await fetch(`${gcs.url}/upload/storage/v1/b/${bucket.name}/o?uploadType=resumable&name=${name}`,
      { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } })
      .then((answer) => fetch(answer.headers.get("location"), { method: "PUT", body: Buffer.from("x") }));
    assert.equal((await get(mediaUrl(name))).headers["content-type"], "application/octet-stream");
  });
});

describe("a download with a condition", () => {
  const at = (name, query) => get(`${mediaUrl(name)}&${query}`);

  it("passes for the generation that is there, and for no other", async () => {
    assert.equal((await at("big", `ifGenerationMatch=${about.generation}`)).status, 200);
    assert.equal((await at("big", "ifGenerationMatch=1")).status, 412);
    assert.equal((await at("big", `ifMetagenerationMatch=${Number(about.metageneration) + 1}`)).status, 412);
  });

  it("is 304 without a body for the generation that the reader has", async () => {
    const answer = await at("big", `ifGenerationNotMatch=${about.generation}`);
    assert.equal(answer.status, 304);
    assert.equal(answer.body.length, 0);
    assert.equal((await at("big", "ifGenerationNotMatch=1")).status, 200);
    assert.equal((await at("big", `ifMetagenerationNotMatch=${about.metageneration}`)).status, 304);
  });
});

describe("an object that is stored compressed", () => {
  const text = "All work and no play makes a dull page. ".repeat(500);
  const zipped = bucket.file("zipped.txt");
  const stored = zipped.save(text, { gzip: true, resumable: false, contentType: "text/plain" });

  it("comes decompressed to the program, checked", async () => {
    await stored;
    assert.equal(await textOf(zipped), text);
    assert.equal(await textOf(zipped, { validation: "md5" }), text);
  });

  it("comes as it is stored if the program wants that", async () => {
    await stored;
    const compressed = await contentOf(zipped, { decompress: false });
    assert.equal(String(compressed.length), (await zipped.getMetadata())[0].size);
    assert.equal(gunzipSync(compressed).toString(), text);
  });

  // cloud.google.com/storage/docs/transcoding
  it("is decompressed on the way for a reader that does not take gzip", async () => {
    await stored;
    const { status, headers, body } = await get(mediaUrl("zipped.txt"));
    assert.equal(status, 200);
    assert.equal(body.toString(), text);
    assert.equal(headers["content-encoding"], undefined);
    assert.equal(headers["x-goog-stored-content-encoding"], "gzip");
  });

  it("comes as it is stored for a reader that takes gzip", async () => {
    await stored;
    const { headers, body } = await get(mediaUrl("zipped.txt"), { headers: { "Accept-Encoding": "gzip" } });
    assert.equal(headers["content-encoding"], "gzip");
    assert.equal(headers["content-length"], String(body.length));
    assert.equal(gunzipSync(body).toString(), text);
  });

  it("is sent whole when it is decompressed on the way, whatever range is asked for", async () => {
    await stored;
    const { status, body } = await get(mediaUrl("zipped.txt"), { headers: { Range: "bytes=0-9" } });
    assert.equal(status, 200);
    assert.equal(body.toString(), text);
  });

  it("has ranges of the stored bytes for a reader that takes gzip", async () => {
    await stored;
    const whole = await contentOf(zipped, { decompress: false });
    const { status, body } = await get(mediaUrl("zipped.txt"),
      { headers: { Range: "bytes=2-9", "Accept-Encoding": "gzip" } });
    assert.equal(status, 206);
    assert.ok(body.equals(whole.subarray(2, 10)));
  });

  it("stays as it is stored with Cache-Control: no-transform", async () => {
    const file = bucket.file("no-transform");
    const compressed = gzipSync(text);
    await file.save(compressed, { resumable: false,
      metadata: { contentEncoding: "gzip", contentType: "text/plain", cacheControl: "no-transform" } });
    const { body } = await get(mediaUrl("no-transform"));
    assert.ok(body.equals(compressed));
  });
});

describe("addresses without the client", () => {
  it("the public one has the content", async () => {
    const answer = await fetch(bucket.file("big").publicUrl());
    assert.equal(answer.status, 200);
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(content));
  });

  it("mediaLink has the content, selfLink the description", async () => {
    const [now] = await big.getMetadata();
    assert.ok(now.mediaLink.startsWith(gcs.url), now.mediaLink);
    assert.ok((await get(now.mediaLink)).body.equals(content));
    assert.equal(JSON.parse((await get(now.selfLink)).body).generation, now.generation);
  });

  it("a description is compressed for nobody who does not take gzip", async () => {
    const plain = await get(`${gcs.url}/storage/v1/b/${bucket.name}/o/big`);
    assert.equal(plain.headers["content-encoding"], undefined);
    assert.match(plain.headers["content-type"], /^application\/json/);
    assert.equal(JSON.parse(plain.body).name, "big");
  });

  it("a missing one is 404", async () => {
    assert.equal((await get(`${gcs.url}/${bucket.name}/missing`)).status, 404);
    assert.equal((await get(`${gcs.url}/storage/v1/nothing/here`)).status, 404);
  });
});
