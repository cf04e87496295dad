// Costs of the workflow emulator, in processor time of its own: executions that are under way at the same time.
import http from "node:http";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { ask, inParallel } from "./request.mjs";
import { costOf, expect } from "./server_cost.mjs";
import { Failure, lastLines, start, stop } from "./work.mjs";

const AT_ONCE = 16; // connections
const LIMIT_MS = 120_000;

const until = async (holds, what) => {
  const limit = performance.now() + LIMIT_MS;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Failure(1, `${what}: not so after ${LIMIT_MS / 1000} s`);
    await wait(20);
  }
};

const WORKFLOW = `main:
  params: [argument]
  steps:
  - plan: {assign: [plan: {chunks: 16, hash: "0123456789abcdef"}]}
  - wait: {call: sys.sleep, args: {seconds: "\${argument.seconds}"}}
  - done: {return: "\${plan.chunks + argument.number}"}
`;

const startCloud = async ({ hyperlocal, work }) => {
  const file = path.join(work, "cloud.env");
  const workflow = path.join(work, "wait.yaml");
  await rm(file, { force: true });
  await writeFile(workflow, WORKFLOW);
  const started = start([hyperlocal, "emulate", "--memory", "--port", "0", "--workflow", workflow, "--env-file", file]);
  await until(() => existsSync(file) || started.child.exitCode !== null, "hyperlocal emulate answers");
  if (started.child.exitCode !== null) throw new Failure(1, `hyperlocal emulate: ${lastLines(started.said)}`);
  const variables = Object.fromEntries((await readFile(file, "utf8")).trim().split("\n")
    .map((line) => /^(\w+)='(.*)'$/.exec(line).slice(1)));
  return { pid: started.child.pid, variables, stop: () => stop(started) };
};

const executionPoints = async (options) => {
  const points = [];
  for (const count of [1, 10, 100, 1000, 5000]) {
    const cloud = await startCloud(options);
    const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const { HYPERLOCAL_WORKFLOWS_ENDPOINT: endpoint, HYPERLOCAL_WORKFLOW: workflow } = cloud.variables;
    const alive = async () => {
      const { runningExecutions, queuedExecutions } = JSON.parse((await ask(`${endpoint}/_hyperlocal/health`)).body);
      return runningExecutions + queuedExecutions;
    };
    try {
      const cost = await costOf(cloud.pid, async () => {
        // All sleep until the last one has begun, on a slow machine too.
        const seconds = 1 + count / 500;
        await inParallel(count, AT_ONCE, async (number) => {
          expect(await ask(`${endpoint}/v1/${workflow}/executions`, {
            method: "POST", agent, headers: { "content-type": "application/json" },
            body: JSON.stringify({ argument: JSON.stringify({ number, seconds }) }),
          }), "an execution was not created");
        });
        await until(async () => (await alive()) === 0, "all executions are over");
      });
      points.push({ size: count, ...cost });
    } finally {
      agent.destroy();
      await cloud.stop();
    }
  }
  return points;
};

export const EXECUTION_LINES = [
  {
    name: "executions", what: "executions under way at once, until all are over", unit: "executions", expected: 1,
    points: executionPoints,
  },
];
