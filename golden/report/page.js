// The page of a comparison: everything it shows is in the element `data`.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const comparison = data.comparison;
const byId = (id) => document.getElementById(id);

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
function shape(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}
const db = (value) => (value === null ? "equal" : `${value.toFixed(2)} dB`);

byId("title").textContent = data.title;
byId("verdict").textContent = { pass: "alike", fail: "different", undecided: "undecided" }[comparison.outcome];
byId("verdict").classList.add(comparison.outcome);
byId("footer").textContent = `hyperlocal ${data.version}`;

for (const finding of comparison.findings) {
  byId("findings").hidden = false;
  const item = element("li");
  item.append(element("b", "", finding.kind), finding.message);
  byId("findings").querySelector("ul").append(item);
}

function tile(name, value, more) {
  const box = element("div", "tile");
  box.append(element("div", "name", name), element("div", "value", value), element("div", "more", more ?? ""));
  byId("tiles").append(box);
}
const figures = comparison.figures;
if (figures) {
  const parts = (object, format) =>
    Object.entries(object ?? {}).map(([name, value]) => `${name.toUpperCase()} ${format(value)}`).join("  ");
  if (figures.planesCompared) {
    tile("PSNR", db(figures.psnrDb), parts(figures.planePsnrDb, (v) => (v === null ? "equal" : v.toFixed(1))));
    tile("SSIM", figures.ssim.toFixed(5), parts(figures.planeSsim, (v) => v.toFixed(4)));
    tile("MS-SSIM", figures.msSsim.toFixed(5), "of luma");
  }
  tile("PSNR in RGB", db(figures.rgbPsnrDb), "by the files' own tags");
  if (figures.alphaPsnrDb !== null) tile("PSNR of alpha", db(figures.alphaPsnrDb));
  tile("Colour error", figures.meanColorError.toFixed(3), `of 255; largest ${figures.maxColorError}`);
  tile("Equal frames", `${figures.identicalFrames}`, `of ${comparison.frames.length}`);
}
if (comparison.sound) {
  tile("Sound", comparison.sound.correlation.toFixed(4), `correlation; lag ${comparison.sound.lagMs.toFixed(1)} ms`);
}

for (const check of comparison.checks) {
  const item = element("li", check.outcome);
  item.append(element("span", "mark", { pass: "✓", fail: "✗", undecided: "?" }[check.outcome]),
    element("span", "", check.name), element("span", "message", check.message));
  byId("checks").append(item);
}

