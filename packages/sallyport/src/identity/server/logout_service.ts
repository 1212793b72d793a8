import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientModel, Provider, SessionModel } from 'oidc-provider';
import { visible, type TenantId } from '../../kernel/index.ts';
import { readJws, signatureFits } from '../access/jwt.ts';
import { TOKEN_ALGORITHM } from '../access/access_token.ts';
import { revocationKey } from '../access/snapshot.ts';
import { clientTenant, type ServerContext } from './context.ts';
import { escaped, PAGE_POLICY, pageOf } from './page.ts';
import { signedInHandle } from './store.ts';

export type LogoutDeps = {
  readonly context: ServerContext;
  readonly provider: () => Promise<Provider>;
  /** Of the token that ties a confirmation to the browser's session and to what was asked. */
  readonly key: Buffer;
  /** Ends the sessions at the console in which these grants were given, with all that was given in them; other applications are told. */
  end(tenant: TenantId, person: string, grants: readonly string[], client: string): Promise<void>;
};

/** What may be asked (OpenID Connect RP-Initiated Logout 1.0, section 2). `ui_locales` and `logout_hint` change nothing here. */
const PARAMETERS = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'confirm'] as const;
type Asked = Partial<Record<(typeof PARAMETERS)[number], string>>;
/** An ID token has some 1,500 characters, an address and a state some hundreds. */
const MAX_FORM = 16 * 1024;

/**
 * Sign-out that an application asks for. With an ID token of the very session that it is about it happens at once; otherwise the person is asked,
 * because anybody can send a browser here. The browser goes back only to an address that the client has registered, compared letter by letter.
 */
