import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POINTS } from '../kernel/index.ts';
import { checkPolicyText } from './file.ts';
import { loadPolicy, type LoadedPolicy, type RuleSource } from './index.ts';

const SECRET: RuleSource = {
  id: 'secret',
  on: ['prompt'],
  when: "findings.exists(f, f.category == 'secret')",
  then: 'deny',
  why: 'No keys.',
  tests: [{ given: { findings: [{ category: 'secret' }] }, expect: 'deny' }],
};

const MASKING: RuleSource = { id: 'secret', on: ['prompt'], when: SECRET.when, why: 'No keys.' };

function load(...rules: RuleSource[]): LoadedPolicy {
  return loadPolicy(rules, {}, new Map());
}

function problems(...rules: RuleSource[]): string[] {
  const loaded = load(...rules);
  return loaded.ok ? [] : loaded.problems.map((p) => `${p.path} ${p.message}`);
}

test('a good rule loads and says what it is', () => {
  const loaded = load(SECRET);
  assert.ok(loaded.ok);
  assert.deepEqual(
    loaded.policy.rules.map((rule) => [rule.id, rule.then, rule.enforced, rule.builtin]),
    [['secret', 'deny', true, false]],
  );
  assert.equal(loaded.policy.wants('prompt'), true);
  assert.equal(loaded.policy.wants('response'), false);
});

test('what is refused, all at once', () => {
  assert.deepEqual(problems(SECRET, { ...SECRET, why: 'Twice.' }), ['/1/id there is another rule secret']);
  assert.match(problems({ ...MASKING, tests: [] }).join(), /needs `then` or `mask`/);
  assert.match(
    problems({ ...SECRET, on: ['prompt', 'content'], then: 'quarantine', tests: [] }).join(),
    /quarantine is for content and tool_result, not prompt/,
  );
  assert.match(problems({ ...SECRET, tests: [] }).join(), /has no test that expects deny/);
  assert.match(problems({ ...SECRET, enforce: false, tests: [] }).join(), /has no test that expects deny/);
  assert.match(problems({ ...SECRET, mask: "f.category == 'secret'" }).join(), /has no test that expects mask/);
  assert.match(
    problems({ ...SECRET, tests: [{ given: {}, expect: 'deny' }] }).join(),
    /\/0\/tests\/0 expects deny at prompt, the rule does allow/,
  );
  assert.match(
    problems({ ...SECRET, tests: [...(SECRET.tests ?? []), { given: {}, expect: 'allow', point: 'content' }] }).join(),
    /\/0\/tests\/1\/point the rule is not asked at content/,
  );
  assert.match(
    problems({ ...SECRET, when: "findings.exists(f, f.category == 'secrt')" }).join(),
    /^\/0\/when Finding.category is never 'secrt'; did you mean secret\? \(character 34, at point prompt\)$/,
  );
  assert.match(problems({ ...SECRET, when: 'true' }).join(), /is always true/);
  assert.match(problems({ ...SECRET, mask: 'f.category' }).join(), /\/0\/mask must be true or false, is string/);
  assert.match(problems({ ...SECRET, when: "tool.effect == 'write'" }).join(), /tool is not known here/);
  const many = problems({ ...SECRET, when: 'x' }, { ...SECRET, id: 'b', when: 'y', tests: [] }, { ...SECRET, id: 'c', then: 'quarantine' });
  assert.ok(many.length >= 4, many.join('\n'));
});

test('an allow rule needs no test; a mask needs one', () => {
  assert.deepEqual(problems({ ...SECRET, then: 'allow', tests: [] }), []);
  assert.deepEqual(
    problems({ ...MASKING, mask: "f.category == 'secret'", tests: [{ given: { findings: [{ category: 'secret' }] }, expect: 'mask' }] }),
    [],
  );
});

test('one mistake is said once though a rule has several points', () => {
  assert.equal(problems({ ...SECRET, on: ['prompt', 'content', 'response'], when: "findings.exists(f, f.typo == 'x')" }).length, 1);
});

test('a test whose facts break the condition shows nothing', () => {
  const rule: RuleSource = { ...SECRET, on: ['tool_call'], when: "args.path == '/'", tests: [{ given: { args: {} }, expect: 'deny' }] };
  assert.match(problems(rule).join(), /No such key/);
});

