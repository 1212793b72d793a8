import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  AppError,
  DEFAULT_TENANT,
  PERMISSIONS,
  Type,
  type Caller,
  type Json,
  type Logger,
  type Permission,
  type PrincipalId,
  type Route,
} from '../kernel/index.ts';
import { routeTable, socketFile } from './index.ts';
import { createControl, type Control, type ControlDeps } from './service.ts';

const Thing = Type.Object({ id: Type.String(), name: Type.String() });
const ended = { lines: 0 };

/** Routes with every kind of authority, schema and reply. */
const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/things',
    summary: 'Things.',
    authority: { permission: 'keys:read' },
    query: Type.Object({ limit: Type.Optional(Type.String({ pattern: '^\\d{1,3}$' })) }),
    reply: Type.Object({ things: Type.Array(Thing), tenant: Type.String(), principal: Type.String() }),
    handler: ({ caller }) => ({ json: { things: [], tenant: caller.tenant, principal: caller.principal } }),
  },
  {
    method: 'POST',
    path: '/api/things',
    summary: 'Make a thing.',
    authority: { permission: 'keys:write' },
    body: Type.Object({ name: Type.String({ minLength: 1 }), days: Type.Optional(Type.Integer()) }),
    reply: Thing,
    handler: ({ body }) => ({ status: 201, json: { id: 't1', name: (body as { name: string }).name } }),
  },
  {
    method: 'DELETE',
    path: '/api/things/:id',
    summary: 'Remove a thing.',
    authority: { permission: 'keys:write' },
    handler: ({ params }) => ({ json: { removed: params['id'] ?? '' } }),
  },
  {
    method: 'GET',
    path: '/api/faults/:kind',
    summary: 'Fails.',
    authority: { permission: 'store:admin' },
    handler({ params }) {
      if (params['kind'] === 'app')
        throw new AppError('STORE_UNAVAILABLE', { status: 503, message: 'Away.', fix: 'Wait.' }, { detail: 'host db7' });
      throw new Error('secret detail at /srv/db');
    },
  },
  {
    method: 'GET',
    path: '/api/lines/:kind',
    summary: 'Follow.',
    authority: { permission: 'events:read' },
    handler: ({ params, signal }) => ({ lines: lines(params['kind'] ?? '', signal) }),
  },
  {
    method: 'GET',
    path: '/api/hello',
    summary: 'Hello.',
    authority: { public: 'says hello' },
    handler: ({ caller }) => ({ json: { principal: caller.principal, may: caller.permissions.size } }),
  },
];

async function* lines(kind: string, signal: AbortSignal): AsyncGenerator<Json> {
  yield { at: 1 };
  yield { at: 2, text: 'line\nfeed' };
  if (kind === 'fail') throw new Error('secret detail');
  if (kind !== 'follow') return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  ended.lines++;
}

const caller = (permissions: readonly Permission[]): Caller => ({
  tenant: DEFAULT_TENANT,
  principal: 'p_1' as PrincipalId,
  permissions: new Set(permissions),
});

const logged: string[] = [];
const keep = (message: string, fields?: object): unknown => logged.push(`${message} ${JSON.stringify(fields)}`);
const logger: Logger = { info: keep, warn: keep, error: keep };

const DEPS: ControlDeps = {
  // `all` holds every permission; `PERMISSION,...` those; anything else is unknown.
  authenticate(key) {
    if (key === 'all') return caller(PERMISSIONS);
    const named = key.split(',').filter((word): word is Permission => PERMISSIONS.some((known) => known === word));
    return named.length > 0 ? caller(named) : undefined;
  },
  hasTenant: (tenant) => tenant === 'acme',
  logger,
  version: '1.2.3',
  publicUrl: 'https://gate.example',
  checkReplies: true,
};

const control: Control = createControl(ROUTES, DEPS);
after(() => control.close());

type Ask = {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'OPTIONS';
  key?: string;
  headers?: Record<string, string>;
  body?: string;
};

async function ask(url: string, { method = 'GET', key = 'all', headers = {}, body }: Ask = {}) {
  const authorization = key === '' ? {} : { authorization: `Bearer ${key}` };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await control.tcp.inject({
    method,
    url,
    headers: { host: 'localhost:8101', ...authorization, ...type, ...headers },
    ...(body === undefined ? {} : { payload: body }),
  });
  const code = response.body.startsWith('{"error"') ? response.json<{ error: { code: string } }>().error.code : undefined;
  return { status: response.statusCode, code, body: response.body, headers: response.headers };
}

