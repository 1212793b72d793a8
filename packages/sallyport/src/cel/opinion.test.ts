import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCelError, isCelList, isCelMap, run } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import fc from 'fast-check';
import { checkExpression } from './compile.ts';
import { bindCel, type CelEnv } from './index.ts';

// A second opinion: @bufbuild/cel evaluates the same generated expressions over the same values. Both must give the same value, or both fail.
// Left out is where the other side is wrong (cel-go and the specification agree with us): has() of a member that is null, int(' ').
// Integers beyond 2^53 are left out too: it rounds them before it compares them with a double.

const ENV: CelEnv = {
  variables: {
    s: 'string',
    t: 'string',
    i: 'int',
    j: 'int',
    d: 'double',
    b: 'bool',
    l: { list: 'string' },
    n: { list: 'int' },
    m: { map: 'string' },
    x: 'dyn',
  },
  objects: {},
  enums: {},
};

type Typed = 'bool' | 'string' | 'int' | 'double' | 'strings' | 'ints';
const quote = (text: string): string => JSON.stringify(text);
const LETTERS = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'ä', '😀', ' ', '.', '-'), maxLength: 4 });

/** Expressions of a type, with `v` (string) and `w` (int) in scope where a walk binds them. */
function expressions(depth: number, scope: readonly ('v' | 'w')[]): Record<Typed, fc.Arbitrary<string>> {
  const leaf: Record<Typed, fc.Arbitrary<string>> = {
    bool: fc.constantFrom('b', 'true', 'false'),
    string: fc.oneof(fc.constantFrom('s', 't', ...(scope.includes('v') ? ['v'] : [])), LETTERS.map(quote)),
    int: fc.oneof(fc.constantFrom('i', 'j', ...(scope.includes('w') ? ['w'] : [])), fc.integer({ min: -3, max: 9 }).map(String)),
    double: fc.oneof(fc.constantFrom('d', '0.5', '-1.5', '2.0')),
    strings: fc.constantFrom('l', '["a", "b"]', '["a", s]'),
    ints: fc.constantFrom('n', '[1, 2]', '[i, 3]'),
  };
  if (depth <= 0) return leaf;
  const inner = expressions(depth - 1, scope);
  const withString = scope.includes('v') ? inner : expressions(depth - 1, [...scope, 'v']);
  const withInt = scope.includes('w') ? inner : expressions(depth - 1, [...scope, 'w']);
  const t = (parts: TemplateStringsArray, ...of: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
    fc.tuple(...of).map((texts) => parts.map((part, at) => part + (texts[at] ?? '')).join(''));
  const compare = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
  const walks = (list: fc.Arbitrary<string>, name: 'v' | 'w', body: Record<Typed, fc.Arbitrary<string>>): fc.Arbitrary<string>[] =>
    scope.includes(name)
      ? []
      : [fc.tuple(list, fc.constantFrom('exists', 'all', 'exists_one'), body.bool).map(([a, macro, c]) => `${a}.${macro}(${name}, ${c})`)];
  return {
    bool: fc.oneof(
      leaf.bool,
      t`(${inner.bool} && ${inner.bool})`,
      t`(${inner.bool} || ${inner.bool})`,
      t`!(${inner.bool})`,
      t`(${inner.bool} ? ${inner.bool} : ${inner.bool})`,
      t`(${inner.string} ${compare} ${inner.string})`,
      t`(${inner.int} ${compare} ${inner.int})`,
      t`(${inner.double} ${compare} ${inner.double})`,
      t`(${inner.int} ${compare} ${inner.double})`,
      t`(${inner.string} in ${inner.strings})`,
      t`(${inner.int} in ${inner.ints})`,
      t`(${inner.strings} == ${inner.strings})`,
      t`${inner.string}.contains(${inner.string})`,
      t`${inner.string}.startsWith(${inner.string})`,
      t`${inner.string}.endsWith(${inner.string})`,
      t`${inner.string}.matches(${fc.constantFrom('"^a+$"', '"[a-z]."', '"ä|b"', '"\\\\s$"')})`,
      fc.constantFrom(
        'has(x.k)',
        'x.k == 1',
        'x.k > 0.5',
        'x.missing == 1',
        'has(m.a)',
        'm.a == s',
        '"a" in m',
        'x.list.exists(q, q == s)',
        'x.list[0] == s',
        'x.list.size() == i',
      ),
      ...walks(inner.strings, 'v', withString),
      ...walks(inner.ints, 'w', withInt),
    ),
    string: fc.oneof(
      leaf.string,
      t`(${inner.string} + ${inner.string})`,
      t`(${inner.bool} ? ${inner.string} : ${inner.string})`,
      t`${inner.string}.lowerAscii()`,
      t`${inner.string}.upperAscii()`,
      t`${inner.string}.trim()`,
      t`${inner.strings}.join("-")`,
      t`string(${inner.int})`,
      t`l[${inner.int}]`,
    ),
    int: fc.oneof(
      leaf.int,
      fc.tuple(inner.int, fc.constantFrom('+', '-', '*', '/', '%'), inner.int).map((parts) => `(${parts.join(' ')})`),
      t`-(${inner.int})`,
      t`${inner.string}.size()`,
      t`size(${inner.strings})`,
      t`int(${inner.double})`,
    ),
    double: fc.oneof(
      leaf.double,
      fc.tuple(inner.double, fc.constantFrom('+', '-', '*', '/'), inner.double).map((parts) => `(${parts.join(' ')})`),
      t`double(${inner.int})`,
    ),
    strings: fc.oneof(
      leaf.strings,
      t`${inner.string}.split(".")`,
      ...(scope.includes('v') ? [] : [t`${inner.strings}.filter(v, ${withString.bool})`, t`${inner.strings}.map(v, ${withString.string})`]),
    ),
    ints: fc.oneof(leaf.ints, ...(scope.includes('w') ? [] : [t`${inner.ints}.filter(w, ${withInt.bool})`])),
  };
}

const VALUES = fc.record({
  s: LETTERS,
  t: LETTERS,
  i: fc.integer({ min: -4, max: 40 }),
  j: fc.integer({ min: -4, max: 40 }),
  d: fc.constantFrom(0, 0.5, -2, 1e10, 1e300),
  b: fc.boolean(),
  l: fc.array(LETTERS, { maxLength: 3 }),
  n: fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 3 }),
  m: fc.constantFrom({}, { a: 'a' }),
  x: fc.constantFrom({}, { k: 1, list: ['a'] }, { k: 0.25, list: [] }, { k: 'text', list: [1] }),
});
type Values = (typeof VALUES extends fc.Arbitrary<infer V> ? V : never) & Record<string, unknown>;

