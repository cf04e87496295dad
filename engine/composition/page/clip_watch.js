// What an author should hear of a page: clips that are never to be seen, and timers that draw by the clock. Runs in the
// top document, after media_facts.js and before any script of the page; asked only while the page is planned.
(() => {
  'use strict';
  if (window !== window.top || window.__hyperlocalClips) return;

  // ---- Timers ----
  const timers = new Map();  // handle → where it was asked for
  const {setInterval, clearInterval} = window;
  window.setInterval = function (...values) {
    const handle = Reflect.apply(setInterval, window, values);
    const caller = (String(new Error().stack).split('\n')[2] ?? '').match(/\(?(https?:[^\s)]+)\)?$/)?.[1] ?? '';
    // Those of the page runtime draw nothing, those of others' libraries nothing that its author could mend.
    if (caller.startsWith(`${location.origin}/`) && !caller.includes('/__hyperlocal/')) {
      timers.set(handle, caller.slice(location.origin.length + 1).replace(/^(?=:|$)/, 'index.html'));
    }
    return handle;
  };
  window.clearInterval = function (handle) {
    timers.delete(handle);
    clearInterval.call(window, handle);
  };

  // ---- Clips ----
  const seen = new WeakSet();
  const isClip = (element, root) => element !== root && element instanceof HTMLElement &&
    !element.matches('audio, script, style, template, hf-audio-group') && !element.closest('[data-hidden]');
  const clips = () => {
    const root = document.querySelector('[data-composition-id]');
    return Array.from(document.querySelectorAll('[data-start]')).filter((element) => isClip(element, root));
  };
  const shows = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth &&
      box.top < innerHeight && element.checkVisibility({visibilityProperty: true});
  };
  const kMost = 200;  // of the elements in a clip that are looked at: one that shows is enough
  const visible = (clip) => {
    if (shows(clip)) return true;
    const inside = clip.getElementsByTagName('*');
    for (let i = 0; i < Math.min(inside.length, kMost); ++i) if (shows(inside[i])) return true;
    return false;
  };

  const number = (element, name) => {
    const value = parseFloat(element.getAttribute(name) ?? '');
    return Number.isFinite(value) ? value : null;
  };
  const startOf = (clip) => {
    const start = Number(window.__hfResolveMediaStartSeconds?.(clip) ?? number(clip, 'data-start') ?? 0);
    return Number.isFinite(start) ? start : 0;
  };
  const labelOf = (clip) => {
    const tag = clip.tagName.toLowerCase();
    const name = clip.id ? ` id="${clip.id}"` : clip.className ? ` class="${clip.className}"` : '';
    return `<${tag}${name}>`;
  };

  window.__hyperlocalClips = {
    // Of the frame that the page is at.
    look: () => { for (const clip of clips()) if (!seen.has(clip) && visible(clip)) seen.add(clip); },
    unseen: () => clips().filter((clip) => !seen.has(clip)).map((clip) => ({
      label: labelOf(clip),
      start: startOf(clip),
      duration: number(clip, 'data-duration'),
    })),
    timers: () => Array.from(new Set(timers.values())),
  };
})();
