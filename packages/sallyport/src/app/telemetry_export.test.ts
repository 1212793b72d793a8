import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { SEVERITY_ID, CLASS, type Event } from '../audit/index.ts';
import { createControl } from '../control/service.ts';
import { silentLogger, type Caller, type EventId, type Logger, type PrincipalId, type TenantId } from '../kernel/index.ts';
import { createEventQueue } from './telemetry_queue.ts';
import { openTelemetry, type TelemetryDeps } from './telemetry.ts';

const EVENT: Event = {
  uid: 'evt_1' as EventId,
  tenant: 'default' as TenantId,
  time: 1_700_000_001_500,
  class_uid: CLASS.apiActivity,
  activity_id: 1,
  severity_id: SEVERITY_ID.high,
  status_id: 1,
  kind: 'gateway.request',
  actor: { principal: 'p_1' },
  api: { operation: 'chat', model: 'gpt-5', provider: 'azure', stream: false, response: 'resp_1' },
  decision: { action: 'deny', rules: [{ id: 'no-cards', action: 'deny' }], would: [] },
  findings: [{ rule: 'card', category: 'personal_data', type: 'CREDIT_CARD', severity: 'high', confidence: 1, part: 0, start: 0, end: 16 }],
  usage: { input: 12, output: 3 },
  timings: { total: 1500, inspect: 2 },
  http: { status: 403 },
};

const deps = (logger: Logger = silentLogger): TelemetryDeps => ({
  providers: [{ name: 'azure', kind: 'azure-openai' }],
  version: '9.9.9',
  logger,
});

/** One field of a protobuf message (https://protobuf.dev/programming-guides/encoding): a number, or bytes that may be a message or a text. */
type Field = { readonly number: number; readonly value: bigint | Buffer };

function fields(bytes: Buffer): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      assert.ok(byte !== undefined, 'a number is cut short');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const number = key >> 3;
    if ((key & 7) === 0) found.push({ number, value: varint() });
    else if ((key & 7) === 2) {
      const length = Number(varint());
      found.push({ number, value: bytes.subarray(at, (at += length)) });
    } else {
      const length = (key & 7) === 1 ? 8 : 4;
      found.push({ number, value: bytes.subarray(at, (at += length)) });
    }
  }
  return found;
}

const all = (bytes: Buffer, number: number): Buffer[] =>
  fields(bytes).flatMap((field) => (field.number === number && Buffer.isBuffer(field.value) ? [field.value] : []));
const one = (bytes: Buffer, number: number): Field['value'] | undefined => fields(bytes).find((field) => field.number === number)?.value;

/** `AnyValue` of opentelemetry/proto/common/v1/common.proto: string 1, bool 2, int 3, double 4, array 5. */
function anyValue(bytes: Buffer): unknown {
  const [field] = fields(bytes);
  if (field === undefined) return undefined;
  if (typeof field.value === 'bigint') return field.number === 2 ? field.value === 1n : Number(field.value);
  if (field.number === 4) return field.value.readDoubleLE();
  return field.number === 5 ? all(field.value, 1).map(anyValue) : field.value.toString();
}

const attributes = (list: readonly Buffer[]): Record<string, unknown> =>
  Object.fromEntries(list.map((pair) => [String(one(pair, 1)), anyValue(one(pair, 2) as Buffer)]));

/** The spans of an ExportTraceServiceRequest (opentelemetry/proto/trace/v1/trace.proto), as far as they are asserted. */
function readSpans(body: Buffer) {
  return all(body, 1).flatMap((resourceSpans) => {
    const resource = attributes(all(one(resourceSpans, 1) as Buffer, 1));
    return all(resourceSpans, 2).flatMap((scopeSpans) =>
      all(scopeSpans, 2).map((span) => ({
        resource,
        name: String(one(span, 5)),
        parent: one(span, 4),
        kind: one(span, 6),
        start: (one(span, 7) as Buffer).readBigUInt64LE(),
        end: (one(span, 8) as Buffer).readBigUInt64LE(),
        attributes: attributes(all(span, 9)),
        status: fields(one(span, 15) as Buffer).find((field) => field.number === 3)?.value ?? 0n,
      })),
    );
  });
}

