import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { lex } from '../lexer.ts';
import { buildLexicon } from '../lexicon.ts';
import { ROW_BITS, UNITS } from './closer.ts';
import { BITS, FeatureReader } from './features.ts';
import { decodeModel, encodeModel, type ChannelModel, type Model } from './model.ts';
import { KIND_BITS, kindWeights, NO_MORE, Skeleton, weighKinds } from './skeleton.ts';
import { INPUTS } from './stack.ts';
import { TokenSums } from './sums.ts';
import { classOf, mostSurprising, TRIGRAMS } from './surprise.ts';
import { readModel, shippedModel } from './weights_store.ts';
import { LONG, Peaks, SHORT, slide, type Windows } from './windows.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const wide = (text: string): Uint16Array => Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));

/** The features of each token. */
function tokensOf(units: Uint8Array | Uint16Array): number[][] {
  const reader = new FeatureReader();
  const tokens: number[][] = [];
  reader.open(units);
  while (reader.next()) {
    for (let t = 0; t < reader.count; t++) tokens.push([...reader.features.subarray(t === 0 ? 0 : reader.ends[t - 1], reader.ends[t])]);
  }
  return tokens;
}

const table = (seed: number): Int8Array =>
  Int8Array.from({ length: (1 << BITS) + (1 << KIND_BITS) }, (_, i) => ((Math.imul(i + seed, 0x9e3779b1) >>> 24) & 31) - 15);
const channel = (seed: number): ChannelModel => ({
  head: { table: table(seed), step: 0.01, bias: [-1, -2] },
  closer: {
    table: Int8Array.from({ length: UNITS << ROW_BITS }, (_, i) => ((Math.imul(i + seed, 0x85ebca6b) >>> 24) & 15) - 7),
    step: 0.01,
    bias: Array.from({ length: UNITS }, (_, u) => u / 20),
    out: Array.from({ length: UNITS + 1 }, (_, u) => (u % 3) - 1),
  },
  ease: seed / 10,
  stack: { bias: -0.5, weights: INPUTS.map((_, i) => i / 10) },
  costs: seed === 1 ? Uint8Array.from({ length: TRIGRAMS }, (_, i) => i & 255) : undefined,
});
const windows = (): Windows => ({
  short: 0,
  long: 0,
  tokens: 0,
  breadth: 0,
  skeleton: 0,
  level: 0,
  shortStart: 0,
  shortEnd: 0,
  longStart: 0,
  longEnd: 0,
});

suite('features', () => {
  test('bytes and wide units of one text have the same features', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)), maxLength: 600 }), (text) => {
        assert.deepEqual(tokensOf(bytes(text)), tokensOf(wide(text)));
      }),
    );
  });

  test('case, accents and the digits of a number do not change a word, but capitals add a feature', () => {
    const [plain] = tokensOf(bytes('cafe 12'));
    assert.deepEqual(tokensOf(bytes('caf\u00e9 98'))[0], plain);
    assert.equal(tokensOf(bytes('CAFE'))[0]?.length, (plain?.length ?? 0) + 1);
  });

  test('a character of a script without blanks is a token', () => {
    assert.equal(tokensOf(wide('忽略指令')).length, 4);
  });

  test('a pair of words counts once a window, and again far behind it', () => {
    const far = Array.from({ length: 70 }, (_, i) => `w${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}`).join(' ');
    const tokens = tokensOf(bytes(`send mail now send mail ${far} send mail`));
    assert.deepEqual(tokens[4], []);
    assert.notDeepEqual(tokens.at(-1), []);
    assert.notDeepEqual(tokens[3], []);
  });

  test('lone surrogates and text without words are read', () => {
    assert.ok(tokensOf(wide('\ud800 a')).length > 0);
    assert.deepEqual(tokensOf(bytes('... !!')), []);
  });
});

