import { createHmac } from 'node:crypto';
import { luhn, mod97 } from '../detectors/identifiers/checksum.ts';
import { IDENTIFIERS } from '../detectors/identifiers/table.ts';

/** Separates this use of the tenant's key from all others. */
const PURPOSE = 'sallyport/shape/1';

/** Values that are tried until the check digits fit: an issuer's check lets one in 97 through at the least. */
const MAX_TRIES = 2_000;

/** What a type's masked value must be: `begin` stands in its reserved range, `fits` is its check. */
type Reserved = { readonly begin?: (value: string) => string; readonly fits?: (value: string) => boolean };

const compact = (value: string): string => value.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase();

const RESERVED: Readonly<Record<string, Reserved>> = {
  // ISO/IEC 7812: the major industry identifier 0 is of no payment network.
  CREDIT_CARD: { begin: (value) => withDigits(value, '0'), fits: (value) => luhn(compact(value)) },
  // Area 666 was never issued (ssa.gov/employer/randomization.html).
  US_SSN: { begin: (value) => withDigits(value, '666') },
  IBAN_CODE: { begin: (value) => value, fits: (value) => mod97(compact(value)) },
};

/** Digits of the country code and so on that stay as they are: letters of an IBAN's country, a telephone number's `+` and code. */
const KEPT: Readonly<Record<string, RegExp>> = { IBAN_CODE: /^[A-Za-z]{2}/, PHONE_NUMBER: /^\+\d{1,2}/ };

/**
 * Another value of the same form: digits stay digits, capitals capitals, separators stand where they stood; check digits fit where the type has
 * them, in a range that no one was given where there is one. Addresses of mail and web become names under `.example` (RFC 2606), IPv4
 * addresses stand in 192.0.2.0/24 (RFC 5737). The same for the same key, principal, type and value. One way: nothing can restore it.
 */
export function maskShape(key: Uint8Array, principal: string, type: string, value: string): string {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const candidate = shapeOf(type, value, randomOf(key, [principal, type, value, String(attempt)]));
    if (candidate !== value && fits(type, candidate)) return candidate;
  }
  return `[${type}]`;
}

function shapeOf(type: string, value: string, random: () => number): string {
  if (type === 'EMAIL_ADDRESS') return `${lettersFor(value.slice(0, value.indexOf('@')), random)}@${lettersFor('abcdefg', random)}.example`;
  if (type === 'URL') return `https://${lettersFor('abcdefgh', random)}.example/`;
  if (type === 'IP_ADDRESS' && /^\d+(?:\.\d+){3}$/.test(value)) return `192.0.2.${random() % 254}`;
  const kept = KEPT[type]?.exec(value)?.[0] ?? '';
  const drawn = kept + lettersFor(value.slice(kept.length), random);
  return RESERVED[type]?.begin?.(drawn) ?? drawn;
}

/** Each digit and letter becomes another of its kind; what is neither stays. */
function lettersFor(value: string, random: () => number): string {
  return value.replaceAll(/\p{Lu}|\p{L}|\d/gu, (char) => {
    if (/\d/.test(char)) return String(random() % 10);
    return String.fromCharCode((char === char.toLowerCase() ? 97 : 65) + (random() % 26));
  });
}

function fits(type: string, value: string): boolean {
  const reserved = RESERVED[type];
  if (reserved !== undefined) return reserved.fits?.(value) ?? true;
  const checked = IDENTIFIERS.filter((one) => one.type === type && one.check !== undefined && one.keepsCase !== true);
  return (
    checked.length === 0 ||
    checked.some(({ check, pattern }) => pattern?.test(compact(value)) !== false && check?.(compact(value)) === true)
  );
}

/** `digits` in place of the first digits of `value`. */
function withDigits(value: string, digits: string): string {
  let at = 0;
  return value.replaceAll(/\d/g, (digit) => digits[at++] ?? digit);
}

/** Bytes of HMACs over the fields, one after the other; each field is preceded by its length. */
function randomOf(key: Uint8Array, fields: readonly string[]): () => number {
  const text = [PURPOSE, ...fields].map((field) => `${Buffer.byteLength(field)}:${field}`).join('');
  let block = 0;
  let bytes = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at >= bytes.length) {
      bytes = createHmac('sha256', key).update(`${block++}:${text}`).digest();
      at = 0;
    }
    return bytes[at++] ?? 0;
  };
}
