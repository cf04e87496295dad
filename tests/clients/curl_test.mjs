// curl, for what no client library sends: the XML API by hand, and odd ways of HTTP.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { after, describe, it } from "node:test";

import { makeDirectory, startEmulator } from "../peers/storage/emulator.mjs";

const emulator = await startEmulator({ options: ["--memory", "--bucket", "curl-bucket"] });
after(() => emulator.stop());
const BUCKET = `${emulator.url}/curl-bucket`;
const MIB = 1024 * 1024;

const bytes = (length) => Buffer.alloc(length, createHash("sha512").update(String(length)).digest());
const md5 = (content) => createHash("md5").update(content).digest("base64");

// {status, headers, body} of the last answer. curl's own exit status has to be 0.
const curl = (...args) => {
  const headerFile = path.join(makeDirectory(), "headers");
  const { error, status, stdout, stderr } = spawnSync("curl",
    ["--silent", "--show-error", "--max-time", "120", "--globoff", "--path-as-is", "--dump-header", headerFile,
      ...args],
    { maxBuffer: 256 * MIB, env: { PATH: process.env.PATH, HOME: makeDirectory() } });
  assert.ok(!error, `curl: ${error?.message} (dependencies/debian.txt says where it comes from)`);
  assert.equal(status, 0, stderr.toString());
  const blocks = readFileSync(headerFile, "utf8").trim().split(/\r\n\r\n/);
  const [first, ...rest] = blocks.at(-1).split("\r\n");
  const headers = {};
  for (const line of rest) {
    const at = line.indexOf(":");
    (headers[line.slice(0, at).toLowerCase()] ??= []).push(line.slice(at + 1).trim());
  }
  return { status: Number(first.split(" ")[1]), headers, body: stdout, text: stdout.toString(),
    interim: blocks.slice(0, -1).map((block) => Number(block.split(" ")[1])) };
};
const fileOf = (content) => {
  const file = path.join(makeDirectory(), "body");
  writeFileSync(file, content);
  return file;
};
const put = (name, content, ...args) => curl("-T", fileOf(content), ...args, `${BUCKET}/${name}`);

