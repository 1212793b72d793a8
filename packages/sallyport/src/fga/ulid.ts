import { randomBytes } from 'node:crypto';

/** Crockford's base 32, as https://github.com/ulid/spec writes it. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function base32(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest >>= 5n) text = (ALPHABET[Number(rest & 31n)] ?? '0') + text;
  return text;
}

/** A ULID: 48 bits of milliseconds, then 80 bits that order what was made in the same millisecond. */
export function ulidOf(time: number, tail: bigint): string {
  return base32(BigInt(time), 10) + base32(tail & ((1n << 80n) - 1n), 16);
}

/** Makes ULIDs that never go back within this process: within one millisecond the last one counts on (the specification's monotonic form). */
export function ulids(random: (bytes: number) => Buffer = randomBytes): (time: number) => string {
  let last = -1;
  let tail = 0n;
  return (time) => {
    const now = Math.max(time, last);
    // The highest bit stays free, so that counting on does not overflow.
    tail = now === last ? tail + 1n : BigInt(`0x${random(10).toString('hex')}`) >> 1n;
    last = now;
    return ulidOf(now, tail);
  };
}

export const isUlid = (text: string): boolean => /^[ABCDEFGHJKMNPQRSTVWXYZ0-9]{26}$/.test(text);
