import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smoothedLag } from './fairness.ts';
import { costOf, createFairness, createLimiter, createLoops, createPrices, worstOf, type Price } from './index.ts';
import { shippedPrices } from './price.ts';

test('the list that ships is the pinned one, with sane numbers', () => {
  const prices = shippedPrices();
  assert.ok(prices.size > 150);
  for (const [model, { input, output, cached, most, context, maxOutput }] of prices) {
    assert.ok(input > 0 && input < 1_000 && output >= 0 && output < 1_000, model);
    assert.ok(context > 0 && maxOutput >= 0, model);
    assert.ok(most === undefined || (most.input >= input && most.output >= output), model);
    assert.ok(cached === undefined || cached <= input, model);
  }
});

test('a model is found by its name, its dated name and the operator’s pattern first', () => {
  const prices = createPrices([
    { model: 'house-*', input: 1, output: 2 },
    { model: 'gpt-4o', input: 0, output: 0, context: 10, maxOutput: 5 },
  ]);
  assert.equal(prices.find('gpt-5-2030-01-31')?.input, prices.find('gpt-5')?.input);
  assert.equal(prices.find('openai/gpt-5')?.output, 10);
  assert.deepEqual(prices.find('gpt-4o'), { input: 0, output: 0, context: 10, maxOutput: 5 });
  assert.equal(prices.find('house-7b')?.output, 2);
  assert.equal(prices.find('gpt-5-'), undefined);
  assert.equal(prices.find('nobody-knows'), undefined);
});

test('cost: cached input is cheaper, long contexts and dear tiers are dearer, fractions are rounded up', () => {
  const price: Price = { input: 2, output: 10, cached: 0.5, most: { input: 4, output: 15 }, context: 1_000_000, maxOutput: 1_000 };
  assert.equal(costOf(price, { input: 1_000, output: 100 }, false), 3_000);
  assert.equal(costOf(price, { input: 1_000, output: 100, cached: 400 }, false), 1_200 + 200 + 1_000);
  assert.equal(costOf(price, { input: 1_000, output: 100, cached: 400 }, true), 4_000 + 1_500);
  assert.equal(costOf(price, { input: 1_000, output: 0, written: 500 }, false), 1_000 + 2_000);
  assert.equal(costOf(price, { input: 300_000, output: 0 }, false), 1_200_000);
  assert.equal(costOf({ ...price, input: 0.1 }, { input: 1, output: 0 }, false), 1);
  assert.equal(worstOf(price, { input: 10_000_000, output: 100, choices: 3 }), 4_000_000 + 4_500, 'no more input than the context');
});

test('tokens of a minute: all or none, and what was not used comes back once', () => {
  const limiter = createLimiter();
  const T0 = 1_760_000_000_000;
  const first = limiter.takeTokens('k', 1_000, 800, T0);
  assert.equal(first.ok, true);
  const second = limiter.takeTokens('k', 1_000, 300, T0);
  assert.deepEqual(second, { ok: false, remaining: 200, retryAfterSeconds: 6 });
  if (first.ok) first.giveBack(700);
  if (first.ok) first.giveBack(700);
  assert.equal(limiter.takeTokens('k', 1_000, 900, T0).ok, true);
  assert.equal(limiter.takeTokens('k', 1_000, 1, T0).ok, false);
  assert.equal(limiter.takeTokens('k', 1_000, 500, T0 + 30_000).ok, true, 'half a minute later half of them are back');
  assert.equal(limiter.takeTokens('big', 1_000, 1_001, T0).ok, false, 'more than a minute has is never there');
});

test('a loop is the same call too often within a minute', () => {
  const loops = createLoops();
  const call = (now: number, hash = 'h'): boolean => loops.looping('key', hash, 3, now);
  assert.deepEqual([call(0), call(1), call(2), call(3)], [false, false, false, true]);
  assert.equal(call(4, 'other'), false);
  assert.equal(call(60_001), false, 'a minute later it begins anew');
  assert.equal(loops.looping('key', 'h', 0, 5), false, 'no bound');
});

test('a process that is behind refuses who uses more than a fair share of it', () => {
  let lag = 0;
  const fairness = createFairness(() => lag);
  fairness.spent('greedy', 900, 1_000);
  fairness.spent('modest', 20, 1_000);
  assert.deepEqual([fairness.refuses('greedy', 1_000), fairness.refuses('modest', 1_000)], [false, false], 'it keeps up');
  lag = 400;
  assert.deepEqual([fairness.refuses('greedy', 1_000), fairness.refuses('modest', 1_000)], [true, false]);
  assert.equal(fairness.refuses('newcomer', 1_000), false);
  assert.equal(fairness.refuses('greedy', 60_000), false, 'nobody else is there');
  lag = 3_000;
  assert.deepEqual(
    [fairness.refuses('greedy', 60_000), fairness.refuses('newcomer', 60_000)],
    [true, true],
    'the process itself cannot go on',
  );
  fairness.close();
});

test('one long pause is no overload, several in a row are, and it passes when there are none', () => {
  const after = (...samples: number[]): number => samples.reduce(smoothedLag, 0);
  assert.ok(after(60_000) < 2_000, `${after(60_000)} ms`);
  assert.ok(after(4_000, 4_000, 4_000) >= 2_000);
  assert.ok(after(4_000, 4_000, 4_000, ...Array.from({ length: 60 }, () => 0)) < 500);
  // A queue that stays half a second long is known for what it is.
  const steady = after(...Array.from({ length: 200 }, () => 500));
  assert.ok(Math.abs(steady - 500) < 1, `${steady} ms`);
});
