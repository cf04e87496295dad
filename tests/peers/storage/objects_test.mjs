import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { connect, contentOf, refuses, textOf } from "./client.mjs";

const gcs = await connect();
after(() => gcs.stop());
const bucket = await gcs.makeBucket();

let names = 0;
const save = async (content = "content", options = {}, within = bucket) => {
  const file = within.file(`object-${(names += 1)}`);
  await file.save(content, { resumable: false, ...options });
  return within.file(file.name);
};
const about = async (file, options) => (await file.getMetadata(options))[0];
const isClientError = ({ code }) => code >= 400 && code < 500;
const DAY_MS = 86_400_000;

describe("an object's description", () => {
  it("has what the service says of it", async () => {
    const file = await save("hello world", { contentType: "text/plain" });
    const now = await about(file);
    assert.equal(now.kind, "storage#object");
    assert.equal(now.bucket, bucket.name);
    assert.equal(now.name, file.name);
    assert.equal(now.id, `${bucket.name}/${file.name}/${now.generation}`);
    assert.equal(now.size, "11");
    assert.equal(now.md5Hash, "XrY7u+Ae7tCTyyK7j1rNww==");
    assert.equal(now.crc32c, "yZRlqg==");
    assert.equal(now.contentType, "text/plain");
    assert.equal(now.storageClass, "STANDARD");
    assert.equal(now.metageneration, "1");
    assert.ok(now.etag);
    for (const time of ["timeCreated", "updated", "timeStorageClassUpdated"]) {
      assert.match(now[time], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, time);
      assert.ok(Math.abs(Date.parse(now[time]) - Date.now()) < 60_000, time);
    }
  });

  it("has a generation in microseconds that a JavaScript number can hold", async () => {
    const { generation } = await about(await save());
    assert.ok(Number.isSafeInteger(Number(generation)));
    assert.ok(Math.abs(Number(generation) / 1000 - Date.now()) < 60_000);
  });

  it("has the address of the emulator in its links", async () => {
    const now = await about(await save());
    assert.ok(now.selfLink.startsWith(`${gcs.url}/`), now.selfLink);
    assert.ok(now.mediaLink.startsWith(`${gcs.url}/`), now.mediaLink);
    assert.match(now.mediaLink, /alt=media/);
    assert.match(now.mediaLink, new RegExp(`generation=${now.generation}`));
  });

  it("of a missing object is 404 notFound and names bucket and object", async () => {
    const error = await refuses(bucket.file("no/such").getMetadata(), 404, "notFound");
    assert.ok(error.message.includes(`No such object: ${bucket.name}/no/such`), error.message);
  });

  it("comes with get, too", async () => {
    const { name } = await save("12345");
    const [file, answer] = await bucket.file(name).get();
    assert.equal(file.metadata.size, "5");
    assert.equal(answer.size, "5");
  });

  it("comes in parts when only some fields are asked for", async () => {
    const file = await save("x", { metadata: { metadata: { a: "1", b: "2" } } });
    const url = `${gcs.url}/storage/v1/b/${bucket.name}/o/${file.name}`;
    assert.deepEqual(await (await fetch(`${url}?fields=name,metadata(a)`)).json(),
      { name: file.name, metadata: { a: "1" } });
    assert.deepEqual(Object.keys(await (await fetch(`${url}?fields=size`)).json()), ["size"]);
  });

  it("exists or not, as the object does", async () => {
    const file = await save();
    assert.deepEqual(await file.exists(), [true]);
    await file.delete();
    assert.deepEqual(await file.exists(), [false]);
  });
});

