/** The codecs against the vendors' own clients: what a client builds from our stream, whole, held back at random, and refused at any point. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import OpenAI from 'openai';
import type { Json, JsonObject } from '../kernel/index.ts';
import { formatSse, openStream, SseReader, type Slot, type SseEvent, type StreamApi, type StreamCodec, type StreamItem } from './index.ts';

// ---- upstream streams ----

const CHAT_FRAME = {
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'gpt-x',
  system_fingerprint: 'fp_1',
};
const chunk = (index: number, delta: JsonObject, rest: JsonObject = {}): JsonObject => ({
  ...CHAT_FRAME,
  choices: [{ index, delta, finish_reason: null, ...rest }],
});
const token = (text: string): JsonObject => ({ token: text, logprob: -0.5, bytes: [...Buffer.from(text)], top_logprobs: [] });

const CHAT: readonly (JsonObject | '[DONE]')[] = [
  chunk(0, { role: 'assistant', content: '' }),
  chunk(1, { role: 'assistant', reasoning_content: 'let me ' }),
  chunk(0, { content: 'my card ' }, { logprobs: { content: [token('my'), token(' card ')], refusal: null } }),
  chunk(1, { reasoning_content: 'think' }),
  chunk(0, { content: 'is 4111 1111 ' }),
  chunk(1, { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'pay', arguments: '' } }] }),
  chunk(1, { tool_calls: [{ index: 0, function: { arguments: '{"card":"4111' } }] }),
  chunk(0, { content: '1111 1111', refusal: 'no ' }),
  chunk(1, {
    tool_calls: [
      { index: 0, function: { arguments: ' 1111"}' } },
      { index: 1, id: 'call_2', type: 'function', function: { name: 'look', arguments: '{}' } },
    ],
  }),
  chunk(0, { refusal: 'way', content: '!' }),
  chunk(0, {}, { finish_reason: 'stop' }),
  chunk(1, {}, { finish_reason: 'tool_calls' }),
  { ...CHAT_FRAME, choices: [], usage: { prompt_tokens: 1, completion_tokens: 9, total_tokens: 10 } },
  '[DONE]',
];

const COMPLETIONS: readonly (JsonObject | '[DONE]')[] = [
  ...['my card ', 'is 4111', ' 1111'].map((text) => ({
    id: 'cmpl-1',
    object: 'text_completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, text, logprobs: null, finish_reason: null }],
  })),
  {
    id: 'cmpl-1',
    object: 'text_completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, text: '', logprobs: null, finish_reason: 'stop' }],
  },
  '[DONE]',
];

const block = (index: number, delta: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta });
const MESSAGES: readonly JsonObject[] = [
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-x',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 3, output_tokens: 1 },
    },
  },
  { type: 'ping' },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  block(0, { type: 'thinking_delta', thinking: 'let me ' }),
  block(0, { type: 'thinking_delta', thinking: 'think' }),
  block(0, { type: 'signature_delta', signature: 'c2lnbmF0dXJl' }),
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'text', text: 'so ' } },
  block(1, { type: 'text_delta', text: 'my card ' }),
  block(1, { type: 'text_delta', text: 'is 4111 1111' }),
  { type: 'content_block_stop', index: 1 },
  { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 'tu_1', name: 'pay', input: {} } },
  block(2, { type: 'input_json_delta', partial_json: '' }),
  block(2, { type: 'input_json_delta', partial_json: '{"card":"41' }),
  block(2, { type: 'input_json_delta', partial_json: '11"}' }),
  { type: 'content_block_stop', index: 2 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 20 } },
  { type: 'message_stop' },
];

const RESPONSE: JsonObject = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'in_progress',
  error: null,
  incomplete_details: null,
  instructions: 'be kind',
  metadata: {},
  model: 'gpt-x',
  output: [],
  parallel_tool_calls: true,
  temperature: 1,
  tool_choice: 'auto',
  tools: [],
  top_p: 1,
};
const TEXT_PART: JsonObject = { type: 'output_text', text: 'my card is 4111 1111', annotations: [], logprobs: [] };
const MESSAGE: JsonObject = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [TEXT_PART] };
const CALL: JsonObject = {
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name: 'pay',
  arguments: '{"card":"4111"}',
  status: 'completed',
};
const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const call = { item_id: 'fc_1', output_index: 1 };
const RESPONSES: readonly JsonObject[] = (
  [
    { type: 'response.created', response: RESPONSE },
    { type: 'response.in_progress', response: RESPONSE },
    { type: 'response.output_item.added', output_index: 0, item: { ...MESSAGE, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...at, part: { ...TEXT_PART, text: '' } },
    { type: 'response.output_text.delta', ...at, delta: 'my card ', logprobs: [] },
    { type: 'response.output_text.delta', ...at, delta: 'is 4111 ', logprobs: [], obfuscation: 'aGk' },
    { type: 'response.output_text.delta', ...at, delta: '1111', logprobs: [] },
    { type: 'response.output_text.done', ...at, text: 'my card is 4111 1111', logprobs: [] },
    { type: 'response.content_part.done', ...at, part: TEXT_PART },
    { type: 'response.output_item.done', output_index: 0, item: MESSAGE },
    { type: 'response.output_item.added', output_index: 1, item: { ...CALL, status: 'in_progress', arguments: '' } },
    { type: 'response.function_call_arguments.delta', ...call, delta: '{"card":"41' },
    { type: 'response.function_call_arguments.delta', ...call, delta: '11"}' },
    { type: 'response.function_call_arguments.done', ...call, arguments: '{"card":"4111"}' },
    { type: 'response.output_item.done', output_index: 1, item: CALL },
    {
      type: 'response.completed',
      response: {
        ...RESPONSE,
        status: 'completed',
        output: [MESSAGE, CALL],
        usage: {
          input_tokens: 3,
          output_tokens: 9,
          total_tokens: 12,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens_details: { reasoning_tokens: 0 },
        },
      },
    },
  ] as JsonObject[]
).map((data, i) => ({ ...data, sequence_number: i }));

const STREAMS: Readonly<Record<StreamApi, readonly (JsonObject | '[DONE]')[]>> = {
  chat: CHAT,
  completions: COMPLETIONS,
  messages: MESSAGES,
  responses: RESPONSES,
};

// ---- a gate as small as can be ----

type Gate = {
  /** What of a channel's text may go out now: any prefix of what is held. */
  readonly release: (held: string) => string;
  readonly mask?: (text: string) => string;
};

