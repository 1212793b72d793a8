import { Sallyport, SallyportError } from './client.ts';

/** An agent by its own key (`private_key_jwt`), as it stands under Identity. */
export type AgentIdentity = {
  /** Where the gateway port is: `http://127.0.0.1:8100`. */
  readonly url: string;
  /** The authorization server: the console's address and `/oidc`. */
  readonly issuer: string;
  readonly id: string;
  /** ES256 (P-256) or Ed25519. */
  readonly key: CryptoKey;
  /** Id of the key, as `sallyport agent key` printed it; needless when there is one only. */
  readonly kid?: string;
  readonly fetch?: typeof globalThis.fetch;
};

/** Who asks, proved by that person's own token, and a way to the gate in which the agent acts for that person. */
export type User = {
  /** The person's principal. */
  readonly id: string;
  readonly scopes: readonly string[];
  /** A client that calls the gate as this agent for this person. */
  readonly client: Sallyport;
  /** The token for libraries that take one: five minutes at most, for this person alone. */
  readonly token: string;
};

export type UserOptions<A extends readonly unknown[]> = {
  readonly agent: AgentIdentity;
  /** The person's access token: from the application's session, never from the model. */
  readonly token: string | ((...args: A) => string | Promise<string>);
  /** Less than what the person's token has; all that the agent may have when absent. */
  readonly scopes?: readonly string[];
};

/** The gate does not take the person's token. `code`: `invalid_grant` (not in force, or the agent may not act for this person), `invalid_scope`, `invalid_client`, ... */
export class UserError extends SallyportError {
  constructor(status: number, code: string, message: string) {
    super(status, code, message);
    this.name = 'UserError';
  }
}

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** A token is not used in its last seconds: a call takes time. */
const EARLY_MS = 20_000;
const MAX_KEPT = 1_000;

/**
 * Wraps a tool so that it knows for whom it runs: the person's token is exchanged (RFC 8693) for one in which this agent acts for that person, with less and
 * never more. Kept by the person's own token, so that no two people ever share one. Rejects UserError; nothing runs without a person.
 */
export function withUser<A extends readonly unknown[], R>(
  run: (user: User, ...args: A) => Promise<R>,
  { agent, token, scopes }: UserOptions<A>,
): (...args: A) => Promise<R> {
  const kept = new Map<string, Promise<User & { readonly until: number }>>();
  return async (...args) => {
    const subject = typeof token === 'function' ? await token(...args) : token;
    if (typeof subject !== 'string' || subject === '') throw new UserError(0, 'no_user', 'It is not known for whom this runs.');
    const known = kept.get(subject);
    const user = known === undefined ? undefined : await known.catch(() => undefined);
    if (user !== undefined && user.until > Date.now()) return run(user, ...args);
    if (kept.size >= MAX_KEPT) kept.clear();
    const exchanged = exchange(agent, subject, scopes);
    kept.set(subject, exchanged);
    return run(await exchanged, ...args);
  };
}

async function exchange(agent: AgentIdentity, subject: string, scopes: readonly string[] | undefined): Promise<User & { until: number }> {
  const send = agent.fetch ?? globalThis.fetch;
  const body = new URLSearchParams({
    ...{ grant_type: EXCHANGE, subject_token: subject, subject_token_type: ACCESS_TOKEN, client_id: agent.id },
    ...{ client_assertion_type: ASSERTION, client_assertion: await assertion(agent) },
    ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
  });
  const reply = await send(`${agent.issuer.replace(/\/$/, '')}/token`, { method: 'POST', body }).catch((error: unknown) => {
    throw new SallyportError(0, 'unreachable', 'The authorization server does not answer.', { cause: error });
  });
  const said = (await reply.json().catch(() => ({}))) as Record<string, unknown>;
  if (!reply.ok)
    throw new UserError(
      reply.status,
      textOf(said['error'], 'unreadable'),
      textOf(said['error_description'], 'The token was not accepted.'),
    );
  const token = textOf(said['access_token'], '');
  const claims = JSON.parse(new TextDecoder().decode(bytesOf(token.split('.')[1] ?? ''))) as { sub: string; scope?: string; exp: number };
  return {
    ...{ id: claims.sub, token, scopes: (claims.scope ?? '').split(' '), until: claims.exp * 1_000 - EARLY_MS },
    client: new Sallyport({ url: agent.url, key: token, ...(agent.fetch === undefined ? {} : { fetch: agent.fetch }) }),
  };
}

/** The agent's own proof for the authorization server (RFC 7523 section 2.2), good for a minute and once. */
async function assertion({ issuer, id, key, kid }: AgentIdentity): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const ed = key.algorithm.name === 'Ed25519';
  const header = { alg: ed ? 'EdDSA' : 'ES256', ...(kid === undefined ? {} : { kid }) };
  const claims = { iss: id, sub: id, aud: issuer, iat: now, exp: now + 60, jti: crypto.randomUUID() };
  const signed = `${encoded(JSON.stringify(header))}.${encoded(JSON.stringify(claims))}`;
  const algorithm = ed ? 'Ed25519' : { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(signed));
  return `${signed}.${encoded(new Uint8Array(signature))}`;
}

function encoded(value: string | Uint8Array): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return btoa(String.fromCharCode(...bytes))
    .replace(/[+]/g, '-')
    .replace(/[/]/g, '_')
    .replace(/=+$/, '');
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
}

const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
