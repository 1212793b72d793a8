import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import test, { after, before } from 'node:test';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { createGatewayServer } from '../src/gateway/service.ts';
import { ask, raw, type Answered, type Asked } from './kit/http.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';
import { startUpstream, type Recorded, type Reply, type Upstream } from './kit/upstream.ts';

// What bad input gets, against the real process: a clear error in the client's own shape, nothing leaked, and the process lives on.

const HOUSE = resolve(import.meta.dirname, '../../..');
const PROVIDER_KEY = 'sk-upstream-1234567890abcdefghij';
const MAX_BODY = 12 * 1024 * 1024;
const CANARY = 'orchid-Falcon-77193';

/** One provider and model for each way in which an upstream misbehaves, so that the circuit of one does not open for another. */
const UPSTREAM: Record<string, Reply> = {
  ok: { text: 'All is well.' },
  patient: { delayMs: 10_000 },
  hang: { hang: 'head' },
  'hang-body': { text: 'Never ends, this one.', split: 20, hang: 2 },
  reset: { reset: 'head' },
  'reset-body': { text: 'Breaks off in the middle.', split: 20, gapMs: 20, reset: 2 },
  html: { status: 500, raw: [`HTTP/1.1 500 Oops\r\ncontent-type: text/html\r\ncontent-length: 27\r\n\r\n<html><b>Oops!!</b></html>\n`] },
  'html-ok': { raw: [`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 27\r\n\r\n<html><b>Hello.</b></html>\n`] },
  unauthorized: {
    status: 401,
    json: { error: { message: `Incorrect API key provided: ${PROVIDER_KEY}`, type: 'invalid_request_error', code: 'invalid_api_key' } },
  },
  'unauthorized-html': {
    raw: ['HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic\r\ncontent-type: text/html\r\ncontent-length: 5\r\n\r\nNope\n'],
  },
  limited: { status: 429, headers: { 'retry-after': '7', 'set-cookie': 'a=b', 'x-ratelimit-remaining-requests': '0' } },
  redirect: { raw: ['HTTP/1.1 307 Temporary\r\nlocation: http://169.254.169.254/latest/meta-data/\r\ncontent-length: 0\r\n\r\n'] },
  short: {
    raw: [
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n\r\n{"id":"x","object":"chat.completion","choices":[]}',
    ],
  },
  long: {
    raw: [
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\n{"id":"x","object":"chat.completion","choices":[]}',
    ],
  },
  'two-framings': {
    raw: [
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    ],
  },
  garbage: { raw: ['\u0000\u0001\u0002 this is not HTTP\r\n\r\n'] },
  status: { raw: ['HTTP/1.1 999 Odd\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'] },
  empty: { raw: ['HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 0\r\n\r\n'] },
  gzip: {
    raw: [
      Buffer.concat([
        Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n'),
        gzipSync('{}'),
      ]),
    ],
  },
  'broken-json': { json: '{"id": "x", "choices": [' },
  'odd-json': { json: { id: 'x', object: 'chat.completion', choices: 'none', content: 7, output: {} } },
  'sse-not-json': { sse: ['data: {"id":"x","choices":[]}\n\n', 'data: this is no JSON\n\n', 'data: [DONE]\n\n'] },
  'sse-not-utf8': { sse: [Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a, 0x0a])] },
  'sse-no-end': { text: 'Text without an end.', stopAfter: 2 },
  'sse-reset': { text: 'Text that is cut in the middle of it all.', gapMs: 5, reset: 4 },
  'sse-hang': { text: 'Text that stops coming.', hang: 3 },
  'sse-huge-event': { sse: [`data: {"a":"${'x'.repeat(2 * 1024 * 1024)}"}\n\n`] },
  'sse-deep': { sse: [`data: {"choices":[{"index":0,"delta":{"content":${'['.repeat(50_000)}${']'.repeat(50_000)}}}]}\n\n`] },
  'sse-after-end': { text: 'The end is near.', headers: { 'x-after-end': '1' } },
  'sse-never-closes': { text: 'It ends, the connection does not.', hang: 999 },
};

const ALL = Object.keys(UPSTREAM);

function config(url: string): string {
  const entry = (name: string, kind: string, base: string, prefix: string): string =>
    `  - { name: ${prefix}-${name}, kind: ${kind}, baseUrl: "${base}", apiKey: "\${env:TEST_PROVIDER_KEY}", models: ["${prefix}-${name}"], retries: 0, discover: false, timeouts: { headers: ${name === 'patient' ? 20 : 0.6}, idle: 0.6, total: 30 } }\n`;
  return `providers:
${ALL.map((name) => entry(name, 'openai', `${url}/v1`, 'gpt') + entry(name, 'anthropic', url, 'claude')).join('')}  - { name: dead, kind: openai, baseUrl: "http://127.0.0.1:9/v1", apiKey: "\${env:TEST_PROVIDER_KEY}", models: ["gpt-dead"], retries: 0, discover: false }
gateway: { bodyBytes: ${MAX_BODY} }
guards: { canaries: ["${CANARY}"] }
`;
}

let upstream: Upstream;
let gate: Running;
let key: string;
const slow: Record<string, ReturnType<typeof raw>> = {};

