import { hash } from 'node:crypto';

/** Texts remembered; at about 150 bytes each this is some 10 MB. */
const MAX_REMEMBERED = 65_536;
/** Shorter texts are judged as fast as hashed and looked up. */
export const MIN_REMEMBERED_LENGTH = 2_048;

/**
 * Remembers what the guards said of a text, so that a conversation is not scanned anew each turn. Keys are SHA-256 over a secret key, the
 * context (tenant, point, origin, guard version) and the text, so nobody can make a text that is taken for another one.
 * Two generations: when the young one is full it becomes the old one, which is cheaper than keeping an exact order of use.
 */
export class VerdictMemory<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();
  readonly #limit: number;

  constructor(limit: number = MAX_REMEMBERED) {
    this.#limit = limit / 2;
  }

  /** The key of a text in a context; `secret` has a fixed length, so no two inputs give the same bytes to hash. */
  static keyOf(secret: string, context: string, text: string): string {
    return hash('sha256', `${secret}${context.length}:${context}${text}`, 'latin1');
  }

  get(key: string): T | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: T): void {
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
