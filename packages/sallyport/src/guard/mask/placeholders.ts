import { createHmac } from 'node:crypto';

import { HASH_DIGITS } from '../pattern/index.ts';
import { escapeLookalikes } from './lookalike.ts';
import { maskSecret, parsePlaceholder, typeName } from './placeholder.ts';
import { maskShape } from './shape.ts';
import { createRestorer, restoreText, type RestoreContext, type Restored, type Restorer } from './restore.ts';

/** What must be kept (encrypted by the caller) so that a later request with `previous_response_id` can restore this one's values. */
export type SealedPlaceholders = { readonly version: 1; readonly entries: readonly (readonly [placeholder: string, value: string])[] };

/** The masked values of one request. */
export type Placeholders = {
  /** A typed placeholder for a value, `<EMAIL_ADDRESS_1a2b3c4d5e>`; the same for the same type and value, in every request of the principal. */
  readonly mask: (type: string, value: string) => string;
  /** `[SECRET_TYPE]`: one way, never restored. */
  readonly maskSecret: (type: string) => string;
  /** Was this placeholder, in a form that models give back, given out in this request (or in its sealed map)? */
  readonly isPlaceholder: (text: string) => boolean;
  /** Changes what has a placeholder's form in incoming text so that it is never restored; the same string when there is none. */
  readonly escapeLookalikes: (text: string) => string;
  /** Restores a whole text. */
  readonly restore: (text: string, context: RestoreContext) => Restored;
  /** Restores a stream; one for each channel, made when the request is masked. */
  readonly restorer: (context: RestoreContext) => Restorer;
  /** Placeholder to value. */
  readonly masked: ReadonlyMap<string, string>;
  /** The masked values as plain data. */
  readonly seal: () => SealedPlaceholders;
};

/**
 * `key`: the tenant's masking key, 32 bytes. `principal`: its id. `sealed`: maps of earlier requests of the same principal. `shapes`: types whose
 * masked value keeps its form and is never restored.
 */
export type PlaceholderOptions = {
  readonly key: Uint8Array;
  readonly principal: string;
  readonly sealed?: SealedPlaceholders;
  readonly shapes?: readonly string[];
};

/** Values of one request that can be restored; what is masked past it stays masked. A request of 10 MB has fewer e-mail addresses. */
const MAX_MASKED = 100_000;

/** Separates this use of the tenant's key from all others. */
const PURPOSE = 'sallyport/placeholder/1';

/** Longer hashes are tried in this order when two values of a request have the same. */
const HASH_LENGTHS = [HASH_DIGITS.min, 16, 24, HASH_DIGITS.max] as const;

/** Masking for one request. Throws RangeError when the key is shorter than 16 bytes. */
export function createPlaceholders(options: PlaceholderOptions): Placeholders {
  if (options.key.length < 16) throw new RangeError('a masking key has at least 16 bytes');
  const masked = openSealed(options.sealed);
  const byValue = new Map<string, string>();
  const valueOf = (placeholder: string): string | undefined => masked.get(placeholder);
  return {
    mask(type, value) {
      if (options.shapes?.includes(type) === true) return maskShape(options.key, options.principal, type, value);
      const name = typeName(type);
      const known = byValue.get(`${name}:${value}`);
      if (known !== undefined) return known;
      const placeholder = freePlaceholder(masked, name, value, hashOf(options, name, value));
      if (masked.size < MAX_MASKED) masked.set(placeholder, value);
      byValue.set(`${name}:${value}`, placeholder);
      return placeholder;
    },
    maskSecret,
    isPlaceholder: (text) => {
      const form = parsePlaceholder(text);
      return form !== undefined && masked.has(form.canonical);
    },
    escapeLookalikes,
    restore: (text, context) => restoreText(text, context, valueOf, masked.size > 0),
    restorer: (context) => createRestorer(context, valueOf, masked.size > 0),
    masked,
    seal: () => ({ version: 1, entries: [...masked] }),
  };
}

/** Every field is preceded by its length, so that no two different inputs are the same bytes. */
function hashOf({ key, principal }: PlaceholderOptions, type: string, value: string): string {
  const fields = [PURPOSE, principal, type, value].map((field) => `${Buffer.byteLength(field)}:${field}`);
  return createHmac('sha256', key).update(fields.join('')).digest('hex');
}

/** The shortest hash that no other value of this request has. */
function freePlaceholder(masked: ReadonlyMap<string, string>, type: string, value: string, hash: string): string {
  for (const length of HASH_LENGTHS) {
    const placeholder = `<${type}_${hash.slice(0, length)}>`;
    const taken = masked.get(placeholder);
    if (taken === undefined || taken === value) return placeholder;
  }
  // Two values with the same 128 bits of a keyed hash: not by chance, and not by anyone without the key.
  throw new RangeError('two values with the same placeholder');
}

/** Sealed maps come back from storage: what does not have the form is left out, and so can never be restored. */
function openSealed(sealed: SealedPlaceholders | undefined): Map<string, string> {
  const masked = new Map<string, string>();
  for (const [placeholder, value] of sealed?.entries ?? []) {
    if (masked.size < MAX_MASKED && typeof value === 'string' && parsePlaceholder(placeholder)?.canonical === placeholder)
      masked.set(placeholder, value);
  }
  return masked;
}
