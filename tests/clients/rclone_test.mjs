// rclone with its Google Cloud Storage backend, pointed at the emulator.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";

import { makeDirectory, startEmulator } from "../peers/storage/emulator.mjs";

const emulator = await startEmulator();
after(() => emulator.stop());

const HOME = makeDirectory();
const ENVIRONMENT = {
  PATH: process.env.PATH, HOME, RCLONE_CONFIG: path.join(HOME, "none.conf"), RCLONE_CACHE_DIR: HOME,
  RCLONE_CONFIG_GCS_TYPE: "google cloud storage", RCLONE_CONFIG_GCS_ANONYMOUS: "true",
  RCLONE_CONFIG_GCS_PROJECT_NUMBER: "hyperlocal-test", RCLONE_CONFIG_GCS_ENDPOINT: `${emulator.url}/storage/v1/`,
  RCLONE_RETRIES: "1", RCLONE_LOW_LEVEL_RETRIES: "2", RCLONE_CONTIMEOUT: "60s", RCLONE_TIMEOUT: "120s",
};

const run = (args, { input, status = 0 } = {}) => {
  const { error, status: got, stdout, stderr } = spawnSync("rclone", args,
    { env: ENVIRONMENT, input, timeout: 240_000, maxBuffer: 256 * 1024 * 1024 });
  assert.ok(!error, `rclone: ${error?.message} (dependencies/debian.txt says where it comes from)`);
  assert.equal(got, status, `rclone ${args.join(" ")}: ${got}\n${stderr}`);
  return stdout;
};
const rclone = (...args) => run(args);
const lines = (text) => text.toString().split("\n").filter(Boolean);

let buckets = 0;
const newBucket = () => `rclone-${process.pid}-${(buckets += 1)}`;

// Bytes that are not all alike; the same for the same length.
const bytes = (length) => {
  const block = createHash("sha512").update(String(length)).digest();
  return Buffer.alloc(length, block);
};
const FILES = {
  "plain.txt": "plain", "empty": "", "with space": "space", " lead and trail ": "spaces",
  "ünï/日本/🎬.bin": bytes(70_000),
  "100%/a%2Fb": "percent", "question?": "?", "hash#1": "#", "a+b&c=d;e,f": "+", "quotes \" and '": "q",
  "[brackets]{braces}": "b", "-dash": "d", "--flag": "f", "back\\slash": "s", "star*": "*", "~tilde": "~", "dot.": ".",
  ".hidden/.x": "h", "line\nbreak": "n", "tab\ttab": "t", "deep/er/and/deep/er/still": "deep",
  "acl/compose/rewriteTo/b/x/o": "api", "big.bin": bytes(20 * 1024 * 1024 + 11),
};
const makeTree = (files) => {
  const root = makeDirectory();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
    utimesSync(path.join(root, name), 1_700_000_000, 1_700_000_000.25);
  }
  return root;
};
const readTree = (root) => Object.fromEntries(readdirSync(root, { recursive: true })
  .filter((name) => lstatSync(path.join(root, name)).isFile())
  .map((name) => [name, createHash("sha256").update(readFileSync(path.join(root, name))).digest("hex")]).sort());

