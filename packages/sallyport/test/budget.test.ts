import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { request as httpRequest } from 'node:http';
import OpenAI from 'openai';
import { ask, type Answered } from './kit/http.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';
import { startUpstream, type Recorded, type Upstream } from './kit/upstream.ts';

// Budgets, token limits and loops through the real process; the upstream counts what it would bill.

/** USD per million tokens. */
const INPUT = 1_000;
const OUTPUT = 2_000;
const MICROS = 1_000_000;

const CONFIG = (upstream: string): string => `
providers:
  - { name: openai, kind: openai, baseUrl: ${upstream}/v1, apiKey: "\${env:TEST_PROVIDER_KEY}", models: ["priced", "unpriced", "wide"], retries: 1 }
limits:
  maxOutput: 50
  identicalCalls: 5
  prices: [{ model: priced, input: ${INPUT}, output: ${OUTPUT}, context: 4000, maxOutput: 500 }, { model: wide, input: ${INPUT}, output: ${OUTPUT}, context: 400000, maxOutput: 500 }]
`;

let upstream: Upstream;
let gate: Running;

before(async () => {
  upstream = await startUpstream();
  gate = await startSallyport({ config: CONFIG(upstream.url), env: { TEST_PROVIDER_KEY: 'sk-upstream-1234567890abcdefghij' } });
});
after(async () => {
  await gate?.remove();
  await upstream?.close();
});

let said = 0;
const body = (more: object = {}): object => ({ model: 'priced', messages: [{ role: 'user', content: `Question ${said++}` }], ...more });

function chat(key: string, sent: object = body(), path = '/v1/chat/completions'): Promise<Answered> {
  return ask(gate.gateway, {
    path,
    body: JSON.stringify(sent),
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  });
}

async function spentToday(key: string, reader: string): Promise<number> {
  const answer = await fetch(`${gate.console}/api/spending`, { headers: { authorization: `Bearer ${reader}` } });
  const { spent } = (await answer.json()) as { spent: { scope: string; day: number }[] };
  const list = await fetch(`${gate.console}/api/keys`, { headers: { authorization: `Bearer ${reader}` } });
  const { keys } = (await list.json()) as { keys: { id: string; name: string }[] };
  const id = keys.find(({ name }) => name === key)?.id;
  return spent.find(({ scope }) => scope === id)?.day ?? 0;
}

