import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { connect, contentOf, CRC32C, refuses, textOf } from "./client.mjs";

const gcs = await connect();
after(() => gcs.stop());
const bucket = await gcs.makeBucket();
const versioned = await gcs.makeBucket({ versioning: { enabled: true } });

let names = 0;
const save = async (content = "content", options = {}, within = bucket) => {
  const file = within.file(`generation-${(names += 1)}`);
  await file.save(content, { resumable: false, ...options });
  return within.file(file.name);
};
const about = async (file, options) => (await file.getMetadata(options))[0];
const generationOf = async (file) => (await about(file)).generation;
const crc32c = (content) => {
  const sum = new CRC32C();
  sum.update(Buffer.from(content));
  return sum.toString();
};

describe("generations", () => {
  it("grow with every write, over names", async () => {
    const seen = [];
    for (let round = 0; round < 10; round += 1) seen.push(BigInt(await generationOf(await save())));
    for (let index = 1; index < seen.length; index += 1) assert.ok(seen[index] > seen[index - 1]);
  });

  it("of one name differ when many write at once", async () => {
    const { name } = await save("x", {}, versioned);
    await Promise.all(Array.from({ length: 12 }, (_, index) =>
      gcs.reopen(versioned).file(name).save(String(index), { resumable: false })));
    const [files] = await versioned.getFiles({ versions: true, prefix: name });
    assert.equal(new Set(files.map(({ metadata }) => metadata.generation)).size, 13);
    assert.equal(files.filter(({ metadata }) => metadata.timeDeleted === undefined).length, 1);
  });

  it("of before are gone in a bucket without versioning", async () => {
    const file = await save("first");
    const generation = await generationOf(file);
    await file.save("second", { resumable: false });
    await refuses(bucket.file(file.name, { generation }).getMetadata(), 404);
    await refuses(contentOf(bucket.file(file.name, { generation })), 404);
  });

  it("of before stay in a bucket with versioning", async () => {
    const file = await save("first", { metadata: { metadata: { is: "first" } } }, versioned);
    const generation = await generationOf(file);
    await versioned.file(file.name).save("second", { resumable: false });
    const old = versioned.file(file.name, { generation });
    assert.equal(await textOf(old), "first");
    assert.deepEqual((await about(old)).metadata, { is: "first" });
    assert.ok((await about(old)).timeDeleted);
    assert.equal(await textOf(versioned.file(file.name)), "second");
  });

  it("become noncurrent when the live one is deleted", async () => {
    const file = await save("kept", {}, versioned);
    const generation = await generationOf(file);
    await file.delete();
    await refuses(about(versioned.file(file.name)), 404);
    assert.deepEqual(await versioned.file(file.name).exists(), [false]);
    assert.equal(await textOf(versioned.file(file.name, { generation })), "kept");
  });

  it("are deleted for good when they are named", async () => {
    const file = await save("x", {}, versioned);
    const generation = await generationOf(file);
    await versioned.file(file.name, { generation }).delete();
    await refuses(about(versioned.file(file.name, { generation })), 404);
    await refuses(about(versioned.file(file.name)), 404);
  });

  it("of before may be deleted under the live one", async () => {
    const file = await save("first", {}, versioned);
    const generation = await generationOf(file);
    await versioned.file(file.name).save("second", { resumable: false });
    await versioned.file(file.name, { generation }).delete();
    assert.equal(await textOf(versioned.file(file.name)), "second");
    assert.equal((await versioned.getFiles({ versions: true, prefix: file.name }))[0]
      .filter(({ name }) => name === file.name).length, 1);
  });

  it("of before come back by a copy", async () => {
    const file = await save("first", {}, versioned);
    const generation = await generationOf(file);
    await versioned.file(file.name).save("second", { resumable: false });
    await versioned.file(file.name, { generation }).copy(versioned.file(file.name));
    assert.equal(await textOf(versioned.file(file.name)), "first");
  });

  it("of before have metadata that can be changed", async () => {
    const file = await save("first", {}, versioned);
    const generation = await generationOf(file);
    await versioned.file(file.name).save("second", { resumable: false });
    await versioned.file(file.name, { generation }).setMetadata({ metadata: { old: "yes" } });
    assert.deepEqual((await about(versioned.file(file.name, { generation }))).metadata, { old: "yes" });
    assert.equal((await about(versioned.file(file.name))).metadata, undefined);
  });

  it("stay when versioning is turned off, and new ones do not", async () => {
    const own = await gcs.makeBucket({ versioning: { enabled: true } });
    await own.file("a").save("1", { resumable: false });
    await own.file("a").save("2", { resumable: false });
    await own.setMetadata({ versioning: { enabled: false } });
    await own.file("a").save("3", { resumable: false });
    const [files] = await own.getFiles({ versions: true });
    assert.deepEqual(await Promise.all(files.map((file) => textOf(file))), ["1", "3"]);
  });
});

