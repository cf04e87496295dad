// The official client, as a program that uses it has it: with STORAGE_EMULATOR_HOST and nothing else, or with its
// `apiEndpoint` option. Which version is asked for with HYPERLOCAL_STORAGE_CLIENT (7, or 8).
import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { startEmulator } from "./emulator.mjs";

const MODULES = process.env.HYPERLOCAL_PEER_MODULES ??
  path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "node_modules");
const PACKAGES = { 7: "@google-cloud/storage", 8: "google-cloud-storage-8" };

export const MAJOR = Number(process.env.HYPERLOCAL_STORAGE_CLIENT ?? 7);
if (!Object.hasOwn(PACKAGES, MAJOR)) throw new Error(`HYPERLOCAL_STORAGE_CLIENT is ${MAJOR}; it takes 7 or 8`);

export const PROJECT = "hyperlocal-test";

const requirePeer = createRequire(path.join(MODULES, "hyperlocal.cjs"));
export const { Storage, IdempotencyStrategy, TransferManager, CRC32C } = requirePeer(PACKAGES[MAJOR]);

// An emulator, and what the tests of one file ask of it. `stop` ends it.
export const connect = async ({ options, ...how } = {}) => {
  const emulator = await startEmulator({ options });
  return { ...emulator, ...clientOf(emulator.url, how) };
};

// `style`: how the client is told where the emulator is.
export const clientOf = (url, { style = "STORAGE_EMULATOR_HOST" } = {}) => {
  const client = (options = {}) => {
    if (style === "STORAGE_EMULATOR_HOST") {
      process.env.STORAGE_EMULATOR_HOST = url;
      return new Storage({ projectId: PROJECT, ...options });
    }
    delete process.env.STORAGE_EMULATOR_HOST;
    return new Storage({ projectId: PROJECT, apiEndpoint: url, ...options });
  };
  const storage = client();
  let buckets = 0;
  const bucketName = () => `bucket-${process.pid}-${(buckets += 1)}`;
  return {
    client,
    storage,
    bucketName,
    // A bucket that no other test uses.
    makeBucket: async (metadata = {}) => (await storage.createBucket(bucketName(), metadata))[0],
    // The same bucket, by way of another client.
    reopen: (bucket, options) => client(options).bucket(bucket.name),
  };
};

// That the call fails with the HTTP status, and with the reason in the body if one is named.
export const refuses = async (call, status, reason) => {
  let error;
  try {
    await (typeof call === "function" ? call() : call);
  } catch (caught) {
    error = caught;
  }
  assert.ok(error, `expected ${status}, but the call succeeded`);
  const code = error.code ?? error.status ?? error.response?.status;
  assert.equal(Number(code), status, `expected ${status}, but it was ${code}: ${error.message}`);
  if (reason !== undefined) {
    const reasons = (error.errors ?? error.response?.data?.error?.errors ?? []).map((each) => each.reason);
    assert.ok(reasons.includes(reason), `expected the reason ${reason} among ${JSON.stringify(reasons)}`);
  }
  return error;
};

// Bytes that do not compress; the same for the same length and seed.
export const bytes = (length, seed = 1) => {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, `key ${seed}`), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(length));
};

export const contentOf = async (file, options) => (await file.download(options))[0];
export const textOf = async (file, options) => (await contentOf(file, options)).toString();

export const readAll = async (stream) => {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};

export const written = (stream, content) => new Promise((resolve, reject) => {
  stream.on("error", reject).on("finish", resolve).end(content);
});
