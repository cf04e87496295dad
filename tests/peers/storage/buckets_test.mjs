import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { connect, refuses } from "./client.mjs";

const gcs = await connect();
after(() => gcs.stop());
const { storage, makeBucket, bucketName } = gcs;

const settingsOf = async (bucket) => (await bucket.getMetadata())[0];
const setAndRead = async (bucket, settings) => {
  await bucket.setMetadata(settings);
  return settingsOf(bucket);
};

describe("a bucket", () => {
  it("that is new is described as the service does it", async () => {
    const name = bucketName();
    const [bucket] = await storage.createBucket(name);
    const about = await settingsOf(bucket);
    assert.equal(about.kind, "storage#bucket");
    assert.equal(about.id, name);
    assert.equal(about.name, name);
    assert.equal(about.location, "US");
    assert.equal(about.locationType, "multi-region");
    assert.equal(about.storageClass, "STANDARD");
    assert.equal(about.metageneration, "1");
    assert.match(about.timeCreated, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(about.updated, about.timeCreated);
    assert.ok(Math.abs(Date.parse(about.timeCreated) - Date.now()) < 60_000);
    assert.ok(about.etag.length > 0);
    assert.ok(about.selfLink.endsWith(`/b/${name}`), about.selfLink);
  });

  it("is returned whole by the call that creates it", async () => {
    const [bucket] = await storage.createBucket(bucketName(), { labels: { made: "here" } });
    assert.equal(bucket.metadata.labels.made, "here");
    assert.equal(bucket.metadata.metageneration, "1");
  });

  it("keeps the location and the storage class that it is made with", async () => {
    const bucket = await makeBucket({ location: "europe-west4", nearline: true });
    const about = await settingsOf(bucket);
    assert.equal(about.location, "EUROPE-WEST4");
    assert.equal(about.storageClass, "NEARLINE");
  });

  it("gives its storage class to the objects in it", async () => {
    const bucket = await makeBucket({ storageClass: "COLDLINE" });
    await bucket.file("a").save("x");
    assert.equal((await bucket.file("a").getMetadata())[0].storageClass, "COLDLINE");
  });

  it("exists after it is made and not before", async () => {
    const bucket = storage.bucket(bucketName());
    assert.deepEqual(await bucket.exists(), [false]);
    await bucket.create();
    assert.deepEqual(await bucket.exists(), [true]);
  });

  it("that is missing is 404 notFound, and the message says what is missing", async () => {
    const error = await refuses(storage.bucket(bucketName()).get(), 404, "notFound");
    assert.match(error.message, /The specified bucket does not exist/);
  });

  it("is made by get with autoCreate", async () => {
    const [bucket] = await storage.bucket(bucketName()).get({ autoCreate: true });
    assert.deepEqual(await storage.bucket(bucket.name).exists(), [true]);
  });

  it("is made once: the second time is 409 conflict", async () => {
    const bucket = await makeBucket();
    await refuses(storage.createBucket(bucket.name), 409, "conflict");
  });

  it("is made by one of many that try at once", async () => {
    const name = bucketName();
    const tries = await Promise.allSettled(Array.from({ length: 6 }, () => gcs.client().createBucket(name)));
    assert.equal(tries.filter(({ status }) => status === "fulfilled").length, 1);
    for (const { reason } of tries.filter(({ status }) => status === "rejected")) assert.equal(reason.code, 409);
  });

  it("is gone after it is deleted, and can be made again", async () => {
    const bucket = await makeBucket({ labels: { life: "first" } });
    await bucket.delete();
    assert.deepEqual(await bucket.exists(), [false]);
    await storage.createBucket(bucket.name);
    assert.equal((await settingsOf(bucket)).labels, undefined);
  });

  it("that is missing cannot be deleted, unless that is ignored", async () => {
    await refuses(storage.bucket(bucketName()).delete(), 404, "notFound");
    await storage.bucket(bucketName()).delete({ ignoreNotFound: true });
  });

  it("that is not empty cannot be deleted: 409 conflict", async () => {
    const bucket = await makeBucket();
    await bucket.file("a").save("x");
    await refuses(bucket.delete(), 409, "conflict");
    assert.deepEqual(await bucket.file("a").exists(), [true]);
  });

  it("that holds noncurrent objects only cannot be deleted", async () => {
    const bucket = await makeBucket({ versioning: { enabled: true } });
    await bucket.file("a").save("x");
    await bucket.file("a").delete();
    await refuses(bucket.delete(), 409, "conflict");
  });

  it("can be deleted once deleteFiles has emptied it", async () => {
    const bucket = await makeBucket();
    await Promise.all(["a", "b/c", "b/d"].map((name) => bucket.file(name).save(name)));
    await bucket.deleteFiles();
    await bucket.delete();
    assert.deepEqual(await bucket.exists(), [false]);
  });

  it("is deleted only at the metageneration that is asked for", async () => {
    const bucket = await makeBucket();
    await refuses(bucket.delete({ ifMetagenerationMatch: 7 }), 412, "conditionNotMet");
    await bucket.delete({ ifMetagenerationMatch: 1 });
    assert.deepEqual(await bucket.exists(), [false]);
  });

  it("that is missing refuses objects, listings and settings with 404", async () => {
    const bucket = storage.bucket(bucketName());
    await refuses(bucket.file("a").save("x", { resumable: false }), 404, "notFound");
    await refuses(bucket.getFiles(), 404, "notFound");
    await refuses(bucket.setLabels({ a: "b" }), 404, "notFound");
    await refuses(bucket.file("a").getMetadata(), 404, "notFound");
  });
});

describe("a bucket's name", () => {
  // cloud.google.com/storage/docs/buckets#naming
  const refused = {
    "with upper case": "Bucket-Name",
    "of two characters": "ab",
    "that begins with a dash": "-bucket",
    "that ends with a dash": "bucket-",
    "of 64 characters without a dot": "b".repeat(64),
    "with a part of 64 characters": `${"b".repeat(64)}.example`,
    "that is an IP address": "192.168.5.4",
    "that begins with goog": "goog-bucket",
    "with a space": "my bucket",
    "with two dots side by side": "my..bucket",
  };
  for (const [what, name] of Object.entries(refused)) {
    it(`${what} is refused: 400 invalid`, async () => {
      await refuses(storage.createBucket(name), 400, "invalid");
    });
  }
  for (const name of ["a_b-1", "abc", "b".repeat(63), "assets.example.com"]) {
    it(`may be ${name.length > 40 ? `${name.slice(0, 3)}… of ${name.length} characters` : name}`, async () => {
      const [bucket] = await storage.createBucket(name);
      await bucket.file("a").save("x", { resumable: false });
      assert.equal((await bucket.file("a").download())[0].toString(), "x");
      await bucket.file("a").delete();
      await bucket.delete();
    });
  }
});

describe("the list of buckets", () => {
  const prefix = `listed-${process.pid}`;
  const names = ["-a", "-b", "-c", "-d", "-e"].map((end) => prefix + end);
  const made = Promise.all([...names].reverse().map((name) => storage.createBucket(name)));
  const listed = async (query) => {
    await made;
    return storage.getBuckets({ prefix, ...query });
  };
  const namesOf = (buckets) => buckets.map((bucket) => bucket.name);

  it("is in the order of the names, and keeps to the prefix", async () => {
    assert.deepEqual(namesOf((await listed())[0]), names);
    assert.deepEqual(namesOf((await listed({ prefix: `${prefix}-c` }))[0]), [names[2]]);
    assert.deepEqual((await listed({ prefix: "nothing-like-this" }))[0], []);
  });

  it("without a prefix has them too", async () => {
    await made;
    const all = namesOf((await storage.getBuckets())[0]);
    for (const name of names) assert.ok(all.includes(name), name);
  });

  it("comes in pages of the size that is asked for", async () => {
    const [first, next] = await listed({ maxResults: 2, autoPaginate: false });
    assert.deepEqual(namesOf(first), names.slice(0, 2));
    const [second, after2] = await storage.getBuckets(next);
    assert.deepEqual(namesOf(second), names.slice(2, 4));
    const [third, end] = await storage.getBuckets(after2);
    assert.deepEqual(namesOf(third), names.slice(4));
    assert.equal(end, null);
  });

  it("is put together from its pages by the client", async () => {
    await made;
    const seen = [];
    for await (const bucket of storage.getBucketsStream({ prefix, maxResults: 2, autoPaginate: true })) {
      seen.push(bucket.name);
    }
    assert.deepEqual(seen, names.slice(0, 2)); // maxResults is the client's limit of the whole here
    assert.equal((await listed())[0].length, names.length);
  });
});

describe("a bucket's settings", () => {
  it("grow the metageneration and the time of the last change", async () => {
    const bucket = await makeBucket();
    const before = await settingsOf(bucket);
    const later = await setAndRead(bucket, { labels: { a: "b" } });
    assert.equal(later.metageneration, "2");
    assert.equal(later.timeCreated, before.timeCreated);
    assert.ok(Date.parse(later.updated) >= Date.parse(before.updated));
    assert.notEqual(later.etag, before.etag);
  });

  it("change only at the metageneration that is asked for", async () => {
    const bucket = await makeBucket();
    await bucket.setMetadata({ labels: { a: "1" } }, { ifMetagenerationMatch: 1 });
    await refuses(bucket.setMetadata({ labels: { a: "2" } }, { ifMetagenerationMatch: 1 }), 412, "conditionNotMet");
    assert.equal((await settingsOf(bucket)).labels.a, "1");
  });

  it("merge labels, and drop the ones that are deleted", async () => {
    const bucket = await makeBucket({ labels: { a: "1", b: "2" } });
    await bucket.setLabels({ b: "3", c: "4" });
    assert.deepEqual((await bucket.getLabels())[0], { a: "1", b: "3", c: "4" });
    await bucket.deleteLabels(["a", "c"]);
    assert.deepEqual((await bucket.getLabels())[0], { b: "3" });
    await bucket.deleteLabels();
    assert.deepEqual((await bucket.getLabels())[0], {});
  });

  it("keep lifecycle rules: appended, replaced, cleared", async () => {
    const rule = (age) => ({ action: { type: "Delete" }, condition: { age } });
    const bucket = await makeBucket();
    await bucket.addLifecycleRule(rule(30));
    await bucket.addLifecycleRule({ action: { type: "SetStorageClass", storageClass: "COLDLINE" },
      condition: { age: 5, matchesPrefix: ["x/"], createdBefore: new Date(Date.UTC(2026, 0, 2)) } });
    const { lifecycle } = await settingsOf(bucket);
    assert.equal(lifecycle.rule.length, 2);
    assert.deepEqual(lifecycle.rule[0], rule(30));
    assert.deepEqual(lifecycle.rule[1].action, { type: "SetStorageClass", storageClass: "COLDLINE" });
    assert.deepEqual(lifecycle.rule[1].condition.matchesPrefix, ["x/"]);
    assert.equal(lifecycle.rule[1].condition.createdBefore, "2026-01-02");
    await bucket.addLifecycleRule(rule(60), { append: false });
    assert.deepEqual((await settingsOf(bucket)).lifecycle.rule, [rule(60)]);
    assert.equal((await setAndRead(bucket, { lifecycle: null })).lifecycle, undefined);
  });

  it("keep the cross-origin rules", async () => {
    const cors = [{ maxAgeSeconds: 3600, method: ["GET", "PUT"], origin: ["https://example.com"],
      responseHeader: ["Content-Type"] }];
    const bucket = await makeBucket();
    await bucket.setCorsConfiguration(cors);
    assert.deepEqual((await settingsOf(bucket)).cors, cors);
    await bucket.setCorsConfiguration([]);
    assert.deepEqual((await settingsOf(bucket)).cors ?? [], []);
  });

  it("keep the web site", async () => {
    const website = { mainPageSuffix: "index.html", notFoundPage: "404.html" };
    assert.deepEqual((await setAndRead(await makeBucket(), { website })).website, website);
  });

  it("turn versioning on and off", async () => {
    const bucket = await makeBucket();
    assert.equal((await settingsOf(bucket)).versioning?.enabled ?? false, false);
    assert.equal((await setAndRead(bucket, { versioning: { enabled: true } })).versioning.enabled, true);
    assert.equal((await setAndRead(bucket, { versioning: { enabled: false } })).versioning?.enabled ?? false, false);
  });

  it("keep the logging, which also grants the logger its role", async () => {
    const bucket = await makeBucket();
    await bucket.enableLogging({ prefix: "log" });
    assert.deepEqual((await settingsOf(bucket)).logging, { logBucket: bucket.name, logObjectPrefix: "log" });
    const [policy] = await bucket.iam.getPolicy();
    assert.ok(policy.bindings.some((each) => each.role === "roles/storage.objectCreator" &&
      each.members.includes("group:cloud-storage-analytics@google.com")));
  });

  it("turn requester-pays on and off", async () => {
    const bucket = await makeBucket({ requesterPays: true });
    assert.equal((await settingsOf(bucket)).billing.requesterPays, true);
    await bucket.disableRequesterPays();
    assert.equal((await settingsOf(bucket)).billing.requesterPays, false);
    await bucket.enableRequesterPays();
    assert.equal((await settingsOf(bucket)).billing.requesterPays, true);
  });

  it("change the default storage class", async () => {
    const bucket = await makeBucket();
    await bucket.setStorageClass("nearline");
    assert.equal((await settingsOf(bucket)).storageClass, "NEARLINE");
  });

  it("hold new objects by default", async () => {
    const bucket = await makeBucket();
    await bucket.setMetadata({ defaultEventBasedHold: true });
    assert.equal((await settingsOf(bucket)).defaultEventBasedHold, true);
    await bucket.file("a").save("x");
    assert.equal((await bucket.file("a").getMetadata())[0].eventBasedHold, true);
  });

  it("keep the soft-delete policy, with the time since when it holds", async () => {
    const bucket = await makeBucket();
    const { softDeletePolicy } = await setAndRead(bucket, { softDeletePolicy: { retentionDurationSeconds: 864000 } });
    assert.equal(String(softDeletePolicy.retentionDurationSeconds), "864000");
    assert.ok(Date.parse(softDeletePolicy.effectiveTime) > 0);
    const off = await setAndRead(bucket, { softDeletePolicy: { retentionDurationSeconds: 0 } });
    assert.equal(String(off.softDeletePolicy?.retentionDurationSeconds ?? 0), "0");
  });

  it("keep uniform access and the prevention of public access", async () => {
    const { iamConfiguration } = await setAndRead(await makeBucket(), {
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: "enforced" } });
    assert.equal(iamConfiguration.uniformBucketLevelAccess.enabled, true);
    assert.equal(iamConfiguration.publicAccessPrevention, "enforced");
  });

  it("keep autoclass, turbo replication and the custom placement", async () => {
    const bucket = await makeBucket({ location: "US", rpo: "ASYNC_TURBO", autoclass: { enabled: true },
      customPlacementConfig: { dataLocations: ["US-EAST1", "US-WEST1"] } });
    const about = await settingsOf(bucket);
    assert.equal(about.rpo, "ASYNC_TURBO");
    assert.equal(about.autoclass.enabled, true);
    assert.deepEqual(about.customPlacementConfig.dataLocations, ["US-EAST1", "US-WEST1"]);
  });

  it("are told apart from ones of another bucket", async () => {
    const [one, other] = [await makeBucket(), await makeBucket()];
    await one.setLabels({ mine: "yes" });
    assert.equal((await settingsOf(other)).labels, undefined);
  });

  it("come in parts when only some fields are asked for", async () => {
    const bucket = await makeBucket({ labels: { a: "b" } });
    const answer = await fetch(`${gcs.url}/storage/v1/b/${bucket.name}?fields=name,labels/a`);
    assert.deepEqual(await answer.json(), { name: bucket.name, labels: { a: "b" } });
  });
});

