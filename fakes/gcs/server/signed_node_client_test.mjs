// Signs with the official Node client, without a network: what it would hand to a browser.
//
//   node signed_node_client_test.mjs KEY_FILE ENDPOINT  →  a JSON object of URLs and a form
//
// Run from tests/peers, where the client is installed.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.cwd() + "/");
const { Storage } = require("@google-cloud/storage");

const [keyFile, endpoint] = process.argv.slice(2);
const key = JSON.parse(readFileSync(keyFile, "utf8"));
const storage = new Storage({
  projectId: "test",
  apiEndpoint: endpoint,
  credentials: { client_email: key.client_email, private_key: key.private_key },
});
const file = storage.bucket("bkt").file("dir/a b+é'(1)*!~.txt");
const soon = Date.now() + 600_000;
const signed = async (options) => (await file.getSignedUrl({ expires: soon, ...options }))[0];

const [form] = await file.generateSignedPostPolicyV4({
  expires: soon,
  conditions: [["content-length-range", 0, 100]],
  fields: { "x-goog-meta-k": "v", success_action_status: "201" },
});

console.log(
  JSON.stringify({
    read: await signed({ version: "v4", action: "read" }),
    readAs: await signed({
      version: "v4",
      action: "read",
      responseDisposition: 'attachment; filename="x y.txt"',
      responseType: "text/x-own",
      queryParams: { "a/b": "c d&e=f" },
    }),
    write: await signed({
      version: "v4",
      action: "write",
      contentType: "text/plain",
      extensionHeaders: { "x-goog-meta-k": "a  b", "x-goog-if-generation-match": "0" },
    }),
    resumable: await signed({ version: "v4", action: "resumable" }),
    remove: await signed({ version: "v4", action: "delete" }),
    readV2: await signed({ version: "v2", action: "read" }),
    writeV2: await signed({ version: "v2", action: "write", contentType: "text/plain" }),
    list: (
      await storage
        .bucket("bkt")
        .getSignedUrl({ version: "v4", action: "list", expires: soon })
    )[0],
    form,
  }),
);