/** Every delta goes through a hold, every other text through the mask; tool calls wait until they are complete. */
function runItem(codec: StreamCodec, item: StreamItem, holds: Map<string, string>, gate: Gate): SseEvent[] {
  const out: SseEvent[] = [];
  const closing = new Set(item.closes);
  const mask = gate.mask ?? ((text: string): string => text);
  for (const slot of item.slots) if (slot.form === 'delta') throughHold(slot, closing, holds, gate, mask);
  for (const channel of closing) {
    const held = holds.get(channel) ?? '';
    if (held !== '') out.push(codec.delta(channel, mask(held)));
    holds.delete(channel);
  }
  for (const slot of item.slots) if (slot.form === 'whole' && mask(slot.text) !== slot.text) slot.set(mask(slot.text));
  out.push(codec.write(item));
  return out;
}

function throughHold(slot: Slot, closing: Set<string>, holds: Map<string, string>, gate: Gate, mask: (text: string) => string): void {
  const held = (holds.get(slot.channel) ?? '') + slot.text;
  const now = closing.has(slot.channel) ? held : gate.release(held);
  holds.set(slot.channel, held.slice(now.length));
  slot.set(mask(now));
}

const asEvent = (data: JsonObject | '[DONE]'): SseEvent => ({ data: structuredClone(data) });

