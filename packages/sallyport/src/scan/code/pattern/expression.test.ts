import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSources, shippedChecks } from '../check_store.ts';
import { expression, withNative, type ConditionSource } from './expression.ts';

const ASKED = ['regex', 'notRegex', 'written'] as const;

const conditions = shippedChecks().checks.flatMap(({ match, taint }) => [
  ...(match?.where ?? []),
  ...(taint?.where ?? []),
]) as ConditionSource[];

test('both engines answer alike for what stands in the cases of all checks', () => {
  const texts = new Set<string>(['', '\v', '\u00a0', '\u2028password', 'PaSSword', 'a\nb', '"']);
  for (const { cases } of checkSources().checks) {
    for (const code of Object.values(cases).flatMap(({ hits }) => hits)) {
      for (const text of code.match(/[\w.]+|"[^"\n]*"|'[^'\n]*'/g) ?? []) if (text.length < 80) texts.add(text);
    }
  }
  let asked = 0;
  for (const condition of conditions) {
    for (const name of ASKED) {
      const native = condition.native?.[name];
      if (native === undefined) continue;
      const quick = expression(condition[name], native);
      const linear = expression(condition[name]);
      for (const text of texts) {
        assert.equal(quick?.(text), linear?.(text), `${condition[name]} and ${native.join('/')} on ${JSON.stringify(text)}`);
      }
      asked++;
    }
  }
  assert.ok(asked > 80);
});

test('an expression that a text can make exponential, and what only RE2 reads, keep to the linear engine', () => {
  const native = (regex: string): unknown => withNative({ metavariable: '$X', regex }).native?.regex;
  assert.equal(native('(a+)+$'), undefined);
  assert.equal(native('(a|a)*b'), undefined);
  assert.equal(native('a(?i)b'), undefined);
  assert.equal(native('\\pL'), undefined);
  assert.deepEqual(native('(?i)a.\\s[^\\s.]'), ['a[^\\n][\\t\\n\\f\\r ][^\\t\\n\\f\\r .]', 'i']);
});

test('a long text goes to the linear engine', () => {
  const found = expression('b$', ['never', '']);
  assert.equal(found?.('b'), false);
  assert.equal(found?.(`${'a'.repeat(200)}b`), true);
});
