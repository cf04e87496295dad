// HTTP as a benchmark needs it.
import http from "node:http";

const ANSWER_LIMIT_MS = 900_000;

// The answer to one request: {status, body}. Without an agent it has a connection of its own. `body` may be a stream
// of parts (then `headers` tell its length); `discard` counts the bytes of the answer instead of keeping them.
export const ask = (url, { method = "GET", body = null, headers = {}, agent = false, discard = false } = {}) =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent, timeout: ANSWER_LIMIT_MS }, (response) => {
      const parts = [];
      let bytes = 0;
      response.on("data", (part) => {
        bytes += part.length;
        if (!discard) parts.push(part);
      });
      response.on("end", () => resolve({ status: response.statusCode, body: Buffer.concat(parts).toString(), bytes }));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`${url}: no answer after ${ANSWER_LIMIT_MS / 1000} s`)));
    request.on("error", reject);
    if (body?.pipe) body.on("error", reject).pipe(request);
    else request.end(body);
  });

// Calls `work(i)` for every i below `count`, so many at once.
export const inParallel = async (count, atOnce, work) => {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, worker));
};