/** The events for the client; `stopAfter` upstream events the gate refuses. */
function run(api: StreamApi, gate: Gate, stopAfter = Number.POSITIVE_INFINITY): { events: SseEvent[]; codec: StreamCodec } {
  const codec = openStream(api);
  const holds = new Map<string, string>();
  const events: SseEvent[] = [];
  for (const [i, data] of STREAMS[api].entries()) {
    if (i >= stopAfter) {
      events.push(...codec.refuse({ event: 'evt_1', rule: 'r', why: 'w' }));
      break;
    }
    const item = codec.read(asEvent(data));
    assert.equal(item.malformed, undefined, JSON.stringify(data));
    events.push(...runItem(codec, item, holds, gate));
  }
  return { events, codec };
}

// ---- the vendors' clients ----

const answering = (events: readonly SseEvent[]): (() => Promise<Response>) => {
  const body = events.map(formatSse).join('');
  return async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } });
};

async function clientView(api: StreamApi, events: readonly SseEvent[]): Promise<unknown> {
  if (api === 'messages') {
    const client = new Anthropic({ apiKey: 'k', baseURL: 'http://gate.test', fetch: answering(events), maxRetries: 0 });
    const message = await client.messages.stream({ model: 'm', max_tokens: 9, messages: [] }).finalMessage();
    return { content: message.content, stop: message.stop_reason };
  }
  const client = new OpenAI({ apiKey: 'k', baseURL: 'http://gate.test', fetch: answering(events), maxRetries: 0 });
  if (api === 'responses') {
    const stream = client.responses.stream({ model: 'm', input: '' });
    let text = '';
    let last = -1;
    for await (const event of stream) {
      assert.equal(event.sequence_number, last + 1, 'numbers without a gap');
      last = event.sequence_number;
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    const final = await stream.finalResponse();
    return {
      text,
      output: final.output.map((item) => ({ ...item, parsed_arguments: undefined })),
      status: final.status,
      details: final.incomplete_details,
    };
  }
  if (api === 'completions') {
    let text = '';
    let finish: string | null = null;
    for await (const part of await client.completions.create({ model: 'm', prompt: '', stream: true })) {
      text += part.choices[0]?.text ?? '';
      finish = part.choices[0]?.finish_reason ?? finish;
    }
    return { text, finish };
  }
  return chatView(client);
}

async function chatView(client: OpenAI): Promise<unknown> {
  const choices = new Map<number, Record<string, string>>();
  for await (const part of await client.chat.completions.create({ model: 'm', messages: [], stream: true })) {
    for (const each of part.choices) {
      const choice = choices.get(each.index) ?? {};
      choices.set(each.index, choice);
      for (const [name, value] of Object.entries(each.delta)) if (typeof value === 'string') choice[name] = `${choice[name] ?? ''}${value}`;
      for (const piece of each.delta.tool_calls ?? []) {
        choice[`call ${piece.index} name`] ??= piece.function?.name ?? '';
        choice[`call ${piece.index}`] = `${choice[`call ${piece.index}`] ?? ''}${piece.function?.arguments ?? ''}`;
      }
      if (each.finish_reason !== null) choice['finish'] = each.finish_reason;
    }
  }
  return [...choices].sort(([a], [b]) => a - b);
}

const APIS = Object.keys(STREAMS) as StreamApi[];
const all: Gate = { release: (held) => held };

for (const api of APIS) {
  test(`${api}: a stream that nothing changes is the same for the client`, async () => {
    const { events, codec } = run(api, all);
    assert.deepEqual(await clientView(api, events), await clientView(api, STREAMS[api].map(named)));
    const end = codec.finish();
    assert.ok(end.complete && end.finish.length > 0 && end.model !== undefined && end.id !== undefined);
    if (api !== 'completions') assert.ok((end.usage?.output ?? 0) >= 9);
  });

  test(`${api}: text held back for any time arrives complete and in order`, async () => {
    const expected = await clientView(api, STREAMS[api].map(named));
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat({ max: 9 })), async (cuts) => {
        const { events } = run(api, { release: (held) => held.slice(0, Math.max(0, held.length - Number(cuts.next().value))) });
        assert.deepEqual(await clientView(api, events), expected);
      }),
      { numRuns: 40 },
    );
  });

  test(`${api}: refused after any event, the client gets a stream that ends, and says why`, async () => {
    const ending: Readonly<Record<StreamApi, RegExp>> = {
      chat: /"finish":"content_filter"/,
      completions: /"finish":"content_filter"/,
      responses: /"reason":"content_filter"/,
      messages: /"stop":"refusal"/,
    };
    const last = STREAMS[api].length - (api === 'chat' ? 4 : api === 'messages' || api === 'completions' ? 2 : 1);
    for (let stop = 0; stop <= last; stop++) {
      for (const gate of [all, { release: (held: string) => held.slice(0, -3) }]) {
        const { events } = run(api, gate, stop);
        assert.match(JSON.stringify(await clientView(api, events)), ending[api], `${api} refused after ${stop}`);
        const data = events.map((event) => event.data).filter((each) => each !== '[DONE]');
        assert.deepEqual(data.at(-1)?.['sallyport'], { event: 'evt_1', rule: 'r', why: 'w' });
        assert.equal(data.filter((each) => 'sallyport' in each).length, 1);
      }
    }
  });

  test(`${api}: masked in each slot, no trace of the value is left`, () => {
    const { events } = run(api, { release: () => '', mask: (text) => text.replaceAll(/[0-9]{2,}/g, '**') });
    const bytes = events
      .map(formatSse)
      .join('')
      .replaceAll(/"(created|created_at|sequence_number|bytes)":(\d+|\[[^\]]*\])/g, '');
    assert.doesNotMatch(bytes, /41|11/);
  });

  test(`${api}: text after the end, and after [DONE], is malformed`, () => {
    const { codec } = run(api, all);
    const late = STREAMS[api].find((data) => JSON.stringify(data).includes('card')) ?? {};
    assert.ok(codec.read(asEvent(late)).malformed !== undefined);
  });
}

