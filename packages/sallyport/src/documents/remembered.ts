import { hash } from 'node:crypto';
import type { GivenDocument, ReadDocument } from './document.ts';

/** Text that is kept, in UTF-16 units, and documents: a conversation sends its files again with each turn. */
const MAX_CHARACTERS = 8 * 1024 * 1024;
const MAX_DOCUMENTS = 256;

/** What was read lately, by the SHA-256 of the bytes: who has the same bytes reads the same in them. Refusals are not kept, the next try may go better. */
export class Remembered {
  readonly #read = new Map<string, ReadDocument>();
  #characters = 0;

  static keyOf({ bytes, media = '', name = '' }: GivenDocument): string {
    return `${hash('sha256', bytes, 'hex')} ${media} ${/\.\w{1,8}$/.exec(name)?.[0] ?? ''}`;
  }

  get(key: string): ReadDocument | undefined {
    const read = this.#read.get(key);
    if (read === undefined) return undefined;
    this.#read.delete(key);
    this.#read.set(key, read);
    return read;
  }

  set(key: string, read: ReadDocument): void {
    if (!read.ok || this.#read.has(key)) return;
    this.#read.set(key, read);
    this.#characters += sizeOf(read);
    for (const [oldest, one] of this.#read) {
      if (this.#characters <= MAX_CHARACTERS && this.#read.size <= MAX_DOCUMENTS) return;
      this.#read.delete(oldest);
      this.#characters -= sizeOf(one);
    }
  }
}

function sizeOf(read: ReadDocument): number {
  return read.ok ? read.parts.reduce((sum, { text }) => sum + text.length, 0) : 0;
}