export function createLogout(deps: LogoutDeps): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { context } = deps;

  return async (request, response) => {
    const asked = await parametersOf(request);
    if (typeof asked === 'string') return refuse(response, asked);
    // A form of another site comes without the cookie (SameSite=Lax): the browser is made to come again by itself.
    if (request.method === 'POST' && asked.confirm === undefined) return redirect(response, `?${new URLSearchParams(asked).toString()}`);
    const provider = await deps.provider();
    const hint = hintOf(asked.id_token_hint);
    if (hint !== undefined && asked.client_id !== undefined && asked.client_id !== hint.client)
      return refuse(response, 'client_id is not the one that the ID token was made for');
    const id = hint?.client ?? asked.client_id;
    const client = id === undefined ? undefined : await provider.Client.find(id).catch(() => undefined);
    if (id !== undefined && client === undefined) return refuse(response, 'there is no such client');
    const back = asked.post_logout_redirect_uri;
    if (client !== undefined && back !== undefined && !client.postLogoutRedirectUriAllowed(back))
      return refuse(response, 'post_logout_redirect_uri is not registered for this client');
    const where = client === undefined || back === undefined ? undefined : withState(back, asked.state);
    const session = await provider.Session.get(provider.createContext(request, response));
    if (session.accountId === undefined || !isSignedIn(session, session.accountId)) return over(provider, response, where);
    const meant = hint?.sub === session.accountId && (hint.sid === undefined || hint.sid === session.authorizations?.[hint.client]?.sid);
    const proof = confirmation(session, asked);
    if (!meant && !same(asked.confirm, proof)) return ask(response, session.accountId, client, asked, proof);
    await end(session, session.accountId, client?.clientId ?? 'nobody named');
    return over(provider, response, where);
  };

  /** The ID token, when it is one of ours, however old: whose it is and for which client. */
  function hintOf(text: string | undefined): { client: string; sub: string; sid: string | undefined } | undefined {
    const jws = text === undefined ? undefined : readJws(text);
    if (jws === undefined) return undefined;
    const { kid, typ } = jws.header;
    const key = typeof kid === 'string' ? context.snapshot().verification.get(kid) : undefined;
    // An access token or a logout token is none, though the same key has signed it.
    if (key === undefined || (typ !== undefined && typ !== 'JWT') || !signatureFits(jws, key, [TOKEN_ALGORITHM])) return undefined;
    const { iss, aud, sub, sid } = jws.payload;
    if (iss !== context.addresses.issuer || typeof aud !== 'string' || typeof sub !== 'string') return undefined;
    return { client: aud, sub, sid: typeof sid === 'string' ? sid : undefined };
  }

  /** Not when the session at the console behind it has ended: then there is nothing left to end, and nothing to ask. */
  function isSignedIn(session: SessionModel, account: string): boolean {
    const snapshot = context.snapshot();
    const tenant = snapshot.people.get(account)?.tenant;
    if (tenant === undefined) return false;
    const at = snapshot.revocations.get(revocationKey(tenant, signedInHandle(account)));
    return at === undefined || (session.loginTs ?? 0) * 1_000 > at;
  }

  function confirmation(session: SessionModel, asked: Asked): string {
    const { client_id: client = '', post_logout_redirect_uri: back = '', state = '', id_token_hint: hint = '' } = asked;
    const about = JSON.stringify(['logout', session.uid, client, back, state, hint]);
    return createHmac('sha256', deps.key).update(about).digest('base64url');
  }

  async function end(session: SessionModel, account: string, client: string): Promise<void> {
    const tenant = context.snapshot().people.get(account)?.tenant;
    if (tenant === undefined) return;
    const grants = Object.values(session.authorizations ?? {}).flatMap(({ grantId }) => (grantId === undefined ? [] : [grantId]));
    await deps.end(tenant, account, grants, client);
    // What was allowed for longer stays allowed; the tokens that are out end all the same.
    if (grants.length > 0) await context.revoke(tenant, grants, account);
  }

  function ask(response: ServerResponse, account: string, client: ClientModel | undefined, asked: Asked, proof: string): void {
    const { people } = context.snapshot();
    const known = client !== undefined && clientTenant(client.clientId, context.snapshot()) !== undefined;
    const name = client === undefined ? undefined : visible((client.clientName ?? client.clientId).slice(0, 200));
    const who =
      name === undefined
        ? 'A link asks'
        : `<strong>${escaped(name)}</strong>${known ? '' : ` (${escaped(visible(client?.clientId ?? '').slice(0, 200))}, which nobody registered here)`} asks`;
    const fields = Object.entries({ ...asked, confirm: proof }).map(
      ([field, value]) => `<input type="hidden" name="${field}" value="${escaped(value)}">`,
    );
    sendPage(
      response,
      200,
      'Sign out?',
      `<p>${who} to sign <strong>${escaped(people.get(account)?.name ?? '')}</strong> out. It ends the session at the console, and every application that you signed in at with it.</p>
<form method="post">${fields.join('')}<button>Sign out</button> <a href="/">Stay signed in</a></form>`,
    );
  }

  function over(provider: Provider, response: ServerResponse, where: string | undefined): void {
    const { issuer } = context.addresses;
    const name = provider.cookieName('session');
    const rest = `; Path=${new URL(issuer).pathname}; HttpOnly; SameSite=Lax; Max-Age=0${issuer.startsWith('https:') ? '; Secure' : ''}`;
    response.setHeader('set-cookie', [`${name}=${rest}`, `${name}.sig=${rest}`]);
    if (where !== undefined) return redirect(response, where);
    sendPage(response, 200, 'You are signed out', '<p>You may close this page, or <a href="/">sign in again</a>.</p>');
  }
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location, 'content-length': '0' }).end();
}

function sendPage(response: ServerResponse, status: number, title: string, body: string): void {
  const page = pageOf(title, body);
  response.setHeader('content-security-policy', PAGE_POLICY);
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'content-length': Buffer.byteLength(page) }).end(page);
}

function refuse(response: ServerResponse, why: string): void {
  sendPage(response, 400, 'This sign-out cannot be done', `<p>${escaped(why)}.</p><p><a href="/">To the console</a></p>`);
}

function withState(back: string, state: string | undefined): string {
  if (state === undefined) return back;
  const url = new URL(back);
  url.searchParams.set('state', state);
  return url.href;
}

function same(given: string | undefined, right: string): boolean {
  const [one, other] = [Buffer.from(given ?? ''), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The parameters, each once; or what is wrong with the request. */
async function parametersOf(request: IncomingMessage): Promise<Asked | string> {
  if (request.method !== 'GET' && request.method !== 'POST') return 'it takes GET and POST';
  let text = (request.url ?? '').split('?').slice(1).join('?');
  if (request.method === 'POST') {
    if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) return 'it takes a form';
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_FORM) return 'it is too long';
      chunks.push(chunk);
    }
    text = Buffer.concat(chunks).toString();
  }
  const given = new URLSearchParams(text);
  const asked: Asked = {};
  for (const name of PARAMETERS) {
    const values = given.getAll(name);
    if (values.length > 1) return `${name} was given twice`;
    if (values[0] !== undefined && values[0] !== '') asked[name] = values[0];
  }
  return asked;
}
