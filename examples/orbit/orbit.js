// Orbit: thirty frames of a sunrise circle a sun, then find their place in the second they make.
//
// Everything that moves is a function of the time alone. One tween runs `stage.time` from 0 to 10
// and its setter places the cards, the stars, the sun and the counters; the texts are ordinary GSAP
// tweens beside it.
(() => {
  "use strict";

  const FPS = 30;
  const SECONDS = 10;
  const CARDS = 30;
  const CHUNKS = 4;
  const CENTRE = { x: 960, y: 470 };
  const RINGS = [
    { radius: 420, turn: 0.74, phase: 0.1 },  // radians a second
    { radius: 620, turn: 0.58, phase: 0.45 },
    { radius: 820, turn: 0.46, phase: 0.8 },
  ];
  const FLATTENING = 0.3;  // how far the plane of the rings leans away from us

  const clamp = (value) => Math.min(1, Math.max(0, value));
  const mix = (from, to, share) => from + (to - from) * share;
  const at = (x, y) => `translate(${x.toFixed(3)}px, ${y.toFixed(3)}px)`;
  const easeOut = (share) => 1 - Math.pow(1 - clamp(share), 3);
  const easeInOut = (share) => {
    const s = clamp(share);
    return s < 0.5 ? 4 * s * s * s : 1 - Math.pow(2 - 2 * s, 3) / 2;
  };

  // The day in six skies: [where in the day, top, bottom, hills].
  const SKIES = [
    [0.0, [17, 20, 58], [44, 46, 112], [20, 20, 54]],
    [0.2, [58, 44, 122], [242, 99, 126], [44, 26, 78]],
    [0.34, [92, 112, 214], [255, 190, 116], [58, 46, 104]],
    [0.55, [64, 150, 255], [190, 232, 255], [44, 94, 140]],
    [0.78, [88, 62, 168], [255, 128, 98], [56, 30, 86]],
    [1.0, [15, 16, 50], [52, 40, 108], [18, 16, 48]],
  ];
  const colour = (a, b, share) =>
    `rgb(${a.map((part, n) => Math.round(mix(part, b[n], share))).join(",")})`;
  const skyAt = (day) => {
    let n = 0;
    while (n < SKIES.length - 2 && SKIES[n + 1][0] < day) n += 1;
    const [from, to] = [SKIES[n], SKIES[n + 1]];
    const share = clamp((day - from[0]) / (to[0] - from[0]));
    return [1, 2, 3].map((part) => colour(from[part], to[part], share));
  };

  const element = (className, parent) => {
    const node = document.createElement("div");
    node.className = className;
    parent.appendChild(node);
    return node;
  };

  const cards = Array.from({ length: CARDS }, (_, index) => {
    const day = index / (CARDS - 1);
    const [top, bottom, hills] = skyAt(day);
    const node = element("frame", document.getElementById("frames"));
    const view = element("view", node);
    view.style.background = `linear-gradient(180deg, ${top}, ${bottom})`;
    const disc = element("disc", view);
    const height = Math.sin(Math.PI * day);
    disc.style.left = `${mix(20, 212, day)}px`;
    disc.style.top = `${mix(134, 40, height)}px`;
    disc.style.background = colour([255, 138, 96], [255, 246, 206], height);
    disc.style.boxShadow = `0 0 22px ${colour([255, 110, 90], [255, 226, 150], height)}`;
    element("far", view).style.background = `linear-gradient(180deg, ${hills}, rgba(10,10,30,.9))`;
    element("near", view).style.background = `linear-gradient(180deg, ${hills}, rgba(8,8,26,1))`;
    element("number", view).textContent = String(index + 1).padStart(2, "0");
    return { node, shade: element("shade", node), lit: element("lit", node) };
  });

  // A small generator with a fixed seed: the same stars in every render.
  let seed = 20;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const stars = Array.from({ length: 90 }, () => {
    const node = document.createElement("i");
    document.getElementById("stars").appendChild(node);
    const [x, y, near, beat] = [random() * 2000 - 40, random() * 1080, random(), random() * 6.28];
    const star = { node, x, y, near, beat };
    node.style.width = node.style.height = `${(1.4 + 2.4 * star.near * star.near).toFixed(2)}px`;
    return star;
  });

  const sun = document.getElementById("sun");
  const plane = document.getElementById("ring-plane");
  const frameNumber = document.getElementById("frame-number");
  const bars = [...document.querySelectorAll("#chunks b")];

  // The sun is the O of the title first; then it moves to the middle and takes the rings along.
  const middleAt = (t) => mix(613, CENTRE.x, easeInOut((t - 1.75) / 1.0));

  const placeCards = (t, tilt) => {
    const middle = middleAt(t);
    const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
    cards.forEach(({ node, shade, lit }, index) => {
      const ring = RINGS[index % RINGS.length];
      const born = easeOut((t - 1.35 - index * 0.035) / 1.3);
      const seat = (Math.floor(index / 3) / 10) * 2 * Math.PI;
      const angle = ring.phase + seat + ring.turn * t - 1.6 * (1 - born);
      const depth = Math.sin(angle);  // -1 behind the sun, 1 before it
      const flatX = Math.cos(angle) * ring.radius * born;
      const flatY = depth * ring.radius * FLATTENING * born;
      const orbitX = middle + flatX * cos - flatY * sin;
      const orbitY = CENTRE.y + flatX * sin + flatY * cos;
      const orbitScale = (0.64 + 0.24 * depth) * born;

      const home = easeInOut((t - 6.35 - index * 0.02) / 1.15);
      const homeX = 960 + ((index % 10) - 4.5) * 176;
      const homeY = 548 + (Math.floor(index / 10) - 1) * 122;
      // From 8.4 s the second that the thirty frames make is played, in real time.
      const beat = Math.exp(-Math.pow(((t - 8.4) * FPS - index) / 2.2, 2));

      const x = mix(orbitX, homeX, home);
      const y = mix(orbitY, homeY, home) - 70 * Math.sin(Math.PI * home);
      const scale = mix(orbitScale, 0.7, home) + 0.16 * beat;
      const turn = mix(depth * 4 + Math.cos(angle) * -5, 0, home);
      node.style.transform = `${at(x, y)} rotate(${turn.toFixed(3)}deg) scale(${scale.toFixed(4)})`;
      const before = Math.round(depth * 80) || 1;  // never 0: the sun stands at 100
      node.style.zIndex = home > 0.5 ? 200 + Math.round(50 * beat) : 100 + before;
      node.style.opacity = clamp(born * 3).toFixed(3);
      shade.style.opacity = (0.62 * ((1 - depth) / 2) * (1 - home)).toFixed(3);
      lit.style.opacity = beat.toFixed(3);
    });
  };

  const placeSun = (t) => {
    const down = easeInOut((t - 6.5) / 1.2);
    const x = mix(middleAt(t), 828, down);
    const y = mix(CENTRE.y, 908, down);
    const grown = easeOut((t + 0.12) / 0.9);
    const pulse = 1 + 0.018 * Math.sin(t * 3.1);
    const scale = grown * mix(pulse, 0.383, down);
    sun.style.transform = `${at(x, y)} scale(${scale.toFixed(4)})`;
  };

  const stage = {
    now: 0,
    get time() {
      return this.now;
    },
    set time(t) {
      this.now = t;
      const tilt = -9 + 5 * Math.sin(0.55 * t);  // degrees
      placeCards(t, (tilt * Math.PI) / 180);
      placeSun(t);
      plane.setAttribute("transform",
        `translate(${(middleAt(t) - CENTRE.x).toFixed(3)} 0) rotate(${tilt.toFixed(3)})`);
      stars.forEach(({ node, x, y, near, beat }) => {
        node.style.transform = at(x - t * (2 + 9 * near), y);
        node.style.opacity = (0.3 + 0.28 * near + 0.3 * Math.sin(beat + t * (1 + near))).toFixed(3);
      });
      const frame = Math.min(FPS * SECONDS, Math.floor(t * FPS + 0.001) + 1);
      frameNumber.textContent = String(frame).padStart(3, "0");
      bars.forEach((bar, n) => {
        bar.style.transform = `scaleX(${clamp((frame / (FPS * SECONDS)) * CHUNKS - n).toFixed(4)})`;
      });
    },
  };

  const timeline = gsap.timeline({ paused: true });
  timeline
    .fromTo(stage, { time: 0 }, { time: SECONDS, duration: SECONDS, ease: "none" }, 0)
    .fromTo(".ring", { strokeDashoffset: 1 },
      { strokeDashoffset: 0, duration: 1.5, ease: "power2.inOut", stagger: 0.16 }, 1.3)
    .fromTo("#rings", { opacity: 1 }, { opacity: 0, duration: 0.8, ease: "power1.in" }, 6.3)
    .fromTo(["#counter", "#chunks"], { opacity: 0 }, { opacity: 1, duration: 0.6 }, 2.3)

    .fromTo("#title b", { y: 90, opacity: 0, rotation: 6 },
      { y: 0, opacity: 1, rotation: 0, duration: 0.7, ease: "power3.out", stagger: 0.07 }, 0.12)
    .fromTo("#title .motto span", { y: 64 }, { y: 0, duration: 0.6, ease: "power3.out" }, 0.65)
    .to("#title b", {
      x: (n) => 90 + 130 * n, opacity: 0, duration: 0.5, ease: "power2.in",
    }, 1.35)
    .to("#title .motto span", { y: -64, duration: 0.4, ease: "power2.in" }, 1.5);

  for (const [id, start, end] of [["plan", 2.5, 4], ["render", 4, 5.5], ["assemble", 5.5, 6.9]]) {
    timeline
      .fromTo(`#${id} .kicker`, { x: -36, opacity: 0 },
        { x: 0, opacity: 1, duration: 0.4, ease: "power2.out" }, start + 0.05)
      .fromTo(`#${id} h2 span`, { y: 96 },
        { y: 0, duration: 0.5, ease: "power3.out" }, start + 0.12)
      .to(`#${id} h2 span`, { y: -100, duration: 0.3, ease: "power2.in" }, end - 0.32)
      .to(`#${id} .kicker`, { x: 36, opacity: 0, duration: 0.3, ease: "power2.in" }, end - 0.32);
  }

  timeline
    .fromTo("#finale h2 span", { y: 60, opacity: 0 },
      { y: 0, opacity: 1, duration: 0.7, ease: "power3.out", stagger: 0.34 }, 7.3)
    .fromTo("#finale b", { x: -26, opacity: 0 },
      { x: 0, opacity: 1, duration: 0.5, ease: "power3.out", stagger: 0.05 }, 7.55);

  window.__timelines = window.__timelines || {};
  window.__timelines.orbit = timeline;
})();
