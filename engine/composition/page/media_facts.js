// What a plan has to know of the page's video and sound. Runs in the top document, after media.js.
(() => {
  'use strict';
  if (window !== window.top || !window.__hyperlocalMedia || window.__hyperlocalMedia.facts) return;
  const media = window.__hyperlocalMedia;

  // Timing attributes are numbers and nothing else, as the page runtime reads them.
  const number = (text) => {
    const trimmed = (text ?? '').trim();
    const value = trimmed === '' ? NaN : Number(trimmed);
    return Number.isFinite(value) ? value : null;
  };
  const attribute = (element, ...names) => {
    for (const name of names) {
      const value = number(element.getAttribute(name));
      if (value !== null) return value;
    }
    return null;
  };
  const positive = (value) => (value !== null && value > 0 ? value : null);

  // ---- Time ----
  const root = () => document.querySelector('[data-composition-id]');
  const resolver = () => window.__hfResolveMediaStartSeconds;
  const startOf = (element) => {
    const start = resolver() ? Number(resolver()(element)) : attribute(element, 'data-start') ?? 0;
    return Number.isFinite(start) ? start : 0;
  };
  // Of a nested composition: asked for as the start of something inside that has none of its own.
  const startOfHost = (host) => (resolver() ?
    Number(resolver()({closest: () => host, getAttribute: () => null, hasAttribute: () => false})) || 0 :
    attribute(host, 'data-start') ?? 0);
  const durationOfHost = (host) => {
    const declared = positive(attribute(host, 'data-duration', 'data-hf-authored-duration'));
    if (declared !== null) return declared;
    const start = attribute(host, 'data-start') ?? 0;
    const end = attribute(host, 'data-end', 'data-hf-authored-end');
    if (end !== null && end > start) return end - start;
    const timeline = window.__timelines?.[host.getAttribute('data-composition-id')];
    return positive(number(String(timeline?.duration?.() ?? '')));
  };
  // When the compositions around an element are over; the root's end is the film's.
  const endOfHosts = (element) => {
    let end = null;
    for (let host = element.parentElement; host; host = host.parentElement) {
      if (host === root() || !(host.hasAttribute('data-composition-id') || host.hasAttribute('data-composition-src'))) continue;
      const duration = durationOfHost(host);
      if (duration === null) continue;
      end = Math.min(end ?? Infinity, startOfHost(host) + duration);
    }
    return end;
  };
  const declaredDuration = (element) => {
    const duration = positive(attribute(element, 'data-duration'));
    if (duration !== null) return duration;
    const end = attribute(element, 'data-end');
    return end === null ? null : Math.max(0, end - (attribute(element, 'data-start') ?? 0));
  };
  const rateOf = (element) => {
    const declared = parseFloat(element.getAttribute('data-playback-rate') ?? '');
    const rate = declared > 0 ? declared : element.defaultPlaybackRate;
    return Number.isFinite(rate) && rate > 0 ? Math.min(Math.max(rate, 0.1), 5) : 1;
  };

  // ---- Source ----
  const addressOf = (element) => {
    const direct = element.currentSrc || element.getAttribute('src') ||
      element.querySelector('source[src]')?.getAttribute('src') || '';
    if (!direct) return '';
    let url;
    try {
      url = new URL(direct, document.baseURI);
    } catch {
      return direct;
    }
    if (url.origin !== location.origin) return url.href;
    try {
      return decodeURIComponent(url.pathname).replace(/^\/+/, '');
    } catch {
      return url.pathname.replace(/^\/+/, '');
    }
  };

  // ---- Volume ----
  // How far a segment of a drawn curve has come at x of its length: 2^(2c) is its exponent.
  const shaped = (x, curve) => (curve ? x ** (2 ** (2 * curve)) : x);
  const laneOf = (element) => {
    try {
      const automation = JSON.parse(element.getAttribute('data-automation') ?? 'null');
      const lane = automation?.lanes?.find((one) => one.target === 'volume');
      const points = (lane?.points ?? []).filter((p) => Number.isFinite(p.t) && Number.isFinite(p.v));
      return points.length ? points.sort((a, b) => a.t - b.t) : null;
    } catch {
      return null;
    }
  };
  const laneAt = (points, t) => {
    if (t <= points[0].t) return points[0].v;
    for (let i = 1; i < points.length; ++i) {
      const [a, b] = [points[i - 1], points[i]];
      if (t < b.t) return a.v + (b.v - a.v) * shaped((t - a.t) / (b.t - a.t), a.curve);
    }
    return points[points.length - 1].v;
  };
  const groupOf = (element) => {
    const id = element.tagName === 'AUDIO' ? element.getAttribute('data-audio-group') : null;
    return id ? Array.from(document.querySelectorAll('hf-audio-group')).find((group) => group.id === id) ?? null : null;
  };
  const gainAt = (element, seconds) => {
    if (element.muted) return 0;
    const lane = laneOf(element);
    let gain = media.clampGain(lane ? laneAt(lane, seconds - startOf(element)) : element.volume);
    const group = groupOf(element);
    if (group) {
      const groupLane = laneOf(group);
      const declared = parseFloat(group.getAttribute('data-volume') ?? '');
      gain *= media.clampGain(groupLane ? laneAt(groupLane, seconds) : declared);
    }
    return gain;
  };

  const factsOf = (element) => {
    const group = groupOf(element);
    return {
      name: media.nameOf(element),
      id: element.id,
      video: element.tagName === 'VIDEO',
      source: addressOf(element),
      start: startOf(element),
      duration: declaredDuration(element),
      hostEnd: endOfHosts(element),
      timed: element.hasAttribute('data-start'),
      mediaStart: Math.max(0, attribute(element, 'data-playback-start', 'data-media-start') ?? 0),
      rate: rateOf(element),
      loop: element.loop,
      silent: element.muted || element.getAttribute('data-has-audio') === 'false' ||
        element.closest('[data-hidden]') !== null || Boolean(group?.hasAttribute('data-hidden')),
      effects: element.hasAttribute('data-fx-chain') || Boolean(group?.hasAttribute('data-fx-chain')),
    };
  };
  media.facts = () => media.elements().map(factsOf);

  // Loudness of every element at `count` frames from `first` on: one list an element, in the order of facts().
  media.gains = async (seekTo, first, count, rateNum, rateDen) => {
    const gains = [];
    for (let frame = first; frame < first + count; ++frame) {
      const seconds = frame * rateDen / rateNum;
      await seekTo(seconds);
      media.elements().forEach((element, i) => {
        (gains[i] ??= []).push(Number(gainAt(element, seconds).toFixed(6)));
      });
    }
    return gains;
  };
})();
