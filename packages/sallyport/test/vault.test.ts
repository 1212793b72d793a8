import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ask } from './kit/http.ts';
import { CLIENT, startOAuthService, type OAuthService } from './kit/oauth_service.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// Third-party accounts through the real process: a person connects twenty, an agent uses them, and no credential is anywhere to be found.

const PASSWORD = 'some words that nobody guesses';
const KEYS = ['key-canary-header-8c1f0b', 'key-canary-query-2e9d7a'] as const;
const CONSENTED = Array.from({ length: 18 }, (_, at) => `things${at}`);

let service: OAuthService;
let gate: Running;
let agent: string;
let stranger: string;
let person: { bearer: string; cookie: string };
let principals: Record<string, string>;
/** What the collector of traces was sent. */
const traces: Buffer[] = [];
let collector: Server;

const oauthEntry = (name: string, at: number): string => `  - name: ${name}
    service: oauth2
    clientId: ${CLIENT.id}
    clientSecret: \${env:CLIENT_SECRET}
    scopes: [read, write]
    api: ${service.origin}/api
    hosts: [uploads.invalid]
    headers: [x-api-target]
    oauth: { authorize: ${service.origin}/authorize, token: ${service.origin}/token, revoke: ${service.origin}/revoke, client: ${at % 2 === 0 ? 'post' : 'basic'} }
    rules:
      - { id: open, when: "method in ['GET', 'HEAD', 'POST']", then: allow }
      - { id: held, when: "method == 'DELETE'", then: ask, why: It cannot be undone. }
      - { id: scoped, when: "path.startsWith('/api/admin')", then: allow, scopes: [admin] }
      - { id: closed, when: "path.startsWith('/api/private')", then: deny, why: Not for agents. }
`;

before(async () => {
  collector = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => traces.push(chunk));
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  service = await startOAuthService();
  gate = await startSallyport({
    env: { CLIENT_SECRET: CLIENT.secret },
    config: `telemetry: { metrics: true, traces: { endpoint: "${endpoint}" } }
approvals: { perHour: 100000 }
connections:
${CONSENTED.map(oauthEntry).join('')}  - { name: header, service: api_key, api: "${service.origin}/api", put: { header: x-api-key, prefix: "" }, rules: [{ id: all, when: "true", then: allow }] }
  - { name: query, service: api_key, api: "${service.origin}/api", put: { query: api_key }, rules: [{ id: all, when: "true", then: allow }] }
`,
  });
  [agent, stranger] = [await gate.key(), await gate.key()];
  const token = new URL(gate.setupUrl ?? '').hash.slice(1);
  const made = await fetch(new URL('/api/links/use', gate.console), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, name: 'root', password: PASSWORD }),
  });
  const { bearer } = (await made.json()) as { bearer: string };
  person = { bearer, cookie: made.headers.get('set-cookie')?.split(';')[0] ?? '' };
  const { keys } = (await control('GET', '/api/keys')) as { keys: { name: string; principal: string }[] };
  principals = Object.fromEntries(keys.map((key) => [key.name, key.principal]));
});
after(async () => {
  collector?.close();
  await gate?.remove();
  await service?.close();
});