function named(data: JsonObject | '[DONE]'): SseEvent {
  return data !== '[DONE]' && typeof data['type'] === 'string' ? { event: data['type'], data } : { data };
}

test('a broken-off stream is not complete', () => {
  for (const api of APIS) {
    const codec = openStream(api);
    for (const data of STREAMS[api].slice(0, -3)) codec.read(asEvent(data));
    assert.equal(codec.finish().complete, false, api);
  }
});

test('tool calls name the events that belong to them, from beginning to end', () => {
  for (const api of ['chat', 'messages', 'responses'] as const) {
    const codec = openStream(api);
    const items = STREAMS[api].map((data) => codec.read(asEvent(data)));
    const call = items.flatMap((item) => item.calls).find((each) => each.name === 'pay');
    assert.ok(call !== undefined && call.id !== '' && !call.provider, api);
    const mine = items.filter((item) => item.calls.some((each) => each.channel === call.channel));
    const text = mine
      .flatMap((item) => item.slots)
      .filter((slot) => slot.channel === call.channel && slot.form === 'delta')
      .map((slot) => slot.text)
      .join('');
    assert.match(text, /^\{"card":"4111.*"\}$/, api);
    assert.ok(mine.at(-1)?.closes.includes(call.channel) || mine.some((item) => item.closes.includes(call.channel)), api);
    assert.ok(
      mine[0]?.slots.some((slot) => slot.kind === 'tool_name' && slot.text === 'pay' && slot.tool?.id === call.id),
      api,
    );
  }
});