type Collector = { readonly endpoint: string; readonly bodies: Buffer[]; readonly requests: IncomingMessage[]; status: number };

async function collector(): Promise<Collector> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      found.requests.push(request);
      found.bodies.push(Buffer.concat(chunks));
      response.writeHead(found.status, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const found: Collector = { endpoint: `http://127.0.0.1:${port}`, bodies: [], requests: [], status: 200 };
  return found;
}

test('nothing configured: nothing is opened', async () => {
  assert.equal(await openTelemetry({}, deps()), undefined);
  assert.equal(await openTelemetry({ metrics: false }, deps()), undefined);
});

test('a finished request reaches an OTLP collector as a span of the GenAI conventions', async () => {
  const to = await collector();
  const telemetry = await openTelemetry({ traces: { endpoint: to.endpoint } }, deps());
  assert.ok(telemetry !== undefined);
  assert.equal(telemetry.metrics, undefined);
  telemetry.observe(EVENT);
  telemetry.observe({ ...EVENT, uid: 'evt_2' as EventId, http: { status: 502 }, status_code: 'UPSTREAM_TIMEOUT' });
  telemetry.observe({ ...EVENT, kind: 'key.created' });
  assert.equal(to.bodies.length, 0);
  await telemetry.close();

  assert.deepEqual(
    to.requests.map((request) => [request.method, request.url, request.headers['content-type']]),
    [['POST', '/v1/traces', 'application/x-protobuf']],
  );
  const [span, failed, ...more] = readSpans(to.bodies[0] ?? Buffer.alloc(0));
  assert.equal(more.length, 0);
  assert.deepEqual(span, {
    resource: { 'service.name': 'sallyport', 'service.version': '9.9.9' },
    name: 'chat gpt-5',
    parent: undefined,
    kind: 3n,
    start: 1_700_000_000_000_000_000n,
    end: 1_700_000_001_500_000_000n,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'azure.ai.openai',
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.request.stream': false,
      'gen_ai.response.id': 'resp_1',
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.output_tokens': 3,
      'http.response.status_code': 403,
      'error.type': '403',
      'sallyport.event': 'evt_1',
      'sallyport.tenant': 'default',
      'sallyport.provider': 'azure',
      'sallyport.decision': 'deny',
      'sallyport.rules': ['no-cards'],
      'sallyport.findings': 1,
      'sallyport.categories': ['personal_data'],
      'sallyport.inspect_ms': 2,
    },
    status: 0n,
  });
  assert.equal(failed?.attributes['error.type'], 'UPSTREAM_TIMEOUT');
  assert.equal(failed?.status, 2n);
});

test('a full address of the collector is used as it is written', async () => {
  const to = await collector();
  for (const path of ['/v1/traces', '/tenant-a/', '/tenant-a/v1/traces/']) {
    const telemetry = await openTelemetry({ traces: { endpoint: to.endpoint + path } }, deps());
    telemetry?.observe(EVENT);
    await telemetry?.close();
  }
  assert.deepEqual(
    to.requests.map((request) => request.url),
    ['/v1/traces', '/tenant-a/v1/traces', '/tenant-a/v1/traces'],
  );
});