test('the table of all routes, with the authority of each', (t) => {
  t.assert.equal(
    routeTable(ROUTES),
    [
      'GET    /api/faults/:kind  store:admin',
      'GET    /api/hello  public: says hello',
      'GET    /api/lines/:kind  events:read',
      'GET    /api/things  keys:read',
      'POST   /api/things  keys:write',
      'DELETE /api/things/:id  keys:write',
    ].join('\n'),
  );
});

test('a route without an authority, with two, with an unknown one or without a reason is not registered; nor is one that stands twice', () => {
  const base = ROUTES[0]!;
  const refused = (change: Partial<Record<keyof Route, unknown>>, why: RegExp): void =>
    assert.throws(
      () => createControl([{ ...base, ...change } as Route], DEPS),
      (thrown) => thrown instanceof TypeError && why.test(thrown.message),
    );
  refused({ authority: undefined }, /needs a permission/);
  refused({ authority: {} }, /needs a permission/);
  refused({ authority: { permission: 'keys:read', public: 'both' } }, /needs a permission/);
  refused({ authority: { permission: 'keys:everything' } }, /unknown permission/);
  refused({ authority: { public: '  ' } }, /without a reason/);
  refused({ path: '/things' }, /begins with \/api\//);
  refused({ path: '/api/*' }, /plain segments/);
  refused({ body: Type.Object({}) }, /takes no body/);
  assert.throws(() => createControl([ROUTES[2]!, { ...ROUTES[2]!, path: '/api/things/:other' }], DEPS), /stands twice/);
});

test('every route refuses no key, an unknown key, and a key with every permission but its own', async () => {
  for (const route of ROUTES) {
    if (!('permission' in route.authority)) continue;
    const { permission } = route.authority;
    const { method } = route;
    const url = route.path.replace(/:\w+/g, 'x');
    const body = route.body === undefined ? {} : { body: '{"name":"n"}' };
    const without = PERMISSIONS.filter((other) => other !== permission).join(',');
    for (const key of ['', 'unknown', 'all\u00a0']) {
      const reply = await ask(url, { method, key, ...body });
      assert.deepEqual(
        [reply.status, reply.code, reply.headers['www-authenticate']],
        [401, 'CONTROL_UNAUTHENTICATED', 'Bearer'],
        `${method} ${url}`,
      );
    }
    const reply = await ask(url, { method, key: without, ...body });
    assert.deepEqual([reply.status, reply.code], [403, 'CONTROL_FORBIDDEN'], `${method} ${url}`);
    assert.match(reply.body, new RegExp(`It needs ${permission}`));
  }
});

test('a key counts in the Authorization header only, in any case of the scheme', async () => {
  assert.equal((await ask('/api/things', { key: '', headers: { authorization: 'bearer all' } })).status, 200);
  for (const headers of [{ authorization: 'all' }, { authorization: 'Basic all' }, { 'x-api-key': 'all' }, { cookie: 'key=all' }]) {
    assert.equal((await ask('/api/things', { key: '', headers })).status, 401);
  }
  assert.equal((await ask('/api/things?key=all', { key: '' })).status, 401);
});

test('who may not call does not have his body read', async () => {
  const reply = await ask('/api/things', { method: 'POST', key: '', body: 'x'.repeat(2 * 1024 * 1024) });
  assert.equal(reply.status, 401);
});

test('a public route has nobody for a caller, whatever key is sent', async () => {
  assert.equal((await ask('/api/hello', { key: 'all' })).body, '{"principal":"anonymous","may":0}');
});

test('DNS rebinding: only our own names are answered, for every path', async () => {
  for (const host of ['localhost', 'localhost:8101', 'LOCALHOST:1', '127.0.0.1:8101', '[::1]:8101', 'gate.example']) {
    assert.equal((await ask('/api/things', { headers: { host } })).status, 200, host);
  }
  const foreign = [
    'evil.example',
    'localhost.evil.example',
    'evil.example:8101',
    '127.0.0.1.evil.example',
    'gate.example:444',
    'gate.example.',
    '0.0.0.0',
    'localhost:',
    'localhost:8101@evil.example',
  ];
  for (const host of foreign) {
    for (const url of ['/api/things', '/api/hello', '/healthz', '/nowhere']) {
      const reply = await ask(url, { headers: { host } });
      assert.deepEqual([reply.status, reply.code], [421, 'CONTROL_HOST_REFUSED'], `${host} ${url}`);
    }
  }
});

test('CSRF: a page of another origin may not call, ours may', async () => {
  const refusedOrigins = [
    'http://evil.example',
    'null',
    'http://localhost:3000',
    'http://127.0.0.1:8101',
    'file://',
    'https://gate.example',
    '',
  ];
  for (const origin of refusedOrigins) {
    assert.equal((await ask('/api/things', { headers: { origin } })).code, 'CONTROL_ORIGIN_REFUSED', origin);
  }
  assert.equal((await ask('/api/things', { headers: { origin: 'http://localhost:8101' } })).status, 200);
  const publicHost = { host: 'gate.example' };
  assert.equal((await ask('/api/things', { headers: { ...publicHost, origin: 'https://gate.example' } })).status, 200);
  assert.equal((await ask('/api/things', { headers: { ...publicHost, origin: 'http://gate.example' } })).code, 'CONTROL_ORIGIN_REFUSED');
});

test('Sec-Fetch-Site: another port of localhost is another site; a followed link opens a page but never the API', async () => {
  const sites: [Record<string, string>, string, number][] = [
    [{ 'sec-fetch-site': 'same-origin' }, '/api/things', 200],
    [{ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, '/api/things', 200],
    [{ 'sec-fetch-site': 'same-site' }, '/api/things', 403],
    [{ 'sec-fetch-site': 'cross-site' }, '/api/things', 403],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, '/api/things', 403],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, '/healthz', 403],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, '/healthz', 200],
  ];
  for (const [headers, url, status] of sites) assert.equal((await ask(url, { headers })).status, status, JSON.stringify(headers) + url);
});

