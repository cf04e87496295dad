// Makes a failing input smaller by taking pieces away for as long as `stillFails` says that it fails.

export const shrunkList = async (list, stillFails, mostTries) => {
  let best = list;
  let tries = 0;
  for (let piece = Math.ceil(list.length / 2); piece >= 1; piece = piece === 1 ? 0 : Math.ceil(piece / 2)) {
    for (let at = 0; at < best.length && tries < mostTries; ) {
      const candidate = [...best.slice(0, at), ...best.slice(at + piece)];
      tries += 1;
      if (await stillFails(candidate)) best = candidate;
      else at += piece;
    }
  }
  return best;
};

// The members and elements of JSON text, each as [begin, end) with the comma after it, or else the one before.
const memberSpans = (text) => {
  const spans = [];
  const begins = [];
  const end = (at) => spans.push([begins.at(-1), at]);
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/gs)) {
    const [token] = match;
    if (token === "[" || token === "{") begins.push(match.index + 1);
    if (begins.length === 0) continue;
    if (token === ",") {
      end(match.index + 1);
      begins[begins.length - 1] = match.index + 1;
    }
    if (token === "]" || token === "}") {
      const begin = begins.at(-1);
      end(match.index);
      if (text[begin - 1] === ",") spans.push([begin - 1, match.index]);
      begins.pop();
    }
  }
  return spans.filter(([from, to]) => to > from);
};

const withoutMembers = async (text, stillFails) => {
  let best = text;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    const spans = memberSpans(best).sort(([a, b], [c, d]) => d - c - (b - a));
    for (const [from, to] of spans) {
      const candidate = best.slice(0, from) + best.slice(to);
      isSmaller = await stillFails(candidate);
      if (isSmaller) {
        best = candidate;
        break;
      }
    }
  }
  return best;
};

export const shrunkText = async (text, stillFails) => {
  const members = await withoutMembers(text, stillFails);
  return (await shrunkList([...members], (letters) => stillFails(letters.join("")), 1000)).join("");
};
