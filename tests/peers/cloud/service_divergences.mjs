// Where our service answers otherwise than the published one, on purpose (docs/differences.md), for exactly which cases
// of service_cases.mjs: a difference that no entry names fails the test, and so does an entry without a difference.
// An answer is its status and its error's name; undefined: no JSON with one.
const BAD_REQUEST = [400, "BAD_REQUEST"];
const NOT_FOUND = [400, "NOT_FOUND"];
const ANY_ERROR = [500, "Error"];
const TYPE_ERROR = [500, "TypeError"];
const INTEGRITY = [400, "PLAN_V2_INTEGRITY_UNRECOVERABLE"];
const NO_JSON_404 = [404, undefined];

export const DIVERGENCES = [
  {
    reason: "another method is 405, in JSON; published: 404 in a line of text",
    cases: ["GET /", "PUT /", "POST /healthz"], ours: [405, "BAD_REQUEST"], theirs: NO_JSON_404,
  },
  {
    reason: "another path is 404 in JSON; published: in a line of text",
    cases: ["POST elsewhere"], ours: [404, "NOT_FOUND"], theirs: NO_JSON_404,
  },
  {
    reason: "a body without a known Action cannot be repaired by repeating it",
    cases: ["null", "a number", "an array", "a text", "no Action", "unknown Action", "Action is a number", "assemble in five envelopes"],
    ours: BAD_REQUEST, theirs: ANY_ERROR,
  },
  {
    reason: "four envelopes are unwrapped; the published service means to, and unwraps three",
    cases: ["assemble in four envelopes"], ours: [200, undefined], theirs: ANY_ERROR,
  },
  {
    reason: "a missing field is named, and not worth a repetition",
    cases: ["plan without a project", "plan without a prefix", "assemble without chunks", "assemble without an output"],
    ours: BAD_REQUEST, theirs: TYPE_ERROR,
  },
  {
    reason: "the same, of a config", cases: ["plan without a config"], ours: [400, "InvalidConfigError"], theirs: TYPE_ERROR,
  },
  {
    reason: "a malformed URI, an empty list of chunks and a format that is not the plan's are named",
    cases: ["plan of a web address", "assemble nothing", "chunk in another format"], ours: BAD_REQUEST, theirs: ANY_ERROR,
  },
  {
    reason: "a config is checked before anything is planned, and the field named; published: by the manifest's own check",
    cases: ["plan with 25 frames a second", "plan with an unknown format"], ours: [400, "InvalidConfigError"], theirs: INTEGRITY,
  },
  {
    reason: "what is not in the bucket will not be there at the next attempt",
    cases: ["plan of a project that is not there", "chunk of a plan that is not there", "chunk of v1 that is not there",
      "assemble a chunk that is not there"],
    ours: NOT_FOUND, theirs: ANY_ERROR,
  },
  {
    reason: "nor will a file become an archive",
    cases: ["plan of a project that is no archive"], ours: [400, "INVALID_ARCHIVE"], theirs: ANY_ERROR,
  },
  {
    reason: "an index that is none is the request's fault; published: the plan's",
    cases: ["chunk without an index", "chunk with a text as index", "chunk before the first"], ours: BAD_REQUEST, theirs: INTEGRITY,
  },
  {
    reason: "of a plan of v2 too, an index behind the last chunk has its own name; published: of v1 only",
    cases: ["chunk behind the last"], ours: [400, "CHUNK_INDEX_OUT_OF_RANGE"], theirs: INTEGRITY,
  },
  {
    reason: "no hash at all is a missing field; published: a wrong hash",
    cases: ["chunk without a plan hash"], ours: BAD_REQUEST, theirs: [400, "PLAN_HASH_MISMATCH"],
  },
];
