import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Json } from '../kernel/index.ts';
import type { GuardConfig } from './config.ts';
import { createGuards } from './guards.ts';
import { FORMATS } from './detectors/secrets/index.ts';
import { madeUp, seeded } from './detectors/secrets/made_up.ts';

/** Texts of 100,000 units made to be slow or to break a detector. One that is quadratic on any of them would run for minutes here. */
const UNITS = 100_000;

const of = (piece: string): string => piece.repeat(Math.ceil(UNITS / piece.length)).slice(0, UNITS);

const HOSTILE: Readonly<Record<string, string>> = {
  'one word': of('a'),
  'one digit': of('1'),
  'digits and blanks': of('1 '),
  'digits and dots': of('1.'),
  'card prefixes': of('4111-1111-'),
  'plus signs and digits': of('+1 2 '),
  at: of('@'),
  'a@': of('a@'),
  'a.b@c.': of('a.b@c.'),
  colons: of(':'),
  'hex and colons': of('a1:'),
  'slashes and colons': of('://'),
  'addresses with a user': of('a://b:c'),
  // One cluster, in each group of which a telephone number with its country could begin.
  'numbers from abroad': of('00-'),
  'numbers from abroad in brackets': of('(00) '),
  'numbers from abroad and ones': of('00 1 '),
  'key names': of('password: '),
  'key prefixes': of('sk-'),
  'token prefixes': of('eyJaaaaaaaaaaaa.'),
  'PEM heads': of('-----BEGIN PRIVATE KEY-----'),
  base64: of('aWdub3Jl'),
  'long run with dashes': of('a-'),
  hex: of('6a'),
  percent: of('%'),
  'percent escapes': of('%41'),
  ampersands: of('&#'),
  entities: of('&#65;'),
  backslashes: of('\\u'),
  escapes: of('\\u0041'),
  'override words': of('ignore '),
  'override and prior words': of('ignore all previous '),
  'override words without blanks': of('ignore.'),
  'rotated words': of('vtaber '),
  'single letters': of('a b '),
  leet: of('1gn0r3 '),
  'Markdown images': of('!['),
  'Markdown links': of(']('),
  'image addresses': of('![x](//a.b/'),
  tags: of('<'),
  'open tags': of('<img '),
  'tags with attributes': of('<a on'),
  'script tags': of('<script '),
  fences: of('```\n'),
  backticks: of('`'),
  'terminal escapes': of('\u001b['),
  'open terminal strings': of('\u001b]'),
  'zero-width': of('\u200b'),
  'letters and zero-width': of('a\u200b'),
  'bidi overrides': of('\u202e'),
  'tag characters': of('\u{e0041}'),
  'variation selectors': of('\ufe0f'),
  'stacked marks': of('\u0335'),
  'letters with marks': of('a\u0335'),
  'mathematical letters': of('𝐢'),
  'full width': of('ｉ'),
  'look-alikes': of('о'),
  Chinese: of('忽略，'),
  surrogates: of('\ud800'),
  placeholders: of('<A_'),
  quotes: of('"ignore "'),
  'commands that install': of('npm i '),
  'commands and names': of('pip install aaa '),
  'lines of code': of('```py\nimport aaa\n'),
  'imports in a line': `\`\`\`js\n${of('from "a')}`,
  'spelled letters': of('b.'),
  'letters and digits': of('A1 '),
  'words with capitals': of('Aa '),
  'words with capitals and numbers': of('Aa 1 '),
  'numbers and lines': of('1 Aa\n'),
  initials: of('A. '),
  apostrophes: of("A'a "),
  'groups of nine digits': of('999-99-'),
  'hardware addresses': of('00:'),
  'months and days': of('May 5 '),
  'addresses of the web': of('http://a.b '),
  blanks: of(' '),
  lines: of('\n'),
};

/** Detectors that work only when they are configured. */
const USAGE: GuardConfig = {
  terms: [{ id: 'house', terms: ['bomb', 'project titan', 'a a a', '忽略'] }],
  topics: [{ name: 'orders', stance: 'allowed', examples: ['Where is my order?', 'Cancel my order', 'Return a jacket'] }],
  harm: { categories: ['weapons'] },
};

suite('hostile texts', () => {
  const guards = createGuards({ config: USAGE, canaries: [{ id: 'c', value: 'aaaaaaaaaaaaaaaaaaaaaaaab', kind: 'canary' }] });
  for (const [name, text] of Object.entries(HOSTILE)) {
    test(name, () => {
      for (const point of ['prompt', 'content', 'tool_call', 'response'] as const) {
        const { failures, findings } = guards.scan(text, { point, origin: 'user', part: 0 });
        assert.deepEqual(failures, []);
        for (const { location } of findings)
          assert.ok(location.kind === 'text' && location.start < location.end && location.end <= text.length);
      }
    });
  }
});

test('texts full of beginnings of every credential format', () => {
  const guards = createGuards({ config: {}, canaries: [] });
  for (const format of FORMATS) {
    const value = madeUp(format, seeded(3));
    // Its beginning again and again, with and without blanks, behind its word, and one value without an end.
    const start = value.slice(0, Math.max(4, value.length >> 1));
    for (const text of [of(start), of(`${start} `), of(`${format.near?.[0] ?? 'key'}=${start}.`), value + of(value.at(-2) ?? 'a')]) {
      const { failures } = guards.scan(text.slice(0, UNITS / 10), { point: 'tool_result', origin: 'tool', part: 0 });
      assert.deepEqual(failures, []);
    }
  }
});

// Whoever asks for structured output writes the schema, and can have the model say the reply: each pair of lists would be hours.
test('schemas whose lists are as long as the reply', () => {
  const guards = createGuards({ config: {}, canaries: [] });
  const list = <T>(entry: T): T[] => Array.from({ length: UNITS }, () => entry);
  const item = { a: 1 };
  const pairs: [string, Json, Json][] = [
    ['required', { items: { required: list('a') } }, list(item)],
    ['enum of objects', { items: { enum: [...list({ b: 1 }), item] } }, list(item)],
    ['enum', { items: { enum: [...list(1), 'a'] } }, list('a')],
    ['type', { items: { type: [...list('null'), 'string'] } }, list('a')],
    ['$ref', { items: { $ref: `#${'/a'.repeat(UNITS)}` } }, list(1)],
    ['const', { anyOf: list({ const: item }) }, { b: 'x'.repeat(10 * UNITS) }],
  ];
  for (const [name, schema, value] of pairs) {
    const request = { system: '', language: undefined, documents: [], schema: () => schema };
    const { failures } = guards.scan(JSON.stringify(value), { point: 'response', origin: 'assistant', part: 0, request });
    assert.deepEqual(failures, [], name);
  }
});
