import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flagsOf, IS_COMMON, IS_COUNTRY, IS_GIVEN, IS_NATIONALITY, IS_PLACE, IS_SURNAME, IS_TITLE } from './lists.ts';

const flags = (word: string): number =>
  flagsOf(
    Uint16Array.from(word, (char) => char.charCodeAt(0)),
    0,
    word.length,
  );

test('words are found folded, whatever their accents and case; a plural is what its singular is', () => {
  assert.ok((flags('Laura') & IS_GIVEN) !== 0);
  assert.ok((flags('KOVÁČ') & IS_SURNAME) !== 0);
  assert.ok((flags('Helsinki') & IS_PLACE) !== 0);
  assert.ok((flags('Norway') & IS_COUNTRY) !== 0);
  assert.ok((flags('norwegians') & IS_NATIONALITY) !== 0);
  assert.ok((flags('Mrs') & IS_TITLE) !== 0);
  assert.equal(flags('Maybe'), IS_COMMON);
  assert.equal(flags('Xqzwv'), 0);
});