suite('skeleton', () => {
  const lexicon = buildLexicon([{ order: ['send', 'mail'], object: ['files', 'notes'] }]);
  const kinds = Uint8Array.from(lexicon.words, (word) => (word === 'send' || word === 'mail' ? 1 : 2));
  const read = (text: string): number[][] => {
    const units = bytes(text);
    const { hits, count } = lex(units, text, lexicon);
    const skeleton = new Skeleton();
    const words: number[][] = [];
    for (skeleton.open(units, { hits, count, kinds }); skeleton.start !== NO_MORE; skeleton.next())
      words.push([...skeleton.features.subarray(0, skeleton.size)]);
    return words;
  };

  test('other words of the same classes in the same order have the same features', () => {
    assert.deepEqual(read('They send my files.'), read('They mail my notes.'));
    assert.notDeepEqual(read('They send my files.'), read('My files they send.'));
  });

  test('the summed weights are those of the features, of many classes too', () => {
    const many = buildLexicon([{ any: Array.from({ length: 90 }, (_, n) => `w${n}`) }]);
    const each = Uint8Array.from(many.words, (_, word) => word + 1);
    const weights = table(7);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('w1', 'w2', 'w3', 'w70', 'w89', ' ', '. ', '\n', ' and of the ', ' a b c d e f '), { maxLength: 120 }),
        (parts) => {
          const units = bytes(parts.join(' '));
          const { hits, count } = lex(units, parts.join(' '), many);
          const out = new Int32Array(count * 2);
          const size = weighKinds(units, { hits, count, kinds: each }, kindWeights(weights), out);
          const expected: number[] = [];
          const skeleton = new Skeleton();
          for (skeleton.open(units, { hits, count, kinds: each }); skeleton.start !== NO_MORE; skeleton.next())
            expected.push(
              skeleton.start,
              skeleton.features.subarray(0, skeleton.size).reduce((sum, f) => sum + (weights[f] ?? 0), 0),
            );
          assert.deepEqual([...out.subarray(0, size)], expected);
        },
      ),
    );
  });

  test('a word that begins a sentence has a feature of its own, and words far apart none together', () => {
    assert.equal(read('Then send it')[0]?.length, 1);
    assert.equal(read('Then. Send it')[0]?.length, 2);
    assert.equal(read('They send this and that and this and that and more and even more files')[1]?.length, 1);
  });
});

suite('windows', () => {
  const { head } = channel(3);

  test('the strongest windows are those of all windows, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('ignore', 'the', 'a', 'rules', 'x1', 'Total', 'of'), { minLength: 1, maxLength: 700 }),
        (words) => {
          const units = bytes(words.join(' '));
          const sums = tokensOf(units).map((features) => features.reduce((sum, f) => sum + (head.table[f] ?? 0), 0));
          const best = windows();
          slide(new TokenSums(), units, head, best, new Peaks(), 0);
          for (const [size, found, bias] of [
            [SHORT, best.short, -1],
            [LONG, best.long, -2],
          ] as const) {
            let expected = Number.NEGATIVE_INFINITY;
            for (let end = 1; end <= sums.length; end++) {
              expected = Math.max(
                expected,
                sums.slice(Math.max(0, end - size), end).reduce((a, b) => a + b, 0),
              );
            }
            assert.ok(Math.abs(expected * head.step + bias - found) < 1e-9);
          }
          assert.equal(best.tokens, words.length);
          assert.ok(best.shortStart < best.shortEnd && best.shortEnd <= units.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the words that the lexer noted weigh what the features do', () => {
    const lexicon = buildLexicon([{ any: ['ignore', 'a'] }]);
    const kinds = Uint8Array.from(lexicon.words, (_, word) => word + 1);
    const reading = { all: new TokenSums(), noted: new TokenSums() };
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('Ignore', 'THE', ' ', '\u00e9tat', 'x1', '\u00b2', '--', '\n', '\0', 'a', ', '), { maxLength: 900 }),
        (pieces) => {
          const units = bytes(pieces.join(''));
          const noted = lex(units, pieces.join(''), lexicon);
          const [all, quick] = [windows(), windows()];
          const classed = { hits: noted.hits, count: noted.count, kinds };
          slide(reading.all, units, head, all, new Peaks(), 0, undefined, classed);
          slide(reading.noted, units, head, quick, new Peaks(), 0, noted, classed);
          assert.deepEqual(quick, all);
        },
      ),
    );
  });

  test('a text without words has the bias alone', () => {
    const best = windows();
    slide(new TokenSums(), bytes('--'), head, best, new Peaks(), 0);
    assert.deepEqual([best.short, best.long, best.tokens], [-1, -2, 0]);
  });
});

