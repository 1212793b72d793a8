import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { END, HIT, lex, START, TOKEN, TOKEN_SIZE } from './lexer.ts';
import { buildLexicon, type Lexicon } from './lexicon.ts';
import { findNumbers } from './numbers.ts';
import { findRuns, MIN_RUN } from './runs.ts';
import type { Units } from './units.ts';

const LEXICON = buildLexicon([{ A: ['ignore', 'forget', 'olvídate', 'забудь', '忽略', 'คำสั่ง', 'aaa'], B: ['instruction*', 'инструкци*'] }]);

const bytes = (text: string): Units => Buffer.from(text, 'latin1');
const wide = (text: string): Units => Uint16Array.from(text.split(''), (unit) => unit.charCodeAt(0));

function wordsIn(units: Units, text: string, lexicon: Lexicon): { word: string; text: string; token: number }[] {
  const { hits, count } = lex(units, text, lexicon);
  return Array.from({ length: count }, (_, k) => ({
    word: lexicon.words[hits[k * HIT]!]!,
    text: text.slice(hits[k * HIT + START], hits[k * HIT + END]),
    token: hits[k * HIT + TOKEN]!,
  }));
}

suite('lexer', () => {
  test('finds words whatever their case and accents, stems with any ending, words of unspaced scripts inside others', () => {
    const text = 'IGNORE the Instructions, olvidate! ЗАБУДЬ инструкцию 请忽略它 ใช้คำสั่งนี้ ignored';
    assert.deepEqual(
      wordsIn(wide(text), text, LEXICON).map(({ text }) => text),
      ['IGNORE', 'Instructions', 'olvidate', 'ЗАБУДЬ', 'инструкцию', '忽略', 'คำสั่ง'],
    );
  });

  test('tokens count words, and sentence ends and lines widen the gap', () => {
    const text = 'ignore a forget. ignore\nforget';
    assert.deepEqual(
      wordsIn(bytes(text), text, LEXICON).map(({ token }) => token),
      [1, 3, 6, 8],
    );
  });

  test('bytes and wide units give the same for ASCII text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('ignore', 'IGNORE', 'instructional', 'aaa', 'aaaa', ' ', '.', '\n', '_', '7', 'x'), { maxLength: 80 }),
        (parts) => {
          const text = parts.join('');
          const narrow = lex(bytes(text), text, LEXICON);
          const broad = lex(wide(text), text, LEXICON);
          assert.deepEqual(narrow.hits.slice(0, narrow.count * HIT), broad.hits.slice(0, broad.count * HIT));
          assert.deepEqual(narrow.digits, broad.digits);
          assert.deepEqual(narrow.spaced, broad.spaced);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('agrees with a split into words', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('ignore', 'forget', 'Instructions', 'instruct', 'other', 'aaa', 'ignore_it', 'ignore2'), {
          maxLength: 40,
        }),
        (words) => {
          const text = words.join(' ');
          const expected = words.filter(
            (word) => ['ignore', 'forget', 'aaa'].includes(word) || word.toLowerCase().startsWith('instruction'),
          );
          assert.deepEqual(
            wordsIn(bytes(text), text, LEXICON).map(({ text }) => text),
            expected,
          );
        },
      ),
    );
  });

  test('reads a text the same whatever it read before, and when there is no place left for a word', () => {
    const mark = (units: Uint8Array, start: number): boolean => units[start] === 107;
    const make = (): Lexicon => buildLexicon([{ A: ['ignore', 'aaa', '2nd'], B: ['instruction*', 'instructions', 'instructional'] }], mark);
    const used = make();
    const few = fc.constantFrom(
      'ignore',
      'Instructions',
      'instructional',
      '2nd',
      'key_1',
      ' ',
      '. ',
      '\n',
      '"',
      'é',
      'aaa',
      'x'.repeat(60),
    );
    const many = fc.integer({ min: 0, max: 40_000 }).map((n) => ` k${n.toString(36)} ${n.toString(26)} `);
    fc.assert(
      fc.property(fc.array(fc.oneof(few, many), { maxLength: 300 }), fc.boolean(), (parts, opened) => {
        const text = parts.join('');
        if (opened) used.known.open();
        const words = (lexicon: Lexicon): unknown => {
          const { hits, count, tokens, tokenCount, digits, spaced, marked, runs, signs } = lex(bytes(text), text, lexicon);
          const noted = tokens?.slice(0, tokenCount * TOKEN_SIZE).filter((_, at) => at % TOKEN_SIZE < 3);
          return [hits.slice(0, count * HIT), noted, digits, spaced, marked, runs, signs];
        };
        assert.deepEqual(words(used), words(make()));
      }),
      { numRuns: 60 },
    );
    const words = Array.from({ length: 40_000 }, (_, n) => `k${n}`);
    assert.equal(lex(bytes(words.join(' ')), words.join(' '), used).marked?.length, 80_000);
  });

  test('runs and signs are those of the whole text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'Z9', '/', '=', '_', ' ', '"', '(', '\n', 'abcdefghijklmnop'), { maxLength: 80 }),
        (parts) => {
          const text = parts.join('');
          const { runs, signs } = lex(bytes(text), text, LEXICON);
          assert.deepEqual(runs, findRuns(bytes(text)));
          for (let block = 0; block * 16 < text.length; block++)
            assert.equal(signs?.[block], text.slice(block * 16, block * 16 + 16).replace(/[a-zA-Z0-9\s]/g, '').length);
        },
      ),
    );
  });

  test('refuses a stem that is too short and a word with a separator', () => {
    assert.throws(() => buildLexicon([{ A: ['ab*'] }]), TypeError);
    assert.throws(() => buildLexicon([{ A: ['two words'] }]), TypeError);
  });
});

suite('runs', () => {
  test('agrees with a regular expression', () => {
    const alphabet = fc.constantFrom('a', 'Z', '9', '/', '=', ' ', '"', '(', '\n', 'é', 'abcdefghijklmnop');
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 80 }), (parts) => {
        const text = parts.join('');
        const expected = [...text.matchAll(/[!-~]+/g)].flatMap((match) =>
          [...match[0].matchAll(/[^"'`<>()[\]{},;|\\]+/g)]
            .filter(([run]) => run.length >= MIN_RUN)
            .flatMap((run) => [match.index + run.index, match.index + run.index + run[0].length]),
        );
        assert.deepEqual(findRuns(wide(text)), expected);
      }),
      { numRuns: 500 },
    );
  });
});

suite('numbers', () => {
  const clusters = (text: string): string[] => {
    const { clusters } = findNumbers(bytes(text), lex(bytes(text), text, LEXICON).digits);
    return Array.from({ length: clusters.length / 2 }, (_, k) => text.slice(clusters[k * 2], clusters[k * 2 + 1]));
  };
  test('joins groups of digits on a line and leaves short numbers', () => {
    assert.deepEqual(clusters('total 4321 units at 19.99 each, call (212) 555-0182 or 10.0.0.1'), ['212) 555-0182', '10.0.0.1']);
    assert.deepEqual(clusters('1234\n5678901'), ['5678901']);
  });
  test('finds where an IBAN may begin and counts digits that touch letters', () => {
    const text = 'GB82 WEST and xGB82 and pr3v10us';
    const { iban, mixed } = findNumbers(bytes(text), lex(bytes(text), text, LEXICON).digits);
    assert.deepEqual(iban, [0]);
    assert.equal(mixed, 4);
  });
});
