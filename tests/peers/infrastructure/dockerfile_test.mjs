// adapters/gcp/Dockerfile without Docker: what can be read off it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { checkDockerfile, ignoredBy, readInstructions } from "./dockerfile.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const read = (path) => readFileSync(join(root, path), "utf8");
const text = read("adapters/gcp/Dockerfile");
const ignore = read(".dockerignore");
const sections = [...read("dependencies/debian.txt").matchAll(/^\[(\w+)\]/gm)].map(([, name]) => name);
const packagesOf = (...names) =>
  execFileSync(join(root, "dependencies/packages_of.sh"), names, { encoding: "utf8" }).trim().split("\n");

const repository = {
  files: execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" }).trim().split("\n"),
  listed: packagesOf(...sections),
  folders: [...read("CMakeLists.txt").matchAll(/^\s*add_subdirectory\(([^)]+)\)/gm)]
    .map(([, folder]) => folder)
    .filter((folder) => folder !== "tests/fuzz"),
  ignore,
};

test("the Dockerfile is as it should be", () => {
  assert.deepEqual(checkDockerfile(text, repository), []);
});

describe("a mistake is found:", () => {
  const mistakes = [
    { name: "latest", from: /^ARG DEBIAN=.*$/m, to: "ARG DEBIAN=debian:latest", says: /debian:latest is not a Debian 12 slim image/ },
    { name: "a tag without a digest", from: /@sha256:[0-9a-f]+/, to: "", says: /is not a Debian 12 slim image with its date and digest/ },
    { name: "a source that is not there", from: "COPY cli cli", to: "COPY clii cli", says: /clii is not under version control/ },
    { name: "a folder that CMake needs", from: "COPY golden golden\n", to: "", says: /goes into golden, which is not copied/ },
    { name: "root", from: /^USER .*\n/m, to: "", says: /the service runs as root/ },
    { name: "root again, later", from: "EXPOSE 8080", to: "USER 0\nEXPOSE 8080", says: /the service runs as 0/ },
    { name: "a package that is not listed", from: "xargs apt-get install -y --no-install-recommends\n", to: "xargs apt-get install -y --no-install-recommends imagemagick\n", says: /imagemagick is not in dependencies\/debian\.txt/ },
    { name: "recommended packages", from: " --no-install-recommends\n", to: "\n", says: /takes -y --no-install-recommends/ },
    { name: "ADD of an address", from: "COPY LICENSE /opt/hyperlocal/", to: "ADD https://example.com/LICENSE /opt/hyperlocal/", says: /ADD: not one that is used here/ },
    { name: "a download", from: "RUN hyperlocal doctor", to: "RUN curl -fsSL https://example.com/install | bash", says: /fetches something/ },
    { name: "npm that executes what it fetches", from: " --ignore-scripts", to: "", says: /npm ci with --ignore-scripts/ },
    { name: "a shell as the first process", from: /^CMD \["serve", .*\]$/m, to: "CMD serve", says: /CMD: in the form of a list/ },
    { name: "a stage that is not there", from: "--from=build /image/bin", to: "--from=builder /image/bin", says: /no stage builder/ },
    { name: "no health check", from: /^HEALTHCHECK .*\\\n.*\n/m, to: "", says: /there is no HEALTHCHECK/ },
    { name: "a secret", from: "HOME=/tmp", to: "HOME=/tmp API_TOKEN=x", says: /a secret would be in the image/ },
    { name: "package lists that stay", from: "rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb", to: "true", says: /leaves the package lists/ },
  ];
  for (const { name, from, to, says } of mistakes) {
    test(name, () => {
      const changed = text.replace(from, to);
      assert.notEqual(changed, text, "the Dockerfile no longer has what this mistake replaces");
      assert.match(checkDockerfile(changed, repository).join("\n"), says);
    });
  }
  test("a source that .dockerignore keeps out", () => {
    const problems = checkDockerfile(text, { ...repository, ignore: ignore.replace("!/cli\n", "") });
    assert.match(problems.join("\n"), /\.dockerignore keeps cli\/\S+ out of the build/);
  });
});

test("the image gets every package that rendering needs", () => {
  // By name, so that moving one to another section is noticed.
  const names = packagesOf("run", "image");
  for (const name of ["ca-certificates", "chromium-headless-shell", "fontconfig", "fonts-liberation", "tini", "tzdata"]) {
    assert.ok(names.includes(name), name);
  }
  assert.match(text, /packages_of\.sh run image/);
  assert.match(text, /packages_of\.sh build /);
});

test("what is built is not sent along: the context is small and has no leftovers in it", () => {
  for (const path of ["build/release/cli/hyperlocal", "node_modules/gsap/package.json", ".git/config", "tests/peers/package.json",
    "adapters/gcp/terraform/terraform.tfstate", "adapters/gcp/terraform/.terraform/x", "examples/orbit/index.html"]) {
    assert.ok(ignoredBy(ignore, path), path);
  }
  for (const path of ["tests/CMakeLists.txt", "engine/plan/chunk_plan.cc", "package-lock.json"]) assert.ok(!ignoredBy(ignore, path), path);
  assert.match(read(".gcloudignore"), /^#!include:\.dockerignore$/m);
});

test("continued lines are one instruction, with the line where it begins", () => {
  const [first, second] = readInstructions("# c\nRUN a \\\n# between\n && b\nUSER 1\n");
  assert.deepEqual(first, { name: "RUN", text: "a   && b", line: 2 });
  assert.deepEqual(second, { name: "USER", text: "1", line: 5 });
});
