// Render configs: valid ones, and ones with one or several fields wrong in the ways in which JSON and JavaScript can
// be wrong together.
import { damagedText, keyText, nestedText, numberText, objectText, stringText, valueText } from "./json_text.mjs";

// Values that are nearly something else, for any field.
const CONFUSIONS = [
  "null", "true", "false", "0", "-0", "1", "-1", "30", '"30"', '" 30"', '"30 "', '"3e1"', "30.5", "1e400", "-1e400",
  "5e-324", "1e21", "9007199254740993", "18446744073709551616", '""', '" "', '"null"', '"undefined"', '"auto"',
  '"mp4"', '"none"', "[]", "[null]", "[30]", "[[30]]", '["mp4"]', '["auto"]', "[16,16]", "{}", '{"length":1}',
  '{"valueOf":30}', '{"toString":"mp4"}', '{"toString":null,"valueOf":null}', '{"toString":{}}',
  '{"__proto__":{"fps":30}}', '{"0":"mp4","length":1}', '"\\ud800"', '"\\u0000"', '"constructor"', '"__proto__"',
  '"[object Object]"',
];

// The same number in other clothes, and its neighbours.
const numberForms = (random, value) =>
  random.weighted([
    [12, () => String(value)],
    [1, () => `${value}.0`],
    [1, () => `${value}e0`],
    [1, () => `${value}.000e+00`],
    [1, () => (value % 10 === 0 ? `${value / 10}e1` : `${value}0e-1`)],
    [1, () => `${value}.00000000000000000000000000000001`],
  ]);

const near = (random, boundaries) =>
  random.weighted([
    [6, () => numberForms(random, random.pick(boundaries))],
    [2, () => numberForms(random, random.pick(boundaries) + random.pick([-2, -1, 1, 2]))],
    [1, () => `${random.pick(boundaries)}.5`],
    [1, () => `-${random.pick(boundaries)}`],
    [1, () => `"${random.pick(boundaries)}"`],
    [1, () => numberText(random)],
  ]);

const nameForms = (random, names) => {
  const name = random.pick(names);
  return random.weighted([
    [4, () => `"${name.toUpperCase()}"`],
    [2, () => `"${name} "`],
    [1, () => `"${name}\\u0000"`],
    [1, () => `["${name}"]`],
    [2, () => `"${name.slice(0, -1)}"`],
    [1, () => `"\\u${name.charCodeAt(0).toString(16).padStart(4, "0")}${name.slice(1)}"`],
    [3, () => random.pick(['"force-hdr"', '"gif"', '"h266"', '"h264"', '"jpeg"', '"jpg"', '"cloud-run"', '"best"',
      '"webm"'])],
    [2, () => stringText(random)],
  ]);
};

const BITRATES = [
  '"4M"', '"800k"', '"4.5M"', '"10m"', '"1K"', '"0"', '"00012"', '"1."', '".5M"', '"1.5.2M"', '"4MB"', '"4 M"',
  '" 4M"', '"4M "', '"4M\\n"', '"4M\\r"', '"4M\\u2028"', '"-4M"', '"+4M"', '"4e3"', '"4Mk"', '"k"', '"M"', '"4,5M"',
  '"\\u0664M"', '"４M"', '"4\\u212a"', '"4G"', "4000", "4000.5", "0", "-0", "-1", "1e20", "1e21", "1e-6", "1e-7",
  "1e400", '["4M"]', '[["4M"]]', '["4","M"]', "[4000]", "[[],[]]", "[null]", "[]", '[{"toString":1}]', "true",
  "null", "{}", '""', '"1e400"', '"Infinity"', "123456789012345678901234567890",
];

const NOT_FINITE = ["1e400", "-1e400", "[0,1e999]", "[[],[[1e309]]]", '{"b":1e400,"a":1e400}', "1", "null"];

const variablesText = (random) =>
  random.weighted([
    [8, () => objectText(random, random.times(random.few(0.7, 6), () => [keyText(random), valueText(random, 3)]))],
    [4, () => objectText(random, random.times(random.between(2, 6), () =>
      [keyText(random), random.pick(NOT_FINITE)]))],
    [2, () => random.pick(["[]", "null", '"a"', "1", "true", "{}", "[{}]", '{"length":0}', '{"__proto__":null}',
      '{"__proto__":{"a":1e400}}', '{"a":1,"a":1e400}', '{"a":1e400,"a":1}'])],
    [1, () => `{"deep":${nestedText(random, random.between(500, 515))}}`],
  ]);

