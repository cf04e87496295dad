// What Chrome alone takes for a frame of a page that hardly changes, with its picture, with that of a part, and without:
// driven over its pipe by nothing but a move and a frame. The window is as small as the program's (browser.cc).
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

import { Failure } from "./work.mjs";

const WIDTH = 1920, HEIGHT = 1080, INTERVAL_MS = 1000 / 30;
const QUALITY = 95; // as captured for films
const PART = { x: 0, y: 480, width: 240, height: 96, scale: 1 }; // about what is looked at of a mark that moves
const CLOCK_TICKS = 100; // a second, in /proc
const PAGE = `<body style="margin:0;overflow:hidden;background:linear-gradient(120deg,#123,#a52,#3c8)">` +
  Array.from({ length: 40 }, (_, i) => `<div style="position:absolute;left:${(i % 8) * 230}px;top:${(i >> 3) * 200}px;` +
    `width:200px;height:160px;background:#fff8;box-shadow:0 10px 40px #0008">card ${i}</div>`).join("") +
  `<div id="mover" style="position:absolute;top:500px;width:40px;height:40px;background:red"></div></body>`;

// The processor time of every process of a group, in seconds.
const groupSeconds = (group) => {
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(fields[2]) === group) ticks += Number(fields[11]) + Number(fields[12]);
    } catch { /* it has ended */ }
  }
  return ticks / CLOCK_TICKS;
};

// A Chrome that answers `call(method, parameters, session)`.
const startChrome = (work) => {
  const child = spawn("chromium-headless-shell", ["--remote-debugging-pipe", "--no-sandbox", "--enable-begin-frame-control",
    "--run-all-compositor-stages-before-draw", "--disable-gpu-compositing", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader", "--disable-threaded-animation", "--disable-checker-imaging", "--disable-partial-raster",
    "--disable-dev-shm-usage", "--window-size=16,16", `--user-data-dir=${path.join(work, "chrome")}`],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true });
  const waiting = new Map();
  let last = 0, parts = [];
  child.stdio[4].on("data", (bytes) => {
    let begin = 0;
    for (let end; (end = bytes.indexOf(0, begin)) >= 0; begin = end + 1) {
      const message = JSON.parse(Buffer.concat([...parts, bytes.subarray(begin, end)]).toString());
      parts = [];
      const { resolve, reject } = waiting.get(message.id) ?? {};
      if (message.error) reject?.(new Failure(1, `Chrome: ${message.error.message}`));
      else resolve?.(message.result);
    }
    parts.push(bytes.subarray(begin));
  });
  child.on("error", (error) => { for (const { reject } of waiting.values()) reject(new Failure(69, error.message)); });
  const call = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    waiting.set(last += 1, { resolve, reject });
    child.stdio[3].write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
  });
  return { call, seconds: () => groupSeconds(child.pid), stop: () => { try { process.kill(-child.pid, "SIGKILL"); } catch { /* gone */ } } };
};

// Seconds of processor time a frame: {drawn, part, pictured}.
export const pictureCost = async (work, frames) => {
  const chrome = startChrome(work);
  process.once("exit", chrome.stop);
  try {
    const { targetId } = await chrome.call("Target.createTarget",
      { url: "about:blank", enableBeginFrameControl: true });
    const { sessionId } = await chrome.call("Target.attachToTarget", { targetId, flatten: true });
    const evaluate = (expression) => chrome.call("Runtime.evaluate", { expression }, sessionId);
    const metrics = { width: WIDTH, height: HEIGHT, deviceScaleFactor: 1, mobile: false };
    await chrome.call("Emulation.setDeviceMetricsOverride", metrics, sessionId);
    let frameTimeTicks = 1e9; // above the machine's uptime
    const draw = (screenshot) => chrome.call("HeadlessExperimental.beginFrame",
      { frameTimeTicks: frameTimeTicks += INTERVAL_MS, interval: INTERVAL_MS, screenshot }, sessionId);
    const picture = { format: "jpeg", quality: QUALITY, optimizeForSpeed: true };
    await evaluate(`document.documentElement.innerHTML = ${JSON.stringify(PAGE)}`);
    for (let i = 0; i < 10; i += 1) await draw(picture);
    const cost = async (screenshot) => {
      const before = chrome.seconds();
      for (let i = 0; i < frames; i += 1) {
        await evaluate(`mover.style.left = '${(i * 5) % 200}px'`);
        const { screenshotData } = await draw(screenshot);
        if (screenshot && !screenshotData) throw new Failure(1, "Chrome drew a frame without giving its picture");
      }
      return (chrome.seconds() - before) / frames;
    };
    const drawn = await cost(undefined), pictured = await cost(picture);
    await chrome.call("Emulation.setDeviceMetricsOverride", { ...metrics, dontSetVisibleSize: true, viewport: PART }, sessionId);
    await chrome.call("Emulation.setVisibleSize", { width: PART.width, height: PART.height }, sessionId);
    await draw(picture);
    return { drawn, pictured, part: await cost(picture) };
  } finally {
    chrome.stop();
  }
};
