import { createHash } from 'node:crypto';
import { canonicalJson, didYouMean, POINTS, type Category, type Json, type Point } from '../kernel/index.ts';
import { compileRule, type CompiledRule } from './compile.ts';
import type { PolicyConfig, RuleSource } from './config.ts';
import { decideAt, standingVerdict, type PointRules } from './decide.ts';
import { tryRule } from './trial.ts';
import type { Policy, PolicyProblem, Rule, Verdict } from './verdict.ts';

/** An operator's word on a rule, stronger than what its source says. */
export type Mode = 'enforce' | 'observe';

/** What a policy is loaded into. */
export type PolicyEnv = {
  readonly defaults?: PolicyConfig['defaults'];
  /** Rules of the default policy, by id. */
  readonly builtin?: ReadonlySet<string>;
  /**
   * Categories whose detectors judge finished text only, while replies are streamed as they come: a rule that must stop on them is too late.
   * Empty when replies are buffered.
   */
  readonly late?: ReadonlySet<Category>;
};

export type LoadedPolicy =
  | { ok: true; policy: Policy; warnings: readonly PolicyProblem[] }
  | { ok: false; problems: readonly PolicyProblem[] };

/** Checks, compiles and tries out rules. All problems come at once; nothing is loaded unless everything is right. */
export function loadPolicy(sources: readonly RuleSource[], env: PolicyEnv, modes: ReadonlyMap<string, Mode>): LoadedPolicy {
  const problems: PolicyProblem[] = [...repeatedIds(sources)];
  const compiled = new Map<Point, CompiledRule[]>();
  sources.forEach((source, index) => {
    const found = checkShape(source, index);
    problems.push(...found);
    const rules = compileAll(source, index, isEnforced(source, modes), problems);
    for (const [point, rule] of rules) compiled.set(point, [...(compiled.get(point) ?? []), rule]);
    if (found.length === 0 && rules.size === source.on.length) problems.push(...tryRule(source, index, rules));
  });
  if (problems.length > 0) return { ok: false, problems };
  const points = pointRules(compiled, env);
  return { ok: true, policy: policyOf(sources, env, modes, points), warnings: lateRules(sources, env, compiled) };
}

function isEnforced(source: RuleSource, modes: ReadonlyMap<string, Mode>): boolean {
  const mode = modes.get(source.id);
  return mode === undefined ? source.enforce !== false : mode === 'enforce';
}

function repeatedIds(sources: readonly RuleSource[]): PolicyProblem[] {
  const seen = new Set<string>();
  return sources.flatMap(({ id }, index) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [{ rule: id, path: `/${index}/id`, message: `there is another rule ${id}` }];
  });
}

/** What can be said without compiling. */
function checkShape(source: RuleSource, index: number): PolicyProblem[] {
  const problem = (path: string, message: string): PolicyProblem => ({ rule: source.id, path: `/${index}${path}`, message });
  const problems: PolicyProblem[] = [];
  if (source.then === undefined && source.mask === undefined) problems.push(problem('', 'needs `then` or `mask`'));
  const outside = source.on.filter((point) => point !== 'content' && point !== 'tool_result');
  if (source.then === 'quarantine' && outside.length > 0)
    problems.push(problem('/then', `quarantine is for content and tool_result, not ${outside.join(', ')}`));
  for (const [at, { point }] of (source.tests ?? []).entries()) {
    if (point !== undefined && !source.on.includes(point))
      problems.push(problem(`/tests/${at}/point`, `the rule is not asked at ${point}${didYouMean(point, source.on)}`));
  }
  const expected = new Set((source.tests ?? []).map((test) => test.expect));
  const wanted = [
    ...(source.then === undefined || source.then === 'allow' ? [] : [source.then]),
    ...(source.mask === undefined ? [] : (['mask'] as const)),
  ];
  // A rule in roll-out is one command away from being enforced, so it is tested as well.
  for (const action of wanted) if (!expected.has(action)) problems.push(problem('', `has no test that expects ${action}`));
  return problems;
}