const CANARY = 'kestrel-7f3a';
/** What a request could carry, in every place of an event that a request, a reply or a person's text can reach. */
const text = (where: string): string => `${where}: my card is 4111 1111, ${CANARY}`;
const LADEN: Event = {
  ...EVENT,
  api: { operation: 'chat', model: text('model'), upstream_model: text('upstream'), provider: 'azure', response: text('response') },
  actor: { principal: 'p_1', end_user: text('end user') },
  target: { kind: 'tool', id: text('target'), name: text('target name') },
  decision: {
    action: 'deny',
    rules: [{ id: 'r', action: 'deny', why: text('why') }],
    would: [{ id: 'w', action: 'deny', why: text('why') }],
  },
  findings: [{ ...EVENT.findings![0]!, rule: text('rule'), type: text('type') }],
  parts: [{ part: 0, origin: 'user', point: 'prompt', size: 9, where: text('where'), tool: text('tool'), commitment: text('hash') }],
  masked: { [text('masked')]: 1 },
  timings: { total: 1, [text('timing')]: 1 },
  conversation: text('conversation'),
  message: text('message'),
  detail: { note: text('detail'), [text('key')]: 1 },
};

test('no text of a request, a reply or a finding is in a span or a metric, whatever field of the event carries it', async () => {
  const to = await collector();
  const telemetry = await openTelemetry({ traces: { endpoint: to.endpoint }, metrics: true }, deps());
  telemetry?.observe(LADEN);
  const scraped = (await telemetry?.metrics?.read())?.text ?? '';
  await telemetry?.close();
  const [span] = readSpans(Buffer.concat(to.bodies));
  assert.equal(span?.name, 'chat [withheld]');
  assert.equal(span.attributes['gen_ai.conversation.id'], '[withheld]');
  assert.match(scraped, /sallyport_requests_total\{[^}]*\} 1/);
  for (const sent of [Buffer.concat(to.bodies).toString('latin1'), scraped])
    assert.ok(!sent.includes(CANARY) && !sent.includes('4111'), sent);
});

test('Prometheus reads the metrics over the control port, with a key that may', async () => {
  const telemetry = await openTelemetry({ metrics: true }, deps());
  assert.ok(telemetry !== undefined);
  const holder: Caller = { tenant: 'default' as TenantId, principal: 'p' as PrincipalId, permissions: new Set(['health:read']) };
  const control = createControl([], {
    authenticate: (key) => (key === 'scraper' ? holder : undefined),
    hasTenant: () => false,
    logger: silentLogger,
    version: '9.9.9',
    metrics: telemetry.metrics,
  });
  after(() => control.close());
  const scrape = (key: string) =>
    control.tcp.inject({ method: 'GET', url: '/metrics', headers: { host: 'localhost', authorization: `Bearer ${key}` } });
  telemetry.observe(EVENT);
  telemetry.observe({ ...EVENT, http: { status: 200 }, decision: { action: 'allow', rules: [], would: [] }, masked: { CREDIT_CARD: 2 } });
  telemetry.observe({ ...EVENT, kind: 'gateway.inspect', api: { operation: 'inspect' } });
  assert.equal((await scrape('other')).statusCode, 401);
  const { headers, body } = await scrape('scraper');
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of [
    'sallyport_requests_total{operation="chat",provider="azure",decision="deny",status="4xx"} 1',
    'sallyport_requests_total{operation="chat",provider="azure",decision="allow",status="2xx"} 1',
    'sallyport_requests_total{operation="inspect",provider="none",decision="deny",status="4xx"} 1',
    'sallyport_request_duration_seconds_bucket{le="2.56",operation="chat",provider="azure"} 2',
    'sallyport_request_duration_seconds_bucket{le="1.28",operation="chat",provider="azure"} 0',
    'sallyport_inspect_duration_seconds_sum{operation="chat"} 0.004',
    'sallyport_tokens_total{provider="azure",direction="input"} 24',
    'sallyport_findings_total{category="personal_data"} 3',
    'sallyport_masked_values_total 2',
    'sallyport_telemetry_dropped_events 0',
    'sallyport_build_info{version="9.9.9"} 1',
  ])
    assert.ok(lines.includes(line), `${line}\n${body}`);
  await telemetry.close();
});