// A curve over the frames. `values` hold null where a frame is equal, which is drawn at the top.
function chart(host, values, { low, high, format, limit, equal }) {
  const draw = () => {
    const width = host.clientWidth, height = host.clientHeight;
    const left = 44, right = 8, top = 8, bottom = 20;
    const inner = width - left - right;
    const x = (frame) => left + (values.length < 2 ? inner / 2 : (frame / (values.length - 1)) * inner);
    const y = (value) => top + (1 - (Math.min(value, high) - low) / (high - low)) * (height - top - bottom);
    const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    for (let i = 0; i <= 4; ++i) {
      const value = low + ((high - low) * i) / 4;
      svg.append(shape("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }));
      svg.append(shape("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" },
        i === 4 && equal ? "equal" : format(value)));
    }
    const labels = Math.max(1, Math.min(8, Math.floor(inner / 80), values.length - 1));
    for (let i = 0; i <= labels; ++i) {
      const frame = Math.round(((values.length - 1) * i) / labels);
      svg.append(shape("text", { x: x(frame), y: height - 4, "text-anchor": i === labels ? "end" : i === 0 ? "start" : "middle" }, frame));
    }
    for (const frame of comparison.b.keyFrames) {
      if (frame > 0 && frame < values.length)
        svg.append(shape("line", { class: "chunk", x1: x(frame), x2: x(frame), y1: top, y2: height - bottom }));
    }
    if (limit !== undefined && limit > low && limit < high)
      svg.append(shape("line", { class: "limit", x1: left, x2: width - right, y1: y(limit), y2: y(limit) }));
    // Never more points than pixels: of those that fall together the worst is drawn.
    const step = Math.max(1, Math.ceil(values.length / Math.max(1, inner)));
    let path = "";
    for (let start = 0; start < values.length; start += step) {
      let worst = start;
      for (let i = start; i < Math.min(start + step, values.length); ++i)
        if ((values[i] ?? Infinity) < (values[worst] ?? Infinity)) worst = i;
      path += `${path ? "L" : "M"}${x(worst).toFixed(1)} ${y(values[worst] ?? high).toFixed(1)}`;
    }
    svg.append(shape("path", { class: "curve", d: path }));
    for (const picture of data.pictures)
      svg.append(shape("circle", { class: "point", r: 3.5, cx: x(picture.frame), cy: y(values[picture.frame] ?? high) }));
    const cursor = shape("line", { class: "cursor", y1: top, y2: height - bottom, visibility: "hidden" });
    svg.append(cursor);
    host.replaceChildren(svg);
    const tip = element("div", "tip");
    tip.hidden = true;
    host.append(tip);
    const frameAt = (event) => {
      const place = (event.clientX - host.getBoundingClientRect().left - left) / inner;
      return Math.max(0, Math.min(values.length - 1, Math.round(place * (values.length - 1))));
    };
    host.onpointermove = (event) => {
      const frame = frameAt(event);
      cursor.setAttribute("x1", x(frame));
      cursor.setAttribute("x2", x(frame));
      cursor.setAttribute("visibility", "visible");
      tip.hidden = false;
      tip.textContent = `frame ${frame}: ${values[frame] === null ? "equal" : format(values[frame])}`;
      tip.style.left = `${Math.min(x(frame) + 8, width - tip.offsetWidth)}px`;
    };
    host.onpointerleave = () => { tip.hidden = true; cursor.setAttribute("visibility", "hidden"); };
    host.onclick = (event) => {
      const frame = frameAt(event);
      const near = data.pictures.findIndex((picture) => Math.abs(picture.frame - frame) <= Math.max(1, values.length / 100));
      if (near >= 0) pick(near);
    };
  };
  new ResizeObserver(draw).observe(host);
  draw();
}

const frames = comparison.frames;
byId("curves").hidden = frames.length === 0;
if (frames.length) {
  const planes = figures.planesCompared && data.judgedInPlanes;
  const psnr = frames.map((frame) => (planes ? frame.psnrDb : frame.rgbPsnrDb));
  const finite = psnr.filter((value) => value !== null);
  const low = Math.max(0, Math.floor(Math.min(data.minFramePsnrDb, ...finite, 60) / 10) * 10);
  const high = Math.ceil((Math.max(low + 10, ...finite) + 5) / 10) * 10;
  chart(byId("psnr"), psnr, { low, high, format: (v) => v.toFixed(1), limit: data.minFramePsnrDb, equal: finite.length < psnr.length });
  byId("ssim-figure").hidden = !figures.planesCompared;
  if (figures.planesCompared) {
    const ssim = frames.map((frame) => frame.ssim);
    const least = Math.min(...ssim);
    const floor = least > 0.99 ? 0.99 : least > 0.9 ? 0.9 : least > 0.5 ? 0.5 : 0;
    chart(byId("ssim"), ssim, { low: floor, high: 1, format: (v) => v.toFixed(floor > 0.9 ? 4 : 3), equal: false });
  }
}

const shown = { a: null, b: null };
function pixelsOf(image) {
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(image, 0, 0);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}
function put(id, pixels) {
  const canvas = byId(id);
  canvas.width = pixels.width;
  canvas.height = pixels.height;
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}
function drawDifference() {
  if (!shown.a || !shown.b) return;
  const gain = 2 ** Number(byId("gain").value);
  byId("gain-text").textContent = gain;
  const { width, height } = shown.a;
  const out = new ImageData(width, height);
  for (let i = 0; i < out.data.length; i += 4) {
    const alpha = Math.abs(shown.a.data[i + 3] - shown.b.data[i + 3]);
    for (let c = 0; c < 3; ++c)
      out.data[i + c] = gain * Math.max(Math.abs(shown.a.data[i + c] - shown.b.data[i + c]), alpha);
    out.data[i + 3] = 255;
  }
  put("picture-difference", out);
}
function drawWipe() {
  if (!shown.a || !shown.b) return;
  const { width, height } = shown.a;
  put("picture-wipe", shown.b);
  const at = Math.round((width * byId("wipe").value) / 100);
  const pen = byId("picture-wipe").getContext("2d");
  if (at > 0) pen.putImageData(shown.a, 0, 0, 0, 0, at, height);
  pen.fillStyle = "#ff3355";
  pen.fillRect(at - 1, 0, Math.max(1, Math.round(width / 640)), height);
}
async function pick(index) {
  const picture = data.pictures[index];
  [...byId("picks").children].forEach((button, i) => button.setAttribute("aria-selected", String(i === index)));
  const load = async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    return pixelsOf(image);
  };
  [shown.a, shown.b] = await Promise.all([load(picture.a), load(picture.b)]);
  const frame = frames[picture.frame];
  byId("picked").textContent = `Frame ${picture.frame}: ${db(frame.psnrDb ?? frame.rgbPsnrDb)}, mean error ${frame.meanColorError.toFixed(3)}, ` +
    `${frame.differingPixels} pixels differ, the worst at (${frame.worstPixel.x}, ${frame.worstPixel.y}) by ${frame.maxColorError}`;
  put("picture-a", shown.a);
  put("picture-b", shown.b);
  drawDifference();
  drawWipe();
  document.documentElement.dataset.picked = picture.frame;
}
if (data.pictures.length) {
  byId("pictures").hidden = false;
  data.pictures.forEach((picture, index) => {
    const button = element("button", "", `frame ${picture.frame}`);
    button.setAttribute("role", "tab");
    button.onclick = () => pick(index);
    byId("picks").append(button);
  });
  byId("gain").oninput = drawDifference;
  byId("wipe").oninput = drawWipe;
  pick(0);
}

