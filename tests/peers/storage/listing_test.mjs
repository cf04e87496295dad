import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { connect, refuses } from "./client.mjs";

const gcs = await connect();
after(() => gcs.stop());

const fill = async (bucket, names) => {
  await Promise.all(names.map((name) => bucket.file(name).save(name, { resumable: false })));
  return bucket;
};
const TREE = ["a", "a/1", "a/2", "a/b/3", "a/b/c/4", "b", "b/", "b/5", "c.txt", "d.md", "é", "\uffff", "\u{1f3ac}"];
// As UTF-8, which is not the order of UTF-16 for the last two.
const inByteOrder = (names) =>
  [...names].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
const tree = await fill(await gcs.makeBucket(), [...TREE].reverse());

const list = async (bucket, query = {}) => {
  const [files, next, answer] = await bucket.getFiles({ autoPaginate: false, ...query });
  return { names: files.map(({ name }) => name), prefixes: answer.prefixes ?? [], next, answer };
};
const namesOf = async (bucket, query) => (await list(bucket, query)).names;

// Every page by hand; fails on a page that is larger than asked for.
const pages = async (bucket, query) => {
  const seen = { names: [], prefixes: [], sizes: [] };
  for (let next = query; next;) {
    const page = await list(bucket, next);
    const size = page.names.length + page.prefixes.length;
    assert.ok(size <= query.maxResults, `${size} on a page of ${query.maxResults}`);
    seen.names.push(...page.names);
    seen.prefixes.push(...page.prefixes);
    seen.sizes.push(size);
    assert.ok(seen.sizes.length < 100, "pages without an end");
    next = page.next;
  }
  return seen;
};

describe("a list of objects", () => {
  it("is in the order of the names' bytes", async () => {
    assert.deepEqual(await namesOf(tree), inByteOrder(TREE));
    assert.deepEqual((await namesOf(tree)).slice(-2), ["\uffff", "\u{1f3ac}"]);
  });

  it("of an empty bucket is empty, with its kind", async () => {
    const { names, answer } = await list(await gcs.makeBucket());
    assert.deepEqual(names, []);
    assert.equal(answer.kind, "storage#objects");
    assert.equal(answer.nextPageToken, undefined);
  });

  it("of a missing bucket is 404", async () => {
    await refuses(gcs.storage.bucket(gcs.bucketName()).getFiles(), 404, "notFound");
  });

  it("describes each object as a question for it alone does", async () => {
    const [[file]] = await tree.getFiles({ prefix: "c.txt" });
    const [alone] = await tree.file("c.txt").getMetadata();
    assert.deepEqual(file.metadata, alone);
  });

  it("shows a new object at once and a deleted one no more", async () => {
    const bucket = await gcs.makeBucket();
    for (let round = 0; round < 5; round += 1) {
      await bucket.file("x").save("x", { resumable: false });
      assert.deepEqual(await namesOf(bucket), ["x"]);
      await bucket.file("x").delete();
      assert.deepEqual(await namesOf(bucket), []);
    }
  });

  it("does not show objects of other buckets", async () => {
    const other = await fill(await gcs.makeBucket(), ["only"]);
    assert.deepEqual(await namesOf(other), ["only"]);
  });

  it("is whole with a stream", async () => {
    const seen = [];
    for await (const { name } of tree.getFilesStream()) seen.push(name);
    assert.deepEqual(seen, inByteOrder(TREE));
  });

  it("has what is asked for with `fields` only", async () => {
    const [files] = await tree.getFiles({ prefix: "a/b/", fields: "items(name,size)", autoPaginate: false });
    assert.deepEqual(files, [{ name: "a/b/3", size: "5" }, { name: "a/b/c/4", size: "7" }]);
  });

  it("keeps to `fields` over all pages", async () => {
    const [files] = await tree.getFiles({ fields: "items(name)", autoPaginate: true });
    assert.deepEqual(files.map(({ name }) => name), inByteOrder(TREE));
    assert.deepEqual(Object.keys(files[0]), ["name"]);
  });

  it("has access lists only with projection=full", async () => {
    const bucket = await gcs.makeBucket();
    await bucket.file("open").save("x", { resumable: false, public: true });
    assert.ok((await list(bucket, { projection: "full" })).answer.items[0].acl.length > 0);
    assert.equal((await list(bucket)).answer.items[0].acl, undefined);
  });
});

