import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CelError, compileCel, type CelEnv, type CelProgram } from './index.ts';

const ENV: CelEnv = {
  variables: {
    findings: { list: { object: 'Finding' } },
    part: { object: 'Part' },
    names: { list: 'string' },
    limits: { map: 'int' },
    stage: 'string',
    args: 'dyn',
  },
  objects: {
    Finding: { category: 'string', severity: 'string', confidence: 'double', evidence: 'string' },
    Part: { kind: 'string', scanned: 'bool', turn: 'int', media: 'string' },
  },
  enums: {
    'Finding.category': ['secret', 'personal_data', 'jailbreak'],
    'Part.kind': ['text', 'image', 'file'],
    stage: ['prompt', 'response'],
  },
  defaults: { 'Finding.evidence': '' },
};

const FINDING = { category: 'secret', severity: 'high', confidence: 0.9 };
const VARS = {
  findings: [FINDING],
  part: { kind: 'text', scanned: true, turn: 3, media: '' },
  names: ['a', 'b'],
  limits: { low: 1 },
  stage: 'prompt',
  args: {},
};

function program(source: string): CelProgram {
  const compiled = compileCel(source, ENV, 'bool');
  assert.ok(compiled.ok, compiled.ok ? '' : `${source}: ${JSON.stringify(compiled.problems)}`);
  return compiled.program;
}

function value(source: string, vars: Record<string, unknown> = {}): boolean {
  return program(source).evaluate({ ...VARS, ...vars });
}

function problem(source: string): string {
  const compiled = compileCel(source, ENV, 'bool');
  return compiled.ok ? 'compiled' : compiled.problems.map((p) => `${p.offset}: ${p.message}`).join('; ');
}

test('what rules are made of', () => {
  assert.equal(value("findings.exists(f, f.category == 'secret' && f.confidence >= 0.9)"), true);
  assert.equal(value("findings.exists(f, f.category == 'secret' && f.confidence > 0.9)"), false);
  assert.equal(value("findings.exists(f, f.category in ['jailbreak', 'secret'])"), true);
  assert.equal(value('findings.size() > 0 && size(names) == 2'), true);
  assert.equal(value("part.turn >= 3 && part.kind != 'image'"), true);
  assert.equal(value("part['kind'] == 'text'"), true);
  assert.equal(value("findings.filter(f, f.severity == 'high').map(f, f.category).exists(c, c == 'secret')"), true);
  assert.equal(value("names.all(n, n.matches('^[a-z]$')) && !('c' in names)"), true);
  assert.equal(value("limits.low + 1 == 2 && limits['low'] < 2"), true);
  assert.equal(value("findings.exists(f, f.evidence == '')"), true, 'an absent field with a default');
  assert.equal(value("has(args.path) && args.path.startsWith('/etc')", { args: { path: '/etc/passwd' } }), true);
  assert.equal(value("has(args.path) && args.path.startsWith('/etc')", { args: {} }), false);
  assert.equal(value('args.amount > 100 && args.amount == 250', { args: { amount: 250 } }), true);
  assert.equal(value("args.to.exists(t, t.endsWith('@example.com'))", { args: { to: ['x@example.com'] } }), true);
});

test('strings: ASCII case only, code points, linear patterns', () => {
  assert.equal(value("stage.lowerAscii() == 'ÄbÇ'", { stage: 'ÄBÇ' }), true);
  assert.equal(value("stage.upperAscii() == 'STRAßE'", { stage: 'straße' }), true);
  assert.equal(value('stage.size() == 2 && size(stage) == 2', { stage: '😀é' }), true);
  assert.equal(value("stage.split(',').join('-') == 'a-b' && stage.contains('a,')", { stage: 'a,b' }), true);
  assert.equal(value("' x '.trim() + stage == 'xp'", { stage: 'p' }), true);
});

test('matches is linear wherever it is written', () => {
  const evil = `${'a'.repeat(40)}!`;
  const sources = [
    "stage.matches('^(a+)+$')",
    "names.exists(n, n.matches('^(a+)+$'))",
    "findings.exists(f, names.all(n, n.matches('^(a|a)*$')))",
    "(part.scanned ? stage : '').matches('^(a+)+$')",
    "args.text.matches('^(a+)+$')",
    "names.filter(n, n.matches('^(a+)+$')).size() == 1",
    "names.map(n, n.matches('^(a+)+$')).exists(b, b)",
    "{'k': stage}['k'].matches('^(a+)+$')",
  ];
  for (const source of sources) assert.equal(value(source, { stage: evil, names: [evil], args: { text: evil } }), false, source);
  assert.equal(value(sources[0] as string, { stage: 'aaa' }), true);
});