test('calls without an index are told apart by their ids, also for the client', () => {
  const codec = openStream('chat');
  const piece = (id: string | undefined, name: string | undefined, text: string): JsonObject =>
    chunk(0, {
      tool_calls: [{ ...(id === undefined ? {} : { id }), function: { ...(name === undefined ? {} : { name }), arguments: text } }],
    });
  const items = [piece('a', 'one', '{'), piece(undefined, undefined, '}'), piece('b', 'two', '{}')].map((data) =>
    codec.read(asEvent(data)),
  );
  const rows = items.map((item) => [
    item.malformed,
    item.slots.at(-1)?.channel,
    JSON.stringify(codec.write(item).data).match(/"index":1/)?.length,
  ]);
  assert.deepEqual(rows, [
    [undefined, 'c0.tool_calls.0', undefined],
    [undefined, 'c0.tool_calls.0', undefined],
    [undefined, 'c0.tool_calls.1', 1],
  ]);
});

test('a call without arguments ends too', () => {
  const codec = openStream('chat');
  codec.read(asEvent(chunk(0, { tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'look' } }] })));
  const end = codec.read(asEvent(chunk(0, {}, { finish_reason: 'tool_calls' })));
  assert.deepEqual([end.closes, end.calls.map((call) => call.name)], [['c0.tool_calls.0'], ['look']]);
});

test('events that no client could join to one text are malformed', () => {
  const cases: readonly (readonly [StreamApi, readonly JsonObject[]])[] = [
    ['chat', [{ choices: {} }]],
    ['chat', [{ choices: [5] }]],
    ['chat', [{ choices: [{ index: -1, delta: {} }] }]],
    ['chat', [{ choices: [{ index: 9999, delta: {} }] }]],
    ['chat', [chunk(0, {}, { delta: 'x' })]],
    ['chat', [chunk(0, { tool_calls: {} })]],
    ['chat', [chunk(0, { tool_calls: [{ index: 0, function: { name: 'a', arguments: {} } }] })]],
    [
      'chat',
      [
        chunk(0, { tool_calls: [{ index: 0, function: { name: 'safe' } }] }),
        chunk(0, { tool_calls: [{ index: 0, function: { name: '_not' } }] }),
      ],
    ],
    ['chat', [chunk(0, {}, { finish_reason: 'stop' }), chunk(0, { content: 'more' })]],
    ['chat', [chunk(0, {}, { message: { role: 'assistant', tool_calls: [{ id: 'x', function: { name: 'f', arguments: '{}' } }] } })]],
    ['messages', [{ no: 'type' }]],
    ['messages', [block(0, { type: 'text_delta', text: 'x' })]],
    [
      'messages',
      [
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      ],
    ],
    [
      'messages',
      [
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        block(0, { type: 'input_json_delta', partial_json: '{' }),
      ],
    ],
    ['messages', [{ type: 'content_block_stop', index: 3 }]],
    ['messages', [{ type: 'message_start', message: 'x' }]],
    ['responses', [{ no: 'type' }]],
    ['responses', [{ type: 'response.function_call_arguments.delta', output_index: 0, delta: '{' }]],
    ['responses', [{ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: [1] }]],
    [
      'responses',
      [
        { type: 'response.content_part.added', ...at, part: { type: 'output_text', text: '4111 ' } },
        { type: 'response.output_text.delta', ...at, delta: '1111' },
      ],
    ],
    ['responses', [{ type: 'response.output_text.delta', output_index: {}, content_index: 0, delta: 'x' }]],
    [
      'responses',
      [1, 2].map((output_index) => ({
        type: 'response.output_text.delta',
        item_id: 'same',
        output_index,
        content_index: 0,
        delta: '4111',
      })),
    ],
    ['responses', [...RESPONSES.slice(0, 8), { type: 'response.output_text.delta', ...at, delta: 'more' }]],
  ];
  for (const [api, events] of cases) {
    const codec = openStream(api);
    const items = events.map((data) => codec.read(asEvent(data)));
    assert.ok(items.at(-1)?.malformed !== undefined, JSON.stringify(events));
  }
});

