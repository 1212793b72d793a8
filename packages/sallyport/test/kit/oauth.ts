import assert from 'node:assert/strict';
import type { webcrypto } from 'node:crypto';
import * as oauth from 'openid-client';
import type { Running } from './sallyport.ts';

/** A gate in a process of its own, or in this one (`place.ts`). */
export type Gate = Pick<Running, 'console' | 'gateway' | 'setupUrl' | 'output'>;

export const PASSWORD = 'some words that nobody guesses';

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely
export type Said = { readonly status: number; readonly json: any; readonly cookie: string | null };

/** A person at the console: the two halves of a session. */
export type SignedIn = { readonly id: string; readonly bearer: string; readonly cookie: string };

export async function call(gate: Gate, method: string, path: string, body?: unknown, who?: SignedIn | string, cookies = ''): Promise<Said> {
  const bearer = typeof who === 'string' ? who : who?.bearer;
  const cookie = [typeof who === 'object' ? who.cookie : '', cookies].filter((one) => one !== '').join('; ');
  const reply = await fetch(new URL(path, gate.console), {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(cookie === '' ? {} : { cookie }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, json: text === '' ? undefined : JSON.parse(text), cookie: reply.headers.get('set-cookie') };
}

function sessionOf(said: Said): SignedIn {
  assert.equal(said.status, 201, JSON.stringify(said.json));
  return { id: '', bearer: said.json.bearer, cookie: said.cookie?.split(';')[0] ?? '' };
}

async function withId(gate: Gate, session: SignedIn): Promise<SignedIn> {
  return { ...session, id: (await call(gate, 'GET', '/api/session', undefined, session)).json.principal };
}

/** The first administrator, by the printed link. */
export async function setUp(gate: Gate, name = 'root'): Promise<SignedIn> {
  const token = new URL(gate.setupUrl ?? '').hash.slice(1);
  return withId(gate, sessionOf(await call(gate, 'POST', '/api/links/use', { token, name, password: PASSWORD })));
}

/** Another person, by invitation. */
export async function join(gate: Gate, root: SignedIn, name: string, role = 'operator'): Promise<SignedIn> {
  const { json } = await call(gate, 'POST', '/api/people/invitations', { role }, root);
  return useLink(gate, json.token, name);
}

/** Whoever holds the token of an invitation. */
export async function useLink(gate: Gate, token: string, name: string): Promise<SignedIn> {
  return withId(gate, sessionOf(await call(gate, 'POST', '/api/links/use', { token, name, password: PASSWORD })));
}

export async function signIn(gate: Gate, name: string): Promise<SignedIn> {
  return withId(gate, sessionOf(await call(gate, 'POST', '/api/session', { name, password: PASSWORD })));
}

/** A browser's cookies, by name; paths are left to the server, which must not need them to be right. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #gate: Gate | undefined;

  constructor(gate?: Gate) {
    this.#gate = gate;
  }

  async get(url: URL | string): Promise<{ status: number; location: string; text: string }> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const at = this.#gate === undefined ? url : reachable(this.#gate, String(url));
    const reply = await fetch(at, { redirect: 'manual', headers: { ...(cookie === '' ? {} : { cookie }), accept: 'text/html' } });
    for (const set of reply.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (name !== undefined && value !== undefined) this.cookies.set(name, value);
    }
    return { status: reply.status, location: reply.headers.get('location') ?? '', text: await reply.text() };
  }

  /** Goes from the application's link to the question at the console; answers the question's id, or where it went without one. */
  async begin(url: URL): Promise<{ readonly ask: string } | { readonly location: string; readonly text: string }> {
    let at = url.href;
    for (let hop = 0; hop < 5; hop++) {
      const { status, location, text } = await this.get(at);
      const ask = /^\/allow\/([\w-]+)$/.exec(location)?.[1];
      if (ask !== undefined) return { ask };
      if (status !== 303 && status !== 302) return { location: '', text };
      const next = new URL(location, at);
      if (next.origin !== new URL(url).origin) return { location: next.href, text };
      at = next.href;
    }
    throw new Error('too many redirects');
  }

  /** The whole way: from the link over the answer of `who` to the address that the application gets back. */
  async authorize(gate: Gate, url: URL, who: SignedIn, allow = true): Promise<URL> {
    const begun = await this.begin(url);
    if (!('ask' in begun)) return new URL(begun.location);
    const cookies = `sallyport_answer=${this.cookies.get('sallyport_answer')}`;
    const looked = await call(gate, 'GET', `/api/authorization/asks/${begun.ask}`, undefined, who, cookies);
    assert.equal(looked.status, 200, JSON.stringify(looked.json));
    const answered = await call(gate, 'POST', `/api/authorization/asks/${begun.ask}`, { allow }, who, cookies);
    assert.equal(answered.status, 200, JSON.stringify(answered.json));
    const back = await this.get(answered.json.location);
    assert.equal(back.status, 303, back.text + gate.output());
    return new URL(back.location);
  }
}

export const REDIRECT = 'https://app.example/back';

/** A registered application as its own OAuth library sees it. */
export async function application(
  gate: Gate,
  root: SignedIn,
  given: Record<string, unknown> = {},
  authentication: oauth.ClientAuth = oauth.None(),
): Promise<oauth.Configuration> {
  const made = await call(gate, 'POST', '/api/clients', { name: `app ${Math.random()}`, redirectUris: [REDIRECT], ...given }, root);
  assert.equal(made.status, 201, JSON.stringify(made.json));
  return discover(gate, made.json.id, authentication);
}

/** The public address of gates that have one: there is nothing in front of them, so that what goes there is sent to their port. */
export const PUBLIC_CONSOLE = 'http://localhost:8999';

function reachable(gate: Gate, url: string): string {
  return url.startsWith(PUBLIC_CONSOLE) ? gate.console + url.slice(PUBLIC_CONSOLE.length) : url;
}

export async function discover(gate: Gate, id: string, authentication: oauth.ClientAuth = oauth.None()): Promise<oauth.Configuration> {
  const metadata = await fetch(`${gate.console}/oidc/.well-known/openid-configuration`);
  const { issuer } = (await metadata.json()) as { issuer: string };
  return oauth.discovery(new URL(issuer), id, { [oauth.clockTolerance]: 5 }, authentication, {
    execute: [oauth.allowInsecureRequests],
    [oauth.customFetch]: (url, options) => fetch(reachable(gate, url), options as RequestInit),
  });
}

export type KeyPair = { readonly pair: webcrypto.CryptoKeyPair; readonly jwk: Record<string, string> };

/** A key of an agent or application, and its public half. */
export async function newKey(): Promise<KeyPair> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  return { pair, jwk: { kty, crv, x, y } as Record<string, string> };
}