describe("a retention policy", () => {
  it("is shown with its period and the time since when it holds", async () => {
    const bucket = await makeBucket();
    await bucket.setRetentionPeriod(3600);
    const { retentionPolicy } = await settingsOf(bucket);
    assert.equal(retentionPolicy.retentionPeriod, "3600");
    assert.ok(Date.parse(retentionPolicy.effectiveTime) > 0);
    assert.ok(!retentionPolicy.isLocked);
    await bucket.removeRetentionPeriod();
    assert.equal((await settingsOf(bucket)).retentionPolicy, undefined);
  });

  it("is locked only at the right metageneration", async () => {
    const bucket = await makeBucket();
    await bucket.setRetentionPeriod(1);
    await refuses(bucket.lock(99), 412, "conditionNotMet");
    assert.ok(!(await settingsOf(bucket)).retentionPolicy.isLocked);
    await bucket.lock((await settingsOf(bucket)).metageneration);
    assert.equal((await settingsOf(bucket)).retentionPolicy.isLocked, true);
  });

  // cloud.google.com/storage/docs/bucket-lock: neither removed nor reduced, but it may be increased.
  it("that is locked can grow and nothing else", async () => {
    const bucket = await makeBucket();
    await bucket.setRetentionPeriod(100);
    await bucket.lock((await settingsOf(bucket)).metageneration);
    await assert.rejects(bucket.removeRetentionPeriod(), ({ code }) => code >= 400 && code < 500);
    await assert.rejects(bucket.setRetentionPeriod(99), ({ code }) => code >= 400 && code < 500);
    assert.equal((await settingsOf(bucket)).retentionPolicy.retentionPeriod, "100");
    await bucket.setRetentionPeriod(101);
    assert.equal((await settingsOf(bucket)).retentionPolicy.retentionPeriod, "101");
    assert.equal((await settingsOf(bucket)).retentionPolicy.isLocked, true);
  });
});

