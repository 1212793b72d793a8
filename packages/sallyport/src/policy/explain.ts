import type { CelTrace } from '../cel/index.ts';
import type { Point } from '../kernel/index.ts';
import { compileRule, type CompiledRule } from './compile.ts';
import { decideAt } from './decide.ts';
import { actionsOf, aloneAt } from './trial.ts';
import { ENV_OF, type PointVars } from './vars.ts';
import type { HeldAction, Policy, Rule } from './verdict.ts';

/** What one rule makes of one set of facts: what it would do alone, and how its condition came to its value. */
export type RuleExplanation = {
  readonly id: string;
  readonly why: string;
  readonly enforced: boolean;
  readonly holds: boolean;
  /** What it does, or would do; empty when it does not hold. */
  readonly does: readonly HeldAction[];
  readonly error?: string;
  readonly trace: CelTrace;
};

/** Every rule that is asked at the point, those that hold first. */
export function explainAt(policy: Policy, point: Point, vars: PointVars): readonly RuleExplanation[] {
  const explained = policy.rules.filter((rule) => rule.on.includes(point)).map((rule) => explainRule(rule, point, vars));
  return [...explained.filter((rule) => rule.holds), ...explained.filter((rule) => !rule.holds)];
}

function explainRule(rule: Rule, point: Point, vars: PointVars): RuleExplanation {
  const compiled = compileLoaded(rule, point);
  const verdict = decideAt(point, aloneAt(point, compiled), vars, true);
  const error = verdict.errors[0]?.message;
  return {
    id: rule.id,
    why: rule.why,
    enforced: rule.enforced,
    holds: verdict.rules.length > 0,
    does: verdict.rules.length > 0 ? actionsOf(verdict) : [],
    ...(error === undefined ? {} : { error }),
    trace: compiled.when.explain(vars),
  };
}

/** Compiles a rule that has been loaded before. */
export function compileLoaded(rule: Rule, point: Point): CompiledRule {
  const { id, when, why } = rule;
  const compiled = compileRule({ id, on: [point], when, why, ...kept(rule) }, point, rule.enforced);
  if (!compiled.ok) throw new Error(`rule ${id} of a loaded policy does not compile at ${point}`);
  return compiled.rule;
}

function kept({ then, mask }: Rule): Pick<Rule, 'then' | 'mask'> {
  return { ...(then === undefined ? {} : { then }), ...(mask === undefined ? {} : { mask }) };
}

/** `Object.field` facts that the rule reads at the point, and `args` when it reads arguments. */
export function factsRead(rule: Rule, point: Point): ReadonlySet<string> {
  const { when, mask } = compileLoaded(rule, point);
  const facts = new Set([...when.fields, ...(mask?.fields ?? [])]);
  if (Object.hasOwn(ENV_OF[point].when.variables, 'args') && (when.reads.has('args') || mask?.reads.has('args') === true))
    facts.add('args');
  return facts;
}
