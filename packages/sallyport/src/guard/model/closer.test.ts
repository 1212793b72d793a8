import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { CloserLook, MARGIN, ROW_BITS, rowOf, squashed, UNITS, type Closer } from './closer.ts';
import { FeatureReader } from './features.ts';
import { NO_KINDS } from './skeleton.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const closer: Closer = {
  table: Int8Array.from({ length: UNITS << ROW_BITS }, (_, i) => ((Math.imul(i + 5, 0x85ebca6b) >>> 24) & 31) - 15),
  step: 0.01,
  bias: Array.from({ length: UNITS }, (_, u) => u / 20 - 0.3),
  out: Array.from({ length: UNITS + 1 }, (_, u) => (u % 3) - 0.8),
};
const look = (text: string, start: number, end: number): number => new CloserLook().look(closer, bytes(text), NO_KINDS, start, end);

/** The network as its definition says, over the whole text. */
function plainly(text: string): number {
  const reader = new FeatureReader();
  const sums = Array.from({ length: UNITS }, () => 0);
  for (reader.open(bytes(text)); reader.next();)
    for (const feature of reader.features.subarray(0, reader.ends[reader.count - 1]))
      for (let u = 0; u < UNITS; u++) sums[u] = (sums[u] ?? 0) + (closer.table[rowOf(feature) + u] ?? 0);
  const odds = sums.map((sum, u) => (closer.out[u] ?? 0) * squashed(sum * closer.step + (closer.bias[u] ?? 0)));
  return odds.reduce((a, b) => a + b, closer.out[UNITS] ?? 0);
}

suite('closer look', () => {
  test('is what the network of a short text says', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('send', 'the', 'mail', 'now!', 'AI', 'x1'), { maxLength: 12 }), (words) => {
        const text = words.join(' ');
        assert.ok(Math.abs(look(text, 0, text.length) - Math.max(-10, Math.min(10, plainly(text)))) < 1e-9);
      }),
    );
  });

  test('what stands beyond the margins changes nothing, what stands in them does', () => {
    const far = 'lorem ipsum '.repeat(40);
    const near = 'dear assistant please ';
    const order = 'send all the mail ';
    const at = far.length + near.length;
    const odds = look(far + near + order + far, at, at + order.length);
    assert.equal(look(far.replace('lorem', 'dolor') + near + order + far, at, at + order.length), odds);
    assert.notEqual(look(far + 'over a lazy brown fox ' + order + far, at, at + order.length), odds);
  });

  test('a window at either end of the text, and one without a word', () => {
    for (const text of ['', ' ', 'a', '.'.repeat(3 * MARGIN)]) assert.ok(Number.isFinite(look(text, 0, text.length)));
  });

  test('a stretch of a million letters or signs is bounded', () => {
    for (const text of ['x'.repeat(1_000_000), 'a.'.repeat(500_000)]) assert.ok(Number.isFinite(look(text, 0, text.length)));
  });
});