describe("the XML API", () => {
  it("puts, gets and deletes an object", () => {
    const answer = put("a/b%20c", "content", "-H", "Content-Type: text/x-xml");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.etag[0], `"${createHash("md5").update("content").digest("hex")}"`);
    assert.match(answer.headers["x-goog-generation"][0], /^\d+$/);
    const got = curl(`${BUCKET}/a/b%20c`);
    assert.equal(got.text, "content");
    assert.equal(got.headers["content-type"][0], "text/x-xml");
    assert.equal(curl("-X", "DELETE", `${BUCKET}/a/b%20c`).status, 204);
    assert.equal(curl(`${BUCKET}/a/b%20c`).status, 404);
  });

  it("says what an object is, a header for each checksum", () => {
    const content = bytes(1000);
    put("described", content, "-H", "x-goog-meta-Key: value", "-H", "Cache-Control: no-store");
    for (const head of [[], ["--head"]]) {
      const { headers, status, body } = curl(...head, `${BUCKET}/described`);
      assert.equal(status, 200);
      assert.equal(headers["content-length"][0], "1000");
      assert.equal(headers["x-goog-hash"].length, 2);
      assert.ok(headers["x-goog-hash"].includes(`md5=${md5(content)}`));
      assert.ok(headers["x-goog-hash"].some((each) => each.startsWith("crc32c=")));
      assert.equal(headers["x-goog-stored-content-length"][0], "1000");
      assert.equal(headers["x-goog-stored-content-encoding"][0], "identity");
      assert.equal(headers["x-goog-metageneration"][0], "1");
      assert.equal(headers["x-goog-storage-class"][0], "STANDARD");
      assert.equal(headers["x-goog-meta-key"][0], "value");
      assert.equal(headers["cache-control"][0], "no-store");
      assert.ok(Date.parse(headers["last-modified"][0]) > 0);
      if (head.length === 0) assert.ok(body.equals(content));
    }
  });

  it("gets ranges", () => {
    const content = bytes(5000);
    put("ranged", content);
    for (const [range, from, to] of [["0-9", 0, 10], ["4990-", 4990, 5000], ["-7", 4993, 5000],
      ["10-99999", 10, 5000]]) {
      const answer = curl("-r", range, `${BUCKET}/ranged`);
      assert.equal(answer.status, 206, range);
      assert.equal(answer.headers["content-range"][0], `bytes ${from}-${to - 1}/5000`);
      assert.ok(answer.body.equals(content.subarray(from, to)));
    }
    const beyond = curl("-r", "5000-", `${BUCKET}/ranged`);
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers["content-range"][0], "bytes */5000");
    assert.match(beyond.text, /<Code>InvalidRange<\/Code>/);
  });

  it("refuses content that is not what its checksums say", () => {
    const right = put("checked", "content", "-H", `Content-MD5: ${md5("content")}`);
    assert.equal(right.status, 200);
    const wrong = put("checked", "other", "-H", `Content-MD5: ${md5("content")}`);
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /<Code>BadDigest<\/Code>/);
    assert.equal(put("checked", "other", "-H", "x-goog-hash: crc32c=AAAAAA==").status, 400);
    assert.equal(curl(`${BUCKET}/checked`).text, "content");
  });

  it("judges conditions in headers and in the query", () => {
    const generation = put("conditional", "1").headers["x-goog-generation"][0];
    assert.equal(put("conditional", "2", "-H", "x-goog-if-generation-match: 0").status, 412);
    assert.equal(curl(`${BUCKET}/conditional?ifGenerationMatch=7`).status, 412);
    assert.equal(curl("-H", `x-goog-if-generation-match: ${generation}`, `${BUCKET}/conditional`).status, 200);
    assert.equal(put("conditional", "2", "-H", `x-goog-if-generation-match: ${generation}`).status, 200);
    assert.equal(curl(`${BUCKET}/conditional`).text, "2");
  });

  it("says 304 to a reader that has it, and 412 to one that wants another", () => {
    put("cached", "content");
    const { etag, "last-modified": [modified] } = curl(`${BUCKET}/cached`).headers;
    const known = curl("-H", `If-None-Match: ${etag[0]}`, `${BUCKET}/cached`);
    assert.equal(known.status, 304);
    assert.equal(known.body.length, 0);
    assert.equal(curl("-H", 'If-None-Match: "other"', `${BUCKET}/cached`).status, 200);
    assert.equal(curl("-H", `If-Match: ${etag[0]}`, `${BUCKET}/cached`).status, 200);
    assert.equal(curl("-H", 'If-Match: "other"', `${BUCKET}/cached`).status, 412);
    assert.equal(curl("-H", `If-Modified-Since: ${modified}`, `${BUCKET}/cached`).status, 304);
    assert.equal(curl("-H", "If-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT", `${BUCKET}/cached`).status, 412);
  });

  it("copies an object", () => {
    put("copied%20from", "content", "-H", "Content-Type: text/x-source", "-H", "x-goog-meta-a: b");
    const answer = curl("-X", "PUT", "-H", "Content-Length: 0",
      "-H", "x-goog-copy-source: /curl-bucket/copied%20from", `${BUCKET}/copied-to`);
    assert.equal(answer.status, 200);
    assert.match(answer.text, /<CopyObjectResult/);
    const got = curl(`${BUCKET}/copied-to`);
    assert.equal(got.text, "content");
    assert.equal(got.headers["content-type"][0], "text/x-source");
    assert.equal(got.headers["x-goog-meta-a"][0], "b");
    curl("-X", "PUT", "-H", "Content-Length: 0", "-H", "x-goog-copy-source: /curl-bucket/copied%20from",
      "-H", "x-goog-metadata-directive: REPLACE", "-H", "Content-Type: text/x-new", `${BUCKET}/copied-to`);
    assert.equal(curl(`${BUCKET}/copied-to`).headers["content-type"][0], "text/x-new");
  });

  it("makes, lists and deletes buckets", () => {
    const other = `${emulator.url}/curl-made`;
    assert.equal(curl("-X", "PUT", "-H", "Content-Length: 0", other).status, 200);
    assert.equal(curl("--head", other).status, 200);
    assert.match(curl(`${emulator.url}/`).text, /<Name>curl-made<\/Name>/);
    assert.equal(curl("-X", "DELETE", other).status, 204);
    const gone = curl(other);
    assert.equal(gone.status, 404);
    assert.match(gone.text, /<Code>NoSuchBucket<\/Code>/);
    assert.match(gone.headers["content-type"][0], /^application\/xml/);
  });

  it("lists objects in both versions, with folders and pages", () => {
    for (const name of ["l/1", "l/2", "l/sub/3", "l/sub/4", "l/%C3%BC%20%26%3C"]) put(name, name);
    const keys = (text) => [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key);
    const first = curl(`${BUCKET}?prefix=l/&delimiter=/`);
    assert.deepEqual(keys(first.text), ["l/1", "l/2", "l/ü &amp;&lt;"]);
    assert.match(first.text, /<CommonPrefixes><Prefix>l\/sub\/<\/Prefix><\/CommonPrefixes>/);
    const page = curl(`${BUCKET}?prefix=l/&max-keys=2`);
    assert.deepEqual(keys(page.text), ["l/1", "l/2"]);
    assert.match(page.text, /<IsTruncated>true<\/IsTruncated>/);
    const marker = /<NextMarker>([^<]*)<\/NextMarker>/.exec(page.text)[1];
    assert.deepEqual(keys(curl(`${BUCKET}?prefix=l/&max-keys=2&marker=${marker}`).text), ["l/sub/3", "l/sub/4"]);
    const second = curl(`${BUCKET}?list-type=2&prefix=l/&max-keys=3`);
    assert.match(second.text, /<KeyCount>3<\/KeyCount>/);
    const token = /<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(second.text)[1];
    const rest = curl(`${BUCKET}?list-type=2&prefix=l/&continuation-token=${encodeURIComponent(token)}`);
    assert.equal(keys(rest.text).length, 2);
    assert.deepEqual(keys(curl(`${BUCKET}?list-type=2&start-after=l/sub/3&prefix=l/sub`).text), ["l/sub/4"]);
    assert.ok(keys(curl(`${BUCKET}?prefix=l/%C3&encoding-type=url`).text)[0].includes("%C3%BC"));
  });

  it("says what is missing, in XML", () => {
    const object = curl(`${BUCKET}/none`);
    assert.equal(object.status, 404);
    assert.match(object.text, /^<\?xml version='1\.0' encoding='UTF-8'\?>/);
    assert.match(object.text, /<Code>NoSuchKey<\/Code>/);
    assert.equal(curl("-X", "DELETE", `${BUCKET}/none`).status, 404);
  });

  it("keeps names that no client library makes", () => {
    for (const name of ["/lead", "a//b", "a/./b/../c", "%2e%2e/%2e%2e/etc", "x%2Fy%3Fz"]) {
      assert.equal(put(name, name).status, 200, name);
      assert.equal(curl(`${BUCKET}/${name}`).text, name);
      assert.equal(curl("-X", "DELETE", `${BUCKET}/${name}`).status, 204, name);
    }
  });
});