test('callers cannot make series: 2,000 invented names give the series of one', async () => {
  const telemetry = await openTelemetry({ metrics: true }, deps());
  const size = async (): Promise<number> => (await telemetry?.metrics?.read())?.text.split('\n').length ?? 0;
  const invented = (at: number): Event => ({
    ...EVENT,
    api: { operation: `op${at}`, provider: `p${at}`, model: `m${at}`, response: `r${at}` },
    http: { status: 600 + at },
    actor: { principal: `p_${at}` },
    conversation: `c${at}`,
  });
  telemetry?.observe(invented(0));
  const before = await size();
  for (let at = 1; at < 2_000; at++) telemetry?.observe(invented(at));
  assert.equal(await size(), before);
  await telemetry?.close();
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('a collector that refuses or is away is said once, costs nobody anything, and its return is said with what was lost', async () => {
  const to = await collector();
  to.status = 400;
  const said: string[] = [];
  const keep = (message: string, fields?: object): unknown => said.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const logger: Logger = { info: keep, warn: keep, error: keep };
  const telemetry = await openTelemetry({ traces: { endpoint: to.endpoint } }, deps(logger));
  // A full batch is sent at once.
  const sendBatch = (): void => {
    for (let at = 0; at < 512; at++) telemetry?.observe(EVENT);
  };
  sendBatch();
  await until(() => said.length === 1);
  sendBatch();
  await until(() => to.bodies.length === 2);
  to.status = 200;
  sendBatch();
  await until(() => said.length === 2);
  await telemetry?.close();
  assert.match(said[0] ?? '', /^traces are not delivered /);
  assert.equal(said[1], 'traces are delivered again {"lost":1024}');

  const gone = await openTelemetry({ traces: { endpoint: 'http://127.0.0.1:1' } }, deps(logger));
  for (let at = 0; at < 5_000; at++) gone?.observe(EVENT);
  // Retries go on for five seconds; a stop does not wait for them.
  await gone?.close();
});

test('a metadata address is never reached, and an address that is none is refused at start', async () => {
  const said: string[] = [];
  const keep = (message: string, fields?: object): unknown => said.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const telemetry = await openTelemetry({ traces: { endpoint: 'http://169.254.169.254' } }, deps({ info: keep, warn: keep, error: keep }));
  telemetry?.observe(EVENT);
  await telemetry?.close();
  assert.match(said[0] ?? '', /NET_ADDRESS_REFUSED/);
  await assert.rejects(openTelemetry({ traces: { endpoint: 'ftp://127.0.0.1' } }, deps()), { code: 'NET_URL_REFUSED' });
});

test('the queue is bounded, returns at once, and one event that cannot be taken does not hold up the next', () => {
  const taken: string[] = [];
  const failed: unknown[] = [];
  const queue = createEventQueue(
    (event) => {
      if (event.uid === 'evt_bad') throw new Error('no');
      taken.push(event.uid);
    },
    (thrown) => failed.push(thrown),
  );
  queue.push({ ...EVENT, uid: 'evt_bad' as EventId });
  for (let at = 0; at < 10_000; at++) queue.push(EVENT);
  assert.equal(taken.length, 0);
  assert.equal(queue.dropped(), 10_001 - 4_096);
  queue.flush();
  assert.equal(taken.length, 4_095);
  assert.equal(failed.length, 1);
  queue.push(EVENT);
  queue.close();
  queue.push(EVENT);
  assert.equal(taken.length, 4_096);
});

test('events are handed over by themselves, in order, a slice at a time', async () => {
  const taken: number[] = [];
  const turns = new Set<number>();
  let turn = 0;
  let done: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });
  const queue = createEventQueue(
    (event) => {
      taken.push(event.time);
      turns.add(turn);
      if (taken.length === 300) done();
    },
    () => {},
  );
  const alive = setInterval(() => {}, 1_000);
  const count = (): void => {
    turn++;
    if (taken.length < 300) setImmediate(count);
  };
  for (let at = 0; at < 300; at++) queue.push({ ...EVENT, time: at });
  count();
  await finished;
  clearInterval(alive);
  assert.deepEqual(taken, [...Array(300).keys()]);
  assert.ok(turns.size >= 5, `${turns.size} turns`);
});
