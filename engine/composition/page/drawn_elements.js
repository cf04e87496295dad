// A page may draw its own elements into a canvas (drawElementImage and its like, for the children of a
// <canvas layoutsubtree>). What it gets is the element as it was painted last: in the frame before, or, while the page
// loads, not at all, which is an error that stops it. So whoever captures such a page paints it once when it is loaded,
// and every frame once before its picture; here it is told that a page is one. Runs in every document, before any script
// of the page.
(() => {
  'use strict';
  if (window.__hyperlocalDrawnElements) return;

  let used = false;
  const functions = [
    ['CanvasRenderingContext2D', 'drawElementImage'],
    ['OffscreenCanvasRenderingContext2D', 'drawElementImage'],
    ['WebGLRenderingContext', 'texElementImage2D'],
    ['WebGL2RenderingContext', 'texElementImage2D'],
    ['GPUQueue', 'copyElementImageToTexture'],
  ];
  for (const [type, name] of functions) {
    const prototype = window[type]?.prototype;
    const draw = prototype?.[name];
    if (!draw) continue;
    prototype[name] = function (...values) {
      used = true;
      try {
        return Reflect.apply(draw, this, values);
      } catch (error) {
        if (error.name !== 'InvalidStateError') throw error;
        return new DOMMatrix();  // not painted yet: there is nothing to be seen of it
      }
    };
  }

  // Elsewhere a page that waits for a timer has been painted when it comes. Here it is painted when it has loaded, and
  // its timers wait for that (not those of child frames, which nobody would let go on).
  const hasSuchCanvas = () => document.querySelector('canvas[layoutsubtree]') !== null;
  const {setTimeout, clearTimeout} = window;
  // Handle → the arguments of setTimeout; null once the page has been painted.
  let waiting = window === window.top ? new Map() : null;
  const handles = new Map();  // of timers that have waited → their real ones
  let lastHandle = 0;  // downwards, so that it is nobody else's
  window.setTimeout = function (...values) {
    if (waiting === null || !hasSuchCanvas()) return Reflect.apply(setTimeout, window, values);
    waiting.set(--lastHandle, values);
    return lastHandle;
  };
  window.clearTimeout = function (handle) {
    if (!waiting?.delete(handle)) Reflect.apply(clearTimeout, window, [handles.get(handle) ?? handle]);
  };
  const painted = () => {
    for (const [handle, values] of waiting ?? []) handles.set(handle, Reflect.apply(setTimeout, window, values));
    waiting = null;
  };

  // Asked when the page has loaded. A page that need not be painted goes on at once.
  const wantsPainting = () => {
    if (hasSuchCanvas()) return true;
    painted();
    return false;
  };

  window.__hyperlocalDrawnElements = {used: () => used, wantsPainting, painted};
})();
