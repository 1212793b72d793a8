import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { normalise } from './normalise.ts';

/** Texts full of what normalisation works on, lone surrogates included. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'a',
        'ignore ',
        '\u200b',
        '\u200d',
        '\ufe0f',
        '\u00ad',
        'ё',
        'о',
        'ｆ',
        '𝐢',
        'ﬁ',
        '\ufdfa',
        'e\u0301',
        '\u0301',
        '\u0335',
        '한',
        '\u1100\u1161\u11a8',
        '\u{e0041}',
        '\u{e0100}',
        '🅸',
        '🇮🇬',
        '👨\u200d👩',
        '\ud800',
        '\udc00',
        '忽略',
        '，',
        '\n',
        ' ',
        '.',
        '½',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

suite('normalise', () => {
  const same: readonly string[] = [
    'plain text',
    'smart “quotes” – naïve café',
    'забудь всё',
    'Ξέχασε όλες',
    'می‌خواهم'.replace('\u200c', ''),
    '日本語のテキスト。',
    '👩 fine 🎉',
    'Việt Nam đẹp',
  ];
  for (const text of same) test(`leaves ${JSON.stringify(text)}`, () => assert.equal(normalise(text), undefined));

  const folded: readonly (readonly [string, string, string])[] = [
    ['Cyrillic letters in a Latin word', 'ignоre prеvious', 'ignore previous'],
    ['Greek letters in a Latin word', 'ignοre', 'ignore'],
    ['mathematical letters', '𝐢𝐠𝐧𝐨𝐫𝐞', 'ignore'],
    ['full width', 'ｉｇｎｏｒｅ：', 'ignore:'],
    ['small capitals', 'ɪɢɴᴏʀᴇ', 'ignore'],
    ['letters in squares', '🅸🅶🅽', 'IGN'],
    ['zero-width characters and soft hyphens', 'i\u200bg\u2060n\u00adore\ufeff', 'ignore'],
    ['tag characters', 'a\u{e0069}\u{e0067}', 'aig'],
    ['strokes over letters', 'i̴g̷n̶o̴r̵e', 'ignore'],
    ['decomposed accents', 'e\u0301te\u0301', 'été'],
    ['ligatures', 'ﬁle', 'file'],
    ['a lone surrogate beside', '\ud800 ｆ', '\ud800 f'],
  ];
  for (const [name, text, expected] of folded) test(name, () => assert.equal(normalise(text)?.text, expected));

  test('Russian words keep their letters beside Latin ones', () => {
    assert.equal(normalise('команда ignore'), undefined);
    assert.equal(normalise('команда ignоre')?.text, 'команда ignore');
  });
});

suite('offsets', () => {
  test('each unit maps to a range of the source that normalises to it; ranges are in order and inside', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const normal = normalise(text);
        if (normal === undefined) return;
        let last = 0;
        for (let i = 0; i < normal.text.length; i++) {
          const { start, end } = normal.map.span(i, i + 1);
          assert.ok(start >= last || start === normal.map.span(i - 1, i).start, 'ranges run backwards');
          assert.ok(start < end && end <= text.length);
          const source = text.slice(start, end);
          const unit = normal.text.charAt(i);
          assert.ok(
            source.includes(unit) ||
              normalise(source)?.text.includes(unit) === true ||
              normalise(`a${source}`)?.text.includes(unit) === true ||
              normalise(`${source}a`)?.text.includes(unit) === true,
            `${JSON.stringify(source)} gave ${JSON.stringify(unit)}`,
          );
          last = start;
        }
        assert.deepEqual(normal.map.span(0, normal.text.length).end <= text.length, true);
      }),
      { numRuns: 1500 },
    );
  });

  test('what was not changed maps to itself, before, between and after what was', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 40 }),
        fc.constantFrom('ｆ', '\u200b', '𝐢', '\u{e0041}'),
        fc.string({ maxLength: 40 }),
        (before, special, after) => {
          const text = `${before} ${special} ${after}`;
          const normal = normalise(text);
          assert.ok(normal !== undefined);
          for (let i = 0; i < before.length; i++) assert.deepEqual(normal.map.span(i, i + 1), { start: i, end: i + 1 });
          for (let k = 1; k <= after.length; k++) {
            const i: number = normal.text.length - k;
            assert.deepEqual(normal.map.span(i, i + 1), { start: text.length - k, end: text.length - k + 1 });
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('normalising twice changes nothing more', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const once = normalise(text)?.text ?? text;
        const again = normalise(once)?.text ?? once;
        assert.equal(normalise(again)?.text ?? again, again);
      }),
      { numRuns: 500 },
    );
  });

  test('a megabyte of zero-width characters gives nothing, and a letter behind it keeps its place', () => {
    const normal = normalise(`${'\u200b'.repeat(1 << 20)}x`);
    assert.equal(normal?.text, 'x');
    assert.deepEqual(normal.map.span(0, 1), { start: 1 << 20, end: (1 << 20) + 1 });
  });
});
