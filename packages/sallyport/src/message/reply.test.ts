import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonObject } from '../kernel/index.ts';
import { errorBody, readError, readReply, reconcile, refusalBody, refusedReply, type Api, type Part, type ReadReply } from './index.ts';

const row = (part: Part): string => `${part.point} ${part.origin} ${part.role} ${part.where}: ${part.text}`;
const rows = (reply: ReadReply): string[] => reply.parts.map(row);

const token = (text: string, others: readonly string[] = []): JsonObject => ({
  token: text,
  logprob: -0.1,
  bytes: [...Buffer.from(text)],
  top_logprobs: [text, ...others].map((each) => ({ token: each, logprob: -0.1, bytes: [...Buffer.from(each)] })),
});

const chat = (): JsonObject => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'gpt',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'my card', refusal: null, reasoning_content: 'hm' },
      logprobs: { content: [token('my'), token(' card', [' key'])], refusal: null },
      finish_reason: 'stop',
    },
    {
      index: 1,
      message: {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'pay', arguments: '{"to":"x"}' } }],
      },
      finish_reason: 'tool_calls',
    },
  ],
  usage: {
    prompt_tokens: 3,
    completion_tokens: 4,
    total_tokens: 7,
    prompt_tokens_details: { cached_tokens: 2 },
    completion_tokens_details: { reasoning_tokens: 1 },
  },
});

test('chat: all choices, reasoning, alternatives of log-probabilities, calls, usage', () => {
  const reply = readReply('chat', chat());
  assert.deepEqual(rows(reply), [
    'response assistant assistant choices[0].message.content: my card',
    'response assistant reasoning choices[0].message.reasoning_content: hm',
    'response assistant assistant choices[0].logprobs:  key',
    'tool_call assistant tool_call choices[1].message.tool_calls[0].function.name: pay',
    'tool_call assistant tool_call choices[1].message.tool_calls[0].function.arguments: {"to":"x"}',
  ]);
  assert.deepEqual(
    reply.toolCalls.map((call) => [call.id, call.name, call.arguments, call.input, call.parts, call.provider]),
    [['c1', 'pay', '{"to":"x"}', { to: 'x' }, [3, 4], false]],
  );
  assert.deepEqual(
    [reply.id, reply.model, reply.usage, reply.finish],
    ['chatcmpl-1', 'gpt', { input: 3, output: 4, cachedInput: 2, reasoning: 1 }, ['stop', 'tool_calls']],
  );
});

test('log-probabilities go when the text they spell is masked, or when they spell another', () => {
  const body = chat();
  const reply = readReply('chat', body);
  reply.parts[0]?.set('my <CARD>');
  reconcile(body);
  assert.ok(!JSON.stringify(body).includes(' card'));
  for (const change of [
    (entry: JsonObject) => (entry['token'] = 'xx'),
    (entry: JsonObject) => (entry['bytes'] = [52, 49]),
    (entry: JsonObject) => (entry['note'] = 'hidden'),
  ]) {
    const other = chat();
    const choice = (other['choices'] as JsonObject[])[0] ?? {};
    change(((choice['logprobs'] as JsonObject)['content'] as JsonObject[])[0] ?? {});
    readReply('chat', other);
    assert.equal(choice['logprobs'], null);
  }
  const masked = chat();
  readReply('chat', masked)
    .parts.find((part) => part.text === ' key')
    ?.set('<KEY>');
  assert.equal((masked['choices'] as JsonObject[])[0]?.['logprobs'], null);
});

test('log-probabilities of completions and of the responses API', () => {
  const legacy: JsonObject = {
    id: 'c',
    object: 'text_completion',
    model: 'm',
    choices: [
      {
        index: 0,
        text: 'ab',
        logprobs: { tokens: ['a', 'b'], token_logprobs: [null, -1], text_offset: [0, 1], top_logprobs: [null, { c: -2 }] },
        finish_reason: 'stop',
      },
    ],
  };
  assert.deepEqual(rows(readReply('completions', structuredClone(legacy))), [
    'response assistant assistant choices[0].text: ab',
    'response assistant assistant choices[0].logprobs: c',
  ]);
  const choice = (legacy['choices'] as JsonObject[])[0] ?? {};
  choice['text'] = 'xy';
  readReply('completions', legacy);
  assert.equal(choice['logprobs'], null);
  const part: JsonObject = { type: 'output_text', text: 'ab', annotations: [], logprobs: [token('a'), token('b')] };
  const body: JsonObject = {
    id: 'r',
    object: 'response',
    status: 'completed',
    output: [{ type: 'message', id: 'm', role: 'assistant', content: [part] }],
  };
  readReply('responses', body).parts[0]?.set('**');
  reconcile(body);
  assert.deepEqual(part['logprobs'], []);
});