async function control(method: string, path: string, body?: object): Promise<unknown> {
  const reply = await fetch(new URL(path, gate.console), {
    method,
    headers: {
      authorization: `Bearer ${person.bearer}`,
      cookie: person.cookie,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return reply.json();
}

const replies: string[] = [];
type Called = {
  readonly status: number;
  readonly json: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
  readonly error: unknown;
};

async function proxy(
  path: string,
  options: { method?: string; key?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Called> {
  const reply = await ask(gate.gateway, {
    method: options.method ?? 'GET',
    path: `/proxy/${path}`,
    headers: { authorization: `Bearer ${options.key ?? agent}`, ...options.headers },
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  replies.push(`${JSON.stringify(reply.headers)}\n${reply.text}`);
  const json = (reply.json ?? {}) as Called['json'];
  return { status: reply.status, json, headers: reply.headers, error: (json['error'] as { code?: unknown } | undefined)?.code };
}

test('a person connects accounts, and says which agents may use them', async () => {
  const own = (await control('GET', '/api/keys')) as { keys: { id: string; principal: string; created: number }[] };
  const first = own.keys.toSorted((a, b) => a.created - b.created)[0]?.principal ?? '';
  assert.ok(Object.values(principals).includes(first));
  for (const name of CONSENTED) {
    assert.equal((await proxy(`${name}/echo`)).error, 'consent_required');
    const { url } = (await control('POST', `/api/connections/${name}/consent`)) as { url: string };
    const back = await service.consent(url);
    assert.equal(back.origin + back.pathname, `${gate.console}/connections/callback`);
    const done = await control('POST', '/api/connection-consents', {
      state: back.searchParams.get('state'),
      code: back.searchParams.get('code'),
    });
    assert.deepEqual(done, { connection: name, missing: [] });
    assert.equal((await proxy(`${name}/echo`)).error, 'consent_required', 'not before the person says so');
    await control('PUT', `/api/connections/${name}/agents`, { agents: [first] });
  }
  for (const [at, name] of ['header', 'query'].entries()) {
    assert.deepEqual(await control('PUT', `/api/connections/${name}/key`, { key: KEYS[at] }), { kept: true });
    await control('PUT', `/api/connections/${name}/agents`, { agents: [first] });
  }
  const { connections } = (await control('GET', '/api/connections')) as { connections: { account: { state: string } | null }[] };
  assert.deepEqual([connections.length, connections.every(({ account }) => account?.state === 'ready')], [20, true]);
  replies.push(JSON.stringify(connections));
});

test('the credential goes out, the caller’s own does not, and rules decide by method, host and path', async () => {
  const reply = await proxy('things0/echo?q=1', {
    method: 'POST',
    body: '{"text":"hello"}',
    headers: {
      'content-type': 'application/json',
      cookie: 'a=b',
      'x-forwarded-for': '1.2.3.4',
      'x-other': 'x',
      accept: 'application/json',
    },
  });
  assert.deepEqual(
    [reply.status, reply.json['path'], reply.json['query'], reply.json['body']],
    [200, '/api/echo', '?q=1', '{"text":"hello"}'],
  );
  const seen = service.calls.at(-1);
  assert.ok(seen !== undefined && service.issued.has(String(seen.headers.authorization).slice(7)));
  assert.ok(
    !JSON.stringify(seen).includes(agent) &&
      ['cookie', 'x-forwarded-for', 'x-other', 'x-api-key'].every((name) => seen.headers[name] === undefined),
  );
  assert.deepEqual([seen.headers.accept, seen.headers['content-type']], ['application/json', 'application/json']);
  assert.equal(reply.headers['set-cookie'] ?? reply.headers['www-authenticate'] ?? reply.headers['x-internal'], undefined);
  assert.match(String(reply.headers['x-sallyport-event']), /^evt_/);

  const refused: [string, Parameters<typeof proxy>[1], number, string][] = [
    ['things0/echo', { key: stranger }, 403, 'consent_required'],
    [
      'things0/echo',
      { headers: { 'x-sallyport-user': principals['nobody'] ?? 'prn_00000000000000000000000001' } },
      403,
      'consent_required',
    ],
    ['none/echo', {}, 404, 'connection_unknown'],
    ['things0/private/x', {}, 403, 'denied_by_rule'],
    ['things0/%70rivate/x', {}, 403, 'denied_by_rule'],
    ['things0/x/../private/x', {}, 400, 'target_invalid'],
    ['things0/%2e%2e/private', {}, 400, 'target_invalid'],
    ['things0//evil.example/x', {}, 400, 'target_invalid'],
    ['things0/echo', { method: 'PATCH' }, 403, 'denied_by_rule'],
    ['things0/echo', { method: 'OPTIONS' }, 405, 'method_not_allowed'],
    ['things0/echo', { headers: { 'x-sallyport-host': '169.254.169.254' } }, 400, 'target_invalid'],
    ['things0/echo', { headers: { 'x-sallyport-host': 'uploads.invalid' } }, 502, 'net_unreachable'],
    ['things0/admin', {}, 403, 'scope_missing'],
    ['query/echo?api_key=mine', {}, 400, 'target_invalid'],
    ['query/echo?%61pi_key=mine', {}, 400, 'target_invalid'],
  ];
  const before = service.calls.length;
  for (const [path, options, status, code] of refused) {
    const { status: got, error } = await proxy(path, options);
    assert.deepEqual([got, error], [status, code], path);
  }
  assert.equal(service.calls.length, before, 'nothing of it has reached the service');
  assert.equal((await proxy('things0/echo', { key: 'nobody' })).status, 401);
});

test('what is held for a person runs once it is approved, exactly', async () => {
  const held = await proxy('things1/items/7', { method: 'DELETE' });
  assert.equal(held.error, 'approval_needed');
  const id = String((held.json['error'] as { approval?: unknown }).approval);
  assert.equal((await proxy('things1/items/7', { method: 'DELETE' })).error, 'approval_needed');
  const view = (await control('GET', `/api/approvals/${id}`)) as { arguments: string; reasons: { why: string }[] };
  assert.match(view.arguments, /"method":"DELETE","path":"\/api\/items\/7"/);
  assert.equal(view.reasons[0]?.why, 'It cannot be undone.');
  await control('POST', `/api/approvals/${id}/answer`, { decision: 'approve' });
  assert.equal((await proxy('things1/items/8', { method: 'DELETE' })).error, 'approval_needed');
  assert.equal((await proxy('things1/items/7', { method: 'DELETE' })).status, 200);
  assert.equal((await proxy('things1/items/7', { method: 'DELETE' })).error, 'approval_needed');
});

test('what a header says is approved with the rest', async () => {
  const call = (target: string, type = 'application/json'): ReturnType<typeof proxy> =>
    proxy('things1/items/9', {
      method: 'DELETE',
      body: '{}',
      headers: { 'x-api-target': target, 'content-type': type, 'idempotency-key': target },
    });
  const held = await call('draft');
  const id = String((held.json['error'] as { approval?: unknown }).approval);
  const view = (await control('GET', `/api/approvals/${id}`)) as { arguments: string };
  assert.match(view.arguments, /"headers":\{"content-type":"application\/json","x-api-target":"draft"\}/);
  await control('POST', `/api/approvals/${id}/answer`, { decision: 'approve' });
  assert.equal((await call('everything')).error, 'approval_needed');
  assert.equal((await call('draft', 'text/plain')).error, 'approval_needed');
  assert.equal((await call('draft')).status, 200);
});

test('twenty canaries: in replies, errors, redirects, events, logs, metrics and the database none is found, in any form', async () => {
  for (const name of [...CONSENTED, 'header', 'query']) {
    for (const path of ['echo?q=1', 'moved', 'away', 'broken', 'bytes', 'nothing']) await proxy(`${name}/${path}`);
    await proxy(`${name}/echo`, { method: 'HEAD' });
    const posted = await proxy(`${name}/echo`, { method: 'POST', body: 'text', headers: { 'content-type': 'text/plain' } });
    assert.equal(posted.status, 200);
    assert.match(JSON.stringify(posted.json), /\[credential\]/);
  }
  const moved = await proxy('things2/moved');
  assert.equal(moved.headers['location'], '/proxy/things2/next?access_token=[credential]');
  // The service ends every token: the gate refreshes once and goes on.
  service.endAccess();
  const refreshes = service.refreshes;
  const many = await Promise.all(Array.from({ length: 25 }, () => proxy('things3/echo')));
  assert.deepEqual([many.every(({ status }) => status === 200), service.refreshes - refreshes], [true, 1]);
  for (const mode of ['down', 'invalid_client', 'garbage', 'invalid_grant'] as const) {
    service.mode = mode;
    const name = `things${4 + ['down', 'invalid_client', 'garbage', 'invalid_grant'].indexOf(mode)}`;
    const { status, error } = await proxy(`${name}/echo`);
    assert.ok([401, 502].includes(status), `${mode} ${status} ${String(error)}`);
  }
  service.mode = 'fine';
  assert.equal((await proxy('things7/echo')).error, 'reconsent_required');
  await control('DELETE', '/api/connections/things8/account');

  const events = JSON.stringify(await control('GET', '/api/events?limit=500&kind=connection'));
  assert.match(events, /connection\.called/);
  const metrics = await (
    await fetch(`${gate.console}/metrics`, { headers: { authorization: `Bearer ${person.bearer}`, cookie: person.cookie } })
  ).text();
  const rotated = await gate.cli('connection', 'rotate', '--json');
  assert.ok((JSON.parse(rotated.stdout) as { resealed: number }).resealed >= 19, rotated.stdout + rotated.stderr);
  assert.equal((await proxy('things9/echo')).status, 200, 'and it works with the new key');
  const places: Record<string, Buffer> = {
    replies: Buffer.from(replies.join('\n'), 'utf8'),
    events: Buffer.from(events),
    metrics: Buffer.from(metrics),
    log: Buffer.from(gate.output()),
  };
  // A model is asked by the same agent, so that there is a trace; what waits is sent at the end.
  const spoken = await fetch(new URL('/v1/chat/completions', gate.gateway), {
    method: 'POST',
    headers: { authorization: `Bearer ${agent}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'practice/echo', messages: [{ role: 'user', content: 'hello' }] }),
  });
  assert.equal(spoken.status, 200);
  await gate.stop();
  places['traces'] = Buffer.concat(traces);
  assert.ok(places['traces'].length > 100, 'there is a trace');
  for (const file of filesOf(gate.data)) places[file.slice(gate.data.length)] = readFileSync(file);
  const secrets = [...service.issued, ...KEYS];
  assert.ok(secrets.length > 20 && Object.keys(places).some((name) => name.startsWith('/events/')) && Object.keys(places).length > 20);
  const found: string[] = [];
  for (const [name, bytes] of Object.entries(places)) {
    const text = bytes.toString('latin1');
    for (const secret of secrets) for (const form of formsOf(secret)) if (text.includes(form)) found.push(`${name}: ${form}`);
  }
  assert.deepEqual(found, []);
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/** A secret as it may be written somewhere; of base64 what is the same at each alignment. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const aligned = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(shift === 0 ? 0 : shift + 1, -5),
  );
  const url = aligned.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString('hex'),
    secret.replaceAll('/', '\\/'),
    ...aligned,
    ...url,
    ...aligned.map(encodeURIComponent),
  ];
}
