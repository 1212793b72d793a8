import { randomFillSync } from 'node:crypto';

declare const brand: unique symbol;
/** A string that only the function which checked it may produce. */
export type Brand<T, B extends string> = T & { readonly [brand]: B };

export type TenantId = Brand<string, 'TenantId'>;
export type PrincipalId = Brand<string, 'PrincipalId'>;
export type KeyId = Brand<string, 'KeyId'>;
export type EventId = Brand<string, 'EventId'>;

/** The tenant of a fresh installation. */
export const DEFAULT_TENANT = 'default' as TenantId;

/** Crockford's base 32: no I, L, O, U, so that a person can read an id aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new id: `prefix_` + 10 characters of time (48-bit milliseconds, so ids sort by time) + 16 characters (80 bits) of randomness,
 * the layout of a ULID (https://github.com/ulid/spec).
 */
export function newId(prefix: string, now: number, random: Uint8Array = pooledRandom(10)): string {
  let time = '';
  for (let i = 0, t = now; i < 10; i++) {
    time = ALPHABET[t % 32] + time;
    t = Math.floor(t / 32);
  }
  let bits = 0;
  let held = 0;
  let tail = '';
  for (const byte of random) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 5) {
      held -= 5;
      tail += ALPHABET[(bits >>> held) & 31];
      bits &= (1 << held) - 1;
    }
  }
  return `${prefix}_${time}${tail}`;
}

// The system's generator is asked for a page at a time: one call costs as much as the rest of an id.
const pool = Buffer.alloc(4096);
let taken = pool.length;

/** The next `count` random bytes; valid until the next call only. */
function pooledRandom(count: number): Uint8Array {
  if (taken + count > pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += count;
  return pool.subarray(taken - count, taken);
}

/** Whether `text` is an id with this prefix, as `newId` makes them. */
export function isId(prefix: string, text: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[0-9a-hjkmnp-tv-z]{26}$/.test(text.slice(prefix.length + 1));
}

/** A tenant name as an operator may choose it; the first character is a letter. */
export function parseTenantId(text: string): TenantId | undefined {
  return /^[a-z][a-z0-9-]{0,62}$/.test(text) ? (text as TenantId) : undefined;
}