describe("a condition", () => {
  const table = [
    ["ifGenerationMatch of the object passes", (now) => ({ ifGenerationMatch: now.generation }), true],
    ["ifGenerationMatch of another generation is 412",
      (now) => ({ ifGenerationMatch: String(BigInt(now.generation) + 1n) }), false],
    ["ifGenerationMatch 0 is 412 for what is there", () => ({ ifGenerationMatch: 0 }), false],
    ["ifMetagenerationMatch of the object passes", (now) => ({ ifMetagenerationMatch: now.metageneration }), true],
    ["ifMetagenerationMatch of another one is 412", () => ({ ifMetagenerationMatch: 77 }), false],
  ];
  const calls = {
    "a description": (file, condition) => file.getMetadata(condition),
    "a change": (file, condition) => file.setMetadata({ metadata: { a: "b" } }, condition),
    "a deletion": (file, condition) => file.delete(condition),
  };
  for (const [what, call] of Object.entries(calls)) {
    for (const [which, conditionOf, passes] of table) {
      it(`of ${what}: ${which}`, async () => {
        const file = await save();
        const condition = conditionOf(await about(file));
        if (passes) await call(file, condition);
        else await refuses(call(file, condition), 412, "conditionNotMet");
      });
    }
  }

  it("of a description: not-match of what is there is 304", async () => {
    const file = await save();
    const now = await about(file);
    await refuses(about(file, { ifGenerationNotMatch: now.generation }), 304);
    await refuses(about(file, { ifMetagenerationNotMatch: now.metageneration }), 304);
    assert.equal((await about(file, { ifGenerationNotMatch: 1 })).generation, now.generation);
  });

  it("of a change: not-match of what is there is 412, of another one passes", async () => {
    const file = await save();
    const now = await about(file);
    const change = (condition) => file.setMetadata({ contentLanguage: "de" }, condition);
    await refuses(change({ ifGenerationNotMatch: now.generation }), 412);
    await refuses(change({ ifMetagenerationNotMatch: 1 }), 412);
    await change({ ifGenerationNotMatch: 1 });
  });

  it("of a missing object is 404, or 412 if it was to be there", async () => {
    await refuses(bucket.file("none").getMetadata(), 404);
    await refuses(bucket.file("none").save("x", { resumable: false, preconditionOpts: { ifGenerationMatch: 5 } }), 412);
    await refuses(bucket.file("none").save("x", { resumable: true, preconditionOpts: { ifGenerationMatch: 5 } }), 412);
    assert.deepEqual(await bucket.file("none").exists(), [false]);
  });

  it("of the client's object holds for its calls", async () => {
    const { name } = await save();
    const wrong = bucket.file(name, { preconditionOpts: { ifGenerationMatch: 3 } });
    await refuses(wrong.delete(), 412);
    await refuses(wrong.save("x", { resumable: false }), 412);
    assert.equal(await textOf(bucket.file(name)), "content");
  });

  it("ifGenerationNotMatch 0 writes only over what is there", async () => {
    const there = await save();
    const over = { resumable: false, preconditionOpts: { ifGenerationNotMatch: 0 } };
    await there.save("over", over);
    await refuses(bucket.file("not-there").save("x", over), 412);
  });

  it("on the generation of a file object refuses a write after another one", async () => {
    const file = await save("first");
    const pinned = bucket.file(file.name, { generation: await generationOf(file) });
    await file.save("second", { resumable: false });
    await refuses(pinned.save("third", { resumable: false }), 412);
    assert.equal(await textOf(bucket.file(file.name)), "second");
  });

  it("makes a counter of an object: no increment is lost", async () => {
    const { name } = await save("0");
    const increment = async () => {
      for (;;) {
        const file = gcs.reopen(bucket).file(name);
        const { generation } = await about(file);
        try {
          const value = Number(await textOf(bucket.file(name, { generation })));
          await file.save(String(value + 1), { resumable: false, preconditionOpts: { ifGenerationMatch: generation } });
          return;
        } catch (error) {
          if (![404, 412].includes(Number(error.code))) throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: 6 }, async () => {
      for (let round = 0; round < 3; round += 1) await increment();
    }));
    assert.equal(await textOf(bucket.file(name)), "18");
  });
});

