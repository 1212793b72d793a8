import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CATEGORIES, type Category, type Finding, type Point } from '../kernel/index.ts';
import { compileCel } from '../cel/index.ts';
import { loadPolicy, type Policy, type PointVars, type RuleSource } from './index.ts';
import { sampleVars } from './sample.ts';
import { ENV_OF } from './vars.ts';

/** Loads rules as they are: their own tests are not the subject here. */
function policyOf(rules: readonly RuleSource[], defaults: { tool_call?: 'allow' | 'ask' | 'deny' } = {}): Policy {
  const loaded = loadPolicy(rules.map(provided), { defaults }, new Map());
  assert.ok(loaded.ok, loaded.ok ? '' : JSON.stringify(loaded.problems));
  return loaded.policy;
}

/** Adds the tests that the loader asks for, found by trying facts until one makes the rule act. */
function provided(rule: RuleSource): RuleSource {
  if (rule.tests !== undefined) return rule;
  const expects = [
    ...(rule.then === undefined || rule.then === 'allow' ? [] : [rule.then]),
    ...(rule.mask === undefined ? [] : (['mask'] as const)),
  ];
  return { ...rule, tests: expects.map((expect) => ({ given: FACTS, expect })) };
}

const FACTS = {
  findings: CATEGORIES.map((category) => ({ category, severity: 'critical' as const, confidence: 1 })),
  part: { scanned: false, size: 1_000 },
  request: { write_tools: true },
  tool: { name: 'send', effect: 'egress' as const },
  args: { path: '/etc/passwd' },
};

const rule = (id: string, when: string, more: Partial<RuleSource> = {}): RuleSource => ({
  id,
  on: ['prompt'],
  when,
  then: 'deny',
  why: `${id}.`,
  ...more,
});
const has = (category: string): string => `findings.exists(f, f.category == '${category}')`;
const finding = (category: Category, more: Partial<Finding> = {}): Finding => ({
  rule: 'r',
  category,
  type: 'T',
  severity: 'high',
  confidence: 0.9,
  location: { kind: 'text', part: 0, start: 0, end: 1 },
  ...more,
});
const vars = (point: Point, findings: readonly Finding[], more: Partial<PointVars> = {}): PointVars => ({
  ...sampleVars(point, {}),
  findings,
  ...more,
});

test('the strictest enforced action wins; observed rules only say what they would do', () => {
  const policy = policyOf([
    rule('a', has('secret'), { then: 'allow' }),
    rule('b', has('secret'), { then: 'ask' }),
    rule('c', has('jailbreak'), { then: 'deny' }),
    rule('d', has('secret'), { then: 'deny', enforce: false }),
  ]);
  const verdict = policy.decide('prompt', vars('prompt', [finding('secret')]));
  assert.equal(verdict.action, 'ask');
  assert.deepEqual(
    verdict.rules.map((r) => r.id),
    ['a', 'b'],
  );
  assert.deepEqual(
    verdict.would.map((r) => [r.id, r.then]),
    [['d', 'deny']],
  );
  assert.equal(policy.decide('prompt', vars('prompt', [finding('secret'), finding('jailbreak')])).action, 'deny');
  assert.equal(policy.decide('prompt', vars('prompt', [finding('secret')]), { enforceAll: true }).action, 'deny');
  assert.equal(policy.decide('prompt', vars('prompt', [])).action, 'allow');
  assert.equal(policy.decide('content', vars('content', [finding('jailbreak')])).action, 'allow');
});

test('masks are the union over enforced rules, and apply whatever the action', () => {
  const mask = (id: string, category: string, more: Partial<RuleSource> = {}): RuleSource => {
    return { id, on: ['prompt'], when: has(category), why: 'x', mask: `f.category == '${category}'`, ...more };
  };
  const policy = policyOf([mask('m1', 'secret'), mask('m2', 'personal_data', { then: 'ask' }), mask('m3', 'usage', { enforce: false })]);
  const found = [finding('usage'), finding('personal_data'), finding('secret'), finding('jailbreak'), finding('personal_data')];
  const verdict = policy.decide('prompt', vars('prompt', found));
  assert.deepEqual(verdict.masks, [1, 2, 4]);
  assert.equal(verdict.action, 'ask');
  assert.deepEqual(
    verdict.rules.map((r) => `${r.id} ${r.then}`),
    ['m1 mask', 'm2 ask', 'm2 mask'],
  );
  assert.deepEqual(
    verdict.would.map((r) => `${r.id} ${r.then}`),
    ['m3 mask'],
  );
  assert.deepEqual(policy.decide('prompt', vars('prompt', found), { enforceAll: true }).masks, [0, 1, 2, 4]);
});