describe("who may do what", () => {
  it("is a policy that can be read, changed and read again", async () => {
    const bucket = await makeBucket();
    const [policy] = await bucket.iam.getPolicy({ requestedPolicyVersion: 3 });
    assert.ok(policy.etag);
    const binding = { role: "roles/storage.objectViewer", members: ["user:a@example.com", "allUsers"] };
    policy.bindings.push(binding);
    await bucket.iam.setPolicy(policy);
    const [later] = await bucket.iam.getPolicy();
    assert.deepEqual([...later.bindings.find(({ role }) => role === binding.role).members].sort(),
      [...binding.members].sort());
    assert.notEqual(later.etag, policy.etag);
  });

  it("is answered for the permissions that are asked about", async () => {
    const [granted] = await (await makeBucket()).iam.testPermissions(["storage.buckets.get", "storage.objects.list"]);
    assert.deepEqual(granted, { "storage.buckets.get": true, "storage.objects.list": true });
  });

  it("is a list of entries: add, read, change, delete", async () => {
    const bucket = await makeBucket();
    await bucket.acl.add({ entity: "user-a@example.com", role: "READER" });
    assert.equal((await bucket.acl.get({ entity: "user-a@example.com" }))[0].role, "READER");
    await bucket.acl.update({ entity: "user-a@example.com", role: "OWNER" });
    const entries = (await bucket.acl.get())[0];
    assert.equal(entries.find(({ entity }) => entity === "user-a@example.com").role, "OWNER");
    await bucket.acl.delete({ entity: "user-a@example.com" });
    await refuses(bucket.acl.get({ entity: "user-a@example.com" }), 404, "notFound");
  });

  it("has a default for new objects", async () => {
    const bucket = await makeBucket();
    await bucket.acl.default.add({ entity: "allUsers", role: "READER" });
    assert.equal((await bucket.acl.default.get({ entity: "allUsers" }))[0].role, "READER");
    await bucket.acl.default.delete({ entity: "allUsers" });
    await refuses(bucket.acl.default.get({ entity: "allUsers" }), 404, "notFound");
  });

  it("is opened and closed by makePublic and makePrivate", async () => {
    const bucket = await makeBucket();
    await bucket.makePublic();
    assert.equal((await bucket.acl.get({ entity: "allUsers" }))[0].role, "READER");
    await bucket.makePrivate();
    await refuses(bucket.acl.get({ entity: "allUsers" }), 404, "notFound");
  });
});

describe("what stands beside buckets", () => {
  it("notifications: made, listed, read, deleted", async () => {
    const bucket = await makeBucket();
    const [made] = await bucket.createNotification("projects/p/topics/t",
      { eventTypes: ["OBJECT_FINALIZE"], objectNamePrefix: "in/", customAttributes: { a: "b" } });
    assert.match(made.id, /^\d+$/);
    assert.deepEqual((await bucket.getNotifications())[0].map(({ id }) => id), [made.id]);
    const [about] = await bucket.notification(made.id).getMetadata();
    assert.equal(about.topic, "//pubsub.googleapis.com/projects/p/topics/t");
    assert.equal(about.payload_format, "JSON_API_V1");
    assert.deepEqual(about.event_types, ["OBJECT_FINALIZE"]);
    assert.equal(about.object_name_prefix, "in/");
    await bucket.notification(made.id).delete();
    assert.deepEqual(await bucket.notification(made.id).exists(), [false]);
    assert.deepEqual((await bucket.getNotifications())[0], []);
  });

  it("the project's service account", async () => {
    const [account] = await storage.getServiceAccount();
    assert.match(account.emailAddress, /@/);
    assert.equal(account.kind, "storage#serviceAccount");
  });
});