// cloud.google.com/storage/docs/soft-delete
describe("soft deletion", () => {
  const softBucket = () => gcs.makeBucket({ softDeletePolicy: { retentionDurationSeconds: 604800 } });
  const deleted = async () => {
    const own = await softBucket();
    const file = await save("precious", { contentType: "text/x-precious" }, own);
    const generation = await generationOf(file);
    await file.delete();
    return { own, file, generation };
  };

  it("hides the object and keeps it for its time", async () => {
    const { own, file, generation } = await deleted();
    await refuses(about(own.file(file.name)), 404);
    const [now] = await own.file(file.name, { generation }).getMetadata({ softDeleted: true });
    assert.equal(now.generation, generation);
    assert.equal(Date.parse(now.hardDeleteTime) - Date.parse(now.softDeleteTime), 604_800_000);
  });

  it("lists what can be restored, and only that", async () => {
    const { own, file } = await deleted();
    await own.file("alive").save("x", { resumable: false });
    assert.deepEqual((await own.getFiles({ softDeleted: true }))[0].map(({ name }) => name), [file.name]);
    assert.deepEqual((await own.getFiles())[0].map(({ name }) => name), ["alive"]);
  });

  it("is undone by restore, as a new generation", async () => {
    const { own, file, generation } = await deleted();
    await own.file(file.name).restore({ generation });
    const now = await about(own.file(file.name));
    assert.equal(await textOf(own.file(file.name)), "precious");
    assert.equal(now.contentType, "text/x-precious");
    assert.ok(BigInt(now.generation) > BigInt(generation));
    assert.equal(now.softDeleteTime, undefined);
  });

  it("keeps what is written over, too", async () => {
    const own = await softBucket();
    const file = await save("first", {}, own);
    const generation = await generationOf(file);
    await own.file(file.name).save("second", { resumable: false });
    await own.file(file.name).restore({ generation });
    assert.equal(await textOf(own.file(file.name)), "first");
  });

  it("restores nothing that was never deleted", async () => {
    const own = await softBucket();
    const file = await save("x", {}, own);
    await refuses(own.file(file.name).restore({ generation: 12345 }), 404);
  });

  it("is not there without the bucket's policy", async () => {
    const file = await save();
    const generation = await generationOf(file);
    await file.delete();
    await refuses(bucket.file(file.name, { generation }).getMetadata({ softDeleted: true }), 404);
  });
});