function compileAll(source: RuleSource, index: number, enforced: boolean, problems: PolicyProblem[]): Map<Point, CompiledRule> {
  const rules = new Map<Point, CompiledRule>();
  const said = new Set<string>();
  for (const point of source.on) {
    const compiled = compileRule(source, point, enforced);
    if (compiled.ok) {
      rules.set(point, compiled.rule);
      continue;
    }
    for (const { path, message } of compiled.problems) {
      // Points mostly share their variables: one mistake is said once.
      const key = `${path} ${message.replace(/, at point \w+\)$/, '')}`;
      if (!said.has(key)) problems.push({ rule: source.id, path: `/${index}${path}`, message });
      said.add(key);
    }
  }
  return rules;
}

/** The rules of each point in one order, whatever order they were written in. */
function pointRules(compiled: ReadonlyMap<Point, readonly CompiledRule[]>, env: PolicyEnv): ReadonlyMap<Point, PointRules> {
  const points = new Map<Point, PointRules>();
  for (const point of POINTS) {
    const all = [...(compiled.get(point) ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
    const bare = all.filter((rule) => rule.categories === 0);
    points.set(point, { all, bare, standing: standingVerdict(point, defaultAt(point, env)) });
  }
  return points;
}

function defaultAt(point: Point, { defaults }: PolicyEnv): Verdict['action'] {
  return point === 'tool_call' || point === 'retrieval' || point === 'admission' ? (defaults?.[point] ?? 'allow') : 'allow';
}

function policyOf(
  sources: readonly RuleSource[],
  env: PolicyEnv,
  modes: ReadonlyMap<string, Mode>,
  points: ReadonlyMap<Point, PointRules>,
): Policy {
  const rules = sources.map((source) => describeRule(source, isEnforced(source, modes), env.builtin?.has(source.id) === true));
  const standing = standingVerdict('prompt', 'allow');
  return {
    version: versionOf(rules, env),
    rules,
    decide(point, vars, options) {
      const at = points.get(point);
      return at === undefined ? standing : decideAt(point, at, vars, options?.enforceAll === true);
    },
    readsProvider: rules.some(({ id, enforced }) => enforced && sources.some((one) => one.id === id && readsProvider(one))),
    wants(point) {
      const at = points.get(point);
      return at !== undefined && (at.all.length > 0 || at.standing.action !== 'allow');
    },
  };
}

/** Rules are CEL over declared objects, so a field can be read under its name only. */
function readsProvider({ when, mask = '' }: RuleSource): boolean {
  return /\brequest\s*\.\s*provider\b/.test(`${when}\n${mask}`);
}

function describeRule(source: RuleSource, enforced: boolean, builtin: boolean): Rule {
  return {
    id: source.id,
    on: source.on,
    when: source.when,
    ...(source.then === undefined ? {} : { then: source.then }),
    ...(source.mask === undefined ? {} : { mask: source.mask }),
    enforced,
    why: source.why,
    builtin,
  };
}

/** Hash of everything a decision depends on; the order of the rules is not part of it. */
function versionOf(rules: readonly Rule[], { defaults }: PolicyEnv): string {
  const sorted = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  const text = canonicalJson(JSON.parse(JSON.stringify({ rules: sorted, defaults: defaults ?? {} })) as Json);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Enforced rules that must act on a reply, on findings that come when it has been delivered. */
function lateRules(sources: readonly RuleSource[], env: PolicyEnv, compiled: ReadonlyMap<Point, readonly CompiledRule[]>): PolicyProblem[] {
  const { late } = env;
  if (late === undefined || late.size === 0) return [];
  return sources.flatMap((source, index) => {
    const rule = compiled.get('response')?.find(({ id }) => id === source.id);
    const words = rule?.enforced === true && rule.then !== 'allow' ? categoriesOf(rule).filter((word) => late.has(word as Category)) : [];
    if (words.length === 0) return [];
    const message = `${words.join(', ')} is found when a streamed reply is complete: the rule acts late, unless replies are buffered (gateway.stream: buffer)`;
    return [{ rule: source.id, path: `/${index}/on`, message }];
  });
}

function categoriesOf(rule: CompiledRule): readonly string[] {
  return rule.when.needs.flatMap((need) => (need.kind === 'element' ? (need.words['category'] ?? []) : []));
}
