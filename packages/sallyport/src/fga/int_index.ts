/** 32-bit mixing (the finaliser of MurmurHash3): neighbouring numbers land far apart. */
export function mix(a: number, b: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Integers of one block, and how many of them may be asked for. */
const BLOCK = 16_384;
const SMALL = 1_024;
let block = new Int32Array(0);
let taken = 0;

/**
 * So many integers, all 0. Small rooms share a block of memory, each part of which is given out once: a table is made for each question over a
 * database, and a dozen blocks for each of thousands of questions a second are what the collector of garbage spends its time on.
 */
export function zeros(length: number): Int32Array<ArrayBuffer> {
  if (length > SMALL) return new Int32Array(length);
  if (taken + length > block.length) [block, taken] = [new Int32Array(BLOCK), 0];
  taken += length;
  return block.subarray(taken - length, taken);
}

const FREE = 0;
const GONE = -1;
/** Slots in use, gone ones included, at which the table grows. */
const LOAD = 0.6;
const SMALLEST = 16;
/** Numbers of a slot: both parts of the key and the value, side by side, so that a look-up in a large table costs one miss of the cache and not three. */
const WIDE = 3;

/**
 * A hash index over pairs of integers with open addressing in a typed array: ten million entries cost 200 MB, where a Map of strings
 * would need gigabytes and a Map at all ends at 2^24. Values are positive; 0 means absent.
 */
export class PairIndex {
  #slots = zeros(SMALLEST * WIDE);
  #mask = SMALLEST - 1;
  #used = 0;
  #live = 0;

  get(a: number, b: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = mix(a, b) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * WIDE;
      const value = slots[at + 2] as number;
      if (value === FREE) return 0;
      if (value !== GONE && slots[at] === a && slots[at + 1] === b) return value;
    }
  }

  /** Sets the value of a pair; 0 removes it. */
  set(a: number, b: number, value: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let gone = -1;
    for (let slot = mix(a, b) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * WIDE;
      const held = slots[at + 2] as number;
      if (held === FREE) {
        if (value !== 0) this.#insert(gone < 0 ? at : gone, gone < 0, a, b, value);
        return;
      }
      if (held === GONE) {
        if (gone < 0) gone = at;
        continue;
      }
      if (slots[at] !== a || slots[at + 1] !== b) continue;
      slots[at + 2] = value === 0 ? GONE : value;
      if (value === 0) this.#live--;
      return;
    }
  }

  #insert(at: number, fresh: boolean, a: number, b: number, value: number): void {
    put(this.#slots, at, a, b, value);
    this.#live++;
    if (fresh && ++this.#used > (this.#mask + 1) * LOAD) this.#grow();
  }

  #grow(): void {
    const length = this.#mask + 1;
    const size = this.#live > (length * LOAD) / 2 ? length * 2 : length;
    const old = this.#slots;
    const slots = zeros(size * WIDE);
    const mask = size - 1;
    for (let from = 0; from < old.length; from += WIDE) {
      const held = old[from + 2] as number;
      if (held <= 0) continue;
      const [a, b] = [old[from] as number, old[from + 1] as number];
      let slot = mix(a, b) & mask;
      while (slots[slot * WIDE + 2] !== FREE) slot = (slot + 1) & mask;
      put(slots, slot * WIDE, a, b, held);
    }
    this.#slots = slots;
    this.#mask = mask;
    this.#used = this.#live;
  }
}

function put(slots: Int32Array, at: number, a: number, b: number, value: number): void {
  slots[at] = a;
  slots[at + 1] = b;
  slots[at + 2] = value;
}

/** Large blocks of memory begin 16 bytes after a page (glibc's malloc): so many integers on begins a line of the cache. */
export const LINE_START = 12;

/** Rows of eight integers, so that none lies across two lines of the cache; doubles as it fills. */
export class IntRows {
  #data = zeros(LINE_START + SMALLEST * 8);

  get(row: number, column: number): number {
    return this.#data[LINE_START + row * 8 + column] as number;
  }

  set(row: number, column: number, value: number): void {
    const at = LINE_START + row * 8 + column;
    if (at >= this.#data.length) {
      const larger = zeros(Math.max(at + 8, this.#data.length * 2));
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[at] = value;
  }
}
