import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { flagsOf, IS_COMMON, IS_COUNTRY, IS_GIVEN, IS_NATIONALITY, IS_PLACE, IS_SURNAME, IS_TITLE } from './lists.ts';

const flags = (word: string): number =>
  flagsOf(
    Uint16Array.from(word, (char) => char.charCodeAt(0)),
    0,
    word.length,
  );

test('the lists are those that the tool wrote', () => {
  const text = readFileSync(join(import.meta.dirname, 'lists.generated.ts'), 'utf8');
  const pinned = /SHA-256 of what follows: ([0-9a-f]{64})\n/.exec(text);
  assert.ok(pinned !== null);
  const body = text.slice(pinned.index + pinned[0].length);
  assert.equal(createHash('sha256').update(body).digest('hex'), pinned[1]);
});

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
