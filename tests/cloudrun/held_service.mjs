// A render service that renders nothing: a chunk is answered once a file says so, and one fails the first time.
import { existsSync, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const directory = process.argv[2];
const CHUNKS = 4;
const answers = {
  plan: (event) => ({
    Action: "plan", PlanProtocol: "v2", PlanV2ManifestGcsUri: `${event.PlanOutputGcsPrefix}v2/manifest.json`,
    PlanV2ArtifactGcsPrefix: `${event.PlanOutputGcsPrefix}v2/artifacts/sha256`, PlanHash: "h", ChunkCount: CHUNKS, TotalFrames: 40,
    Fps: 30, Width: 64, Height: 36, Format: "mp4", HasAudio: false, AudioGcsUri: null, DurationMs: 1000,
  }),
  renderChunk: (event) => ({ Action: "renderChunk", ChunkGcsUri: `gs://b/${event.ChunkIndex}`, ChunkIndex: event.ChunkIndex, FramesEncoded: 10, DurationMs: 2000 }),
  assemble: (event) => ({ Action: "assemble", OutputGcsUri: event.OutputGcsUri, FramesEncoded: 40, FileSize: 7, DurationMs: 500 }),
};

http.createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const reply = (status, answer) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  };
  if (request.method === "GET") return reply(200, { status: "ok" });
  const event = JSON.parse(body);
  if (event.Action === "renderChunk") {
    const failed = path.join(directory, "failed");
    if (event.ChunkIndex === 3 && !existsSync(failed)) {
      writeFileSync(failed, "");
      return reply(503, { error: "BROWSER_CRASHED", message: "it crashed" });
    }
    while (!existsSync(path.join(directory, `release-${event.ChunkIndex}`))) await sleep(20);
  }
  return reply(200, answers[event.Action](event));
}).listen(Number(process.env.PORT));
