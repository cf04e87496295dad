// Plan directories of protocol v1 with all sorts of files in them, some of them damaged.
import { objectText, valueText } from "./json_text.mjs";
import { randomContent } from "./tree_cases.mjs";

const file = (place, text) => ({ path: place.split("/"), kind: "file", text });
const findFile = (files, place) => files.find((each) => each.path.join("/") === place);

const VERSIONS = ["0.8.31", "hyperlocal 0.1.0", "ffmpeg version 5.1.6-0+deb12u1 Copyright (c) 2000-2024",
  "n4.4 – é漢😀", " ", "a\\u0000b", "\\ud83d\\ude00", "\\u00e9", "a\\nb", "\\\"", "0/1x2", "\\ud83d"];

const FRAME_NAMES = ["frame_00001.jpg", "frame_00002.jpg", "frame_000010.png", ".hf-complete", "a\\b.png", "é.png",
  "e\u0301.png", "\ue000.jpg", "😀.jpg", "frame 1.png", "\n", "..png", "meta", "index.html", "plan.json",
  "encoder.json"];
const PLACES = [["compiled"], ["compiled", "assets"], ["compiled", "a\\b"], ["video-frames", "clip"],
  ["video-frames", "😀"], ["video-frames", "\ue000"], ["meta"], ["meta", "deep"], ["later"], [], ["a"], ["a", "b"]];

const assets = (random) =>
  random.times(random.pick([0, 1, 3, 10, 25]), () => {
    const place = [...random.pick(PLACES), random.pick(FRAME_NAMES)];
    return random.weighted([
      [20, () => ({ path: place, kind: "file", ...randomContent(random) })],
      [1, () => ({ path: place, kind: "directory" })],
      [1, () => ({ path: place, kind: "link", target: random.pick(["index.html", "../compiled", "missing", ".."]) })],
    ]);
  });

const ENCODERS = {
  mp4: "libx264-software",
  webm: "libvpx-vp9-software",
  mov: "prores-software",
  "png-sequence": "png-sequence",
};

// No planner writes a number beyond the range of doubles.
const finiteValueText = (random) => {
  for (;;) {
    const text = valueText(random, 2);
    let isFinite = true;
    JSON.parse(text, (_, value) => {
      if (typeof value === "number") isFinite &&= Number.isFinite(value);
    });
    if (isFinite) return text;
  }
};

// The locked render config, as the published planner writes it or with white space: its bytes are hashed, not its
// meaning.
const encoderText = (random, { format, ffmpegVersion, size, count }) => {
  const fields = {
    captureMode: random.pick(['"beginframe"', '"screenshot"']), forceScreenshot: random.pick(["true", "false"]),
    deviceScaleFactor: random.pick(["1", "2", "1.5"]), useLayeredHdrComposite: "false",
    browserGpuMode: '"software"', warmupTicks: "60", encoder: `"${ENCODERS[format]}"`,
    quality: random.pick(['"draft"', '"standard"', '"high"']), ffmpegVersion: `"${ffmpegVersion}"`,
    preset: '"medium"', gopSize: String(size), closedGop: "true", forceKeyframes: '"n=0"', pixelFormat: '"yuv420p"',
    chunkSize: String(size), chunkCount: String(count), runtimeEnv: random.pick(["{}", '{"PRODUCER_RUNTIME_X":"1"}']),
  };
  if (random.chance(0.4)) fields.crf = "18";
  if (random.chance(0.4)) fields.variables = objectText(random, [['"a"', finiteValueText(random)]]);
  const pairs = Object.entries(fields).map(([name, text]) => [`"${name}"`, text]);
  return random.chance(0.6)
    ? `{${pairs.sort(([a], [b]) => (a < b ? -1 : 1)).map((pair) => pair.join(":")).join(",")}}`
    : `${objectText(random, random.shuffled(pairs))}${random.pick(["", "\n"])}`;
};

const V1 = '{"schemaVersion":1,"artifactLayout":"plan-dir-v1","hashSchema":"hyperframes-plan-hash-v1"}';
const PROTOCOLS = [
  "null", "[]", "{}", '"v1"', V1.replace("1,", "2,"), V1.replace("1,", '"1",'), V1.replace("plan-dir-v1",
  "plan-dir-v9"), V1.replace('"schemaVersion":1,', ""), V1.replace(',"hashSchema":"hyperframes-plan-hash-v1"', ""),
  `[${V1}]`,
];