test('quarantine replaces the part and leaves the action', () => {
  const policy = policyOf([rule('q', has('prompt_injection'), { on: ['content', 'tool_result'], then: 'quarantine' })]);
  const verdict = policy.decide('content', vars('content', [finding('prompt_injection')]));
  assert.deepEqual([verdict.quarantine, verdict.action], [true, 'allow']);
});

test("a point's default speaks when no enforced rule decides", () => {
  const policy = policyOf(
    [
      rule('reads', "tool.effect == 'read'", { on: ['tool_call'], then: 'allow', tests: [] }),
      rule('seen', "tool.name == 'send'", { on: ['tool_call'], enforce: false }),
    ],
    { tool_call: 'deny' },
  );
  const call = (effect: 'read' | 'write'): PointVars => ({ ...sampleVars('tool_call', {}), tool: { name: 'send', effect } });
  assert.equal(policy.decide('tool_call', call('read')).action, 'allow');
  const denied = policy.decide('tool_call', call('write'));
  assert.equal(denied.action, 'deny');
  assert.deepEqual(
    denied.rules.map((r) => r.id),
    ['default-tool-call'],
  );
  assert.deepEqual(
    denied.would.map((r) => r.id),
    ['seen'],
  );
  assert.equal(policyOf([], { tool_call: 'ask' }).wants('tool_call'), true);
  assert.equal(policyOf([], { tool_call: 'ask' }).decide('tool_call', call('read')).action, 'ask');
  assert.equal(policyOf([]).wants('tool_call'), false);
});

test('attack: a condition that is made to fail counts as holding, and says so', () => {
  const when = "args.path.startsWith('/etc')";
  const policy = policyOf([
    rule('deny', when, { on: ['tool_call'] }),
    rule('allow', when, { on: ['tool_call'], then: 'allow' }),
    rule('seen', when, { on: ['tool_call'], enforce: false }),
    { ...rule('mask', when, { on: ['tool_call'] }), mask: "f.category == 'secret' || args.path == 'x'" },
  ]);
  for (const args of [{}, { path: 7 }, { path: null }, { path: ['/etc'] }, { path: { constructor: '/etc' } }]) {
    const verdict = policy.decide(
      'tool_call',
      vars('tool_call', [finding('secret'), finding('usage')], { args, tool: { name: 't', effect: 'read' } }),
    );
    assert.equal(verdict.action, 'deny', JSON.stringify(args));
    assert.ok(verdict.errors.some((error) => error.rule === 'deny'));
    assert.ok(!verdict.rules.some((held) => held.id === 'allow'), 'a rule that allows is not helped by breaking it');
    assert.deepEqual(verdict.would, [], 'what is only observed does not hold by failing');
    assert.deepEqual(
      verdict.errors.some((error) => error.rule === 'seen'),
      true,
    );
    assert.deepEqual(verdict.masks.includes(0), true);
  }
});

test('attack: arguments made to cost time end in a refusal, quickly', () => {
  const policy = policyOf([
    rule('to', 'has(args.to) && args.to.exists(a, args.cc.exists(b, a == b))', {
      on: ['tool_call'],
      tests: [{ given: { args: { to: ['x'], cc: ['x'] } }, expect: 'deny' }],
    }),
  ]);
  const many = Array.from({ length: 100_000 }, (_, i) => `${i}@example.com`);
  const verdict = policy.decide(
    'tool_call',
    vars('tool_call', [], { args: { to: many, cc: many.map((a) => `${a}x`) }, tool: { name: 't', effect: 'read' } }),
  );
  assert.equal(verdict.action, 'deny');
  assert.match(verdict.errors[0]?.message ?? '', /steps of work/);
});

test('facts of the wrong type do not slip past the shortcuts', () => {
  const policy = policyOf([rule('unscanned', '!part.scanned && request.write_tools'), rule('secret', has('secret'))]);
  const base = sampleVars('prompt', { request: { write_tools: true } });
  const broken = { ...base, part: { ...base.part, scanned: undefined } } as unknown as PointVars;
  assert.equal(policy.decide('prompt', broken).action, 'deny');
  const text = { ...base, part: { ...base.part, scanned: 'no' } } as unknown as PointVars;
  assert.equal(policy.decide('prompt', text).action, 'deny');
  const odd = vars('prompt', [finding('unheard_of' as Category)]);
  assert.equal(policy.decide('prompt', odd).action, 'allow');
  const worse = vars('prompt', [finding(7 as unknown as Category)]);
  assert.equal(policy.decide('prompt', worse).action, 'deny');
});