describe("the change of a description", () => {
  it("grows the metageneration and leaves generation and content", async () => {
    const file = await save();
    const before = await about(file);
    const [answer] = await file.setMetadata({ contentType: "text/x-new" });
    assert.equal(answer.contentType, "text/x-new");
    const now = await about(file);
    assert.equal(now.metageneration, "2");
    assert.equal(now.generation, before.generation);
    assert.equal(now.md5Hash, before.md5Hash);
    assert.equal(now.timeCreated, before.timeCreated);
    assert.ok(Date.parse(now.updated) >= Date.parse(before.updated));
    assert.equal(await textOf(file), "content");
  });

  it("sets every field that may be set", async () => {
    const fields = { contentType: "a/b", contentEncoding: "identity", contentDisposition: "inline",
      contentLanguage: "nl", cacheControl: "private" };
    const file = await save();
    await file.setMetadata(fields);
    const now = await about(file);
    for (const [key, value] of Object.entries(fields)) assert.equal(now[key], value, key);
  });

  it("clears a field with null", async () => {
    const file = await save("x", { metadata: { cacheControl: "private", contentLanguage: "nl" } });
    await file.setMetadata({ cacheControl: null });
    const now = await about(file);
    assert.equal(now.cacheControl, undefined);
    assert.equal(now.contentLanguage, "nl");
  });

  it("merges metadata, drops a key with null, and all of them with null", async () => {
    const file = await save("x", { metadata: { metadata: { a: "1", b: "2" } } });
    await file.setMetadata({ metadata: { b: null, c: "3" } });
    assert.deepEqual((await about(file)).metadata, { a: "1", c: "3" });
    await file.setMetadata({ metadata: null });
    assert.equal((await about(file)).metadata, undefined);
  });

  it("keeps metadata of every alphabet", async () => {
    const metadata = { "Ключ": "значение", emoji: "🎬", empty: "", long: "x".repeat(2000),
      "with space": "a b" };
    const file = await save();
    await file.setMetadata({ metadata });
    assert.deepEqual((await about(file)).metadata, metadata);
  });

  it("of a missing object is 404", async () => {
    await refuses(bucket.file("none").setMetadata({ contentType: "a/b" }), 404, "notFound");
  });

  it("passes only at the metageneration that is asked for", async () => {
    const file = await save();
    await file.setMetadata({ contentLanguage: "a" }, { ifMetagenerationMatch: 1 });
    await refuses(file.setMetadata({ contentLanguage: "b" }, { ifMetagenerationMatch: 1 }), 412, "conditionNotMet");
    assert.equal((await about(file)).contentLanguage, "a");
  });

  it("by many at once at the same metageneration: exactly one passes", async () => {
    const { name } = await save();
    const tries = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => gcs.reopen(bucket).file(name)
      .setMetadata({ metadata: { winner: String(index) } }, { ifMetagenerationMatch: 1 })));
    const winners = tries.flatMap(({ status }, index) => (status === "fulfilled" ? [String(index)] : []));
    assert.equal(winners.length, 1);
    assert.equal((await about(bucket.file(name))).metadata.winner, winners[0]);
  });

  it("by many at once, each a key of its own, loses none", async () => {
    const { name } = await save();
    await Promise.all(Array.from({ length: 20 }, (_, index) =>
      gcs.reopen(bucket).file(name).setMetadata({ metadata: { [`key${index}`]: "set" } })));
    const now = await about(bucket.file(name));
    assert.equal(Object.keys(now.metadata).length, 20);
    assert.equal(now.metageneration, "21");
  });

  it("keeps a custom time, and does not turn it back", async () => {
    const file = await save();
    await file.setMetadata({ customTime: "2026-03-04T05:06:07Z" });
    assert.equal(Date.parse((await about(file)).customTime), Date.UTC(2026, 2, 4, 5, 6, 7));
    // cloud.google.com/storage/docs/metadata#custom-time: neither removed nor made earlier.
    await assert.rejects(file.setMetadata({ customTime: "2026-03-04T05:06:06Z" }), isClientError);
    await file.setMetadata({ customTime: "2026-03-04T05:06:08Z" });
  });

  it("of the storage class rewrites the object", async () => {
    const file = await save("content", { metadata: { metadata: { a: "b" } } });
    const before = await about(file);
    await file.setStorageClass("nearline");
    const now = await about(file);
    assert.equal(now.storageClass, "NEARLINE");
    assert.ok(BigInt(now.generation) > BigInt(before.generation));
    assert.equal(await textOf(file), "content");
  });
});