test('messages: calls with objects, server tools, citations', () => {
  const body: JsonObject = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [
      {
        type: 'text',
        text: 'hi',
        citations: [
          { type: 'char_location', cited_text: 'cited', document_title: 'T', document_index: 0, start_char_index: 0, end_char_index: 1 },
        ],
      },
      { type: 'tool_use', id: 'tu', name: 'pay', input: { to: 'x', deep: { note: 'n' } } },
      { type: 'server_tool_use', id: 'st', name: 'web_search', input: { query: 'q' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'st',
        content: [{ type: 'web_search_result', url: 'https://a.example', title: 'A', encrypted_content: 'QUJD' }],
      },
    ],
    stop_reason: 'tool_use',
    usage: { input_tokens: 1, output_tokens: 2 },
  };
  const reply = readReply('messages', body);
  assert.deepEqual(rows(reply), [
    'response assistant assistant content[0].text: hi',
    'response retrieved annotation content[0].citations[0].cited_text: cited',
    'response retrieved annotation content[0].citations[0].document_title: T',
    'tool_call assistant tool_call content[1].name: pay',
    'tool_call assistant tool_call content[1].input.to: x',
    'tool_call assistant tool_call content[1].input.deep.note: n',
    'tool_call assistant tool_call content[1].input{keys}: to\ndeep\nnote',
    'tool_call assistant tool_call content[2].name: web_search',
    'tool_call assistant tool_call content[2].input.query: q',
    'tool_call assistant tool_call content[2].input{keys}: query',
    'response retrieved document content[3].content[0].url: https://a.example',
    'response retrieved document content[3].content[0].title: A',
  ]);
  assert.deepEqual(
    reply.toolCalls.map((call) => [call.name, call.arguments, call.provider]),
    [
      ['pay', '{"to":"x","deep":{"note":"n"}}', false],
      ['web_search', '{"query":"q"}', true],
    ],
  );
  reply.parts.find((part) => part.text === 'x')?.set('<NAME>');
  assert.deepEqual(reply.toolCalls[0]?.input, { to: '<NAME>', deep: { note: 'n' } });
});

test('responses: the echo of the request is told from what the model says', () => {
  const body: JsonObject = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'm',
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    instructions: 'be kind',
    metadata: { team: 'blue' },
    tools: [{ type: 'function', name: 'f', parameters: {} }],
    output: [
      { type: 'reasoning', id: 'rs', summary: [{ type: 'summary_text', text: 'thought' }] },
      { type: 'function_call', id: 'fc', call_id: 'c1', name: 'f', arguments: '{"a":1,"a":2}' },
      { type: 'mcp_call', id: 'mc', name: 'g', server_label: 's', arguments: '{}', output: 'answer' },
    ],
  };
  const reply = readReply('responses', body);
  assert.deepEqual(rows(reply), [
    'response assistant reasoning output[0].summary[0].text: thought',
    'tool_call assistant tool_call output[1].name: f',
    'tool_call assistant tool_call output[1].arguments: {"a":1,"a":2}',
    'tool_call assistant tool_call output[2].name: g',
    'tool_call assistant tool_call output[2].server_label: s',
    'tool_call assistant tool_call output[2].arguments: {}',
    'response tool tool output[2].output: answer',
    'response system echo instructions: be kind',
    'response user echo metadata.team: blue',
    'response user echo metadata{keys}: team',
    'response unknown parameter incomplete_details.reason: max_output_tokens',
    'response unknown tool_definition tools[0]{keys}: f',
  ]);
  // Two readers may take another of two equal keys: such arguments are no object.
  assert.deepEqual(
    reply.toolCalls.map((call) => [call.name, call.input, call.provider]),
    [
      ['f', undefined, false],
      ['g', {}, true],
    ],
  );
  assert.deepEqual(reply.finish, ['max_output_tokens']);
});

