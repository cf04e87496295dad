// The published stages, as they have to be called on a machine without a network. bench/peers/render.mjs measures
// them; here they are mixed with ours.
import { existsSync, mkdirSync } from "node:fs";

import { importPublished } from "./published.mjs";

const DEBIAN_SHELL = "/usr/lib/chromium/chromium-headless-shell";

export const loadPublishedStages = async () => {
  process.env.PRODUCER_HEADLESS_SHELL_PATH ??= DEBIAN_SHELL;
  if (!existsSync(process.env.PRODUCER_HEADLESS_SHELL_PATH)) {
    throw new Error(`no Chrome at ${process.env.PRODUCER_HEADLESS_SHELL_PATH}; set PRODUCER_HEADLESS_SHELL_PATH`);
  }
  // What goes beyond this machine is refused at once, whatever the machine could reach.
  const fetchAnywhere = globalThis.fetch;
  globalThis.fetch = async (resource, init) => {
    const { hostname } = new URL(resource instanceof Request ? resource.url : String(resource));
    if (["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return fetchAnywhere(resource, init);
    throw new TypeError(`offline: ${hostname} was not asked`);
  };
  const producer = await importPublished("producer/dist/distributed.js");
  return {
    name: "published",
    plan: async (protocol, project, config, directory) => {
      const options = { ...config, failClosedFontFetch: false };
      if (protocol === "v2") return producer.planV2(project, options, directory);
      mkdirSync(directory);
      return producer.plan(project, options, directory);
    },
    renderChunk: async (protocol, directory, index, output) =>
      (protocol === "v2" ? producer.renderChunkV2 : producer.renderChunk)(directory, index, output),
    // A plan of protocol v2 brings its own sound; `audio` is of v1 only.
    assemble: async (protocol, directory, chunks, output, audio) => {
      if (protocol === "v2") return producer.assembleV2(directory, chunks, output);
      return producer.assemble(directory, chunks, audio, output);
    },
  };
};