test('a body is JSON by one strict reading; forms and text that a foreign page may send are refused', async () => {
  const post = (body: string, type = 'application/json') => ask('/api/things', { method: 'POST', body, headers: { 'content-type': type } });
  const good = await post('{"name":"n"}');
  assert.deepEqual([good.status, good.body], [201, '{"id":"t1","name":"n"}']);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml']) {
    assert.deepEqual([(await post('{"name":"n"}', type)).status], [415], type);
  }
  for (const body of [
    '{"name":"a","name":"b"}',
    '{"name":',
    '{"name":"n","days":12345678901234567890}',
    `${'['.repeat(100)}${']'.repeat(100)}`,
  ]) {
    assert.equal((await post(body)).code, 'CONTROL_BAD_REQUEST', body.slice(0, 40));
  }
  assert.equal((await post(`{"name":"${'x'.repeat(1024 * 1024)}"}`)).code, 'CONTROL_BODY_TOO_LARGE');
});

test('a wrong field is named; an unknown one is refused; its text cannot act on a terminal', async () => {
  const post = async (body: object) => (await ask('/api/things', { method: 'POST', body: JSON.stringify(body) })).body;
  assert.match(await post({}), /body missing name/);
  assert.match(await post({ name: 5 }), /body\/name must be/);
  assert.match(await post({ name: 'n', dayz: 3 }), /body\/dayz unknown key dayz; did you mean days\?"/);
  const hostile = await post({ name: 'n', ['\u001b[31m\u202e' + 'k'.repeat(5000)]: 1 });
  assert.match(hostile, /body\/\\\\u001b\[31m\\\\u202ekkk/);
  assert.ok(hostile.length < 600);
  const many = await post(Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`k${at}`, at])));
  assert.ok(many.length < 3000);
});

test('a query or body that the route does not declare is refused', async () => {
  assert.equal((await ask('/api/things?limit=5')).status, 200);
  assert.equal((await ask('/api/things?limit=x')).code, 'CONTROL_BAD_REQUEST');
  assert.equal((await ask('/api/things?limit=5&limit=6')).code, 'CONTROL_BAD_REQUEST');
  assert.equal((await ask('/api/things?offset=5')).code, 'CONTROL_BAD_REQUEST');
  assert.equal((await ask('/api/hello?x=1')).code, 'CONTROL_BAD_REQUEST');
  assert.equal((await ask('/api/things/t1', { method: 'DELETE', body: '{}' })).code, 'CONTROL_BAD_REQUEST');
  assert.equal((await ask('/api/things?__proto__=1')).code, 'CONTROL_BAD_REQUEST');
});

test('path parameters are bounded and hold no control characters', async () => {
  assert.equal((await ask('/api/things/t%2F1', { method: 'DELETE' })).body, '{"removed":"t/1"}');
  assert.equal((await ask('/api/things/t%0a1', { method: 'DELETE' })).code, 'CONTROL_BAD_REQUEST');
  assert.equal((await ask('/api/things/%zz', { method: 'DELETE' })).code, 'CONTROL_BAD_REQUEST');
  const long = await ask(`/api/things/${'x'.repeat(300)}`, { method: 'DELETE' });
  assert.ok(long.status >= 400 && long.status < 500 && long.code !== undefined, long.body);
});

