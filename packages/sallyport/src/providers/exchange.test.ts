import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { after, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '../kernel/index.ts';
import type { Resolve } from '../net/index.ts';
import { startUpstream, type Reply } from '../../test/kit/upstream.ts';
import type { ProviderEntry } from './config.ts';
import {
  openProviders,
  type ProviderCall,
  type ProviderControl,
  type ProviderError,
  type Providers,
  type ProviderSink,
  type Target,
} from './service.ts';

const KEY = 'sk-0123456789abcdef';
const one = await startUpstream();
const two = await startUpstream();
const upstreams = [one, two];
const opened: Providers[] = [];
after(async () => {
  await Promise.all(opened.map((providers) => providers.close()));
  await Promise.all(upstreams.map((upstream) => upstream.close()));
});
beforeEach(() => {
  one.script({ text: 'one' });
  two.script({ text: 'two' });
});

/** `random: 0` halves each wait. The clock can be moved ahead. */
async function open(entries: Partial<ProviderEntry>[], more: { clock?: () => number; resolve?: Resolve } = {}): Promise<Providers> {
  const filled = entries.map((entry, i) => ({
    name: `p${i + 1}`,
    kind: 'openai' as const,
    baseUrl: `${(i === 0 ? one : two).url}/v1`,
    apiKey: '${env:KEY}',
    models: ['*'],
    priority: i,
    ...entry,
  }));
  const providers = await openProviders(filled, {
    logger: silentLogger,
    clock: Date.now,
    random: () => 0,
    sources: { env: { KEY }, readFile: () => '' },
    ...more,
  });
  opened.push(providers);
  return providers;
}

type Result = {
  status?: number;
  headers?: Record<string, string>;
  target?: Target;
  body: string;
  chunks: number;
  end: 'end' | ProviderError;
  calls: string[];
};
type Handle = { result: Promise<Result>; abort(): void; control: () => ProviderControl | undefined; seen: Result };

function send(
  providers: Providers,
  more: Partial<ProviderCall> & { model?: string } = {},
  onData?: (control: ProviderControl) => void,
): Handle {
  const routed = providers.route(more.model ?? 'm', more.api ?? 'chat');
  assert.ok(routed.ok);
  const seen: Result = { body: '', chunks: 0, end: 'end', calls: [] };
  let control: ProviderControl | undefined;
  let settle: (result: Result) => void;
  const result = new Promise<Result>((resolve) => (settle = resolve));
  const sink: ProviderSink = {
    head(status, headers, target) {
      seen.calls.push('head');
      Object.assign(seen, { status, headers, target });
    },
    data(chunk, given) {
      if (seen.calls.at(-1) !== 'data') seen.calls.push('data');
      seen.body += chunk.toString();
      seen.chunks++;
      control = given;
      onData?.(given);
    },
    end() {
      seen.calls.push('end');
      settle(seen);
    },
    error(error) {
      seen.calls.push('error');
      seen.end = error;
      settle(seen);
    },
  };
  const stream = more.stream ?? false;
  const body = (target: Target): Buffer =>
    Buffer.from(JSON.stringify({ model: target.model, stream, messages: [{ role: 'user', content: 'hi' }] }));
  const handle = providers.send({ api: 'chat', targets: routed.targets, body, headers: {}, stream, ...more }, sink);
  assert.deepEqual(seen.calls, [], 'nothing is told before send returns');
  return { result, abort: () => handle.abort(), control: () => control, seen };
}

const codeOf = (result: Result): string => (result.end === 'end' ? 'end' : result.end.code);

test('a whole reply and a stream are handed on as they come', async () => {
  const providers = await open([{}]);
  const whole = await send(providers).result;
  assert.equal(whole.status, 200);
  assert.deepEqual(whole.headers, { 'content-type': 'application/json', 'x-request-id': 'req_upstream1' });
  assert.equal(JSON.parse(whole.body).choices[0].message.content, 'one');
  assert.deepEqual(whole.target, { provider: 'p1', kind: 'openai', model: 'm' });
  one.script({ text: 'a b c', gapMs: 2 });
  const stream = await send(providers, { stream: true }).result;
  assert.deepEqual(stream.calls, ['head', 'data', 'end']);
  assert.ok(stream.chunks > 3 && stream.body.endsWith('data: [DONE]\n\n'));
  const [request] = one.requests;
  assert.equal(request?.headers['authorization'], `Bearer ${KEY}`);
  assert.equal(request?.headers['accept-encoding'], 'identity');
  assert.equal(request?.headers['content-length'], String(request?.body.length));
  assert.equal(request?.path, '/v1/chat/completions');
});

test('each kind sends its own address and credential', async () => {
  const anthropic = await open([{ kind: 'anthropic', baseUrl: one.url }]);
  await send(anthropic, { api: 'messages', headers: { 'anthropic-beta': 'b1', authorization: 'Bearer caller' } }).result;
  const azure = await open([{ kind: 'azure-openai', baseUrl: one.url }]);
  await send(azure, { model: 'gpt4-prod' }).result;
  const [messages, chat] = one.requests;
  assert.equal(messages?.path, '/v1/messages');
  assert.deepEqual(
    [
      messages?.headers['x-api-key'],
      messages?.headers['anthropic-version'],
      messages?.headers['anthropic-beta'],
      messages?.headers['authorization'],
    ],
    [KEY, '2023-06-01', 'b1', undefined],
  );
  assert.equal(chat?.path, '/openai/deployments/gpt4-prod/chat/completions?api-version=2024-10-21');
  assert.deepEqual([chat?.headers['api-key'], chat?.headers['authorization']], [KEY, undefined]);
});

test('an answer that says "not now" is tried again, then handed on', async () => {
  const providers = await open([{ retries: 2 }]);
  for (const status of [429, 500, 502, 503, 504, 529]) {
    one.script((_request, i) => (i < 2 ? { status } : { text: 'at last' }));
    const result = await send(providers).result;
    assert.equal(result.status, 200, String(status));
    assert.equal(one.requests.length, 3);
    one.script({ status });
    const failed = await send(providers).result;
    assert.deepEqual([failed.status, codeOf(failed), one.requests.length], [status, 'end', 3]);
    assert.ok(failed.body.includes(`says ${status}`));
    if (status > 500) break;
  }
});

test('what is the request itself is not tried again', async () => {
  const providers = await open([{ retries: 2 }, {}]);
  for (const status of [400, 401, 403, 404, 413, 422]) {
    one.script({ status });
    assert.equal((await send(providers).result).status, status);
    assert.equal(one.requests.length, 1);
  }
  one.script({ status: 429, headers: { 'x-should-retry': 'false' } });
  assert.equal((await send(providers).result).status, 429);
  assert.equal(two.requests.length, 0);
});

test('the wait that a provider asks for is respected; a long one sends the request elsewhere, or the answer back', async () => {
  const alone = await open([{ retries: 1 }]);
  one.script((_request, i) => (i === 0 ? { status: 429, headers: { 'retry-after-ms': '40' } } : { text: 'ok' }));
  assert.equal((await send(alone).result).status, 200);
  one.script({ status: 429, headers: { 'retry-after': '60' } });
  const back = await send(alone).result;
  assert.deepEqual([back.status, back.headers?.['retry-after'], one.requests.length], [429, '60', 1]);
  const both = await open([{ retries: 1 }, {}]);
  one.script({ status: 429, headers: { 'retry-after': '60' } });
  const elsewhere = await send(both).result;
  assert.deepEqual([elsewhere.status, elsewhere.target?.provider, one.requests.length], [200, 'p2', 1]);
});

test('a refused or reset connection is tried again, then the next target', async () => {
  const providers = await open([{ retries: 1 }, {}]);
  one.script((_request, i) => (i === 0 ? { reset: 'head' } : { text: 'second' }));
  assert.ok((await send(providers).result).body.includes('second'));
  one.script({ reset: 'head' });
  const result = await send(providers).result;
  assert.deepEqual([result.target?.provider, one.requests.length, two.requests.length], ['p2', 2, 1]);
  const dead = await open([{ baseUrl: 'http://127.0.0.1:9/v1', retries: 1 }]);
  const failed = await send(dead).result;
  assert.equal(codeOf(failed), 'UPSTREAM_UNREACHABLE');
  assert.deepEqual(failed.calls, ['error']);
});

test('the body is made for each target, with its own name for the model', async () => {
  const providers = await open([
    { retries: 0, alias: { fast: 'big-a' }, models: ['none'] },
    { alias: { fast: 'big-b' }, models: ['none'] },
  ]);
  one.script({ status: 503 });
  await send(providers, { model: 'fast' }).result;
  assert.deepEqual([one.requests[0]?.json.model, two.requests[0]?.json.model], ['big-a', 'big-b']);
});

test('after the first byte there is no other attempt', async () => {
  const providers = await open([{ retries: 2 }, {}]);
  for (const reply of [
    { text: 'a b c d', reset: 2, gapMs: 5 },
    { text: 'a b c d', hang: 0 },
  ] as Reply[]) {
    one.script(reply);
    const held = await open([{ retries: 2, timeouts: { idle: 0.3 } }, {}]);
    const result = await send('hang' in reply ? held : providers, { stream: true }).result;
    assert.equal(result.calls[0], 'head');
    assert.equal(codeOf(result), 'hang' in reply ? 'UPSTREAM_TIMEOUT' : 'UPSTREAM_RESET');
    assert.deepEqual([one.requests.length, two.requests.length], [1, 0]);
  }
});

test('time limits: no head, silence in between, everything together', async () => {
  const providers = await open([{ timeouts: { headers: 0.2, idle: 0.2, total: 30 } }]);
  one.script({ hang: 'head' });
  const head = await send(providers).result;
  assert.deepEqual([codeOf(head), head.calls.join(), one.requests.length], ['UPSTREAM_TIMEOUT', 'error', 1]);
  one.script({ text: 'a b c d e f', hang: 3 });
  const idle = await send(providers, { stream: true }).result;
  assert.deepEqual([codeOf(idle), idle.calls.join()], ['UPSTREAM_TIMEOUT', 'head,data,error']);
  const total = await open([{ timeouts: { total: 0.3 } }]);
  one.script({ text: 'word '.repeat(1000), gapMs: 20 });
  const result = await send(total, { stream: true }).result;
  assert.equal(codeOf(result), 'UPSTREAM_TIMEOUT');
  await one.requests[0]?.closed;
  assert.equal(one.requests[0]?.aborted, true);
});

test('a caller who leaves aborts the upstream and hears nothing more', async () => {
  const providers = await open([{}]);
  one.script({ text: 'word '.repeat(500), gapMs: 5 });
  const handle = send(providers, { stream: true }, () => handle.abort());
  while (one.requests.length === 0) await sleep(5);
  await one.requests[0]?.closed;
  assert.equal(one.requests[0]?.aborted, true);
  const told = [...handle.seen.calls];
  await sleep(50);
  assert.deepEqual(handle.seen.calls, told);
  assert.equal(providers.health()[0]?.inFlight, 0);
  one.script({ status: 503 });
  const waiting = send(providers);
  while (one.requests.length === 0) await sleep(5);
  await sleep(20);
  waiting.abort();
  await sleep(300);
  assert.deepEqual([waiting.seen.calls, one.requests.length], [[], 1], 'no retry for nobody');
  const early = send(providers);
  early.abort();
  await sleep(50);
  assert.deepEqual([early.seen.calls, one.requests.length], [[], 1]);
});

test('back-pressure reaches the upstream', async () => {
  const providers = await open([{}]);
  const megabyte = 'x'.repeat(1 << 20);
  let written = 0;
  one.script({ sse: Array.from({ length: 64 }, () => `data: ${megabyte}\n\n`) });
  const handle = send(providers, { stream: true }, (control) => {
    written++;
    if (written === 1) control.pause();
  });
  while (handle.seen.chunks === 0) await sleep(5);
  await sleep(200);
  assert.equal(written, 1, 'nothing comes while paused');
  handle.control()?.resume();
  const result = await handle.result;
  assert.equal(codeOf(result), 'end');
  assert.equal(result.body.length, 64 * (megabyte.length + 8));
});

async function rawServer(bytes: string): Promise<{ port: number; close(): void }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write(bytes));
    socket.on('data', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

test('an upstream that breaks HTTP is found out', async () => {
  const cases: [name: string, raw: string[], expected: string[]][] = [
    ['shorter than it says', ['HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":1}'], ['UPSTREAM_RESET', 'UPSTREAM_PROTOCOL']],
    ['two framings', ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'], ['UPSTREAM_PROTOCOL']],
    ['two lengths', ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!'], ['UPSTREAM_PROTOCOL']],
    ['no HTTP at all', ['SSH-2.0-OpenSSH_9.6\r\n'], ['UPSTREAM_PROTOCOL']],
    ['cut chunk', ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel'], ['UPSTREAM_RESET', 'UPSTREAM_PROTOCOL']],
    ['bad chunk size', ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'], ['UPSTREAM_PROTOCOL']],
    ['huge head', [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`], ['UPSTREAM_PROTOCOL']],
    ['upgrade', ['HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'], ['UPSTREAM_PROTOCOL', 'UPSTREAM_RESET']],
    ['compressed', ['HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc'], ['UPSTREAM_ENCODING']],
    [
      'redirect',
      ['HTTP/1.1 307 Temporary Redirect\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n'],
      ['UPSTREAM_REDIRECT'],
    ],
    ['too large', ['HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nabc'], ['UPSTREAM_TOO_LARGE']],
  ];
  for (const [name, raw, expected] of cases) {
    const providers = await open([{ retries: 0 }]);
    one.script({ raw });
    const result = await send(providers).result;
    assert.ok(expected.includes(codeOf(result)), `${name}: ${codeOf(result)} ${JSON.stringify(result.end)}`);
    assert.equal(result.calls.filter((call) => call === 'error').length, 1, name);
  }
});

test('what follows a reply on the wire is not taken for the next reply', async () => {
  const reply = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
  const server = await rawServer(`${reply}HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n"poison"`);
  const providers = await open([{ baseUrl: `http://127.0.0.1:${server.port}/v1`, retries: 0 }]);
  assert.equal((await send(providers).result).body, '{}');
  for (let i = 0; i < 5; i++) assert.ok(!(await send(providers).result).body.includes('poison'));
  server.close();
});

test('interim replies are not the reply', async () => {
  const server = await rawServer(
    'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
  );
  const providers = await open([{ baseUrl: `http://127.0.0.1:${server.port}/v1`, retries: 0 }]);
  const result = await send(providers).result;
  assert.deepEqual([result.status, result.body], [200, '{}']);
  server.close();
});

test('a body without end is cut at its bound', async () => {
  const providers = await open([{}]);
  one.script({
    raw: [
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
      ...Array.from({ length: 70 }, () => `100000\r\n${'x'.repeat(1 << 20)}\r\n`),
    ],
  });
  let bytes = 0;
  const routed = providers.route('m', 'chat');
  assert.ok(routed.ok);
  const error = await new Promise<ProviderError>((resolve, reject) => {
    providers.send(
      { api: 'chat', targets: routed.targets, body: () => Buffer.from('{}'), headers: {}, stream: false },
      { head() {}, data: (chunk) => void (bytes += chunk.length), end: () => reject(new Error('ended')), error: resolve },
    );
  });
  assert.equal(error.code, 'UPSTREAM_TOO_LARGE');
  assert.ok(bytes <= 64 << 20);
});

test('the circuit opens for a provider that is down, goes elsewhere meanwhile, and closes again', async () => {
  let ahead = 0;
  const providers = await open([{ retries: 0 }, {}], { clock: () => Date.now() + ahead });
  one.script({ status: 503 });
  for (let i = 0; i < 8; i++) assert.equal((await send(providers).result).target?.provider, 'p2');
  assert.equal(one.requests.length, 5);
  assert.equal(providers.health()[0]?.circuit, 'open');
  one.script({ text: 'well again' });
  ahead = 6_000;
  const probes = await Promise.all([send(providers).result, send(providers).result, send(providers).result]);
  assert.equal(one.requests.length, 1, 'one probe');
  assert.equal(probes.filter(({ target }) => target?.provider === 'p1').length, 1);
  assert.equal(providers.health()[0]?.circuit, 'closed');
  const alone = await open([{ retries: 0 }]);
  one.script({ reset: 'head' });
  for (let i = 0; i < 5; i++) await send(alone).result;
  const refused = await send(alone).result;
  assert.ok(refused.end !== 'end' && refused.end.code === 'UPSTREAM_UNAVAILABLE' && (refused.end.retryAfter ?? 0) >= 1);
});

test('what a caller can provoke does not open the circuit for the others', async () => {
  const providers = await open([{ retries: 0 }]);
  for (const status of [500, 429, 400]) {
    one.script({ status });
    for (let i = 0; i < 10; i++) await send(providers).result;
  }
  assert.equal(providers.health()[0]?.circuit, 'closed');
});

test('a probe whose caller leaves makes room for the next', async () => {
  let ahead = 0;
  const providers = await open([{ retries: 0 }], { clock: () => Date.now() + ahead });
  one.script({ reset: 'head' });
  for (let i = 0; i < 5; i++) await send(providers).result;
  ahead = 6_000;
  one.script({ hang: 'head' });
  const probe = send(providers);
  while (one.requests.length === 0) await sleep(5);
  probe.abort();
  one.script({ text: 'ok' });
  assert.equal((await send(providers).result).status, 200);
});

test('requests at once are bounded, beyond it the next target or a clear error', async () => {
  const small = await startUpstream();
  upstreams.push(small);
  const providers = await open([{ baseUrl: `${small.url}/v1`, maxConcurrent: 2, retries: 0 }]);
  small.script({ text: 'slow', delayMs: 150 });
  const results = await Promise.all(Array.from({ length: 5 }, () => send(providers).result));
  assert.deepEqual(results.map(codeOf).toSorted(), ['UPSTREAM_BUSY', 'UPSTREAM_BUSY', 'UPSTREAM_BUSY', 'end', 'end']);
  assert.equal(small.connections(), 2);
  const both = await open([{ maxConcurrent: 1, retries: 0 }, {}]);
  const [a, b] = await Promise.all([send(both).result, send(both).result]);
  assert.deepEqual([a?.target?.provider, b?.target?.provider], ['p1', 'p2']);
});

test('refused answers that hang do not keep their connections', async () => {
  const providers = await open([{ maxConcurrent: 1, retries: 1 }]);
  one.script((_request, i) => (i === 0 ? { status: 503, hang: 0 } : { text: 'ok' }));
  const first = await send(providers).result;
  assert.equal(codeOf(first), 'UPSTREAM_BUSY');
  await sleep(1_200);
  assert.equal(providers.health()[0]?.inFlight, 0);
  assert.equal((await send(providers).result).status, 200);
});

test('connections are used again, one request at a time on each', async () => {
  const fresh = await startUpstream();
  upstreams.push(fresh);
  const providers = await open([{ baseUrl: `${fresh.url}/v1` }]);
  for (let i = 0; i < 20; i++) await send(providers).result;
  assert.ok(fresh.connections() <= 2, 'the next request may start before the last connection is free');
  fresh.script({ text: 'x', delayMs: 30 });
  await Promise.all(Array.from({ length: 8 }, () => send(providers).result));
  assert.ok(fresh.connections() >= 8 && fresh.connections() <= 10);
  assert.equal(providers.health()[0]?.inFlight, 0);
});

test('the address guard stands before every provider', async () => {
  const at =
    (address: string): Resolve =>
    () =>
      Promise.resolve([{ address, family: 4 }]);
  const metadata = await open([{ baseUrl: 'http://models.lan/v1', retries: 0 }], { resolve: at('169.254.169.254') });
  assert.equal(codeOf(await send(metadata).result), 'UPSTREAM_ADDRESS_REFUSED');
  const plain = await open([{ baseUrl: 'http://models.example/v1', retries: 0 }], { resolve: at('8.8.8.8') });
  assert.equal(codeOf(await send(plain).result), 'UPSTREAM_ADDRESS_REFUSED');
  const preset = await openProviders([{ name: 'p1', preset: 'groq', apiKey: '${env:KEY}', retries: 0 }], {
    logger: silentLogger,
    clock: Date.now,
    sources: { env: { KEY }, readFile: () => '' },
    resolve: at('10.0.0.1'),
  });
  opened.push(preset);
  assert.equal(codeOf(await send(preset, { model: 'p1/m' }).result), 'UPSTREAM_ADDRESS_REFUSED', 'nobody wrote a private address down');
  const written = await open([{ baseUrl: `http://models.lan:${one.port}/v1`, retries: 0 }], { resolve: at('127.0.0.1') });
  assert.equal((await send(written).result).status, 200);
});

test('a sink that throws ends its own request only', async () => {
  const providers = await open([{ retries: 0 }]);
  const routed = providers.route('m', 'chat');
  assert.ok(routed.ok);
  const error = await new Promise<ProviderError>((resolve) => {
    const sink: ProviderSink = {
      head() {
        throw new Error('broken sink');
      },
      data() {},
      end() {},
      error: resolve,
    };
    providers.send({ api: 'chat', targets: routed.targets, body: () => Buffer.from('{}'), headers: {}, stream: false }, sink);
  });
  assert.equal(error.code, 'UPSTREAM_PROTOCOL');
  assert.equal((await send(providers).result).status, 200);
});
