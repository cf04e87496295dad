// Where Hyperlocal answers differently on purpose (docs/differences.md), each with what exactly is let through: a
// difference that no entry covers fails the run, and so does an entry that a long run never needs.
import { nesting } from "./json_text.mjs";

const DEPTH_LIMIT = 512;

const isWholeNumber = (value) => Number.isSafeInteger(value) && value >= 0;

const RESOLUTIONS = new Set([
  "landscape", "portrait", "landscape-4k", "portrait-4k", "square", "square-4k", "1080p", "hd", "4k", "uhd",
  "1080p-portrait", "portrait-1080p", "1080p-square", "square-1080p", "4k-portrait", "4k-square",
]);

// null is absent to whoever uses these fields.
const TYPES = {
  "config.outputResolution": (value) => typeof value === "string" && RESOLUTIONS.has(value.toLowerCase()),
  "config.outputResolutionAspectAgnostic": (value) => typeof value === "boolean",
  "config.rejectOnSystemFonts": (value) => typeof value === "boolean",
  "config.entryFile": (value) => typeof value === "string" && value !== "",
  "config.planDirSizeLimitBytes": isWholeNumber,
  "config.cfr": (value) => typeof value === "boolean",
};

export const DIVERGENCES = [
  {
    name: "mistyped rejectOnSystemFonts, outputResolution, outputResolutionAspectAgnostic, entryFile, planDirSizeLimitBytes, cfr",
    reason: "refused here; the published renderer leaves them to whoever uses them",
    covers: ({ kind, input, ours, theirs }) => {
      const isRightType = kind === "check-config" && theirs.accepted && TYPES[ours.refused];
      if (!isRightType) return false;
      const value = JSON.parse(input)[ours.refused.slice("config.".length)];
      return value !== undefined && value !== null && !isRightType(value);
    },
  },
  {
    name: "objects that JavaScript cannot turn into text",
    reason: 'named here; the published check throws a TypeError over its own message (a field is {"toString":null})',
    covers: ({ kind, ours, theirs }) =>
      kind === "check-config" && /Cannot convert object to primitive value/.test(theirs.failed ?? "") &&
      /^config\.[A-Za-z]+$/.test(ours.refused ?? ""),
  },
  {
    name: `more than ${DEPTH_LIMIT} arrays and objects in each other`,
    reason: "refused here, before any stack is full",
    covers: ({ input, ours }) => typeof input === "string" && ours.refused === "" && nesting(input) > DEPTH_LIMIT,
  },
  {
    name: "a plan that is damaged where its hash does not look",
    reason: "plan-hash here reads the whole plan first; the published function reads what it hashes",
    covers: ({ kind, input, ours, theirs }) =>
      kind === "plan-hash" && input.shape === "overseen" && ours.refused === "" && Boolean(theirs.accepted),
  },
  {
    name: "more frames or chunks than a double counts",
    reason: "refused here from 2^53 on, where the published numbers are no longer exact",
    covers: ({ kind, input, ours, theirs }) =>
      kind === "chunk-plan" && ours.refused === "" && Boolean(theirs.accepted) &&
      Object.values(JSON.parse(input)).some((value) => value > Number.MAX_SAFE_INTEGER),
  },
];
