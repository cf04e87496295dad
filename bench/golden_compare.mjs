// Compares two 1080p videos with `hyperlocal golden compare` and with ffmpeg's psnr and ssim filters, in turns, and
// only decodes them with ffmpeg. Prints frames a second and the processor's milliseconds for a pair of frames: what is
// left above decoding is what the comparison costs.
//   node bench/golden_compare.mjs [path of hyperlocal] [rounds] [frames]
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = process.argv[2] ?? "build/dev/cli/hyperlocal";
const rounds = Number(process.argv[3] ?? 5);
const frames = Number(process.argv[4] ?? 600);
const directory = mkdtempSync(join(tmpdir(), "hyperlocal-golden-bench-"));
const a = join(directory, "a.mp4");
const b = join(directory, "b.mp4");

function make(file, crf) {
  execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", `testsrc2=size=1920x1080:rate=30:duration=${frames / 30}`,
    "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-crf", String(crf), "-colorspace", "bt709",
    "-color_range", "tv", file]);
}

// Seconds of the clock and of the processor; bash tells those of its children.
function timed(command, args) {
  const run = spawnSync("bash", ["-c", 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1', "bash", command, ...args],
    { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
  if (run.status !== 0 && run.status !== 1) throw new Error(`${command} ended with status ${run.status}`);
  const [real, user, system] = run.stderr.trim().split(/\s+/).map(Number);
  return { real, processor: user + system };
}

const median = (values) => [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)];

try {
  make(a, 16);
  make(b, 24);
  const both = ["-nostdin", "-v", "error", "-i", a, "-i", b];
  const ways = {
    "hyperlocal golden compare (PSNR, SSIM, MS-SSIM, RGB)": [program, ["golden", "compare", a, b, "--json"]],
    "ffmpeg psnr + ssim": ["ffmpeg", [...both, "-lavfi", "[0:v]split[a][c];[1:v]split[b][d];[a][b]psnr;[c][d]ssim",
      "-f", "null", "-"]],
    "ffmpeg, only decoded": ["ffmpeg", [...both, "-map", "0:v", "-map", "1:v", "-f", "null", "-"]],
    "ffmpeg, only decoded, one thread each": ["ffmpeg", ["-nostdin", "-v", "error", "-threads", "1", "-i", a,
      "-threads", "1", "-i", b, "-map", "0:v", "-map", "1:v", "-f", "null", "-"]],
  };
  const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (let round = 0; round < rounds; ++round) {
    for (const [way, [command, args]] of Object.entries(ways)) times[way].push(timed(command, args));
  }
  const of = (way, what) => median(times[way].map((time) => time[what]));
  for (const way of Object.keys(ways)) {
    console.log(`${way.padEnd(54)} ${(frames / of(way, "real")).toFixed(0).padStart(5)} frames/s ` +
      `${(1000 * of(way, "processor") / frames).toFixed(2).padStart(7)} ms of the processor a pair`);
  }
  const [ours, theirs, decoded] = Object.keys(ways);
  for (const [what, name] of [["real", "by the clock"], ["processor", "of the processor"]]) {
    console.log(`ratio ${name}: ${(of(theirs, what) / of(ours, what)).toFixed(2)}; ` +
      `if comparing cost nothing: ${(of(theirs, what) / of(decoded, what)).toFixed(2)}`);
  }
} finally {
  rmSync(directory, { recursive: true });
}
