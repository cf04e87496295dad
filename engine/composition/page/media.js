// Video and sound as a render needs them: what a <video> shows is a picture that was taken out of its file beforehand,
// and nothing plays. Runs in the top document, after virtual_time.js and before any script of the page.
//
// The picture is the element's poster: Chrome draws a poster where it would draw the video, through the same box,
// object-fit, transforms, filters, masks and clips, as long as the video has neither been played nor been sought. So
// both are kept from the native element, and pages see the times and volumes that they set.
(() => {
  'use strict';
  if (window !== window.top || window.__hyperlocalMedia) return;

  const kLargestGain = 10 ** (12 / 20);  // as published: 12 dB
  const isMedia = (element) => element instanceof HTMLMediaElement;
  const isVideo = (element) => element instanceof HTMLVideoElement;
  const clampGain = (value) => (Number.isFinite(value) ? Math.min(Math.max(value, 0), kLargestGain) : 1);

  // ---- What a media element has instead of playing ----
  const states = new WeakMap();
  const stateOf = (element) => {
    let state = states.get(element);
    if (!state) {
      const declared = parseFloat(element.getAttribute('data-volume') ?? '');
      state = {
        time: 0, paused: true, volume: Number.isFinite(declared) ? clampGain(declared) : undefined, muted: undefined,
        picture: null,  // an <img> of the frame that is shown now, decoded
        url: '', callbacks: new Map(),
      };
      states.set(element, state);
    }
    return state;
  };

  // The page runtime keeps native players in step and writes what it read back; what a render goes by is what the
  // page itself says. The third line of a stack is whoever used the property.
  const usedByTheRuntime = () => (String(new Error().stack).split('\n')[3] ?? '').includes('/__hyperlocal/');

  // It would also play through an AudioContext, which starts the machine's audio with threads of its own (35 ms of a
  // page's start). It does without where there is none; a page that asks for one gets it.
  if (typeof AudioContext === 'function') {
    window.AudioContext = new Proxy(AudioContext, {
      construct(target, args, newTarget) {
        if (usedByTheRuntime()) throw new DOMException('nothing plays here', 'NotSupportedError');
        return Reflect.construct(target, args, newTarget);
      },
    });
  }

  const native = {};
  for (const name of ['currentTime', 'volume', 'muted', 'paused', 'readyState', 'ended', 'seeking']) {
    native[name] = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, name);
  }
  const nativeLoad = HTMLMediaElement.prototype.load;
  const define = (prototype, name, property) =>
    Object.defineProperty(prototype, name, {configurable: true, enumerable: true, ...property});
  const tell = (element, ...names) =>
    queueMicrotask(() => { for (const name of names) element.dispatchEvent(new Event(name)); });

  define(HTMLMediaElement.prototype, 'currentTime', {
    get() { return stateOf(this).time; },
    set(seconds) {
      const time = Math.max(0, Number(seconds) || 0);
      const state = stateOf(this);
      if (time === state.time) return;
      state.time = time;
      if (!usedByTheRuntime()) tell(this, 'seeking', 'timeupdate', 'seeked');  // who waits for it goes on
    },
  });
  define(HTMLMediaElement.prototype, 'volume', {
    get() { return stateOf(this).volume ?? 1; },
    set(volume) {
      if (!Number.isFinite(Number(volume))) throw new TypeError('The provided double value is non-finite.');
      if (!usedByTheRuntime()) stateOf(this).volume = clampGain(Number(volume));
    },
  });
  define(HTMLMediaElement.prototype, 'muted', {
    get() { return stateOf(this).muted ?? this.hasAttribute('muted'); },
    set(muted) { if (!usedByTheRuntime()) stateOf(this).muted = Boolean(muted); },
  });
  define(HTMLMediaElement.prototype, 'paused', {get() { return stateOf(this).paused; }});
  define(HTMLMediaElement.prototype, 'ended', {get() { return false; }});
  define(HTMLMediaElement.prototype, 'seeking', {get() { return false; }});
  define(HTMLMediaElement.prototype, 'readyState', {
    get() { return stateOf(this).picture ? HTMLMediaElement.HAVE_ENOUGH_DATA : native.readyState.get.call(this); },
  });
  HTMLMediaElement.prototype.play = function play() {
    stateOf(this).paused = false;
    return Promise.resolve();
  };
  HTMLMediaElement.prototype.pause = function pause() { stateOf(this).paused = true; };
  HTMLMediaElement.prototype.fastSeek = function fastSeek(seconds) { this.currentTime = seconds; };

  // A video that played by itself before this shows its own picture until it is loaded anew.
  const keepFromPlaying = (element) => {
    if (element.autoplay) element.autoplay = false;
    if (!native.paused.get.call(element)) nativeLoad.call(element);
  };
  new MutationObserver((records) => {
    for (const record of records) {
      for (const node of record.addedNodes) {
        if (!(node instanceof Element)) continue;
        if (isMedia(node)) keepFromPlaying(node);
        for (const element of node.querySelectorAll('video, audio')) keepFromPlaying(element);
      }
    }
  }).observe(document, {childList: true, subtree: true});

  // ---- Who asks for a picture of every frame ----
  let lastHandle = 0;
  HTMLVideoElement.prototype.requestVideoFrameCallback = function requestVideoFrameCallback(callback) {
    stateOf(this).callbacks.set(++lastHandle, callback);
    return lastHandle;
  };
  HTMLVideoElement.prototype.cancelVideoFrameCallback = function cancelVideoFrameCallback(handle) {
    stateOf(this).callbacks.delete(handle);
  };
  const tellOfPicture = (video, state) => {
    const callbacks = Array.from(state.callbacks.values());
    state.callbacks.clear();
    const now = performance.now();
    const facts = {
      presentationTime: now, expectedDisplayTime: now, mediaTime: state.time, presentedFrames: Math.round(now),
      width: state.picture.naturalWidth, height: state.picture.naturalHeight, processingDuration: 0,
    };
    for (const callback of callbacks) {
      try {
        callback(now, facts);
      } catch (error) {
        reportError(error);
      }
    }
  };

  // ---- Canvases, WebGL and whatever else copies the pixels of a video ----
  const nothing = document.createElement('canvas');
  nothing.width = nothing.height = 1;
  const pictureOf = (source) => (isVideo(source) ? stateOf(source).picture ?? nothing : source);
  const takePictures = (prototype, ...names) => {
    for (const name of names) {
      const original = prototype?.[name];
      if (typeof original !== 'function') continue;
      prototype[name] = function (...values) { return original.apply(this, values.map(pictureOf)); };
    }
  };
  takePictures(CanvasRenderingContext2D.prototype, 'drawImage', 'createPattern');
  takePictures(globalThis.OffscreenCanvasRenderingContext2D?.prototype, 'drawImage', 'createPattern');
  takePictures(globalThis.WebGLRenderingContext?.prototype, 'texImage2D', 'texSubImage2D');
  takePictures(globalThis.WebGL2RenderingContext?.prototype, 'texImage2D', 'texSubImage2D', 'texImage3D', 'texSubImage3D');
  takePictures(globalThis, 'createImageBitmap');

  // ---- Names ----
  // The name of an element in the plan: the one a published compiler wrote, its id, or a number. Numbers and second
  // owners of an id are given in document order, and written into the page as a compiler would.
  const kNameAttribute = 'data-hf-render-id';
  const elements = () => {
    const found = Array.from(document.querySelectorAll('video, audio'));
    const taken = new Set(found.map((element) => element.getAttribute(kNameAttribute)).filter(Boolean));
    const counts = {VIDEO: 0, AUDIO: 0};
    for (const element of found) {
      const number = counts[element.tagName]++;
      if (element.hasAttribute(kNameAttribute)) continue;
      const base = element.id || `hf-${element.tagName.toLowerCase()}-${number}`;
      let name = base;
      for (let suffix = 2; taken.has(name); ++suffix) name = `${base}__hf${suffix}`;
      taken.add(name);
      if (name !== element.id) element.setAttribute(kNameAttribute, name);
    }
    return found;
  };
  const nameOf = (element) => element.getAttribute(kNameAttribute) || element.id;

  // ---- Showing ----
  let wanted = new Map();    // name of a video → {url, time, width, height}; url is '' while it shows nothing
  let pictures = new Map();  // url → <img>, decoded
  const load = (url) => {
    const image = new Image();
    image.decoding = 'sync';
    image.src = url;
    return image.decode().then(
      () => { pictures.set(url, image); },
      () => { throw new Error(`the picture ${url} cannot be had`); });
  };
  // Something as large as the video, and nothing to see.
  const placeholder = ({width, height}) =>
    `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='${width}' height='${height}'/>`;

  // Where the engine serves the pictures of a plan.
  const addressOf = ({name, file}) => (file ?
    `${location.origin}/__hyperlocal/video-frames/${encodeURIComponent(name)}/${encodeURIComponent(file)}` : '');

  // What the videos show from here on, in a list of {name, file, time, width, height}. A promise while a picture has
  // yet to come.
  const want = (list) => {
    const frames = list.map((frame) => ({...frame, url: addressOf(frame)}));
    wanted = new Map(frames.map((frame) => [frame.name, frame]));
    const kept = new Map();
    const loads = [];
    for (const {url} of frames) {
      if (!url || kept.has(url)) continue;
      kept.set(url, pictures.get(url));
      if (!pictures.has(url)) loads.push(url);
    }
    pictures = new Map(Array.from(kept).filter(([, image]) => image));
    return loads.length ? Promise.all(loads.map(load)).then(() => undefined) : undefined;
  };
  const show = () => {
    if (wanted.size === 0) return;
    for (const video of elements()) {
      const frame = isVideo(video) ? wanted.get(nameOf(video)) : undefined;
      if (!frame) continue;
      const state = stateOf(video);
      const poster = frame.url || placeholder(frame);
      state.time = frame.time;
      if (state.url === poster) continue;
      state.url = poster;
      state.picture = pictures.get(frame.url) ?? null;
      video.poster = poster;
      if (state.picture) tellOfPicture(video, state);
    }
  };

  window.__hyperlocalMedia = {
    elements, nameOf, stateOf, clampGain, want, show,
    // Media that the page has by now, none of them playing.
    settle: () => { for (const element of elements()) keepFromPlaying(element); },
  };
})();
