import { OP, STRIDE } from '../ir.ts';
import { valueOf, writeBack } from './access.ts';
import type { Frame } from './frame.ts';
import { ALL_CLASSES, classBit } from './rules.ts';
import { allFacts, cleaned, NOT_CONSTANT, type Value } from './value.ts';

/** What a condition says of a value: where it came from, and the sink classes for which it is safe when the condition holds (or does not). */
type Guard = { readonly at: number; readonly bits: number };

/** Functions that answer whether their argument may be used. */
const VALIDATOR =
  /^(?:is|has|was)?_?(?:url_)?(?:has_)?(?:valid|safe|allowed|trusted|permitted|whitelisted|known|sane)|^(?:validate|verify|check)_?\w*|(?:isallowed|issafe|isvalid)/i;
const TESTS = new Set(
  'test isdigit isnumeric isalnum isalpha isdecimal isidentifier isInteger isAlphanumeric isInt isNumeric isUUID'.split(' '),
);
const MATCHES = new Set(['match', 'fullmatch']);
const MEMBERSHIP = new Set(['includes', 'has', 'contains', 'contains_key', 'hasOwnProperty']);
const PREFIXES = new Set(['startsWith', 'startswith', 'starts_with', 'is_relative_to', 'HasPrefix']);
const PREFIX_BITS = classBit('path') | classBit('url') | classBit('redirect');
/** Conditions nested deeper are not taken apart. */
const MAX_DEPTH = 8;

/** Marks what a condition proves about variables, for the way on which it is `truth`. */
export function refine(frame: Frame, condition: number, truth: boolean): void {
  for (const { at, bits } of guards(frame, condition, truth, 0)) {
    const value = valueOf(frame, at);
    if (allFacts(value).length > 0) writeBack(frame, at, value.withFacts(cleaned(allFacts(value), bits)));
  }
}

/** A value that is chosen by a condition about itself: `allowed.includes(x) ? x : 'a'`. */
export function chosen(frame: Frame, condition: number, truth: boolean, at: number): Value {
  const value = valueOf(frame, at);
  if (allFacts(value).length === 0) return value;
  const place = placeOf(frame, at);
  const bits = guards(frame, condition, truth, 0).reduce((all, guard) => (placeOf(frame, guard.at) === place ? all | guard.bits : all), 0);
  return bits === 0 ? value : value.withFacts(cleaned(allFacts(value), bits));
}

/** Two loads of one variable, or of one field of it, are the same place. */
function placeOf(frame: Frame, at: number): string {
  const { code } = frame.func;
  const base = at * STRIDE;
  switch (code[base]) {
    case OP.load:
      return `v${code[base + 1]}`;
    case OP.loadOuter:
      return `o${code[base + 1]}.${code[base + 2]}`;
    case OP.field:
      return `${placeOf(frame, code[base + 1] as number)}.${code[base + 2]}`;
    case OP.symbol:
      return `s${code[base + 1]}`;
    default:
      return `i${at}`;
  }
}

function guards(frame: Frame, at: number, truth: boolean, depth: number): readonly Guard[] {
  if (at < 0 || depth > MAX_DEPTH) return [];
  const { code } = frame.func;
  const base = at * STRIDE;
  const a = code[base + 1] as number;
  const b = code[base + 2] as number;
  const c = code[base + 3] as number;
  switch (code[base]) {
    case OP.unary: {
      const operator = frame.module.names.text(a);
      return operator === '!' || operator === 'not' ? guards(frame, b, !truth, depth + 1) : [];
    }
    case OP.binary:
      return comparison(frame, frame.module.names.text(a), b, c, truth, depth);
    case OP.call:
      return truth ? tested(frame, at) : [];
    case OP.same:
      return guards(frame, a, truth, depth + 1);
    default:
      return [];
  }
}

function comparison(frame: Frame, operator: string, left: number, right: number, truth: boolean, depth: number): readonly Guard[] {
  const all = (at: number): Guard => ({ at, bits: ALL_CLASSES });
  switch (operator) {
    case 'and':
    case '&&':
      return truth ? [...guards(frame, left, true, depth + 1), ...guards(frame, right, true, depth + 1)] : [];
    case 'or':
    case '||':
      return truth ? [] : [...guards(frame, left, false, depth + 1), ...guards(frame, right, false, depth + 1)];
    case '==':
    case '===':
    case 'is':
      return truth ? equal(frame, left, right) : [];
    case '!=':
    case '!==':
    case 'is not':
      return truth ? [] : equal(frame, left, right);
    case 'in':
      return member(frame, left, right, truth, all);
    case 'not in':
      return member(frame, left, right, !truth, all);
    case '>=':
    case '>':
    case '<':
      return [];
    default:
      return [];
  }
}

function equal(frame: Frame, left: number, right: number): readonly Guard[] {
  const isFixed = (at: number): boolean => {
    const { constant } = valueOf(frame, at);
    return constant !== NOT_CONSTANT && constant !== null && constant !== '' && constant !== false;
  };
  if (isFixed(right)) return [{ at: left, bits: ALL_CLASSES }];
  return isFixed(left) ? [{ at: right, bits: ALL_CLASSES }] : [];
}

/** `x in ALLOWED` proves x; `'..' in x` is a check for a way out of the folder. */
function member(frame: Frame, left: number, right: number, truth: boolean, all: (at: number) => Guard): readonly Guard[] {
  const container = valueOf(frame, right);
  if (truth) return allFacts(container).length === 0 ? [all(left)] : [];
  const { constant } = valueOf(frame, left);
  return typeof constant === 'string' && constant.includes('..') ? [{ at: right, bits: classBit('path') }] : [];
}

function tested(frame: Frame, at: number): readonly Guard[] {
  const { code, pool } = frame.func;
  const callee = code[at * STRIDE + 1] as number;
  const list = code[at * STRIDE + 2] as number;
  const given = Array.from({ length: pool[list] as number }, (_, item) => pool[list + 1 + item * 2] as number);
  const isMethod = code[callee * STRIDE] === OP.field;
  const receiver = isMethod ? (code[callee * STRIDE + 1] as number) : -1;
  const { names, symbols } = frame.module;
  const name = isMethod ? names.text(code[callee * STRIDE + 2] as number) : names.text(symbols.name(valueOf(frame, callee).symbol));
  const loaded = name === '' ? slotName(frame, callee) : name;
  const first = given[0] ?? -1;
  if (TESTS.has(loaded)) return [{ at: given.length === 0 ? receiver : first, bits: ALL_CLASSES }];
  if (MATCHES.has(loaded))
    return [{ at: given[1] ?? first, bits: ALL_CLASSES }, ...(given.length === 1 ? [{ at: receiver, bits: ALL_CLASSES }] : [])];
  if (MEMBERSHIP.has(loaded) && receiver >= 0 && allFacts(valueOf(frame, receiver)).length === 0) return [{ at: first, bits: ALL_CLASSES }];
  if (PREFIXES.has(loaded)) return [{ at: receiver, bits: PREFIX_BITS }];
  if (loaded === 'isinstance') return [];
  if (VALIDATOR.test(loaded)) return given.map((argument) => ({ at: argument, bits: ALL_CLASSES }));
  return [];
}

function slotName(frame: Frame, at: number): string {
  const { code } = frame.func;
  if (code[at * STRIDE] === OP.load) return frame.module.names.text(frame.func.slots[code[at * STRIDE + 1] as number] ?? 0);
  if (code[at * STRIDE] !== OP.loadOuter) return '';
  const { func } = valueOf(frame, at);
  return func === undefined ? '' : func.module.names.text(func.module.functions[func.index]?.name ?? 0);
}
