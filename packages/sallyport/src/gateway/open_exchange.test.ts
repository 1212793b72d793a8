import assert from 'node:assert/strict';
import test from 'node:test';
import { modelAllowed } from './open_exchange.ts';

test('a key reaches the models that its patterns cover, and no others', () => {
  const cases: [string[], string, boolean][] = [
    [[], 'anything', true],
    [['gpt-4o'], 'gpt-4o', true],
    [['gpt-4o'], 'gpt-4o-mini', false],
    [['gpt-*'], 'gpt-4o-mini', true],
    [['gpt-*'], 'openai/gpt-4o', false],
    [['*/gpt-*-mini'], 'openai/gpt-4o-mini', true],
    [['*/gpt-*-mini'], 'openai/gpt-mini', false],
    [['a*a'], 'a', false],
    [['practice/*', 'claude-*'], 'claude-x', true],
    [['*'], '', true],
  ];
  for (const [patterns, model, expected] of cases) assert.equal(modelAllowed(patterns, model), expected, `${patterns.join()} ${model}`);
});

test('a hostile pattern and name cost linear time', () => {
  assert.equal(modelAllowed([`${'*a'.repeat(2_000)}*b`], 'a'.repeat(100_000)), false);
});
