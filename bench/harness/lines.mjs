// The lines of the table that this program has promised, what each is measured by, and how far it has to reach.
import { PUBLISHED, PUBLISHED_TWO, renderTurns } from "./render.mjs";
import { serviceStartTurns, warmChunkTurns } from "./service.mjs";

const noEnd = async () => {};
const renders = (name, more = {}) => async (options) => ({ turns: renderTurns(name, { ...options, ...more }), close: noEnd });

// What is measured: `open` starts what it needs and gives the turns of the renderers.
export const MEASUREMENTS = {
  hello: { open: renders("hello") },
  orbit: { open: renders("orbit") },
  static: { open: renders("static") },
  slideshow: { open: renders("slideshow") },
  "warm-chunk": { open: warmChunkTurns },
  "service-start": { open: serviceStartTurns },
  memory: { open: renders("orbit", { memory: true }) },
};

// The figure of a run that a line looks at, and how it is shown.
const seconds = { figure: "wallSeconds", unit: "s", digits: 2 };
const shortSeconds = { figure: "wallSeconds", unit: "s", digits: 3 };
const cpuSeconds = { figure: "cpuSeconds", unit: "s", digits: 2 };
const memory = { figure: "peakMemoryMiB", unit: "MiB", digits: 0 };

// The ratio of a line is the published packages' median divided by ours; `aim` is the least that it should be.
export const LINES = [
  { name: "hello", what: "hello, 60 frames 640x360, 4 chunks: command to file", measurement: "hello", ...seconds, aim: 12 },
  { name: "orbit", what: "orbit, 300 frames 1080p, 4 chunks: command to file", measurement: "orbit", ...seconds, aim: 2.6 },
  { name: "orbit-cpu", what: "the same: CPU of all processes", measurement: "orbit", ...cpuSeconds, aim: 1.6 },
  { name: "static", what: "mostly static 1080p, one small mover, 300 frames", measurement: "static", ...seconds, aim: 6 },
  { name: "slideshow", what: "slideshow 1080p with still seconds, 300 frames", measurement: "slideshow", ...seconds, aim: 20 },
  { name: "warm-chunk", what: "one chunk on a warm service, 15 frames 640x360", measurement: "warm-chunk",
    ...shortSeconds, aim: 8 },
  { name: "service-start", what: "service: exec to first healthy answer", measurement: "service-start",
    ...shortSeconds, aim: 20 },
  { name: "memory", what: "peak memory of the tree (PSS), 1080p, 4 chunks", measurement: "memory", ...memory, aim: 1 },
];

// The aims are against the packages as they run their chunks by default; the switch for two at once is shown beside.
export const AGAINST = PUBLISHED;
export const BESIDE = PUBLISHED_TWO;
