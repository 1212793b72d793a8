import * as oauth from 'oauth4webapi';
import { AppError, DEFAULT_TENANT, reasonOf, visible, type Clock, type Secret, type TenantId } from '../../kernel/index.ts';
import { guardedFetch } from '../../net/index.ts';
import { CLOCK_SKEW } from '../access/access_token.ts';
import { fail } from '../errors.ts';
import { methodsOf, type Proved, type UpstreamReturned } from './upstream.ts';

/** A provider with what is needed to speak to it. */
export type Party = {
  readonly tenant: TenantId;
  readonly issuer: string;
  readonly clientId: string;
  readonly secret: Secret | undefined;
  readonly redirect: string;
};

/** The two values of a flow that only this side knows. */
export type FlowSecrets = { readonly state: string; readonly verifier: string; readonly nonce: string };

/** How long a provider's metadata are kept: they hardly change, and each sign-in needs them twice. */
const METADATA_MS = 10 * 60_000;
const MAX_KEPT = 200;
const TIMEOUT = 10_000;
const SCOPE = 'openid email profile';

type Kept = { readonly server: oauth.AuthorizationServer; readonly until: number };
export type Oidc = {
  /** Reads and checks the metadata. Rejects UPSTREAM_DOWN. */
  discover(tenant: TenantId, issuer: string): Promise<oauth.AuthorizationServer>;
  /** The address that the browser goes to. `again`: the provider must ask the person anew. Rejects UPSTREAM_DOWN. */
  authorizeUrl(party: Party, secrets: FlowSecrets, again: boolean): Promise<string>;
  /**
   * Checks the answer (state, `iss` by RFC 9207), redeems the code and checks the ID token: signature, issuer, audience, times, nonce.
   * Rejects UPSTREAM_REFUSED, UPSTREAM_DOWN.
   */
  redeem(party: Party, secrets: FlowSecrets, returned: UpstreamReturned, again: boolean): Promise<Proved>;
};

/** OpenID Connect as a client, by `oauth4webapi`; every connection goes through the address guard. */
export function createOidc({ clock }: { readonly clock: Clock }): Oidc {
  const kept = new Map<string, Kept>();

  async function discover(tenant: TenantId, issuer: string): Promise<oauth.AuthorizationServer> {
    const key = `${tenant} ${issuer}`;
    const known = kept.get(key);
    if (known !== undefined && known.until > clock()) return known.server;
    const url = new URL(issuer);
    const server = await speaking(async () =>
      oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm: 'oidc', ...optionsFor(tenant, issuer) })),
    );
    // The browser is sent there: nothing but a page of the web, and no plain one elsewhere.
    const page = URL.parse(server.authorization_endpoint ?? '');
    if (page === null || (page.protocol !== 'https:' && page.origin !== url.origin))
      throw fail('UPSTREAM_DOWN', { say: 'It names no address for signing in.' });
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(key, { server, until: clock() + METADATA_MS });
    return server;
  }

  /** The names of clocks and of the transport, for every call of the library. */
  function optionsFor(tenant: TenantId, issuer: string) {
    return {
      // Plain http reaches private addresses only: the guard of `guardedFetch` sees to it.
      [oauth.allowInsecureRequests]: issuer.startsWith('http:'),
      [oauth.customFetch]: guarded(tenant, issuer),
    };
  }

  const clientOf = ({ clientId }: Party): oauth.Client => ({
    client_id: clientId,
    [oauth.clockSkew]: Math.round((clock() - Date.now()) / 1_000),
    [oauth.clockTolerance]: CLOCK_SKEW,
  });

  return {
    discover,
    async authorizeUrl(party, { state, verifier, nonce }, again) {
      const server = await discover(party.tenant, party.issuer);
      const url = new URL(server.authorization_endpoint ?? '');
      const parameters = {
        ...{ response_type: 'code', client_id: party.clientId, redirect_uri: party.redirect, scope: SCOPE, state, nonce },
        ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
        ...(again ? { prompt: 'login', max_age: '0' } : {}),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },
    async redeem(party, { state, verifier, nonce }, returned, again) {
      const server = await discover(party.tenant, party.issuer);
      const client = clientOf(party);
      const options = optionsFor(party.tenant, party.issuer);
      const given = new URLSearchParams(Object.entries(returned).filter((one): one is [string, string] => one[1] !== undefined));
      return speaking(async () => {
        const parameters = oauth.validateAuthResponse(server, client, given, state);
        const authentication = party.secret === undefined ? oauth.None() : secretAuth(server, party.secret);
        const reply = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          parameters,
          party.redirect,
          verifier,
          options,
        );
        const tokens = await oauth.processAuthorizationCodeResponse(server, client, reply, {
          expectedNonce: nonce,
          requireIdToken: true,
          ...(again ? { maxAge: 0 } : {}),
        });
        await oauth.validateApplicationLevelSignature(server, reply, options);
        const claims = oauth.getValidatedIdTokenClaims(tokens);
        if (claims === undefined) throw fail('UPSTREAM_REFUSED');
        const more =
          claims['email'] === undefined && server.userinfo_endpoint !== undefined
            ? await oauth.processUserInfoResponse(
                server,
                client,
                claims.sub,
                await oauth.userInfoRequest(server, client, tokens.access_token, options),
              )
            : claims;
        // Only the value `true` counts: some providers leave it out, and say an address that anybody could have typed.
        const email = more['email_verified'] === true && typeof more['email'] === 'string' ? more['email'].toLowerCase() : undefined;
        const name = [more['name'], more['preferred_username'], email].find((one): one is string => typeof one === 'string' && one !== '');
        return { issuer: party.issuer, sub: claims.sub, email, name, methods: methodsOf(claims['amr']) };
      });
    },
  };
}

