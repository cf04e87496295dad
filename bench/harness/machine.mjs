// What a figure depends on beside the program: the machine, what is installed on it, and who else was busy.
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";

import { run } from "./work.mjs";

const CLOCK_TICKS = 100; // a second, in /proc/stat; the same on every Linux that Debian builds

const firstLine = async (command) => {
  const { status, stdout } = await run(command);
  return status === 0 ? stdout.trim().split("\n")[0] : "not there";
};

export const describeMachine = async () => ({
  cores: availableParallelism(),
  cpu: cpus()[0]?.model ?? "",
  memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
  kernel: release(),
  load: loadavg().map((each) => Number(each.toFixed(2))),
  node: process.version,
  chrome: await firstLine(["chromium-headless-shell", "--version"]),
  ffmpeg: await firstLine(["ffmpeg", "-version"]),
  date: new Date().toISOString().slice(0, 10),
});

export const machineLine = ({ cores, cpu, memoryGiB, load, node, chrome, ffmpeg, date }) =>
  `${date}; ${cores} cores (${cpu}), ${memoryGiB} GiB, load ${load.join(" ")} at the start; ` +
  `${chrome}; ${ffmpeg.split(" ").slice(0, 3).join(" ")}; Node ${node}`;

// Seconds that the cores have been busy with anything, or wanted by us and had by another guest (steal).
export const busySeconds = () => {
  const [user, nice, system, , , irq, softirq, steal] =
    readFileSync("/proc/stat", "utf8").split("\n")[0].trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) / CLOCK_TICKS;
};

// The processor time that a process has taken, all of its threads, in seconds.
export const processSeconds = (pid) => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
  return (user + system) / CLOCK_TICKS;
};
