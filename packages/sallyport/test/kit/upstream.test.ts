import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { startUpstream, type Reply } from './upstream.ts';

// What tests of other modules lean on is tried with the real SDKs first.
const upstream = await startUpstream();
after(() => upstream.close());
const openai = new OpenAI({ apiKey: 'k', baseURL: `${upstream.url}/v1`, maxRetries: 0 });
const anthropic = new Anthropic({ apiKey: 'k', baseURL: upstream.url, maxRetries: 0 });
const messages = [{ role: 'user' as const, content: 'hi' }];
const calls: Reply = { toolCalls: [{ name: 'get', arguments: '{"city":"Rome","n":[1,2]}' }] };

test('chat', async () => {
  upstream.script({ text: 'a b c', choices: ['second one'], reasoning: 'hm', logprobs: true, usage: { input: 3, output: 4 } });
  const whole = await openai.chat.completions.create({ model: 'm', messages });
  assert.deepEqual(whole.choices.map(({ message }) => message.content), ['a b c', 'second one']); // prettier-ignore
  const streamed = await openai.chat.completions
    .stream({ model: 'm', messages, stream_options: { include_usage: true } })
    .finalChatCompletion();
  assert.deepEqual(streamed.choices.map(({ message }) => message.content), ['a b c', 'second one']); // prettier-ignore
  assert.equal(streamed.usage?.total_tokens, 7);
  upstream.script(calls);
  const called = await openai.chat.completions.stream({ model: 'm', messages }).finalChatCompletion();
  const [call] = called.choices[0]?.message.tool_calls ?? [];
  assert.ok(call?.type === 'function' && call.function.arguments === '{"city":"Rome","n":[1,2]}');
  upstream.script({ refusal: 'I will not.' });
  assert.equal(
    (await openai.chat.completions.stream({ model: 'm', messages }).finalChatCompletion()).choices[0]?.message.refusal,
    'I will not.',
  );
});

test('responses', async () => {
  upstream.script({ text: 'a b c', reasoning: 'hm hm' });
  assert.equal((await openai.responses.create({ model: 'm', input: 'hi' })).output_text, 'a b c');
  const streamed = await openai.responses.stream({ model: 'm', input: 'hi' }).finalResponse();
  assert.deepEqual(streamed.output.map(({ type }) => type), ['reasoning', 'message']); // prettier-ignore
  assert.equal(streamed.output_text, 'a b c');
  upstream.script(calls);
  const [item] = (await openai.responses.stream({ model: 'm', input: 'hi' }).finalResponse()).output;
  assert.ok(item?.type === 'function_call' && item.arguments === '{"city":"Rome","n":[1,2]}');
});

test('messages', async () => {
  upstream.script({ text: 'a b c', reasoning: 'hm' });
  const request = { model: 'm', max_tokens: 10, messages };
  assert.deepEqual((await anthropic.messages.create(request)).content.map(({ type }) => type), ['thinking', 'text']); // prettier-ignore
  assert.equal(await anthropic.messages.stream(request).finalText(), 'a b c');
  upstream.script({ text: 'calling', ...calls });
  const final = await anthropic.messages.stream(request).finalMessage();
  assert.deepEqual(
    [final.stop_reason, final.content[1]?.type === 'tool_use' && final.content[1].input],
    ['tool_use', { city: 'Rome', n: [1, 2] }],
  );
  assert.equal((await anthropic.messages.countTokens({ model: 'm', messages })).input_tokens, 7);
});

test('completions, embeddings, moderations, models', async () => {
  upstream.script({ text: 'a b' });
  let text = '';
  for await (const chunk of await openai.completions.create({ model: 'm', prompt: 'p', stream: true }))
    text += chunk.choices[0]?.text ?? '';
  assert.equal(text, 'a b');
  assert.equal((await openai.completions.create({ model: 'm', prompt: 'p' })).choices[0]?.text, 'a b');
  assert.deepEqual((await openai.embeddings.create({ model: 'm', input: ['x', 'y'] })).data[1]?.embedding, [0.25, -0.5, 0.125, 1]);
  assert.equal((await openai.moderations.create({ input: ['x', 'y'] })).results.length, 2);
  assert.equal((await openai.models.list()).data[0]?.id, 'gpt-upstream');
});

test('a stream cut into pieces of any size is the same stream', async () => {
  for (const split of [1, 2, 3, 7, 64, 1000, [5, 6, 200]]) {
    upstream.script({ text: 'naïve 🌍 text', split });
    const final = await openai.chat.completions.stream({ model: 'm', messages }).finalChatCompletion();
    assert.equal(final.choices[0]?.message.content, 'naïve 🌍 text');
  }
});

test('faults', async () => {
  upstream.script({ status: 429, headers: { 'retry-after': '3' } });
  await assert.rejects(openai.chat.completions.create({ model: 'm', messages }), { status: 429 });
  upstream.script({ text: 'a b c', reset: 2 });
  await assert.rejects(openai.chat.completions.stream({ model: 'm', messages }).finalChatCompletion());
  upstream.script({ text: 'a b c', stopAfter: 2 });
  await assert.rejects(openai.chat.completions.stream({ model: 'm', messages }).finalChatCompletion());
  upstream.script({ sse: ['data: {"broken\n\n'] });
  await assert.rejects(openai.chat.completions.stream({ model: 'm', messages }).finalChatCompletion());
  upstream.script({ raw: ['HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}'] });
  await assert.rejects(openai.chat.completions.create({ model: 'm', messages }));
  upstream.script({ hang: 'head' });
  await assert.rejects(openai.chat.completions.create({ model: 'm', messages }, { timeout: 50 }));
  await upstream.requests[0]?.closed;
  assert.equal(upstream.requests[0]?.aborted, true);
  assert.deepEqual(upstream.requests[0]?.json.messages, messages);
});
