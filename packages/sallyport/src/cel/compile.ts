import { didYouMean } from '../kernel/index.ts';
import { shapeOf, type Shape } from './binding.ts';
import { forbidden, unknownWords } from './fence.ts';
import { foldBool } from './fold.ts';
import { instrument } from './instrument.ts';
import { libraryFor, messageOf, type Node, type Parsed } from './library.ts';
import { needsOf, needsSuffice } from './need.ts';
import { record, type Recorder } from './trace.ts';
import { fieldsOf, freeNames } from './tree.ts';
import { CelBinding, CelError, type CelEnv, type CelProblem, type CelProgram, type CelTrace } from './types.ts';
import { MAX_STEPS, TOO_MUCH_WORK, type Budget } from './work.ts';

/** UTF-16 code units of one expression; the node limit would allow arbitrarily long literals. */
const MAX_SOURCE = 10_000;

export type Compiled = { ok: true; program: CelProgram } | { ok: false; problems: CelProblem[] };

/**
 * Checks and compiles an expression of type bool over the variables of `env`. Refused: syntax and type errors, unknown variables, fields,
 * functions and enumerated words, patterns that are not RE2, too large expressions, and (unless `allowConstant`) expressions that no variable
 * can change. Offsets are UTF-16 code units into `source`.
 */
export function compileCel(
  source: string,
  env: CelEnv,
  _result: 'bool' = 'bool',
  options: { readonly allowConstant?: boolean } = {},
): Compiled {
  if (source.length > MAX_SOURCE) return refuse([{ offset: 0, message: `longer than ${MAX_SOURCE} characters` }]);
  const checked = checkExpression(source, env);
  if (!checked.ok) return checked;
  if (checked.type !== 'bool') return refuse([{ offset: 0, message: `must be true or false, is ${checked.type}` }]);
  const folded = foldedValue(checked.ast, env);
  if ('problems' in folded) return refuse(folded.problems);
  if (folded.constant !== undefined && options.allowConstant !== true)
    return refuse([{ offset: 0, message: `is always ${String(folded.constant)}, whatever the variables are` }]);
  return { ok: true, program: programOf(source, env, checked, folded.constant) };
}

/** Makes variables ready once, for several programs of one environment. */
export function bindCel(env: CelEnv, variables: Readonly<Record<string, unknown>>): CelBinding {
  return derived(env).shape.bind(variables);
}

export type Checked = { ok: true; ast: Node; type: string; evaluate(bound: object): unknown } | { ok: false; problems: CelProblem[] };

/** Parses, fences and type-checks an expression of any type, and puts the bounded functions in. */
export function checkExpression(source: string, env: CelEnv): Checked {
  const { parse } = derived(env);
  let parsed: Parsed;
  try {
    parsed = parse(source);
  } catch (thrown) {
    return refuse([explained(thrown, env)]);
  }
  const banned = forbidden(parsed.ast, env);
  if (banned.length > 0) return refuse(banned);
  const { valid, type, error } = parsed.check();
  if (!valid) return refuse([explained(error, env)]);
  const words = unknownWords(parsed.ast, env);
  if (words.length > 0) return refuse(words);
  const budget: Budget = { steps: MAX_STEPS };
  instrument(parsed.ast, budget);
  return { ok: true, ast: parsed.ast, type: type ?? 'dyn', evaluate: (bound) => run(parsed, budget, bound) };
}

function run(parsed: Parsed, budget: Budget, bound: object): unknown {
  budget.steps = MAX_STEPS;
  let value: unknown;
  try {
    value = parsed.run(bound);
  } catch (thrown) {
    throw thrown instanceof CelError ? thrown : new CelError(messageOf(thrown).message);
  }
  // `||` and `&&` swallow the error of one side: work beyond the bound fails whatever the other side says.
  if (budget.steps < 0) throw TOO_MUCH_WORK;
  return value;
}

function refuse(problems: CelProblem[]): { ok: false; problems: CelProblem[] } {
  return { ok: false, problems };
}

type Derived = { readonly shape: Shape; readonly parse: (source: string) => Parsed };
const DERIVED = new WeakMap<CelEnv, Derived>();

function derived(env: CelEnv): Derived {
  const known = DERIVED.get(env);
  if (known !== undefined) return known;
  const shape = shapeOf(env);
  const made = { shape, parse: libraryFor(env, shape) };
  DERIVED.set(env, made);
  return made;
}

/** The library's message in our words, with a suggestion where a field is unknown. */
function explained(thrown: unknown, env: CelEnv): CelProblem {
  const { message, offset } = messageOf(thrown);
  const field = /^No such key: (\S+)$/.exec(message)?.[1];
  if (field === undefined) return { offset, message: `${message.charAt(0).toLowerCase()}${message.slice(1)}` };
  const fields = new Set(Object.values(env.objects).flatMap((object) => Object.keys(object)));
  return { offset, message: `there is no field ${field}${didYouMean(field, fields)}` };
}

/** A constant is found by evaluating the parts that read nothing; a part that always fails is a problem of its own. */
function foldedValue(ast: Node, env: CelEnv): { constant: boolean | undefined } | { problems: CelProblem[] } {
  try {
    return {
      constant: foldBool(ast, (source) => {
        const checked = checkExpression(source, env);
        return checked.ok ? checked.evaluate(bindCel(env, {}).bound) : undefined;
      }),
    };
  } catch (thrown) {
    return { problems: [{ offset: 0, message: `always fails: ${messageOf(thrown).message}` }] };
  }
}

function programOf(source: string, env: CelEnv, checked: Extract<Checked, { ok: true }>, constant: boolean | undefined): CelProgram {
  return {
    source,
    reads: freeNames(checked.ast),
    fields: fieldsOf(checked.ast),
    constant,
    needs: needsOf(checked.ast),
    needsSuffice: needsSuffice(checked.ast),
    evaluate: (variables) => {
      const value = checked.evaluate(boundOf(variables, env));
      if (typeof value !== 'boolean') throw new CelError('the result is not true or false');
      return value;
    },
    explain: (variables) => explain(source, env, bindCel(env, variables).bound),
  };
}

function boundOf(variables: Readonly<Record<string, unknown>> | CelBinding, env: CelEnv): object {
  if (!(variables instanceof CelBinding)) return bindCel(env, variables).bound;
  if (variables.env !== env) throw new CelError('variables of another environment');
  return variables.bound;
}

/** Evaluates a tree of its own, so that recording costs the hot path nothing. */
function explain(source: string, env: CelEnv, bound: object): CelTrace {
  const checked = checkExpression(source, env);
  if (!checked.ok) return { text: source, error: 'does not compile', parts: [] };
  const recorder: Recorder = { roots: [], entries: 0, stack: [] };
  record(checked.ast, recorder);
  try {
    checked.evaluate(bound);
  } catch (thrown) {
    if (recorder.roots.length === 0) return { text: source, error: messageOf(thrown).message, parts: [] };
  }
  return recorder.roots[0] ?? { text: source, parts: [] };
}
