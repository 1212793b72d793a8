import { bindCel, CelError, type CelBinding } from '../cel/index.ts';
import type { Finding, Point } from '../kernel/index.ts';
import { categoryBit, type CompiledRule } from './compile.ts';
import { ENV_OF, type PointVars } from './vars.ts';
import type { HeldRule, RuleError, Verdict } from './verdict.ts';

export type Action = Verdict['action'];

/** The rules of one point. `bare`: those that can hold without any finding. */
export type PointRules = { readonly all: readonly CompiledRule[]; readonly bare: readonly CompiledRule[]; readonly standing: Verdict };

const STRICTNESS: Readonly<Record<Action, number>> = { allow: 0, ask: 1, deny: 2 };
const NONE: readonly never[] = Object.freeze([]);

/** The verdict of a point where no rule holds, made once. */
export function standingVerdict(point: Point, action: Action): Verdict {
  const why =
    action === 'deny' ? 'No rule allows it, and the default here is deny.' : 'No rule decides it, and the default here is to ask.';
  const rules: readonly HeldRule[] = action === 'allow' ? NONE : [{ id: `default-${point.replace('_', '-')}`, then: action, why }];
  return Object.freeze({ action, quarantine: false, masks: NONE, rules, would: NONE, errors: NONE });
}

/** All rules of the point over one set of facts: the strictest action of those that hold, the union of their masks. Never throws. */
export function decideAt(point: Point, rules: PointRules, vars: PointVars, enforceAll: boolean): Verdict {
  const { findings } = vars;
  const candidates = findings.length === 0 ? rules.bare : rules.all;
  if (candidates.length === 0) return rules.standing;
  let present = 0;
  for (let i = 0; i < findings.length; i++) present |= categoryBit((findings[i] as Finding).category);
  let evaluation: Evaluation | undefined;
  for (let i = 0; i < candidates.length; i++) {
    const rule = candidates[i] as CompiledRule;
    if (rule.categories !== 0 && (rule.categories & present) === 0) continue;
    const facts = rule.fields.length === 0 ? MET : metAll(rule, vars);
    if (facts === UNMET) continue;
    evaluation ??= new Evaluation(point, vars);
    // What is not of its declared type (a category that nobody knows, too) is left to the evaluation, which fails or says no.
    evaluation.ask(rule, enforceAll || rule.enforced, rule.simple && facts === MET && present >= 0);
  }
  return evaluation === undefined ? rules.standing : evaluation.verdict(rules.standing);
}

type Need = CompiledRule['fields'][number];

const UNMET = 0;
const MET = 1;
/** A fact is missing or of another type. */
const UNKNOWN = 2;
type Met = typeof UNMET | typeof MET | typeof UNKNOWN;

/** Whether the facts are there that the condition cannot do without. */
function metAll(rule: CompiledRule, vars: PointVars): Met {
  let all: Met = MET;
  for (let i = 0; i < rule.fields.length; i++) {
    const need = rule.fields[i] as Need;
    const one = met((vars as unknown as Record<string, unknown>)[need.root], need);
    if (one === UNMET) return UNMET;
    if (one === UNKNOWN) all = UNKNOWN;
  }
  return all;
}

function met(object: unknown, need: Need): Met {
  if (typeof object !== 'object' || object === null) return UNKNOWN;
  const value = (object as Record<string, unknown>)[need.field];
  if (typeof value !== typeof need.values[0]) return UNKNOWN;
  return need.values.includes(value as string | boolean) === need.negated ? UNMET : MET;
}

/** Collects what the rules say about one set of facts. */
class Evaluation {
  readonly #point: Point;
  readonly #vars: PointVars;
  #binding: CelBinding | undefined;
  #action: Action | undefined;
  #quarantine = false;
  #masked: boolean[] | undefined;
  #rules: HeldRule[] | undefined;
  #would: HeldRule[] | undefined;
  #errors: RuleError[] | undefined;

  constructor(point: Point, vars: PointVars) {
    this.#point = point;
    this.#vars = vars;
  }

  ask(rule: CompiledRule, enforced: boolean, known: boolean): void {
    if (!known && !this.#holds(rule, enforced)) return;
    const masks = rule.mask === undefined ? undefined : this.#masks(rule);
    const held = enforced ? (this.#rules ??= []) : (this.#would ??= []);
    if (rule.then !== undefined) held.push(rule.held);
    if (masks !== undefined) held.push(rule.heldMask);
    if (!enforced) return;
    if (rule.then === 'quarantine') this.#quarantine = true;
    else if (rule.then !== undefined && STRICTNESS[rule.then] >= STRICTNESS[this.#action ?? 'allow']) this.#action = rule.then;
    if (masks !== undefined) this.#mask(masks);
  }

  verdict(standing: Verdict): Verdict {
    if (this.#rules === undefined && this.#would === undefined && this.#errors === undefined) return standing;
    // The point's default speaks when no enforced rule has decided; a mask or a quarantine is no decision about the action.
    const action = this.#action ?? standing.action;
    const rules = this.#action === undefined ? [...standing.rules, ...(this.#rules ?? NONE)] : (this.#rules ?? NONE);
    const masks = this.#masked === undefined ? NONE : indexesOf(this.#masked);
    return { action, quarantine: this.#quarantine, masks, rules, would: this.#would ?? NONE, errors: this.#errors ?? NONE };
  }

  /** A condition that fails counts as holding when the rule is enforced and restricts: an attacker must not switch a rule off by breaking it. */
  #holds(rule: CompiledRule, enforced: boolean): boolean {
    try {
      return rule.when.evaluate((this.#binding ??= bindCel(ENV_OF[this.#point].when, this.#vars)));
    } catch (thrown) {
      this.#fail(rule, thrown);
      return enforced && rule.then !== 'allow';
    }
  }

  /** Which findings the rule masks; undefined: none. A finding for which the mask fails is masked. */
  #masks(rule: CompiledRule): boolean[] | undefined {
    let masks: boolean[] | undefined;
    const { findings } = this.#vars;
    for (let i = 0; i < findings.length; i++) {
      if (this.#isMasked(rule, findings[i] as Finding)) (masks ??= [])[i] = true;
    }
    return masks;
  }

  #isMasked(rule: CompiledRule, finding: Finding): boolean {
    let known = rule.maskSimple;
    for (const need of rule.maskFields) {
      const one = met(finding, need);
      if (one === UNMET) return false;
      if (one === UNKNOWN) known = false;
    }
    if (known) return true;
    try {
      return rule.mask?.evaluate(rule.maskReadsOnlyFinding ? { f: finding } : { ...this.#vars, f: finding }) ?? false;
    } catch (thrown) {
      this.#fail(rule, thrown);
      return true;
    }
  }

  #mask(masks: readonly boolean[]): void {
    this.#masked ??= [];
    for (let i = 0; i < masks.length; i++) if (masks[i] === true) this.#masked[i] = true;
  }

  #fail(rule: CompiledRule, thrown: unknown): void {
    (this.#errors ??= []).push({
      rule: rule.id,
      message: thrown instanceof CelError ? thrown.message : 'the condition could not be evaluated',
    });
  }
}

function indexesOf(flags: readonly boolean[]): readonly number[] {
  const indexes: number[] = [];
  for (let i = 0; i < flags.length; i++) if (flags[i] === true) indexes.push(i);
  return indexes;
}