describe("rclone", () => {
  const bucket = newBucket();
  const source = makeTree(FILES);

  it("makes a bucket and copies a tree of odd names up", () => {
    rclone("mkdir", `gcs:${bucket}`);
    rclone("copy", source, `gcs:${bucket}/tree`);
    const { count, bytes: total } = JSON.parse(rclone("size", "--json", `gcs:${bucket}`));
    assert.equal(count, Object.keys(FILES).length);
    assert.equal(total, Object.values(FILES).reduce((sum, content) => sum + Buffer.byteLength(content), 0));
  });

  it("finds every hash to be that of the file", () => {
    rclone("check", source, `gcs:${bucket}/tree`);
    const sums = lines(rclone("hashsum", "MD5", `gcs:${bucket}/tree/plain.txt`));
    assert.equal(sums[0].split(" ")[0], createHash("md5").update("plain").digest("hex"));
  });

  it("finds a file that differs", () => {
    const changed = makeTree({ ...FILES, "plain.txt": "PLAIN" });
    run(["check", changed, `gcs:${bucket}/tree`], { status: 1 });
  });

  it("copies the tree down as it was, times included", () => {
    const target = makeDirectory();
    rclone("copy", `gcs:${bucket}/tree`, target);
    assert.deepEqual(readTree(target), readTree(source));
    assert.equal(lstatSync(path.join(target, "plain.txt")).mtimeMs, 1_700_000_000_250);
  });

  it("has nothing to copy the second time", () => {
    const said = spawnSync("rclone", ["copy", "-v", source, `gcs:${bucket}/tree`], { env: ENVIRONMENT }).stderr;
    assert.doesNotMatch(said.toString(), /Copied|Updated/);
  });

  it("lists files, folders and sizes", () => {
    const all = lines(rclone("lsf", "-R", "--files-only", "--format", "sp", `gcs:${bucket}/tree/ünï`));
    assert.deepEqual(all, ["70000;日本/🎬.bin"]);
    const top = lines(rclone("lsf", `gcs:${bucket}/tree`));
    for (const name of ["100%/", "acl/", "deep/", "ünï/", ".hidden/", "plain.txt", "--flag"]) {
      assert.ok(top.includes(name), `${name} is not in ${top.join(" ")}`);
    }
    assert.ok(lines(rclone("lsf", "gcs:")).includes(`${bucket}/`));
    assert.match(rclone("lsd", `gcs:${bucket}`).toString(), /tree/);
  });

  it("reads a part of a file", () => {
    const part = rclone("cat", "--offset", "1000000", "--count", "70000", `gcs:${bucket}/tree/big.bin`);
    assert.ok(part.equals(FILES["big.bin"].subarray(1_000_000, 1_070_000)));
  });

  it("uploads what comes out of a pipe, however long it is", () => {
    for (const length of [0, 5, 9 * 1024 * 1024 + 3]) {
      const input = bytes(length);
      run(["rcat", `gcs:${bucket}/piped/${length}`], { input });
      assert.ok(rclone("cat", `gcs:${bucket}/piped/${length}`).equals(input), String(length));
    }
  });

  it("copies and moves on the server", () => {
    rclone("copyto", `gcs:${bucket}/tree/plain.txt`, `gcs:${bucket}/other/name ü`);
    assert.equal(rclone("cat", `gcs:${bucket}/other/name ü`).toString(), "plain");
    rclone("moveto", `gcs:${bucket}/other/name ü`, `gcs:${bucket}/other/moved`);
    assert.deepEqual(lines(rclone("lsf", `gcs:${bucket}/other`)), ["moved"]);
    const second = newBucket();
    rclone("copy", `gcs:${bucket}/tree`, `gcs:${second}`);
    rclone("check", source, `gcs:${second}`);
    rclone("purge", `gcs:${second}`);
  });

  it("syncs: what is new comes, what is gone goes, what has changed changes", () => {
    const target = newBucket();
    const local = makeTree({ keep: "keep", change: "before", "go/away": "x" });
    rclone("sync", local, `gcs:${target}`);
    rmSync(path.join(local, "go"), { recursive: true });
    writeFileSync(path.join(local, "change"), "after");
    writeFileSync(path.join(local, "new"), "new");
    rclone("sync", local, `gcs:${target}`);
    assert.deepEqual(lines(rclone("lsf", "-R", `gcs:${target}`)), ["change", "keep", "new"]);
    assert.equal(rclone("cat", `gcs:${target}/change`).toString(), "after");
    rclone("purge", `gcs:${target}`);
  });

  it("deletes a file, a selection and a folder", () => {
    rclone("deletefile", `gcs:${bucket}/tree/plain.txt`);
    rclone("delete", "--include", "*[0-9]*", `gcs:${bucket}/piped`);
    assert.deepEqual(lines(rclone("lsf", `gcs:${bucket}/piped`)), []);
    assert.ok(!lines(rclone("lsf", `gcs:${bucket}/tree`)).includes("plain.txt"));
    rclone("purge", `gcs:${bucket}/tree/deep`);
    assert.ok(!lines(rclone("lsf", `gcs:${bucket}/tree`)).includes("deep/"));
  });

  it("does not remove a bucket that is not empty, unless it purges it", () => {
    run(["rmdir", `gcs:${bucket}`], { status: 1 });
    rclone("purge", `gcs:${bucket}`);
    assert.ok(!lines(rclone("lsf", "gcs:")).includes(`${bucket}/`));
    run(["lsf", `gcs:${bucket}`], { status: 3 }); // directory not found
  });
});

