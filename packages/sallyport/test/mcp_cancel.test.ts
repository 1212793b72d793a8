import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Server as OldServer } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { AddressInfo } from 'node:net';
import { connect, connectOld, startServer, textOf, type TestServer } from './kit/mcp.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// Cancellation and progress through the gate: what the client ends is ended at the server, as the server's own version has it, and the event
// says so. https://modelcontextprotocol.io/specification, basic/utilities (2025) and basic/patterns (2026-07-28).

const PROGRAM = fileURLToPath(new URL('kit/mcp_program.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'sallyport-cancel-'));
const TOOLS = ['quick', 'slow'].map((name) => ({ name, inputSchema: { type: 'object' as const } }));

type Heard = { method?: string; id?: number; ended?: boolean; params?: { requestId?: number; name?: string; reason?: string } };
/** What each server got to hear, in the order that it came. */
const heard: Record<string, () => Heard[]> = {
  next: () => server.requests.map(({ body }) => body as Heard).concat(ended.next),
  before: () => olds.concat(ended.before),
};
const ended: { next: Heard[]; before: Heard[] } = { next: [], before: [] };
const olds: Heard[] = [];
for (const kind of ['new', 'old', 'late'])
  heard[kind] = () => {
    const path = join(dir, 'data/mcp/default', kind, 'heard.jsonl');
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Heard);
  };

let server: TestServer;
let old: { url: string; close(): void };
let gate: Running;
let key: string;
let reader: string;

/** A server of yesterday over HTTP (`@modelcontextprotocol/sdk` 1.x), one session for each client. */
async function startOld(): Promise<typeof old> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const http = createServer((request, response) => {
    void (async () => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      if (body !== undefined) olds.push(body as Heard);
      const known = sessions.get(String(request.headers['mcp-session-id']));
      if (known !== undefined) return known.handleRequest(request, response, body);
      const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => `session-${sessions.size}`,
        onsessioninitialized: (id) => void sessions.set(id, transport),
      });
      // oxlint-disable-next-line typescript/no-deprecated -- the low-level server is what a test wants
      const one = new OldServer({ name: 'before', version: '1' }, { capabilities: { tools: {} } });
      one.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS }));
      one.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal, sendNotification }) => {
        if (params.name === 'quick') return { content: [{ type: 'text', text: 'mine' }] };
        const progressToken = params._meta?.progressToken;
        if (progressToken !== undefined)
          await sendNotification({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        ended.before.push({ ended: true });
        return { content: [{ type: 'text', text: 'too late' }] };
      });
      await one.connect(transport);
      return transport.handleRequest(request, response, body);
    })().catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    http.closeAllConnections();
    http.close();
  };
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`, close };
}

before(async () => {
  server = await startServer({ tools: TOOLS });
  server.answer = async (name, _args, _headers, { mcpReq }) => {
    if (name === 'quick') return { content: [{ type: 'text', text: 'mine' }] };
    const progressToken = mcpReq._meta?.progressToken;
    if (progressToken !== undefined) await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
    await new Promise((resolve) => mcpReq.signal.addEventListener('abort', resolve, { once: true }));
    ended.next.push({ ended: true });
    return { content: [{ type: 'text', text: 'too late' }] };
  };
  old = await startOld();
  const program = (kind: string): string =>
    `    - ${JSON.stringify({ name: kind, command: process.execPath, args: [PROGRAM, kind], readable: [ROOT], memoryMiB: 1024 })}\n`;
  gate = await startSallyport({
    dir,
    config: `mcp:\n  servers:\n    - { name: next, url: "${server.url}" }\n    - { name: before, url: "${old.url}" }\n${['new', 'old', 'late'].map(program).join('')}`,
  });
  [key, reader] = [await gate.key(), await gate.key('--permission', 'events:read')];
});
after(async () => {
  await gate?.remove();
  await server?.close();
  old?.close();
});

async function until(what: () => boolean | Promise<boolean>, message: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await what()) return;
    await sleep(50);
  }
  assert.fail(message);
}

const call = (name: string): { name: string; arguments: Record<string, unknown> } => ({ name, arguments: {} });

/** How many calls of a server were cancelled, as events say. */
async function cancelled(name: string): Promise<number> {
  const reply = await fetch(new URL('/api/events?kind=mcp.request&limit=200', gate.console), {
    headers: { authorization: `Bearer ${reader}` },
  });
  const { events } = (await reply.json()) as { events: { status_code?: string; target?: { name?: string } }[] };
  return events.filter(({ status_code, target }) => status_code === 'CANCELLED' && target?.name === `${name}__slow`).length;
}

/** The server has heard of the end of its own request, and of no other. */
async function endedAt(name: string): Promise<void> {
  const all = (): Heard[] => heard[name]?.() ?? [];
  const slow = (): Heard | undefined => all().findLast(({ method, params }) => method === 'tools/call' && params?.name === 'slow');
  if (name !== 'late') await until(() => all().some((one) => one.ended === true), `${name} goes on`);
  const told = (): Heard[] => all().filter(({ method }) => method === 'notifications/cancelled');
  // "Closing the SSE response stream is the cancellation signal": no message for it over HTTP since 2026-07-28.
  if (name === 'next') return assert.deepEqual(told(), []);
  await until(() => told().at(-1)?.params?.requestId === slow()?.id, 'not its own id');
  assert.equal(told().at(-1)?.params?.reason, 'The caller has cancelled it.', 'no words of the caller');
}

for (const name of ['next', 'before', 'new', 'old'] as const)
  describe(`a call of the server ${name}`, () => {
    for (const [client, made] of [
      ['2.x (auto)', () => connect(gate.gateway, `/mcp/${name}`, key)],
      ['2.x (legacy)', () => connect(gate.gateway, `/mcp/${name}`, key, { mode: 'legacy' })],
      ['1.x', () => connectOld(gate.gateway, `/mcp/${name}`, key)],
    ] as const)
      it(`that the client ${client} cancels ends there; its progress comes with the client's own token`, async () => {
        const [already, before] = [await cancelled(name), heard[name]?.().filter((one) => one.ended === true).length ?? 0];
        const one = await made();
        const abort = new AbortController();
        const progress: number[] = [];
        const options = { signal: abort.signal, onprogress: (told: { progress: number }) => void progress.push(told.progress) };
        const call1 =
          'getNegotiatedProtocolVersion' in one ? one.callTool(call('slow'), options) : one.callTool(call('slow'), undefined, options);
        await until(() => progress.length > 0, 'no progress');
        abort.abort('words of the caller, which no rule has seen');
        await assert.rejects(call1);
        await until(() => (heard[name]?.().filter((all) => all.ended === true).length ?? 0) > before, `${name} goes on`);
        await endedAt(name);
        await until(async () => (await cancelled(name)) === already + 1, 'no event says so');
        // "Messages MUST NOT contain embedded newlines": what stands in a text is escaped.
        const text = name === 'new' || name === 'old' ? 'mi\nne' : 'mine';
        assert.equal(textOf(await one.callTool({ name: 'quick', arguments: { text } })), text, 'the connection goes on');
        assert.deepEqual(progress, [1]);
        await one.close();
      });
  });

