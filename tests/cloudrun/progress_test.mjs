// Progress moves chunk by chunk while a render runs, with our definition and with the published one; and the cost of one
// that is over is what its durations make.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { hyperlocal, makeDirectory, makeTestCard, removeAll, startCloud } from "./stack.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const published = path.join(here, "../peers/node_modules/@hyperframes/gcp-cloud-run/terraform/workflow.yaml");
after(removeAll);

const follow = async (definition) => {
  const directory = makeDirectory();
  const cloud = await startCloud("--service-command", `${process.execPath} ${path.join(here, "held_service.mjs")} ${directory}`,
    "--instances", "4", ...definition);
  try {
    const cloudrun = (...args) => hyperlocal(["cloudrun", ...args], { env: cloud.env });
    const started = await cloudrun("render", makeTestCard(40), "--chunk-size", "10");
    assert.equal(started.status, 0, started.stderr);
    const name = started.stdout.trim();
    const until = async (what, holds) => {
      // Two hundred questions are over in a second, and a busy machine takes longer than that.
      const end = Date.now() + 60_000;
      for (;;) {
        const progress = (await cloudrun("progress", name, "--json")).json();
        if (holds(progress)) return progress;
        assert.ok(Date.now() < end, `progress never showed ${what}: ${JSON.stringify(progress)}`);
        await sleep(10);
      }
    };
    const done = (count) => (progress) => progress.live?.chunks.done === count;

    const none = await until("four chunks", (progress) => progress.live?.chunks.total === 4 && progress.live.retries === 1);
    assert.equal(none.status, "running");
    assert.equal(none.live.chunks.done, 0);
    assert.equal(none.live.remainingMs, null);
    writeFileSync(path.join(directory, "release-2"), "");
    const one = await until("one chunk done", done(1));
    assert.equal(one.live.stage, "chunks");
    assert.equal(one.live.chunkStates[2].state, "done");
    assert.ok(one.live.remainingMs > 0);
    assert.ok(one.overallProgress > none.overallProgress && one.overallProgress < 1);
    assert.ok(one.costs.breakdown.estimated);
    writeFileSync(path.join(directory, "release-0"), "");
    writeFileSync(path.join(directory, "release-1"), "");
    await until("three chunks done", done(3));
    const last = await until("the repeated chunk at work", (progress) => progress.live?.chunkStates[3].attempts === 2);
    assert.equal(last.live.chunks.running, 1);
    writeFileSync(path.join(directory, "release-3"), "");
    const over = await until("the end", (progress) => progress.status === "succeeded");
    assert.equal(over.framesRendered, 40);
    // 1 + 4 x 2 + 0.5 s of 4 vCPU and 16 GiB, six requests, ten steps.
    const byHand = 9.5 * (4 * 0.000024 + 16 * 0.0000025) + 6 * 0.0000004 + 10 * 0.00001;
    assert.ok(Math.abs(over.costs.accruedSoFarUsd - byHand) <= byHand / 100, `${over.costs.accruedSoFarUsd} and not ${byHand}`);
    assert.equal(over.live, undefined);
  } finally {
    await cloud.stop();
  }
};

describe("progress while a render runs", () => {
  it("with our definition", () => follow([]));
  it("with the published definition", { skip: !existsSync(published) && "npm ci --prefix tests/peers" }, () =>
    follow(["--workflow", published]));
});