test('each point has its variables and no others', () => {
  for (const point of POINTS) {
    const tool = problems({ ...SECRET, on: [point], when: "tool.name == 'x'", then: 'allow', tests: [] });
    assert.equal(tool.length === 0, point === 'tool_call' || point === 'tool_result', `tool at ${point}`);
    const args = problems({ ...SECRET, on: [point], when: "has(args.path) && args.path == 'x'", then: 'allow', tests: [] });
    assert.equal(args.length === 0, point === 'tool_call', `args at ${point}`);
    const rest = "part.origin == 'user' && principal.kind == 'agent' && request.api == 'chat' && part.turn > 1 && request.attachments == 0";
    assert.deepEqual(problems({ ...SECRET, on: [point], when: rest, then: 'allow', tests: [] }), [], point);
  }
});

test('modes are stronger than the source, and the version says so', () => {
  const plain = load(SECRET);
  const observed = loadPolicy([SECRET], {}, new Map([['secret', 'observe']]));
  const enforced = loadPolicy([{ ...SECRET, enforce: false }], {}, new Map([['secret', 'enforce']]));
  assert.ok(plain.ok && observed.ok && enforced.ok);
  assert.equal(observed.policy.rules[0]?.enforced, false);
  assert.notEqual(observed.policy.version, plain.policy.version);
  assert.equal(enforced.policy.version, plain.policy.version, 'equal versions decide equally');
  const strict = loadPolicy([SECRET], { defaults: { tool_call: 'deny' } }, new Map());
  assert.ok(strict.ok && strict.policy.version !== plain.policy.version);
  const other: RuleSource = { ...SECRET, id: 'other' };
  const [one, two] = [load(SECRET, other), load(other, SECRET)];
  assert.ok(one.ok && two.ok && one.policy.version === two.policy.version, 'the order of rules is no part of it');
});

test('a rule that would act too late on a streamed reply is said', () => {
  const rule: RuleSource = {
    ...SECRET,
    on: ['response'],
    when: "findings.exists(f, f.category == 'hidden_text')",
    tests: [{ given: { findings: [{ category: 'hidden_text' }] }, expect: 'deny' }],
  };
  const late = loadPolicy([rule, { ...SECRET, id: 'prefix', on: ['response'] }], { late: new Set(['hidden_text']) }, new Map());
  assert.ok(late.ok);
  assert.deepEqual(
    late.warnings.map((w) => w.rule),
    ['secret'],
  );
  assert.match(late.warnings[0]?.message ?? '', /gateway.stream: buffer/);
  const buffered = load(rule);
  assert.ok(buffered.ok && buffered.warnings.length === 0);
});

test('a file is checked with the lines of its problems', () => {
  const text = `providers: []
rules:
  - id: mine
    on: [prompt]
    when: findings.exists(f, f.category == 'secrt')
    then: deny
    why: x
    tests: [{ given: {}, expect: deny }]
  - id: prompt-injection
    on: [prompt]
    when: part.size > 3
    then: allow
    why: x
withoutRules: [jailbrake]
`;
  assert.deepEqual(
    checkPolicyText(text).problems.map((p) => `${p.line}:${p.column} ${p.message}`),
    [
      "5:5 Finding.category is never 'secrt'; did you mean secret? (character 34, at point prompt)",
      '9:5 prompt-injection is a rule of the default policy; to replace it, name it under withoutRules',
      '14:16 the default policy has no rule jailbrake; did you mean jailbreak?',
    ],
  );
  const typo = checkPolicyText('rules:\n  - id: a\n    on: [promt]\n    wehn: x\n    why: y\n');
  assert.deepEqual(
    typo.problems.map((p) => `${p.line} ${p.message}`),
    [
      '2 missing when',
      '3 must be one of prompt, content, tool_call, tool_result, response, login, retrieval, admission',
      '4 unknown key wehn; did you mean when?',
    ],
  );
  const replaced = checkPolicyText(
    'withoutRules: [jailbreak]\nrules:\n  - { id: jailbreak, on: [prompt], when: part.size > 3, then: allow, why: x }\n',
  );
  assert.deepEqual(replaced.problems, []);
  assert.equal(checkPolicyText('').problems.length > 0, true, 'an empty text is no mapping');
});
