// Totals and sizes for the chunk plan: every rule's boundary, and numbers that are none.
const ODD_VALUES = ["0", "-1", "-0", "1.5", "0.5", "null", "true", "false", '"10"', '""', "[]", "[10]", "{}", "1e400",
  "-1e400", "5e-324", "1e0", "10.0", "2147483648", "4294967297", "9007199254740991", "9007199254740992",
  "9223372036854775807", "9223372036854775808", "1e19", "1e21", "1e300"];

const total = (random) =>
  random.weighted([
    [30, () => random.between(1, 400)],
    [30, () => random.between(1, 20000)],
    [20, () => random.between(1, 10 ** 6)],
    [5, () => random.between(1, 2 ** 31)],
    [5, () => random.between(1, 2 ** 53 - 1)],
  ]);

const size = (random, frames) =>
  random.weighted([
    [20, () => random.between(1, 20)],
    [30, () => random.between(1, 3600)],
    [10, () => Math.max(1, Math.floor(frames / random.between(1, 40)) + random.between(-1, 1))],
    [5, () => Math.max(1, frames + random.between(-1, 1))],
    [5, () => random.pick([1, 2, 10, 11, 3599, 3600, 3601])],
  ]);

const parallel = (random) =>
  random.weighted([
    [600, () => random.between(1, 24)],
    [100, () => random.between(1, 256)],
    [50, () => random.pick([1, 2, 15, 16, 17])],
    [2, () => random.between(257, 3000)],
  ]);

export const makeChunkPlanCase = (random) => {
  const frames = total(random);
  const input = { total: String(frames) };
  if (random.chance(0.6)) input.chunkSize = String(size(random, frames));
  if (random.chance(0.6)) input.maxParallelChunks = String(parallel(random));
  if (random.chance(0.5)) input.targetChunkFrames = String(size(random, frames));
  if (random.chance(0.05)) {
    const name = random.pick(["total", "chunkSize", "maxParallelChunks", "targetChunkFrames"]);
    if (name === "total" && random.chance(0.2)) delete input.total;
    else input[name] = random.pick(ODD_VALUES);
    // As many slices as there are frames, so few frames.
    if (Number(input.maxParallelChunks) > 3000) input.total = String(random.between(1, 400));
  }
  return `{${random.shuffled(Object.entries(input)).map(([name, value]) => `"${name}":${value}`).join(",")}}`;
};
