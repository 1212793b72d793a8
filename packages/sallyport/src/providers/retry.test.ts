import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { askedWait, isRetryable, isUnwell, retryWait } from './retry.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

test('reads what a provider asks for', () => {
  assert.equal(askedWait({ 'retry-after': '2' }, NOW), 2000);
  assert.equal(askedWait({ 'retry-after': '1.5' }, NOW), 1500);
  assert.equal(askedWait({ 'retry-after-ms': '120', 'retry-after': '1' }, NOW), 120);
  assert.equal(askedWait({ 'retry-after': 'Thu, 01 Jan 2026 00:00:03 GMT' }, NOW), 3000);
  assert.equal(askedWait({ 'retry-after': 'Thu, 01 Jan 2020 00:00:03 GMT' }, NOW), 0);
  for (const odd of ['', 'soon', '-1', '1e9', '999999999999', ['1', '2']]) assert.equal(askedWait({ 'retry-after': odd }, NOW), undefined);
});

test('waits longer each time, half of it at random, never shorter than asked, never for long', () => {
  assert.equal(retryWait(0, undefined, 0), 125);
  assert.equal(retryWait(0, undefined, 1), 250);
  assert.equal(retryWait(2, undefined, 1), 1000);
  assert.equal(retryWait(20, undefined, 1), 4000);
  assert.equal(retryWait(0, 3000, 0.5), 3000);
  assert.equal(retryWait(0, 8001, 0.5), undefined);
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.option(fc.nat(20_000), { nil: undefined }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, asked, random) => {
        const wait = retryWait(attempt, asked, random);
        assert.ok(wait === undefined ? (asked ?? 0) > 8000 : wait >= (asked ?? 0) && wait <= 8000);
      },
    ),
  );
});

test('which answers are worth another attempt, and which speak against the provider', () => {
  assert.deepEqual([200, 400, 401, 404, 408, 429, 500, 502, 503, 504, 529].filter(isRetryable), [429, 500, 502, 503, 504, 529]);
  assert.deepEqual(
    [429, 500, 502, 503, 504, 529].filter(isUnwell),
    [502, 503, 504, 529],
    'a caller can provoke 500, and 429 is one account',
  );
});
