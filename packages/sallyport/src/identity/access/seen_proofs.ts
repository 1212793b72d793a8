import { hash } from 'node:crypto';

/** Proofs that are kept at once, in each half; a proof beyond it is refused rather than one forgotten that could be replayed. */
const MAX_PROOFS = 500_000;
/** 128 bits: nobody finds two proofs with the same. */
const KEPT_BYTES = 16;

/**
 * Remembers which proofs were used here (RFC 9449 section 11.1), in two halves that change places: what is in neither was not used in the last `window`
 * milliseconds. What was used at other processes, the database knows (`proof_claims.ts`).
 */
export class SeenProofs {
  #young = new Set<string>();
  #old = new Set<string>();
  #turned = 0;
  readonly #window: number;

  constructor(window: number) {
    this.#window = window;
  }

  /** Its hash, when this is the first use; else undefined. */
  first(proof: string, now: number): string | undefined {
    const kept = hash('sha256', proof, 'buffer').toString('base64url', 0, KEPT_BYTES);
    if (now - this.#turned >= this.#window) {
      // After two windows of silence what is young is old too.
      this.#old = now - this.#turned >= 2 * this.#window ? new Set() : this.#young;
      this.#young = new Set();
      this.#turned = now;
    }
    if (this.#young.has(kept) || this.#old.has(kept) || this.#young.size >= MAX_PROOFS) return undefined;
    this.#young.add(kept);
    return kept;
  }
}
