import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";

import { connect, textOf } from "./client.mjs";
import { makeDirectory } from "./emulator.mjs";

// An account as the file of a service account's key has it.
const newAccount = (name) => ({ type: "service_account", project_id: "hyperlocal-test", private_key_id: "1",
  client_email: `${name}@example.iam.gserviceaccount.com`,
  private_key: generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" } }).privateKey });
const known = newAccount("known");
const keyFile = path.join(makeDirectory(), "key.json");
writeFileSync(keyFile, JSON.stringify(known));

const gcs = await connect({ options: ["--memory", "--signing-key", keyFile] });
after(() => gcs.stop());
const signer = gcs.client({ credentials: known });
const plain = await gcs.makeBucket();
const bucket = signer.bucket(plain.name);
await plain.file("read me").save("signed content", { metadata: { contentType: "text/plain" } });

const HOUR_MS = 3_600_000;
const inAnHour = () => Date.now() + HOUR_MS;
const sign = async (file, config) => (await file.getSignedUrl({ version: "v4", expires: inAnHour(), ...config }))[0];

// The clock of this process, but not the emulator's, is so late until the function that is answered is called.
const turnBack = (lateMs) => {
  const Now = Date;
  globalThis.Date = class extends Now {
    constructor(...given) {
      super(...(given.length > 0 ? given : [Now.now() - lateMs]));
    }

    static now() {
      return Now.now() - lateMs;
    }
  };
  return () => { globalThis.Date = Now; };
};

// The same, signed as if it had been so long ago.
const signedAgo = async (file, config, agoMs) => {
  const restore = turnBack(agoMs);
  return sign(file, config).finally(restore);
};
const codeOf = async (answer) => /<Code>([^<]*)<\/Code>/.exec(await answer.text())?.[1];

for (const version of ["v4", "v2"]) {
  describe(`a URL signed with ${version}`, () => {
    it("reads", async () => {
      const url = await sign(bucket.file("read me"), { version, action: "read" });
      assert.ok(url.startsWith(gcs.url), url);
      const answer = await fetch(url);
      assert.equal(answer.status, 200);
      assert.equal(await answer.text(), "signed content");
      assert.equal(answer.headers.get("content-type"), "text/plain");
    });

    it("reads a range", async () => {
      const url = await sign(bucket.file("read me"), { version, action: "read" });
      const answer = await fetch(url, { headers: { Range: "bytes=0-5" } });
      assert.equal(answer.status, 206);
      assert.equal(await answer.text(), "signed");
    });

    it("writes", async () => {
      const file = bucket.file(`written with ${version}`);
      const url = await sign(file, { version, action: "write", contentType: "text/x-put" });
      const answer = await fetch(url, { method: "PUT", body: "put", headers: { "Content-Type": "text/x-put" } });
      assert.equal(answer.status, 200);
      assert.equal(await textOf(plain.file(file.name)), "put");
      assert.equal((await plain.file(file.name).getMetadata())[0].contentType, "text/x-put");
    });

    it("deletes", async () => {
      await plain.file(`goes with ${version}`).save("x");
      const url = await sign(bucket.file(`goes with ${version}`), { version, action: "delete" });
      assert.equal((await fetch(url, { method: "DELETE" })).status, 204);
      assert.deepEqual(await plain.file(`goes with ${version}`).exists(), [false]);
    });

    it("is over after its time", async () => {
      const expires = Date.now() - HOUR_MS;
      const url = await signedAgo(bucket.file("read me"), { version, action: "read", expires }, 2 * HOUR_MS);
      const answer = await fetch(url);
      assert.equal(answer.status, 400);
      assert.equal(await codeOf(answer), "ExpiredToken");
    });

    it("names the content as it was told to", async () => {
      const url = await sign(bucket.file("read me"),
        { version, action: "read", promptSaveAs: "name.txt", responseType: "text/x-shown" });
      const answer = await fetch(url);
      assert.equal(answer.headers.get("content-disposition"), 'attachment; filename="name.txt"');
      assert.equal(answer.headers.get("content-type"), "text/x-shown");
    });
  });
}

describe("a signed URL", () => {
  for (const name of ["a b+c%d", "ü/日本/🎬", "a&b=c?d#e", "(1)[2]!*'", "//x//"]) {
    it(`for the name ${name} reads that object`, async () => {
      await plain.file(name).save(`<${name}>`);
      const answer = await fetch(await sign(bucket.file(name), { action: "read" }));
      assert.equal(answer.status, 200, await answer.clone().text());
      assert.equal(await answer.text(), `<${name}>`);
    });
  }

  it("of a missing object is 404 NoSuchKey", async () => {
    const answer = await fetch(await sign(bucket.file("nothing"), { action: "read" }));
    assert.equal(answer.status, 404);
    assert.equal(await codeOf(answer), "NoSuchKey");
  });

  it("of a missing bucket is 404 NoSuchBucket", async () => {
    const answer = await fetch(await sign(signer.bucket("no-such-bucket-here").file("x"), { action: "read" }));
    assert.equal(answer.status, 404);
    assert.equal(await codeOf(answer), "NoSuchBucket");
  });

  it("is for its method only", async () => {
    const url = await sign(bucket.file("read me"), { action: "read" });
    const answer = await fetch(url, { method: "PUT", body: "overwritten" });
    assert.equal(answer.status, 403);
    assert.equal(await textOf(plain.file("read me")), "signed content");
  });

  it("is for its object, its time and its query only", async () => {
    await plain.file("other").save("other");
    const url = await sign(bucket.file("read me"), { action: "read", queryParams: { a: "1" } });
    assert.equal((await fetch(url)).status, 200);
    for (const changed of [url.replace("read%20me", "other"), url.replace(/Expires=\d+/, "Expires=9999"),
      url.replace("a=1", "a=2"), `${url}&generation=1`, url.replace(/.$/, (last) => (last === "0" ? "1" : "0"))]) {
      assert.notEqual(changed, url);
      const answer = await fetch(changed);
      assert.equal(answer.status, 403, changed);
      assert.equal(await codeOf(answer), "SignatureDoesNotMatch");
    }
  });

  it("with the key of somebody else under the known account is refused", async () => {
    const forger = gcs.client({ credentials: { ...newAccount("x"), client_email: known.client_email } });
    const answer = await fetch(await sign(forger.bucket(plain.name).file("read me"), { action: "read" }));
    assert.equal(answer.status, 403);
    assert.equal(await codeOf(answer), "SignatureDoesNotMatch");
  });

  // Nobody who has but the emulator wants to hand it keys first; docs/storage.md tells what is checked then.
  it("of an account that the emulator does not know is taken", async () => {
    const stranger = gcs.client({ credentials: newAccount("stranger") }).bucket(plain.name);
    assert.equal((await fetch(await sign(stranger.file("read me"), { action: "read" }))).status, 200);
  });

  it("whose signed header is missing from the request is refused", async () => {
    const url = await sign(bucket.file("never"), { action: "write", extensionHeaders: { "x-goog-meta-key": "value" } });
    const answer = await fetch(url, { method: "PUT", body: "x" });
    assert.ok([400, 403].includes(answer.status), String(answer.status));
    assert.deepEqual(await plain.file("never").exists(), [false]);
  });

  it("writes with metadata that was signed", async () => {
    const extensionHeaders = { "x-goog-meta-key": "value", "cache-control": "no-store" };
    const url = await sign(bucket.file("with-metadata"), { action: "write", extensionHeaders });
    assert.equal((await fetch(url, { method: "PUT", body: "x", headers: extensionHeaders })).status, 200);
    const [about] = await plain.file("with-metadata").getMetadata();
    assert.deepEqual(about.metadata, { key: "value" });
    assert.equal(about.cacheControl, "no-store");
  });

  it("writes within the length that was signed, and not beyond", async () => {
    const extensionHeaders = { "x-goog-content-length-range": "3,5" };
    const put = async (body) => fetch(await sign(bucket.file(`length-${body.length}`),
      { action: "write", extensionHeaders }), { method: "PUT", body, headers: extensionHeaders });
    assert.equal((await put("1234")).status, 200);
    assert.equal((await put("123456")).status, 400);
    assert.equal((await put("12")).status, 400);
    assert.deepEqual(await plain.file("length-6").exists(), [false]);
  });

  it("starts a resumable upload", async () => {
    const file = bucket.file("resumed by a URL");
    const url = await sign(file, { action: "resumable", contentType: "text/x-long" });
    const started = await fetch(url, { method: "POST",
      headers: { "x-goog-resumable": "start", "Content-Type": "text/x-long" } });
    assert.equal(started.status, 201);
    const location = started.headers.get("location");
    assert.ok(location.startsWith(gcs.url), location);
    assert.equal((await fetch(location, { method: "PUT", body: "long content" })).status, 200);
    assert.equal(await textOf(plain.file(file.name)), "long content");
    assert.equal((await plain.file(file.name).getMetadata())[0].contentType, "text/x-long");
  });

  it("lists a bucket", async () => {
    const answer = await fetch((await bucket.getSignedUrl({ version: "v4", action: "list", expires: inAnHour() }))[0]);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /<Key>read me<\/Key>/);
  });

  it("does not hold before its time", async () => {
    const url = await sign(bucket.file("read me"),
      { action: "read", accessibleAt: Date.now() + 2 * HOUR_MS, expires: Date.now() + 3 * HOUR_MS });
    assert.ok([400, 403].includes((await fetch(url)).status));
  });
});

describe("a form with a signed policy", () => {
  const post = async (file, options, extra = {}, content = "posted") => {
    const [{ url, fields }] = await file.generateSignedPostPolicyV4({ expires: inAnHour(), ...options });
    const form = new FormData();
    for (const [key, value] of Object.entries({ ...fields, ...extra })) form.append(key, value);
    form.append("file", new Blob([content]), "local.txt");
    return fetch(url, { method: "POST", body: form, redirect: "manual" });
  };

  it("uploads: 204", async () => {
    const answer = await post(bucket.file("posted ü"), {});
    assert.equal(answer.status, 204, await answer.clone().text());
    assert.equal(await textOf(plain.file("posted ü")), "posted");
  });

  it("uploads a large content whole", async () => {
    const content = Buffer.alloc(3 * 1024 * 1024 + 1, "\r\n--boundary");
    assert.equal((await post(bucket.file("posted-large"), {}, {}, content)).status, 204);
    const [about] = await plain.file("posted-large").getMetadata();
    assert.equal(about.md5Hash, createHash("md5").update(content).digest("base64"));
  });

  it("answers with the status or the address that the policy names", async () => {
    const created = await post(bucket.file("posted-201"), { fields: { success_action_status: "201" } });
    assert.equal(created.status, 201);
    assert.match(await created.text(), /<Key>posted-201<\/Key>/);
    const moved = await post(bucket.file("posted-303"),
      { fields: { success_action_redirect: "http://example.com/done" } });
    assert.equal(moved.status, 303);
    assert.ok(moved.headers.get("location").startsWith("http://example.com/done"));
  });

  it("sets type and metadata", async () => {
    await post(bucket.file("posted-said"), { fields: { "Content-Type": "text/x-form", "x-goog-meta-key": "value" } });
    const [about] = await plain.file("posted-said").getMetadata();
    assert.equal(about.contentType, "text/x-form");
    assert.deepEqual(about.metadata, { key: "value" });
  });

  it("keeps to the length that the policy allows", async () => {
    const options = () => ({ conditions: [["content-length-range", 2, 4]] });
    assert.equal((await post(bucket.file("posted-4"), options(), {}, "1234")).status, 204);
    assert.equal((await post(bucket.file("posted-5"), options(), {}, "12345")).status, 400);
    assert.deepEqual(await plain.file("posted-5").exists(), [false]);
  });

  it("refuses a field that the policy does not allow", async () => {
    const answer = await post(bucket.file("posted-extra"), {}, { "x-goog-meta-sneaked": "in" });
    assert.ok([400, 403].includes(answer.status), String(answer.status));
    assert.deepEqual(await plain.file("posted-extra").exists(), [false]);
  });

  it("refuses a name that is not the signed one", async () => {
    const answer = await post(bucket.file("posted-signed"), {}, { key: "posted-other" });
    assert.ok([400, 403].includes(answer.status), String(answer.status));
    assert.deepEqual(await plain.file("posted-other").exists(), [false]);
  });

  it("is over after its time", async () => {
    const expires = Date.now() - HOUR_MS;
    const restore = turnBack(2 * HOUR_MS);
    const policy = await bucket.file("posted-late").generateSignedPostPolicyV4({ expires })
      .finally(restore);
    const form = new FormData();
    for (const [key, value] of Object.entries(policy[0].fields)) form.append(key, value);
    form.append("file", new Blob(["x"]));
    const answer = await fetch(policy[0].url, { method: "POST", body: form });
    assert.ok([400, 403].includes(answer.status), String(answer.status));
    assert.deepEqual(await plain.file("posted-late").exists(), [false]);
  });
});
