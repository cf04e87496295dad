// The cloud verbs over the emulated cloud, with the real service on a project that needs no browser.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";

import { hyperlocal, makeDirectory, makeTestCard, removeAll, startCloud } from "./stack.mjs";

const cloud = await startCloud();
after(async () => {
  await cloud.stop();
  removeAll();
});
const cloudrun = (args, options = {}) =>
  hyperlocal(["cloudrun", ...args], { ...options, env: { ...cloud.env, ...options.env } });
const SIZE = ["--width", "64", "--height", "36"];

describe("sites create", () => {
  it("uploads once and then says that it is there", async () => {
    const project = makeTestCard();
    const first = await cloudrun(["sites", "create", project, "--json"]);
    assert.equal(first.status, 0, first.stderr);
    assert.equal(first.json().uploaded, true);
    assert.match(first.json().siteId, /^[0-9a-f]{16}$/);
    const second = (await cloudrun(["sites", "create", project, "--json"])).json();
    assert.equal(second.uploaded, false);
    assert.equal(second.bytes, first.json().bytes);
    assert.equal(second.projectGcsUri, first.json().projectGcsUri);
    assert.ok(Math.abs(Date.parse(second.uploadedAt) - Date.now()) < 120000, second.uploadedAt);
  });
});

describe("render", () => {
  it("waits for the video, which can be downloaded, and tells what it cost", async () => {
    const made = await cloudrun(["render", makeTestCard(20), ...SIZE, "--fps", "30", "--chunk-size", "10", "--render-id", "whole-1",
      "--wait", "--wait-interval-ms", "50", "--json"]);
    assert.equal(made.status, 0, made.stderr);
    const render = made.json();
    assert.equal(render.status, "succeeded");
    assert.equal(render.framesRendered, 20);
    assert.equal(render.totalFrames, 20);
    assert.equal(render.invocationsObserved, 4);
    assert.equal(render.outputFile.gcsUri, `gs://${cloud.env.HYPERFRAMES_RENDER_BUCKET}/renders/whole-1/output.mp4`);

    const out = makeDirectory();
    const fetched = await cloudrun(["download", render.executionName, "-o", "film.mp4", "--json"], { cwd: out });
    assert.equal(fetched.status, 0, fetched.stderr);
    const film = readFileSync(path.join(out, "film.mp4"));
    assert.equal(film.length, render.outputFile.bytes);
    assert.equal(fetched.json().sha256, createHash("sha256").update(film).digest("hex"));

    const progress = (await cloudrun(["progress", render.executionName, "--json"])).json();
    assert.equal(progress.status, "succeeded");
    assert.deepEqual(progress.costs, render.costs);
    // Two chunks: manifest, plan files, two chunks and the output are written.
    assert.ok(progress.storageCost.classAOperations > 5, JSON.stringify(progress.storageCost));
    assert.ok(progress.storageCost.storedBytes > film.length);
    assert.ok(progress.storageCost.assumptions.length >= 3);

    const listed = (await cloudrun(["list", "--json"])).json().renders;
    assert.equal(listed.find((one) => one.renderId === "whole-1").status, "succeeded");
  });

  it("shows its progress meanwhile, and ends the waiting but not the render when it is stopped", async () => {
    const shown = await cloudrun(["render", makeTestCard(4000), "--chunk-size", "2000", "--wait", "--wait-interval-ms", "50"]);
    assert.equal(shown.status, 0, shown.stderr);
    assert.match(shown.stdout, /^gs:\/\/\S+\/output\.mp4\n$/);
    for (const line of [/plan: 4000 frames in 2 chunks, 64\D36 at 30 fps/, /chunk 1 done: 2000 frames/, /assemble|chunks/, /rendered 4000 frames for \$/]) {
      assert.match(shown.stderr, line);
    }
    const stopped = await cloudrun(["render", makeTestCard(20), "--render-id", "stopped-1", "--wait", "--wait-interval-ms", "50"],
      { until: "plan: reading", signal: "SIGINT" });
    assert.equal(stopped.status, 130, stopped.stderr);
    const [, name] = /the render goes on: hyperlocal cloudrun progress (\S+)/.exec(stopped.stderr);
    for (let state = "running"; state === "running";) {
      const progress = (await cloudrun(["progress", name, "--json"])).json();
      state = progress.status;
      assert.ok(["running", "succeeded"].includes(state), JSON.stringify(progress.errors));
    }
  });

  it("without --wait prints the execution's name, and progress can be asked", async () => {
    const started = await cloudrun(["render", makeTestCard(), ...SIZE]);
    assert.equal(started.status, 0, started.stderr);
    const name = started.stdout.trim();
    assert.match(name, /^projects\/.*\/executions\//);
    const progress = await cloudrun(["progress", name]);
    assert.equal(progress.status, 0, progress.stderr);
    assert.match(progress.stdout, /^status=(running|succeeded) progress=\d+%$/m);
    assert.match(progress.stdout, /^cost=\$\d/m);
  });

  it("tells the service's own error, with its status", async () => {
    const project = makeDirectory();
    writeFileSync(path.join(project, "testcard.json"), '{"size":{"width":64,"height":36},"fps":30,"frames":-1}');
    const failed = await cloudrun(["render", project, ...SIZE, "--wait", "--wait-interval-ms", "50"]);
    assert.equal(failed.status, 65, failed.stderr);
    assert.match(failed.stderr, /INVALID_COMPOSITION/);
    assert.match(failed.stderr, /frames/);
  });

  it("refuses what makes no sense before anything is called", async () => {
    const nowhere = { env: { STORAGE_EMULATOR_HOST: "http://127.0.0.1:9", HYPERLOCAL_WORKFLOWS_ENDPOINT: "http://127.0.0.1:9" } };
    const refused = async (...args) => cloudrun(["render", makeTestCard(), ...SIZE, ...args], nowhere);
    for (const [args, words] of [
      [["--fps", "25"], /--fps/],
      [["--chunk-size", "0"], /--chunk-size/],
      [["--output-resolution", "8k"], /--output-resolution/],
      [["--render-id", "a/b"], /renderId/],
      [["--variables", "[1]"], /--variables/],
      [["--variables", "{}", "--variables-file", "x"], /exclude/],
      [["--wait-interval-ms", "0"], /--wait-interval-ms/],
    ]) {
      const { status, stderr } = await refused(...args);
      assert.equal(status, 64, `${args}: ${stderr}`);
      assert.match(stderr, words);
    }
  });

  it("takes size and rate from the composition, and checks its variables when asked to", async () => {
    const project = makeDirectory();
    writeFileSync(path.join(project, "index.html"),
      `<html data-composition-variables='[{"id":"title","label":"T","type":"string","default":"x"}]'><body>
       <div data-composition-id="c" data-width="64" data-height="36" data-fps="24"></div></body></html>`);
    const strict = await cloudrun(["render", project, "--variables", '{"title":7,"other":1}', "--strict-variables"]);
    assert.equal(strict.status, 65, strict.stderr);
    assert.match(strict.stderr, /"title" must be a string/);
    assert.match(strict.stderr, /"other" is not declared/);
    const warned = await cloudrun(["render", project, "--variables", '{"other":1}', "--output-resolution", "4k", "--json"]);
    assert.equal(warned.status, 0, warned.stderr);
    assert.match(warned.stderr, /warning: variable "other"/);
    const execution = await (await fetch(`${cloud.env.HYPERLOCAL_WORKFLOWS_ENDPOINT}/v1/${warned.json().executionName}`)).json();
    const { Config } = JSON.parse(execution.argument);
    assert.deepEqual(Config, {
      fps: 24, width: 64, height: 36, format: "mp4", outputResolution: "landscape-4k", outputResolutionAspectAgnostic: true,
      variables: { other: 1 },
    });
    assert.equal((await cloudrun(["cancel", warned.json().executionName])).status, 0);
  });

  it("says what is missing when no stack is known", async () => {
    const { status, stderr } = await hyperlocal(["cloudrun", "render", makeTestCard(), ...SIZE]);
    assert.equal(status, 64);
    assert.match(stderr, /projectId, region, bucketName, serviceUrl, workflowId/);
  });
});
