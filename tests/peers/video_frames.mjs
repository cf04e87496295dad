// Decoded frames of a video, and how alike two frames are.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

// RGB, eight bits each, one Buffer a frame.
export const decodeFrames = async (video, { width, height }) => {
  const { stdout } = await run("ffmpeg",
    ["-v", "error", "-i", video, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
    { encoding: "buffer", maxBuffer: 2 ** 30 });
  const size = width * height * 3;
  if (stdout.length % size !== 0) throw new Error(`${video} does not hold frames of ${width}x${height}`);
  return Array.from({ length: stdout.length / size }, (_, index) => stdout.subarray(index * size, (index + 1) * size));
};

// In decibels; Infinity for equal frames.
export const psnr = (a, b) => {
  let squares = 0;
  for (let i = 0; i < a.length; i += 1) squares += (a[i] - b[i]) ** 2;
  return squares === 0 ? Infinity : 10 * Math.log10((255 ** 2 * a.length) / squares);
};

// What the file says of one of its streams: "v:0", "a:0".
export const probe = async (file, stream) => {
  const { stdout } = await run("ffprobe", ["-v", "error", "-select_streams", stream, "-show_entries",
    "stream=codec_name,duration,avg_frame_rate,nb_frames", "-of", "json", file]);
  return JSON.parse(stdout).streams[0] ?? {};
};
