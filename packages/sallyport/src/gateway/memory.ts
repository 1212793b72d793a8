import { createCipheriv } from 'node:crypto';

/** Texts remembered; at about 150 bytes each this is some 10 MB. */
const MAX_REMEMBERED = 65_536;
/** Shorter texts are judged as fast as hashed and looked up. What a system says comes with each request of an app: there it is worth it sooner. */
const MIN_REMEMBERED = 2_048;
const MIN_REMEMBERED_SYSTEM = 256;

/** Whether a text is worth a place. */
export function isRemembered(origin: string, text: string): boolean {
  return text.length >= (origin === 'system' ? MIN_REMEMBERED_SYSTEM : MIN_REMEMBERED);
}

const NONCE = Buffer.alloc(12);

/** Where texts of up to 128 K characters are written; longer ones get their own. */
const input = Buffer.allocUnsafeSlow(1 << 18);

/**
 * Remembers what the guards said of a text, so that a conversation is not scanned anew each turn. Keys are a keyed hash over the context
 * (tenant, point, origin, guard version) and the text, so nobody can make a text that is taken for another one.
 * Two generations: when the young one is full it becomes the old one, which is cheaper than keeping an exact order of use.
 */
export class VerdictMemory<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();
  readonly #limit: number;

  constructor(limit: number = MAX_REMEMBERED) {
    this.#limit = limit / 2;
  }

  /**
   * The key of a text in a context: GMAC (NIST SP 800-38D) with a secret of 32 bytes, several times faster than SHA-256 and paid for each new text. Its nonce
   * is always the same: that gives the hash away to who sees tags, and no tag leaves this memory. Two inputs of n bytes share one with a
   * chance of n / 2^124. UTF-16, since UTF-8 would make all lone surrogates one.
   */
  static keyOf(secret: Buffer, context: string, text: string): string {
    const head = `${context.length}:${context}`;
    const size = (head.length + text.length) * 2;
    const bytes = size <= input.length ? input : Buffer.allocUnsafeSlow(size);
    bytes.write(head, 0, 'utf16le');
    bytes.write(text, head.length * 2, 'utf16le');
    const mac = createCipheriv('aes-256-gcm', secret, NONCE);
    mac.setAAD(bytes.subarray(0, size));
    mac.final();
    return mac.getAuthTag().toString('latin1');
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
