// Time and chance as a render needs them: both follow the frame, nothing follows the wall clock.
//
// Runs in every document, child frames included, before any script of the page. Timers (setTimeout, setInterval)
// stay real: pages load and wait with them; nothing that is drawn should hang on them.
(() => {
  'use strict';
  if (window.__HF_VIRTUAL_TIME__) return;

  const real = {
    Date,
    setTimeout: window.setTimeout.bind(window),
    clearTimeout: window.clearTimeout.bind(window),
    setInterval: window.setInterval.bind(window),
    clearInterval: window.clearInterval.bind(window),
    requestAnimationFrame: window.requestAnimationFrame.bind(window),
    cancelAnimationFrame: window.cancelAnimationFrame.bind(window),
  };
  let nowMs = 0;

  // ---- Date and performance.now ----
  function VirtualDate(...args) {
    if (!new.target) return new real.Date(nowMs).toString();
    return Reflect.construct(real.Date, args.length ? args : [nowMs], new.target);
  }
  VirtualDate.prototype = real.Date.prototype;
  VirtualDate.prototype.constructor = VirtualDate;
  Object.setPrototypeOf(VirtualDate, real.Date);
  VirtualDate.now = () => nowMs;
  Object.defineProperty(window, 'Date', {configurable: true, writable: true, value: VirtualDate});
  Object.defineProperty(performance, 'now', {configurable: true, value: () => nowMs});

  // ---- requestAnimationFrame: callbacks wait for the next seek ----
  let nextHandle = 1;
  const waiting = new Map();  // handle → {callback, askedIn: the time of the animation frame that asked, or null}
  let running = false;
  // A page that drives itself from animation frames may carry state from frame to frame; whoever captures it has
  // to visit the frames before its first one too. The page runtime also asks for animation frames, but keeps no
  // picture state: its callbacks are told apart by the script that asked.
  const askedBefore = new WeakSet();
  let loopsByItself = false;
  let aheadOfTheFilm = false;  // see runAhead
  const noteLoop = (callback) => {
    if (loopsByItself || aheadOfTheFilm || nowMs === 0) return;  // the first frame's callbacks may be one-time set-up
    if (askedBefore.has(callback)) return;
    askedBefore.add(callback);
    if (!String(new Error().stack).includes('/__hyperlocal/')) loopsByItself = true;
  };
  window.requestAnimationFrame = (callback) => {
    if (typeof callback !== 'function') {
      throw new TypeError("Failed to execute 'requestAnimationFrame' on 'Window': parameter 1 is not of type 'Function'.");
    }
    noteLoop(callback);
    const handle = nextHandle++;
    waiting.set(handle, {callback, askedIn: running ? nowMs : null});
    return handle;
  };
  window.cancelAnimationFrame = (handle) => { waiting.delete(handle); };
  // A frame may be run again, when drawing it made the page load something. What a callback of this frame asked for
  // belongs to the next one: a loop that carries state makes one step a frame, however often it is drawn.
  const runAnimationFrame = () => {
    const due = Array.from(waiting).filter(([, {askedIn}]) => askedIn !== nowMs);
    running = true;
    for (const [handle, {callback}] of due) {
      if (!waiting.delete(handle)) continue;  // cancelled by a callback before it
      try {
        callback(nowMs);
      } catch (error) {
        reportError(error);  // as the browser would: said, and the others still run
      }
    }
    running = false;
  };

  // ---- Math.random and crypto.getRandomValues: a sequence that starts anew with every frame ----
  // SplitMix32 (Steele, Lea, Flood 2014, 32-bit variant): one word of state, every seed usable.
  let randomState = 0;
  const seedRandom = (ms) => { randomState = Math.imul(Math.floor(ms) | 0, 0x85ebca6b) ^ 0x2545f491; };
  const randomWord = () => {
    randomState = (randomState + 0x9e3779b9) | 0;
    let z = randomState;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  seedRandom(0);
  Math.random = () => randomWord() / 0x100000000;
  if (window.crypto) {
    Object.defineProperty(window.crypto, 'getRandomValues', {
      configurable: true,
      value: (array) => {
        const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
        for (let i = 0; i < bytes.length; ++i) bytes[i] = randomWord() >>> 24;
        return array;
      },
    });
    if (window.crypto.randomUUID) {
      Object.defineProperty(window.crypto, 'randomUUID', {
        configurable: true,
        value: () => {
          const bytes = window.crypto.getRandomValues(new Uint8Array(16));
          bytes[6] = (bytes[6] & 0x0f) | 0x40;
          bytes[8] = (bytes[8] & 0x3f) | 0x80;
          const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
          return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
        },
      });
    }
  }

  window.__HF_VIRTUAL_TIME__ = {
    originalSetTimeout: real.setTimeout,
    originalClearTimeout: real.clearTimeout,
    originalSetInterval: real.setInterval,
    originalClearInterval: real.clearInterval,
    originalRequestAnimationFrame: real.requestAnimationFrame,
    originalCancelAnimationFrame: real.cancelAnimationFrame,
    getTime: () => nowMs,
    // Moves the clock; what the page draws from now on belongs to this time.
    setTime: (ms) => {
      nowMs = Math.max(0, Number(ms) || 0);
      seedRandom(nowMs);
    },
    runAnimationFrame,
    seekToTime: (ms) => {
      window.__HF_VIRTUAL_TIME__.setTime(ms);
      runAnimationFrame();
      return nowMs;
    },
    loopsByItself: () => loopsByItself,
    // Before the first frame: lets the clock run for what the page will have finished by then, and puts it back.
    runAhead: (ms) => {
      aheadOfTheFilm = true;
      window.__HF_VIRTUAL_TIME__.seekToTime(ms);
    },
    backToTheStart: () => {
      aheadOfTheFilm = false;
      window.__HF_VIRTUAL_TIME__.setTime(0);
    },
  };

  // What the page runtime and page libraries look for before their own scripts run.
  window.__HF_RENDER_CAPTURE_MODE = true;
  window.__hf = window.__hf || {};
})();
