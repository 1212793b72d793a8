import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { buildLexicon } from '../../lexicon.ts';
import { View } from '../../view.ts';
import { Hints, mayHint } from './hints.ts';

const MARKED = buildLexicon([], mayHint);
const UNMARKED = buildLexicon([]);

suite('hints', () => {
  test('the words that the lexer lists have all pieces of a text', () => {
    const pieces = fc.constantFrom(
      'key',
      'TOKEN',
      'passwd',
      'my_pat',
      ' ',
      '"',
      '\n',
      '=',
      'secret',
      'x',
      'monkeys',
      'authn',
      'w'.repeat(70),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const text = parts.join('');
        const read = (lexicon: typeof MARKED): boolean[] => {
          const hints = new Hints(new View({ name: 'plain', text, units: new Uint8Array(Buffer.from(text)), ascii: true, lexicon }));
          const inside = Array.from({ length: text.length }, () => false);
          for (let done = 0; hints.next(done); done = hints.end) inside.fill(true, hints.start, hints.end);
          return inside;
        };
        assert.deepEqual(read(MARKED), read(UNMARKED));
      }),
      { numRuns: 300 },
    );
  });

  test('a word without a piece is not listed', () => {
    const listed = (word: string): boolean => mayHint(new Uint8Array(Buffer.from(word)), 0, word.length);
    assert.deepEqual(['apiKey', 'Passphrase', 'keen', 'paste', 'tokyo'].map(listed), [true, true, false, false, false]);
  });
});
