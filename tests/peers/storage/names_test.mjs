import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { connect, refuses, textOf } from "./client.mjs";

const gcs = await connect();
after(() => gcs.stop());
const bucket = await gcs.makeBucket();

// cloud.google.com/storage/docs/objects#naming: any text of 1 to 1024 bytes of UTF-8.
const NAMES = {
  "a space": "with space and  two",
  "spaces around": " around ",
  "a slash at the start": "/leading",
  "a slash at the end": "trailing/",
  "slashes side by side": "a//b///c",
  "only a slash": "/",
  "parts that are dots": "a/./b/../c",
  "a way out of a directory": "../../../etc/passwd",
  "a way out that is escaped": "..%2f..%2fetc%2fpasswd",
  "backslashes": "a\\..\\b",
  "a percent sign": "100%",
  "an escape": "a%2Fb%20c",
  "a plus": "a+b",
  "a question mark and a query": "a?alt=media&x=1",
  "a number sign": "a#1",
  "an ampersand and equals": "a&b=c",
  "quotes": `"double" and 'single'`,
  "brackets": "[a]{b}(c)<d>",
  "a star and others of a glob": "*?[!a]",
  "semicolon, comma, colon, at": "a;b,c:d@e",
  "a tab": "a\tb",
  "letters with marks": "Ünïcödé",
  "other alphabets": "日本語/中文/한국어/Кириллица",
  "an emoji": "🎬👩‍👩‍👧",
  "right to left": "שלום",
  "the name of a sub-resource": "n/o/b/acl",
  "the name of a method": "x/compose",
  "the name of a rewrite": "a/rewriteTo/b/c/o/d",
  "a path of the API": "storage/v1/b/x/o/y",
  "a name of the emulator's own": "_hyperlocal/health",
  "a word that a program might take for nothing": "null",
  "a number": "0",
  "a DOS device": "CON.txt",
  "a hidden file": ".hidden/.well-known/x",
  "many parts": Array.from({ length: 300 }, () => "d").join("/"),
  "1024 bytes": "ü".repeat(512),
  "a byte order mark": "\ufeffbom",
  "the last characters of Unicode": "\u{10fffd}\uffff",
};

describe("an object's name with", () => {
  for (const [what, name] of Object.entries(NAMES)) {
    it(`${what} is that name everywhere`, async () => {
      const file = bucket.file(name);
      await file.save("by simple", { resumable: false });
      assert.equal(await textOf(bucket.file(name)), "by simple");
      await bucket.file(name).save("by resumable", { resumable: true });
      assert.equal(await textOf(bucket.file(name)), "by resumable");
      const [about] = await bucket.file(name).getMetadata();
      assert.equal(about.name, name);
      assert.equal(about.id, `${bucket.name}/${name}/${about.generation}`);
      assert.equal((await (await fetch(about.selfLink)).json()).name, name);
      assert.equal(await (await fetch(about.mediaLink)).text(), "by resumable");
      const [files] = await bucket.getFiles({ prefix: name });
      assert.ok(files.some((each) => each.name === name));
      if (Buffer.byteLength(name) < 1000) {
        await bucket.file(name).copy(`${name}~copy`);
        assert.equal(await textOf(bucket.file(`${name}~copy`)), "by resumable");
        await bucket.file(`${name}~copy`).moveFileAtomic(`${name}~moved`);
        assert.deepEqual(await bucket.file(`${name}~copy`).exists(), [false]);
        await bucket.file(`${name}~moved`).delete();
      }
      await bucket.file(name).setMetadata({ metadata: { a: "b" } });
      await bucket.file(name).delete();
      assert.deepEqual(await bucket.file(name).exists(), [false]);
    });
  }
});

describe("names", () => {
  it("may be files and folders at once", async () => {
    const all = ["n", "n/", "n/a", "n/a/", "n/a/b", "n//"];
    await Promise.all(all.map((name) => bucket.file(name).save(`<${name}>`, { resumable: false })));
    for (const name of all) assert.equal(await textOf(bucket.file(name)), `<${name}>`);
    await bucket.file("n/a").delete();
    assert.equal(await textOf(bucket.file("n/a/b")), "<n/a/b>");
  });

  it("are told apart by case", async () => {
    await bucket.file("Case").save("upper");
    await bucket.file("case").save("lower");
    assert.equal(await textOf(bucket.file("Case")), "upper");
  });

  // The service compares bytes; cloud.google.com/storage/docs/objects#naming warns of it.
  it("are told apart by how a letter is composed", async () => {
    await bucket.file("caf\u00e9").save("one character");
    await bucket.file("cafe\u0301").save("two characters");
    assert.equal(await textOf(bucket.file("caf\u00e9")), "one character");
    assert.equal(await textOf(bucket.file("cafe\u0301")), "two characters");
  });

  it("of 1025 bytes are refused", async () => {
    await refuses(bucket.file("x".repeat(1025)).save("x", { resumable: false }), 400);
    await refuses(bucket.file(`${"ü".repeat(512)}x`).save("x", { resumable: true }), 400);
  });

  it("of no bytes, and of bytes that are not UTF-8, are refused", async () => {
    const upload = (query) => fetch(`${gcs.url}/upload/storage/v1/b/${bucket.name}/o?uploadType=media${query}`,
      { method: "POST", body: "x" });
    assert.equal((await upload("")).status, 400);
    assert.equal((await upload("&name=")).status, 400);
    assert.equal((await upload("&name=%ff%fe")).status, 400);
    assert.equal((await upload("&name=%c0%af")).status, 400);
  });

  it("of one bucket do not touch another's", async () => {
    const other = await gcs.makeBucket();
    await bucket.file("same").save("here");
    await other.file("same").save("there");
    await bucket.file("same").delete();
    assert.equal(await textOf(other.file("same")), "there");
  });
});
