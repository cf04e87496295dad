// The published adapter (@hyperframes/gcp-cloud-run) against the emulator, with STORAGE_EMULATOR_HOST alone.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";

import { writeTree } from "../file_tree.mjs";
import { importPublished } from "../published.mjs";
import { bytes, connect, contentOf, refuses } from "./client.mjs";
import { makeDirectory } from "./emulator.mjs";

const gcs = await connect();
after(() => gcs.stop());
const adapter = await importPublished("gcp-cloud-run/dist/index.js");

const PROJECT_FILES = [
  { path: ["index.html"], kind: "file", text: "<div data-composition-id='main'></div>" },
  { path: ["assets", "clip ü.mp4"], kind: "file", base64: bytes(1_500_000).toString("base64") },
  { path: ["assets", "empty"], kind: "file", text: "" },
];
const makeProject = (files = PROJECT_FILES) => {
  const projectDir = makeDirectory();
  writeTree(projectDir, files);
  return projectDir;
};

// What the adapter hands to the client, as the adapter removes the archive afterwards: it is read on its way.
const { Bucket } = await importPublished("../@google-cloud/storage/build/esm/src/index.js");
const handedOver = [];
const { upload } = Bucket.prototype;
Bucket.prototype.upload = function recordedUpload(file, ...rest) {
  handedOver.push(readFileSync(file));
  return upload.call(this, file, ...rest);
};

const md5 = (content) => createHash("md5").update(content).digest("base64");
const keyOf = (site) => new URL(site.projectGcsUri).pathname.slice(1);

describe("deploySite", () => {
  it("uploads the first time, and finds it there the second time", async () => {
    const bucket = await gcs.makeBucket();
    const projectDir = makeProject();
    const first = await adapter.deploySite({ projectDir, bucketName: bucket.name });
    assert.equal(first.uploaded, true);
    assert.equal(first.projectGcsUri, `gs://${bucket.name}/sites/${first.siteId}/project.tar.gz`);
    const second = await adapter.deploySite({ projectDir, bucketName: bucket.name });
    assert.equal(second.uploaded, false);
    assert.equal(second.siteId, first.siteId);
    assert.equal(second.bytes, first.bytes);
    const [about] = await bucket.file(keyOf(first)).getMetadata();
    assert.equal(second.uploadedAt, about.updated);
    assert.equal(about.metageneration, "1");
  });

  it("stores the very bytes of its archive, and says what they are", async () => {
    const bucket = await gcs.makeBucket();
    const site = await adapter.deploySite({ projectDir: makeProject(), bucketName: bucket.name });
    const archive = handedOver.at(-1);
    const file = bucket.file(keyOf(site));
    const [about] = await file.getMetadata();
    assert.equal(about.contentType, "application/gzip");
    assert.equal(about.contentEncoding, undefined);
    assert.equal(about.size, String(site.bytes));
    assert.equal(about.md5Hash, md5(archive));
    assert.equal(about.storageClass, "STANDARD");
    assert.ok((await contentOf(file)).equals(archive));
  });

  it("has the project in the archive that comes back", async () => {
    const bucket = await gcs.makeBucket();
    const site = await adapter.deploySite({ projectDir: makeProject(), bucketName: bucket.name });
    const place = makeDirectory();
    const storage = gcs.client();
    await adapter.downloadGcsObjectToFile(storage, site.projectGcsUri, path.join(place, "project.tar.gz"));
    await adapter.untarDirectory(path.join(place, "project.tar.gz"), path.join(place, "out"));
    assert.equal(readFileSync(path.join(place, "out", "index.html"), "utf8"), PROJECT_FILES[0].text);
    assert.ok(readFileSync(path.join(place, "out", "assets", "clip ü.mp4")).equals(bytes(1_500_000)));
    assert.equal(statSync(path.join(place, "out", "assets", "empty")).size, 0);
  });

  it("uploads a project that has changed to another place", async () => {
    const bucket = await gcs.makeBucket();
    const projectDir = makeProject();
    const first = await adapter.deploySite({ projectDir, bucketName: bucket.name });
    writeFileSync(path.join(projectDir, "index.html"), "<div data-composition-id='other'></div>");
    const second = await adapter.deploySite({ projectDir, bucketName: bucket.name });
    assert.equal(second.uploaded, true);
    assert.notEqual(second.siteId, first.siteId);
    assert.equal((await bucket.getFiles({ prefix: "sites/" }))[0].length, 2);
  });

  it("keeps to the site's name that it is given", async () => {
    const bucket = await gcs.makeBucket();
    const site = await adapter.deploySite({ projectDir: makeProject(), bucketName: bucket.name, siteId: "release-7" });
    assert.equal(keyOf(site), "sites/release-7/project.tar.gz");
    assert.deepEqual(await bucket.file("sites/release-7/project.tar.gz").exists(), [true]);
  });

  it("by several at once leaves one of their archives, whole", async () => {
    const bucket = await gcs.makeBucket();
    const projectDir = makeProject();
    const before = handedOver.length;
    const sites = await Promise.all(Array.from({ length: 5 }, () =>
      adapter.deploySite({ projectDir, bucketName: bucket.name })));
    assert.equal(new Set(sites.map(({ siteId }) => siteId)).size, 1);
    assert.ok(sites.some(({ uploaded }) => uploaded));
    const [files] = await bucket.getFiles();
    assert.equal(files.length, 1);
    const stored = await contentOf(files[0]);
    assert.ok(handedOver.slice(before).some((archive) => archive.equals(stored)));
  });

  it("to a bucket that is missing fails, and says so", async () => {
    await refuses(adapter.deploySite({ projectDir: makeProject(), bucketName: gcs.bucketName() }), 404);
  });
});

