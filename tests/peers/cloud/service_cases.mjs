// Requests to a render service, good and bad, in the order in which they are sent. `body` is a function of what the
// service at hand has made so far: { renders, sites, plan, planV1, chunks } (results of earlier cases, by name).
const CONFIG = { fps: 30, width: 320, height: 180, format: "mp4", quality: "draft", chunkSize: 10 };
const PROJECT = "gs://hyperlocal-renders/sites/peer/project.tar.gz";

const locators = (plan) => ({
  PlanHash: plan.PlanHash, PlanV2ManifestGcsUri: plan.PlanV2ManifestGcsUri, PlanV2ArtifactGcsPrefix: plan.PlanV2ArtifactGcsPrefix,
});
const planOf = (made, more = {}) => ({
  Action: "plan", ProjectGcsUri: PROJECT, PlanOutputGcsPrefix: made.prefix, Config: CONFIG, ...more,
});
const chunkOf = (made, more = {}) => ({
  Action: "renderChunk", ...locators(made.plan), ChunkIndex: 0, ChunkOutputGcsPrefix: made.prefix, Format: "mp4", ...more,
});
const assembleOf = (made, more = {}) => ({
  Action: "assemble", ...locators(made.plan), AudioGcsUri: null, Format: "mp4", OutputGcsUri: `${made.prefix}output.mp4`,
  ChunkGcsUris: [made.chunk.ChunkGcsUri, made.secondChunk.ChunkGcsUri], ...more,
});
const wrapped = (event, levels) => levels === 0 ? event : { [levels % 2 ? "Payload" : "Input"]: wrapped(event, levels - 1) };

const post = (name, body, more = {}) => ({ name, method: "POST", path: "/", body, ...more });
const raw = (name, text) => post(name, () => text, { raw: true });

