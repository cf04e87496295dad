// Our stages, by the command that scripts use.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";

const LIMITS = { timeout: 120000, maxBuffer: 2 ** 26 };

export const makeHyperlocalStages = (program) => {
  const run = async (...words) => {
    try {
      const { stdout } = await promisify(execFile)(program, [...words, "--json"], LIMITS);
      return JSON.parse(stdout);
    } catch (error) {
      const firstLines = (error.stderr || error.message).trim().split("\n").slice(0, 4).join(" | ");
      throw new Error(`status ${error.code ?? error.signal}: ${firstLines}`);
    }
  };
  return {
    name: "hyperlocal",
    plan: async (protocol, project, config, directory) => {
      writeFileSync(`${directory}.config.json`, JSON.stringify(config));
      return run("plan", project, "--out", directory, "--config", `${directory}.config.json`, "--protocol", protocol);
    },
    renderChunk: (protocol, directory, index, output) => run("render-chunk", directory, String(index), "-o", output),
    assemble: (protocol, directory, chunks, output, audio) =>
      run("assemble", directory, ...chunks, "-o", output, ...(audio ? ["--audio", audio] : [])),
  };
};
