// The render services, ours and the published one, against the storage emulator: started, and asked.
import net from "node:net";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { MODULES, copyWithLocalGsap } from "../peers/packages.mjs";
import { HYPERLOCAL, PUBLISHED } from "./render.mjs";
import { ask } from "./request.mjs";
import { BENCH, Failure, ROOT, lastLines, run, start, stop } from "./work.mjs";

const SERVICES = [PUBLISHED, HYPERLOCAL];
export const BUCKET = "bench-renders";
const START_LIMIT_MS = 120_000;

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

// Asks until there is an answer of 200; a refused connection is asked again a millisecond later.
const untilHealthy = async (url, started, told) => {
  let over = false;
  started.ended.then(() => { over = true; });
  const limit = performance.now() + START_LIMIT_MS;
  for (;;) {
    const answer = await ask(url).catch(() => null);
    if (answer?.status === 200) return;
    if (over) throw new Failure(1, `${told} ended before it answered\n${lastLines(started.said)}`);
    if (performance.now() > limit) throw new Failure(1, `${told} does not answer at ${url}\n${lastLines(started.said)}`);
    await wait(1);
  }
};

// The storage emulator with one bucket, in memory or in a directory.
export const startStorage = async (hyperlocal, work, data = null) => {
  const readyFile = path.join(work, "storage-url");
  await rm(readyFile, { force: true });
  const started = start([hyperlocal, "storage", "serve", ...(data ? ["--data", data] : ["--memory"]), "--port", "0",
    "--bucket", BUCKET, "--ready-file", readyFile]);
  const limit = performance.now() + START_LIMIT_MS;
  for (;;) {
    const url = (await readFile(readyFile, "utf8").catch(() => "")).trim();
    if (url) return { url, pid: started.child.pid, stop: () => stop(started) };
    if (started.child.exitCode !== null || performance.now() > limit) {
      throw new Failure(1, `hyperlocal storage serve does not start\n${lastLines(started.said)}`);
    }
    await wait(5);
  }
};

const commandOf = (renderer, hyperlocal) => renderer === PUBLISHED
  ? [process.execPath, "--import", path.join(BENCH, "peers", "offline.mjs"),
    path.join(MODULES, "@hyperframes", "gcp-cloud-run", "dist", "server.js")]
  : [hyperlocal, "serve"];

// Starts a service and waits for its first healthy answer. `whole` ends what it has started with it.
export const startService = async (renderer, { hyperlocal, work, storage }, { whole = false } = {}) => {
  const port = await freePort();
  const command = commandOf(renderer, hyperlocal);
  const environment = { PORT: String(port), STORAGE_EMULATOR_HOST: storage.url, HYPERFRAMES_RENDER_BUCKET: BUCKET };
  const begin = performance.now();
  const started = start(whole
    ? [path.join(BENCH, "measure"), path.join(work, "service.json"), "86400", ...command] : command, environment);
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(`${url}/healthz`, started, command.join(" "));
  return { renderer, url, startSeconds: (performance.now() - begin) / 1000, stop: () => stop(started) };
};

// One request to a service, and its answer.
const request = async (service, event) => {
  const { status, body } = await ask(service.url, {
    method: "POST", body: JSON.stringify(event), headers: { "content-type": "application/json" },
  });
  if (status !== 200) throw new Failure(1, `${event.Action} by the ${service.renderer} service: ${status} ${body}`);
  return JSON.parse(body);
};

// Plans hello by `service`; gives a function that renders a chunk of it and tells how long the answer took.
export const planHello = async (service, { work, storage }) => {
  const copy = path.join(work, `hello-${service.renderer}`);
  await copyWithLocalGsap(path.join(ROOT, "examples", "hello"), copy);
  const archive = `${copy}.tar.gz`;
  const packed = await run(["tar", "-czf", archive, "-C", copy, "."]);
  if (packed.status !== 0) throw new Failure(1, `tar: ${packed.stderr}`);
  const name = `sites/${service.renderer}/project.tar.gz`;
  const stored = await ask(`${storage.url}/upload/storage/v1/b/${BUCKET}/o?uploadType=media&name=${encodeURIComponent(name)}`,
    { method: "POST", body: await readFile(archive), headers: { "content-type": "application/gzip" } });
  if (stored.status !== 200) throw new Failure(1, `the storage emulator refused the project: ${stored.body}`);
  const prefix = `gs://${BUCKET}/renders/${service.renderer}/`;
  const plan = await request(service, {
    Action: "plan",
    ProjectGcsUri: `gs://${BUCKET}/${name}`,
    PlanOutputGcsPrefix: prefix,
    Config: { fps: 30, width: 640, height: 360, format: "mp4", chunkSize: 15, failClosedFontFetch: false },
  });
  return async (index) => {
    const begin = performance.now();
    const chunk = await request(service, {
      Action: "renderChunk",
      PlanProtocol: plan.PlanProtocol,
      PlanV2ManifestGcsUri: plan.PlanV2ManifestGcsUri,
      PlanV2ArtifactGcsPrefix: plan.PlanV2ArtifactGcsPrefix,
      PlanHash: plan.PlanHash,
      ChunkIndex: index % plan.ChunkCount,
      ChunkOutputGcsPrefix: prefix,
      Format: "mp4",
    });
    const seconds = (performance.now() - begin) / 1000;
    if (chunk.FramesEncoded !== 15) {
      throw new Failure(1, `a chunk of the ${service.renderer} service has ${chunk.FramesEncoded} frames; 15 expected`);
    }
    return seconds;
  };
};

const CHUNKS_A_TURN = 4;

// A chunk of 15 frames from request to response, by services that have answered one like it before. `options.wanted` says
// of a renderer whether it takes part.
export const warmChunkTurns = async (options) => {
  const storage = await startStorage(options.hyperlocal, options.work);
  const services = [];
  const turns = [];
  for (const renderer of SERVICES.filter(options.wanted)) {
    const all = { ...options, storage };
    const service = await startService(renderer, all, { whole: true });
    services.push(service);
    const render = await planHello(service, all);
    await render(0); // thrown away
    let next = 1;
    turns.push({
      renderer,
      take: async () => {
        const runs = [];
        for (let i = 0; i < CHUNKS_A_TURN; ++i) runs.push({ wallSeconds: await render(next++) });
        return runs;
      },
    });
  }
  return {
    turns,
    close: async () => {
      for (const each of [...services, storage]) await each.stop();
    },
  };
};

const STARTS_A_TURN = 5;

// From the start of the process to its first healthy answer.
export const serviceStartTurns = async (options) => {
  const storage = await startStorage(options.hyperlocal, options.work);
  const turns = SERVICES.filter(options.wanted).map((renderer) => ({
    renderer,
    take: async () => {
      const runs = [];
      for (let i = 0; i < STARTS_A_TURN; ++i) {
        const service = await startService(renderer, { ...options, storage });
        await service.stop();
        runs.push({ wallSeconds: service.startSeconds });
      }
      return runs;
    },
  }));
  return { turns, close: () => storage.stop() };
};
