import { createPublicKey, hash, type KeyObject, type webcrypto } from 'node:crypto';
import { CLOCK_SKEW, span } from './access_token.ts';
import { readJws, signatureFits } from './jwt.ts';
import type { SeenProofs } from './seen_proofs.ts';

/** What a DPoP proof (RFC 9449 section 4) must be about. */
export type ProofExpected = {
  readonly method: string;
  /** The address as the client used it, without query: the gate's own address and the path. */
  readonly url: string;
  readonly token: string;
  /** Thumbprint of the key that the token is bound to. */
  readonly jkt: string;
  readonly now: number;
};

export const PROOF_ALGORITHMS: readonly string[] = ['ES256', 'Ed25519', 'EdDSA'];
/** An id is compared and kept; nobody needs a longer one. */
const MAX_JTI = 256;
/** Keys that were read lately, by their text: reading one costs as much as verifying with it. */
const MAX_KEYS = 2_000;

const keys = new Map<string, { readonly key: KeyObject; readonly thumbprint: string } | undefined>();

/** Checks a proof (RFC 9449 section 4.3); answers what is wrong with it, as public text, or undefined. */
export function proofProblem(proof: string, expected: ProofExpected, seen: SeenProofs): string | undefined {
  const jws = readJws(proof);
  if (jws === undefined) return 'The DPoP proof cannot be read.';
  const { typ, jwk, crit } = jws.header;
  if (typ !== 'dpop+jwt' || crit !== undefined) return 'The DPoP header holds something else than a proof.';
  const known = typeof jwk === 'object' && jwk !== null ? publicKey(jwk) : undefined;
  if (known === undefined) return 'The DPoP proof has no public key that is supported.';
  if (known.thumbprint !== expected.jkt) return 'The DPoP proof is by another key than the token is bound to.';
  if (!signatureFits(jws, known.key, PROOF_ALGORITHMS)) return 'The signature of the DPoP proof is wrong.';
  const { htm, htu, iat, jti, ath } = jws.payload;
  if (htm !== expected.method) return 'The DPoP proof is for another method.';
  if (typeof htu !== 'string' || !sameAddress(htu, expected.url)) return `The DPoP proof is for another address than ${expected.url}.`;
  if (ath !== hash('sha256', expected.token, 'base64url')) return 'The DPoP proof is for another token.';
  if (typeof iat !== 'number' || typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI)
    return 'The DPoP proof lacks its time or id.';
  const off = iat - expected.now / 1_000;
  if (Math.abs(off) > CLOCK_SKEW)
    return `The DPoP proof is ${span(Math.abs(off))} ${off > 0 ? 'ahead of' : 'behind'} this clock; set the clock of the client.`;
  // Last: only a proof that is right in all else is remembered, so that nobody else can fill the memory.
  return seen.first(`${expected.jkt} ${jti}`, expected.now) ? undefined : 'The DPoP proof was used before.';
}

/** RFC 9449 section 4.3, item 9: compared after normalisation, without query and fragment. */
function sameAddress(given: string, expected: string): boolean {
  const url = URL.parse(given);
  if (url === null || url.username !== '' || url.password !== '') return false;
  return `${url.origin}${url.pathname}` === expected;
}

function publicKey(jwk: webcrypto.JsonWebKey): { readonly key: KeyObject; readonly thumbprint: string } | undefined {
  const text = JSON.stringify(jwk);
  if (text.length > 1_000) return undefined;
  const known = keys.get(text);
  if (known !== undefined || keys.has(text)) return known;
  const read = readKey(jwk);
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(text, read);
  return read;
}

function readKey(jwk: webcrypto.JsonWebKey): { readonly key: KeyObject; readonly thumbprint: string } | undefined {
  const thumbprint = jwkThumbprint(jwk);
  if (thumbprint === undefined || 'd' in jwk) return undefined;
  try {
    return { key: createPublicKey({ key: jwk, format: 'jwk' }), thumbprint };
  } catch {
    return undefined;
  }
}

/** The thumbprint of RFC 7638 in base64url, of the kinds of keys that we take. */
export function jwkThumbprint(jwk: webcrypto.JsonWebKey): string | undefined {
  const { kty, crv, x, y, e, n } = jwk as Record<string, unknown>;
  const members = kty === 'EC' ? { crv, kty, x, y } : kty === 'OKP' ? { crv, kty, x } : kty === 'RSA' ? { e, kty, n } : undefined;
  if (members === undefined || Object.values(members).some((value) => typeof value !== 'string')) return undefined;
  return hash('sha256', JSON.stringify(members), 'base64url');
}