export type MadeAgent = { readonly id: string; readonly key: KeyPair; readonly config: oauth.Configuration };

/** An agent with a key, as its own OAuth library sees it. */
export async function newAgent(gate: Gate, root: SignedIn, given: Record<string, unknown> = {}): Promise<MadeAgent> {
  const name = `agent ${Math.random()}`;
  const made = await call(gate, 'POST', '/api/agents', { name, purpose: 'answers letters', ...given }, root);
  assert.equal(made.status, 201, JSON.stringify(made.json));
  const key = await newKey();
  const added = await call(gate, 'POST', `/api/agents/${made.json.id}/keys`, { jwk: key.jwk }, root);
  assert.equal(added.status, 201, JSON.stringify(added.json));
  const config = await discover(gate, made.json.id, oauth.PrivateKeyJwt({ key: key.pair.privateKey, kid: added.json.id }));
  return { id: made.json.id, key, config };
}

/** Asks the gateway with a token: the status of the answer, its code and its challenge. */
export async function useToken(
  gate: Gate,
  authorization: string,
  options: { readonly path?: string; readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string; challenge: string }> {
  const reply = await fetch(new URL(options.path ?? '/v1/models', gate.gateway), {
    method: options.body === undefined ? 'GET' : 'POST',
    headers: { authorization, ...(options.body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  return { status: reply.status, text: await reply.text(), challenge: reply.headers.get('www-authenticate') ?? '' };
}
