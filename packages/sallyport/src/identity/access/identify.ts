import type { KeyRecord } from '../key.ts';
import { audienceCovers, readAccessToken } from './access_token.ts';
import { principalOf } from './principal.ts';
import { proofProblem } from './proof.ts';
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
export type Identified = { readonly ok: true; readonly key: KeyRecord } | { readonly ok: false; readonly say?: string };

export type Place = { readonly issuer: string; readonly resource: string };

/** Reads an access token of ours with all that belongs to it: signature, times, audience, proof of its key, and whether it still counts. */
export function identifyToken(presented: Presented, place: Place, snapshot: Snapshot, seen: SeenProofs, now: number): Identified {
  const read = readAccessToken(presented.token, { issuer: place.issuer, keys: snapshot.verification, now });
  if (!read.ok) return read;
  const { claims } = read;
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
  const problem = proofProblem(presented.proof, { method: presented.method, url, token: presented.token, jkt: claims.jkt, now }, seen);
  return problem === undefined ? found : { ok: false, say: problem };
}