// Both have to refuse these.
const DAMAGES = {
  missing: (random, { files }) => {
    const gone = random.pick(["plan.json", "compiled/index.html", "meta/encoder.json"]);
    files.splice(files.indexOf(findFile(files, gone)), 1);
  },
  protocol: (random, { plan }) => {
    plan.protocol = random.pick(PROTOCOLS);
  },
  notText: (random, { plan }) => {
    const name = random.pick(["fontSnapshotSha", "producerVersion", "ffmpegVersion"]);
    plan[name] = random.pick(["1", "null", "{}", "true", "[]"]);
  },
  noDimensions: (random, { plan }) => {
    if (random.chance(0.5)) delete plan.dimensions;
    else plan.dimensions = "null";
  },
  notJson: (random, { files }) => {
    findFile(files, "plan.json").text = random.pick(["", "{", "[]", "null", "1", '"a"', "{'a':1}"]);
  },
};
// These parts the hash does not read; whoever renders the plan does.
const OVERSIGHTS = {
  unread: (random, { files }) => {
    const name = random.pick(["meta/chunks.json", "meta/composition.json"]);
    const found = findFile(files, name);
    if (random.chance(0.5)) files.splice(files.indexOf(found), 1);
    else found.text = random.pick(["", "{", "null", "[{}]"]);
  },
  encoder: (random, { files }) => {
    findFile(files, "meta/encoder.json").text = random.pick(["", "{", "[]", "\ufeff{}", "{}"]);
  },
  dimension: (random, { plan }) => {
    const width = random.pick(['"16"', "0", "-1", "1.5", "null"]);
    plan.dimensions = plan.dimensions.replace(/"width":[^,]+/, `"width":${width}`);
  },
};

export const makePlanTreeCase = (random) => {
  const format = random.pick(Object.keys(ENCODERS));
  const ffmpegVersion = random.pick(VERSIONS);
  const count = random.between(1, 4);
  const size = random.between(1, 30);
  const whole = (number) => random.pick([String(number), String(number), `${number}.0`, `${number}e0`]);
  const plan = {
    planHash: `"${"0".repeat(64)}"`, producerVersion: `"${random.pick(VERSIONS)}"`, ffmpegVersion: `"${ffmpegVersion}"`,
    fontSnapshotSha: `"${random.pick(["", "f".repeat(64), "é"])}"`,
    dimensions: `{"fpsNum":${whole(random.pick([24, 30, 60, 30000]))},"fpsDen":${whole(random.pick([1, 1, 1001]))},` +
      `"width":${whole(2 * random.between(8, 3840))},"height":${whole(2 * random.between(8, 3840))},` +
      `"format":"${format}"}`,
    chunkCount: String(count), totalFrames: String(count * size), duration: "1.5", hasAudio: "false",
  };
  if (random.chance(0.7)) plan.protocol = V1;
  if (random.chance(0.2)) plan.later = valueText(random, 2);
  const chunks = random.times(count, (index) => ({ index, startFrame: index * size, endFrame: (index + 1) * size }));
  const composition = { durationSeconds: 1.5, width: 16, height: 16, fps: { num: 30, den: 1 },
    videoCount: 0, audioCount: 0, imageCount: 0 };
  const files = [
    file("plan.json", ""),
    { path: ["compiled", "index.html"], kind: "file", ...randomContent(random) },
    file("meta/encoder.json", encoderText(random, { format, ffmpegVersion, size, count })),
    file("meta/chunks.json", JSON.stringify(chunks, null, random.pick([0, 2]))),
    file("meta/composition.json", JSON.stringify(composition)),
  ];
  let shape = "whole";
  const harm = random.weighted([[17, null], [2, DAMAGES], [1, OVERSIGHTS]]);
  let writePlan = true;
  if (harm) {
    const name = random.pick(Object.keys(harm));
    shape = harm === DAMAGES ? "damaged" : "overseen";
    harm[name](random, { plan, files });
    writePlan = name !== "notJson";
  }
  const planFile = findFile(files, "plan.json");
  if (planFile && writePlan) {
    const members = Object.entries(plan).map(([name, text]) => [`"${name}"`, text]);
    planFile.text = objectText(random, random.shuffled(members));
  }
  return { shape, entries: [...files, ...assets(random)] };
};
