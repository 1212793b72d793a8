import assert from 'node:assert/strict';
import test from 'node:test';
import type { JsonObject } from '../kernel/index.ts';
import { formatSse, openStream, SseReader, type StreamApi } from '../message/index.ts';
import type { RuleSource } from '../policy/index.ts';
import { testExchange, testGuards, testPolicy } from '../../test/kit/exchange.ts';
import { chatStream, completionStream, messagesStream, responsesStream, sseText, type Said } from '../../test/kit/upstream_shapes.ts';
import { ReplyStream } from './reply_stream.ts';
import type { StreamMode } from './config.ts';

const APIS: readonly StreamApi[] = ['chat', 'completions', 'responses', 'messages'];
const BODY: Record<StreamApi, JsonObject> = {
  chat: { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] },
  completions: { model: 'm', stream: true, prompt: 'hi' },
  responses: { model: 'm', stream: true, input: 'hi' },
  messages: { model: 'm', stream: true, max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] },
};
const CANARY = 'orchid-Falcon-77193';

function upstreamText(api: StreamApi, said: Said): string {
  const events =
    api === 'chat'
      ? chatStream(said, 'm', false)
      : api === 'completions'
        ? completionStream(said, 'm')
        : api === 'responses'
          ? responsesStream(said, 'm')
          : messagesStream(said, 'm');
  let text = '';
  for (const event of events) text += sseText(event);
  return text.includes('[DONE]') || api === 'responses' || api === 'messages' ? text : `${text}data: [DONE]\n\n`;
}

type Out = { text: string; delivered: string; refused: string | undefined; broken: string | undefined; events: JsonObject[] };

/** Runs a stream through the engine in chunks; answers what the client gets. `mask` values first as a request would. */
function deliver(
  api: StreamApi,
  chunks: readonly Buffer[],
  options: {
    mode?: StreamMode;
    rules?: RuleSource[];
    masks?: [string, string][];
    body?: JsonObject;
    enforceAll?: boolean;
    effects?: Record<string, 'read' | 'write'>;
  } = {},
): Out {
  const { guards, plan } = SHARED;
  const exchange = testExchange(api, options.body ?? BODY[api], {
    guards,
    policy: options.rules === undefined ? POLICY : testPolicy(options.rules),
    enforceAll: options.enforceAll ?? false,
    effects: options.effects ?? {},
  });
  for (const [type, value] of options.masks ?? []) exchange.placeholders.mask(type, value);
  const codec = openStream(api);
  const stream = new ReplyStream(exchange, codec, plan, options.mode ?? 'adaptive');
  const reader = new SseReader();
  const events: JsonObject[] = [];
  let text = '';
  const take = (out: ReturnType<ReplyStream['push']>): void => {
    for (const event of out) {
      text += formatSse(event);
      if (event.data !== '[DONE]') events.push(structuredClone(event.data));
    }
  };
  for (const chunk of chunks) {
    for (const read of reader.push(chunk)) {
      if ('malformed' in read) stream.broken ??= read.malformed;
      else take(stream.push(read));
    }
  }
  take(stream.end());
  take(stream.conclude({ event: exchange.uid, decision: exchange.ledger.action }));
  return { text, delivered: deltas(api, events), refused: stream.refused?.rule, broken: stream.broken, events };
}

/** The text that a client puts together from the deltas. */
function deltas(api: StreamApi, events: readonly JsonObject[]): string {
  let out = '';
  for (const event of events) {
    const at = (path: string): unknown =>
      path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], event);
    const piece =
      api === 'chat'
        ? at('choices.0.delta.content')
        : api === 'completions'
          ? at('choices.0.text')
          : api === 'responses'
            ? event['type'] === 'response.output_text.delta'
              ? event['delta']
              : ''
            : at('delta.text');
    if (typeof piece === 'string') out += piece;
  }
  return out;
}

const SHARED = testGuards({ canaries: [CANARY] });
const POLICY = testPolicy();
const MASK_ALL: RuleSource[] = [
  {
    id: 'mask-mail',
    on: ['response'],
    when: "findings.exists(f, f.category == 'personal_data')",
    mask: "f.category == 'personal_data'",
    why: 'Test.',
    tests: [{ given: { findings: [{ category: 'personal_data' }] }, expect: 'mask' }],
  },
];

/** The text cut in three at every pair of places, and character by character. */
function* splits(text: string, step: number): Generator<string[]> {
  yield [...text];
  yield [text];
  for (let i = 1; i < text.length; i += step)
    for (let j = i + 1; j <= text.length; j += step) yield [text.slice(0, i), text.slice(i, j), text.slice(j)].filter((t) => t !== '');
}