describe("a prefix", () => {
  for (const [prefix, expected] of [["a/", ["a/1", "a/2", "a/b/3", "a/b/c/4"]], ["a", TREE.slice(0, 5)],
    ["a/b/c/4", ["a/b/c/4"]], ["a/b/c/45", []], ["é", ["é"]], ["", inByteOrder(TREE)], ["%", []]]) {
    it(`«${prefix}» keeps the names that begin with it`, async () => {
      assert.deepEqual(await namesOf(tree, { prefix }), expected);
    });
  }
});

describe("a delimiter", () => {
  it("folds what is below it", async () => {
    const { names, prefixes } = await list(tree, { delimiter: "/" });
    assert.deepEqual(names, ["a", "b", "c.txt", "d.md", "é", "\uffff", "\u{1f3ac}"]);
    assert.deepEqual(prefixes, ["a/", "b/"]);
  });

  it("folds below a prefix", async () => {
    const { names, prefixes } = await list(tree, { delimiter: "/", prefix: "a/" });
    assert.deepEqual(names, ["a/1", "a/2"]);
    assert.deepEqual(prefixes, ["a/b/"]);
  });

  it("lists the folder's own object inside it", async () => {
    const { names, prefixes } = await list(tree, { delimiter: "/", prefix: "b/" });
    assert.deepEqual(names, ["b/", "b/5"]);
    assert.deepEqual(prefixes, []);
  });

  // cloud.google.com/storage/docs/json_api/v1/objects/list#includeTrailingDelimiter
  it("lists the folder's own object beside its prefix with includeTrailingDelimiter", async () => {
    const { names, prefixes } = await list(tree, { delimiter: "/", includeTrailingDelimiter: true });
    assert.deepEqual(names, ["a", "b", "b/", "c.txt", "d.md", "é", "\uffff", "\u{1f3ac}"]);
    assert.deepEqual(prefixes, ["a/", "b/"]);
  });

  it("may be any text", async () => {
    const bucket = await fill(await gcs.makeBucket(), ["a--b", "a--c", "a-d", "x--", "y"]);
    const { names, prefixes } = await list(bucket, { delimiter: "--" });
    assert.deepEqual(names, ["a-d", "y"]);
    assert.deepEqual(prefixes, ["a--", "x--"]);
  });

  it("folds names that begin with it, and empty folders", async () => {
    const bucket = await fill(await gcs.makeBucket(), ["/a", "//b", "x//y", "x/z"]);
    assert.deepEqual((await list(bucket, { delimiter: "/" })).prefixes, ["/", "x/"]);
    assert.deepEqual((await list(bucket, { delimiter: "/", prefix: "/" })).prefixes, ["//"]);
    assert.deepEqual((await list(bucket, { delimiter: "/", prefix: "x/" })).prefixes, ["x//"]);
  });
});

describe("a page of a list", () => {
  for (const maxResults of [1, 2, 3, 5, 13]) {
    it(`of ${maxResults} is never larger, and all pages are all names once`, async () => {
      const { names, sizes } = await pages(tree, { maxResults });
      assert.deepEqual(names, inByteOrder(TREE));
      for (const size of sizes.slice(0, -1)) assert.equal(size, maxResults);
    });
  }

  for (const maxResults of [1, 2, 3]) {
    it(`of ${maxResults} with a delimiter counts prefixes, and has each of them once`, async () => {
      const bucket = await fill(await gcs.makeBucket(),
        ["a/1", "a/2", "a/3", "b", "c/1", "c/2", "d", "e/1/2", "e/1/3", "e/4"]);
      const seen = await pages(bucket, { maxResults, delimiter: "/" });
      assert.deepEqual(seen.names, ["b", "d"]);
      assert.deepEqual(seen.prefixes, ["a/", "c/", "e/"]);
    });
  }

  it("goes on after its last name even if that is deleted meanwhile", async () => {
    const bucket = await fill(await gcs.makeBucket(), ["1", "2", "3", "4"]);
    const first = await list(bucket, { maxResults: 2 });
    await bucket.file("2").delete();
    assert.deepEqual((await list(bucket, first.next)).names, ["3", "4"]);
  });

  it("with a token that nobody gave is 400", async () => {
    await refuses(list(tree, { pageToken: "not-a-token!" }), 400, "invalid");
  });

  it("has a thousand names by default; the client asks for the rest", async () => {
    const names = Array.from({ length: 1003 }, (_, index) => `n${String(index).padStart(4, "0")}`);
    const bucket = await gcs.makeBucket();
    for (let at = 0; at < names.length; at += 100) await fill(bucket, names.slice(at, at + 100));
    const page = await list(bucket);
    assert.deepEqual(page.names, names.slice(0, 1000));
    assert.ok(page.answer.nextPageToken);
    assert.deepEqual((await bucket.getFiles())[0].map(({ name }) => name), names);
  });
});