describe("the deletion of an object", () => {
  it("leaves nothing", async () => {
    const file = await save();
    await file.delete();
    await refuses(contentOf(bucket.file(file.name)), 404);
    assert.deepEqual((await bucket.getFiles({ prefix: file.name }))[0].filter(({ name }) => name === file.name), []);
  });

  it("of a missing object is 404, unless that is ignored", async () => {
    await refuses(bucket.file("none").delete(), 404, "notFound");
    await bucket.file("none").delete({ ignoreNotFound: true });
  });

  it("passes only for the generation that is asked for", async () => {
    const file = await save();
    const { generation } = await about(file);
    await refuses(file.delete({ ifGenerationMatch: 1 }), 412, "conditionNotMet");
    await refuses(file.delete({ ifMetagenerationMatch: 2 }), 412, "conditionNotMet");
    await file.delete({ ifGenerationMatch: generation });
    assert.deepEqual(await file.exists(), [false]);
  });

  it("by many at once: exactly one deletes it", async () => {
    const { name } = await save();
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => gcs.reopen(bucket).file(name).delete()));
    assert.equal(tries.filter(({ status }) => status === "fulfilled").length, 1);
    for (const { reason } of tries.filter(({ status }) => status === "rejected")) assert.equal(reason.code, 404);
  });

  it("of everything below a prefix leaves the rest", async () => {
    const own = await gcs.makeBucket();
    await Promise.all(["a/1", "a/2", "b/1"].map((name) => own.file(name).save("x", { resumable: false })));
    await own.deleteFiles({ prefix: "a/" });
    assert.deepEqual((await own.getFiles())[0].map(({ name }) => name), ["b/1"]);
  });

  it("of everything by force tells what could not go", async () => {
    const own = await gcs.makeBucket();
    await Promise.all(["a", "held", "z"].map((name) => own.file(name).save("x", { resumable: false })));
    await own.file("held").setMetadata({ temporaryHold: true });
    const errors = await own.deleteFiles({ force: true }).then(() => [], (caught) => caught);
    assert.equal(errors.length, 1);
    assert.equal(errors[0].code, 403);
    assert.deepEqual((await own.getFiles())[0].map(({ name }) => name), ["held"]);
    await own.file("held").setMetadata({ temporaryHold: false });
  });
});