before(async () => {
  upstream = await startUpstream();
  upstream.script(answerOf);
  gate = await startSallyport({ config: config(upstream.url), env: { TEST_PROVIDER_KEY: PROVIDER_KEY } });
  key = await gate.key();
  // A head that never ends: looked at by the last test, which is when the gate has lost its patience.
  slow['head'] = raw(
    gate.gateway,
    ['POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n', ...Array.from({ length: 120 }, (_, i) => `x-slow-${i}: 1\r\n`)],
    {
      gapMs: 200,
      limitMs: 30_000,
    },
  );
});
after(async () => {
  await gate?.remove();
  await upstream?.close();
});

async function answerOf(request: Recorded): Promise<Reply> {
  const name = String(request.json?.model ?? 'ok').replace(/^(gpt|claude)-/, '');
  const reply = UPSTREAM[name] ?? { text: 'All is well.' };
  // Anthropic's streams carry the same faults; where one is written out literally, it is the same bytes.
  return reply;
}

const requestsFor = (model: string): Recorded[] => upstream.requests.filter((request) => request.json?.model === model);

type Api = 'chat' | 'messages' | 'responses';
const PATH: Record<Api, string> = { chat: '/v1/chat/completions', messages: '/v1/messages', responses: '/v1/responses' };

function bodyFor(api: Api, model: string, more: object = {}): object {
  if (api === 'messages') return { model: `claude-${model}`, max_tokens: 50, messages: [{ role: 'user', content: 'hi' }], ...more };
  if (api === 'responses') return { model: `gpt-${model}`, input: 'hi', ...more };
  return { model: `gpt-${model}`, messages: [{ role: 'user', content: 'hi' }], ...more };
}

const jsonHeaders = (token: string = key): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
});

function send(api: Api, body: unknown, more: Partial<Asked> = {}): Promise<Answered> {
  return ask(gate.gateway, {
    path: PATH[api],
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    ...more,
    headers: { ...jsonHeaders(), ...more.headers },
  });
}

/** What must never stand in an answer: stacks, paths of the machine, our provider key, addresses behind the gate, the client's own key. */
function assertClean(name: string, text: string): void {
  for (const secret of [PROVIDER_KEY, 'node:internal', '.ts:', HOUSE, '/packages/', '/tmp/', `:${upstream.port}`, '169.254', key])
    assert.ok(!text.includes(secret), `${name} leaks ${secret}: ${text.slice(0, 400)}`);
}

/** An error in the shape that the SDK of this API reads. */
function assertError(name: string, api: Api, answer: Answered, status: number, code?: string): void {
  assert.equal(answer.status, status, `${name}: ${answer.text.slice(0, 300)}`);
  assert.equal(answer.headers['content-type'], 'application/json', name);
  assert.equal(answer.headers['cache-control'], 'no-store', name);
  const { error } = answer.json;
  assert.equal(typeof error.message, 'string', name);
  assert.ok(error.message.length > 10 && error.message.length < 1000, name);
  assert.equal(typeof error.type, 'string', name);
  if (api === 'messages') assert.equal(answer.json.type, 'error', name);
  else assert.ok('param' in error, name);
  if (code !== undefined) assert.equal(error.code, code, name);
  assertClean(name, answer.text + JSON.stringify(answer.headers));
}

async function assertAlive(): Promise<void> {
  const answer = await send('chat', bodyFor('chat', 'ok'));
  assert.equal(answer.status, 200, answer.text);
}

async function eventOf(answer: Answered): Promise<{ status: number; decision: string; rules: { id: string }[] }> {
  const id = String(answer.headers['x-sallyport-event']);
  assert.match(id, /^evt_/);
  const event = await ask(gate.gateway, { method: 'GET', path: `/v1/events/${id}`, headers: { authorization: `Bearer ${key}` } });
  assert.equal(event.status, 200, event.text);
  return event.json;
}

/** Sends the beginning of a request, and the rest when it is there. */
async function slowly(first: string, rest: Promise<string>): Promise<string> {
  const socket = connect(Number(new URL(gate.gateway).port), '127.0.0.1');
  socket.setEncoding('latin1');
  let received = '';
  socket.on('data', (chunk: string) => (received += chunk));
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()).on('error', () => resolve()));
  socket.write(first);
  socket.write(await rest);
  await closed;
  return received;
}

const pad = (bytes: number): string => JSON.stringify(bodyFor('chat', 'ok', { messages: [{ role: 'user', content: 'x'.repeat(bytes) }] }));

