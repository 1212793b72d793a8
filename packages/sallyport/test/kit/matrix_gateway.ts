import * as oauth from 'openid-client';
import { ENDPOINTS } from '../../src/fga/endpoints.ts';
import type { ROUTES } from '../../src/identity/server/settings.ts';
import { CONTROL, type Entry } from './matrix_control.ts';
import { Browser, type Gate } from './oauth.ts';
import type { Ids, World } from './world.ts';

const body = (value: object): Pick<Entry, 'body'> => ({ body: () => value });
const MESSAGES = [{ role: 'user', content: 'hi' }];
const SUBJECT = { user: 'user:anna', relation: 'viewer', type: 'document' };
const ACTION = { tool: 'send_mail', arguments: { to: 'bert' } };

const FGA: Pick<Entry, 'params'> = { params: ({ fgaStore }) => [fgaStore] };
const GATEWAY_ONLY: Readonly<Record<string, Entry>> = {
  '/stores/:store/streamed-list-objects': { ...FGA, ...body(SUBJECT) },
  '/stores/:store/.well-known/authzen-configuration': FGA,
};

/** Every endpoint of the gateway port, and what its areas answer below their prefixes. */
export const GATEWAY: Readonly<Record<string, Entry>> = {
  'GET /healthz': {},
  'GET /readyz': {},
  'GET /.well-known/oauth-protected-resource': {},
  'GET /v1/models': {},
  // What a document is called says that it was used, in the event of whoever asks.
  'POST /v1/chat/completions': {
    ...body({ model: 'practice/echo', messages: MESSAGES }),
    headers: ({ document }) => ({ 'x-sallyport-documents': document }),
    quiet: true,
  },
  'POST /v1/responses': body({ model: 'practice/echo', input: 'hi' }),
  'POST /v1/messages': body({ model: 'practice/echo', max_tokens: 10, messages: MESSAGES }),
  'POST /v1/messages/count_tokens': body({ model: 'practice/echo', messages: MESSAGES }),
  'POST /v1/completions': body({ model: 'practice/echo', prompt: 'hi' }),
  'POST /v1/embeddings': body({ model: 'practice/echo', input: 'hi' }),
  'POST /v1/moderations': body({ model: 'practice/echo', input: 'hi' }),
  'POST /v1/inspect': body({ point: 'prompt', texts: ['hi'] }),
  'GET /v1/events/:id': { params: ({ event }) => [event] },
  'POST /v1/rag/filter': { body: ({ fgaStore }) => ({ ...SUBJECT, store: fgaStore, documents: ['plan'] }) },
  'GET /v1/rag/allowed': { query: ({ fgaStore }) => new URLSearchParams({ ...SUBJECT, store: fgaStore }).toString() },
  'POST /v1/approvals/request': body(ACTION),
  'POST /v1/approvals/use': { ...body(ACTION), own: [403] },
  // The requester's own alone: not even whoever has every permission sees the one of another key.
  'GET /v1/approvals/:id': { params: ({ approval }) => [approval], own: [404] },
  'GET /.well-known/authzen-configuration/fga/stores/:store': FGA,
  'GET /proxy/things/a': { headers: ({ person }) => ({ 'x-sallyport-user': person }), own: [403] },
  ...Object.fromEntries(
    ENDPOINTS.map(({ method, path }): [string, Entry] => [
      `${method} /fga${path}`,
      CONTROL[`${method} /api/fga${path}`] ?? GATEWAY_ONLY[path] ?? {},
    ]),
  ),
};

type OidcRoute = keyof typeof ROUTES;

/** What may be answered differently from what nobody has, because it is public. */
export const PUBLIC_IDS: ReadonlySet<string> = new Set<OidcRoute>([
  'authorization',
  'device_authorization',
  'pushed_authorization_request',
  'end_session',
]);

/** Every endpoint of the authorization server, asked by an agent or application of `own` with what `ids` name: what is answered. */
export const OIDC: Readonly<Record<OidcRoute, (gate: Gate, own: World, ids: Ids) => Promise<unknown>>> = {
  async authorization(_gate, own, ids) {
    const url = new URL(own.client.serverMetadata().authorization_endpoint ?? '');
    url.search = new URLSearchParams({ client_id: ids.client, response_type: 'code', redirect_uri: 'https://evil.example' }).toString();
    return new Browser().get(url);
  },
  backchannel_authentication: (_gate, own, ids) =>
    said(oauth.initiateBackchannelAuthentication(own.agent, { scope: 'openid tools', login_hint: ids.person })),
  code_verification: (gate, _own, ids) => new Browser().get(`${gate.console}/oidc/device?user_code=${ids.deviceCode}`),
  device_authorization: (gate, _own, ids) => form(gate, 'device/auth', { client_id: ids.client, scope: 'models' }),
  end_session: (gate, _own, ids) => new Browser().get(`${gate.console}/oidc/session/end?client_id=${ids.client}`),
  introspection: (_gate, own, ids) => said(oauth.tokenIntrospection(own.agent, ids.issuedToken)),
  jwks: (gate) => new Browser().get(`${gate.console}/oidc/jwks`),
  pushed_authorization_request: (gate, _own, ids) => form(gate, 'par', { client_id: ids.client, response_type: 'code' }),
  registration: (gate, _own, ids) => new Browser().get(`${gate.console}/oidc/register/${ids.client}`),
  revocation: (_gate, own, ids) => said(oauth.tokenRevocation(own.client, ids.refreshToken)),
  token: async (_gate, own, ids) => [
    await said(oauth.refreshTokenGrant(own.client, ids.refreshToken)),
    await said(oauth.genericGrantRequest(own.agent, 'urn:openid:params:grant-type:ciba', { auth_req_id: ids.authReqId })),
    await said(
      oauth.genericGrantRequest(own.agent, 'urn:ietf:params:oauth:grant-type:token-exchange', {
        subject_token: ids.issuedToken,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      }),
    ).then((text) => (text.includes('invalid_grant') ? 'refused' : text)),
  ],
  // A token is its bearer's: what counts is that a wrong one is refused.
  userinfo: (gate, own) =>
    said(oauth.fetchUserInfo(own.client, `${own.ids.issuedToken}x`, oauth.skipSubjectCheck)).then((text) => [gate.console, text]),
};

async function form(gate: Gate, path: string, fields: Record<string, string>): Promise<unknown> {
  const reply = await fetch(`${gate.console}/oidc/${path}`, { method: 'POST', body: new URLSearchParams(fields) });
  return [reply.status, await reply.text()];
}

/** The answer of the client library, or the error that it ended with. */
async function said(promise: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await promise) ?? 'done';
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) return `${error.status} ${error.error}`;
    if (error instanceof oauth.WWWAuthenticateChallengeError) return `${error.status} challenge`;
    throw error;
  }
}