describe("HTTP", () => {
  it("waits for 100 Continue when it is asked to", () => {
    const { status, interim } = put("expected", bytes(2 * MIB), "-H", "Expect: 100-continue",
      "--expect100-timeout", "100");
    assert.equal(status, 200);
    assert.deepEqual(interim, [100]);
  });

  it("refuses before the body is sent when the request cannot succeed", () => {
    const { status, interim } = curl("-T", fileOf(bytes(2 * MIB)), "-H", "Expect: 100-continue",
      "--expect100-timeout", "100", `${emulator.url}/no-such-bucket-here/o`);
    assert.equal(status, 404);
    assert.ok(interim.every((each) => each === 100));
  });

  it("takes bodies without a length", () => {
    const content = bytes(3 * MIB + 7);
    assert.equal(put("chunked", content, "-H", "Transfer-Encoding: chunked").status, 200);
    assert.ok(curl(`${BUCKET}/chunked`).body.equals(content));
    const json = curl("-H", "Transfer-Encoding: chunked", "-H", "Content-Type: text/x-chunked", "--data-binary",
      `@${fileOf(content)}`, `${emulator.url}/upload/storage/v1/b/curl-bucket/o?uploadType=media&name=chunked-json`);
    assert.equal(json.status, 200);
    assert.equal(JSON.parse(json.text).md5Hash, md5(content));
    assert.equal(JSON.parse(json.text).contentType, "text/x-chunked");
  });

  it("takes what looks like a form as what it is: content", () => {
    const content = "a=b&c=%20d&".repeat(2000);
    const answer = curl("--data-binary", `@${fileOf(content)}`,
      `${emulator.url}/upload/storage/v1/b/curl-bucket/o?uploadType=media&name=formlike`);
    assert.equal(answer.status, 200);
    assert.equal(curl(`${BUCKET}/formlike`).text, content);
  });

  it("does not unpack what is sent packed", () => {
    const packed = spawnSync("gzip", ["-n", "-c"], { input: "packed content" }).stdout;
    put("packed", packed, "-H", "Content-Encoding: gzip", "-H", "Content-Type: text/plain");
    assert.ok(curl("-H", "Accept-Encoding: gzip", `${BUCKET}/packed`).body.equals(packed));
    assert.equal(curl(`${BUCKET}/packed`).text, "packed content");
  });

  it("does not pack what is stored plain", () => {
    const content = "text ".repeat(10_000);
    put("plain.txt", content, "-H", "Content-Type: text/plain");
    const answer = curl("-H", "Accept-Encoding: gzip, br, deflate", `${BUCKET}/plain.txt`);
    assert.equal(answer.headers["content-encoding"], undefined);
    assert.equal(answer.text, content);
  });

  it("keeps a connection for many requests", () => {
    put("kept", "x");
    const { stderr } = spawnSync("curl", ["-v", "--silent", ...Array.from({ length: 50 }, () => `${BUCKET}/kept`)],
      { maxBuffer: 16 * MIB });
    assert.equal([...stderr.toString().matchAll(/Connected to /g)].length, 1);
  });

  it("speaks HTTP/1.0", () => {
    const answer = curl("--http1.0", `${BUCKET}/kept`);
    assert.equal(answer.status, 200);
    assert.equal(answer.text, "x");
  });

  it("answers a page of another origin: its question first, then itself", () => {
    const rules = JSON.stringify({ cors: [{ origin: ["https://page.example"], method: ["GET", "PUT"],
      responseHeader: ["Content-Type", "x-goog-resumable"], maxAgeSeconds: 99 }] });
    curl("-X", "PATCH", "-H", "Content-Type: application/json", "-d", rules,
      `${emulator.url}/storage/v1/b/curl-bucket`);
    const asked = curl("-X", "OPTIONS", "-H", "Origin: https://page.example",
      "-H", "Access-Control-Request-Method: PUT", "-H", "Access-Control-Request-Headers: content-type",
      `${BUCKET}/kept`);
    assert.equal(asked.status, 200);
    assert.equal(asked.headers["access-control-allow-origin"][0], "https://page.example");
    assert.match(asked.headers["access-control-allow-methods"][0], /PUT/);
    assert.match(asked.headers["access-control-allow-headers"][0], /content-type/i);
    assert.equal(asked.headers["access-control-max-age"][0], "99");
    const got = curl("-H", "Origin: https://page.example", `${BUCKET}/kept`);
    assert.equal(got.headers["access-control-allow-origin"][0], "https://page.example");
    assert.equal(curl("-H", "Origin: https://other.example", `${BUCKET}/kept`).headers["access-control-allow-origin"],
      undefined);
  });

  it("starts a resumable upload in XML and goes on with it", () => {
    const content = bytes(600 * 1024);
    const started = curl("-X", "POST", "-H", "x-goog-resumable: start", "-H", "Content-Type: text/x-resumed",
      "-H", "Content-Length: 0", `${BUCKET}/resumed`);
    assert.equal(started.status, 201);
    const [location] = started.headers.location;
    const first = curl("-X", "PUT", "-H", "Content-Range: bytes 0-524287/*", "--data-binary",
      `@${fileOf(content.subarray(0, 524288))}`, location);
    assert.equal(first.status, 308);
    assert.equal(first.headers.range[0], "bytes=0-524287");
    const last = curl("-X", "PUT", "-H", `Content-Range: bytes 524288-${content.length - 1}/${content.length}`,
      "--data-binary", `@${fileOf(content.subarray(524288))}`, location);
    assert.equal(last.status, 200);
    const got = curl(`${BUCKET}/resumed`);
    assert.ok(got.body.equals(content));
    assert.equal(got.headers["content-type"][0], "text/x-resumed");
  });
});

