import assert from 'node:assert/strict';
import { test } from 'node:test';
import { structSize } from './wire_size.ts';

test('bytes of a Struct on the wire', () => {
  // By hand from the encoding: an entry is a key and a value, each with tag and length; a number has 8 bytes, a bool and null one.
  assert.equal(structSize({}), 0);
  assert.equal(structSize({ a: null }), 2 + 3 + 2 + 2);
  assert.equal(structSize({ a: true }), 2 + 3 + 2 + 2);
  assert.equal(structSize({ a: 1 }), 2 + 3 + 2 + 9);
  assert.equal(structSize({ é: 'xy' }), 2 + 4 + 2 + 4);
  assert.equal(structSize({ a: [1, 'x'] }), 2 + 3 + 2 + 2 + 11 + 5);
  assert.equal(structSize({ a: { b: false } }), 2 + 3 + 2 + 2 + structSize({ b: false }));
  // Lengths from 128 on take two bytes, from 16,384 on three: OpenFGA says 32,789 of this context.
  assert.equal(structSize({ param1: 'x'.repeat(32 * 1_024 + 1) }), 32_789);
});