test('patterns must be written out and be RE2', () => {
  assert.match(problem('stage.matches(names[0])'), /written out/);
  assert.match(problem("stage.matches('a' + 'b')"), /written out/);
  assert.match(problem("stage.matches('(')"), /not RE2.*\)/);
  assert.match(problem("stage.matches('(?=a)b')"), /not RE2/);
  assert.match(problem("stage.matches('(a)\\\\1')"), /not RE2/);
  assert.match(problem(`stage.matches('${'a'.repeat(1_001)}')`), /1000 characters/);
  assert.match(problem("stage.matches('(a{1000}){1000}')"), /not RE2/);
});

test('unknown names, fields, functions and words are refused, with a suggestion', () => {
  assert.match(problem("findigs.exists(f, f.category == 'secret')"), /^0: findigs is not known here; did you mean findings\?/);
  assert.match(problem("findings.exists(f, f.categry == 'secret')"), /there is no field categry; did you mean category\?/);
  assert.match(
    problem("findings.exists(f, f.category == 'persnal_data')"),
    /^33: Finding\.category is never 'persnal_data'; did you mean personal_data\?/,
  );
  assert.match(problem("'persnal_data' != part.kind"), /Part\.kind is never/);
  assert.match(problem("findings.exists(f, f['category'] in ['secret', 'x1'])"), /never 'x1'; it is one of/);
  assert.match(problem("stage == 'respnse'"), /stage is never 'respnse'; did you mean response/);
  assert.match(problem("findings.filter(f, f.category == 'nope').size() > 0"), /never 'nope'/);
  assert.match(problem("stage.startWith('a')"), /there is no function startWith; did you mean startsWith\?/);
  assert.match(problem('findings.exist(f, true)'), /did you mean exists/);
  assert.match(problem("part.turn == 'x'"), /no such overload/);
  assert.match(problem('stage == 1'), /no such overload/);
});

test('functions outside of the subset are refused', () => {
  for (const source of [
    "timestamp('2024-01-01T00:00:00Z') == timestamp(stage)",
    'bytes(stage).size() > 1',
    "bytes(stage).json() == {'a': 1}",
    'stage.substring(1) == stage',
    "cel.bind(x, stage, x == 'a')",
    'type(stage) == string',
    'dyn(stage) == 1',
    "stage == b'x'",
    'part.turn == 3u',
    'google.protobuf.Timestamp == 1',
  ])
    assert.notEqual(problem(source), 'compiled', source);
});

test('the result must be a bool, and a variable must be able to change it', () => {
  assert.match(problem('stage'), /must be true or false, is string/);
  assert.match(problem('args.x'), /must be true or false, is dyn/);
  for (const source of [
    'true',
    '1 == 1',
    "part.scanned || 'a' == 'a'",
    'part.scanned && false',
    "findings.exists(f, f.category == 'secret' && f.category == 'jailbreak')",
    "part.kind != 'text' || part.kind != 'image'",
    'part.scanned && !part.scanned',
    'part.scanned || !(part.scanned)',
    'findings.exists(f, 1 > 2)',
    'findings.all(f, [1, 2].exists(x, x == 2))',
    'stage == stage',
    'part.turn < part.turn',
    'part.scanned ? true : 2 > 1',
    'true ? false : part.scanned',
    'stage in []',
    '!(true || part.scanned)',
  ])
    assert.match(problem(source), /is always (true|false)/, source);
  assert.match(problem('1 / 0 == 1 || part.scanned'), /always fails: division by zero/);
  const allowed = compileCel('true', ENV, 'bool', { allowConstant: true });
  assert.ok(allowed.ok && allowed.program.constant === true);
  assert.equal(problem('part.turn > 1 && part.turn < 3'), 'compiled');
  assert.equal(problem('0.12345678901234 < args.x'), 'compiled');
});

test('size, depth and nesting are bounded', () => {
  assert.match(problem(Array(400).fill('part.scanned').join(' || ')), /AstNodes/i);
  assert.match(problem(`${'('.repeat(40)}part.scanned${')'.repeat(40)}`), /Depth/i);
  assert.match(problem(`stage == '${'x'.repeat(20_000)}'`), /longer than/);
  assert.match(problem(`${'!'.repeat(5_000)}part.scanned`), /exceed|limit/i);
  const three = 'names.exists(a, names.exists(b, names.exists(c, a == b && b == c)))';
  assert.match(problem(three), /more than 2/);
  assert.equal(problem('names.exists(a, names.exists(b, a == b))'), 'compiled');
  assert.match(problem('names.exists(a, names.exists(a, a == stage))'), /hides a name/);
  assert.match(problem('names.exists(stage, stage == part.kind)'), /hides a name/);
});

