import { CATEGORIES, type Point } from '../kernel/index.ts';
import { compileCel, type CelEnv, type CelNeed, type CelProblem, type CelProgram } from '../cel/index.ts';
import type { RuleSource } from './config.ts';
import type { HeldRule } from './verdict.ts';
import { ENV_OF } from './vars.ts';

type FieldNeed = Extract<CelNeed, { kind: 'field' }>;

/** A rule's condition and mask for the variables of one point, with what lets most texts skip it. */
export type CompiledRule = {
  readonly id: string;
  readonly then: RuleSource['then'];
  readonly why: string;
  readonly enforced: boolean;
  readonly when: CelProgram;
  readonly mask: CelProgram | undefined;
  /** A mask that reads only the finding needs no other variables. */
  readonly maskReadsOnlyFinding: boolean;
  /** One of these categories must be among the findings; 0: findings are not needed. Bits as in `categoryBit`. */
  readonly categories: number;
  /** Facts without which the condition is false. */
  readonly fields: readonly FieldNeed[];
  /** `categories` and `fields` say all of the condition: it need not be evaluated. */
  readonly simple: boolean;
  /** Facts of a finding without which it is not masked. */
  readonly maskFields: readonly FieldNeed[];
  readonly maskSimple: boolean;
  readonly held: HeldRule;
  readonly heldMask: HeldRule;
};

const BITS: ReadonlyMap<string, number> = new Map(CATEGORIES.map((category, i) => [category, 1 << i]));
/** Any finding at all. */
const ANY = -1;

/** The bit of a finding's category. One that is not known counts as all, so that no rule is skipped. */
export function categoryBit(category: string): number {
  return BITS.get(category) ?? ANY;
}

export type CompileProblem = { readonly path: string; readonly message: string };

/** Compiles a rule for one of its points. */
export function compileRule(
  rule: RuleSource,
  point: Point,
  enforced: boolean,
): { ok: true; rule: CompiledRule } | { ok: false; problems: readonly CompileProblem[] } {
  const env = ENV_OF[point];
  const problems: CompileProblem[] = [];
  const compile = (key: 'when' | 'mask', source: string, within: CelEnv): CelProgram | undefined => {
    const compiled = compileCel(source, within, 'bool');
    if (compiled.ok) return compiled.program;
    problems.push(...compiled.problems.map((problem) => ({ path: `/${key}`, message: messageOf(problem, point) })));
    return undefined;
  };
  const when = compile('when', rule.when, env.when);
  const mask = rule.mask === undefined ? undefined : compile('mask', rule.mask, env.mask);
  if (when === undefined || problems.length > 0) return { ok: false, problems };
  const maskReads = mask === undefined ? [] : [...mask.reads];
  return {
    ok: true,
    rule: {
      id: rule.id,
      then: rule.then,
      why: rule.why,
      enforced,
      when,
      mask,
      maskReadsOnlyFinding: maskReads.every((name) => name === 'f'),
      categories: neededCategories(when.needs),
      fields: fieldsOf(when.needs),
      simple: isSimple(when, 'findings'),
      maskSimple: mask !== undefined && mask.needsSuffice && mask.needs.every((need) => need.kind === 'field' && need.root === 'f'),
      maskFields: mask === undefined ? [] : fieldsOf(mask.needs).filter((need) => need.root === 'f'),
      held: Object.freeze({ id: rule.id, then: rule.then ?? 'mask', why: rule.why }),
      heldMask: Object.freeze({ id: rule.id, then: 'mask', why: rule.why }),
    },
  };
}

function messageOf({ offset, message }: CelProblem, point: Point): string {
  return `${message} (character ${offset + 1}, at point ${point})`;
}

/** The findings that a condition needs; several needs are all necessary, so any one of them will do: the narrowest is kept. */
function neededCategories(needs: readonly CelNeed[]): number {
  let narrowest = 0;
  for (const need of needs) {
    if (need.kind !== 'element' || need.list !== 'findings') continue;
    const words = need.words['category'];
    const bits = words === undefined ? ANY : words.reduce((all, word) => all | categoryBit(word), 0);
    if (narrowest === 0 || narrowest === ANY) narrowest = bits;
  }
  return narrowest;
}

/** Of several categories only one is kept as need, and other fields of findings are not looked at: then the condition has to be evaluated. */
function isSimple({ needs, needsSuffice }: CelProgram, list: string): boolean {
  const elements = needs.filter((need) => need.kind === 'element');
  const known = elements.every((need) => need.list === list && need.words['category'] !== undefined);
  return needsSuffice && elements.length <= 1 && known;
}

function fieldsOf(needs: readonly CelNeed[]): readonly FieldNeed[] {
  return needs.filter((need): need is FieldNeed => need.kind === 'field');
}
