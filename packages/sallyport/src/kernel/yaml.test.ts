import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closest, didYouMean } from './closest.ts';
import { parser, Type } from './schema.ts';
import { readYaml } from './yaml.ts';

const SCHEMA = Type.Object(
  {
    name: Type.Optional(Type.String()),
    port: Type.Optional(Type.Integer({ minimum: 1 })),
    kind: Type.Optional(Type.Enum(['openai', 'anthropic'])),
    rules: Type.Optional(
      Type.Array(
        Type.Object(
          { id: Type.String(), enforce: Type.Optional(Type.Boolean()), why: Type.Optional(Type.String()) },
          { additionalProperties: false },
        ),
      ),
    ),
    store: Type.Optional(Type.Union([Type.Literal('none'), Type.Object({ url: Type.String() }, { additionalProperties: false })])),
  },
  { additionalProperties: false },
);
const ANY = Type.Any();

function problems(text: string, schema = SCHEMA as Parameters<typeof readYaml>[1]): string[] {
  const read = readYaml(text, schema);
  return read.ok ? [] : read.problems.map((p) => `${p.line}:${p.column} ${p.pointer} ${p.message}`);
}

test('a good document gives its value and the place of each pointer', () => {
  const read = readYaml('name: a\nrules:\n  - id: one\n    enforce: true\n  - id: two\n', SCHEMA);
  assert.ok(read.ok);
  assert.deepEqual(read.value, { name: 'a', rules: [{ id: 'one', enforce: true }, { id: 'two' }] });
  assert.deepEqual(read.lineOf('/rules/0/enforce'), { line: 4, column: 5 });
  assert.deepEqual(read.lineOf('/rules/1'), { line: 5, column: 5 });
  assert.deepEqual(read.lineOf('/rules/1/missing'), { line: 5, column: 5 });
});

test('all problems come at once, in order, each with its line', () => {
  assert.deepEqual(problems('port: 0\nknd: openai\nkind: opnai\nrules:\n  - id: a\n    enforced: true\n  - why: x\nstore: [1]\n'), [
    '1:1 /port must be >= 1',
    '2:1 /knd unknown key knd; did you mean kind?',
    '3:1 /kind must be one of openai, anthropic',
    '6:5 /rules/0/enforced unknown key enforced; did you mean enforce?',
    '7:5 /rules/1 missing id',
    '8:1 /store must be a string or none or an object',
  ]);
});

test('a union reports the form that the value resembles', () => {
  assert.deepEqual(problems('store:\n  url: 1\n  ur: 2\n'), [
    '2:3 /store/url must be a string',
    '3:3 /store/ur unknown key ur; did you mean url?',
  ]);
});

test('more than eight problems are all reported', () => {
  const rules = Array.from({ length: 20 }, (_, i) => `  - idd: r${i}`).join('\n');
  assert.equal(problems(`rules:\n${rules}\n`).length, 40);
});

test('duplicate keys, tags, merges, several documents and other versions are refused with their line', () => {
  assert.match(problems('name: a\nname: b\n').join(), /^2:1 .*unique/);
  assert.match(problems('name: !!js/function "x"\n', ANY).join(), /^1:/);
  assert.match(problems('name: !secret x\n', ANY).join(), /^1:/);
  assert.match(problems('%YAML 1.1\n---\nname: yes\n', ANY).join(), /1\.2/);
  assert.match(problems('a: 1\n---\nb: 2\n', ANY).join(), /document/);
  assert.match(problems('{[a]: 1}', ANY).join(), /string/i);
  const merged = readYaml('base: &b {x: 1}\nuse:\n  <<: *b\n', ANY);
  assert.deepEqual(merged.ok && merged.value, { base: { x: 1 }, use: { '<<': { x: 1 } } });
});

test('words that older YAML takes for booleans stay strings', () => {
  const read = readYaml('name: no\n', SCHEMA);
  assert.deepEqual(read.ok && read.value, { name: 'no' });
});

test('aliases that multiply, deep nesting and long texts are refused', () => {
  const laughs = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 10; i++)
    laughs.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    );
  assert.match(problems(laughs.join('\n'), ANY).join(), /aliases/);
  assert.match(problems(`a: ${'['.repeat(100)}${']'.repeat(100)}`, ANY).join(), /deeper/);
  assert.match(problems(`a: ${'['.repeat(200_000)}`, ANY).join(), /deeper|valid/);
  assert.match(problems('#'.repeat(2_000_000), ANY).join(), /longer/);
});

test('a key named __proto__ is a key and changes no prototype', () => {
  const read = readYaml('__proto__: {polluted: true}\n', ANY);
  assert.ok(read.ok);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  assert.equal((read.value as Record<string, unknown>)['polluted'], undefined);
  assert.match(problems('__proto__: {name: x}\n').join(), /unknown key __proto__/);
});

test('property: JSON is YAML: any JSON object reads as the same value', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 })), (value) => {
      const text = JSON.stringify(value);
      const read = readYaml(text, ANY);
      assert.ok(read.ok, text);
      assert.deepEqual(read.value, JSON.parse(text));
    }),
    { numRuns: 200 },
  );
});

test('property: any text gives a value or problems with real places, and never throws', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('a', ':', ' ', '\n', '-', '[', '{', ']', '}', '&', '*', '!', '#', '"', "'", '\t', '%', '?', '|', '>'),
        maxLength: 60,
      }),
      (text) => {
        const read = readYaml(text, SCHEMA);
        if (read.ok) return;
        assert.ok(read.problems.length > 0);
        for (const problem of read.problems) assert.ok(problem.line >= 1 && problem.column >= 1 && problem.message !== '');
      },
    ),
    { numRuns: 500 },
  );
});

test('the closest word: typing slips are found, other words are not', () => {
  assert.equal(closest('persnal_data', ['secret', 'personal_data']), 'personal_data');
  assert.equal(closest('dney', ['deny', 'ask']), 'deny');
  assert.equal(closest('Enforce', ['enforce']), 'enforce');
  assert.equal(closest('zebra', ['deny', 'ask', 'allow']), undefined);
  assert.equal(didYouMean('x'.repeat(10_000), ['x'.repeat(9_999)]), '');
});

test('enum and constant messages print values, never [object Object]', () => {
  const parse = parser(Type.Object({ a: Type.Enum(['x', 'y']), b: Type.Literal(3) }));
  const parsed = parse({ a: {}, b: {} });
  assert.ok(!parsed.ok);
  assert.deepEqual(
    parsed.problems.map((p) => `${p.pointer} ${p.message}`),
    ['/a must be one of x, y', '/b must be a number', '/b must be 3'],
  );
});
