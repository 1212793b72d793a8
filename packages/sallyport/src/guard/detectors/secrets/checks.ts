import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM_LENGTH = 6;

/**
 * Whether the last six characters are the base-62 CRC-32 of the ones between prefix and them: GitHub's and npm's tokens
 * (https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/).
 */
export function githubChecksum(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1);
  let sum = crc32(body.slice(0, -CHECKSUM_LENGTH));
  let expected = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    expected = (BASE62[sum % 62] ?? '') + expected;
    sum = Math.floor(sum / 62);
  }
  return body.endsWith(expected);
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const BECH32_GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** Whether the checksum of a Bech32 text is right (BIP 173): age identities, Nostr keys. */
export function bech32(value: string): boolean {
  const text = value.toLowerCase();
  const at = text.lastIndexOf('1');
  const name = Array.from(text.slice(0, at), (char) => char.charCodeAt(0));
  const data = Array.from(text.slice(at + 1), (char) => BECH32.indexOf(char));
  if (data.includes(-1)) return false;
  let sum = 1;
  for (const digit of [...name.map((c) => c >> 5), 0, ...name.map((c) => c & 31), ...data]) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ digit;
    for (const [bit, generator] of BECH32_GENERATOR.entries()) if ((top >> bit) & 1) sum ^= generator;
  }
  return sum === 1;
}

/** Whether a PyPI token is a macaroon (version 2) for pypi.org or test.pypi.org: https://pypi.org/help/#apitoken. */
export function pypiToken(value: string): boolean {
  const bytes = Buffer.from(value.slice('pypi-'.length), 'base64url');
  const place = bytes.toString('latin1', 3, 3 + (bytes[2] ?? 0));
  return bytes[0] === 2 && bytes[1] === 1 && (place === 'pypi.org' || place === 'test.pypi.org');
}

/** Whether the middle of a Sentry organisation token is an object that names an installation (getsentry/rfcs 0091). */
export function sentryToken(value: string): boolean {
  const middle = value.slice('sntrys_'.length, value.lastIndexOf('_'));
  return /^\{.*"url":.*\}$/s.test(Buffer.from(middle, 'base64').toString('latin1'));
}

/** Whether a Discord token begins with the number of an account in base64. */
export function discordId(value: string): boolean {
  return /^[0-9]{15,20}$/.test(Buffer.from(value.slice(0, value.indexOf('.')), 'base64url').toString('latin1'));
}

/** Claims of tokens that are meant to be public: Supabase's key for anyone. */
const PUBLIC_CLAIM = /"role"\s*:\s*"anon"/;

/** Whether a token's head names an algorithm (RFC 7515) and its claims are neither a sample nor meant for everyone. */
export function jwt(value: string): boolean {
  const [head, claims] = value.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
  if (head === undefined || claims === undefined || !/"alg"\s*:|"enc"\s*:|"typ"\s*:/.test(head)) return false;
  return !PUBLIC_CLAIM.test(claims) && !/1234567890|john\.?\s?doe|jane\.?\s?doe|example\.com/i.test(claims);
}