/** As the provider says that it takes a secret; in the header when it says nothing (RFC 8414 section 2). */
function secretAuth(server: oauth.AuthorizationServer, secret: Secret): oauth.ClientAuth {
  const known = server.token_endpoint_auth_methods_supported;
  const post = known !== undefined && !known.includes('client_secret_basic') && known.includes('client_secret_post');
  return post ? oauth.ClientSecretPost(secret.reveal()) : oauth.ClientSecretBasic(secret.reveal());
}

/**
 * The operating tenant wrote the issuer down, so that it may be a private one, exactly as named. What its metadata point to elsewhere, and what
 * any other tenant wrote down, must be public.
 */
function guarded(tenant: TenantId, issuer: string) {
  return async (
    url: string,
    options: oauth.CustomFetchOptions<'GET' | 'POST', string | URLSearchParams | undefined>,
  ): Promise<Response> => {
    const own = tenant === DEFAULT_TENANT && new URL(url).origin === new URL(issuer).origin;
    const body = options.body === undefined || options.body === null ? undefined : String(options.body);
    const reply = await guardedFetch(url, {
      method: options.method,
      headers: { ...options.headers, 'user-agent': 'sallyport' },
      ...(body === undefined ? {} : { body }),
      allow: own ? 'as-written' : 'public',
      timeoutMs: TIMEOUT,
    });
    const empty = reply.status === 204 || reply.status === 304;
    return new Response(empty ? null : new Uint8Array(reply.body), {
      status: reply.status,
      headers: { 'content-type': reply.headers['content-type'] ?? '' },
    });
  };
}

/** What is the person's or the provider's doing is refused; all else is the provider's state. Neither shows what the provider wrote. */
async function speaking<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('UPSTREAM_')) throw error;
    const detail = visible(reasonOf(error).slice(0, 300));
    if (error instanceof oauth.AuthorizationResponseError)
      throw fail('UPSTREAM_REFUSED', { say: error.error === 'access_denied' ? 'It was declined there.' : '', detail });
    const refused =
      error instanceof oauth.ResponseBodyError ? error.status < 500 : error instanceof oauth.OperationProcessingError && !isBroken(error);
    throw fail(refused ? 'UPSTREAM_REFUSED' : 'UPSTREAM_DOWN', { detail, cause: error });
  }
}

/** An error page, a redirect, something that is no JSON: the provider is out of order, and nobody has cheated. */
function isBroken({ code }: oauth.OperationProcessingError): boolean {
  return [oauth.RESPONSE_IS_NOT_JSON, oauth.RESPONSE_IS_NOT_CONFORM, oauth.PARSE_ERROR, oauth.HTTP_REQUEST_FORBIDDEN].includes(code ?? '');
}