test('replies that are not what they should be are read all the same', () => {
  for (const api of [
    'chat',
    'completions',
    'responses',
    'messages',
    'embeddings',
    'moderations',
    'count_tokens',
  ] as const satisfies readonly Api[]) {
    for (const odd of ['a secret text', ['a secret text'], { x: 'a secret text' }, [[{ 'a secret text': 1 }]]]) {
      for (const place of ['choices', 'output', 'content', 'data', 'usage', 'id', 'error', 'novel']) {
        const reply = readReply(api, { [place]: structuredClone(odd) });
        assert.ok(
          reply.parts.some((part) => part.text.includes('a secret text')),
          `${api} ${place} ${JSON.stringify(odd)}`,
        );
      }
    }
  }
  let deep: JsonObject = {};
  for (let i = 0; i < 1000; i++) deep = { content: deep };
  assert.ok(readReply('chat', { choices: [{ message: deep }] }).malformed !== undefined);
});

test('an embedding of numbers costs no parts, and one in base64 neither', () => {
  const reply = readReply('embeddings', {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.1, 12345678] }, { embedding: 'AAAA' }, { embedding: 'a text' }],
    model: 'm',
  });
  assert.deepEqual(rows(reply), ['response unknown parameter data[2].embedding: a text']);
});

test('error bodies are read', () => {
  const parts = readError('chat', { error: { message: 'your key sk-1 is wrong', type: 'invalid_request_error', code: 'bad key' } });
  assert.deepEqual(parts.map(row), [
    'response unknown error error.message: your key sk-1 is wrong',
    'response unknown error error.code: bad key',
  ]);
});

test('refusals and errors in the shape of the client', () => {
  const refusal = { event: 'evt_1', rule: 'injected', why: 'It steers the model.' };
  assert.deepEqual(refusalBody('chat', { ...refusal, message: 'Refused.' }), {
    error: { message: 'Refused.', type: 'permission_error', param: null, code: 'blocked_by_policy' },
    sallyport: refusal,
  });
  assert.deepEqual(refusalBody('messages', { ...refusal, message: 'Refused.' }), {
    type: 'error',
    error: { type: 'permission_error', message: 'Refused.', code: 'blocked_by_policy' },
    sallyport: refusal,
  });
  assert.deepEqual(errorBody('responses', { status: 404, code: 'model_not_found', message: 'No.', param: 'model' }), {
    error: { message: 'No.', type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
  });
  assert.deepEqual(errorBody('count_tokens', { status: 529, code: 'busy', message: 'No.', event: 'evt_1' }), {
    type: 'error',
    error: { type: 'overloaded_error', message: 'No.', code: 'busy' },
    sallyport: { event: 'evt_1' },
  });
  const frame = { id: 'x', model: 'm', created: 1 };
  for (const [api, finish] of [
    ['chat', 'content_filter'],
    ['completions', 'content_filter'],
    ['responses', 'content_filter'],
    ['messages', 'refusal'],
  ] as const) {
    const body = refusedReply(api, refusal, frame);
    assert.deepEqual(readReply(api, structuredClone(body)).finish, [finish]);
    assert.deepEqual(body['sallyport'], refusal);
  }
});

test('any text anywhere in a reply is in a part, and parts write where they read', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((inner) => `§ ${inner}`);
  const words =
    'choices message content text output tool_calls function arguments input name logprobs tokens error usage data type id url annotations refusal novel reasoning summary results';
  const types =
    'message output_text tool_use text function_call reasoning mcp_call file_search_call image_generation_call web_search_tool_result novel';
  const json = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      text,
      fc.constantFrom(0, null, ...types.split(' ')),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(fc.constantFrom(...words.split(' ')), text), tie('value'), { maxKeys: 5 }),
    ),
  })).value;
  const api = fc.constantFrom<Api>('chat', 'completions', 'responses', 'messages', 'embeddings', 'moderations');
  fc.assert(
    fc.property(api, fc.dictionary(fc.constantFrom(...words.split(' ')), json, { maxKeys: 5 }), (which, given) => {
      const body = JSON.parse(JSON.stringify(given)) as JsonObject;
      const reply = readReply(which, body);
      if (reply.malformed !== undefined) return;
      const seen = reply.parts.map((part) => part.text).join('\u0000');
      for (const leaf of JSON.stringify(body).match(/§ [^"\\]*/g) ?? []) assert.ok(seen.includes(leaf), leaf);
      for (const call of reply.toolCalls) assert.equal(typeof call.arguments, 'string');
      for (const part of reply.parts) part.set(part.text.replaceAll('§', '*'));
      assert.ok(!JSON.stringify(body).includes('§'));
    }),
    { numRuns: 3000 },
  );
});