test('errors at run time throw CelError and never a value', () => {
  const fails = (source: string, vars: Record<string, unknown>): void => {
    assert.throws(() => value(source, vars), { name: 'CelError' }, source);
  };
  fails("args.path == 'x'", { args: {} });
  fails('args.n > 1', { args: { n: 'text' } });
  fails("part.kind == 'text'", { part: {} });
  fails("part.kind == 'text'", { part: undefined });
  fails("part.kind == 'text'", { part: 'text' });
  fails('part.turn == 1', { part: { ...VARS.part, turn: 1.5 } });
  fails("findings.exists(f, f.category == 'secret')", { findings: [{ ...FINDING, category: 7 }] });
  fails("findings.exists(f, f.category == 'secret')", { findings: 'no list' });
  fails('limits.high == 1', {});
  fails('1 / part.turn == 1', { part: { ...VARS.part, turn: 0 } });
});

test('attack: members of JavaScript objects are out of reach', () => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf', 'length']) {
    assert.throws(() => value(`args.${name} == 1`, { args: {} }), Error, name);
    assert.throws(() => value(`args['${name}'] == 1`, { args: {} }), { name: 'CelError' }, name);
    assert.notEqual(problem(`part.${name} == stage`), 'compiled', name);
    assert.notEqual(problem(`${name} == stage`), 'compiled', name);
  }
  assert.equal(value('has(args.constructor)', { args: {} }), false);
  assert.equal(value("args.constructor == 'own'", { args: JSON.parse('{"constructor":"own"}') }), true);
  assert.equal(value("args['__proto__'] == 'own'", { args: JSON.parse('{"__proto__":"own"}') }), true);
});

test('an object with a member named constructor is an object like any other', () => {
  const args = JSON.parse('{"deep":[{"constructor":{"constructor":1},"b":2}],"constructor":[1,2]}') as Record<string, unknown>;
  assert.equal(value('has(args.constructor) && args.constructor.size() == 2', { args }), true);
  assert.equal(value("args.deep.exists(d, d.constructor.constructor == 1 && d['b'] == 2)", { args }), true);
  assert.equal(value("args.deep[0].exists(key, key == 'b') && size(args.deep[0]) == 2", { args }), true);
  assert.equal(value('args.deep[0] == args.deep[1]', { args: { deep: [args, args] } }), true);
});

test('attack: long lists and texts end in an error, quickly, whatever else the rule says', () => {
  const many = Array.from({ length: 200_000 }, (_, i) => i);
  const big = 'a'.repeat(1_000_000);
  const half = many.slice(0, 20_000);
  const vars = {
    args: { many, half, big, other: `${big.slice(1)}b`, nested: Array(300).fill(half.slice(0, 300)), deep: [[half]], deep2: [[[...half]]] },
  };
  for (const source of [
    'args.many.exists(x, x == 5)',
    'args.many.exists(x, x == 5) || part.scanned == false',
    'part.scanned == false || args.half.exists(x, args.half.exists(y, x == y + 1.0))',
    'args.half.exists(x, args.half.exists(y, x < y && y < x)) || true == part.scanned',
    'args.half.exists(x, x in args.many)',
    "args.half.exists(x, args.big.contains('b' + string(x)))",
    "args.half.exists(x, args.big.matches('b$'))",
    'args.half.all(x, args.big + args.big != stage)',
    'args.half.all(x, args.big != args.other)',
    'args.half.all(x, args.big < args.other)',
    "args.half.exists(x, args.big.split('').size() == 1)",
    'args.half.exists(x, args.deep != args.deep2)',
    'args.half.exists(x, args.big.size() == 3)',
    'args.half.exists(x, size(args.big) == 3)',
    'args.half.all(x, args.big.endsWith(args.big))',
    'args.half.exists(x, args.big.lowerAscii() == stage)',
    'args.half.all(x, double(args.big) == 1.0)',
    "args.half.map(x, args.big).join('') == stage",
    'args.many.map(x, x).size() == 3',
    'args.half.exists(x, x.foo == 1)',
  ]) {
    const ready = program(source);
    assert.throws(() => ready.evaluate({ ...VARS, ...vars }), { name: 'CelError' }, source);
  }
  assert.equal(value('args.half.exists(x, x == 19999)', vars), true, 'what is within bounds works');
  assert.equal(value('args.half.exists(x, x == 19999)', vars), true, 'and each evaluation starts anew');
});

