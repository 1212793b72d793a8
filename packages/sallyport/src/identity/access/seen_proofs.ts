/** Proofs that are kept at once, in each half; a proof beyond it is refused rather than one forgotten that could be replayed. */
const MAX_PROOFS = 500_000;

/**
 * Remembers which proofs were used, in two halves that change places: what is in neither was not used in the last `window` milliseconds.
 * In the memory of one process: behind several, a proof that is stolen within its minutes could be used once at each (RFC 9449 section 11.1).
 */
export class SeenProofs {
  #young = new Set<string>();
  #old = new Set<string>();
  #turned = 0;
  readonly #window: number;

  constructor(window: number) {
    this.#window = window;
  }

  /** Whether this is the first use. */
  first(proof: string, now: number): boolean {
    if (now - this.#turned >= this.#window) {
      // After two windows of silence what is young is old too.
      this.#old = now - this.#turned >= 2 * this.#window ? new Set() : this.#young;
      this.#young = new Set();
      this.#turned = now;
    }
    if (this.#young.has(proof) || this.#old.has(proof) || this.#young.size >= MAX_PROOFS) return false;
    this.#young.add(proof);
    return true;
  }
}