describe("an offset", () => {
  it("begins with the first name that is not before it", async () => {
    assert.deepEqual(await namesOf(tree, { startOffset: "b/" }), inByteOrder(TREE).slice(6));
    assert.deepEqual(await namesOf(tree, { startOffset: "a/b0" }), inByteOrder(TREE).slice(5));
  });

  it("ends before the first name that is not before the other", async () => {
    assert.deepEqual(await namesOf(tree, { endOffset: "a/b/3" }), ["a", "a/1", "a/2"]);
  });

  it("from one to the other is what lies between, also below a prefix", async () => {
    assert.deepEqual(await namesOf(tree, { startOffset: "a/2", endOffset: "a/b/c" }), ["a/2", "a/b/3"]);
    assert.deepEqual(await namesOf(tree, { prefix: "a/b", startOffset: "a/b/c" }), ["a/b/c/4"]);
    assert.deepEqual(await namesOf(tree, { startOffset: "z", endOffset: "y" }), []);
  });
});

// cloud.google.com/storage/docs/json_api/v1/objects/list#list-objects-and-prefixes-using-glob
describe("a glob", () => {
  const globs = [
    ["a/*", ["a/1", "a/2"]],
    ["a/**", ["a/1", "a/2", "a/b/3", "a/b/c/4"]],
    ["**/*", ["a/1", "a/2", "a/b/3", "a/b/c/4"], (names) => names.filter((name) => name.startsWith("a/"))],
    ["?.txt", ["c.txt"]],
    ["*.{txt,md}", ["c.txt", "d.md"]],
    ["[cd].*", ["c.txt", "d.md"]],
    ["[a-c].txt", ["c.txt"]],
    ["a/b/*", ["a/b/3"]],
    ["a/b/**/4", ["a/b/c/4"]],
    ["c.txt", ["c.txt"]],
    ["c.tx", []],
    ["*", ["a", "b", "c.txt", "d.md", "é", "\uffff", "\u{1f3ac}"]],
  ];
  for (const [matchGlob, expected, relevant = (names) => names] of globs) {
    it(`${matchGlob} is matched`, async () => {
      assert.deepEqual(relevant(await namesOf(tree, { matchGlob })), expected);
    });
  }

  it("goes with pages", async () => {
    const seen = await pages(tree, { matchGlob: "a/**", maxResults: 3 });
    assert.deepEqual(seen.names, ["a/1", "a/2", "a/b/3", "a/b/c/4"]);
  });
});

describe("a list of versions", () => {
  it("has every generation, oldest first, and says since when one is not the live one", async () => {
    const bucket = await gcs.makeBucket({ versioning: { enabled: true } });
    for (const content of ["1", "2", "3"]) await bucket.file("a").save(content, { resumable: false });
    await bucket.file("b").save("b", { resumable: false });
    const [files] = await bucket.getFiles({ versions: true });
    assert.deepEqual(files.map(({ name }) => name), ["a", "a", "a", "b"]);
    const generations = files.slice(0, 3).map(({ metadata }) => BigInt(metadata.generation));
    assert.ok(generations[0] < generations[1] && generations[1] < generations[2]);
    assert.deepEqual(files.map(({ metadata }) => metadata.timeDeleted !== undefined), [true, true, false, false]);
    assert.deepEqual(await namesOf(bucket), ["a", "b"]);
    const contents = await Promise.all(files.slice(0, 3).map(async (file) => (await file.download())[0].toString()));
    assert.deepEqual(contents, ["1", "2", "3"]);
  });

  it("is whole over pages, also between generations of one name", async () => {
    const bucket = await gcs.makeBucket({ versioning: { enabled: true } });
    for (const content of ["1", "2", "3", "4", "5"]) await bucket.file("a").save(content, { resumable: false });
    const seen = await pages(bucket, { versions: true, maxResults: 2 });
    assert.deepEqual(seen.names, ["a", "a", "a", "a", "a"]);
  });
});
