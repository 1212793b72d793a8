import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseTime, readFilters } from './query.ts';
import { parseCursor } from './store.ts';

const NOW = Date.parse('2026-01-31T12:00:00Z');

test('times: spans, dates, milliseconds', () => {
  assert.deepEqual(
    ['90s', '15m', '2h', '7d'].map((text) => NOW - (parseTime(text, NOW) ?? 0)),
    [90_000, 900_000, 7_200_000, 604_800_000],
  );
  assert.equal(parseTime('2026-01-30', NOW), Date.parse('2026-01-30'));
  assert.equal(parseTime('1763730000000', NOW), 1_763_730_000_000);
  for (const bad of ['', 'soon', '7w', '12', '1763730000', '2026-13-45', '-5m', '9999999d'])
    assert.equal(parseTime(bad, NOW), undefined, bad);
});

test('filters are read whole or refused by name', () => {
  assert.deepEqual(readFilters({ since: '1h', limit: '999', decision: 'deny', after: '5.evt_a' }, NOW), {
    since: NOW - 3_600_000,
    limit: 500,
    decision: 'deny',
    after: '5.evt_a',
  });
  const refused: Record<string, string>[] = [
    { since: 'x' },
    { until: '' },
    { limit: '0' },
    { limit: '5.5' },
    { decision: 'none' },
    { after: 'x' },
    { color: 'red' },
    { model: 'm'.repeat(200) },
  ];
  for (const bad of refused) {
    assert.throws(() => readFilters(bad, NOW), { code: 'EVENT_QUERY_INVALID' }, JSON.stringify(bad));
  }
});

test('a cursor is time and id, nothing else', () => {
  assert.deepEqual(parseCursor('17.evt_1'), { time: 17, uid: 'evt_1' });
  fc.assert(
    fc.property(fc.string(), (text) => {
      const read = parseCursor(text);
      assert.ok(read === undefined || `${read.time}.${read.uid}` === text.replace(/^0+(?=\d)/, ''));
    }),
  );
});
