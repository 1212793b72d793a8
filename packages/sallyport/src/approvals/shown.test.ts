import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../kernel/index.ts';
import { flat, shownJson, shownText, type Segment } from './shown.ts';

const text = (segments: readonly Segment[]): string => segments.map((one) => one.text).join('');
const shown = (value: Json): string => text(shownJson(value));

test('what cannot be seen stands as an escape', () => {
  for (const [given, expected] of [
    ['a\u202eb', 'a\\u{202e}b'],
    ['a\u200bb', 'a\\u{200b}b'],
    ['a\u00a0b', 'a\\u{a0}b'],
    ['a\u2800b', 'a\\u{2800}b'],
    ['a\u3164b', 'a\\u{3164}b'],
    ['\u{e0041}', '\\u{e0041}'],
    ['a\u0085b', 'a\\u{85}b'],
    ['\ufe0fx', '\\u{fe0f}x'],
    ['a\u2028b', 'a\\u{2028}b'],
    ['\ue000', '\\u{e000}'],
    ['Z\u0301\u0301\u0301\u0301\u0301', 'Z\u0301\u0301\u0301\\u{301}\\u{301}'],
  ] as const)
    assert.equal(shown([given]), `[\n  "${expected}"\n]`, JSON.stringify(given));
});

test('look-alikes stand as escapes where they deceive, and writing stays writing', () => {
  for (const [given, expected] of [
    ['p\u0430ypal.com', 'p\\u{430}ypal.com'],
    ['\u0440\u0430\u0443.\u0440\u0430', '\\u{440}\\u{430}\\u{443}.\\u{440}\\u{430}'],
    ['\uff41dmin', '\\u{ff41}dmin'],
    ['\u{1d41a}dmin', '\\u{1d41a}dmin'],
    ['evil.com\u2215bank.com', 'evil.com\\u{2215}bank.com'],
    ['Привет, мир. Рас', 'Привет, мир. Рас'],
    ['Καλημέρα', 'Καλημέρα'],
    ['Grüße, naïve café', 'Grüße, naïve café'],
    ['東京。', '東京。'],
    ['שלום', 'שלום'],
    ['5 m², №1 ™', '5 m², №1 ™'],
    ['👍 ok', '👍 ok'],
  ] as const)
    assert.equal(shown([given]), `[\n  "${expected}"\n]`, given);
});

test('runs are drawn together with their count, layout is not', () => {
  assert.equal(shown([`a${' '.repeat(240)}b`]), '[\n  "a\\{240 spaces}b"\n]');
  assert.equal(shown([`a${'\n'.repeat(99)}b`]), '[\n  "a\\{99 line feeds}b"\n]');
  assert.equal(shown(['x'.repeat(64)]), '[\n  "\\{64 times x}"\n]');
  assert.equal(shown(['\u202e'.repeat(100)]), '[\n  "\\{100 times \\u{202e}}"\n]');
  assert.equal(shown([`a${' '.repeat(7)}b`, 'x'.repeat(63)]), `[\n  "a${' '.repeat(7)}b",\n  "${'x'.repeat(63)}"\n]`);
  let deep: Json = 'end';
  for (let depth = 0; depth < 60; depth++) deep = [deep];
  assert.equal(shown(deep), JSON.stringify(deep, null, 2));
});

test('an argument cannot pretend to be an escape or a count', () => {
  const [given] = [shownJson(['\\u{202e} \\{9 spaces}'])];
  assert.equal(text(given ?? []), '[\n  "\\\\u{202e} \\\\{9 spaces}"\n]');
  assert.ok((given ?? []).every(({ kind }) => kind === undefined));
  assert.equal(text(shownText('say \\u{202e} "and"\n\\n')), 'say \\\\u{202e} "and"\n\\\\n');
});

test('members come in canonical order, __proto__ too', () => {
  assert.equal(
    shown(JSON.parse('{"b": 1, "__proto__": {"x": 2}, "a": 3}') as Json),
    '{\n  "__proto__": {\n    "x": 2\n  },\n  "a": 3,\n  "b": 1\n}',
  );
});

test('a cut says how much is left out', () => {
  assert.equal(flat([{ text: 'abcdef' }], 4), 'abcd\\{2 more characters}');
  assert.equal(flat([{ text: 'abcd' }], 4), 'abcd');
});

test('nothing invisible is left of any text, plain JSON stays as it is, and different arguments never look alike', () => {
  const unseen = /[\p{Cc}\p{Cf}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const drawn = shown(value as Json);
      assert.ok(!unseen.test(drawn.replaceAll('\n', '')));
      const canonical = shownKey(value as Json);
      assert.equal(seen.get(drawn) ?? canonical, canonical);
      seen.set(drawn, canonical);
    }),
    { numRuns: 200 },
  );
});

/** Two values with the same members are the same, in whatever order they stand. */
function shownKey(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(shownKey).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${shownKey(value[name] as Json)}`)
    .join()}}`;
}

test('a long hostile text is drawn in linear time', () => {
  for (const unit of ['\u202e', 'а.', '\\', ' \n', 'x\u0301', '\ud800'])
    assert.ok(text(shownJson([unit.repeat(65_536 / unit.length)])).length > 10, unit);
});
