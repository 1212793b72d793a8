import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { connect, ECHO, startServer, type TestServer } from './kit/mcp.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// The MUSTs of the specification for servers and proxies that `mcp_gateway_attacks.test.ts` (authorization, origin, headers, sessions),
// `mcp_auth.test.ts` (the authorization server), `mcp_asks.test.ts` (questions and their state) and `mcp_upstream.test.ts` (no passthrough)
// do not hold already; one test each. https://modelcontextprotocol.io/specification, versions 2025-06-18, 2025-11-25, 2026-07-28.

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely
type Loose = any;

const VERSION = '2026-07-28';
let server: TestServer;
let gate: Running;
let key: string;
before(async () => {
  const region = { type: 'string', 'x-mcp-header': 'Region' };
  server = await startServer({
    tools: [
      ECHO,
      {
        ...ECHO,
        name: 'routed',
        inputSchema: { type: 'object', properties: { region, size: { type: 'integer', 'x-mcp-header': 'Size' } } },
      },
    ],
  });
  gate = await startSallyport({ config: `mcp: { servers: [{ name: say, url: "${server.url}" }] }\n` });
  key = await gate.key();
});
after(async () => {
  await gate?.remove();
  await server?.close();
});

const META = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

async function post(
  message: object,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<{ status: number; headers: Headers; json: Loose }> {
  const reply = await fetch(new URL('/mcp/say', gate.gateway), {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization: `Bearer ${key}` },
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await reply.text();
  const data = text.startsWith('{') ? text : (/^data: (\{.*)$/m.exec(text)?.[1] ?? 'null');
  return { status: reply.status, headers: reply.headers, json: JSON.parse(data) };
}

/** A request of 2026-07-28. */
const modern = (method: string, params: object, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  post(
    { id: 1, method, params: { ...params, _meta: META } },
    { 'mcp-protocol-version': VERSION, 'mcp-method': method, ...headers },
    signal,
  );
const call = (name: string, args: object, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  modern('tools/call', { name, arguments: args }, { 'mcp-name': name, ...headers }, signal);

/** A session of 2025-11-25; answers its id. */
async function session(): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const begun = await post({ id: 1, method: 'initialize', params });
  assert.equal(begun.status, 200);
  return begun.headers.get('mcp-session-id') ?? '';
}

describe('the server MUST', () => {
  it('answer 202 without a body to a notification that it takes', async () => {
    const reply = await post(
      { method: 'notifications/initialized' },
      { 'mcp-session-id': await session(), 'mcp-protocol-version': '2025-11-25' },
    );
    assert.deepEqual([reply.status, reply.json], [202, null]);
  });

  it('answer 400 to a version of the protocol that it does not speak, with those that it does', async () => {
    const old = await post({ id: 1, method: 'tools/list' }, { 'mcp-session-id': await session(), 'mcp-protocol-version': '1999-01-01' });
    assert.equal(old.status, 400);
    const _meta = { ...META, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' };
    const next = await post(
      { id: 1, method: 'tools/list', params: { _meta } },
      { 'mcp-protocol-version': '2099-01-01', 'mcp-method': 'tools/list' },
    );
    assert.equal(next.status, 400);
    assert.ok(next.json.error.data.supported.includes(VERSION));
  });

  it('answer 400 when the version in the header is not the one in the body, or stands in one of them only', async () => {
    const params = { name: 'echo', arguments: {}, _meta: META };
    for (const headers of [{ 'mcp-protocol-version': '2025-11-25' }, {}] as Record<string, string>[]) {
      const reply = await post({ id: 1, method: 'tools/call', params }, { 'mcp-method': 'tools/call', 'mcp-name': 'echo', ...headers });
      assert.equal(reply.status, 400, JSON.stringify(reply.json));
    }
    const bare = await post({ id: 1, method: 'tools/list', params: {} }, { 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/list' });
    assert.equal(bare.status, 400);
  });

  it('answer 400 when Mcp-Method or Mcp-Name are missing', async () => {
    const params = { name: 'echo', arguments: {}, _meta: META };
    const message = { id: 1, method: 'tools/call', params };
    assert.equal((await post(message, { 'mcp-protocol-version': VERSION, 'mcp-name': 'echo' })).status, 400);
    assert.equal((await post(message, { 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/call' })).status, 400);
  });

  it('answer 404 and -32601 to a method that it does not know', async () => {
    const reply = await modern('things/do', {});
    assert.deepEqual([reply.status, reply.json.error.code], [404, -32601]);
  });

  it('answer 400 and -32020 when headers of parameters and arguments differ, in any way', async () => {
    const region = { 'mcp-param-region': 'north' };
    assert.equal((await call('routed', { region: 'north' }, region)).status, 200);
    assert.equal(
      (await call('routed', { region: 'n\u00f6rd' }, { 'mcp-param-region': `=?base64?${Buffer.from('n\u00f6rd').toString('base64')}?=` }))
        .status,
      200,
    );
    assert.equal((await call('routed', { size: 42 }, { 'mcp-param-size': '42.0' })).status, 200);
    for (const [args, headers] of [
      [{ region: 'south' }, region],
      [{ region: 'south' }, {}],
      [{}, region],
      [{ region: null }, region],
      [{ size: 43 }, { 'mcp-param-size': '42' }],
    ] as const) {
      const reply = await call('routed', args, headers);
      assert.deepEqual([reply.status, reply.json.error?.code], [400, -32020], JSON.stringify([args, headers]));
    }
    assert.equal((await call('echo', {}, { 'mcp-param-other': 'x' })).status, 200, 'what no tool declares is nobody’s');
  });

  it('take a stream that the client closes for a cancellation, and end the work', async () => {
    const ended = Promise.withResolvers<void>();
    server.answer = (_name, _args, _headers, { mcpReq }) =>
      new Promise((resolve) => {
        mcpReq.signal.addEventListener('abort', () => {
          ended.resolve();
          resolve({ content: [] });
        });
      });
    // The server behind hears of it as its own protocol has it: the connection of the request is closed.
    const before = server.requests.length;
    const abort = new AbortController();
    const reply = call('echo', {}, {}, abort.signal).catch(() => undefined);
    while (server.requests.length === before) await sleep(10);
    await sleep(100);
    abort.abort();
    await reply;
    const events = async (): Promise<string> => (await gate.cli('events', 'list', '--json')).stdout;
    for (let tries = 0; tries < 50 && !(await events()).includes('CANCELLED'); tries++) await sleep(100);
    assert.match(await events(), /CANCELLED/);
    server.answer = (_name, args) => ({ content: [{ type: 'text', text: String(args?.text ?? 'done') }] });
    ended.resolve();
  });

  it('answer with the id of the request, a text or a number, and take none that is null', async () => {
    for (const id of ['a-1', 7]) {
      const reply = await post(
        { id, method: 'tools/call', params: { name: 'echo', arguments: {}, _meta: META } },
        { 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/call', 'mcp-name': 'echo' },
      );
      assert.deepEqual([reply.status, reply.json.id, reply.json.result.resultType], [200, id, 'complete']);
    }
    const none = await post(
      { id: null, method: 'tools/list', params: { _meta: META } },
      { 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/list' },
    );
    assert.equal(none.status, 400);
  });

  it('answer 400 and -32602 to a request of 2026-07-28 without what each must say of its client', async () => {
    for (const left of ['clientCapabilities', 'protocolVersion']) {
      const _meta = Object.fromEntries(Object.entries(META).filter(([name]) => !name.endsWith(left)));
      const reply = await post(
        { id: 1, method: 'tools/call', params: { name: 'echo', arguments: {}, _meta } },
        { 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/call', 'mcp-name': 'echo' },
      );
      assert.equal(reply.status, 400, left);
      assert.ok([-32602, -32020].includes(reply.json.error.code), JSON.stringify(reply.json));
    }
  });

  it('implement server/discover, and say with each list how long it may be kept, and that for its caller alone', async () => {
    const { json } = await modern('server/discover', {});
    assert.ok(json.result.supportedVersions.includes(VERSION), JSON.stringify(json));
    for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) {
      const { result } = (await modern(method, {})).json;
      assert.ok(result.ttlMs >= 0, method);
      assert.equal(result.cacheScope, 'private', method);
    }
  });

  it('answer -32602 to a call of a tool that there is not', async () => {
    const reply = await call('nothing', {});
    assert.equal(reply.json.error.code, -32602);
  });

  it('answer ping, and another version that it speaks to one that it does not (2025)', async () => {
    const headers = { 'mcp-session-id': await session(), 'mcp-protocol-version': '2025-11-25' };
    assert.deepEqual((await post({ id: 3, method: 'ping' }, headers)).json, { jsonrpc: '2.0', id: 3, result: {} });
    const params = { protocolVersion: '1.0.0', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    const { result } = (await post({ id: 1, method: 'initialize', params })).json;
    assert.match(result.protocolVersion, /^20\d\d-\d\d-\d\d$/);
  });

  it('tell nothing that was not asked for: progress without a token, log without a level', async () => {
    const before = server.answer;
    server.answer = async (_name, _args, _headers, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken ?? 0;
      for (const progress of [5, 3, 6]) await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress } });
      // oxlint-disable-next-line typescript/no-deprecated -- servers that still log do it so
      await mcpReq.log('error', 'something');
      return { content: [] };
    };
    const told = async (_meta: object): Promise<string[]> => {
      const reply = await fetch(new URL('/mcp/say', gate.gateway), {
        method: 'POST',
        headers: {
          ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization: `Bearer ${key}` },
          ...{ 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/call', 'mcp-name': 'echo' },
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: {}, _meta } }),
      });
      return (await reply.text()).split('\n').filter((line) => line.includes('notifications/'));
    };
    assert.deepEqual(await told(META), []);
    // "The progress value MUST increase", whatever the server sends; the token is the caller's.
    const lines = await told({ ...META, progressToken: 'mine' });
    assert.deepEqual(
      lines.map((line) => JSON.parse(line.slice(6)).params).map(({ progressToken, progress }) => [progressToken, progress]),
      [
        ['mine', 5],
        ['mine', 6],
      ],
    );
    server.answer = before;
  });

  it('take no JSON-RPC response where it asked nothing', async () => {
    const reply = await post({ id: 7, result: {} }, { 'mcp-protocol-version': VERSION });
    assert.ok(reply.status >= 400 || reply.status === 202, String(reply.status));
    const batch = await fetch(new URL('/mcp/say', gate.gateway), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization: `Bearer ${key}` },
      body: '[{"jsonrpc":"2.0","id":1,"result":{}}]',
    });
    assert.equal(batch.status, 400);
  });

  it('give sessions ids of visible ASCII that nobody guesses, and answer 404 to one that has ended', async () => {
    const [one, other] = [await session(), await session()];
    assert.notEqual(one, other);
    assert.match(one, /^[\x21-\x7e]{32,}$/);
    const headers = { 'mcp-session-id': one, 'mcp-protocol-version': '2025-11-25' };
    const end = await fetch(new URL('/mcp/say', gate.gateway), {
      method: 'DELETE',
      headers: { ...headers, authorization: `Bearer ${key}` },
    });
    assert.equal(end.status, 200);
    assert.equal((await post({ id: 2, method: 'tools/list' }, headers)).status, 404);
  });

  it('want a token with every request, and take no session for one', async () => {
    const id = await session();
    for (const authorization of ['', 'Bearer', 'Bearer nobody', 'Basic YTpi'])
      assert.equal((await post({ id: 2, method: 'tools/list' }, { 'mcp-session-id': id, authorization })).status, 401, authorization);
  });
});

describe('the client that the gate is for its servers MUST', () => {
  it('send one message a request by POST, with both types in Accept and the version that was agreed', async () => {
    const client = await connect(gate.gateway, '/mcp/say', await gate.key());
    await client.callTool({ name: 'echo', arguments: {} });
    for (const { headers, body } of server.requests.slice(-3)) {
      assert.ok(!Array.isArray(body));
      assert.match(headers.accept ?? '', /application\/json.*text\/event-stream/);
      assert.equal(headers['mcp-protocol-version'], VERSION);
      assert.equal(headers['mcp-method'], body.method);
    }
    await client.close();
  });

  it('take no kind of result that it does not know', async () => {
    const client = await connect(gate.gateway, '/mcp/say', await gate.key());
    await client.listTools();
    const result = { resultType: 'other', content: [{ type: 'text', text: 'other' }] };
    server.raw = (body) => (body?.method === 'tools/call' ? { text: JSON.stringify({ jsonrpc: '2.0', id: body.id, result }) } : undefined);
    assert.equal((await client.callTool({ name: 'echo', arguments: {} })).isError, true);
    server.raw = undefined;
    await client.close();
  });

  it('go on with a cursor that is empty', async () => {
    const page = (body: Loose): object => ({ tools: [{ ...ECHO, name: body.params?.cursor === '' ? 'routed' : 'echo' }] });
    server.raw = (body) => {
      if (body?.method !== 'tools/list') return undefined;
      const more = body.params?.cursor === '' ? {} : { nextCursor: '' };
      const result = { resultType: 'complete', ttlMs: 0, cacheScope: 'private', ...page(body), ...more };
      return { text: JSON.stringify({ jsonrpc: '2.0', id: body.id, result }) };
    };
    const client = await connect(gate.gateway, '/mcp/say', await gate.key());
    const { servers } = (await (
      await fetch(new URL('/api/mcp/servers', gate.console), {
        headers: { authorization: `Bearer ${await gate.key('--permission', 'mcp:read')}` },
      })
    ).json()) as { servers: { tools: number; toolCount: number }[] };
    assert.ok((servers[0]?.toolCount ?? 0) >= 2);
    assert.deepEqual((await client.listTools()).tools.map(({ name }) => name).includes('echo'), true);
    assert.equal(
      server.requests.findLast(({ body }) => body?.method === 'tools/list')?.body.params.cursor,
      '',
      'the page behind it was read',
    );
    server.raw = undefined;
    await client.close();
  });

  it('repeat marked parameters in headers, and leave out a tool whose marks are not allowed', async () => {
    const marked = (name: string, ...marks: unknown[]) => ({
      ...ECHO,
      name,
      inputSchema: {
        type: 'object',
        properties: Object.fromEntries(marks.map((mark, n) => [`p${n}`, { type: 'string', 'x-mcp-header': mark }])),
      },
    });
    const inside = {
      ...ECHO,
      name: 'inside',
      inputSchema: { type: 'object', properties: { a: { type: 'array', items: { 'x-mcp-header': 'A' } } } },
    };
    const { tools } = server;
    server.tools = [...tools, marked('empty', ''), marked('twice', 'A', 'a'), marked('line', 'A\r\nB'), marked('number', 1), inside];
    const client = await connect(gate.gateway, '/mcp/say', await gate.key());
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      ['echo', 'routed'],
    );
    const { servers } = (await (
      await fetch(new URL('/api/mcp/servers', gate.console), {
        headers: { authorization: `Bearer ${await gate.key('--permission', 'mcp:read')}` },
      })
    ).json()) as { servers: { leftOut: { name: string }[] }[] };
    assert.equal(servers[0]?.leftOut.length, 5);
    server.tools = tools;
    await client.callTool({ name: 'routed', arguments: { region: 'north', size: 3 } });
    const { headers } = server.requests.at(-1) as { headers: Record<string, unknown> };
    assert.deepEqual([headers['mcp-param-region'], headers['mcp-param-size']], ['north', '3']);
    await client.close();
  });
});
