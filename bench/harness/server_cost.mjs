// What a server takes for what it is asked.
import { processSeconds } from "./machine.mjs";
import { Failure } from "./work.mjs";

// What `work` takes of a process: its processor time, and the time that passes.
export const costOf = async (pid, work) => {
  const before = processSeconds(pid);
  const begin = performance.now();
  await work();
  return { seconds: processSeconds(pid) - before, wallSeconds: (performance.now() - begin) / 1000 };
};

export const expect = ({ status, body }, what) => {
  if (status !== 200) throw new Failure(1, `${what}: ${status} ${body}`);
};