describe("a copy", () => {
  it("is the content and everything said of it, as a new object", async () => {
    const said = { contentType: "a/b", cacheControl: "private", metadata: { a: "b" } };
    const source = await save("copied", { metadata: structuredClone(said) });
    await source.setMetadata({ contentLanguage: "de" });
    const [target, answer] = await source.copy(`${source.name}-copy`);
    assert.equal(await textOf(target), "copied");
    const now = await about(target);
    for (const [key, value] of Object.entries({ ...said, contentLanguage: "de" })) assert.deepEqual(now[key], value);
    assert.equal(now.metageneration, "1");
    assert.notEqual(now.generation, await generationOf(source));
    assert.equal(answer.kind, "storage#rewriteResponse");
    assert.equal(answer.done, true);
    assert.equal(answer.objectSize, "6");
    assert.equal(answer.totalBytesRewritten, "6");
    assert.equal(answer.resource.name, target.name);
    assert.equal(await textOf(source), "copied");
  });

  it("goes to another bucket, by object, by bucket and by address", async () => {
    const other = await gcs.makeBucket();
    const source = await save("far");
    await source.copy(other.file("by-object"));
    await source.copy(other);
    await source.copy(`gs://${other.name}/by/address`);
    for (const name of ["by-object", source.name, "by/address"]) assert.equal(await textOf(other.file(name)), "far");
  });

  it("takes other metadata in place of the source's", async () => {
    const source = await save("x", { metadata: { contentType: "a/b", metadata: { old: "1" } } });
    const [target] = await source.copy(`${source.name}-new`, { metadata: { new: "2" }, contentType: "c/d" });
    const now = await about(target);
    assert.deepEqual(now.metadata, { new: "2" });
    assert.equal(now.contentType, "c/d");
  });

  it("of a missing object, or to a missing bucket, is 404", async () => {
    await refuses(bucket.file("none").copy("target"), 404, "notFound");
    assert.deepEqual(await bucket.file("target").exists(), [false]);
    await refuses((await save()).copy(gcs.storage.bucket(gcs.bucketName()).file("x")), 404, "notFound");
  });

  it("of a generation is of that one", async () => {
    const file = await save("first", {}, versioned);
    const generation = await generationOf(file);
    await versioned.file(file.name).save("second", { resumable: false });
    const [target] = await versioned.file(file.name, { generation }).copy(`${file.name}-old`);
    assert.equal(await textOf(target), "first");
  });

  it("replaces only as its condition says", async () => {
    const [source, target] = [await save("new"), await save("old")];
    await refuses(source.copy(target, { preconditionOpts: { ifGenerationMatch: 0 } }), 412);
    assert.equal(await textOf(target), "old");
    const ifGenerationMatch = await generationOf(target);
    await source.copy(bucket.file(target.name), { preconditionOpts: { ifGenerationMatch } });
    assert.equal(await textOf(bucket.file(target.name)), "new");
  });

  it("does not change when its source does", async () => {
    const source = await save("before");
    const [target] = await source.copy(`${source.name}-stays`);
    await source.save("after", { resumable: false });
    await source.delete();
    assert.equal(await textOf(target), "before");
  });

  it("goes on with a token when a call may not copy it all", async () => {
    const content = Buffer.alloc(3 * 1024 * 1024 + 5, "abc");
    const source = await save(content);
    const start = `${gcs.url}/storage/v1/b/${bucket.name}/o/${source.name}/rewriteTo/b/${bucket.name}/o/` +
      `${source.name}-steps?maxBytesRewrittenPerCall=1048576`;
    let [token, calls, done, soFar] = ["", 0, false, 0];
    while (!done) {
      const answer = await fetch(`${start}${token && `&rewriteToken=${encodeURIComponent(token)}`}`, { method: "POST",
        headers: { "Content-Type": "application/json" }, body: '{"storageClass":"NEARLINE"}' });
      assert.equal(answer.status, 200);
      const step = await answer.json();
      calls += 1;
      ({ done } = step);
      assert.ok(Number(step.totalBytesRewritten) > soFar);
      soFar = Number(step.totalBytesRewritten);
      token = step.rewriteToken ?? "";
      if (!done) {
        assert.ok(token);
        assert.deepEqual(await bucket.file(`${source.name}-steps`).exists(), [false]);
      }
    }
    assert.equal(calls, 4);
    assert.equal(soFar, content.length);
    assert.ok((await contentOf(bucket.file(`${source.name}-steps`))).equals(content));
  });
});

describe("a move", () => {
  for (const [way, move] of [["move", (file, to) => file.move(to)], ["rename", (file, to) => file.rename(to)],
    ["moveFileAtomic", (file, to) => file.moveFileAtomic(to)]]) {
    it(`by ${way} has the content at the new name only`, async () => {
      const source = await save("moved", { metadata: { metadata: { a: "b" } } });
      await move(source, `${source.name}-moved`);
      assert.deepEqual(await bucket.file(source.name).exists(), [false]);
      const target = bucket.file(`${source.name}-moved`);
      assert.equal(await textOf(target), "moved");
      assert.deepEqual((await about(target)).metadata, { a: "b" });
    });

    it(`by ${way} of a missing object is 404`, async () => {
      await refuses(move(bucket.file("none"), "elsewhere"), 404);
      assert.deepEqual(await bucket.file("elsewhere").exists(), [false]);
    });
  }

  it("at once, onto what is there, obeys its condition", async () => {
    const [source, target] = [await save("new"), await save("old")];
    await refuses(source.moveFileAtomic(target.name, { preconditionOpts: { ifGenerationMatch: 0 } }), 412);
    assert.equal(await textOf(target), "old");
    assert.equal(await textOf(source), "new");
    await source.moveFileAtomic(target.name);
    assert.equal(await textOf(bucket.file(target.name)), "new");
    assert.deepEqual(await bucket.file(source.name).exists(), [false]);
  });

  it("at once, by many: exactly one has it", async () => {
    const { name } = await save("prize");
    const tries = await Promise.allSettled(Array.from({ length: 6 }, (_, index) =>
      gcs.reopen(bucket).file(name).moveFileAtomic(`${name}-to-${index}`)));
    const winners = tries.flatMap(({ status }, index) => (status === "fulfilled" ? [`${name}-to-${index}`] : []));
    assert.equal(winners.length, 1);
    const [files] = await bucket.getFiles({ prefix: `${name}-to-` });
    assert.deepEqual(files.map((file) => file.name), winners);
  });
});