const FAILED = 'failed';

function ours(source: string, values: Values): unknown {
  const checked = checkExpression(source, ENV);
  if (!checked.ok) return undefined;
  try {
    return checked.evaluate(bindCel(ENV, values).bound);
  } catch {
    return FAILED;
  }
}

function theirs(source: string, values: Values): unknown {
  const ints = {
    i: BigInt(values.i),
    j: BigInt(values.j),
    n: values.n.map(BigInt),
    m: new Map(Object.entries(values.m)),
    x: new Map(Object.entries(values.x)),
  };
  const value = run(source, { ...values, ...ints }, { funcs: strings });
  return isCelError(value) ? FAILED : unwrap(value);
}

function unwrap(value: unknown): unknown {
  if (isCelList(value)) return [...value].map(unwrap);
  return isCelMap(value) ? Object.fromEntries([...value].map(([key, item]) => [key as string, unwrap(item)])) : value;
}

test('property: a second implementation of CEL gives the same value, or fails as well', () => {
  const counts = { same: 0, refused: 0, failed: 0 };
  const typed = expressions(3, []);
  fc.assert(
    fc.property(fc.oneof({ weight: 4, arbitrary: typed.bool }, typed.string, typed.int, typed.strings), VALUES, (source, given) => {
      const values = given as Values;
      const mine = ours(source, values);
      if (mine === undefined) {
        counts.refused++;
        return;
      }
      const other = theirs(source, values);
      counts[mine === FAILED ? 'failed' : 'same']++;
      assert.deepEqual(mine, other, source);
    }),
    { numRuns: 4_000 },
  );
  assert.ok(counts.same > 2_000 && counts.failed > 50, JSON.stringify(counts));
});
