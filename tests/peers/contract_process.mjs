// One `hyperlocal contract <verb> --jsonl`, fed with lines while its answers are read: neither side's pipe may fill up
// while the other waits.
import { spawn } from "node:child_process";
import { once } from "node:events";

const MOST_UNANSWERED = 512;
const SILENCE_LIMIT_MS = 60000;

export class ContractProcess {
  #child;
  #waiting = []; // a resolver for every line that has no answer yet, in the order of the lines
  #next = 0; // in #waiting
  #rest = [];
  #errors = "";
  #ended = null;
  #silence = null;
  #roomMade = null;
  answers = 0;

  constructor(program, verb) {
    this.#child = spawn(program, ["contract", verb, "--jsonl"], { stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdout.on("data", (bytes) => this.#read(bytes));
    this.#child.stderr.setEncoding("utf8");
    this.#child.stderr.on("data", (text) => {
      this.#errors = (this.#errors + text).slice(-4000);
    });
    this.#child.stdin.on("drain", () => this.#makeRoom());
    this.#child.stdin.on("error", () => {}); // it ended; `close` says how
    this.#child.on("error", (error) => this.#end(`does not start: ${error.message}`));
    this.#child.on("close", (status, signal) => this.#end(`ended with ${signal ?? `status ${status}`}`));
  }

  get unanswered() {
    return this.#waiting.length - this.#next;
  }

  // What it said when it ended, or null.
  get ended() {
    return this.#ended;
  }

  // Sends a line. The promise is of the answer's text, or null when the program ended without one.
  ask(line) {
    if (this.#ended) return Promise.resolve(null);
    this.#listen();
    const answer = new Promise((resolve) => this.#waiting.push(resolve));
    this.#child.stdin.write(`${line}\n`);
    return answer;
  }

  // Until few enough lines are on their way.
  async room() {
    while (!this.#ended && this.#isFull(MOST_UNANSWERED)) {
      await new Promise((resolve) => {
        this.#roomMade = resolve;
      });
    }
  }

  // No more lines; resolves with how it ended.
  async finish() {
    this.#child.stdin.end();
    if (!this.#ended) await once(this.#child, "close");
    return this.#ended;
  }

  kill() {
    this.#child.kill("SIGKILL");
  }

  #listen() {
    if (this.#silence) return;
    this.#silence = setTimeout(() => {
      this.#errors += `\nno answer for ${SILENCE_LIMIT_MS / 1000} s`;
      this.kill();
    }, SILENCE_LIMIT_MS);
  }

  #read(bytes) {
    this.#silence?.refresh();
    let from = 0;
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, from)) {
      this.#answer(Buffer.concat([...this.#rest, bytes.subarray(from, at)]).toString());
      this.#rest = [];
      from = at + 1;
    }
    if (from < bytes.length) this.#rest.push(bytes.subarray(from));
  }

  #answer(text) {
    const resolve = this.#waiting[this.#next];
    if (!resolve) {
      this.#errors += `\nan answer that nobody asked for: ${text.slice(0, 200)}`;
      this.kill();
      return;
    }
    this.#waiting[this.#next] = undefined;
    this.#next += 1;
    this.answers += 1;
    if (this.#next === 4096) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
    if (this.unanswered === 0) {
      clearTimeout(this.#silence);
      this.#silence = null;
    }
    resolve(text);
    this.#makeRoom();
  }

  #isFull(most) {
    return this.unanswered >= most || this.#child.stdin.writableNeedDrain;
  }

  #makeRoom() {
    if (!this.#roomMade || (!this.#ended && this.#isFull(MOST_UNANSWERED / 2))) return;
    this.#roomMade();
    this.#roomMade = null;
  }

  #end(how) {
    if (this.#ended) return;
    clearTimeout(this.#silence);
    this.#ended = { how, errors: this.#errors.trim() };
    for (const resolve of this.#waiting.slice(this.#next)) resolve(null);
    this.#makeRoom();
  }
}