test("an error never shows what is inside; the log does, without the caller's text", async () => {
  logged.length = 0;
  const inner = await ask('/api/faults/secret-kind');
  assert.deepEqual([inner.status, inner.code], [500, 'CONTROL_INTERNAL']);
  assert.ok(!/secret|srv|stack|\.ts/.test(inner.body), inner.body);
  const app = await ask('/api/faults/app');
  assert.deepEqual([app.status, app.body], [503, '{"error":{"code":"STORE_UNAVAILABLE","message":"Away.","fix":"Wait."}}']);
  assert.match(logged.join('\n'), /secret detail at \/srv\/db/);
  assert.match(logged.join('\n'), /host db7/);
  assert.match(logged.join('\n'), /\/api\/faults\/:kind/);
  assert.ok(!logged.join('\n').includes('secret-kind'));
});

test('other methods and paths are not there; every reply forbids sniffing, framing and caching', async () => {
  for (const [method, url] of [
    ['HEAD', '/api/things'],
    ['OPTIONS', '/api/things'],
    ['PUT', '/api/things'],
    ['GET', '/API/things'],
    ['GET', '//api/things'],
    ['GET', '/api/things/'],
    ['GET', '/'],
  ] as const) {
    assert.equal((await ask(url, { method })).status, 404, `${method} ${url}`);
  }
  for (const url of ['/api/things', '/nowhere', '/api/faults/x', '/healthz']) {
    const { headers } = await ask(url);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/);
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});

test('a reply that differs from its declared schema is found where replies are checked', async () => {
  const lying: Route = { ...ROUTES[0]!, handler: () => ({ json: { things: 'none' } }) };
  const checked = createControl([lying], DEPS);
  await assert.rejects(checked.client().call('GET', '/api/things'), { code: 'CONTROL_INTERNAL' });
  await checked.close();
});