test('a body that cannot be read gets a clear error in the shape of either SDK, and nothing of it goes on', async () => {
  const deep = `{"model":"gpt-ok","messages":${'['.repeat(100)}${']'.repeat(100)}}`;
  const cases: [name: string, body: string | Buffer, status: number, code: string, more?: Partial<Asked>][] = [
    ['too large', pad(MAX_BODY), 413, 'body_too_large'],
    ['too large, no content-length', pad(MAX_BODY), 413, 'body_too_large', { chunk: 65_536 }],
    ['too deep', deep, 400, 'body_too_deep'],
    ['very deep', '['.repeat(1_000_000), 400, 'body_too_deep'],
    ['too many values', `[${'0,'.repeat(2_100_000)}0]`, 400, 'body_too_deep'],
    ['not JSON', '{"model": gpt-ok}', 400, 'body_not_json'],
    ['empty', '', 400, 'body_not_json'],
    ['an array', '[]', 400, 'body_not_json'],
    ['null', 'null', 400, 'body_not_json'],
    ['two values', '{} {}', 400, 'body_not_json'],
    ['byte order mark', '\ufeff{}', 400, 'body_not_json'],
    ['duplicate key', '{"model":"gpt-ok","model":"gpt-html","messages":[]}', 400, 'body_duplicate_key'],
    ['duplicate key, escaped', '{"model":"gpt-ok","mod\\u0065l":"gpt-html","messages":[]}', 400, 'body_duplicate_key'],
    ['wrong UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400, 'body_not_utf8'],
    ['UTF-16', Buffer.from('{"model":"gpt-ok"}', 'utf16le'), 400, 'body_not_json'],
    ['unsafe integer', '{"model":"gpt-ok","seed":9007199254740993,"messages":[]}', 400, 'body_unsafe_integer'],
    ['no model', '{"messages":[]}', 400, 'request_invalid'],
    ['wrong type', '{"model":"gpt-ok","messages":"hi"}', 400, 'request_invalid'],
    ['null message', '{"model":"gpt-ok","max_tokens":5,"messages":[null]}', 400, 'request_invalid'],
    ['no content type', '{}', 415, 'type_not_json', { headers: { 'content-type': 'text/plain' } }],
    ['a form', 'a=b', 415, 'type_not_json', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
  ];
  upstream.requests.length = 0;
  for (const [name, body, status, code, more] of cases) {
    for (const api of ['chat', 'messages'] as const) assertError(`${name} (${api})`, api, await send(api, body, more), status, code);
  }
  assert.equal(upstream.requests.length, 0, 'nothing was forwarded');
  await assertAlive();
});

test('compressed bodies: read when well-formed, refused beyond their ratio or when unknown', async () => {
  const small = Buffer.from(JSON.stringify(bodyFor('chat', 'ok')));
  const bomb = Buffer.alloc(64 * 1024 * 1024, 0x20);
  const coders: [string, (bytes: Buffer) => Buffer][] = [
    ['gzip', (bytes) => gzipSync(bytes)],
    ['br', (bytes) => brotliCompressSync(bytes, { params: { 1: 1 } })],
    ['zstd', (bytes) => zstdCompressSync(bytes)],
  ];
  for (const [encoding, encode] of coders) {
    assert.equal((await send('chat', encode(small), { headers: { 'content-encoding': encoding } })).status, 200, encoding);
    assert.equal((await send('chat', encode(small), { headers: { 'content-encoding': encoding.toUpperCase() } })).status, 200, encoding);
    for (const api of ['chat', 'messages'] as const) {
      const answer = await send(api, encode(bomb), { headers: { 'content-encoding': encoding } });
      assertError(`${encoding} bomb`, api, answer, 400, 'encoding_broken');
      assert.ok(answer.milliseconds < 2_000, `${encoding}: ${answer.milliseconds} ms`);
      const torn = await send(api, encode(small).subarray(0, -4), { headers: { 'content-encoding': encoding } });
      assertError(`${encoding} torn`, api, torn, 400, 'encoding_broken');
    }
  }
  for (const encoding of ['compress', 'gzip, gzip', 'x-unknown', '__proto__'])
    assertError(encoding, 'chat', await send('chat', small, { headers: { 'content-encoding': encoding } }), 415, 'encoding_not_supported');
  await assertAlive();
});

test('HTTP that can be read in two ways is refused on the connection, in a shape that both SDKs read', async () => {
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`;
  const hidden = `GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n`;
  const cases: [string, string, RegExp][] = [
    [
      'content-length and transfer-encoding',
      `${head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      'transfer-encoding and content-length',
      `${head}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n${hidden}`,
      /^HTTP\/1\.1 400 /,
    ],
    ['two content-lengths', `${head}content-length: 4\r\ncontent-length: 5\r\n\r\n{}  \n`, /^HTTP\/1\.1 400 /],
    ['transfer-encoding of two names', `${head}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n`, /^HTTP\/1\.1 400 /],
    ['white space before the colon', `${head}content-length : 2\r\n\r\n{}`, /^HTTP\/1\.1 400 /],
    ['a folded header', `${head}x-a: 1\r\n folded\r\ncontent-length: 2\r\n\r\n{}`, /^HTTP\/1\.1 400 /],
    ['a bare line feed in a chunk size', `${head}transfer-encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n`, /^HTTP\/1\.1 400 /],
    ['a control character in a value', `${head}x-a: \u0000b\r\ncontent-length: 2\r\n\r\n{}`, /^HTTP\/1\.1 400 /],
    ['a header that is too large', `${head}x-large: ${'a'.repeat(40_000)}\r\ncontent-length: 2\r\n\r\n{}`, /^HTTP\/1\.1 431 /],
    ['no HTTP', 'hello there\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a TLS greeting', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001', /^HTTP\/1\.1 400 /],
    ['another version', `POST / HTTP/9.9\r\nhost: localhost\r\n\r\n`, /^HTTP\/1\.1 (400|505) /],
  ];
  for (const [name, bytes, status] of cases) {
    const { received, closed } = await raw(gate.gateway, [bytes], { limitMs: 5_000 });
    assert.match(received, status, name);
    assert.ok(closed, `${name}: the connection ends`);
    assert.equal(received.match(/HTTP\/1\.1 \d{3} /g)?.length, 1, `${name}: one answer, so nothing was smuggled: ${received}`);
    const body = JSON.parse(received.slice(received.indexOf('\r\n\r\n') + 4)) as { type: string; error: { type: string; message: string } };
    assert.equal(body.type, 'error', name);
    assert.equal(typeof body.error.type, 'string', name);
    assertClean(name, received);
  }
  await assertAlive();
});

test('garbage behind a request does not get into the answer of that request', async () => {
  const body = JSON.stringify(bodyFor('chat', 'sse-hang', { stream: true }));
  const request = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const { received } = await raw(gate.gateway, [request, '', 'no HTTP at all\r\n\r\n'], { gapMs: 200, limitMs: 5_000 });
  assert.equal(received.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0, 1, received);
  assert.match(received, /^HTTP\/1\.1 200 /);
  await assertAlive();
});

test('addresses: unknown paths, wrong methods, forged hosts and foreign pages', async () => {
  for (const path of [
    '/',
    '/v1',
    '/v1/',
    '/v1/files',
    '/v1/chat/completions/',
    '//v1/chat/completions',
    '/v1/chat/../chat/completions',
    '/V1/chat/completions',
    '/v1/chat%2fcompletions',
    '/admin',
    '/metrics',
    '/api/keys',
    '/v1/events/evt_1',
    '/v1/models/gpt-ok',
  ]) {
    assertError(path, 'chat', await ask(gate.gateway, { path, body: '{}', headers: jsonHeaders() }), 404, 'endpoint_not_guarded');
  }
  assertError(
    'messages',
    'messages',
    await ask(gate.gateway, { path: '/v1/messages/batches', body: '{}', headers: jsonHeaders() }),
    404,
    'endpoint_not_guarded',
  );
  const absolute = await raw(gate.gateway, ['GET http://evil.example/v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n']);
  assert.match(absolute.received, /^HTTP\/1\.1 404 /);
  const tunnel = await raw(gate.gateway, ['CONNECT 169.254.169.254:80 HTTP/1.1\r\nhost: localhost\r\n\r\n']);
  assert.ok(!tunnel.received.includes(' 200 '), tunnel.received);

  for (const [method, path, allow] of [
    ['GET', PATH.chat, 'POST'],
    ['PUT', PATH.chat, 'POST'],
    ['DELETE', '/v1/models', 'GET'],
    ['OPTIONS', PATH.responses, 'POST'],
    ['TRACE', PATH.chat, 'POST'],
  ] as const) {
    const answer = await ask(gate.gateway, { method, path, headers: jsonHeaders() });
    assertError(`${method} ${path}`, 'chat', answer, 405, 'method_not_allowed');
    assert.equal(answer.headers.allow, allow);
  }
  assertError(
    'GET messages',
    'messages',
    await ask(gate.gateway, { method: 'GET', path: PATH.messages, headers: jsonHeaders() }),
    405,
    'method_not_allowed',
  );

  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '169.254.169.254',
    'evil.example:80',
    'localhost@evil.example',
    '[::2]',
    'localhost,evil.example',
  ])
    assertError(
      `host ${host}`,
      'messages',
      await send('messages', bodyFor('messages', 'ok'), { headers: { host } }),
      421,
      'host_not_allowed',
    );
  for (const host of ['localhost', 'LOCALHOST:8100', '127.0.0.1', '[::1]:80'])
    assert.equal((await send('chat', bodyFor('chat', 'ok'), { headers: { host } })).status, 200, host);
  const hostless = await raw(gate.gateway, ['GET /healthz HTTP/1.0\r\n\r\n']);
  assert.match(hostless.received, /^HTTP\/1\.1 421 /);
  const empty = await raw(gate.gateway, ['GET /healthz HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n']);
  assert.match(empty.received, /^HTTP\/1\.1 421 /);
  const twice = await raw(gate.gateway, ['GET /healthz HTTP/1.1\r\nhost: localhost\r\nHost: evil.example\r\nconnection: close\r\n\r\n']);
  assert.match(twice.received, /^HTTP\/1\.1 400 /);

  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost.evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'http://localhost:3000' },
  ])
    assertError(
      JSON.stringify(headers),
      'messages',
      await send('messages', bodyFor('messages', 'ok'), { headers }),
      403,
      'origin_not_allowed',
    );
});

