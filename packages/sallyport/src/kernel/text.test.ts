import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { table } from './table.ts';
import { printable } from './text.ts';
import { cut, displayWidth, pad, wrap } from './width.ts';

test('colours and line ends stay; everything else that a terminal would act on becomes an escape', () => {
  assert.equal(printable('a\n\u001b[31mred\u001b[0m', true), 'a\n\u001b[31mred\u001b[0m');
  assert.equal(printable('\u001b[31mred\u001b[0m', false), '\\u001b[31mred\\u001b[0m');
  // Clear the screen, conceal, set the title, open a link, move up, backspace, carriage return, 8-bit CSI.
  for (const attack of [
    '\u001b[2J',
    '\u001b[8m',
    '\u001b]0;t\u0007',
    '\u001b]8;;http://x\u001b\\',
    '\u001b[1A',
    '\b',
    '\r',
    '\u009b2J',
    '\u202e',
    '\u200b',
  ]) {
    // oxlint-disable-next-line no-control-regex -- what must not come out
    assert.ok(!/[\u0000-\u0009\u000b-\u001f\u0080-\u009f\u202e\u200b]/.test(printable(`x${attack}y`, true)), JSON.stringify(attack));
  }
});

test('no text, however mixed with colours, brings a control character through', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u001b', '\u001b[31m', '[0m', '\n', '\u009b', '31m'))),
      (parts) => {
        const out = printable(parts.join(''), true).replace(/\u001b\[(0|31)m/g, ''); // oxlint-disable-line no-control-regex -- the colours
        assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(out)); // oxlint-disable-line no-control-regex -- what must not come out
      },
    ),
  );
});

test('the width of a text is what it takes on a terminal', () => {
  assert.equal(displayWidth('abc'), 3);
  assert.equal(displayWidth('\u001b[31mabc\u001b[0m'), 3);
  assert.equal(displayWidth('日本'), 4);
  assert.equal(displayWidth('e\u0301'), 1);
  assert.equal(displayWidth('👩‍🚀'), 2);
});

test('a cut text has the width it was given at most, and says that it was cut', () => {
  assert.equal(cut('abcdef', 6), 'abcdef');
  assert.equal(cut('abcdef', 4), 'abc…');
  assert.equal(cut('日本語', 4), '日…');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
      assert.ok(displayWidth(cut(text, width)) <= width);
    }),
  );
});

test('wrapping loses no word and keeps to the width but for longer words', () => {
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
  assert.deepEqual(wrap('extraordinary so', 5), ['extraordinary', 'so']);
  assert.deepEqual(wrap('', 5), ['']);
  assert.equal(pad('日', 4, 'right'), '  日');
});

test('a table is aligned, its numbers on the right, its data escaped', () => {
  const columns = [{ title: 'name' }, { title: 'uses', align: 'right' }] as const;
  assert.equal(
    table(
      columns,
      [
        ['one', '5'],
        ['日本', '1200'],
      ],
      80,
    ),
    'name  uses\none      5\n日本  1200',
  );
  assert.equal(table(columns, [['a\nb\u001b[2J', '1']], 80).split('\n').length, 2);
  assert.equal(table(columns, [], 80), 'name  uses');
});

test('a table takes no more than its width by cutting the widest column first', () => {
  const long = 'x'.repeat(200);
  const text = table([{ title: 'id' }, { title: 'why' }], [['key_1', long]], 40);
  assert.ok(text.split('\n').every((line) => displayWidth(line) <= 40));
  assert.match(text, /^key_1 {2}x+…$/m);
  const narrow = table([{ title: 'a' }, { title: 'b' }, { title: 'c' }], [[long, long, long]], 10);
  assert.ok(
    narrow.split('\n').every((line) => displayWidth(line) <= 3 * 8 + 4),
    'columns keep a readable least width',
  );
});

test('a column that people copy from is never cut', () => {
  const id = 'evt_01m7zaja4rtzytdntzk1bse01z';
  const text = table([{ title: 'MODEL' }, { title: 'EVENT', whole: true }], [['a-model-with-a-very-long-name-indeed', id]], 44);
  assert.ok(text.includes(id) && !text.includes('very-long-name'));
  assert.ok(table([{ title: 'EVENT', whole: true }], [[id]], 10).includes(id));
});
