import { interactionPolicy, Provider, errors, type ClientModel, type Context } from 'oidc-provider';
import type { JsonObject } from '../../kernel/index.ts';
import { guardedFetch } from '../../net/index.ts';
import { resourcePath } from '../access/access_token.ts';
import { GATEWAY_SCOPES } from '../access/principal.ts';
import { revocationKey } from '../access/snapshot.ts';
import type { Adapter } from './artifacts_service.ts';
import { BUILT_IN, clientTenant, type ServerContext } from './context.ts';
import { addAgentGrants, type Extra } from './exchange_service.ts';
import { signedInHandle } from './store.ts';
import { addReplies } from './replies_service.ts';
import { resourceServer, SETTINGS, TOOL_CALL, toolCallProblem } from './settings.ts';

/** What may come in as a client that nobody registered. */
export type Openness = {
  /** Clients that are named by the address of their own description (client ID metadata documents). */
  readonly metadataDocuments: boolean;
  /** Dynamic registration (RFC 7591) by anybody. */
  readonly registration: boolean;
};

export type ProviderParts = {
  readonly context: ServerContext;
  readonly openness: Openness;
  readonly adapter: (model: string) => Adapter;
  /** Private keys, the one that signs first. */
  readonly keys: readonly JsonObject[];
  readonly cookieKeys: readonly string[];
  /** A request for a person's decision has come. */
  readonly onWaiting: (account: string, client: ClientModel) => Promise<void>;
};

