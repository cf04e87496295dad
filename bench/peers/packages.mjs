// Where the published packages are, and a project as they can render it without a network.
import { cp, readFile, readdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
export const PEERS = path.join(HERE, "..", "..", "tests", "peers");
export const MODULES = process.env.HYPERLOCAL_PEER_MODULES ?? path.join(PEERS, "node_modules");
const DEBIAN_SHELL = "/usr/lib/chromium/chromium-headless-shell";
const GSAP_ADDRESS = /https:\/\/cdn\.jsdelivr\.net\/npm\/gsap@([0-9.]+)\/dist\/gsap\.min\.js/g;

// What of this is missing, in words, or nothing. Chrome is the system's: PRODUCER_HEADLESS_SHELL_PATH, or the path
// where Debian puts it; sets the variable for whoever is started from here.
export const missing = () => {
  if (!existsSync(path.join(MODULES, "@hyperframes", "producer"))) {
    return `the published packages are not installed; run: npm ci --prefix ${path.relative(process.cwd(), PEERS)}`;
  }
  process.env.PRODUCER_HEADLESS_SHELL_PATH ??= DEBIAN_SHELL;
  const chrome = process.env.PRODUCER_HEADLESS_SHELL_PATH;
  return existsSync(chrome) ? null : `no Chrome at ${chrome}; set PRODUCER_HEADLESS_SHELL_PATH`;
};

export const versionOf = async (name) =>
  JSON.parse(await readFile(path.join(MODULES, name, "package.json"), "utf8")).version;

// A copy of the project in which GSAP's CDN address is a file beside the page: the published renderer has no way
// to answer that address without a network, and a download would not belong in the time that is measured.
// Gives the addresses that were replaced.
export const copyWithLocalGsap = async (project, copy) => {
  await cp(project, copy, { recursive: true });
  const pinned = await versionOf("gsap");
  const replaced = new Set();
  for (const entry of await readdir(copy, { recursive: true })) {
    if (!String(entry).endsWith(".html")) continue;
    const file = path.join(copy, String(entry));
    const text = await readFile(file, "utf8");
    const local = text.replace(GSAP_ADDRESS, (address, version) => {
      if (version !== pinned) throw new Error(`${entry} asks for gsap ${version}; tests/peers pins ${pinned}`);
      replaced.add(address);
      return "gsap.min.js";
    });
    if (local !== text) await writeFile(file, local);
  }
  if (replaced.size > 0) {
    await cp(path.join(MODULES, "gsap", "dist", "gsap.min.js"), path.join(copy, "gsap.min.js"));
  }
  return [...replaced];
};
