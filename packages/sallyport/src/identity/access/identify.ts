import type { KeyRecord } from '../key.ts';
import { audienceCovers, readAccessToken, type VerifiedTokens } from './access_token.ts';
import { principalOf } from './principal.ts';
import { readProof } from './proof.ts';
import type { SeenProofs } from './seen_proofs.ts';
import type { Snapshot } from './snapshot.ts';

/** What a request presents at the gateway port. */
export type Presented = {
  /** `dpop`: the token came as `Authorization: DPoP`, and must be proved. */
  readonly scheme: 'bearer' | 'dpop';
  readonly token: string;
  readonly proof: string | undefined;
  readonly method: string;
  /** The path of the request, without its query. */
  readonly path: string;
  /** Where it comes from. */
  readonly address: string;
};

/** Who a request is by, or what to tell it; `say` is public text. */
export type Identified =
  /** `unsure`: whether its proof was used at another process could not be found out. */
  { readonly ok: true; readonly key: KeyRecord; readonly unsure?: true } | { readonly ok: false; readonly say?: string };

/** As `Identified`, for this process alone; `proof`: what must be new in all others too. */
export type IdentifiedHere = Identified & { readonly proof?: string };

/** What a process remembers of tokens and proofs. */
export type Remembered = { readonly seen: SeenProofs; readonly known: VerifiedTokens };

export type Place = { readonly issuer: string; readonly resource: string };

/** Reads an access token of ours with all that belongs to it: signature, times, audience, proof of its key, and whether it still counts. */
export function identifyToken(
  presented: Presented,
  place: Place,
  snapshot: Snapshot,
  { seen, known }: Remembered,
  now: number,
): IdentifiedHere {
  const read = readAccessToken(presented.token, { issuer: place.issuer, keys: snapshot.verification, now }, known);
  if (!read.ok) return read;
  const { claims, token } = read;
  if (!audienceCovers(claims.aud, place.resource, presented.path)) return { ok: false, say: 'It is for another place than this.' };
  // RFC 9449 section 7.1: neither may a bound token come without its proof, nor another with one.
  if ((claims.jkt !== undefined) !== (presented.scheme === 'dpop'))
    return {
      ok: false,
      say:
        claims.jkt === undefined ? 'It is not bound to a key: send it as Bearer.' : 'It is bound to a key: send it as DPoP, with a proof.',
    };
  const found = principalOf(claims, snapshot, presented.address);
  if (!found.ok || claims.jkt === undefined) return found;
  if (presented.proof === undefined) return { ok: false, say: 'The DPoP proof is missing.' };
  const url = `${place.resource.replace(/\/$/, '')}${presented.path}`;
  const proof = readProof(presented.proof, { method: presented.method, url, hash: token.hash(), jkt: claims.jkt, now }, seen);
  return proof.ok ? { ...found, proof: proof.id } : proof;
}
