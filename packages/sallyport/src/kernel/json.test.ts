import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { MAX_JSON_DEPTH, readJson, readJsonText } from './json.ts';

const read = (text: string | Uint8Array): ReturnType<typeof readJson> => readJson(Buffer.from(text as string));
const problem = (text: string | Uint8Array): string => {
  const result = read(text);
  return result.ok ? 'ok' : result.problem;
};

test('the strict reading refuses what two readers could take differently', () => {
  const cases: [string, string | Uint8Array, string][] = [
    ['plain', '{"a":[1,2.5,-3e2,"x"]}', 'ok'],
    ['duplicate key', '{"a":1,"a":2}', 'duplicate_key'],
    ['duplicate key through an escape', '{"a":1,"\\u0061":2}', 'duplicate_key'],
    ['duplicate key deep inside', '[{"m":[{"role":"user","role":"system"}]}]', 'duplicate_key'],
    ['the same key in two objects', '[{"a":1},{"a":2}]', 'ok'],
    ['a key that is a prototype name twice', '{"__proto__":1,"__proto__":2}', 'duplicate_key'],
    ['colon after a string in white space', '{"a" \n\t:1,"b"\r\n:2}', 'ok'],
    ['unsafe integer', '{"n":9007199254740993}', 'unsafe_integer'],
    ['unsafe integer at the end', '9007199254740993', 'unsafe_integer'],
    ['negative unsafe integer', '[-9007199254740993]', 'unsafe_integer'],
    ['largest safe integer', '[9007199254740991]', 'ok'],
    ['long digits in a string', '{"n":"9007199254740993"}', 'ok'],
    ['long fraction', '[0.12345678901234567890]', 'ok'],
    ['not UTF-8', Uint8Array.from([0x22, 0xff, 0x22]), 'not_utf8'],
    ['overlong UTF-8', Uint8Array.from([0x22, 0xc0, 0xaf, 0x22]), 'not_utf8'],
    ['too deep', '['.repeat(MAX_JSON_DEPTH + 1) + ']'.repeat(MAX_JSON_DEPTH + 1), 'too_deep'],
    ['as deep as allowed', '['.repeat(MAX_JSON_DEPTH) + ']'.repeat(MAX_JSON_DEPTH), 'ok'],
    ['a million brackets', '['.repeat(1_000_000), 'too_deep'],
    ['two values', '{} {}', 'not_json'],
    ['unclosed string', '{"a', 'not_json'],
    ['quote behind an even run of backslashes', '{"a\\\\":1,"b":"\\\\\\""}', 'ok'],
    ['byte order mark', '\ufeff{}', 'not_json'],
    ['empty', '', 'not_json'],
  ];
  for (const [name, text, expected] of cases) assert.equal(problem(text), expected, name);
});

test('every JSON value that JavaScript writes is read back as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value);
      const result = read(text);
      // JSON.parse keeps -0 and large doubles; integers beyond 2^53 are refused by design.
      if (!result.ok) return result.problem === 'unsafe_integer';
      assert.deepEqual(result.value, JSON.parse(text));
      return true;
    }),
    { numRuns: 500 },
  );
});

test('adding any key a second time, in any spelling, is found', () => {
  const key = fc.string({ minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue(), { minKeys: 1, maxKeys: 5 }), fc.nat(), fc.boolean(), (object, pick, escaped) => {
      const keys = Object.keys(object);
      const again = keys[pick % keys.length] as string;
      const spelled = escaped ? `"${[...again].map(escapeAll).join('')}"` : JSON.stringify(again);
      const text = `${JSON.stringify(object).slice(0, -1)},${spelled}:null}`;
      const result = readJsonText(text);
      assert.ok(!result.ok && (result.problem === 'duplicate_key' || result.problem === 'unsafe_integer'), text);
    }),
    { numRuns: 500 },
  );
});

function escapeAll(character: string): string {
  let out = '';
  for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return out;
}
