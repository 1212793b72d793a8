import { verify, type KeyObject } from 'node:crypto';

/**
 * One compact JWS (RFC 7515 section 3.1), taken apart and not yet believed. Synchronous and without a library, because the gateway reads one with
 * each request: the asynchronous Web Crypto of `jose` costs several times as much. Everything else about tokens is done by libraries.
 */
export type Jws = {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly signed: string;
  readonly signature: Buffer;
};

/** A token is some 900 characters, with a chain of three actors and details some 3,000. */
export const MAX_TOKEN = 8_192;
const PART = /^[A-Za-z0-9_-]+$/;

export function readJws(text: string): Jws | undefined {
  if (text.length > MAX_TOKEN) return undefined;
  const first = text.indexOf('.');
  const second = text.indexOf('.', first + 1);
  if (first < 1 || second < first + 2 || text.includes('.', second + 1)) return undefined;
  const header = readPart(text.slice(0, first));
  const payload = readPart(text.slice(first + 1, second));
  const tail = text.slice(second + 1);
  if (header === undefined || payload === undefined || !PART.test(tail)) return undefined;
  return { header, payload, signed: text.slice(0, second), signature: Buffer.from(tail, 'base64url') };
}

function readPart(part: string): Readonly<Record<string, unknown>> | undefined {
  if (!PART.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What an algorithm's name (RFC 7518, RFC 9864) stands for: the key that it needs decides, never the token alone. */
const ALGORITHMS: Readonly<Record<string, { readonly type: string; readonly curve?: string; readonly digest: string | null }>> = {
  RS256: { type: 'rsa', digest: 'sha256' },
  ES256: { type: 'ec', curve: 'prime256v1', digest: 'sha256' },
  EdDSA: { type: 'ed25519', digest: null },
  Ed25519: { type: 'ed25519', digest: null },
};

/** Whether the signature is that of `key` under `alg`, one of `allowed`. False, never an exception, for anything that does not fit. */
export function signatureFits(jws: Jws, key: KeyObject, allowed: readonly string[]): boolean {
  const { alg } = jws.header;
  if (typeof alg !== 'string' || !allowed.includes(alg)) return false;
  const needs = ALGORITHMS[alg];
  if (needs === undefined || key.type !== 'public' || key.asymmetricKeyType !== needs.type) return false;
  if (needs.curve !== undefined && key.asymmetricKeyDetails?.namedCurve !== needs.curve) return false;
  try {
    return verify(needs.digest, Buffer.from(jws.signed, 'latin1'), { key, dsaEncoding: 'ieee-p1363' }, jws.signature);
  } catch {
    return false;
  }
}