/** A key of this name; the kit's own helper names them itself. */
async function makeKey(name: string, limits: object): Promise<string> {
  const admin = await gate.key('--permission', 'keys:write', '--permission', 'keys:read');
  const answer = await fetch(`${gate.console}/api/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, ...limits }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return ((await answer.json()) as { key: string }).key;
}

test('under a budget the call is bounded, charged as counted, and refused when it could cost more than is left', async () => {
  upstream.script({ text: 'ok', usage: { input: 100, output: 20 } });
  const reader = await gate.key('--permission', 'keys:read');
  // One call may cost (1,024 + its bytes) x 0.001 + 50 x 0.002, twice for the retry: some 2.6 USD.
  const key = await makeKey('bounded', { usdPerDay: 3 });
  const first = await chat(key);
  assert.equal(first.status, 200, first.text);
  assert.equal(upstream.requests[0]?.json.max_completion_tokens, 50);
  assert.equal(await spentToday('bounded', reader), (100 * INPUT + 20 * OUTPUT) / MICROS);
  let last = first;
  for (let i = 0; i < 20 && last.status === 200; i++) last = await chat(key);
  assert.equal(last.status, 429, last.text);
  assert.equal(last.json.error.code, 'budget_exhausted');
  assert.ok(Number(last.headers['retry-after']) > 0);
  assert.ok((await spentToday('bounded', reader)) <= 3);
  const event = String(last.headers['x-sallyport-event']);
  assert.match(event, /^evt_/, 'a refusal for money is an event too');
});

test('an unknown price under a budget is refused; without a budget nothing changes', async () => {
  upstream.script({ text: 'ok' });
  const poor = await makeKey('poor', { usdPerMonth: 100 });
  const refused = await chat(poor, body({ model: 'unpriced' }));
  assert.deepEqual([refused.status, refused.json.error.code], [403, 'price_unknown']);
  const free = await gate.key();
  const passed = await chat(free, body({ model: 'unpriced' }));
  assert.equal(passed.status, 200);
  assert.equal(upstream.requests[0]?.json.max_completion_tokens, undefined);
});

test('a client’s own maximum stands, choices multiply, and a huge maximum is refused beforehand', async () => {
  upstream.script({ text: 'ok', usage: { input: 10, output: 5 } });
  const key = await makeKey('choices', { usdPerDay: 6 });
  assert.equal((await chat(key, body({ max_tokens: 7 }))).status, 200);
  assert.equal(upstream.requests[0]?.json.max_completion_tokens, undefined);
  assert.equal((await chat(key, body({ n: 2, max_completion_tokens: 400 }))).status, 200);
  assert.equal((await chat(key, body({ n: 8, max_completion_tokens: 400 }))).status, 429);
});

test('what a call may cost is not made small by what it says of itself', async () => {
  upstream.script({ text: 'ok', usage: { input: 10, output: 5 } });
  const key = await makeKey('evading', { usdPerDay: 6 });
  const refused: [string, object][] = [
    // Of two maxima providers follow one or the other.
    ['/v1/chat/completions', body({ n: 8, max_completion_tokens: 1, max_tokens: 400 })],
    // Servers that know -1 take it for no bound.
    ['/v1/chat/completions', body({ n: 60, max_tokens: -1 })],
    ['/v1/chat/completions', body({ n: 60, max_tokens: 0 })],
    // Each prompt of a list is answered.
    ['/v1/completions', { model: 'priced', prompt: Array.from({ length: 60 }, () => 'x'), max_tokens: 50 }],
    ['/v1/completions', { model: 'priced', prompt: Array.from({ length: 60 }, () => [1]), max_tokens: 50 }],
    // What the provider keeps is input.
    ['/v1/responses', { model: 'wide', input: 'hi', conversation: 'conv_1', max_output_tokens: 5 }],
    ['/v1/responses', { model: 'wide', prompt: { id: 'pmpt_1' }, max_output_tokens: 5 }],
  ];
  for (const [path, sent] of refused) {
    const answer = await chat(key, sent, path);
    assert.deepEqual([answer.status, answer.json.error?.code], [429, 'budget_exhausted'], `${path} ${JSON.stringify(sent)} ${answer.text}`);
  }
  assert.equal((await chat(key, body({ max_tokens: -5 }))).status, 200);
  assert.equal(upstream.requests.at(-1)?.json.max_tokens, 50);
});

test('a maximum below nothing gives no tokens of the minute back', async () => {
  upstream.script({ status: 400, json: { error: { message: 'no' } } });
  const key = await makeKey('minting', { tokensPerMinute: 1_500 });
  for (let i = 0; i < 3; i++) await chat(key, body({ max_tokens: -9_007_199_254_740_991 }));
  const refused = await chat(key, body({ max_tokens: 2_000 }));
  assert.deepEqual([refused.status, refused.json.error.code], [429, 'rate_limited']);
});

test('a stream is charged by the count that the gate asks for and the client does not see', async () => {
  upstream.script({ text: 'a short answer', usage: { input: 60, output: 10 } });
  const reader = await gate.key('--permission', 'keys:read');
  const key = await makeKey('streams', { usdPerDay: 10 });
  const client = new OpenAI({ apiKey: key, baseURL: `${gate.gateway}/v1`, maxRetries: 0 });
  let text = '';
  for await (const chunk of await client.chat.completions.create({ ...(body() as { messages: [] }), model: 'priced', stream: true })) {
    assert.equal(chunk.choices.length > 0 || 'sallyport' in chunk, true, 'no chunk that only counts');
    text += chunk.choices[0]?.delta.content ?? '';
  }
  assert.equal(text, 'a short answer');
  assert.equal(await spentToday('streams', reader), (60 * INPUT + 10 * OUTPUT) / MICROS);
  const counted = await client.chat.completions.create({
    ...(body() as { messages: [] }),
    model: 'priced',
    stream: true,
    stream_options: { include_usage: true },
  });
  let usage = 0;
  for await (const chunk of counted) usage += chunk.usage?.total_tokens ?? 0;
  assert.equal(usage, 70, 'who asks for the count gets it');
});

test('a loop of identical calls is cut off', async () => {
  upstream.script({ text: 'again' });
  const key = await makeKey('loop', { usdPerDay: 1_000 });
  const same = body();
  const statuses: number[] = [];
  for (let i = 0; i < 7; i++) statuses.push((await chat(key, same)).status);
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429]);
});

test('tokens a minute: refused with the time to wait', async () => {
  upstream.script({ text: 'ok', usage: { input: 40, output: 10 } });
  const key = await makeKey('tokens', { tokensPerMinute: 1_500 });
  assert.equal((await chat(key, body({ max_tokens: 50 }))).status, 200);
  assert.equal((await chat(key, body({ max_tokens: 50 }))).status, 200, 'what was not used came back');
  const refused = await chat(key, body({ max_tokens: 2_000 }));
  assert.deepEqual([refused.status, refused.json.error.code], [429, 'rate_limited']);
  assert.ok(Number(refused.headers['retry-after']) >= 1);
});

test('64 clients with aborts, resets and retries never spend more than the budget', async () => {
  const CAP = 60;
  let billed = 0;
  const bill = (input: number, output: number): void => void (billed += (input * INPUT + output * OUTPUT) / MICROS);
  upstream.script((_request: Recorded, index: number) => {
    const usage = { input: 200 + (index % 7) * 20, output: 10 + (index % 40) };
    bill(usage.input, usage.output);
    // The provider bills what it worked on, also when the connection broke or the client left.
    if (index % 11 === 3) return { reset: 'head' };
    if (index % 13 === 5) return { text: 'cut', reset: 1, usage };
    return { text: 'one two three four five', usage, gapMs: index % 5 === 0 ? 5 : 0 };
  });
  const reader = await gate.key('--permission', 'keys:read');
  const key = await makeKey('crowd', { usdPerDay: CAP });
  const statuses = new Map<number, number>();
  const client = async (which: number): Promise<void> => {
    for (let i = 0; i < 12; i++) {
      if ((which + i) % 6 === 0) {
        await leave(key, 3 + ((which * 7 + i) % 20));
        continue;
      }
      const status = await patiently(chat(key, body({ stream: i % 2 === 0 })));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 64 }, (_, which) => client(which)));
  const spent = await spentToday('crowd', reader);
  assert.equal(statuses.get(0), undefined, 'everybody got an answer');
  assert.ok((statuses.get(200) ?? 0) > 10, JSON.stringify([...statuses]));
  assert.ok((statuses.get(429) ?? 0) > 10, 'the budget ran out');
  assert.ok(spent <= CAP, `${spent} spent`);
  assert.ok(billed <= CAP, `${billed} billed`);
  assert.ok(spent >= billed, `${spent} counted, ${billed} billed: nothing was missed`);
});

/** The status of an answer, or 0 when a client has given up waiting for it. */
async function patiently(answer: Promise<Answered>): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(() => resolve(0), 30_000);
  });
  const status = await Promise.race([answer.then((one) => one.status, () => 0), late]); // prettier-ignore
  clearTimeout(timer);
  return status;
}

/** A client that leaves in the middle of its stream. */
function leave(key: string, afterMs: number): Promise<void> {
  const url = new URL(gate.gateway);
  return new Promise((resolve) => {
    const request = httpRequest({
      host: url.hostname,
      port: url.port,
      path: '/v1/chat/completions',
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    });
    request.on('error', () => {});
    request.on('close', () => resolve());
    request.on('response', (response) => response.on('error', () => {}).resume());
    request.end(JSON.stringify(body({ stream: true })));
    setTimeout(() => request.destroy(), afterMs);
  });
}