describe('a session', () => {
  const post = (message: object, headers: Record<string, string> = {}, method = 'POST'): Promise<Response> =>
    fetch(new URL('/mcp/new', gate.gateway), {
      method,
      headers: {
        ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization: `Bearer ${key}` },
        ...headers,
      },
      ...(method === 'POST' ? { body: JSON.stringify({ jsonrpc: '2.0', ...message }) } : {}),
    });
  const begin = async (): Promise<Record<string, string>> => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    const begun = await post({ id: 0, method: 'initialize', params });
    return { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '', 'mcp-protocol-version': '2025-11-25' };
  };

  it('that its client ends (DELETE) ends the calls that run in it', async () => {
    const before = await cancelled('new');
    const headers = await begin();
    const running = post({ id: 1, method: 'tools/call', params: call('slow') }, headers).catch(() => undefined);
    await until(() => (heard['new']?.() ?? []).at(-1)?.params?.name === 'slow', 'not called');
    assert.equal((await post({}, headers, 'DELETE')).status, 200);
    await endedAt('new');
    await until(async () => (await cancelled('new')) === before + 1, 'no event says so');
    const reply = await running;
    assert.ok(!((await reply?.text().catch(() => '')) ?? '').includes('too late'));
  });

  it('takes no cancellation of another session, of what is over, or of nothing', async () => {
    const [mine, other] = [await begin(), await begin()];
    const count = (heard['new']?.() ?? []).length;
    const running = post({ id: 'a', method: 'tools/call', params: call('slow') }, mine);
    await until(() => (heard['new']?.() ?? []).length > count, 'not called');
    for (const [headers, requestId] of [
      [other, 'a'],
      [mine, 'b'],
      [mine, 0],
      [other, 1],
    ] as const)
      assert.equal((await post({ method: 'notifications/cancelled', params: { requestId } }, headers)).status, 202);
    await sleep(300);
    assert.ok(!(heard['new']?.() ?? []).slice(count).some(({ method }) => method === 'notifications/cancelled'), 'it goes on');
    assert.equal((await post({ method: 'notifications/cancelled', params: { requestId: 'a' } }, mine)).status, 202);
    await endedAt('new');
    assert.ok(!(await (await running).text()).includes('too late'), 'its stream ends, without an answer');
  });
});

describe('a server that answers what was cancelled', () => {
  it('is not heard: neither that call nor the next one gets its words', async () => {
    const client = await connect(gate.gateway, '/mcp/late', key);
    const abort = new AbortController();
    const first = client.callTool(call('slow'), { signal: abort.signal });
    await until(() => (heard['late']?.() ?? []).some(({ params }) => params?.name === 'slow'), 'not called');
    abort.abort();
    const second = client.callTool(call('quick'));
    await assert.rejects(first);
    assert.equal(textOf(await second), 'mine');
    await endedAt('late');
    await client.close();
  });
});
