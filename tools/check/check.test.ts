import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeResult, runChecks, type CheckResult } from './check.ts';

test('each check is run once and handed over; one that throws has found a problem', async () => {
  const seen: CheckResult[] = [];
  const checks = [
    { name: 'good', run: async () => [] },
    { name: 'bad', run: async () => ['first', 'second'] },
    { name: 'broken', run: () => Promise.reject(new Error('no such program')) },
  ];
  const results = await runChecks(checks, 2, (result) => seen.push(result));
  assert.deepEqual(results, seen);
  assert.deepEqual(Object.fromEntries(results.map((result) => [result.name, result.problems.length])), { good: 0, bad: 2, broken: 1 });
  assert.match(results.find((result) => result.name === 'broken')?.problems[0] ?? '', /no such program/);
});

test('a passed check is one line, a failed one shows its problems indented', () => {
  assert.equal(describeResult({ name: 'types', problems: [], ms: 7 }), 'ok types (7 ms)');
  assert.equal(describeResult({ name: 'types', problems: ['a\nb'], ms: 7 }), 'not ok types (7 ms)\n  a\n  b');
});
