// Compares two 1080p videos with `hyperlocal golden compare` and with ffmpeg's psnr and ssim filters, in turns, and
// prints frames a second of each.
//   node bench/golden_compare.mjs [path of hyperlocal] [rounds]
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

const program = process.argv[2] ?? "build/dev/cli/hyperlocal";
const rounds = Number(process.argv[3] ?? 5);
const frames = 600;
const directory = mkdtempSync(join(tmpdir(), "hyperlocal-golden-bench-"));
const a = join(directory, "a.mp4");
const b = join(directory, "b.mp4");

function make(file, crf) {
  execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=30:duration=20",
    "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-crf", String(crf), "-colorspace", "bt709",
    "-color_range", "tv", file]);
}

function timed(command, args) {
  const start = performance.now();
  const run = spawnSync(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const seconds = (performance.now() - start) / 1000;
  if (run.status !== 0 && run.status !== 1) throw new Error(`${command}: ${run.stderr}`);
  return seconds;
}

const median = (values) => [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)];

try {
  make(a, 16);
  make(b, 24);
  const filters = "[0:v]split[a][c];[1:v]split[b][d];[a][b]psnr;[c][d]ssim";
  const ours = [];
  const theirs = [];
  for (let round = 0; round < rounds; ++round) {
    ours.push(timed(program, ["golden", "compare", a, b, "--json"]));
    theirs.push(timed("ffmpeg", ["-nostdin", "-v", "info", "-i", a, "-i", b, "-lavfi", filters, "-f", "null", "-"]));
  }
  const speed = (seconds) => (frames / median(seconds)).toFixed(0);
  console.log(`hyperlocal golden compare (PSNR, SSIM, MS-SSIM, RGB): ${speed(ours)} frames/s`);
  console.log(`ffmpeg psnr + ssim:                                   ${speed(theirs)} frames/s`);
  console.log(`ratio: ${(median(theirs) / median(ours)).toFixed(2)}`);
} finally {
  rmSync(directory, { recursive: true });
}
