import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from '../kernel/index.ts';

/** `sp_`, 43 characters of base64url (256 random bits), `_`, and 6 characters of checksum (CRC-32, base 36): a scanner can tell a real key from a look-alike offline. */
const FORM = /^sp_([A-Za-z0-9_-]{43})_([0-9a-z]{7})$/;

/** A new key. */
export function newToken(random: Uint8Array = randomBytes(32)): Secret {
  const body = Buffer.from(random).toString('base64url');
  return new Secret(`sp_${body}_${checksum(body)}`);
}

/** Whether a text has the form of a key and its checksum. */
export function isToken(text: string): boolean {
  const match = FORM.exec(text);
  return match !== null && match[2] === checksum(match[1] as string);
}

/** What is kept of a key: SHA-256, in hexadecimal. */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'hex');
}

function checksum(body: string): string {
  return crc32(body).toString(36).padStart(7, '0');
}
