// The same requests to the published service and to ours, over the same emulated storage: the same status, the same
// error's name, the same members in the answer; or a difference that service_divergences.mjs names.
//
//   node --test tests/peers/cloud/service_differential_test.mjs
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { CASES } from "./service_cases.mjs";
import { DIVERGENCES } from "./service_divergences.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const PROGRAM = process.env.HYPERLOCAL_PROGRAM ?? path.join(HERE, "..", "..", "..", "build", "dev", "cli", "hyperlocal");
process.env.PRODUCER_HEADLESS_SHELL_PATH ??= "/usr/bin/chromium-headless-shell"; // where Debian puts it
const LIMIT_MS = 240_000; // only a guard against what neither goes on nor ends

// Nothing moves and nothing is fetched: the published renderer is to have little to do.
const PAGE = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><style>html, body { margin: 0; background: #1d3557; }</style></head>
  <body>
    <div id="root" data-composition-id="still" data-start="0" data-duration="0.6" data-width="320" data-height="180"></div>
    <script>window.__timelines = { still: { totalTime() {}, time() {}, pause() {}, seek() {}, duration: () => 0.6 } };</script>
  </body>
</html>
`;

const scratch = mkdtempSync(path.join(tmpdir(), "hyperlocal-services-"));
after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 2 }));

const verdict = ({ status, json }) => [status, json?.error];
const members = ({ json }) => (json && typeof json === "object" ? Object.keys(json).sort() : undefined);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// Facts that both services have to find, of what is the same for both.
const FACTS = ["Action", "ChunkCount", "TotalFrames", "Fps", "Width", "Height", "Format", "HasAudio", "AudioGcsUri", "PlanProtocol",
  "ChunkIndex", "FramesEncoded"];
const facts = ({ json }) => FACTS.map((name) => `${name}=${JSON.stringify(json?.[name])}`);

test("the published service and ours answer the same requests alike", async (t) => {
  const project = path.join(scratch, "project");
  mkdirSync(project);
  writeFileSync(path.join(project, "index.html"), PAGE);
  const { stdout } = await promisify(execFile)(
    PROGRAM, ["exec", "--", process.execPath, path.join(HERE, "service_requests.mjs"), project],
    { timeout: LIMIT_MS, maxBuffer: 1 << 26, env: { ...process.env, TMPDIR: scratch, HYPERLOCAL_PROGRAM: PROGRAM } });
  const answers = JSON.parse(stdout.trim().split("\n").at(-1));
  assert.equal(answers.length, CASES.length);
  const meant = new Map(DIVERGENCES.flatMap((entry) => entry.cases.map((name) => [name, entry])));
  assert.deepEqual([...meant.keys()].filter((name) => !CASES.some((one) => one.name === name)), [], "cases that are not asked");

  for (const { name, ours, theirs } of answers) {
    await t.test(name, () => {
      const told = `ours: ${JSON.stringify(ours)}\ntheirs: ${JSON.stringify(theirs)}`;
      const divergence = meant.get(name);
      if (divergence) {
        assert.deepEqual({ ours: verdict(ours), theirs: verdict(theirs) }, { ours: divergence.ours, theirs: divergence.theirs }, told);
        return;
      }
      assert.ok(same(verdict(ours), verdict(theirs)), told);
      assert.deepEqual(members(ours), members(theirs), told);
      if (ours.status === 200) assert.deepEqual(facts(ours), facts(theirs), told);
    });
  }
  t.diagnostic(`${answers.length} requests, ${meant.size} with a difference that is meant`);
});
