import type { Point } from '../kernel/index.ts';
import type { PointVars } from './vars.ts';

/** What a rule does when it holds: an action, or what it does to the text. */
export type HeldAction = 'allow' | 'ask' | 'deny' | 'mask' | 'quarantine';

/** A rule that held. `why` is the policy's own sentence and may be shown to the caller. */
export type HeldRule = { readonly id: string; readonly then: HeldAction; readonly why: string };

/** A rule whose condition could not be evaluated. The message names types and fields, never values of the request. */
export type RuleError = { readonly rule: string; readonly message: string };

/** What the policy says about one thing at one point. */
export type Verdict = {
  /** The strictest action over all enforced rules that hold; the point's default when none says. */
  readonly action: 'allow' | 'ask' | 'deny';
  /** The part is replaced by a notice and the conversation goes on (points content and tool_result only). */
  readonly quarantine: boolean;
  /** Indexes into the findings, ascending: the union over all enforced rules. They apply whatever the action, after an approval too. */
  readonly masks: readonly number[];
  /** Enforced rules that hold. */
  readonly rules: readonly HeldRule[];
  /** Rules in roll-out that hold: what would have happened. */
  readonly would: readonly HeldRule[];
  /** Rules that failed to evaluate; an enforced one counts as holding. */
  readonly errors: readonly RuleError[];
};

/** A loaded policy: immutable, safe to share between requests. */
export type Policy = {
  /** Hash of rules, modes and defaults: equal versions decide equally. */
  readonly version: string;
  readonly rules: readonly Rule[];
  /**
   * Decides at one point. Never throws: a condition that fails to evaluate counts as holding when it is enforced.
   * `enforceAll` treats every rule as enforced (playground and practice traffic).
   */
  decide(point: Point, vars: PointVars, options?: { readonly enforceAll?: boolean }): Verdict;
  /** Whether a rule that is enforced decides by the provider: then no other may answer in its place. */
  readonly readsProvider: boolean;
  /** Whether any rule, or a default other than allow, could say something at this point. */
  wants(point: Point): boolean;
};

/** A loaded rule, as lists and the console show it. */
export type Rule = {
  readonly id: string;
  readonly on: readonly Point[];
  readonly when: string;
  /** Absent for a rule that only masks. */
  readonly then?: Exclude<HeldAction, 'mask'>;
  /** CEL over one finding `f`: which findings are masked when the rule holds. */
  readonly mask?: string;
  /** What is in force: the source's `enforce`, unless an operator changed the mode. */
  readonly enforced: boolean;
  readonly why: string;
  /** A rule of the default policy. */
  readonly builtin: boolean;
};

/** One thing wrong with (or, as a warning, worth knowing of) a policy. `path` is a JSON pointer into the list of rules or the configuration. */
export type PolicyProblem = { readonly rule: string; readonly path: string; readonly message: string };