export const CASES = [
  { name: "health", method: "GET", path: "/healthz" },
  { name: "GET /", method: "GET", path: "/" },
  { name: "PUT /", method: "PUT", path: "/", body: () => ({}) },
  { name: "POST /healthz", method: "POST", path: "/healthz", body: () => ({}) },
  { name: "POST elsewhere", method: "POST", path: "/elsewhere", body: () => ({}) },
  raw("empty body", ""),
  raw("malformed JSON", '{"Action": "plan",'),
  raw("null", "null"),
  raw("a number", "7"),
  raw("an array", "[]"),
  raw("a text", '"plan"'),
  post("no Action", () => ({})),
  post("unknown Action", () => ({ Action: "paint" })),
  post("Action is a number", () => ({ Action: 1 })),

  post("plan without a project", (made) => planOf(made, { ProjectGcsUri: undefined })),
  post("plan without a prefix", (made) => planOf(made, { PlanOutputGcsPrefix: undefined })),
  post("plan without a config", (made) => planOf(made, { Config: undefined })),
  post("plan of another bucket", (made) => planOf(made, { ProjectGcsUri: "gs://somebody-elses/project.tar.gz" })),
  post("plan into another bucket", (made) => planOf(made, { PlanOutputGcsPrefix: "gs://somebody-elses/renders/" })),
  post("plan of a web address", (made) => planOf(made, { ProjectGcsUri: "https://example.com/project.tar.gz" })),
  post("plan of a project that is not there", (made) => planOf(made, { ProjectGcsUri: PROJECT.replace("peer", "nobody") })),
  post("plan of a project that is no archive", (made) => planOf(made, { ProjectGcsUri: PROJECT.replace("peer", "text") })),
  post("plan with an unknown protocol", (made) => planOf(made, { PlanProtocol: "v3" })),
  post("plan with 25 frames a second", (made) => planOf(made, { Config: { ...CONFIG, fps: 25 } })),
  post("plan with an unknown format", (made) => planOf(made, { Config: { ...CONFIG, format: "gif" } })),
  post("plan", (made) => planOf(made), { keep: "plan" }),
  post("plan, v1", (made) => planOf(made, { PlanProtocol: "v1", PlanOutputGcsPrefix: `${made.prefix}one/` }), { keep: "planV1" }),

  post("chunk without an index", (made) => chunkOf(made, { ChunkIndex: undefined })),
  post("chunk with a text as index", (made) => chunkOf(made, { ChunkIndex: "0" })),
  post("chunk before the first", (made) => chunkOf(made, { ChunkIndex: -1 })),
  post("chunk behind the last", (made) => chunkOf(made, { ChunkIndex: 2 })),
  post("chunk of another plan", (made) => chunkOf(made, { PlanHash: "0".repeat(64) })),
  post("chunk without a plan hash", (made) => chunkOf(made, { PlanHash: undefined })),
  post("chunk of a plan that is not there", (made) => chunkOf(made, { PlanV2ManifestGcsUri: `${made.prefix}nobody/manifest.json` })),
  post("chunk of both protocols", (made) => chunkOf(made, { PlanGcsUri: made.planV1.PlanGcsUri })),
  post("chunk of v1 with locators of v2", (made) => chunkOf(made, { PlanProtocol: "v1" })),
  post("chunk of v1 that is not there", (made) => ({
    Action: "renderChunk", PlanProtocol: "v1", PlanGcsUri: `${made.prefix}nobody/plan.tar.gz`, PlanHash: made.planV1.PlanHash,
    ChunkIndex: 0, ChunkOutputGcsPrefix: made.prefix, Format: "mp4" })),
  post("chunk of v1 with another hash", (made) => ({
    Action: "renderChunk", PlanProtocol: "v1", PlanGcsUri: made.planV1.PlanGcsUri, PlanHash: "0".repeat(64),
    ChunkIndex: 0, ChunkOutputGcsPrefix: made.prefix, Format: "mp4" })),
  post("chunk of another bucket's plan", (made) => chunkOf(made, { PlanV2ManifestGcsUri: "gs://somebody-elses/v2/manifest.json" })),
  post("chunk into another bucket", (made) => chunkOf(made, { ChunkOutputGcsPrefix: "gs://somebody-elses/renders/" })),
  post("chunk in another format", (made) => chunkOf(made, { Format: "webm" })),
  post("chunk", (made) => chunkOf(made), { keep: "chunk" }),
  post("chunk in two envelopes", (made) => wrapped(chunkOf(made, { ChunkIndex: 1 }), 2), { keep: "secondChunk" }),
  post("chunk of v1", (made) => ({
    Action: "renderChunk", PlanProtocol: "v1", PlanGcsUri: made.planV1.PlanGcsUri, PlanHash: made.planV1.PlanHash,
    ChunkIndex: 0, ChunkOutputGcsPrefix: `${made.prefix}one/`, Format: "mp4" })),

  post("assemble nothing", (made) => assembleOf(made, { ChunkGcsUris: [] })),
  post("assemble without chunks", (made) => assembleOf(made, { ChunkGcsUris: undefined })),
  post("assemble without an output", (made) => assembleOf(made, { OutputGcsUri: undefined })),
  post("assemble a chunk that is not there", (made) => assembleOf(made, {
    ChunkGcsUris: [made.chunk.ChunkGcsUri, `${made.prefix}chunks/0007.mp4`] })),
  post("assemble another bucket's chunk", (made) => assembleOf(made, {
    ChunkGcsUris: [made.chunk.ChunkGcsUri, "gs://somebody-elses/chunks/0001.mp4"] })),
  post("assemble into another bucket", (made) => assembleOf(made, { OutputGcsUri: "gs://somebody-elses/output.mp4" })),
  post("assemble another plan's chunks", (made) => assembleOf(made, { PlanHash: "0".repeat(64) })),
  post("assemble", (made) => assembleOf(made)),
  post("assemble in four envelopes", (made) => wrapped(assembleOf(made), 4)),
  post("assemble in five envelopes", (made) => wrapped(assembleOf(made), 5)),
];
