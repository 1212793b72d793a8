import * as oauth from 'oauth4webapi';
import { readJson, type Clock } from '../kernel/index.ts';
import { guardedFetch } from '../net/index.ts';
import type { OAuthFacts } from './catalogue.ts';
import type { Connection } from './connection.ts';
import { plainReply, scopesOf, type Tokens } from './token_reply.ts';

/** Why no token could be had. */
export type TokenProblem = 'reconsent_required' | 'provider_down' | 'client_misconfigured';
export type TokenResult = { readonly ok: true; readonly tokens: Tokens } | { readonly ok: false; readonly problem: TokenProblem };

const TIMEOUT = 15_000;
const MAX_REPLY = 262_144;

/** A consent to start: where the person is sent, and what must come back with it. */
export type Consent = { readonly url: string; readonly state: string; readonly verifier: string };

export async function startConsent(connection: Connection, facts: OAuthFacts, redirect: string): Promise<Consent> {
  const state = oauth.generateRandomState();
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(facts.authorize);
  const parameters: Record<string, string> = {
    ...facts.extra,
    response_type: 'code',
    client_id: connection.clientId,
    redirect_uri: redirect,
    state,
    ...(connection.scopes.length === 0 ? {} : { scope: connection.scopes.join(facts.scopeSeparator) }),
    ...(facts.pkce === 'none' ? {} : { code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: url.href, state, verifier };
}

/** What came back from the service's consent page. */
export type Returned = { readonly state: string; readonly code?: string; readonly error?: string; readonly iss?: string };

export async function exchangeCode(
  connection: Connection,
  facts: OAuthFacts,
  {
    returned,
    verifier,
    redirect,
    clock,
  }: { readonly returned: Returned; readonly verifier: string; readonly redirect: string; readonly clock: Clock },
): Promise<TokenResult | 'refused'> {
  const [server, client] = [serverOf(facts), { client_id: connection.clientId }];
  const given = new URLSearchParams(Object.entries(returned).filter((one): one is [string, string] => one[1] !== undefined));
  let parameters: URLSearchParams;
  try {
    // The issuer is not known for services without metadata: mix-up is prevented by one redirect flow per state, bound to its connection.
    given.delete('iss');
    parameters = oauth.validateAuthResponse(server, client, given, returned.state);
  } catch {
    return 'refused';
  }
  return attempt(facts, clock, async (options) => {
    const pkce = facts.pkce === 'none' ? oauth.nopkce : verifier;
    const reply = await oauth.authorizationCodeGrantRequest(server, client, authOf(connection, facts), parameters, redirect, pkce, options);
    return oauth.processAuthorizationCodeResponse(server, client, reply);
  });
}

export function refreshTokens(connection: Connection, facts: OAuthFacts, refresh: string, clock: Clock): Promise<TokenResult> {
  const [server, client] = [serverOf(facts), { client_id: connection.clientId }];
  return attempt(facts, clock, async (options) => {
    const reply = await oauth.refreshTokenGrantRequest(server, client, authOf(connection, facts), refresh, options);
    return oauth.processRefreshTokenResponse(server, client, reply);
  });
}

/** RFC 7009; false when the service knows no revocation or did not take it. */
export async function revokeToken(connection: Connection, facts: OAuthFacts, token: string): Promise<boolean> {
  if (facts.revoke === undefined) return false;
  try {
    const options = requestOptions(facts.revoke, false);
    const reply = await oauth.revocationRequest(
      serverOf(facts),
      { client_id: connection.clientId },
      authOf(connection, facts),
      token,
      options,
    );
    return reply.status === 200;
  } catch {
    return false;
  }
}

function serverOf({ authorize, token, revoke }: OAuthFacts): oauth.AuthorizationServer {
  return {
    issuer: new URL(authorize).origin,
    authorization_endpoint: authorize,
    token_endpoint: token,
    ...(revoke === undefined ? {} : { revocation_endpoint: revoke }),
  };
}

function authOf({ clientSecret }: Connection, { client }: OAuthFacts): oauth.ClientAuth {
  if (client === 'none' || clientSecret === undefined) return oauth.None();
  return client === 'basic' ? oauth.ClientSecretBasic(clientSecret.reveal()) : oauth.ClientSecretPost(clientSecret.reveal());
}

type Options = ReturnType<typeof requestOptions>;

async function attempt(
  facts: OAuthFacts,
  clock: Clock,
  run: (options: Options) => Promise<oauth.TokenEndpointResponse>,
): Promise<TokenResult> {
  try {
    const reply = await run(requestOptions(facts.token, facts.json === true));
    const scopes = scopesOf(reply.scope);
    return {
      ok: true,
      tokens: {
        access: reply.access_token,
        ...(reply.refresh_token === undefined ? {} : { refresh: reply.refresh_token }),
        ...(reply.expires_in === undefined || reply.expires_in <= 0 ? {} : { expires: clock() + reply.expires_in * 1_000 }),
        ...(scopes === undefined ? {} : { scopes }),
      },
    };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

/** Codes with which services say that the grant is gone: RFC 6749 section 5.2, and Slack's, GitHub's, Google's words for it. */
const GRANT_GONE =
  /^(invalid_grant|bad_refresh_token|invalid_refresh_token|bad_verification_code|invalid_code|code_already_used|token_revoked|token_expired|access_denied|consent_required|interaction_required|login_required)$/;

/** Neither the error nor its cause is kept: both may hold the token reply. */
function problemOf(error: unknown): TokenProblem {
  if (error instanceof oauth.ResponseBodyError) {
    if (GRANT_GONE.test(error.error)) return 'reconsent_required';
    return error.status >= 500 || error.status === 429 || /^(temporarily_unavailable|server_error|slow_down|ratelimited)$/.test(error.error)
      ? 'provider_down'
      : 'client_misconfigured';
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) return 'client_misconfigured';
  if (error instanceof BadStatus && error.status >= 400 && error.status < 500 && error.status !== 429 && error.status !== 408)
    return 'client_misconfigured';
  return 'provider_down';
}

class BadStatus extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

function requestOptions(endpoint: string, json: boolean) {
  return {
    // Plain http reaches private addresses only: the guard of `guardedFetch` sees to it.
    [oauth.allowInsecureRequests]: endpoint.startsWith('http:'),
    [oauth.customFetch]: async (url: string, options: oauth.CustomFetchOptions<'POST', URLSearchParams>): Promise<Response> => {
      const form = options.body;
      const reply = await guardedFetch(url, {
        method: 'POST',
        headers: {
          ...options.headers,
          'user-agent': 'sallyport',
          ...(json ? { 'content-type': 'application/json' } : {}),
        },
        body: json ? JSON.stringify(Object.fromEntries(form)) : form.toString(),
        allow: 'as-written',
        timeoutMs: TIMEOUT,
        maxBytes: MAX_REPLY,
      });
      const read = readJson(reply.body);
      if (!read.ok) {
        if (reply.status === 200 && reply.body.length === 0) return new Response(null, { status: 200 });
        throw new BadStatus(reply.status);
      }
      const { status, body } = plainReply(reply.status, read.value);
      if (status !== 200 && JSON.stringify(body) === '{}') throw new BadStatus(status);
      return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
    },
  };
}