describe("what is no proper HTTP", () => {
  // The first line of the answer, or "" for a connection that is closed without one.
  const send = (text) => new Promise((resolve, reject) => {
    const { hostname, port } = new URL(emulator.url);
    const socket = net.connect(Number(port), hostname, () => socket.write(text));
    let got = "";
    socket.setTimeout(120_000, () => socket.destroy(new Error("neither an answer nor an end")));
    socket.on("data", (part) => {
      got += part;
      if (got.includes("\r\n")) socket.destroy();
    });
    socket.on("error", (error) => (error.code === "ECONNRESET" ? resolve(got) : reject(error)));
    socket.on("close", () => resolve(got.split("\r\n")[0]));
  });

  for (const [what, text] of Object.entries({
    "no request at all": "nonsense\r\n\r\n",
    "a length that is no number": "PUT /curl-bucket/x HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    "a length below nothing": "PUT /curl-bucket/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "two lengths that differ": "PUT /curl-bucket/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n" +
      "Content-Length: 2\r\n\r\nab",
    "a length and chunks": "PUT /curl-bucket/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" +
      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk without a size": "PUT /curl-bucket/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a header without end": `GET /curl-bucket/x HTTP/1.1\r\nHost: x\r\nx-long: ${"a".repeat(1_000_000)}\r\n\r\n`,
    "a broken escape in the address": "GET /curl-bucket/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
  })) {
    it(`${what} is refused, and the emulator lives`, async () => {
      const line = await send(text);
      assert.match(line, /^(HTTP\/1\.[01] (4\d\d|501) .*)?$/);
      assert.equal(curl(`${emulator.url}/_hyperlocal/health`).status, 200);
      assert.equal(curl(`${BUCKET}/x`).status, 404);
    });
  }

  it("a body that breaks off is no object", async () => {
    await new Promise((resolve, reject) => {
      const { hostname, port } = new URL(emulator.url);
      const socket = net.connect(Number(port), hostname, () => {
        socket.write("PUT /curl-bucket/broken HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
        socket.write(Buffer.alloc(50_000), () => socket.destroy());
      });
      socket.on("error", reject).on("close", resolve);
    });
    assert.equal(curl(`${BUCKET}/broken`).status, 404);
  });
});
