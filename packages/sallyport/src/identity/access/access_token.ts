import type { KeyObject } from 'node:crypto';
import { readJws, signatureFits } from './jwt.ts';
import { KnownTokens, type KnownToken } from './known_tokens.ts';

/** Who acts for the subject (RFC 8693 section 4.1): the outermost is who acts now, the innermost who began. */
export type Actor = { readonly sub: string; readonly act?: Actor };

/** The claims of our access tokens (RFC 9068 and our own). Times in seconds since 1970. */
export type AccessClaims = {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly client_id: string;
  readonly scope: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  readonly tenant: string;
  readonly act?: Actor;
  /** The key that a request must prove (RFC 9449 section 6.1). */
  readonly jkt?: string;
  /** The grant and the session that it comes from. */
  readonly grant?: string;
  readonly session?: string;
};

/** Why a token is not accepted, for its holder: `say` is public text. */
export type TokenProblem = { readonly ok: false; readonly say: string };
export type TokenRead = { readonly ok: true; readonly claims: AccessClaims; readonly token: KnownToken<AccessClaims> } | TokenProblem;

/** Tokens whose signatures this process has verified. */
export type VerifiedTokens = KnownTokens<AccessClaims>;

export type Expected = {
  readonly issuer: string;
  /** Public keys in force, by `kid`. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** Milliseconds since 1970. */
  readonly now: number;
};

/** How far two clocks may differ, in seconds: two minutes and the time of the way. */
export const CLOCK_SKEW = 125;
/** RS256 costs a third of ES256 to verify, and a token is verified far more often than it is made. */
export const TOKEN_ALGORITHM = 'RS256';
/** Agents that may stand between a person and a call. */
export const MAX_ACTORS = 3;

/** Reads one of our access tokens: form, algorithm, signature (of one that is not `known`), issuer and times. The audience is `audienceCovers`' matter. */
export function readAccessToken(text: string, expected: Expected, known: VerifiedTokens = new KnownTokens()): TokenRead {
  const before = known.get(text);
  if (before !== undefined && expected.keys.has(before.kid)) return inForce(before, expected);
  const jws = readJws(text);
  if (jws === undefined) return no('It is not a key of this gate and not a token.');
  const { kid, typ, crit } = jws.header;
  // RFC 9068 section 2.1: an ID token or a proof is none, whoever signed it. `crit` names what must be understood: nothing is.
  if (typ !== 'at+jwt' || crit !== undefined) return no('It is not an access token.');
  const key = typeof kid === 'string' ? expected.keys.get(kid) : undefined;
  if (typeof kid !== 'string' || key === undefined) return no('Its signing key is not one of this gate, or is no longer in force.');
  if (!signatureFits(jws, key, [TOKEN_ALGORITHM])) return no('Its signature is wrong.');
  const claims = claimsOf(jws.payload);
  if (claims === undefined) return no('It lacks a claim that tokens of this gate have.');
  return inForce(known.add(text, claims, kid), expected);
}

function inForce(token: KnownToken<AccessClaims>, expected: Expected): TokenRead {
  const { claims } = token;
  if (claims.iss !== expected.issuer) return no('It comes from another issuer.');
  const late = timeProblem(claims, expected.now / 1_000);
  return late === undefined ? { ok: true, claims, token } : no(late);
}

/** Between the clock of the issuer and ours; says by how much it is off, for that is what its holder can put right. */
function timeProblem({ iat, exp }: AccessClaims, now: number): string | undefined {
  if (iat > now + CLOCK_SKEW) return `It is from the future: its time of issue is ${span(iat - now)} ahead of this clock.`;
  if (exp <= now) return `It expired ${span(now - exp)} ago by this clock. Ask for a new one.`;
  return undefined;
}

export function span(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} seconds`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3_600)} hours`;
}

const no = (say: string): TokenProblem => ({ ok: false, say });

function claimsOf(payload: Readonly<Record<string, unknown>>): AccessClaims | undefined {
  const { iss, sub, aud, client_id, scope, iat, exp, jti, tenant, act, cnf, gid, sid } = payload;
  for (const text of [iss, sub, aud, client_id, jti, tenant]) if (typeof text !== 'string' || text === '') return undefined;
  if (typeof iat !== 'number' || typeof exp !== 'number' || (scope !== undefined && typeof scope !== 'string')) return undefined;
  const actor = act === undefined ? undefined : actorOf(act, MAX_ACTORS);
  if (act !== undefined && actor === undefined) return undefined;
  const jkt = confirmation(cnf);
  if (cnf !== undefined && jkt === undefined) return undefined;
  return {
    ...({ iss, sub, aud, client_id, jti, tenant } as Pick<AccessClaims, 'iss' | 'sub' | 'aud' | 'client_id' | 'jti' | 'tenant'>),
    scope: typeof scope === 'string' ? scope : '',
    iat,
    exp,
    ...(actor === undefined ? {} : { act: actor }),
    ...(jkt === undefined ? {} : { jkt }),
    ...(typeof gid === 'string' ? { grant: gid } : {}),
    ...(typeof sid === 'string' ? { session: sid } : {}),
  };
}

function actorOf(value: unknown, left: number): Actor | undefined {
  if (typeof value !== 'object' || value === null || left === 0) return undefined;
  const { sub, act } = value as { sub?: unknown; act?: unknown };
  if (typeof sub !== 'string' || sub === '') return undefined;
  if (act === undefined) return { sub };
  const inner = actorOf(act, left - 1);
  return inner === undefined ? undefined : { sub, act: inner };
}

/** Only keys are a confirmation that we know: a token bound to anything else must not pass as one that is bound to nothing. */
function confirmation(value: unknown): string | undefined {
  const jkt = typeof value === 'object' && value !== null ? (value as { jkt?: unknown }).jkt : undefined;
  return typeof jkt === 'string' && jkt !== '' ? jkt : undefined;
}

/** The ids in a chain of actors, the nearest first. */
export function actorsOf(actor: Actor | undefined): string[] {
  return actor === undefined ? [] : [actor.sub, ...actorsOf(actor.act)];
}

/**
 * Whether a token for `audience` may be used at `path` of the resource at `base`: the whole gate, or the part of it below the audience's own path
 * (RFC 8707 section 2), compared by whole segments.
 */
export function audienceCovers(audience: string, base: string, path: string): boolean {
  const below = resourcePath(audience, base);
  return below !== undefined && (below === '' || path === below || path.startsWith(`${below}/`));
}

/** The path of a resource below the gate's own address, without a slash at its end; undefined when it is elsewhere. */
export function resourcePath(resource: string, base: string): string | undefined {
  const own = base.replace(/\/$/, '');
  const named = resource.replace(/\/$/, '');
  if (named === own) return '';
  if (!named.startsWith(`${own}/`)) return undefined;
  const path = named.slice(own.length);
  // Nothing that a path could be read as differently: no query, no dots, no escapes.
  return /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+$/.test(path) ? path : undefined;
}