test('what an expression reads and needs', () => {
  const needs = (source: string): unknown => program(source).needs;
  assert.deepEqual([...program("findings.exists(f, f.category == 'secret' && part.scanned)").reads], ['findings', 'part']);
  assert.deepEqual(needs("findings.exists(f, f.category == 'secret' && f.confidence > 0.5)"), [
    { kind: 'element', list: 'findings', words: { category: ['secret'] } },
  ]);
  assert.deepEqual(
    needs("findings.exists(f, f.category == 'secret') || findings.exists(f, f.category == 'jailbreak' && f.severity == 'high')"),
    [{ kind: 'element', list: 'findings', words: { category: ['secret', 'jailbreak'] } }],
  );
  assert.deepEqual(needs("findings.exists(f, f.category == 'secret') || part.scanned"), []);
  assert.deepEqual(needs("!part.scanned && part.kind in ['image', 'file']"), [
    { kind: 'field', root: 'part', field: 'scanned', values: [false], negated: false },
    { kind: 'field', root: 'part', field: 'kind', values: ['image', 'file'], negated: false },
  ]);
  assert.deepEqual(needs("part.kind != 'text'"), [{ kind: 'field', root: 'part', field: 'kind', values: ['text'], negated: true }]);
  assert.deepEqual(needs("!findings.exists(f, f.category == 'secret')"), []);
  assert.deepEqual(needs("findings.all(f, f.category == 'secret')"), []);
  assert.deepEqual(needs("findings.exists(f, f.category != 'secret')"), [{ kind: 'element', list: 'findings', words: {} }]);
  assert.deepEqual(needs("findings.exists(f, f.category == 'secret' || f.severity == 'high')"), [
    { kind: 'element', list: 'findings', words: {} },
  ]);
  assert.deepEqual(needs('size(findings) > 0'), [{ kind: 'element', list: 'findings', words: {} }]);
  assert.deepEqual(needs('findings.size() > 1'), []);
});

test('a trace shows each step of the evaluation', () => {
  const trace = program("findings.exists(f, f.category == 'secret' && f.confidence > 0.5) && part.turn > 7").explain(VARS);
  assert.equal(trace.value, false);
  assert.equal(trace.parts.length, 2);
  assert.equal(trace.parts[0]?.value, true);
  assert.match(JSON.stringify(trace.parts[0]), /"text":"f.category".*"value":"secret"/);
  assert.equal(trace.parts[1]?.text, 'part.turn > 7');
  assert.match(JSON.stringify(trace.parts[1]), /"value":3/);
  const failed = program("args.path == 'x'").explain(VARS);
  assert.match(failed.error ?? '', /No such key/);
});

const TOKENS = fc.constantFrom(
  ...`'secret' 'a' 1 -1 0.5 true null findings part names args limits stage f x category kind turn a . ( ) [ ] { } , : ? ! == != < >= in
  && || + - * / % _ r"( b'x' exists all map filter size matches contains has int string split join .exists(x, .matches("a") // \\ \u0000`.split(
    /[ \n]+/,
  ),
);

const GOOD: readonly string[] = [
  "findings.exists( f , f.category == 'secret' && f.confidence >= 0.5 )",
  "part.kind in ['text','image'] || ! part.scanned",
  'has( args.a ) && args.a.size() > 1',
  "names.all( x , x.startsWith( 'a' ) ) ? stage == 'prompt' : part.turn + 1 < 5",
  "limits['low'] * 2 - 1 == 1 && names.map( x , x + 'b' ).join( ',' ).matches( 'ab' )",
  'args.list.exists( x , x == 1 ) != ( names.size() % 2 == 0 )',
];

test('property: any text compiles or has problems; what compiles gives a bool or a CelError', () => {
  let compiledCount = 0;
  fc.assert(
    fc.property(fc.constantFrom(...GOOD), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 2 }), TOKENS), { maxLength: 3 }), (good, edits) => {
      const tokens = good.split(' ');
      for (const [at, removed, token] of edits) tokens.splice(at % tokens.length, removed, token);
      const source = tokens.join(' ');
      const compiled = compileCel(source, ENV, 'bool');
      if (!compiled.ok) {
        const placed = compiled.problems.every((p) => p.offset >= 0 && p.offset <= source.length && p.message !== '');
        assert.ok(compiled.problems.length > 0 && placed, source);
        return;
      }
      compiledCount++;
      try {
        assert.equal(typeof compiled.program.evaluate(VARS), 'boolean');
      } catch (thrown) {
        assert.ok(thrown instanceof CelError, `${source}: ${String(thrown)}`);
      }
    }),
    { numRuns: 20_000 },
  );
  assert.ok(compiledCount > 1_000, String(compiledCount));
});
