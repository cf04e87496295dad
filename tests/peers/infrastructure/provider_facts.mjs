// What the Google provider of Terraform says of the resources that adapters/gcp/terraform uses: attributes, blocks,
// types, what is required, which values there are. Read from the typings of the npm package below, which are
// generated from the provider's own schema, and kept in google_provider.json: the package has 310 MB.
//
//   node tests/peers/infrastructure/provider_facts.mjs           fetch it (32 MB), compare with what is kept
//   node tests/peers/infrastructure/provider_facts.mjs --accept  the same, and keep what it says
//   … --package DIRECTORY                                  an unpacked one instead
//
// Exit status: 0 the same (or accepted), 1 different, 69 the package could not be had.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const factsPath = join(here, "google_provider.json");
export const modulePath = join(here, "../../../adapters/gcp/terraform");

const packageName = "@cdktf/provider-google";
const packageVersion = "16.12.1";
const packageIntegrity =
  "sha512-KqNA/5RiFT07r0PSZ6/07cJ2zESUgbj1JchVj21iBFBZVUbD+578xA/k8eq/r0cbyEgLmg9eYWeVslaYah4DCQ==";

export function readFacts() {
  return JSON.parse(readFileSync(factsPath, "utf8"));
}

// The resource types that the module's text mentions, whether or not it is well formed.
function usedTypes() {
  const types = new Set();
  for (const file of readdirSync(modulePath).filter((name) => name.endsWith(".tf"))) {
    const text = readFileSync(join(modulePath, file), "utf8");
    for (const [, type] of text.matchAll(/^resource "google_([a-z0-9_]+)"/gm)) types.add(type);
  }
  return [...types].sort();
}

// `interface Name { … }` of the typings, as Name -> [{camel, snake, type, required, values}].
function readInterfaces(typings) {
  const interfaces = new Map();
  for (const [, name, body] of typings.matchAll(/^export interface (\w+)[^{]*\{\n(.*?)^\}/gms)) {
    const members = [];
    const member = /\/\*\*((?:(?!\*\/).)*)\*\/\s*readonly (\w+)(\?)?: (\{[^}]*\}|[^;{]+);/gs;
    for (const [, comment, camel, optional, type] of body.matchAll(member)) {
      const values = comment.match(/Possible values: \[("[^\]]*")\]/)?.[1];
      members.push({
        camel,
        snake: comment.match(/#(\w+) \w+#\w+\}/)?.[1],
        type: type.replace(/\s+/g, " ").trim(),
        required: optional === undefined,
        ...(values && { values: JSON.parse(`[${values}]`) }),
      });
    }
    interfaces.set(name, members);
  }
  return interfaces;
}

const simpleTypes = new Map([
  ["string", "string"],
  ["number", "number"],
  ["boolean | cdktf.IResolvable", "bool"],
  ["string[]", "list(string)"],
  ["number[]", "list(number)"],
  ["{ [key: string]: string; }", "map(string)"],
]);

function describe(name, interfaces) {
  const attributes = {};
  const blocks = {};
  for (const { camel, snake, type, required, values } of interfaces.get(name)) {
    if (!snake) throw new Error(`${name}.${camel} has no name in the documentation`);
    const simple = simpleTypes.get(type);
    if (simple) {
      attributes[snake] = { type: simple, ...(required && { required }), ...(values && { values }) };
      continue;
    }
    const nested = type.match(/^(\w+)(\[\] \| cdktf\.IResolvable)?$/);
    if (!nested || !interfaces.has(nested[1])) throw new Error(`${name}.${camel} is of a type that is not known: ${type}`);
    blocks[snake] = {
      ...(required && { required }),
      ...(nested[2] === undefined && { most: 1 }),
      ...describe(nested[1], interfaces),
    };
  }
  return { attributes, blocks };
}

// What only the provider sets, such as a service's uri. `get project(): string` is an attribute that is set.
function computedAttributes(className, code, known) {
  const begin = code.indexOf(`class ${className} extends cdktf.TerraformResource`);
  if (begin < 0) throw new Error(`no class ${className}`);
  const body = code.slice(begin, code.indexOf("\n    synthesizeAttributes()", begin));
  const computed = {};
  const types = { String: "string", Number: "number", Boolean: "bool", List: "list(string)", StringMap: "map(string)" };
  for (const [, kind, name] of body.matchAll(/this\.get(\w+?)Attribute\('(\w+)'\)/g)) {
    if (!known.attributes[name]) computed[name] = types[kind] ?? "dynamic";
  }
  // Lists and maps of objects: class members with the name that the provider gives them.
  for (const [, name] of body.matchAll(/new \w+(?:List|Map)\(this, "(\w+)", (?:true|false)\)/g)) {
    if (!known.blocks[name]) computed[name] = "dynamic";
  }
  return computed;
}

export function extractFacts(packageDirectory, types) {
  const manifest = JSON.parse(readFileSync(join(packageDirectory, "package.json"), "utf8"));
  const resources = {};
  for (const type of types) {
    const place = join(packageDirectory, "lib", type.replaceAll("_", "-"));
    const interfaces = readInterfaces(readFileSync(join(place, "index.d.ts"), "utf8"));
    const config = [...interfaces.keys()].find((name) => name.endsWith("Config") && !name.slice(0, -6).includes("Config"));
    const known = describe(config, interfaces);
    const code = readFileSync(join(place, "index.js"), "utf8");
    resources[`google_${type}`] = { ...known, computed: computedAttributes(config.slice(0, -6), code, known) };
  }
  return {
    source: `${packageName}@${packageVersion}`,
    integrity: packageIntegrity,
    provider: manifest.cdktf.provider,
    resources,
  };
}

function fetchPackage(scratch, types) {
  const answer = execFileSync("npm", ["pack", "--json", "--pack-destination", scratch, `${packageName}@${packageVersion}`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const archive = join(scratch, JSON.parse(answer)[0].filename.replace("@", "").replace("/", "-"));
  const digest = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (digest !== packageIntegrity) throw new Error(`${archive} has ${digest} and not ${packageIntegrity}`);
  const wanted = types.map((type) => `package/lib/${type.replaceAll("_", "-")}`);
  execFileSync("tar", ["-xzf", archive, "-C", scratch, "package/package.json", ...wanted]);
  return join(scratch, "package");
}

function main(options) {
  const scratch = mkdtempSync(join(tmpdir(), "hl-provider."));
  try {
    const types = usedTypes();
    const given = options.indexOf("--package");
    let directory;
    try {
      directory = given >= 0 ? options[given + 1] : fetchPackage(scratch, types);
    } catch (error) {
      console.error(`${packageName}@${packageVersion} could not be had: ${error.message}`);
      return 69;
    }
    const text = `${JSON.stringify(extractFacts(directory, types), null, 1)}\n`;
    if (options.includes("--accept")) {
      writeFileSync(factsPath, text);
      console.log(`${factsPath}: ${types.length} resource types`);
      return 0;
    }
    if (text !== readFileSync(factsPath, "utf8")) {
      console.error(`${factsPath} is not what the package says; --accept keeps that`);
      return 1;
    }
    console.log(`${factsPath} is what the package says of ${types.length} resource types`);
    return 0;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(main(process.argv.slice(2)));