describe("the adapter's objects that are named after their content", () => {
  const makeArtifact = (length) => {
    const file = path.join(makeDirectory(), "artifact");
    const content = bytes(length, length);
    writeFileSync(file, content);
    return { file, content, sha256: createHash("sha256").update(content).digest("hex") };
  };

  it("are uploaded by one of many that try at once; the others find them", async () => {
    const bucket = await gcs.makeBucket();
    const { file, sha256, content } = makeArtifact(800_000);
    const uri = `gs://${bucket.name}/renders/1/blobs/${sha256}`;
    const outcomes = await Promise.all(Array.from({ length: 8 }, () =>
      adapter.uploadContentAddressedFileToGcs(gcs.client(), file, uri, sha256, "application/octet-stream")));
    assert.deepEqual(outcomes.sort(), [...Array(7).fill("reused"), "uploaded"]);
    const object = bucket.file(`renders/1/blobs/${sha256}`);
    const [about] = await object.getMetadata();
    assert.deepEqual(about.metadata, { sha256 });
    assert.equal(about.metageneration, "1");
    assert.ok((await contentOf(object)).equals(content));
  });

  it("are checked when they come back", async () => {
    const bucket = await gcs.makeBucket();
    const { file, sha256, content } = makeArtifact(10_000);
    const uri = `gs://${bucket.name}/blobs/${sha256}`;
    await adapter.uploadContentAddressedFileToGcs(gcs.client(), file, uri, sha256);
    const place = path.join(makeDirectory(), "back");
    await adapter.downloadGcsObjectToFileVerified(gcs.client(), uri, place, sha256);
    assert.ok(readFileSync(place).equals(content));
  });

  it("are not taken for what somebody else has put there", async () => {
    const bucket = await gcs.makeBucket();
    const { file, sha256 } = makeArtifact(5000);
    await bucket.file("taken").save("something else");
    const uri = `gs://${bucket.name}/taken`;
    await assert.rejects(adapter.uploadContentAddressedFileToGcs(gcs.client(), file, uri, sha256),
      /already exists with different/);
    assert.equal((await contentOf(bucket.file("taken"))).toString(), "something else");
  });
});
