import { createPublicKey, hash, type KeyObject, type webcrypto } from 'node:crypto';
import { CLOCK_SKEW, span } from './access_token.ts';
import { readJws, signatureFits } from './jwt.ts';
import type { SeenProofs } from './seen_proofs.ts';

/** What a DPoP proof (RFC 9449 section 4) must be about. */
export type ProofExpected = {
  readonly method: string;
  /** The address as the client used it, without query: the gate's own address and the path. */
  readonly url: string;
  /** SHA-256 of the token, base64url. */
  readonly hash: string;
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

/** `id`: a hash by which all processes know the proof. `say` is public text. */
export type ProofRead = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly say: string };

/** Checks a proof (RFC 9449 section 4.3), and that it was not used here. */
export function readProof(proof: string, expected: ProofExpected, seen: SeenProofs): ProofRead {
  const jws = readJws(proof);
  if (jws === undefined) return no('The DPoP proof cannot be read.');
  const { typ, jwk, crit } = jws.header;
  if (typ !== 'dpop+jwt' || crit !== undefined) return no('The DPoP header holds something else than a proof.');
  const known = typeof jwk === 'object' && jwk !== null ? publicKey(jwk) : undefined;
  if (known === undefined) return no('The DPoP proof has no public key that is supported.');
  if (known.thumbprint !== expected.jkt) return no('The DPoP proof is by another key than the token is bound to.');
  const { htm, htu, iat, jti, ath } = jws.payload;
  if (htm !== expected.method) return no('The DPoP proof is for another method.');
  if (typeof htu !== 'string' || !sameAddress(htu, expected.url)) return no(`The DPoP proof is for another address than ${expected.url}.`);
  if (ath !== expected.hash) return no('The DPoP proof is for another token.');
  if (typeof iat !== 'number' || typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI)
    return no('The DPoP proof lacks its time or id.');
  const off = iat - expected.now / 1_000;
  if (Math.abs(off) > CLOCK_SKEW)
    return no(`The DPoP proof is ${span(Math.abs(off))} ${off > 0 ? 'ahead of' : 'behind'} this clock; set the clock of the client.`);
  // The costly step after the cheap ones.
  if (!signatureFits(jws, known.key, PROOF_ALGORITHMS)) return no('The signature of the DPoP proof is wrong.');
  // Last: only a proof that is right in all else is remembered, so that nobody else can fill the memory.
  const id = seen.first(`${expected.jkt} ${jti}`, expected.now);
  return id === undefined ? no(USED_BEFORE) : { ok: true, id };
}

export const USED_BEFORE = 'The DPoP proof was used before.';

const no = (say: string): ProofRead => ({ ok: false, say });

/** RFC 9449 section 4.3, item 9: compared after normalisation, without query and fragment. */
function sameAddress(given: string, expected: string): boolean {
  // As most clients write it.
  if (given === expected) return true;
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