// cloud.google.com/storage/docs/object-holds and /bucket-lock: an object that is held or too young is neither deleted
// nor replaced; 403 retentionPolicyNotMet for the latter. Its metadata may be edited.
describe("an object that may not go", () => {
  for (const hold of ["temporaryHold", "eventBasedHold"]) {
    it(`by ${hold} is neither deleted nor replaced until the hold is off`, async () => {
      const file = await save("kept");
      await file.setMetadata({ [hold]: true });
      assert.equal((await about(file))[hold], true);
      await refuses(file.delete(), 403);
      await refuses(bucket.file(file.name).save("other", { resumable: false }), 403);
      await refuses(bucket.file(file.name).save("other", { resumable: true }), 403);
      assert.equal(await textOf(file), "kept");
      await file.setMetadata({ metadata: { may: "be edited" } });
      await file.setMetadata({ [hold]: false });
      await file.delete();
    });
  }

  it("by the bucket's retention stays for its time, and says until when", async () => {
    const own = await gcs.makeBucket();
    await own.setRetentionPeriod(3600);
    const file = await save("kept", {}, own);
    const [until] = await file.getExpirationDate();
    assert.ok(Math.abs(until.getTime() - Date.parse((await about(file)).timeCreated) - 3_600_000) < 1000);
    await refuses(file.delete(), 403, "retentionPolicyNotMet");
    await refuses(own.file(file.name).save("other", { resumable: false }), 403);
    assert.equal(await textOf(file), "kept");
    await own.removeRetentionPeriod();
    await file.delete();
  });

  it("by retention of its own stays until that time", async () => {
    const own = await gcs.makeBucket({ enableObjectRetention: true });
    const file = await save("kept", {}, own);
    const retainUntilTime = new Date(Date.now() + DAY_MS).toISOString();
    await file.setMetadata({ retention: { mode: "Unlocked", retainUntilTime } });
    const { retention } = await about(file);
    assert.equal(retention.mode, "Unlocked");
    assert.equal(Date.parse(retention.retainUntilTime), Date.parse(retainUntilTime));
    await refuses(file.delete(), 403);
    await file.setMetadata({ retention: null }, { overrideUnlockedRetention: true });
    await file.delete();
  });

  it("by retention that is locked, not even with the override", async () => {
    const own = await gcs.makeBucket({ enableObjectRetention: true });
    const file = await save("kept", {}, own);
    const at = (days) => new Date(Date.now() + days * DAY_MS).toISOString();
    await file.setMetadata({ retention: { mode: "Locked", retainUntilTime: at(2) } });
    await assert.rejects(file.setMetadata({ retention: null }, { overrideUnlockedRetention: true }), isClientError);
    await assert.rejects(file.setMetadata({ retention: { mode: "Locked", retainUntilTime: at(1) } },
      { overrideUnlockedRetention: true }), isClientError);
    await file.setMetadata({ retention: { mode: "Locked", retainUntilTime: at(3) } });
    await refuses(file.delete(), 403);
  });
});

describe("an object's access list", () => {
  it("takes entries: add, read, change, delete", async () => {
    const file = await save();
    await file.acl.add({ entity: "user-a@example.com", role: "READER" });
    await file.acl.update({ entity: "user-a@example.com", role: "OWNER" });
    assert.equal((await file.acl.get({ entity: "user-a@example.com" }))[0].role, "OWNER");
    assert.ok((await file.acl.get())[0].some(({ entity }) => entity === "user-a@example.com"));
    await file.acl.delete({ entity: "user-a@example.com" });
    await refuses(file.acl.get({ entity: "user-a@example.com" }), 404, "notFound");
  });

  it("has everyone in it after makePublic, and nobody else after makePrivate", async () => {
    const file = await save();
    await file.makePublic();
    assert.equal((await file.acl.get({ entity: "allUsers" }))[0].role, "READER");
    assert.deepEqual(await file.isPublic(), [true]);
    await file.makePrivate();
    await refuses(file.acl.get({ entity: "allUsers" }), 404, "notFound");
  });

  it("has everyone in it after an upload with `public`", async () => {
    for (const resumable of [false, true]) {
      const file = await save("x", { resumable, public: true });
      assert.equal((await file.acl.get({ entity: "allUsers" }))[0].role, "READER");
    }
  });

  it("is in the description only with projection=full", async () => {
    const file = await save("x", { public: true });
    assert.ok((await about(file, { projection: "full" })).acl.some(({ entity }) => entity === "allUsers"));
    assert.equal((await about(file, { projection: "noAcl" })).acl, undefined);
  });
});

describe("encryption keys of the customer", () => {
  it("are refused or kept to, never ignored", async () => {
    const { name } = bucket.file(`encrypted-${(names += 1)}`);
    const saved = await bucket.file(name, { encryptionKey: Buffer.alloc(32, 7) }).save("secret", { resumable: false })
      .then(() => true, (error) => {
        assert.ok(isClientError(error), error.message);
        return false;
      });
    if (saved) await assert.rejects(contentOf(bucket.file(name)), isClientError);
    else assert.deepEqual(await bucket.file(name).exists(), [false]);
  });
});