describe("a composition", () => {
  const parts = async (...contents) => Promise.all(contents.map((content) => save(content)));

  it("is its sources in their order", async () => {
    const [a, b, c] = await parts("a", "b", "c");
    const [target] = await bucket.combine([c, a, b, a], `composed-${(names += 1)}`);
    assert.equal(await textOf(target), "caba");
  });

  it("has the CRC32C of the whole, a count of components and no MD5", async () => {
    const [target] = await bucket.combine(await parts("hello ", "world"), `composed-${(names += 1)}`);
    const now = await about(target);
    assert.equal(now.crc32c, crc32c("hello world"));
    assert.equal(now.size, "11");
    assert.equal(now.componentCount, 2);
    assert.equal(now.md5Hash, undefined);
  });

  it("cannot be checked with MD5", async () => {
    const [target] = await bucket.combine(await parts("a", "b"), `composed-${(names += 1)}`);
    await assert.rejects(contentOf(target, { validation: "md5" }), { code: "MD5_NOT_AVAILABLE" });
    assert.equal(await textOf(target), "ab");
  });

  it("of compositions adds up their components", async () => {
    const [a, b] = await parts("a", "b");
    const [two] = await bucket.combine([a, b], `composed-${(names += 1)}`);
    const [five] = await bucket.combine([two, a, two], `composed-${(names += 1)}`);
    assert.equal(await textOf(five), "abaab");
    assert.equal((await about(five)).componentCount, 5);
  });

  it("may be of 32 sources and of no more", async () => {
    const [a] = await parts("a");
    const [target] = await bucket.combine(Array.from({ length: 32 }, () => a), `composed-${(names += 1)}`);
    assert.equal((await about(target)).size, "32");
    await refuses(bucket.combine(Array.from({ length: 33 }, () => a), "too-many"), 400);
    assert.deepEqual(await bucket.file("too-many").exists(), [false]);
  });

  it("of a missing source is 404 and makes nothing", async () => {
    const [a] = await parts("a");
    await refuses(bucket.combine([a, bucket.file("none")], "half"), 404);
    assert.deepEqual(await bucket.file("half").exists(), [false]);
  });

  it("may append to one of its sources", async () => {
    const [log, line] = await parts("1\n", "2\n");
    await bucket.combine([log, line], bucket.file(log.name));
    assert.equal(await textOf(bucket.file(log.name)), "1\n2\n");
  });

  it("takes empty sources", async () => {
    const [target] = await bucket.combine(await parts("", "x", ""), `composed-${(names += 1)}`);
    assert.equal(await textOf(target), "x");
  });

  it("takes the generation of a source that is named", async () => {
    const old = await save("old", {}, versioned);
    const generation = await generationOf(old);
    await versioned.file(old.name).save("new", { resumable: false });
    const [target] = await versioned.combine(
      [versioned.file(old.name, { generation }), versioned.file(old.name)], `composed-${(names += 1)}`);
    assert.equal(await textOf(target), "oldnew");
  });

  it("replaces only as its condition says", async () => {
    const [a, b, there] = await parts("a", "b", "there");
    await refuses(bucket.combine([a, b], bucket.file(there.name), { ifGenerationMatch: 0 }), 412);
    assert.equal(await textOf(there), "there");
    await bucket.combine([a, b], bucket.file(there.name), { ifGenerationMatch: await generationOf(there) });
    assert.equal(await textOf(bucket.file(there.name)), "ab");
  });

  it("has the content type that the client finds for it", async () => {
    const [target] = await bucket.combine(await parts("<p>", "</p>"), `composed-${(names += 1)}.html`);
    assert.equal((await about(target)).contentType, "text/html");
  });
});