describe("rclone's options for the service", () => {
  const describeObject = async (bucket, name) =>
    (await fetch(`${emulator.url}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?projection=full`)).json();

  it("set place, class, access and headers", async () => {
    const bucket = newBucket();
    rclone("mkdir", "--gcs-location", "europe-west1", "--gcs-storage-class", "NEARLINE", `gcs:${bucket}`);
    const made = await (await fetch(`${emulator.url}/storage/v1/b/${bucket}`)).json();
    assert.equal(made.location, "EUROPE-WEST1");
    assert.equal(made.storageClass, "NEARLINE"); // the option is about buckets, whatever its help says
    rclone("copy", "--gcs-object-acl", "publicRead", "--header-upload", "X-Goog-Storage-Class: COLDLINE",
      "--header-upload", "Cache-Control: no-store", "--header-upload", "Content-Language: en",
      "--header-upload", "X-Goog-Meta-Key: value", makeTree({ a: "x" }), `gcs:${bucket}`);
    const object = await describeObject(bucket, "a");
    assert.equal(object.storageClass, "COLDLINE");
    assert.equal(object.cacheControl, "no-store");
    assert.equal(object.contentLanguage, "en");
    assert.equal(object.metadata.key, "value");
    assert.ok(object.acl.some(({ entity, role }) => entity === "allUsers" && role === "READER"));
    rclone("purge", `gcs:${bucket}`);
  });

  it("leave access to the bucket's policy", async () => {
    const bucket = newBucket();
    rclone("copy", "--gcs-bucket-policy-only", makeTree({ a: "x" }), `gcs:${bucket}`);
    const { iamConfiguration } = await (await fetch(`${emulator.url}/storage/v1/b/${bucket}`)).json();
    assert.equal((iamConfiguration.bucketPolicyOnly ?? iamConfiguration.uniformBucketLevelAccess).enabled, true);
    assert.equal(rclone("cat", `gcs:${bucket}/a`).toString(), "x");
    rclone("purge", `gcs:${bucket}`);
  });

  it("read compressed objects as they are stored, or decompressed", async () => {
    const bucket = newBucket();
    const text = "compress me ".repeat(1000);
    const local = makeTree({ "z.txt": text });
    assert.equal(spawnSync("gzip", ["-n", path.join(local, "z.txt")]).status, 0);
    const stored = readFileSync(path.join(local, "z.txt.gz"));
    rclone("mkdir", `gcs:${bucket}`);
    const made = await fetch(
      `${emulator.url}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=z.txt&contentEncoding=gzip`,
      { method: "POST", body: stored, headers: { "Content-Type": "text/plain" } });
    assert.equal(made.status, 200);
    assert.ok(rclone("cat", `gcs:${bucket}/z.txt`).equals(stored));
    assert.equal(rclone("cat", "--gcs-decompress", `gcs:${bucket}/z.txt`).toString(), text);
    rclone("purge", `gcs:${bucket}`);
  });

  it("check a thousand and some objects in several pages", async () => {
    const bucket = newBucket();
    const names = Array.from({ length: 1100 }, (_, index) => `n${index}`);
    const local = makeTree(Object.fromEntries(names.map((name) => [name, name])));
    rclone("mkdir", `gcs:${bucket}`);
    for (let at = 0; at < names.length; at += 50) {
      await Promise.all(names.slice(at, at + 50).map((name) =>
        fetch(`${emulator.url}/${bucket}/${name}`, { method: "PUT", body: name })));
    }
    rclone("check", local, `gcs:${bucket}`);
    assert.deepEqual(lines(rclone("lsf", `gcs:${bucket}`)).sort(), [...names].sort());
  });
});