test('keys: none, wrong, two different, too long', async () => {
  const cases: [string, Record<string, string>][] = [
    ['none', {}],
    ['wrong', { authorization: 'Bearer sp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }],
    ['one character off', { authorization: `Bearer ${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}` }],
    ['empty', { authorization: 'Bearer ' }],
    ['basic', { authorization: `Basic ${Buffer.from(`x:${key}`).toString('base64')}` }],
    ['two different', { authorization: `Bearer ${key}`, 'x-api-key': 'sp_other' }],
    ['too long', { 'x-api-key': 'sp_'.repeat(400) }],
    ['the provider’s', { authorization: `Bearer ${PROVIDER_KEY}` }],
    ['in the query', {}],
  ];
  for (const [name, headers] of cases) {
    for (const api of ['chat', 'messages'] as const) {
      const answer = await ask(gate.gateway, {
        path: `${PATH[api]}${name === 'in the query' ? `?key=${key}` : ''}`,
        body: JSON.stringify(bodyFor(api, 'ok')),
        headers: { 'content-type': 'application/json', ...headers },
      });
      assertError(name, api, answer, 401, 'unauthenticated');
      assert.equal(answer.json.error.type, 'authentication_error');
    }
  }
  assert.equal(
    (
      await ask(gate.gateway, {
        path: PATH.chat,
        body: JSON.stringify(bodyFor('chat', 'ok')),
        headers: { 'content-type': 'application/json', 'x-api-key': key },
      })
    ).status,
    200,
  );
});

test('a revoked key is refused within a second, and its running stream and request end', async () => {
  const made = JSON.parse((await gate.cli('key', 'create', '--name', 'short-lived', '--json')).stdout) as { id: string; key: string };
  upstream.script((request) => (request.json?.stream === true ? { text: 'word '.repeat(400), gapMs: 20 } : { delayMs: 10_000 }));
  const stream = ask(gate.gateway, {
    path: PATH.chat,
    body: JSON.stringify(bodyFor('chat', 'ok', { stream: true })),
    headers: jsonHeaders(made.key),
  });
  const messages = ask(gate.gateway, {
    path: PATH.messages,
    body: JSON.stringify(bodyFor('messages', 'ok', { stream: true })),
    headers: jsonHeaders(made.key),
  });
  const whole = ask(gate.gateway, { path: PATH.chat, body: JSON.stringify(bodyFor('chat', 'patient')), headers: jsonHeaders(made.key) });
  const late = JSON.stringify(bodyFor('chat', 'ok'));
  const lateHead = `POST ${PATH.chat} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${made.key}\r\ncontent-type: application/json\r\ncontent-length: ${late.length}\r\nconnection: close\r\n\r\n`;
  while (upstream.requests.length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  upstream.script(answerOf);
  let finishLate: (value: string) => void = () => {};
  const slowBody = slowly(lateHead + late.slice(0, 10), new Promise<string>((resolve) => (finishLate = resolve)));
  const revoked = await gate.cli('key', 'revoke', made.id);
  assert.equal(revoked.code, 0, revoked.stderr);
  const told = performance.now();
  let refused = await ask(gate.gateway, { path: PATH.chat, body: JSON.stringify(bodyFor('chat', 'ok')), headers: jsonHeaders(made.key) });
  while (refused.status === 200 && performance.now() - told < 1_000)
    refused = await ask(gate.gateway, { path: PATH.chat, body: JSON.stringify(bodyFor('chat', 'ok')), headers: jsonHeaders(made.key) });
  assertError('revoked', 'chat', refused, 401, 'unauthenticated');
  // Its key was good when its body began to come.
  finishLate(late.slice(10));
  assert.match(await slowBody, /^HTTP\/1\.1 401 /);
  const ended = await stream;
  assert.ok(ended.text.includes('"content_filter"') && ended.text.includes('key-revoked') && !ended.cut, ended.text.slice(-500));
  const endedMessages = await messages;
  assert.ok(endedMessages.text.includes('"refusal"') && endedMessages.text.includes('message_stop'), endedMessages.text.slice(-500));
  const endedWhole = await whole;
  assertError('revoked, whole', 'chat', endedWhole, 403, 'blocked_by_policy');
  assert.equal(endedWhole.json.sallyport.rule, 'key-revoked');
  assertClean('revoked', ended.text + endedMessages.text);
});

test('a key with limits: models, requests a minute, requests at once', async () => {
  const limited = await gate.key('--models', 'gpt-o*', '--rpm', '3');
  const as = (token: string, body: object): Promise<Answered> =>
    ask(gate.gateway, { path: PATH.chat, body: JSON.stringify(body), headers: jsonHeaders(token) });
  assertError('model', 'chat', await as(limited, bodyFor('chat', 'html')), 403, 'model_not_allowed');
  const first = await as(limited, bodyFor('chat', 'ok'));
  assert.equal(first.status, 200);
  assert.equal(first.headers['x-ratelimit-limit-requests'], '3');
  assert.equal(first.headers['x-ratelimit-remaining-requests'], '1');
  assert.equal((await as(limited, bodyFor('chat', 'ok'))).status, 200);
  const over = await as(limited, bodyFor('chat', 'ok'));
  assertError('rpm', 'chat', over, 429, 'rate_limited');
  assert.equal(over.json.error.type, 'rate_limit_error');
  assert.ok(Number(over.headers['retry-after']) >= 1 && Number(over.headers['retry-after']) <= 60);
  assert.equal(over.headers['x-ratelimit-remaining-requests'], '0');
  const anthropic = await ask(gate.gateway, {
    path: PATH.messages,
    body: JSON.stringify(bodyFor('messages', 'ok')),
    headers: jsonHeaders(limited),
  });
  assertError('rpm', 'messages', anthropic, 429, 'rate_limited');

  const narrow = await gate.key('--concurrency', '1');
  const [one, two] = await Promise.all([as(narrow, bodyFor('chat', 'hang')), as(narrow, bodyFor('chat', 'hang'))]);
  const statuses = [one.status, two.status].sort((a, b) => a - b);
  assert.deepEqual(statuses, [429, 504]);
  assert.equal((one.status === 429 ? one : two).headers['retry-after'], '1');
  assert.equal((await as(narrow, bodyFor('chat', 'ok'))).status, 200, 'the place is free again');
});

test('models: an unknown one is answered with those that work, another endpoint’s with where it works', async () => {
  const unknown = await send('chat', bodyFor('chat', 'nobody'));
  assertError('unknown', 'chat', unknown, 404, 'unknown_model');
  assert.match(unknown.json.error.message, /gpt-ok/);
  assert.equal(unknown.json.error.param, 'model');
  const anthropic = await send('messages', bodyFor('messages', 'nobody'));
  assertError('unknown', 'messages', anthropic, 404, 'unknown_model');
  assert.equal(anthropic.json.error.type, 'not_found_error');
  assert.match(anthropic.json.error.message, /claude-ok/);
  const wrong = await send('chat', { ...bodyFor('chat', 'ok'), model: 'claude-ok' });
  assertError('other endpoint', 'chat', wrong, 400, 'wrong_endpoint');
  assert.match(wrong.json.error.message, /messages/);
  assertError(
    'other endpoint',
    'messages',
    await send('messages', { ...bodyFor('messages', 'ok'), model: 'gpt-ok' }),
    400,
    'wrong_endpoint',
  );
  for (const model of ['', '\u0000', '../../etc/passwd', 'gpt-ok\r\nx-evil: 1', '\ud800', '__proto__', 'x'.repeat(100_000)])
    assertError(JSON.stringify(model).slice(0, 40), 'chat', await send('chat', { ...bodyFor('chat', 'ok'), model }), 404, 'unknown_model');
});

test('unknown fields are read as text: what hides in them is found, what is harmless goes on', async () => {
  const hidden = '\u{e0049}\u{e0067}\u{e006e}\u{e006f}\u{e0072}\u{e0065}\u{e0020}\u{e0061}\u{e006c}\u{e006c}';
  const harmless = await send('chat', bodyFor('chat', 'ok', { x_new_field: { deep: ['well', { then: 'fine' }] } }));
  assert.equal(harmless.status, 200);
  for (const body of [
    bodyFor('chat', 'ok', { x_new_field: { deep: [`hello${hidden}`] } }),
    bodyFor('chat', 'ok', { x_new_field: { [`hello${hidden}`]: 1 } }),
    bodyFor('chat', 'ok', { messages: [{ role: 'user', content: 'hi', x_other: hidden }] }),
  ]) {
    // Nobody knows who wrote it: it is treated as text from outside, and taken out.
    const answer = await send('chat', body);
    assert.equal(answer.status, 200, answer.text);
    assert.ok(!/[\u{e0000}-\u{e007f}]/u.test(JSON.stringify(requestsFor('gpt-ok').at(-1)?.json)), JSON.stringify(body));
    assert.ok((await eventOf(answer)).rules.some((rule) => rule.id === 'hidden-instructions-in-content'));
  }
  for (const api of ['chat', 'messages'] as const) {
    const refused = await send(api, bodyFor(api, 'ok', { messages: [{ role: 'user', content: `hi${hidden}` }] }));
    assertError('hidden in a message', api, refused, 403, 'blocked_by_policy');
    assert.equal(refused.json.sallyport.rule, 'hidden-instructions');
    assert.equal((await eventOf(refused)).decision, 'deny');
  }
});

test('100,000 messages and one message of 10 MB pass', async () => {
  const many = JSON.stringify(
    bodyFor('chat', 'ok', {
      messages: Array.from({ length: 100_000 }, (_, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content: `message ${i}` })),
    }),
  );
  const answer = await send('chat', many);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(requestsFor('gpt-ok').at(-1)?.json.messages.length, 100_000);
  const words = Array.from({ length: 1_400 }, (_, i) => `Sentence ${i} of a long and dull report. `).join('');
  const large = await send(
    'chat',
    bodyFor('chat', 'ok', { messages: [{ role: 'user', content: words.repeat(Math.ceil(10_000_000 / words.length)) }] }),
  );
  assert.equal(large.status, 200, large.text);
  const tooMany = await send(
    'chat',
    bodyFor('chat', 'ok', { messages: Array.from({ length: 250_000 }, () => ({ role: 'user', content: 'x' })) }),
  );
  assertError('250,000 messages', 'chat', tooMany, 400, 'request_invalid');
  const million = await send(
    'messages',
    bodyFor('messages', 'ok', { messages: [{ role: 'user', content: `The secret ${'ab '.repeat(1_000_000)}` }] }),
  );
  assert.equal(million.status, 200, million.text);
});

test('an upstream that misbehaves: an error of the right kind, whole and streamed, and nothing of it unchecked', async () => {
  const cases: [model: string, status: number, code: string | undefined][] = [
    ['hang', 504, 'provider_timeout'],
    ['hang-body', 504, 'provider_timeout'],
    ['reset', 502, 'provider_failed'],
    ['reset-body', 502, 'provider_failed'],
    ['html', 500, 'provider_failed'],
    ['html-ok', 502, 'provider_invalid'],
    ['unauthorized', 502, 'provider_failed'],
    ['unauthorized-html', 502, 'provider_failed'],
    ['limited', 429, undefined],
    ['redirect', 502, 'provider_failed'],
    ['short', 502, undefined],
    ['long', 502, 'provider_invalid'],
    ['two-framings', 502, 'provider_invalid'],
    ['garbage', 502, 'provider_invalid'],
    ['status', 502, 'provider_invalid'],
    ['empty', 502, 'provider_invalid'],
    ['gzip', 502, 'provider_invalid'],
    ['broken-json', 502, 'provider_invalid'],
  ];
  const results = await Promise.all(
    cases.flatMap(([model, status, code]) =>
      (['chat', 'messages'] as const).map(async (api) => ({ model, status, code, api, answer: await send(api, bodyFor(api, model)) })),
    ),
  );
  for (const { model, status, code, api, answer } of results) {
    assertError(`${model} (${api})`, api, answer, status, code);
    assert.equal((await eventOf(answer)).status, status, `${model}: its event`);
  }
  const dead = await send('chat', bodyFor('chat', 'dead'));
  assertError('dead', 'chat', dead, 502, 'provider_failed');
  await assertAlive();
});

test('a provider’s limits reach the client as they are, without its cookies; its 401 is never the client’s', async () => {
  for (const stream of [false, true]) {
    for (const api of ['chat', 'messages'] as const) {
      const limited = await send(api, bodyFor(api, 'limited', { stream }));
      assertError('limited', api, limited, 429);
      assert.equal(limited.headers['retry-after'], '7');
      assert.equal(limited.headers['set-cookie'], undefined);
      for (const model of ['unauthorized', 'unauthorized-html']) {
        const answer = await send(api, bodyFor(api, model, { stream }));
        assertError(model, api, answer, 502, 'provider_failed');
        assert.notEqual(answer.json.error.type, 'authentication_error');
        assert.equal(answer.headers['www-authenticate'], undefined);
      }
    }
  }
});

test('a stream that goes wrong ends with an error in the client’s protocol, never as if it were complete', async () => {
  const broken = ['sse-not-json', 'sse-not-utf8', 'sse-no-end', 'sse-reset', 'sse-hang', 'sse-huge-event', 'sse-deep'];
  const results = await Promise.all(
    broken.flatMap((model) =>
      (['chat', 'messages', 'responses'] as const).map(async (api) => ({
        model,
        api,
        answer: await send(api, bodyFor(api, model, { stream: true })),
      })),
    ),
  );
  for (const { model, api, answer } of results) {
    const name = `${model} (${api})`;
    assert.equal(answer.status, 200, `${name}: ${answer.text}`);
    assert.match(String(answer.headers['content-type']), /^text\/event-stream/, name);
    assert.ok(answer.text.includes('error'), `${name} says that it failed: ${answer.text.slice(-400)}`);
    assert.ok(
      !/"finish_reason":"stop"|"stop_reason":"end_turn"|response\.completed/.test(answer.text),
      `${name}: ${answer.text.slice(-400)}`,
    );
    assertClean(name, answer.text);
    const event = await eventOf(answer);
    assert.equal(event.status, 502, name);
  }
  // What answers a stream with something else is judged whole.
  for (const model of ['html', 'html-ok', 'hang', 'reset', 'redirect', 'garbage', 'gzip', 'broken-json']) {
    for (const api of ['chat', 'messages'] as const) {
      const answer = await send(api, bodyFor(api, model, { stream: true }));
      assertError(`${model} (${api}), streamed`, api, answer, model === 'hang' ? 504 : model === 'html' ? 500 : 502);
      assert.equal((await eventOf(answer)).status, answer.status, model);
    }
  }
  await assertAlive();
});

test('data after the end is not delivered, and a connection that stays open is closed', async () => {
  const chunk = (text: string): string =>
    `data: {"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"${text}"},"finish_reason":null}]}\n\n`;
  const end = 'data: {"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
  upstream.script(() => ({ sse: [chunk('before'), end, 'data: [DONE]\n\n', chunk(`after ${CANARY}`)], gapMs: 10 }));
  const late = await send('chat', bodyFor('chat', 'sse-after-end', { stream: true }));
  assert.ok(late.text.includes('before') && !late.text.includes('after') && !late.text.includes('orchid'), late.text);
  upstream.script(() => ({ sse: [`${chunk('before')}${end}data: [DONE]\n\n${chunk('after')}`] }));
  const once = await send('chat', bodyFor('chat', 'sse-after-end', { stream: true }));
  assert.ok(!once.text.includes('after'), once.text);
  upstream.script(() => ({ sse: [chunk('all'), end, 'data: [DONE]\n\n', ': and now nothing\n\n'], hang: 4 }));
  const open = await send('chat', bodyFor('chat', 'sse-never-closes', { stream: true }));
  assert.ok(open.text.endsWith('data: [DONE]\n\n'), open.text);
  const [request] = upstream.requests;
  await Promise.race([request?.closed, new Promise((resolve) => setTimeout(resolve, 5_000))]);
  assert.equal(request?.aborted, true, 'the upstream connection was closed by the gate');
  upstream.script(answerOf);
});

test('a client that leaves: the upstream is aborted, and the event says so', async () => {
  const leave = async (body: object, enough: (received: string) => boolean, afterMs: number): Promise<Recorded | undefined> => {
    const bytes = JSON.stringify(body);
    const before = upstream.requests.length;
    const head = `POST ${'input' in body ? PATH.responses : 'max_tokens' in body ? PATH.messages : PATH.chat} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(bytes)}\r\n\r\n`;
    await raw(gate.gateway, [head + bytes], { until: enough, limitMs: afterMs });
    const request = upstream.requests[before];
    await Promise.race([request?.closed, new Promise((resolve) => setTimeout(resolve, 3_000))]);
    return request;
  };
  upstream.script((request) => (request.json?.stream === true ? { text: 'word '.repeat(500), gapMs: 20 } : { delayMs: 3_000 }));
  const never = (): boolean => false;
  const some = (received: string): boolean => received.includes('word');
  const left = [
    await leave(bodyFor('chat', 'ok'), never, 300),
    await leave(bodyFor('messages', 'ok'), never, 300),
    await leave(bodyFor('chat', 'ok', { stream: true }), some, 3_000),
    await leave(bodyFor('messages', 'ok', { stream: true }), some, 3_000),
    await leave(bodyFor('responses', 'ok', { stream: true }), some, 3_000),
  ];
  for (const [i, request] of left.entries()) assert.equal(request?.aborted, true, `case ${i}`);
  upstream.script(answerOf);
  // One that leaves while it is still sending never reaches a provider.
  const before = upstream.requests.length;
  await raw(
    gate.gateway,
    [
      `POST ${PATH.chat} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"model":`,
    ],
    { limitMs: 200 },
  );
  await assertAlive();
  assert.equal(upstream.requests.length, before + 1);
  const listed = await gate.cli('events', 'list', '--json', '--limit', '40');
  const { events } = JSON.parse(listed.stdout) as {
    events: { http?: { status: number }; status_code?: string; detail?: { aborted?: boolean } }[];
  };
  const gone = events.filter((event) => event.detail?.aborted === true);
  assert.equal(gone.length, 5, listed.stdout.slice(0, 2000));
  for (const event of gone) assert.deepEqual([event.http?.status, event.status_code], [499, 'CLIENT_GONE']);
});

test('slow clients are cut: a slow body, a slow head, silence', async () => {
  const times = { head: 300, request: 600, check: 50 };
  let abort: () => void = () => {};
  const aborted = new Promise<void>((resolve) => (abort = resolve));
  const server = createGatewayServer(
    (request, response) => {
      request.on('data', () => {});
      request.on('end', () => response.end('{}'));
      request.on('error', () => {});
      response.on('close', () => response.writableFinished || abort());
    },
    undefined,
    times,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const body = await raw(
    origin,
    ['POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n', ...Array.from({ length: 100 }, () => 'x')],
    { gapMs: 50 },
  );
  assert.match(body.received, /^HTTP\/1\.1 408 /);
  assert.ok(body.closed);
  await aborted;
  const head = await raw(origin, ['POST / HTTP/1.1\r\n', ...Array.from({ length: 100 }, (_, i) => `x-${i}: 1\r\n`)], { gapMs: 50 });
  assert.match(head.received, /^HTTP\/1\.1 408 /);
  assert.ok(head.closed);
  const silent = await raw(origin, [], { limitMs: 5_000 });
  assert.ok(silent.closed, 'a connection that says nothing');
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

test('a client that does not read keeps its provider waiting, not the gate’s memory', { timeout: 20_000 }, async () => {
  const pieces = 300;
  const choice = (delta: object, finish: string | null): string =>
    JSON.stringify({ id: 'x', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });
  const big = choice({ content: 'A dull sentence. '.repeat(6_000) }, null);
  upstream.script(() => ({
    sse: [...Array.from({ length: pieces }, () => `data: ${big}\n\n`), `data: ${choice({}, 'stop')}\n\n`, 'data: [DONE]\n\n'],
  }));
  const body = JSON.stringify(bodyFor('chat', 'ok', { stream: true }));
  const socket = connect(Number(new URL(gate.gateway).port), '127.0.0.1');
  socket.pause();
  socket.write(
    `POST ${PATH.chat} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  while (upstream.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const [request] = upstream.requests;
  const waiting = new Promise((resolve) => setTimeout(() => resolve('waiting'), 1_500));
  assert.equal(await Promise.race([request?.closed.then(() => 'read'), waiting]), 'waiting', '30 MB were not read into the gate');
  let received = 0;
  let tail = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    tail = (tail + chunk.toString('latin1')).slice(-100);
    if (tail.includes('[DONE]')) socket.destroy();
  });
  socket.resume();
  await new Promise<void>((resolve) => socket.on('close', () => resolve()));
  assert.ok(received > pieces * big.length, `${received} bytes`);
  upstream.script(answerOf);
});

test('a hundred connections that only sit there do not keep others out', async () => {
  const url = new URL(gate.gateway);
  const sockets = Array.from({ length: 100 }, () => connect(Number(url.port), '127.0.0.1'));
  for (const socket of sockets) {
    socket.on('error', () => {});
    socket.write(`POST ${PATH.chat} HTTP/1.1\r\nhost: localhost\r\n`);
  }
  await assertAlive();
  for (const socket of sockets) socket.destroy();
});

test('after all of it: a slow head was cut, no fault of ours, nothing leaked into the log of the process', async () => {
  const head = await slow['head'];
  assert.match(head?.received ?? '', /^HTTP\/1\.1 408 /);
  assert.ok(head?.closed);
  await assertAlive();
  const health = await ask(gate.gateway, { method: 'GET', path: '/readyz' });
  assert.equal(health.status, 200, health.text);
  const output = gate.output();
  assert.ok(!output.includes('request failed') && !output.includes('stream failed'), output);
  assert.ok(!output.includes(PROVIDER_KEY) && !output.includes(key));
  const verified = await gate.cli('audit', 'verify');
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  assert.equal(await gate.stop(), 0);
});