test('fields and events that come tomorrow: their texts are read, and their pieces continue each other', () => {
  const chat = openStream('chat');
  const first = chat.read(
    asEvent(chunk(0, { reasoning_details: [{ type: 'reasoning.text', text: 'a ', index: 0, format: 'x y' }], novel: 'p' })),
  );
  const second = chat.read(asEvent(chunk(0, { reasoning_details: [{ type: 'reasoning.text', text: 'b', index: 0 }], novel: 'q' })));
  const joined = (channel: string): string =>
    [...first.slots, ...second.slots]
      .filter((slot) => slot.channel === channel)
      .map((slot) => slot.text)
      .join('');
  assert.equal(joined('c0.reasoning_details.0.text'), 'a b');
  assert.equal(joined('c0.novel'), 'pq');
  assert.ok(first.slots.some((slot) => slot.text === 'x y') && first.slots.some((slot) => slot.text === 'novel'));
  assert.deepEqual(((chat.delta('c0.reasoning_details.0.text', 'z').data as JsonObject)['choices'] as JsonObject[])[0]?.['delta'], {
    role: 'assistant',
    reasoning_details: [{ type: 'reasoning.text', text: 'z', index: 0 }],
  });

  const messages = openStream('messages');
  messages.read(asEvent({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }));
  const piece = messages.read(asEvent(block(0, { type: 'novel_delta', words: 'w x' })));
  assert.deepEqual(
    piece.slots.map((slot) => [slot.form, slot.text]),
    [
      ['whole', 'words'],
      ['delta', 'w x'],
    ],
  );
  assert.deepEqual((messages.delta('b0.novel_delta.words', 'v').data as JsonObject)['delta'], { type: 'novel_delta', words: 'v' });
  assert.ok(messages.read(asEvent({ type: 'novel_event', note: { deep: 'text here' } })).slots.some((slot) => slot.text === 'text here'));

  const responses = openStream('responses');
  const delta = responses.read(asEvent({ type: 'response.novel.delta', output_index: 4, delta: 'text', aside: 'more text' }));
  assert.deepEqual(
    delta.slots.map((slot) => [slot.form, slot.text]),
    [
      ['delta', 'text'],
      ['whole', 'more text'],
      ['whole', 'aside'],
    ],
  );
  assert.deepEqual(responses.delta('response.novel:4:', 'v').data, {
    type: 'response.novel.delta',
    output_index: 4,
    delta: 'v',
    sequence_number: 0,
  });
});

test('a field name in a delta that must not pass takes its text with it', () => {
  const codec = openStream('chat');
  const item = codec.read(asEvent(chunk(0, { 'my card 4111': 'text' })));
  item.slots.find((slot) => slot.text === 'my card 4111')?.set('***');
  for (const slot of item.slots) slot.set(slot.text);
  assert.ok(!JSON.stringify([codec.write(item), codec.delta('c0.my card 4111', 'x')]).includes('4111'));
});

test('errors inside a stream are read and end it', () => {
  for (const [api, data] of [
    ['chat', { error: { message: 'key sk-1 is bad', code: 5 } }],
    ['messages', { type: 'error', error: { type: 'overloaded_error', message: 'key sk-1 is bad' } }],
    ['responses', { type: 'error', code: null, message: 'key sk-1 is bad', param: null }],
  ] as const) {
    const codec = openStream(api);
    const item = codec.read(asEvent(data));
    assert.deepEqual([item.final, item.slots.map((slot) => [slot.kind, slot.text])], [true, [['error', 'key sk-1 is bad']]]);
    assert.equal(codec.finish().complete, false);
  }
});

