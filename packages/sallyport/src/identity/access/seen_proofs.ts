import { hash } from 'node:crypto';

/** Proofs that are kept at once, in each half; a proof beyond it is refused rather than one forgotten that could be replayed. */
const MAX_PROOFS = 500_000;
/** Proofs that wait to be told to other processes; beyond it they hear of the first ones only, and say so by nothing: each still refuses its own. */
const MAX_WAITING = 20_000;
/** 128 bits: nobody finds two proofs with the same. */
const KEPT_BYTES = 16;

/**
 * Remembers which proofs were used (RFC 9449 section 11.1), in two halves that change places: what is in neither was not used in the last `window`
 * milliseconds. In memory, because a look into the database with each request would cost a hundred times as much; other processes are told in bunches
 * (`take`, `learn`), so that a proof that is stolen is good elsewhere for a fraction of a second at most.
 */
export class SeenProofs {
  #young = new Set<string>();
  #old = new Set<string>();
  #waiting: string[] = [];
  #turned = 0;
  readonly #window: number;

  constructor(window: number) {
    this.#window = window;
  }

  /** Whether this is the first use. */
  first(proof: string, now: number): boolean {
    const kept = hash('sha256', proof, 'buffer').toString('base64url', 0, KEPT_BYTES);
    if (!this.#add(kept, now)) return false;
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(kept);
    return true;
  }

  /** What was used here since the last call: for other processes. */
  take(): readonly string[] {
    const taken = this.#waiting;
    if (taken.length > 0) this.#waiting = [];
    return taken;
  }

  /** What was used elsewhere. */
  learn(kept: readonly string[], now: number): void {
    for (const one of kept) this.#add(one, now);
  }

  #add(kept: string, now: number): boolean {
    if (now - this.#turned >= this.#window) {
      // After two windows of silence what is young is old too.
      this.#old = now - this.#turned >= 2 * this.#window ? new Set() : this.#young;
      this.#young = new Set();
      this.#turned = now;
    }
    if (this.#young.has(kept) || this.#old.has(kept) || this.#young.size >= MAX_PROOFS) return false;
    this.#young.add(kept);
    return true;
  }
}