const snapshotNumbers = {
  jpegQuality: [0, 80, 100], coresPerWorker: [0, 1, 2], minParallelFrames: [0, 120], largeRenderThreshold: [0, 1000],
  vp9CpuUsed: [-8, 0, 4, 8], browserTimeout: [0, 1, 120000], protocolTimeout: [1, 300000], chunkSizeFrames: [1, 360],
  ffmpegEncodeTimeout: [1, 600000], ffmpegProcessTimeout: [1, 300000], ffmpegStreamingTimeout: [1, 600000],
  frameDataUriCacheLimit: [1, 256], frameDataUriCacheBytesLimitMb: [1, 1500], playerReadyTimeout: [1, 45000],
  renderReadyTimeout: [1, 15000], pageNavigationTimeout: [1, 60000], extractCacheMaxBytes: [1, 2147483648],
  streamingEncodeMaxDurationSeconds: [0, 240], audioGain: [0, 1],
};
const snapshotSwitches = ["disableGpu", "enableBrowserPool", "forceScreenshot", "staticFrameDedup", "useDrawElement",
  "enableDrawElementWorkerEncode", "lowMemoryMode", "enablePageSideCompositing", "enableChunkedEncode",
  "enableStreamingEncode", "hdrAutoDetect", "verifyRuntime", "debug"];
const snapshotNames = {
  fps: ["24", "30", "60"], quality: ['"draft"', '"standard"', '"high"'], format: ['"jpeg"', '"png"'],
  browserGpuMode: ['"software"', '"hardware"', '"auto"'], concurrency: ['"auto"', "1", "4", "1.0"],
  hdr: ["false", '{"transfer":"hlg"}', '{"transfer":"pq"}'],
};
const snapshotOptions = {
  chromePath: ['"/c"'], runtimeManifestPath: ['"/m"'], extractCacheDir: ['"/x"'],
  expectedChromiumMajor: ["1", "150"], pageSideCompositingAutoDisabled: ["true", "false"],
  forceScreenshotExplicitlyOptedOut: ["true"], streamingEncodeAutoDisabledOnWin32Compound: ["false"],
};
const HDR_CONFUSIONS = ["true", "{}", '{"transfer":"sdr"}', '{"transfer":"pq","transfer":"hlg"}', '{"transfer":["pq"]}',
  '{"transfer":"pq","x":1}', '{"__proto__":{"transfer":"pq"}}', '["hlg"]', "0", "null", '""'];

const engineConfigText = (random) => {
  if (random.chance(0.15)) return random.pick([...CONFUSIONS, '{"fps":30}']);
  const fields = {};
  for (const [name, values] of Object.entries(snapshotNames)) fields[name] = random.pick(values);
  for (const [name, values] of Object.entries(snapshotNumbers)) fields[name] = String(values.at(-1));
  for (const name of snapshotSwitches) fields[name] = random.pick(["true", "false"]);
  for (const [name, values] of Object.entries(snapshotOptions)) {
    if (random.chance(0.3)) fields[name] = random.pick(values);
  }
  for (let wrong = random.few(0.5, 3); wrong > 0; wrong -= 1) {
    const name = random.pick([...Object.keys(fields), ...Object.keys(snapshotOptions)]);
    random.weighted([
      [2, () => delete fields[name]],
      [1, () => (fields[random.pick(["extra", "toString", "cfr", "FPS", ""])] = "1")],
      [6, () => (fields[name] = random.pick(CONFUSIONS))],
      [6, () => (fields[name] = near(random, snapshotNumbers[name] ?? [1, 24, 30, 60]))],
      [2, () => (fields.hdr = random.pick(HDR_CONFUSIONS))],
      [2, () => (fields.concurrency = random.pick(["0", "-1", "1.5", '"1"', '"AUTO"', '["auto"]', "1e400", "1e300"]))],
    ]);
  }
  const members = Object.entries(fields).map(([name, text]) => [JSON.stringify(name), text]);
  return objectText(random, random.shuffled(members));
};

