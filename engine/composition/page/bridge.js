// window.__hyperlocal: the little that the engine asks a page. Runs in the top document, after virtual_time.js and
// media.js and before any script of the page; the page runtime (or the page itself, through window.__hf) comes later.
(() => {
  'use strict';
  if (window !== window.top || window.__hyperlocal) return;
  const time = window.__HF_VIRTUAL_TIME__;
  const media = window.__hyperlocalMedia;
  const sleep = (ms) => new Promise((resolve) => time.originalSetTimeout(resolve, ms));

  const root = () => document.querySelector('[data-composition-id]');

  // A page that defines window.__hf.seek itself is driven through it; otherwise the runtime's player is.
  const driver = () => {
    const hf = window.__hf;
    if (hf && typeof hf.seek === 'function') {
      return {seek: (t) => hf.seek(t), duration: () => Number(hf.duration) || 0};
    }
    const player = window.__player;
    if (window.__renderReady && player && typeof player.renderSeek === 'function') {
      return {seek: (t) => player.renderSeek(t), duration: () => playerDuration(player)};
    }
    return null;
  };

  const number = (value) => {
    const parsed = value === null || value === '' ? NaN : Number(value);
    return Number.isFinite(parsed) ? parsed : null;
  };

  const playerDuration = (player) => {
    const declared = number(root()?.getAttribute('data-duration'));
    if (declared > 0) return declared;
    const played = Number(player.getDuration()) || 0;
    if (played > 0) return played;
    let end = 0;
    for (const host of document.querySelectorAll('[data-composition-src]')) {
      const length = number(host.getAttribute('data-duration')) ?? 0;
      if (length > 0) end = Math.max(end, (number(host.getAttribute('data-start')) ?? 0) + length);
    }
    return end;
  };

  // Same-origin documents inside this one, at any depth. Others cannot be reached, nor seeked.
  const childDocuments = function* (view) {
    for (let i = 0; i < view.frames.length; ++i) {
      let child;
      try {
        child = view.frames[i];
        if (!child.document || !child.document.documentElement) continue;
      } catch {
        continue;
      }
      yield child;
      yield* childDocuments(child);
    }
  };

  // ---- Frames that do not depend on the frames before them ----
  // The compositor keeps a promoted layer's raster scale and sub-pixel position from the frame that first drew it,
  // so a frame reached by stepping differs from the same frame reached by a jump. Changing the root element's
  // display between two values that lay out alike makes Blink rebuild every box below it, and with the boxes the
  // layers, while elements, styles, running animations, canvases and scroll positions stay.
  const rebuildBoxes = (doc) => {
    const html = doc.documentElement;
    const current = doc.defaultView.getComputedStyle(html).display;
    if (current === 'none') return;
    if (current === 'block' || current === 'flow-root') {
      html.style.setProperty('display', current === 'block' ? 'flow-root' : 'block', 'important');
      return;
    }
    // The page lays out its root by flex, grid, …: go through another display and back.
    const value = html.style.getPropertyValue('display');
    const priority = html.style.getPropertyPriority('display');
    html.style.setProperty('display', 'flow-root', 'important');
    void html.offsetWidth;
    if (value) html.style.setProperty('display', value, priority);
    else html.style.removeProperty('display');
  };

  // The same for single elements, which own the layers: much of a page is in none. Every box of theirs is built anew
  // by way of another display, and has the old one again before the page is laid out for its picture.
  const layerOwners = new Map();  // id → element
  const ownsLayer = (id, node) => {
    if (node === document) return 'page';
    const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    if (!element || element.ownerDocument !== document || !element.style) return '';
    layerOwners.set(id, element);
    return 'element';
  };
  // Whether nothing that these elements show is seen beyond their boxes: no filter of theirs or around them.
  const staysInside = (ids) => {
    const seen = new Set();
    const around = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host;
    for (const id of ids) {
      for (let element = layerOwners.get(id); element; element = around(element)) {
        if (seen.has(element)) break;
        seen.add(element);
        const {filter, backdropFilter, webkitBoxReflect} = getComputedStyle(element);
        for (const effect of [filter, backdropFilter, webkitBoxReflect]) {
          if (effect && effect !== 'none') return false;
        }
      }
    }
    return true;
  };
  const rebuildOwners = (ids) => {
    const all = ids.map((id) => layerOwners.get(id)).filter((element) => element.isConnected);
    const restored = [];
    for (const element of all) {
      if (all.some((other) => other !== element && other.contains(element))) continue;
      const display = getComputedStyle(element).display;
      if (display === 'none' || display === 'contents') continue;
      const style = element.style;
      restored.push([element, element.hasAttribute('style'), style.getPropertyValue('display'), style.getPropertyPriority('display')]);
      style.setProperty('display', display === 'block' ? 'flow-root' : 'block', 'important');
    }
    if (!restored.length) return;
    void document.documentElement.offsetWidth;
    for (const [element, hadStyle, value, priority] of restored) {
      if (value) element.style.setProperty('display', value, priority);
      else element.style.removeProperty('display');
      if (!hadStyle) element.removeAttribute('style');
    }
  };

  // ---- Animations that begin with a frame ----
  // A transition, or an animation that a seek sets off (by a class, by a call of animate()), begins in the frame that
  // sets it off; which frame that was is known only to a page that has made the frames one after another. So the page
  // is one that carries state, and what nobody else leads is moved with the frames from there.
  const begins = new WeakMap();  // Animation → ms
  let animatedByAFrame = false;
  const moveAlong = (animation, ms) => {
    const local = ms - begins.get(animation);
    if (local >= animation.effect.getComputedTiming().endTime) {
      animation.finish();
    } else {
      animation.pause();
      animation.currentTime = local;
    }
  };

  const isTransition = (animation) => 'transitionProperty' in animation;  // of whichever document
  const seekTransitions = (animations, ms) => {
    for (const animation of animations) {
      if (!isTransition(animation) || !animation.effect) continue;
      if (!begins.has(animation)) begins.set(animation, ms);
      animatedByAFrame = true;
      moveAlong(animation, ms);
    }
  };

  // CSS animations restart when their element's box comes back from display:none (the runtime hides clips so), and the
  // runtime goes on seeking the handle of the first run. The new run gets the first one's time.
  const firstRuns = new WeakMap();  // element → Map(animation name → its first CSSAnimation)
  const firstRunOf = (animation) => {
    const element = animation.effect.target;
    if (!(animation instanceof CSSAnimation) || !element) return animation;
    const key = `${animation.animationName} ${animation.effect.pseudoElement ?? ''}`;
    let runs = firstRuns.get(element);
    if (!runs) firstRuns.set(element, runs = new Map());
    if (!runs.has(key)) runs.set(key, animation);
    return runs.get(key);
  };

  const known = new WeakSet();  // animations that were there when the page was ready, or have been looked at since
  const noteAnimations = () => {
    for (const animation of document.getAnimations()) {
      if (animation.effect && !isTransition(animation)) known.add(firstRunOf(animation));
    }
  };
  const seekAnimations = (animations, ms) => {
    for (const animation of animations) {
      if (isTransition(animation) || !animation.effect) continue;
      const first = firstRunOf(animation);
      if (!known.has(first)) {
        known.add(first);
        if (ms > 0) animatedByAFrame = true;
        // Who leads an animation has paused it by now.
        if (first.playState === 'running') begins.set(first, ms);
      }
      if (begins.has(first)) {
        begins.set(animation, begins.get(first));
        moveAlong(animation, ms);
      } else if (first !== animation) {
        animation.pause();
        animation.currentTime = first.currentTime;
      }
    }
  };

  const seekSvg = (doc, seconds) => {
    for (const svg of doc.querySelectorAll('svg')) {
      if (svg.ownerSVGElement || !svg.querySelector('animate, animateTransform, animateMotion, set')) continue;
      svg.pauseAnimations();
      svg.setCurrentTime(seconds);
    }
  };

  const seekDocuments = (seconds, rebuild) => {
    const ms = seconds * 1000;
    for (const child of childDocuments(window)) {
      // The runtime lives in the top document only; what moves in a child frame is moved here.
      if (rebuild === true) rebuildBoxes(child.document);
      child.__HF_VIRTUAL_TIME__?.seekToTime(ms);
      if (typeof child.__hf?.seek === 'function') child.__hf.seek(seconds);
      const animations = child.document.getAnimations();
      seekTransitions(animations, ms);
      for (const animation of animations) {
        if (isTransition(animation)) continue;
        animation.pause();
        animation.currentTime = ms;
      }
      seekSvg(child.document, seconds);
    }
    seekSvg(document, seconds);
    const animations = document.getAnimations();
    seekAnimations(animations, ms);
    seekTransitions(animations, ms);
  };

  // Images that are not there yet, of this document and the ones inside it, as promises. One whose src was set just now
  // has no currentSrc yet; one that waits to be scrolled to would wait for ever.
  const pendingImages = () => {
    const waits = [];
    const collect = (doc) => {
      for (const image of doc.images) {
        if (image.loading === 'lazy') image.loading = 'eager';
        if (!image.complete) waits.push(image.decode().catch(() => {}));
      }
    };
    collect(document);
    for (const child of childDocuments(window)) collect(child.document);
    return waits;
  };

  // Brings the page to `seconds`. A promise when something has to arrive first, undefined when the page is there.
  // `rebuild`: leave nothing of the layers of the frame before: false where there are none, true for all boxes, or the
  // ids of the elements that own them. `videos`: what they show in this frame
  // (media.js); whoever copies their pixels while the page is driven has to find them there.
  const seek = (seconds, rebuild, videos) => {
    const arriving = videos ? media.want(videos) : undefined;
    return arriving ? arriving.then(() => move(seconds, rebuild)) : move(seconds, rebuild);
  };

  const move = (seconds, rebuild) => {
    if (rebuild === true) rebuildBoxes(document);
    else if (rebuild) rebuildOwners(rebuild);
    time.setTime(seconds * 1000);
    media.show();
    const driven = driver().seek(seconds);
    time.runAnimationFrame();
    // Not whatever has a then(): a GSAP timeline, which a page's seek may well return, has one that waits for its end.
    return driven instanceof Promise ? driven.then(() => settle(seconds, rebuild)) : settle(seconds, rebuild);
  };

  // Whether what is in a canvas now shows elements as they were painted last, in another frame.
  const drawsElements = () =>
    [window, ...childDocuments(window)].some((view) => view.__hyperlocalDrawnElements?.used());

  const settle = (seconds, rebuild) => {
    media.show();  // a video that the page made just now
    seekDocuments(seconds, rebuild);
    void document.documentElement.offsetHeight;  // layout now: it decides which fonts are needed
    const waits = pendingImages();
    for (const view of [window, ...childDocuments(window)]) {
      if (view.document.fonts.status === 'loading') waits.push(view.document.fonts.ready);
    }
    const completion = window.__hfWaitForSeekCompletion?.();
    const lut = window.__hf?.colorGrading?.waitForActiveLuts?.();
    if (completion) waits.push(completion);
    if (lut) waits.push(lut);
    return waits.length ? Promise.all(waits).then(drawsElements) : drawsElements();
  };

  const unloadedLotties = () => {
    const all = new Set(window.__hfLottie ?? []);
    for (const animation of window.lottie?.getRegisteredAnimations?.() ?? []) all.add(animation);
    return Array.from(all).filter((a) => a && a.isLoaded !== true && !(a.totalFrames > 0));
  };

  // What is still awaited before the first frame, in words; empty when the page is ready.
  const awaited = () => {
    if (document.readyState !== 'complete') return 'the load event';
    if (!driver()) {
      if (!root() && !window.__player) return 'a composition (no element has data-composition-id, and window.__hf is not defined)';
      if (!window.__player) return 'the page runtime to start';
      return 'the page runtime to bind the timeline (window.__renderReady)';
    }
    if (unloadedLotties().length) return `${unloadedLotties().length} Lottie animation(s) to load`;
    if (document.fonts.status === 'loading') return 'fonts to load';
    return '';
  };

  // What decides how long the composition is, in words: for a length that nobody can have meant.
  const durationSource = () => {
    if (typeof window.__hf?.seek === 'function') return 'window.__hf.duration';
    const nameOf = (element) => {
      const key = ['id', 'data-composition-id', 'data-composition-src', 'src'].find((name) => element.getAttribute(name));
      return `<${element.localName}${key ? ` ${key}="${element.getAttribute(key)}"` : ''}>`;
    };
    const declared = root()?.getAttribute('data-duration');
    if (number(declared ?? null) > 0 || (declared && number(declared) === null)) {
      return `data-duration="${declared}" of ${nameOf(root())}`;
    }
    const candidates = [];
    for (const [id, timeline] of Object.entries(window.__timelines ?? {})) {
      const length = typeof timeline?.duration === 'function' ? Number(timeline.duration()) : 0;
      if (length > 0) candidates.push([length, `the timeline window.__timelines["${id}"]`]);
    }
    for (const element of document.querySelectorAll('video, audio, [data-composition-src], [data-composition-id]')) {
      const start = number(element.getAttribute('data-start')) ?? 0;
      const length = number(element.getAttribute('data-duration')) ?? element.duration;
      if (length > 0) candidates.push([start + length, nameOf(element)]);
    }
    candidates.sort((a, b) => b[0] - a[0]);
    return candidates[0]?.[1] ?? '';
  };

  const facts = () => {
    const element = root();
    const boundaries = new Set([0]);
    for (const clip of document.querySelectorAll('[data-start]')) {
      const start = number(clip.getAttribute('data-start'));
      if (start === null) continue;
      boundaries.add(start);
      const length = number(clip.getAttribute('data-duration'));
      if (length > 0) boundaries.add(start + length);
    }
    const sized = element ?? document.querySelector('[data-width][data-height]');
    const style = element ? getComputedStyle(element) : null;
    return {
      hasRoot: element !== null,
      // A part for another page to show.
      rootInTemplate: Array.from(document.querySelectorAll('template'), (t) => t.content)
        .some((content) => content.querySelector('[data-composition-id]')),
      ownDriver: typeof window.__hf?.seek === 'function',
      duration: driver()?.duration() ?? 0,
      durationFrom: durationSource(),
      width: number(sized?.getAttribute('data-width')) ?? (style ? parseFloat(style.width) || 0 : 0),
      height: number(sized?.getAttribute('data-height')) ?? (style ? parseFloat(style.height) || 0 : 0),
      fps: number(element?.getAttribute('data-fps')) ?? 0,
      videos: document.querySelectorAll('video').length,
      audios: document.querySelectorAll('audio').length,
      images: document.images.length,
      boundaries: Array.from(boundaries).sort((a, b) => a - b),
    };
  };

  // D3's transitions that a page has registered are over before its first frame, for the runtime waits for their
  // end. They go by the page's clock, which stands still until then: it runs ahead for them, quicker than they last.
  const runTransitionsAhead = (waited) => {
    const transitions = window.__hfD3;
    if (driver() || !window.__player || !Array.isArray(transitions) || transitions.length === 0) return;
    time.runAhead(waited * 10);
  };

  // Resolves to '' when the page can be seeked, or to what was still awaited when the time was up. The layout asks
  // for the fonts; the first seek asks for what the first frame shows.
  const ready = async (timeoutMs) => {
    for (let waited = 0;; waited += 5) {
      const missing = awaited();
      if (missing === '') break;
      runTransitionsAhead(waited);
      // A page without a composition will not get one by waiting.
      const hopeless = document.readyState === 'complete' && !root() && typeof window.__hf?.seek !== 'function' && waited >= 1000;
      if (waited >= timeoutMs || hopeless) return missing;
      await sleep(5);
    }
    if (time.getTime() !== 0) time.backToTheStart();
    await document.fonts.ready;
    media.settle();
    noteAnimations();
    await Promise.all(pendingImages());
    return '';
  };

  // Whether a frame of this page may depend on the frames before it, as far as it has shown by now.
  const carriesState = () => {
    if (animatedByAFrame || time.loopsByItself()) return true;
    for (const child of childDocuments(window)) {
      if (child.__HF_VIRTUAL_TIME__?.loopsByItself()) return true;
    }
    return false;
  };

  // Until all that the page has given to WebGL is drawn.
  const finishDrawing = () => {
    for (const view of [window, ...childDocuments(window)]) view.__hyperlocalWebGl?.finish();
  };

  // The page at another time, without a picture of it: for what is read off the page's properties.
  const drive = async (seconds) => {
    time.setTime(seconds * 1000);
    const driven = driver().seek(seconds);
    time.runAnimationFrame();
    if (driven instanceof Promise) await driven;
  };
  const gains = (first, count, rateNum, rateDen) => media.gains(drive, first, count, rateNum, rateDen);

  window.__hyperlocal = {gains, ready, awaited, facts, seek, finishDrawing, carriesState, ownsLayer, staysInside};
})();
