/** A seeded stream of random numbers (mulberry32): the same seed gives the same weights and the same texts everywhere. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 to n - 1. */
  below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * n);
  }

  of<T>(list: readonly T[]): T {
    if (list.length === 0) throw new TypeError('nothing to choose from');
    return list[this.below(list.length)] as T;
  }

  /** True in a share of the cases. */
  chance(share: number): boolean {
    return this.below(1_000_000) < share * 1_000_000;
  }
}