const FORMS: Record<string, string> = {
  raw: CANARY,
  fullwidth: [...CANARY].map((c) => (/[!-~]/.test(c) ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c)).join(''),
  'zero-width': [...CANARY].join('\u200b'),
  'json-escaped': [...CANARY].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
};

for (const api of APIS) {
  test(`${api}: a forbidden value is never delivered, in any form, at any split`, () => {
    for (const [form, value] of Object.entries(FORMS)) {
      for (const parts of splits(`It says ${value} there.`, value.length > 40 ? 7 : 3)) {
        const out = deliver(api, [Buffer.from(upstreamText(api, { deltas: parts, text: parts.join('') }))]);
        assert.equal(out.refused, 'system-prompt-leak', `${form}: ${JSON.stringify(parts)}`);
        assert.ok(!out.text.includes(value.slice(0, 6)) || !`It says `.includes(value.slice(0, 6)), form);
        assert.ok('It says '.startsWith(out.delivered), `${form}: delivered ${JSON.stringify(out.delivered)}`);
      }
    }
  });

  test(`${api}: personal data is masked the same at every split, and the rest is untouched`, () => {
    const text = 'Write to bob@example.com or call, card 4111 1111 1111 1111, bye.';
    for (const parts of splits(text, 5)) {
      const out = deliver(api, [Buffer.from(upstreamText(api, { deltas: parts, text }))], { rules: MASK_ALL });
      assert.equal(out.delivered, 'Write to [EMAIL_ADDRESS] or call, card [CREDIT_CARD], bye.', JSON.stringify(parts));
      assert.ok(!out.text.includes('bob@example.com') && !out.text.includes('4111 1111'));
    }
  });

  test(`${api}: clean text comes out as it went in, chunked anywhere`, () => {
    const bytes = Buffer.from(upstreamText(api, { text: 'Grüße, 你好 👋🏽 and "quotes" \\ back, a@ b, 12 34.' }));
    for (let cut = 1; cut < bytes.length; cut += 37) {
      const out = deliver(api, [bytes.subarray(0, cut), bytes.subarray(cut)]);
      assert.equal(out.delivered, 'Grüße, 你好 👋🏽 and "quotes" \\ back, a@ b, 12 34.');
      assert.equal(out.broken, undefined);
    }
  });

  test(`${api}: masked values are restored in text, at every split, and never inside a link`, () => {
    const mask = testExchange(api, BODY[api], { guards: undefined, policy: POLICY }).placeholders.mask('EMAIL_ADDRESS', 'ann@example.org');
    const text = `Dear ${mask}, see [x](https://evil.example/?q=${mask}).`;
    for (const parts of splits(text, 9)) {
      const out = deliver(api, [Buffer.from(upstreamText(api, { deltas: parts, text }))], {
        masks: [['EMAIL_ADDRESS', 'ann@example.org']],
      });
      assert.ok(out.delivered.startsWith('Dear ann@example.org, see '), out.delivered);
      assert.equal(out.text.split('ann@example.org').length - 1 - repeats(api, out, 'ann@example.org'), 1);
    }
  });

  test(`${api}: buffer mode refuses before a byte of text, passthrough delivers and says so`, () => {
    const bytes = Buffer.from(upstreamText(api, { text: `It says ${CANARY} there.` }));
    const buffered = deliver(api, [bytes], { mode: 'buffer' });
    assert.equal(buffered.refused, 'system-prompt-leak');
    assert.equal(buffered.delivered, '');
    const passed = deliver(api, [bytes], { mode: 'passthrough' });
    assert.equal(passed.delivered, `It says ${CANARY} there.`);
  });

  test(`${api}: a stream that breaks off, or sends what is no event, is never ended as if it were complete`, () => {
    const bytes = Buffer.from(upstreamText(api, { text: 'one two three four' }));
    const cut = deliver(api, [bytes.subarray(0, bytes.length - 60)]);
    assert.notEqual(cut.broken, undefined);
    const garbage = deliver(api, [Buffer.concat([bytes.subarray(0, 200), Buffer.from('data: {not json}\n\n')])]);
    assert.notEqual(garbage.broken, undefined);
  });
}

/** The arguments of the first tool call that a client puts together from the deltas. */
function argumentsOf(api: StreamApi, events: readonly JsonObject[]): string {
  let out = '';
  for (const event of events) {
    const text = JSON.stringify(event);
    const piece = (
      api === 'messages'
        ? /"partial_json":("(?:[^"\\]|\\.)*")/
        : api === 'chat'
          ? /"arguments":("(?:[^"\\]|\\.)*")/
          : /arguments\.delta".*"delta":("(?:[^"\\]|\\.)*")/
    ).exec(text)?.[1];
    if (piece !== undefined) out += JSON.parse(piece) as string;
  }
  return out;
}