test('lines come as they are made; an error after the first is the last line', async () => {
  assert.equal((await ask('/api/lines/x')).body, '{"at":1}\n{"at":2,"text":"line\\nfeed"}\n');
  const broken = await ask('/api/lines/fail');
  assert.equal(broken.headers['content-type'], 'application/x-ndjson');
  assert.match(broken.body, /^\{"at":1\}\n\{"at":2[^\n]*\n\{"error":\{"code":"CONTROL_INTERNAL"[^\n]*\n$/);
  assert.ok(!broken.body.includes('secret detail'));
});

test('in this process: the same routes as the operator, errors thrown by code, lines that end when the reader stops', async () => {
  const client = control.client();
  assert.deepEqual(await client.call('GET', '/api/things'), { things: [], tenant: 'default', principal: 'operator' });
  assert.deepEqual(await client.call('POST', '/api/things', { name: 'n' }), { id: 't1', name: 'n' });
  await assert.rejects(
    client.call('GET', '/api/faults/app'),
    (thrown) => thrown instanceof AppError && thrown.code === 'STORE_UNAVAILABLE' && thrown.status === 503,
  );
  const acme = control.client('acme' as Caller['tenant']);
  assert.deepEqual(await acme.call('GET', '/api/things'), { things: [], tenant: 'acme', principal: 'operator' });
  for (const name of ['other', '../x', 'Acme']) {
    await assert.rejects(control.client(name as Caller['tenant']).call('GET', '/api/things'), { code: 'CONTROL_TENANT_UNKNOWN' });
  }
  const seen: Json[] = [];
  await assert.rejects(
    async () => {
      for await (const line of client.lines('/api/lines/fail', new AbortController().signal)) seen.push(line);
    },
    { code: 'CONTROL_INTERNAL' },
  );
  assert.equal(seen.length, 2);
  const before = ended.lines;
  for await (const line of client.lines('/api/lines/follow', new AbortController().signal)) if ((line as { at: number }).at === 2) break;
  for (let tries = 0; ended.lines === before && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(ended.lines, before + 1);
});

test("the tenant header is the operator's alone: over the port a key has its own tenant", async () => {
  const reply = await ask('/api/things', { headers: { 'x-sallyport-tenant': 'acme' } });
  assert.match(reply.body, /"tenant":"default"/);
});

test('the description names every route, its parameters and its authority', async () => {
  const document = JSON.parse((await ask('/api/openapi.json', { key: '' })).body) as {
    openapi: string;
    paths: Record<string, Record<string, { parameters: unknown[]; security: unknown[]; operationId: string }>>;
  };
  assert.equal(document.openapi, '3.1.1');
  assert.deepEqual(Object.keys(document.paths).sort(), [
    '/api/faults/{kind}',
    '/api/hello',
    '/api/lines/{kind}',
    '/api/openapi.json',
    '/api/things',
    '/api/things/{id}',
  ]);
  assert.deepEqual(document.paths['/api/things/{id}']?.['delete']?.parameters, [
    { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
  ]);
  assert.deepEqual(document.paths['/api/hello']?.['get']?.security, []);
  const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((operation) => operation.operationId));
  assert.equal(new Set(ids).size, ids.length);
});

test('metrics are there when configured, for who may read them', async () => {
  assert.equal((await ask('/metrics')).status, 404);
  const read = async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' });
  const closed = createControl([], { ...DEPS, metrics: { read, permission: 'health:read' } });
  const open = createControl([], { ...DEPS, metrics: { read, permission: 'public' } });
  const get = (on: Control, key?: string) =>
    on.tcp.inject({ url: '/metrics', headers: { host: 'localhost', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) } });
  assert.equal((await get(closed)).statusCode, 401);
  assert.equal((await get(closed, 'keys:read')).statusCode, 403);
  assert.equal((await get(closed, 'health:read')).body, 'up 1\n');
  assert.equal((await get(open)).body, 'up 1\n');
  await Promise.all([closed.close(), open.close()]);
});

const folder = mkdtempSync(join(tmpdir(), 'sallyport-control-'));
after(() => rmSync(folder, { recursive: true }));

test("the socket is the operator's: mode 0600 in a closed folder, a stale file replaced, a living server not", async () => {
  const path = socketFile(folder);
  writeFileSync(path, 'stale');
  const first = createControl(ROUTES, DEPS);
  await first.listenSocket(path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.match(await overSocket(path, '/api/things'), /"principal":"operator"/);
  const second = createControl(ROUTES, DEPS);
  await assert.rejects(second.listenSocket(path), { code: 'CONTROL_SOCKET_TAKEN' });
  assert.match(await overSocket(path, '/api/things'), /"principal":"operator"/);
  await Promise.all([first.close(), second.close()]);
  assert.equal(existsSync(path), false);
});

test('the socket is not opened where others may enter, nor where its path does not fit', async () => {
  const other = createControl(ROUTES, DEPS);
  chmodSync(folder, 0o750);
  await assert.rejects(other.listenSocket(socketFile(folder)), { code: 'CONTROL_SOCKET_FOLDER_OPEN' });
  chmodSync(folder, 0o700);
  await assert.rejects(other.listenSocket(socketFile(join(folder, 'x'.repeat(120)))), { code: 'CONTROL_SOCKET_PATH' });
  await other.close();
});

test('the console port: one port on both loopback addresses, no other address without TLS, a taken port said', async () => {
  const served = createControl(ROUTES, DEPS);
  const port = await served.listen({ hosts: ['127.0.0.1', '::1'], port: 0 });
  const reply = await fetch(`http://127.0.0.1:${port}/api/things`, { headers: { authorization: 'Bearer all' } });
  assert.equal(reply.status, 200);
  const other = createControl(ROUTES, DEPS);
  await assert.rejects(other.listen({ hosts: ['127.0.0.1'], port }), { code: 'CONTROL_PORT_TAKEN' });
  await assert.rejects(other.listen({ hosts: ['127.0.0.1', '0.0.0.0'], port: 0 }), { code: 'CONTROL_PLAIN_ADDRESS' });
  // After a refusal the same server may try the next port.
  assert.ok((await other.listen({ hosts: ['127.0.0.1'], port: 0 })) > 0);
  await Promise.all([served.close(), other.close()]);
});

test('two framings, an oversized head and half a request do not end the server', async () => {
  const served = createControl(ROUTES, DEPS);
  const port = await served.listen({ hosts: ['127.0.0.1'], port: 0 });
  const head = `POST /api/things HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer all\r\ncontent-type: application/json\r\n`;
  assert.match(await raw(port, `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`), /^HTTP\/1\.1 400/);
  assert.match(await raw(port, `${head}x: ${'y'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431/);
  assert.match(await raw(port, `GET /api/things HTTP/1.1\r\n\r\n`), /^HTTP\/1\.1 400/);
  assert.match(await raw(port, `GET /api/things HTTP/1.1\r\nhost: \r\n\r\n`), /^HTTP\/1\.1 421/);
  assert.match(await raw(port, `GET /api/things HTTP/1.0\r\n\r\n`), /^HTTP\/1\.1 421/);
  assert.equal((await fetch(`http://localhost:${port}/healthz`)).status, 200);
  await served.close();
});

function overSocket(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    httpRequest({ socketPath, path }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}

async function raw(port: number, bytes: string): Promise<string> {
  const { connect } = await import('node:net');
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += String(chunk);
      if (text.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('close', () => resolve(text)).on('error', reject);
  });
}
