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

/** Shannon entropy of the characters, in bits per character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** What documentation writes in place of a credential. */
const SAMPLE = /x{5,}|X{5,}|\*{4,}|\.{4,}|0{10,}|EXAMPLE|your[-_]?|YOUR[-_]?|changeme|placeholder|redacted|dummy/;

/** Whether a value is a sample from documentation, by what it says. */
export function isSample(value: string): boolean {
  return SAMPLE.test(value);
}
