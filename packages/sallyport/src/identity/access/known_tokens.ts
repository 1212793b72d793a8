import { hash } from 'node:crypto';

/** Some 3 KB each. A token that was pushed out is verified again. */
const MAX_TOKENS = 5_000;

/** A token whose signature was verified: what it says, by which key, and its hash as proofs name it (RFC 9449 section 4.2). */
export type KnownToken<Claims> = { readonly claims: Claims; readonly kid: string; hash(): string };

/**
 * Tokens whose signatures were verified here. One token comes with many requests, and its text says the same each time; whether it is still good (its
 * times, its key, its audience, who is in force) is looked at anew with each. Only verified ones are kept, the one that came last longest.
 */
export class KnownTokens<Claims> {
  readonly #tokens = new Map<string, KnownToken<Claims>>();

  get(text: string): KnownToken<Claims> | undefined {
    return this.#tokens.get(text);
  }

  add(text: string, claims: Claims, kid: string): KnownToken<Claims> {
    let hashed: string | undefined;
    const known: KnownToken<Claims> = { claims, kid, hash: () => (hashed ??= hash('sha256', text, 'base64url')) };
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size < MAX_TOKENS) break;
      this.#tokens.delete(oldest);
    }
    this.#tokens.set(text, known);
    return known;
  }
}
