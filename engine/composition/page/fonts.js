// window.__hyperlocalFonts: which texts a page shows, and which fonts they ask for. Runs in the top document, before
// any script of the page; asked while a render is planned.
(() => {
  'use strict';
  if (window !== window.top || window.__hyperlocalFonts) return;

  const kMostKinds = 500;  // of text, told over the whole plan
  const told = new Set();
  let elements = [];

  const documents = function* (view) {
    yield view.document;
    for (let i = 0; i < view.frames.length; ++i) {
      try {
        if (view.frames[i].document?.documentElement) yield* documents(view.frames[i]);
      } catch {
        // of another origin
      }
    }
  };

  const nameOf = (element) => {
    const key = ['id', 'data-composition-id', 'class'].find((name) => element.getAttribute(name));
    return `<${element.localName}${key ? ` ${key}="${element.getAttribute(key)}"` : ''}>`;
  };

  // "Inter", -apple-system, sans-serif → the names without quotes.
  const familiesOf = (value) => {
    const names = [];
    for (const match of value.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^,"']+)/g)) {
      const name = (match[1] ?? match[2] ?? match[3]).replace(/\\(.)/g, '$1').trim();
      if (name) names.push(name);
    }
    return names;
  };

  const facesOf = (doc) => {
    const faces = new Set();
    for (const face of doc.fonts) faces.add(face.family.replace(/^["']|["']$/g, '').toLowerCase());
    return faces;
  };

  // Which parts of Unicode a text needs beyond Latin: another font may have to step in for each.
  const blocksOf = (text) => {
    const blocks = new Set();
    for (const character of text) {
      const code = character.codePointAt(0);
      if (code >= 0x250) blocks.add(code >> 8);
    }
    return Array.from(blocks).sort((a, b) => a - b).join();
  };

  // Texts of a kind that has not been told yet, an element each.
  const collect = () => {
    const found = [];
    elements = [];
    for (const doc of documents(window)) {
      const faces = facesOf(doc);
      const walker = doc.createTreeWalker(doc.documentElement, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!element || !node.data.trim()) continue;
        if (told.size >= kMostKinds) return found;
        const style = doc.defaultView.getComputedStyle(element);
        const key = [style.fontFamily, style.fontWeight, style.fontStyle, blocksOf(node.data)].join('|');
        if (told.has(key) || !element.checkVisibility({visibilityProperty: true})) continue;
        told.add(key);
        elements.push(element);
        const families = familiesOf(style.fontFamily);
        found.push({element: nameOf(element), families, face: faces.has((families[0] ?? '').toLowerCase())});
      }
    }
    return found;
  };

  window.__hyperlocalFonts = {collect, elements: () => elements};
})();