/** Documents and notifications of clients are short and must not hold a connection. */
const FETCH_MS = 5_000;
const MAX_FETCHED = 64 * 1024;
/** Longest sentence that a client may show a person to recognise its request by. */
const BINDING_MESSAGE = /^[\p{L}\p{N} .,:;/+!?#_'()-]{1,80}$/u;

/** The library, configured: built anew when the signing keys change, for it takes them at its start only. */
export function buildProvider(parts: ProviderParts): Provider {
  const { context, openness } = parts;
  const { issuer, resource: base } = context.addresses;
  const secure = issuer.startsWith('https:');
  const port = new URL(issuer).port;
  const cookie = { httpOnly: true, sameSite: 'lax', secure, signed: true };
  const name = (kind: string): string => (secure ? `sallyport_${kind}` : `sallyport_${port}_${kind}`);

  const provider = new Provider(issuer, {
    ...structuredClone(SETTINGS),
    adapter: (model: string) => parts.adapter(model),
    clients: structuredClone(BUILT_IN),
    jwks: { keys: parts.keys },
    cookies: {
      names: { session: name('login'), interaction: name('ask'), resume: name('resume') },
      long: { ...cookie, path: new URL(issuer).pathname },
      short: cookie,
      keys: parts.cookieKeys,
    },
    pkce: { required: () => true },
    findAccount: (_ctx: unknown, sub: string) => accountOf(sub),
    extraTokenClaims: (ctx: Context | undefined, token: { accountId?: string; clientId?: string; grantId?: string }) => extraOf(ctx, token),
    interactions: { policy: policy(context), url: (_ctx: unknown, { uid }: { uid: string }) => `${new URL(issuer).pathname}/ask/${uid}` },
    issueRefreshToken: (_ctx: unknown, client: ClientModel) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    // What ends with a session is ended with it (`sessions_service.ts`), by its grant.
    expiresWithSession: () => false,
    renderError: (ctx: Context, out: Record<string, unknown>) => {
      ctx.type = 'text/plain; charset=utf-8';
      const { error, error_description: why } = out;
      ctx.body = `${typeof error === 'string' ? error : ''}: ${typeof why === 'string' ? why : ''}\n`;
    },
    fetch: (url: string | URL, options: RequestInit) => fetchFor(String(url), options),
    clientBasedCORS: () => false,
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      introspection: { enabled: true, allowedPolicy: introspectionAllowed },
      revocation: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: true },
      // The library knows what clients register for it; `logout_service.ts` does it, and takes its requests before the library.
      rpInitiatedLogout: { enabled: true },
      registration: { enabled: openness.registration },
      registrationManagement: { enabled: openness.registration },
      clientIdMetadataDocument: { enabled: openness.metadataDocuments, ack: 'draft-02', cacheDuration: { min: 60, max: 3_600 } },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx: Context, _client: unknown, oneOf?: readonly string[]) => oneOf?.[0] ?? defaultResource(ctx, base),
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx: unknown, named: string, client: ClientModel) => {
          if (resourcePath(named, base) === undefined) throw new errors.InvalidTarget('there is no such resource here', 'unknown resource');
          return resourceServer(named, context.snapshot().agents.get(client.clientId)?.scopes ?? GATEWAY_SCOPES);
        },
      },
      richAuthorizationRequests: {
        enabled: true,
        types: {
          [TOOL_CALL]: {
            validate: (_ctx: unknown, detail: unknown) => {
              const problem = toolCallProblem(detail);
              if (problem !== undefined) throw new errors.InvalidAuthorizationDetails(problem);
            },
          },
        },
        // What the person allowed, and nothing that was asked for later.
        authorizationDetailsForGrantSource: (ctx: Context) => ctx.oidc?.entities['Grant']?.['rar'],
        authorizationDetailsForAccessToken: (_ctx: unknown, _token: unknown, source?: { rar?: unknown }) => source?.rar,
        authorizationDetailsForIntrospection: (_ctx: unknown, token: { rar?: unknown }) => token.rar,
      },
      ciba: {
        enabled: true,
        deliveryModes: ['poll', 'ping'],
        processLoginHint: (ctx: Context, hint: string) => personOf(hint, ctx.oidc?.client?.clientId ?? ''),
        processLoginHintToken: () => {
          throw new errors.InvalidRequest('login_hint_token is not supported');
        },
        verifyUserCode: () => undefined,
        validateRequestContext: () => undefined,
        validateBindingMessage: (_ctx: unknown, message?: string) => {
          if (message !== undefined && !BINDING_MESSAGE.test(message))
            throw new errors.InvalidBindingMessage('1 to 80 letters, digits and simple punctuation');
        },
        triggerAuthenticationDevice: (_ctx: unknown, _request: unknown, account: { accountId: string }, client: ClientModel) =>
          parts.onWaiting(account.accountId, client),
      },
    },
  });
  // The headers are ours: `forward` in `service.ts`.
  provider.proxy = true;
  provider.on('server_error', (ctx, error) =>
    context.logger.error('authorization server failed', { route: ctx.oidc?.route ?? '', reason: error.message, stack: error.stack }),
  );
  addReplies(provider, context);
  addAgentGrants(provider, context);
  return provider;

  /** The person, while in force. An agent is the subject of its own tokens only. */
  function accountOf(sub: string): object | undefined {
    const snapshot = context.snapshot();
    const person = snapshot.people.get(sub);
    if (person === undefined) return undefined;
    return { accountId: sub, claims: () => ({ sub, name: person.name, tenant: person.tenant }) };
  }

  /** A person by id or name, of the client's own tenant; that there is none is said as that there is one who does not answer would be. */
  function personOf(hint: string, client: string): string | undefined {
    const snapshot = context.snapshot();
    const tenant = clientTenant(client, snapshot);
    const byId = snapshot.people.get(hint);
    const found = byId ?? [...snapshot.people.values()].find((one) => one.name === hint && one.tenant === tenant);
    return tenant !== undefined && found?.tenant === tenant ? found.id : undefined;
  }

  function extraOf(ctx: Context | undefined, token: { accountId?: string; clientId?: string; grantId?: string }): Extra | undefined {
    const given = ctx?.state['extra'] as Extra | undefined;
    if (given !== undefined) return given;
    const snapshot = context.snapshot();
    const tenant = snapshot.people.get(token.accountId ?? '')?.tenant ?? snapshot.agents.get(token.clientId ?? '')?.tenant;
    if (tenant === undefined) return undefined;
    const agent = snapshot.agents.get(token.clientId ?? '');
    // An agent that a person allowed something by device or on another channel acts for that person.
    const act = agent !== undefined && token.accountId !== undefined ? { act: { sub: agent.id } } : {};
    return { tenant, ...act, ...(token.grantId === undefined ? {} : { gid: token.grantId }) };
  }

  /** A client sees its own tokens; an application of the operator's also those of its tenant. */
  function introspectionAllowed(_ctx: unknown, client: ClientModel, token: { clientId?: string; accountId?: string }): boolean {
    if (token.clientId === client.clientId) return true;
    const snapshot = context.snapshot();
    const tenant = clientTenant(client.clientId, snapshot);
    return client.clientAuthMethod !== 'none' && tenant !== undefined && tenant === snapshot.people.get(token.accountId ?? '')?.tenant;
  }

  /** Addresses that an operator wrote down may be private; those that a client brought may not. */
  async function fetchFor(url: string, options: RequestInit): Promise<Response> {
    const written = [...context.snapshot().clients.values()].some(({ metadata }) =>
      [metadata['jwks_uri'], metadata['backchannel_logout_uri'], metadata['backchannel_client_notification_endpoint']].includes(url),
    );
    // A logout token comes as a form, a ping as text.
    const { body } = options;
    const form = body instanceof URLSearchParams ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    const reply = await guardedFetch(url, {
      allow: written ? 'as-written' : 'public',
      method: options.method === 'POST' ? 'POST' : 'GET',
      headers: { ...form, ...Object.fromEntries(new Headers(options.headers)) },
      ...(body === undefined || body === null ? {} : { body: body instanceof URLSearchParams ? body.toString() : (body as string) }),
      timeoutMs: FETCH_MS,
      maxBytes: MAX_FETCHED,
    });
    const empty = reply.status === 204 || reply.status === 304;
    return new Response(empty ? null : new Uint8Array(reply.body), { status: reply.status, headers: reply.headers });
  }
}

/** Whoever asks for a scope of the gate without saying where it is for means the gate. */
function defaultResource(ctx: Context, base: string): string | undefined {
  const { scope } = ctx.oidc?.params ?? {};
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  const details = ctx.oidc?.params?.['authorization_details'] !== undefined;
  return details || scopes.some((scope) => (GATEWAY_SCOPES as readonly string[]).includes(scope)) ? base : undefined;
}

/** The library's own rules of when to ask a person, and one more: the session at the console behind it was ended. */
function policy(context: ServerContext): object {
  const { Check } = interactionPolicy;
  const rules = interactionPolicy.base();
  rules.get('login').checks.add(
    new Check('session_ended', 'End-User authentication is required', ({ oidc }) => {
      const { accountId, loginTs } = oidc?.session ?? {};
      if (accountId === undefined || oidc?.result?.login !== undefined) return Check.NO_NEED_TO_PROMPT;
      const snapshot = context.snapshot();
      const tenant = snapshot.people.get(accountId)?.tenant;
      const at = tenant === undefined ? undefined : snapshot.revocations.get(revocationKey(tenant, signedInHandle(accountId)));
      return at !== undefined && (loginTs ?? 0) * 1_000 <= at ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
    }),
  );
  return rules;
}
