// Sends service_cases.mjs to the published service and to ours, over the same emulated storage; runs inside `hyperlocal
// exec`. Argument 1 is a directory with the project. Prints an array of {name, ours, theirs} as one line of JSON.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { CASES } from "./service_cases.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const PUBLISHED = path.join(HERE, "..", "node_modules", "@hyperframes", "gcp-cloud-run", "dist", "server.js");
const { HYPERLOCAL_PROGRAM } = process.env;
const project = process.argv[2];

const ourTool = (...args) => execFileSync(HYPERLOCAL_PROGRAM, args, { stdio: ["ignore", "ignore", "inherit"] });
const archive = path.join(project, "..", "project.tar.gz");
execFileSync("tar", ["-czf", archive, "-C", project, "."]);
ourTool("storage", "cp", archive, "gs://hyperlocal-renders/sites/peer/project.tar.gz");
const text = path.join(project, "..", "no-archive.txt");
writeFileSync(text, "not an archive\n");
ourTool("storage", "cp", text, "gs://hyperlocal-renders/sites/text/project.tar.gz");

// Both say on standard output where they listen.
const start = (program, args) => new Promise((resolve, reject) => {
  const temporary = path.join(project, "..", `tmp-${path.basename(program)}`);
  mkdirSync(temporary);
  const child = spawn(program, args, {
    env: { ...process.env, PORT: "0", TMPDIR: temporary }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (bytes) => { said += bytes; });
  child.stdout.setEncoding("utf8").on("data", (bytes) => {
    said += bytes;
    const port = /"server_listening".*?"port":\s*(\d+)/.exec(said);
    if (port) resolve({ child, url: `http://127.0.0.1:${port[1]}` });
  });
  child.once("close", (code) => reject(new Error(`${program} ended with ${code}: ${said}`)));
});

const ask = async (service, { method, path: place, body, raw, keep }) => {
  const value = body?.(service.made);
  const response = await fetch(service.url + place, {
    method, body: body === undefined ? undefined : raw ? value : JSON.stringify(value),
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
  });
  const answer = await response.text();
  let json;
  try { json = JSON.parse(answer); } catch { json = undefined; }
  if (keep && response.status === 200) service.made[keep] = json;
  return { status: response.status, json, text: json === undefined ? answer.slice(0, 200) : undefined };
};

const services = {
  ours: { ...await start(HYPERLOCAL_PROGRAM, ["serve"]), made: { prefix: "gs://hyperlocal-renders/renders/ours/" } },
  theirs: { ...await start(process.execPath, [PUBLISHED]), made: { prefix: "gs://hyperlocal-renders/renders/theirs/" } },
};
const answers = [];
for (const one of CASES) {
  const [ours, theirs] = await Promise.all([ask(services.ours, one), ask(services.theirs, one)]);
  answers.push({ name: one.name, ours, theirs });
}
for (const { child } of Object.values(services)) {
  child.removeAllListeners("close");
  child.kill("SIGKILL");
}
console.log(JSON.stringify(answers));