/** How often the final repeats of an API (responses' done events) say a value again. */
function repeats(api: StreamApi, out: Out, value: string): number {
  if (api !== 'responses') return 0;
  return out.events
    .filter((event) => event['type'] !== 'response.output_text.delta')
    .reduce((sum, event) => sum + JSON.stringify(event).split(value).length - 1, 0);
}

const TOOL_CALL: Said = { text: 'Looking.', toolCalls: [{ name: 'delete_file', arguments: '{"path":"/etc/passwd"}' }] };
const NO_DELETE: RuleSource[] = [
  {
    id: 'no-delete',
    on: ['tool_call'],
    when: "tool.effect == 'destructive' && args.path.startsWith('/etc')",
    then: 'deny',
    why: 'System files are not deleted.',
    tests: [{ given: { tool: { name: 'delete_file', effect: 'destructive' }, args: { path: '/etc/x' } }, expect: 'deny' }],
  },
];

/** The text cut into chunks at every place in turn, and after each character. */
function* chunks(text: string, step: number): Generator<Buffer[]> {
  yield [...text].map((one) => Buffer.from(one));
  for (let at = 1; at < text.length; at += step) yield [Buffer.from(text.slice(0, at)), Buffer.from(text.slice(at))];
}

/** A call of the messages API whose arguments come whole with the start of its block, with no delta. */
function wholeCall(name: string, input: JsonObject, more: readonly JsonObject[] = []): string {
  const start = { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 'tu_1', name, input } };
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const events: JsonObject[] = [
    { type: 'message_start', message },
    start,
    ...more,
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 5 } },
    { type: 'message_stop' },
  ];
  return events.map((data) => formatSse({ event: 'event', data })).join('');
}

const NO_SYSTEM_FILES = NO_DELETE.map((rule) => ({ ...rule, when: "has(args.path) && args.path.startsWith('/etc')" }));

test('messages: arguments that come whole with their call are judged like those in deltas, at every split', () => {
  for (const parts of chunks(wholeCall('delete_file', { path: '/etc/passwd' }), 11)) {
    const out = deliver('messages', parts, { rules: NO_SYSTEM_FILES });
    assert.equal(out.refused, 'no-delete');
    assert.ok(!out.text.includes('passwd'));
  }
  const given = { path: '/tmp/a', deep: { list: [1, 'zwei'] } };
  for (const parts of chunks(wholeCall('delete_file', given), 11)) {
    const out = deliver('messages', parts, { rules: NO_SYSTEM_FILES });
    assert.equal(out.refused, undefined);
    assert.deepEqual(JSON.parse(argumentsOf('messages', out.events)), given);
  }
});

test('messages: arguments in the start and in deltas too are no arguments', () => {
  const delta = { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"path":"/etc/passwd"}' } };
  const out = deliver('messages', [Buffer.from(wholeCall('delete_file', { path: '/tmp/a' }, [delta]))], { rules: NO_SYSTEM_FILES });
  // What is no JSON is judged as such and stays none: a client that took one half for the whole would act on what nobody judged.
  assert.equal(argumentsOf('messages', out.events), '{"path":"/tmp/a"}{"path":"/etc/passwd"}');
});

for (const api of ['chat', 'responses', 'messages'] as const) {
  test(`${api}: a refused tool call is never seen by the client, whatever the split of its arguments`, () => {
    const json = '{"path":"/etc/passwd"}';
    for (const pieces of splits(json, 3)) {
      const out = deliver(
        api,
        [Buffer.from(upstreamText(api, { ...TOOL_CALL, toolCalls: [{ name: 'delete_file', arguments: json, deltas: pieces }] }))],
        { rules: NO_DELETE },
      );
      assert.equal(out.refused, 'no-delete');
      assert.ok('Looking.'.startsWith(out.delivered), out.delivered);
      assert.ok(!out.text.includes('delete_file') && !out.text.includes('passwd'));
    }
  });

  test(`${api}: an allowed tool call arrives whole, with values restored only for a tool that reads`, () => {
    const mask = testExchange(api, BODY[api], { guards: undefined, policy: POLICY }).placeholders.mask('EMAIL_ADDRESS', 'ann@example.org');
    const json = JSON.stringify({ q: `from ${mask}` });
    for (const [name, expected] of [
      ['search_mail', 'ann@example.org'],
      ['send_mail', mask],
    ] as const) {
      for (const pieces of splits(json, 6)) {
        const out = deliver(api, [Buffer.from(upstreamText(api, { text: '', toolCalls: [{ name, arguments: json, deltas: pieces }] }))], {
          masks: [['EMAIL_ADDRESS', 'ann@example.org']],
        });
        assert.equal(out.refused, undefined);
        assert.equal(argumentsOf(api, out.events), JSON.stringify({ q: `from ${expected}` }), name);
        if (name === 'send_mail') assert.ok(!out.text.includes('ann@example.org'));
      }
    }
  });
}
