import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesGlob } from './glob.ts';

test('a star stands for any characters, everything else for itself', () => {
  const cases: [pattern: string, text: string, expected: boolean][] = [
    ['gpt-*', 'gpt-4o', true],
    ['gpt-*', 'gpt-', true],
    ['gpt-*', 'xgpt-4', false],
    ['gpt-4', 'gpt-4', true],
    ['gpt-4', 'gpt-4o', false],
    ['*', '', true],
    ['*-mini', 'gpt-4o-mini', true],
    ['a*a', 'a', false],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxcyyb', false],
    ['a**c', 'ac', true],
    ['accounts/*/models/*', 'accounts/x/models/y', true],
    ['GPT-*', 'gpt-4', false],
    ['gpt.4*', 'gptx4', false],
    ['*b*b', 'ab', false],
  ];
  for (const [pattern, text, expected] of cases) assert.equal(matchesGlob(pattern, text), expected, `${pattern} ${text}`);
});

test('property: agrees with the regular expression of the same meaning', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
  fc.assert(
    fc.property(piece, text, (pattern, subject) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
      assert.equal(matchesGlob(pattern, subject), expression.test(subject));
    }),
  );
});

test('many stars against a long text that almost matches end at once', () => {
  const pattern = `${'*a'.repeat(100)}*b`;
  assert.equal(matchesGlob(pattern, 'a'.repeat(100_000)), false);
});
