const FREE = 0;
const GONE = -1;
/** Slots in use, gone ones included, at which the table grows. */
const LOAD = 0.6;
const SMALLEST = 16;
/** Numbers of a slot: the hash of the text and its number. */
const WIDE = 2;

/**
 * Numbers of texts, with the texts in an array and their hashes in a typed one. A Map of a million strings costs 1.3 us a look-up where one of ten
 * thousand costs 0.1: each visits bucket, entry and text in memory of its own. Here a text that is not there costs one place in memory, one that
 * is costs three. The hash begins with a number of this process, so that nobody can send texts that all land in one place.
 */
export class TextIndex {
  readonly #texts: string[] = [''];
  readonly #spare: number[] = [];
  readonly #seed: number;
  #slots = new Int32Array(SMALLEST * WIDE);
  #mask = SMALLEST - 1;
  #used = 0;
  #live = 0;

  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  text(number: number): string {
    return this.#texts[number] ?? '';
  }

  /** The number of a text; 0 when it has none here. */
  get(text: string): number {
    const slots = this.#slots;
    const mask = this.#mask;
    const hash = this.#hash(text);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot * WIDE + 1] as number;
      if (number === FREE) return 0;
      if (number !== GONE && slots[slot * WIDE] === hash && this.#texts[number] === text) return number;
    }
  }

  /** A number for a text that is not to be found yet (`settle`). */
  take(text: string): number {
    const number = this.#spare.pop() ?? this.#texts.length;
    this.#texts[number] = text;
    return number;
  }

  /** Lets a taken text be found. */
  settle(number: number): void {
    const hash = this.#hash(this.text(number));
    let slot = hash & this.#mask;
    while ((this.#slots[slot * WIDE + 1] as number) > 0) slot = (slot + 1) & this.#mask;
    if (this.#slots[slot * WIDE + 1] === FREE) this.#used++;
    this.#slots[slot * WIDE] = hash;
    this.#slots[slot * WIDE + 1] = number;
    this.#live++;
    if (this.#used > (this.#mask + 1) * LOAD) this.#grow();
  }

  /** Gives a number back. */
  free(number: number): void {
    const hash = this.#hash(this.text(number));
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const held = this.#slots[slot * WIDE + 1] as number;
      if (held === FREE) break;
      if (held !== number) continue;
      this.#slots[slot * WIDE + 1] = GONE;
      this.#live--;
      break;
    }
    this.#texts[number] = '';
    this.#spare.push(number);
  }

  #hash(text: string): number {
    let hash = this.#seed;
    for (let i = 0; i < text.length; i++) hash = (Math.imul(hash ^ text.charCodeAt(i), 0x5bd1e995) + (hash >>> 15)) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) | 0;
  }

  #grow(): void {
    const length = this.#mask + 1;
    const size = this.#live > (length * LOAD) / 2 ? length * 2 : length;
    const old = this.#slots;
    const slots = new Int32Array(size * WIDE);
    const mask = size - 1;
    for (let from = 0; from < old.length; from += WIDE) {
      const number = old[from + 1] as number;
      if (number <= 0) continue;
      let slot = (old[from] as number) & mask;
      while (slots[slot * WIDE + 1] !== FREE) slot = (slot + 1) & mask;
      slots[slot * WIDE] = old[from] as number;
      slots[slot * WIDE + 1] = number;
    }
    this.#slots = slots;
    this.#mask = mask;
    this.#used = this.#live;
  }
}
