import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isToken, newToken, tokenHash } from './token.ts';

test('a key is recognised, a changed one is not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(), (random, at) => {
      const token = newToken(random).reveal();
      assert.ok(isToken(token) && token.length === 54);
      const index = 3 + (at % 43);
      const changed = `${token.slice(0, index)}${token[index] === 'A' ? 'B' : 'A'}${token.slice(index + 1)}`;
      assert.ok(!isToken(changed));
      assert.notDeepEqual(tokenHash(token), tokenHash(changed));
    }),
  );
});

test('what is no key is refused before any look-up', () => {
  for (const text of ['', 'sp_', 'sk-proj-abc', 'sp_'.padEnd(54, 'a'), `${newToken().reveal()}x`, ` ${newToken().reveal()}`])
    assert.ok(!isToken(text), text);
});
