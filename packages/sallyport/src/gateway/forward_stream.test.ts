import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import test from 'node:test';
import { silentLogger } from '../kernel/index.ts';
import type { Event } from '../audit/index.ts';
import type { Target } from '../providers/service.ts';
import { testExchange, testPolicy } from '../../test/kit/exchange.ts';
import { chatStream, sseText } from '../../test/kit/upstream_shapes.ts';
import type { GatewayDeps } from './context.ts';
import { compileTemplates } from './template.ts';
import { StreamDelivery } from './forward_stream.ts';

const TARGET: Target = { provider: 'test', kind: 'openai', model: 'm' };
const HEAD = { 'content-type': 'text/event-stream' };
const TEXT = Array.from(chatStream({ text: 'Hello there, friend.' }, 'm', false), sseText).join('');

/** The client's side of an answer: takes everything, or nothing. */
class Client extends EventEmitter {
  headersSent = false;
  destroyed = false;
  writableEnded = false;
  chunkedEncoding = false;
  readonly socket = null;
  readonly takes: boolean;
  text = '';

  constructor(takes: boolean) {
    super();
    this.takes = takes;
  }

  writeHead(): void {
    this.headersSent = true;
  }

  write(text: string): boolean {
    this.text += text;
    return this.takes;
  }

  end(): void {
    this.writableEnded = true;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

type Delivered = {
  delivery: StreamDelivery;
  client: Client;
  events: Event[];
  aborted(): number;
  paused(): number;
  ended: Promise<unknown>;
};

function deliver(takes: boolean): Delivered {
  const exchange = testExchange(
    'chat',
    { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] },
    { guards: undefined, policy: testPolicy() },
  );
  const events: Event[] = [];
  const deps = {
    config: { stream: 'adaptive' },
    guards: () => undefined,
    corrections: () => undefined,
    templates: () => compileTemplates([]),
    audit: { record: async (event: Event) => void events.push(event), content: { put() {} } },
    clock: () => 0,
    logger: silentLogger,
  } as unknown as GatewayDeps;
  const client = new Client(takes);
  let aborted = 0;
  let finish: (error?: unknown) => void = () => {};
  const ended = new Promise<unknown>((resolve) => (finish = resolve));
  const delivery = new StreamDelivery(deps, exchange, client as unknown as ServerResponse, (error) => finish(error));
  delivery.upstream = { abort: () => void aborted++ };
  let paused = 0;
  delivery.head(200, HEAD, TARGET);
  const data = delivery.data.bind(delivery);
  delivery.data = (chunk) => data(chunk, { pause: () => void paused++, resume: () => void paused-- });
  return { delivery, client, events, aborted: () => aborted, paused: () => paused, ended };
}

const send = (to: Delivered, text: string): void => to.delivery.data(Buffer.from(text), { pause() {}, resume() {} });

test('a client that takes nothing for a minute loses its connection; one that takes something again does not', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stalled = deliver(false);
  await Promise.resolve();
  await Promise.resolve();
  send(stalled, TEXT.slice(0, 400));
  assert.equal(stalled.paused(), 1, 'the provider waits');
  t.mock.timers.tick(59_000);
  assert.ok(!stalled.client.destroyed);
  t.mock.timers.tick(2_000);
  assert.ok(stalled.client.destroyed);

  const slow = deliver(false);
  await Promise.resolve();
  await Promise.resolve();
  send(slow, TEXT.slice(0, 400));
  t.mock.timers.tick(59_000);
  slow.client.emit('drain');
  assert.equal(slow.paused(), 0, 'the provider goes on');
  t.mock.timers.tick(59_000);
  assert.ok(!slow.client.destroyed);
});

test('a provider that leaves its connection open after the end is aborted; one that ends is not', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const open = deliver(true);
  send(open, TEXT);
  await open.ended;
  assert.ok(open.client.writableEnded && open.client.text.endsWith('data: [DONE]\n\n'));
  assert.equal(open.aborted(), 0);
  t.mock.timers.tick(1_100);
  assert.equal(open.aborted(), 1);

  const proper = deliver(true);
  send(proper, TEXT);
  proper.delivery.end();
  await proper.ended;
  t.mock.timers.tick(5_000);
  assert.equal(proper.aborted(), 0);
});

test('how a stream ended stands in its event', async () => {
  const cases: [string, (one: Delivered) => void, number, string | undefined][] = [
    ['as it should', (one) => send(one, TEXT.slice(400)), 200, undefined],
    ['client gone', (one) => one.delivery.stop('client_gone'), 499, 'CLIENT_GONE'],
    ['key revoked', (one) => one.delivery.stop('revoked'), 403, 'KEY_REVOKED'],
    ['provider broken', (one) => send(one, '\n\ndata: nonsense\n\n'), 502, 'PROVIDER_INVALID'],
    ['provider gone', (one) => one.delivery.error({ code: 'UPSTREAM_RESET', provider: 'test', detail: '' }), 502, 'PROVIDER_INVALID'],
  ];
  for (const [name, act, status, code] of cases) {
    const one = deliver(true);
    send(one, TEXT.slice(0, 400));
    act(one);
    assert.equal(await one.ended, undefined, name);
    assert.deepEqual([one.events.length, one.events[1]?.http?.status, one.events[1]?.status_code], [2, status, code], name);
    assert.equal(one.client.text.includes('"finish_reason":"stop"'), status === 200, name);
  }
});

test('what throws in the gate ends this stream with an error and an event, and nothing else', async () => {
  const one = deliver(true);
  send(one, TEXT.slice(0, 400));
  // A fault as no input is known to bring about: the reader itself gives way.
  one.delivery.data({} as Buffer, { pause() {}, resume() {} });
  assert.equal(await one.ended, undefined);
  assert.deepEqual([one.events[1]?.http?.status, one.events[1]?.status_code], [500, 'INTERNAL']);
  assert.ok(one.client.writableEnded && one.client.text.includes('internal') && !one.client.text.includes('TypeError'));
});
