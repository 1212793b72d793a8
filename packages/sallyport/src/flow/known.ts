import type { Reading } from './field.ts';

/** What was found out about a text: each member when it was first asked for. */
export type Known = { canonical?: string; reading?: Reading; named?: boolean };

/** Shorter texts are read as fast as looked up. */
const MIN_LENGTH = 256;
/** Characters of the texts that are kept in one of two generations: some ten long conversations. */
const MAX_CHARACTERS = 2_000_000;

/**
 * What was found out about texts, from one request to the next: an agent sends its whole conversation with every turn, and only the last
 * results are new. Keys are the texts themselves, by whose they are. Two generations: when the young one is full it becomes the old one.
 */
export class KnownTexts {
  #young = new Map<string, Known>();
  #old = new Map<string, Known>();
  #size = 0;

  /** `kind` tells ways of reading apart that give another result for the same text. */
  of(owner: string, kind: string, text: string): Known {
    if (text.length < MIN_LENGTH || text.length > MAX_CHARACTERS) return {};
    const key = `${owner}\n${kind}\n${text}`;
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const known = this.#old.get(key) ?? {};
    if (this.#size + key.length > MAX_CHARACTERS) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    this.#young.set(key, known);
    this.#size += key.length;
    return known;
  }
}
