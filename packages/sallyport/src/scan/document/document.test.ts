import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readJsonc } from './jsonc.ts';
import { at, textOf, type DocumentNode } from './node.ts';
import { readToml } from './toml.ts';

function plain(node: DocumentNode | undefined): unknown {
  if (node === undefined) return undefined;
  if (node.kind === 'object') return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
  if (node.kind === 'array') return node.items.map(plain);
  return node.kind === 'null' ? null : node.value;
}

suite('JSON with comments', () => {
  test('reads what JSON.parse reads', () => {
    const values = fc.jsonValue({ maxDepth: 6 }).filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(values, (value) =>
        assert.deepEqual(plain(readJsonc(JSON.stringify(value, undefined, 1))), JSON.parse(JSON.stringify(value))),
      ),
    );
  });
  test('comments, trailing commas, a byte order mark', () => {
    assert.deepEqual(plain(readJsonc('\ufeff{ // a\n "a": [1, 2,], /* b */ "b": "x//y", }')), { a: [1, 2], b: 'x//y' });
  });
  test('places are those of the text', () => {
    const text = '{"a": {"b": "c"}}';
    const node = at(readJsonc(text), 'a', 'b');
    assert.equal(text.slice(node?.start, node?.end), '"c"');
  });
  for (const bad of ['', '{', '{"a" 1}', '{"a": 1} x', '"a', '[1 2]', '{"a": nul}', '['.repeat(100), '"\\x"', "{'a': 1}"]) {
    test(`refuses ${bad.slice(0, 12)}`, () => assert.equal(readJsonc(bad), undefined));
  }
  test('any text ends without a fault', () =>
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void [readJsonc(text), readToml(text)])));
});

suite('TOML', () => {
  test('tables, arrays of tables, dotted keys, strings', () => {
    const text = [
      'title = "a\\"b" # comment',
      "raw = 'C:\\x'",
      '[project]',
      'name = "x"',
      'dependencies = [',
      '  "a>=1", # one',
      '  "b[c]==2",',
      ']',
      '[project.optional-dependencies]',
      'dev = ["d"]',
      '[[package]]',
      'name = "p"',
      'source = { registry = "https://x", "a.b" = 1 }',
      '[[package]]',
      'name = "q"',
      'when = 2026-01-02 03:04:05Z',
      'on = true',
      'n = 1_000',
      'a.b.c = 1',
      '[package.extra]',
      'x = """',
      'two',
      'lines"""',
    ].join('\r\n');
    assert.deepEqual(plain(readToml(text)), {
      title: 'a"b',
      raw: 'C:\\x',
      project: { name: 'x', dependencies: ['a>=1', 'b[c]==2'], 'optional-dependencies': { dev: ['d'] } },
      package: [
        { name: 'p', source: { registry: 'https://x', 'a.b': 1 } },
        { name: 'q', when: '2026-01-02 03:04:05Z', on: true, n: 1000, a: { b: { c: 1 } }, extra: { x: 'two\r\nlines' } },
      ],
    });
  });
  test('places are those of the text', () => {
    const text = '[a]\nb = "c"\n';
    const node = at(readToml(text), 'a', 'b');
    assert.equal(text.slice(node?.start, node?.end), '"c"');
    assert.equal(textOf(node), 'c');
  });
  for (const bad of ['a', 'a =', '[a', 'a = [1 2]', 'a = "x', 'a = 1 b = 2', `a = ${'['.repeat(100)}`, 'a = 1\n[a.b]\nc = 2']) {
    test(`refuses ${bad.slice(0, 12)}`, () => assert.equal(readToml(bad), undefined));
  }
});