function wave(host, columns, scale) {
  const svg = shape("svg", { viewBox: `0 0 ${columns.length} 70`, preserveAspectRatio: "none" });
  svg.append(shape("line", { x1: 0, x2: columns.length, y1: 35, y2: 35 }));
  const upper = columns.map((value, i) => `${i} ${(35 - (34 * value) / scale).toFixed(1)}`);
  const lower = columns.map((value, i) => `${i} ${(35 + (34 * value) / scale).toFixed(1)}`).reverse();
  svg.append(shape("path", { d: `M${upper.join("L")}L${lower.join("L")}Z` }));
  host.append(svg);
}
if (data.waveforms) {
  byId("sounds").hidden = false;
  const { a, b, difference } = data.waveforms;
  const scale = Math.max(0.05, ...a, ...b, ...difference);
  wave(byId("wave-a"), a, scale);
  wave(byId("wave-b"), b, scale);
  if (difference.length) wave(byId("wave-difference"), difference, scale);
  const sound = comparison.sound;
  byId("sound-text").textContent = sound.sameRate
    ? `Correlation ${sound.correlation.toFixed(4)}; B is ${Math.abs(sound.lagMs).toFixed(2)} ms ${sound.lagMs < 0 ? "early" : "late"}; ` +
      `levels ${sound.levelADb.toFixed(1)} dB and ${sound.levelBDb.toFixed(1)} dB.`
    : "The sounds have different sample rates and were not correlated.";
}

const rows = [
  ["File", (f) => f.path], ["Size of the file", (f) => `${f.fileSize} bytes`], ["Codec", (f) => `${f.codec}, ${f.pixelFormat}`],
  ["Picture", (f) => `${f.width} × ${f.height}`], ["Frames", (f) => String(f.frames)],
  ["Rate", (f) => (f.fps.num ? `${f.fps.num}/${f.fps.den}` : "–")], ["Duration", (f) => `${f.durationSeconds.toFixed(3)} s`],
  ["Matrix", (f) => f.colorMatrix], ["Range", (f) => f.colorRange], ["Primaries", (f) => f.colorPrimaries],
  ["Transfer", (f) => f.colorTransfer], ["Alpha", (f) => (f.alpha ? "yes" : "no")], ["Chunks", (f) => String(f.keyFrames.length)],
  ["Sound", (f) => (f.sound ? `${f.sound.codec}, ${f.sound.sampleRate} Hz, ${f.sound.channels} channels, ${f.sound.durationSeconds.toFixed(3)} s` : "none")],
];
const head = element("tr");
head.append(element("th"), element("th", "", "A"), element("th", "", "B"));
byId("facts").append(head);
for (const [name, read] of rows) {
  const a = read(comparison.a), b = read(comparison.b);
  const row = element("tr", a === b || name === "File" || name === "Size of the file" ? "" : "differs");
  row.append(element("th", "", name), element("td", "", a), element("td", "", b));
  byId("facts").append(row);
}
