import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from '../message/index.ts';
import { createRouter, type Routable } from './routing.ts';

const provider = (name: string, more: Partial<Routable> = {}): Routable => ({
  name,
  kind: 'openai',
  azure: undefined,
  endpoints: new Set<Api>(['chat', 'embeddings']),
  models: [],
  anyModel: false,
  alias: new Map(),
  priority: 0,
  weight: 1,
  ...more,
});

const MODELS = [{ id: 'gpt-4o' }, { id: 'claude-x' }, { id: 'practice/echo' }];
const router = (providers: Routable[], random: () => number = () => 0.5, practice = true) =>
  createRouter(providers, { random, practice, known: () => MODELS });
const names = (routed: ReturnType<ReturnType<typeof router>['route']>): string[] =>
  routed.ok ? routed.targets.map(({ provider: name, model }) => `${name}:${model}`) : [routed.reason];

test('a pattern, a prefix and an alias lead to a provider', () => {
  const { route } = router([
    provider('openai', { models: ['gpt-*'], alias: new Map([['fast', 'gpt-4o-mini']]) }),
    provider('claude', { kind: 'anthropic', models: ['claude-*'], endpoints: new Set<Api>(['messages']) }),
  ]);
  assert.deepEqual(names(route('gpt-4o', 'chat')), ['openai:gpt-4o']);
  assert.deepEqual(names(route('openai/gpt-4o', 'chat')), ['openai:gpt-4o']);
  assert.deepEqual(names(route('fast', 'chat')), ['openai:gpt-4o-mini']);
  assert.deepEqual(names(route('openai/fast', 'chat')), ['openai:gpt-4o-mini']);
  assert.deepEqual(names(route('openai/claude-x', 'chat')), ['unknown_model'], 'the prefix does not widen what a provider serves');
  assert.deepEqual(names(route('claude-x', 'messages')), ['claude:claude-x']);
});

test('a refusal says what would work', () => {
  const { route } = router([
    provider('openai', { models: ['gpt-*'] }),
    provider('claude', { kind: 'anthropic', models: ['claude-*'], endpoints: new Set<Api>(['messages', 'count_tokens']) }),
  ]);
  assert.deepEqual(route('gpt-4o', 'messages'), { ok: false, reason: 'wrong_endpoint', known: ['chat', 'embeddings'] });
  assert.deepEqual(route('nope', 'chat'), { ok: false, reason: 'unknown_model', known: ['gpt-4o', 'practice/echo'] });
  assert.deepEqual(route('nope', 'messages'), { ok: false, reason: 'unknown_model', known: ['claude-x', 'practice/echo'] });
  assert.deepEqual(names(route('x'.repeat(100_000), 'chat')), ['unknown_model']);
  for (const odd of ['', '/', '//', 'openai/', '__proto__', 'constructor', 'practice/', 'practice/none']) {
    assert.deepEqual(names(route(odd, 'chat')), ['unknown_model'], odd);
  }
});

test('the practice provider is always there, unless it is switched off', () => {
  assert.deepEqual(names(router([]).route('practice/echo', 'responses')), ['practice:echo']);
  assert.deepEqual(names(router([], Math.random, false).route('practice/echo', 'chat')), ['unknown_model']);
});

test('a name goes to nobody who was not chosen for it', () => {
  const groq = provider('groq', { anyModel: true });
  const together = provider('together', { anyModel: true });
  const openai = provider('openai', { models: ['gpt-*'] });
  assert.deepEqual(names(router([openai, groq]).route('llama-4', 'chat')), ['groq:llama-4'], 'the only one that serves any model');
  assert.deepEqual(names(router([openai, groq]).route('gpt-4o', 'chat')), ['openai:gpt-4o'], 'not as a fallback for a named model');
  assert.deepEqual(names(router([openai, groq, together]).route('llama-4', 'chat')), ['unknown_model'], 'two of that sort: must be chosen');
  assert.deepEqual(names(router([openai, groq, together]).route('together/vendor/llama-4', 'chat')), ['together:vendor/llama-4']);
  const written = provider('own', { models: ['*'] });
  assert.deepEqual(names(router([groq, written]).route('llama-4', 'chat')), ['own:llama-4'], 'a star that was written down is a choice');
});

test('lower priority first, then weighted at random, weightless last', () => {
  let next = 0;
  const draws = [0.1, 0.9];
  const { route } = router(
    [
      provider('late', { models: ['m'], priority: 5 }),
      provider('small', { models: ['m'], weight: 1 }),
      provider('reserve', { models: ['m'], weight: 0 }),
      provider('big', { models: ['m'], weight: 3 }),
    ],
    () => draws[next++ % 2] as number,
  );
  assert.deepEqual(names(route('m', 'chat')), ['small:m', 'big:m', 'reserve:m', 'late:m']);
  const count = { small: 0, big: 0 };
  let state = 1;
  const seeded = router(
    [provider('small', { models: ['m'], weight: 1 }), provider('big', { models: ['m'], weight: 3 })],
    () => (state = (state * 48271) % 2147483647) / 2147483647,
  );
  for (let i = 0; i < 4000; i++) {
    const routed = seeded.route('m', 'chat');
    if (routed.ok) count[routed.targets[0]?.provider as 'small' | 'big']++;
  }
  assert.ok(Math.abs(count.big / 4000 - 0.75) < 0.03, JSON.stringify(count));
});

test('what does not change is not made anew, and the memory of names is bounded', () => {
  const { route } = router([provider('a', { models: ['m*'] })]);
  const first = route('m1', 'chat');
  assert.equal(route('m1', 'chat'), first);
  for (let i = 0; i < 5000; i++) route(`m${i}`, 'chat');
  assert.notEqual(route('m1', 'chat'), first, 'it was forgotten');
});
