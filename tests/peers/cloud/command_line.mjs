// The published command line (npm hyperframes), as somebody would type it, inside `hyperlocal exec`: argument 1 is the
// project, 2 the directory to write to. Prints what each command printed and ended with, as one line of JSON.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
// Its bin refuses Node before 22; these verbs need none of that.
const CLI = path.join(HERE, "..", "node_modules", "hyperframes", "dist", "cli.js");
const PRELOAD = path.join(HERE, "..", "..", "..", "examples", "node-client", "workflows-endpoint.cjs");
const [project, directory] = process.argv.slice(2);
const SIZE = ["--width", "640", "--height", "360", "--fps", "30", "--chunk-size", "15"];

const run = (program, args) => new Promise((resolve) => {
  execFile(program, args, { maxBuffer: 1 << 26 }, (failure, stdout, stderr) =>
    resolve({ status: failure ? failure.code ?? failure.signal : 0, stdout, stderr }));
});
const cli = (...args) => run(process.execPath, ["--require", PRELOAD, CLI, "cloudrun", ...args]);
const document = ({ stdout }) => JSON.parse(stdout.slice(stdout.indexOf("{")));

const answers = {};
answers.site = await cli("sites", "create", project, "--json");
answers.siteAgain = await cli("sites", "create", project, "--json");
answers.ourSite = await run(process.env.HYPERLOCAL_PROGRAM, ["cloudrun", "sites", "create", project, "--json"]);
answers.waited = await cli("render", project, ...SIZE, "--render-id", "waited", "--wait", "--wait-interval-ms", "100", "--json");
answers.started = await cli("render", project, ...SIZE, "--render-id", "started", "--output-key", "films/started.mp4", "--json");
const { executionName } = document(answers.started);
do {
  answers.progress = await cli("progress", executionName, "--json");
} while (answers.progress.status === 0 && document(answers.progress).status === "running");
answers.refused = await cli("render", project, "--width", "640", "--height", "360", "--fps", "25", "--json");
answers.unknown = await cli("progress", executionName.replace(/[^/]+$/, "nobody"), "--json");
const batch = path.join(directory, "batch.jsonl");
writeFileSync(batch, ["a", "b"].map((name) => JSON.stringify({ outputKey: `films/${name}.mp4`, variables: { name } }) + "\n").join(""));
answers.batch = await cli("render-batch", project, ...SIZE, "--batch", batch, "--dry-run", "--json");

const bucket = process.env.HYPERFRAMES_RENDER_BUCKET;
for (const key of ["renders/waited/output.mp4", "films/started.mp4"]) {
  const got = await run(process.env.HYPERLOCAL_PROGRAM, ["storage", "cp", `gs://${bucket}/${key}`, path.join(directory, path.basename(path.dirname(key)) + ".mp4")]);
  if (got.status !== 0) throw new Error(got.stderr);
}
console.log(JSON.stringify(answers));