const names = (...list) => ({
  valid: (random) => JSON.stringify(random.pick(list)),
  wrong: (random) => nameForms(random, list),
});
const numbers = (...boundaries) => ({
  valid: (random) => numberForms(random, random.between(boundaries[0], boundaries.at(-1))),
  wrong: (random) => near(random, boundaries),
});
const dimension = {
  valid: (random) => numberForms(random, 2 * random.between(8, 3840)),
  wrong: (random) => near(random, [16, 7680, 1920]),
};
const either = (make) => ({ valid: make, wrong: make });

const REQUIRED = {
  fps: {
    valid: (random) => numberForms(random, random.pick([24, 30, 60])),
    wrong: (random) => near(random, [24, 25, 30, 60, 120]),
  },
  width: dimension,
  height: dimension,
  format: names("mp4", "mov", "png-sequence", "webm"),
};
const OPTIONAL = {
  codec: names("h264", "h265"),
  quality: names("draft", "standard", "high"),
  videoFrameFormat: names("auto", "jpg", "png"),
  crf: numbers(0, 51),
  bitrate: either((random) => (random.chance(0.9) ? random.pick(BITRATES) : stringText(random))),
  chunkSize: numbers(1, 3600),
  maxParallelChunks: numbers(1, 256),
  targetChunkFrames: numbers(1, 3600),
  runtimeCap: names("lambda", "temporal", "cloud-run-job", "k8s-job", "none"),
  hdrMode: names("auto", "force-sdr"),
  variables: either(variablesText),
  engineConfig: either(engineConfigText),
  outputResolution: names("landscape", "portrait", "1080p", "4k"),
  outputResolutionAspectAgnostic: names("true"),
  entryFile: names("index.html", "a/b.html", ""),
  strictness: names("strict"),
  rejectOnSystemFonts: names("true"),
  failClosedFontFetch: names("true"),
  planDirSizeLimitBytes: numbers(0, 2147483648),
  cfr: {
    valid: (random) => random.pick(["true", "false"]),
    wrong: (random) => random.pick(['"true"', "1", "0", '""']),
  },
};
const RULES = { ...REQUIRED, ...OPTIONAL };

export const makeConfigCase = (random) => {
  if (random.chance(0.02)) {
    return random.weighted([[2, () => random.pick(CONFUSIONS)], [1, () => valueText(random, 2).replaceAll("\n", " ")]]);
  }
  const fields = new Map();
  for (const name of Object.keys(REQUIRED)) fields.set(name, REQUIRED[name].valid(random));
  // mp4 mostly: any other format ends the checks of a config with a codec.
  if (random.chance(0.5)) fields.set("format", '"mp4"');
  const likely = random.pick([0.05, 0.2, 0.5]);
  for (const name of Object.keys(OPTIONAL)) {
    if (random.chance(likely)) fields.set(name, OPTIONAL[name].valid(random));
  }
  // Both of them is one violation, and would hide every later one.
  if (fields.has("crf") && fields.has("bitrate") && random.chance(0.8)) fields.delete(random.pick(["crf", "bitrate"]));
  for (let wrong = random.few(0.55, 5); wrong > 0; wrong -= 1) {
    const name = random.pick(Object.keys(random.chance(0.25) ? REQUIRED : RULES));
    random.weighted([
      [8, () => fields.set(name, RULES[name].wrong(random))],
      [5, () => fields.set(name, random.pick(CONFUSIONS))],
      [2, () => fields.delete(name)],
      [1, () => fields.set(name, valueText(random, 2))],
    ]);
  }
  const members = random.shuffled([...fields]).map(([name, text]) => [JSON.stringify(name), text]);
  while (random.chance(0.2)) {
    const name = random.pick(Object.keys(RULES));
    members.splice(random.below(members.length + 1), 0, random.weighted([
      [2, () => [JSON.stringify(name), RULES[name].wrong(random)]], // maybe a second time
      [1, () => [`"${name.toUpperCase()}"`, "1"]],
      [2, () => [keyText(random), valueText(random, 2)]],
    ]));
  }
  const text = objectText(random, members);
  return (random.chance(0.02) ? damagedText(random, text) : text).replaceAll("\n", " ");
};