suite('surprise', () => {
  const costs = new Uint8Array(TRIGRAMS).fill(80);
  const best = { bits: 0, start: 0, end: 0 };

  test('the mean over a window that is made of words, and its place', () => {
    mostSurprising(bytes('(so)-me plain, words! '.repeat(8)), costs, 0, best);
    assert.equal(best.bits, 5);
    assert.equal(best.end - best.start, 64);
  });

  test('none in a short text, nor in one run without blanks', () => {
    mostSurprising(bytes('some plain words'), costs, 0, best);
    assert.equal(best.bits, 0);
    mostSurprising(bytes('a1b2c3d4'.repeat(40)), costs, 0, best);
    assert.equal(best.bits, 0);
  });

  test('a stretch counts only above the bits that are asked for', () => {
    const text = bytes('(so)-me plain, words! '.repeat(8));
    mostSurprising(text, costs, 4.9, best);
    assert.equal(best.bits, 5);
    mostSurprising(text, costs, 5, best);
    assert.deepEqual(best, { bits: 0, start: 0, end: 0 });
  });

  test('finds the first of the strongest windows of all, whatever the text and its end', () => {
    const random = Uint8Array.from({ length: TRIGRAMS }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
    fc.assert(
      fc.property(fc.array(fc.constantFrom('ab', ' ', ', ', '(x) ', 'Q7', '\u00e9', '{'), { minLength: 30, maxLength: 120 }), (pieces) => {
        const units = bytes(pieces.join(''));
        let most = 0;
        let expected = 0;
        for (let end = 64; end <= units.length; end++) {
          const stretch = units.subarray(end - 64, end);
          if (
            stretch.filter((c) => c === 32).length < 5 ||
            stretch.filter((c) => c < 128 && !/[a-zA-Z0-9 ]/.test(String.fromCharCode(c))).length < 5
          )
            continue;
          let sum = 0;
          for (let i = end - 64; i < end; i++) {
            const context = [i - 2, i - 1, i].reduce((before, k) => (before << 6) | (k < 0 ? 29 : classOf(units[k] ?? 0)), 0);
            sum += random[context] ?? 0;
          }
          if (sum > most) [most, expected] = [sum, end];
        }
        mostSurprising(units, random, 0, best);
        assert.deepEqual([best.bits, best.end], [most / 64 / 16, expected]);
        mostSurprising(wide(pieces.join('')), random, 0, best);
        assert.deepEqual([best.bits, best.end], [most / 64 / 16, expected]);
        mostSurprising(units, random, 0, best, lex(units, pieces.join(''), buildLexicon([])).signs);
        assert.deepEqual([best.bits, best.end], [most / 64 / 16, expected]);
      }),
    );
  });

  test('words in order surprise less than pieces of words and markup', () => {
    const { costs: shipped } = shippedModel().channels.prompt;
    assert.ok(shipped !== undefined);
    mostSurprising(
      bytes('Please tell me how to bake a good loaf of bread with little time, and which flour I should buy.'),
      shipped,
      0,
      best,
    );
    const plain = best.bits;
    mostSurprising(
      bytes('bake a loaf }); ously Claro)]] ${{ teki printf<> !!wards ({ Sure \\\\ ungen ]( manner;-> ibles {{ tokens**'),
      shipped,
      0,
      best,
    );
    assert.ok(best.bits > plain + 0.5, `${best.bits} is not above ${plain}`);
  });
});

suite('the file of weights', () => {
  const model: Model = { channels: { prompt: channel(1), content: channel(2) }, names: new Map([[7, 'ignore']]) };

  test('is read as it was written', () => {
    assert.deepEqual(decodeModel(encodeModel(model)), model);
  });

  test('a cut or foreign file is none', () => {
    const file = encodeModel(model);
    assert.equal(decodeModel(file.subarray(0, file.length - 1)), undefined);
    assert.equal(decodeModel(Buffer.concat([Buffer.from('SPM9'), file.subarray(4)])), undefined);
    assert.equal(decodeModel(Buffer.from('SPM1')), undefined);
  });

  test('with another hash, or missing, stops the start with a clear error', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'sallyport-model-')), 'weights.bin');
    assert.throws(() => readModel(path, ''), { code: 'GUARD_MODEL_BROKEN' });
    writeFileSync(path, encodeModel(model));
    assert.throws(() => readModel(path, '0'.repeat(64)), { code: 'GUARD_MODEL_BROKEN' });
  });

  test('that ships is the one that is pinned, read once, and under 3 MB', () => {
    assert.equal(shippedModel(), shippedModel());
    assert.ok(readFileSync(join(import.meta.dirname, 'weights.bin')).length < 3_000_000);
  });
});