test('log-probabilities go when their text is held back, and stay when it is not', () => {
  const line = chunk(0, { content: 'ab' }, { logprobs: { content: [token('a'), token('b')], refusal: null } });
  const logprobsOf = (item: StreamItem, codec: StreamCodec): unknown =>
    ((codec.write(item).data as JsonObject)['choices'] as JsonObject[])[0]?.['logprobs'];
  const codec = openStream('chat');
  assert.notEqual(logprobsOf(codec.read(asEvent(line)), codec), null);
  const held = codec.read(asEvent(line));
  held.slots[0]?.set('a');
  assert.equal(logprobsOf(held, codec), null);
});

test('the decision goes into the last data event', async () => {
  for (const api of APIS) {
    const codec = openStream(api);
    const events = STREAMS[api].flatMap((data) => {
      const item = codec.read(asEvent(data));
      return item.final ? codec.conclude(item, { decision: 'allow' }) : [codec.write(item)];
    });
    const data = events.map((event) => event.data).filter((each) => each !== '[DONE]');
    assert.deepEqual(data.at(-1)?.['sallyport'], { decision: 'allow' }, api);
    assert.deepEqual(await clientView(api, events), await clientView(api, STREAMS[api].map(named)));
  }
});

test('a fault that ends a stream reaches the client as an error', async () => {
  for (const api of APIS) {
    const codec = openStream(api);
    const events = STREAMS[api].slice(0, 3).map((data) => codec.write(codec.read(asEvent(data))));
    await assert.rejects(
      clientView(api, [
        ...events,
        ...codec.fail({ status: 502, code: 'upstream_failed', message: 'The provider broke off.', event: 'evt_1' }),
      ]),
      api,
    );
  }
});

test('upstream event names, ids and comments never reach the client', () => {
  const reader = new SseReader();
  const codec = openStream('messages');
  const text = `: secret\nid: secret\nevent: secret\ndata: ${JSON.stringify(MESSAGES[0])}\n\n`;
  const out = reader.push(text).map((event) => ('malformed' in event ? '' : formatSse(codec.write(codec.read(event)))));
  assert.ok(out.join('').startsWith('event: message_start\n') && !out.join('').includes('secret'));
});

test('any events are answered without a throw, and every sentence in them is read or cuts the stream', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((inner) => `§ ${inner}`);
  const name = fc.constantFrom(
    'type',
    'index',
    'delta',
    'content',
    'text',
    'choices',
    'message',
    'content_block',
    'item',
    'part',
    'response',
    'output',
    'output_index',
    'tool_calls',
    'function',
    'arguments',
    'name',
    'logprobs',
    'error',
    'id',
    'usage',
    'finish_reason',
    'novel',
  );
  const type = fc.constantFrom(
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'response.created',
    'response.output_item.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.added',
    'tool_use',
    'text',
    'text_delta',
    'function_call',
    'novel',
  );
  const json = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      text,
      type,
      fc.constantFrom(0, 1, null, true),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 5 }),
    ),
  })).value;
  const event = fc.tuple(type, fc.dictionary(name, json, { maxKeys: 5 })).map(([word, rest]) => ({ type: word, ...rest }));
  fc.assert(
    fc.property(fc.constantFrom(...APIS), fc.array(event, { maxLength: 6 }), (api, events) => {
      const codec = openStream(api);
      for (const data of events) {
        const item = codec.read(asEvent(data));
        if (item.malformed !== undefined) break;
        const seen = item.slots.map((slot) => slot.text).join('\u0000');
        const sent = codec.write(item).data;
        for (const leaf of JSON.stringify(sent).match(/§ [^"\\]*/g) ?? []) assert.ok(seen.includes(leaf), leaf);
        for (const slot of item.slots) slot.set(slot.text.replaceAll('§', '*'));
        assert.ok(!JSON.stringify(sent).includes('§'), 'slots write where they read');
      }
      codec.refuse({ event: 'evt_1', rule: 'r', why: 'w' }).map(formatSse);
    }),
    { numRuns: 4000 },
  );
});
