// The published functions, each asked as `hyperlocal contract` is asked and answering in the same terms:
//   {accepted: true} | {accepted: <value>} | {refused: <field or "">, why} | {failed: <what it threw>}
// `refused` is a verdict that the function gives; `failed` is one that escaped it (a TypeError, a full stack).
import { existsSync } from "node:fs";
import { register } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const MODULES = process.env.HYPERLOCAL_PEER_MODULES ??
  path.join(path.dirname(fileURLToPath(import.meta.url)), "node_modules");

export const isInstalled = () => existsSync(path.join(MODULES, "@hyperframes", "gcp-cloud-run", "package.json"));

export const importPublished = (file) => import(pathToFileURL(path.join(MODULES, "@hyperframes", file)).href);

const refusal = (error, field = "") => ({ refused: field, why: error.message });

const parse = (text) => {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { answer: refusal(error) };
  }
};

export const loadPublished = async () => {
  register("./published_internals.mjs", import.meta.url);
  // What the packages say goes to stderr; stdout is ours.
  const producer = await importPublished("producer/dist/distributed.js");
  const { validateWorkflowsInputSize } = await importPublished("gcp-cloud-run/dist/sdk/index.js");

  const verdictOf = (text, check) => {
    const { value, answer } = parse(text);
    if (answer) return answer;
    try {
      check(value);
      return { accepted: true };
    } catch (error) {
      return error instanceof producer.InvalidConfigError ? refusal(error, error.field) : { failed: String(error) };
    }
  };

  // The published reader names the hash that it computes when the plan says another. The zeros are ours: what
  // planHash says is not part of what is hashed.
  const planHash = async (directory) => {
    const publisher = { putBlob: async () => {}, commitManifest: async () => {}, abort: async () => {} };
    try {
      await producer.publishPlanV2FromExecutionPlan(directory, publisher);
    } catch (error) {
      const [, computed] = /recomputed ([0-9a-f]{64})/.exec(error.message) ?? [];
      return computed ? { accepted: { planHash: computed } } : refusal(error);
    }
    return { failed: "the plan's zeros were taken for its hash" };
  };

  return {
    "check-config": (text) => verdictOf(text, producer.validateDistributedRenderConfig),
    "check-argument": (text) => verdictOf(text, validateWorkflowsInputSize),
    "canonical-json": (text) => {
      const { value, answer } = parse(text);
      if (answer) return answer;
      try {
        return { accepted: producer.canonicalJsonStringify(value) };
      } catch (error) {
        return /non-finite/.test(error.message) ? refusal(error) : { failed: String(error) };
      }
    },
    "project-hash": (directory) => {
      try {
        return { accepted: { siteId: producer.hashProjectDir(directory) } };
      } catch (error) {
        return refusal(error);
      }
    },
    "plan-hash": planHash,
    "chunk-plan": (text) => {
      const { value, answer } = parse(text);
      if (answer) return answer;
      const { total, chunkSize, maxParallelChunks = producer.DEFAULT_MAX_PARALLEL_CHUNKS, targetChunkFrames } = value;
      try {
        const { chunkCount, effectiveChunkSize } =
          producer.resolveChunkPlan(total, chunkSize, maxParallelChunks, targetChunkFrames);
        const chunks = producer.buildChunkSlices(total, chunkCount, effectiveChunkSize);
        return { accepted: { chunkCount, chunkSize: effectiveChunkSize, chunks } };
      } catch (error) {
        return refusal(error);
      }
    },
  };
};
