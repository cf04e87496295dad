// No network, whatever this machine has: what goes beyond it is refused at once, or a download would be measured as
// rendering. The published renderer then takes its bundled fonts alone (its own switch for that is
// failClosedFontFetch: false). Import it, or preload it: node --import bench/peers/offline.mjs server.js
const fetchAnywhere = globalThis.fetch;
globalThis.fetch = async (resource, init) => {
  const { hostname } = new URL(resource instanceof Request ? resource.url : String(resource));
  if (["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return fetchAnywhere(resource, init);
  throw new TypeError(`the benchmark is offline: ${hostname} was not asked`);
};
