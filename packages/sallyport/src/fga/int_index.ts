/** 32-bit mixing (the finaliser of MurmurHash3): neighbouring numbers land far apart. */
export function mix(a: number, b: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const FREE = 0;
const GONE = -1;
/** Slots in use, gone ones included, at which the table grows. */
const LOAD = 0.6;
const SMALLEST = 16;

/**
 * A hash index over pairs of integers with open addressing in typed arrays: ten million entries cost 240 MB, where a Map of strings
 * would need gigabytes and a Map at all ends at 2^24. Values are positive; 0 means absent.
 */
export class PairIndex {
  #a = new Int32Array(SMALLEST);
  #b = new Int32Array(SMALLEST);
  #value = new Int32Array(SMALLEST);
  #used = 0;
  #live = 0;

  get(a: number, b: number): number {
    const mask = this.#value.length - 1;
    for (let slot = mix(a, b) & mask; ; slot = (slot + 1) & mask) {
      const value = this.#value[slot] as number;
      if (value === FREE) return 0;
      if (value !== GONE && this.#a[slot] === a && this.#b[slot] === b) return value;
    }
  }

  /** Sets the value of a pair; 0 removes it. */
  set(a: number, b: number, value: number): void {
    const mask = this.#value.length - 1;
    let gone = -1;
    for (let slot = mix(a, b) & mask; ; slot = (slot + 1) & mask) {
      const held = this.#value[slot] as number;
      if (held === FREE) {
        if (value !== 0) this.#insert(gone < 0 ? slot : gone, gone < 0, a, b, value);
        return;
      }
      if (held === GONE) {
        if (gone < 0) gone = slot;
        continue;
      }
      if (this.#a[slot] !== a || this.#b[slot] !== b) continue;
      this.#value[slot] = value === 0 ? GONE : value;
      if (value === 0) this.#live--;
      return;
    }
  }

  #insert(slot: number, fresh: boolean, a: number, b: number, value: number): void {
    this.#a[slot] = a;
    this.#b[slot] = b;
    this.#value[slot] = value;
    this.#live++;
    if (fresh && ++this.#used > this.#value.length * LOAD) this.#grow();
  }

  #grow(): void {
    const { length } = this.#value;
    const size = this.#live > (length * LOAD) / 2 ? length * 2 : length;
    const [a, b, value] = [this.#a, this.#b, this.#value];
    this.#a = new Int32Array(size);
    this.#b = new Int32Array(size);
    this.#value = new Int32Array(size);
    this.#used = this.#live;
    const mask = size - 1;
    for (let i = 0; i < length; i++) {
      const held = value[i] as number;
      if (held <= 0) continue;
      let slot = mix(a[i] as number, b[i] as number) & mask;
      while (this.#value[slot] !== FREE) slot = (slot + 1) & mask;
      this.#a[slot] = a[i] as number;
      this.#b[slot] = b[i] as number;
      this.#value[slot] = held;
    }
  }
}

/** An array of integers that doubles as it fills. */
export class IntColumn {
  #data = new Int32Array(SMALLEST);

  get(at: number): number {
    return this.#data[at] as number;
  }

  set(at: number, value: number): void {
    if (at >= this.#data.length) {
      const larger = new Int32Array(Math.max(at + 1, this.#data.length * 2));
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[at] = value;
  }
}
