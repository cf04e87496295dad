// A sound to mix into videos, and what two files made of it.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export const writeSound = (file, seconds) =>
  run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", `sine=frequency=440:duration=${seconds}:sample_rate=48000`,
    "-ac", "2", "-c:a", "aac", "-b:a", "128k", file]);

// Samples of sixteen bits, the channels in turn.
export const decodeSound = async (file) => {
  const { stdout } = await run("ffmpeg", ["-v", "error", "-i", file, "-map", "0:a", "-f", "s16le", "-"],
    { encoding: "buffer", maxBuffer: 2 ** 28 });
  return new Int16Array(stdout.buffer, stdout.byteOffset, stdout.length / 2);
};

// In decibels; Infinity when they are equal.
export const signalToDifference = (a, b) => {
  if (a.length !== b.length) return -Infinity;
  let signal = 0;
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) {
    signal += a[i] ** 2;
    difference += (a[i] - b[i]) ** 2;
  }
  return difference === 0 ? Infinity : 10 * Math.log10(signal / difference);
};
