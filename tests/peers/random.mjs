// Random choices that a seed decides: the same seed and name make the same choices on every machine.
export class Random {
  #a;
  #b;
  #c;
  #d = 1;

  // `name` tells streams of one seed apart, for example "check-config/17".
  constructor(seed, name) {
    // FNV-1a over the text, from three different starts.
    const text = `${seed}/${name}`;
    const hash = (start) => {
      let word = start;
      for (let i = 0; i < text.length; i += 1) word = Math.imul(word ^ text.charCodeAt(i), 0x01000193);
      return word | 0;
    };
    [this.#a, this.#b, this.#c] = [hash(0x811c9dc5), hash(0x2545f491), hash(0x9e3779b9)];
    for (let i = 0; i < 12; i += 1) this.bits();
  }

  // 32 random bits, from 0 (Doty-Humphrey's sfc32).
  bits() {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  // 0 .. end-1, for an end up to 2^53.
  below(end) {
    return Math.floor((this.bits() / 2 ** 32 + (this.bits() >>> 11) / 2 ** 53) * end);
  }

  between(first, last) {
    return first + this.below(last - first + 1);
  }

  chance(probability) {
    return this.bits() < probability * 2 ** 32;
  }

  pick(list) {
    return list[this.bits() % list.length];
  }

  // One of [weight, choice] pairs; a choice that is a function is called.
  weighted(pairs) {
    let left = this.below(pairs.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, choice] of pairs) {
      if (left < weight) return typeof choice === "function" ? choice() : choice;
      left -= weight;
    }
    throw new Error("no weights");
  }

  // Small numbers mostly: 0 with a chance of 1-more, and so on up to `most`.
  few(more, most) {
    let count = 0;
    while (count < most && this.chance(more)) count += 1;
    return count;
  }

  shuffled(list) {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i -= 1) {
      const j = this.below(i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }

  times(count, make) {
    return Array.from({ length: count }, (_, index) => make(index));
  }
}
