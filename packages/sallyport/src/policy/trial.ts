import type { Point } from '../kernel/index.ts';
import { compileRule, type CompiledRule } from './compile.ts';
import type { RuleSource, RuleTest } from './config.ts';
import { decideAt, type PointRules, standingVerdict } from './decide.ts';
import { sampleVars } from './sample.ts';
import type { HeldAction, PolicyProblem, Verdict } from './verdict.ts';

/** One test of a rule and what came out: the rule alone, enforced, over the example's facts. */
export type Trial = {
  readonly test: number;
  readonly point: Point;
  readonly expect: HeldAction;
  readonly got: readonly HeldAction[];
  readonly passed: boolean;
  readonly errors: readonly string[];
};

/** Tries a rule's own tests; answers those that fail as problems. */
export function tryRule(source: RuleSource, index: number, rules: ReadonlyMap<Point, CompiledRule>): PolicyProblem[] {
  return trialsOf(source, rules)
    .filter((trial) => !trial.passed)
    .map((trial) => ({
      rule: source.id,
      path: `/${index}/tests/${trial.test}`,
      message: `expects ${trial.expect} at ${trial.point}, the rule does ${trial.got.join(' and ')}${trial.errors.map((error) => ` (${error})`).join('')}`,
    }));
}

/** Every test of a rule with its outcome. */
function trialsOf(source: RuleSource, rules: ReadonlyMap<Point, CompiledRule>): readonly Trial[] {
  return (source.tests ?? []).flatMap((test, at) => {
    const point = test.point ?? source.on[0];
    const rule = point === undefined ? undefined : rules.get(point);
    return point === undefined || rule === undefined ? [] : [tryOne(test, at, point, rule)];
  });
}

function tryOne(test: RuleTest, at: number, point: Point, rule: CompiledRule): Trial {
  const verdict = decideAt(point, aloneAt(point, rule), sampleVars(point, test.given), true);
  const got = actionsOf(verdict);
  // A test that passes because its facts broke the condition shows nothing.
  const passed = got.includes(test.expect) && verdict.errors.length === 0;
  return { test: at, point, expect: test.expect, got, passed, errors: verdict.errors.map((error) => error.message) };
}

/** A point where only this rule is asked. */
export function aloneAt(point: Point, rule: CompiledRule): PointRules {
  return { all: [rule], bare: rule.categories === 0 ? [rule] : [], standing: standingVerdict(point, 'allow') };
}

/** The tests of rules that need not be right otherwise; a rule that does not compile at a point has no trials there. */
export function tryAll(sources: readonly RuleSource[]): readonly { readonly rule: RuleSource; readonly trials: readonly Trial[] }[] {
  return sources.map((rule) => {
    const compiled = new Map<Point, CompiledRule>();
    for (const point of rule.on) {
      const one = compileRule(rule, point, true);
      if (one.ok) compiled.set(point, one.rule);
    }
    return { rule, trials: trialsOf(rule, compiled) };
  });
}

/** Everything that a verdict does: its action unless that is allow beside something stricter, quarantine, masks. */
export function actionsOf(verdict: Verdict): readonly HeldAction[] {
  const actions: HeldAction[] = [];
  if (verdict.action !== 'allow') actions.push(verdict.action);
  if (verdict.quarantine) actions.push('quarantine');
  if (verdict.masks.length > 0) actions.push('mask');
  return actions.length === 0 ? ['allow'] : actions;
}