const CONDITIONS = [
  has('secret'),
  has('personal_data'),
  "findings.exists(f, f.category == 'secret' && f.confidence >= 0.9)",
  "findings.exists(f, f.category in ['jailbreak', 'secret'])",
  "findings.exists(f, f.category == 'secret') && findings.exists(f, f.category == 'jailbreak')",
  "findings.exists(f, f.category == 'secret') || findings.exists(f, f.category == 'jailbreak' && f.severity == 'low')",
  "findings.exists(f, f.severity == 'high')",
  "findings.exists_one(f, f.category == 'secret')",
  "findings.size() > 0 && part.kind == 'text'",
  'findings.size() > 1',
  "findings.all(f, f.category == 'secret')",
  `!${has('secret')}`,
  'part.scanned == false',
  '!part.scanned && request.write_tools',
  "part.kind != 'text' || part.origin in ['tool', 'retrieved']",
  "part.kind in ['image', 'file'] && !request.tools",
  "principal.kind == 'agent' && part.size > 50",
  "findings.exists(f, f.category == 'secret' || f.category == 'usage' && f.type == 'T')",
];
const ARBITRARY_VARS: fc.Arbitrary<PointVars> = fc
  .record({
    findings: fc.array(
      fc.record({
        category: fc.constantFrom<Category>('secret', 'jailbreak', 'personal_data', 'usage'),
        severity: fc.constantFrom('low' as const, 'high' as const),
        confidence: fc.constantFrom(0.5, 0.95),
      }),
      { maxLength: 4 },
    ),
    part: fc.record({
      scanned: fc.boolean(),
      kind: fc.constantFrom('text' as const, 'image' as const),
      origin: fc.constantFrom('user' as const, 'tool' as const),
      size: fc.constantFrom(10, 100),
    }),
    request: fc.record({ write_tools: fc.boolean(), tools: fc.boolean() }),
    principal: fc.record({ kind: fc.constantFrom('agent' as const, 'user' as const) }),
  })
  .map((given) => sampleVars('prompt', given));

test('property: the shortcuts change no verdict, and the order of rules does not matter', () => {
  const rules = CONDITIONS.map((when, i): RuleSource => {
    const then = (['allow', 'ask', 'deny'] as const)[i % 3] ?? 'deny';
    return { ...rule(`r${String.fromCharCode(97 + i)}`, when, { then: 'allow', enforce: i % 4 !== 0 }), then };
  });
  const loadable = rules.map((one): RuleSource => ({ ...one, tests: exampleFor(one) }));
  const policy = policyOf(loadable);
  const programs = new Map(
    loadable.map((one) => {
      const compiled = compileCel(one.when, ENV_OF.prompt.when, 'bool');
      assert.ok(compiled.ok, one.when);
      return [one.id, compiled.program];
    }),
  );
  const order = fc.shuffledSubarray(loadable, { minLength: loadable.length });
  let held = 0;
  fc.assert(
    fc.property(ARBITRARY_VARS, (facts) => {
      const verdict = policy.decide('prompt', facts);
      const holding = loadable.filter((one) => programs.get(one.id)?.evaluate(facts) === true);
      held += holding.length;
      assert.deepEqual(
        verdict.rules.map((r) => r.id).sort(),
        holding
          .filter((r) => r.enforce !== false)
          .map((r) => r.id)
          .sort(),
      );
      assert.deepEqual(
        verdict.would.map((r) => r.id).sort(),
        holding
          .filter((r) => r.enforce === false)
          .map((r) => r.id)
          .sort(),
      );
    }),
    { numRuns: 1_500 },
  );
  assert.ok(held > 1_500, 'most rules hold sometimes');
  fc.assert(
    fc.property(order, ARBITRARY_VARS, (shuffled, facts) => {
      assert.deepEqual(policyOf(shuffled).decide('prompt', facts), policy.decide('prompt', facts));
    }),
    { numRuns: 25 },
  );
});

/** A test that makes the rule act, found among generated facts. */
function exampleFor(one: RuleSource): NonNullable<RuleSource['tests']> {
  if (one.then === 'allow' || one.then === undefined) return [];
  const compiled = compileCel(one.when, ENV_OF.prompt.when, 'bool');
  assert.ok(compiled.ok);
  const facts = fc.sample(ARBITRARY_VARS, { numRuns: 500, seed: 1 }).find((v) => compiled.program.evaluate(v));
  assert.ok(facts !== undefined, `nothing makes ${one.when} hold`);
  const { findings, part, request, principal } = facts;
  return [
    {
      given: {
        findings: findings.map(({ category, severity, confidence }) => ({ category, severity, confidence })),
        part,
        request,
        principal,
      },
      expect: one.then,
    },
  ];
}
