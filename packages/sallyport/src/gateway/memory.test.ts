import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VerdictMemory } from './memory.ts';

const SECRET = Buffer.alloc(32, 7);

test('a key is of secret, context and text together', () => {
  const long = 'word '.repeat(60_000);
  const inputs: readonly (readonly [Buffer, string, string])[] = [
    [SECRET, 'a', 'b'],
    [Buffer.alloc(32, 8), 'a', 'b'],
    [SECRET, 'ab', ''],
    [SECRET, '', 'ab'],
    [SECRET, 'a', 'c'],
    [SECRET, 'a', '\ud800'],
    [SECRET, 'a', '\ud801'],
    [SECRET, 'a', '\ufffd'],
    [SECRET, 'a', 'é'],
    [SECRET, 'a', 'e\u0301'],
    [SECRET, 'a', long],
    [SECRET, 'a', `${long} `],
  ];
  const keys = inputs.map(([secret, context, text]) => VerdictMemory.keyOf(secret, context, text));
  assert.equal(new Set(keys).size, inputs.length);
  assert.deepEqual(
    inputs.map(([secret, context, text]) => VerdictMemory.keyOf(secret, context, text)),
    keys,
  );
});

test('what was asked for lately is kept when the memory is full', () => {
  const memory = new VerdictMemory<number>(4);
  memory.set('a', 1);
  for (const key of ['b', 'c', 'd']) {
    memory.set(key, 2);
    assert.equal(memory.get('a'), 1);
  }
  assert.equal(memory.get('b'), undefined);
  assert.ok(memory.size <= 4);
});
