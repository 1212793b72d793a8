import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A third-party service that speaks OAuth 2 (RFC 6749, 7009, 7636) over a socket, with an API behind it that likes to echo what it got. */
export type OAuthService = {
  readonly origin: string;
  /** Refresh requests that were answered with tokens. */
  refreshes: number;
  /** Requests to the API, as it saw them. */
  readonly calls: { readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string }[];
  /** Every secret that it has given out. */
  readonly issued: Set<string>;
  readonly revoked: Set<string>;
  /** How the token endpoint behaves; `fine` at first. */
  mode: 'fine' | 'down' | 'garbage' | 'invalid_client' | 'invalid_grant' | 'slow' | 'no_scope';
  /** Seconds that access tokens live. */
  lifetime: number;
  /** As a person who says yes (or no) would be sent back: the address with code and state. */
  consent(authorizeUrl: string, answer?: 'yes' | 'no'): Promise<URL>;
  /** Ends all access tokens, as a service does when it likes to. */
  endAccess(): void;
  close(): Promise<void>;
};

export const CLIENT = { id: 'gate-client', secret: 'client-secret-canary-5f0c' } as const;

export async function startOAuthService(): Promise<OAuthService> {
  const codes = new Map<string, { challenge: string; redirect: string; scope: string }>();
  const access = new Map<string, number>();
  const refresh = new Map<string, string>();
  const token = (kind: string): string => {
    // Characters that look different in every encoding.
    const made = `${kind}-${randomBytes(12).toString('hex')}.~_/+${randomBytes(4).toString('hex')}==`;
    service.issued.add(made);
    return made;
  };
  const issue = (scope: string): object => {
    const [one, two] = [token('at'), token('rt')];
    access.set(one, Date.now() + service.lifetime * 1_000);
    refresh.set(two, scope);
    const told = service.mode === 'no_scope' ? {} : { scope };
    return { access_token: one, refresh_token: two, token_type: 'Bearer', expires_in: service.lifetime, ...told };
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void answer(request, Buffer.concat(chunks).toString('latin1'), response));
  });

  async function answer(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', service.origin);
    if (url.pathname === '/authorize') return authorize(url, response);
    if (url.pathname === '/token' || url.pathname === '/revoke') {
      const client = clientOf(request, new URLSearchParams(body));
      if (service.mode === 'down') return json(response, 503, { error: 'temporarily_unavailable' });
      if (service.mode === 'garbage') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sorry</h1>');
      if (!client || service.mode === 'invalid_client') return json(response, 401, { error: 'invalid_client' });
      if (service.mode === 'invalid_grant') return json(response, 400, { error: 'invalid_grant' });
      if (service.mode === 'slow') await new Promise((done) => setTimeout(done, 300));
      const form = new URLSearchParams(body);
      if (url.pathname === '/revoke') {
        service.revoked.add(form.get('token') ?? '');
        return void response.writeHead(200).end();
      }
      return json(response, ...grant(form));
    }
    api(request, url, body, response);
  }

  function authorize(url: URL, response: ServerResponse): void {
    const get = (name: string): string => url.searchParams.get(name) ?? '';
    const redirect = new URL(get('redirect_uri'));
    if (
      get('response_type') !== 'code' ||
      get('client_id') !== CLIENT.id ||
      get('code_challenge_method') !== 'S256' ||
      get('state').length < 20
    )
      return json(response, 400, { error: 'invalid_request' });
    redirect.searchParams.set('state', get('state'));
    if (url.searchParams.get('test_answer') === 'no') redirect.searchParams.set('error', 'access_denied');
    else {
      const code = token('code');
      codes.set(code, { challenge: get('code_challenge'), redirect: get('redirect_uri'), scope: get('scope') });
      redirect.searchParams.set('code', code);
    }
    response.writeHead(302, { location: redirect.href }).end();
  }

  function grant(form: URLSearchParams): [number, object] {
    if (form.get('grant_type') === 'authorization_code') {
      const code = codes.get(form.get('code') ?? '');
      codes.delete(form.get('code') ?? '');
      const verified = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (code === undefined || code.redirect !== form.get('redirect_uri') || code.challenge !== verified)
        return [400, { error: 'invalid_grant' }];
      return [200, issue(code.scope)];
    }
    const scope = refresh.get(form.get('refresh_token') ?? '');
    // Rotation: a refresh token works once (RFC 9700 section 4.14).
    refresh.delete(form.get('refresh_token') ?? '');
    if (form.get('grant_type') !== 'refresh_token' || scope === undefined) return [400, { error: 'invalid_grant' }];
    service.refreshes++;
    return [200, issue(scope)];
  }

  function api(request: IncomingMessage, url: URL, body: string, response: ServerResponse): void {
    service.calls.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    const presented = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const key = String(request.headers['x-api-key'] ?? url.searchParams.get('api_key') ?? '');
    const secret = presented === '' ? key : presented;
    const known = key !== '' || (access.get(presented) ?? 0) > Date.now();
    const echoes = [...everyForm(secret), ...(presented === '' ? [] : [CLIENT.secret])];
    if (!known) return json(response, 401, { error: `the token ${secret} is over`, echoes });
    if (url.pathname.endsWith('/moved'))
      return void response
        .writeHead(302, { location: `${service.origin}/api/next?access_token=${encodeURIComponent(secret)}`, 'set-cookie': `s=${secret}` })
        .end();
    if (url.pathname.endsWith('/away')) return void response.writeHead(307, { location: `https://elsewhere.example/?t=${secret}` }).end();
    if (url.pathname.endsWith('/broken')) return json(response, 500, { error: 'oops', secret, echoes, url: request.url });
    if (url.pathname.endsWith('/bytes')) {
      const bytes = Buffer.concat([Buffer.from([0, 255, 128]), Buffer.from(secret), Buffer.from([13, 10, 200])]);
      return void response.writeHead(200, { 'content-type': 'image/png' }).end(bytes);
    }
    if (url.pathname.endsWith('/nothing')) return void response.writeHead(204).end();
    response.setHeader('x-request-id', `r-${secret}`);
    response.setHeader('x-internal', secret);
    response.setHeader('www-authenticate', `Bearer realm="${secret}"`);
    response.setHeader('set-cookie', `session=${secret}`);
    response.setHeader('etag', `"${Buffer.from(secret).toString('base64')}"`);
    json(response, 200, { method: request.method, path: url.pathname, query: url.search, body, headers: request.headers, echoes, secret });
  }

  function everyForm(secret: string): string[] {
    const basic = Buffer.from(`user:${secret}`);
    const forms = (one: string): string[] => [
      ...[
        one,
        encodeURIComponent(one),
        encodeURIComponent(encodeURIComponent(one)),
        Buffer.from(one).toString('base64'),
        Buffer.from(one).toString('base64url'),
      ],
      ...[Buffer.from(one).toString('hex'), one.replaceAll('/', '\\/'), Array.from(one, (char) => `&#${char.charCodeAt(0)};`).join('')],
      Array.from(one, (char) => `\\u00${char.charCodeAt(0).toString(16)}`).join(''),
    ];
    return [...forms(secret), basic.toString('base64'), basic.toString('base64url')];
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const service: OAuthService = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ refreshes: 0, calls: [], issued: new Set([CLIENT.secret]), revoked: new Set(), mode: 'fine', lifetime: 3_600 },
    async consent(authorizeUrl, said = 'yes') {
      const url = new URL(authorizeUrl);
      url.searchParams.set('test_answer', said);
      const reply = await fetch(url, { redirect: 'manual' });
      return new URL(reply.headers.get('location') ?? '');
    },
    endAccess: () => access.clear(),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return service;
}

function clientOf(request: IncomingMessage, form: URLSearchParams): boolean {
  const [id, secret] = (request.headers.authorization ?? '').startsWith('Basic ')
    ? Buffer.from((request.headers.authorization ?? '').slice(6), 'base64')
        .toString()
        .split(':')
        .map(decodeURIComponent)
    : [form.get('client_id'), form.get('client_secret')];
  return id === CLIENT.id && secret === CLIENT.secret;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
