import { OP, STRIDE } from '../ir.ts';
import { valueOf, writeBack } from './access.ts';
import type { Frame } from './frame.ts';
import { ALL_CLASSES, classBit } from './rules.ts';
import { allFacts, cleaned, HOST_STEP, NOT_CONSTANT, type Fact, type Facts, type Step, type Value } from './value.ts';

/** What a condition says of a value: where it came from, and the sink classes for which it is safe when the condition holds (or does not). */
type Guard = {
  readonly at: number;
  readonly bits: number;
  /** It holds for all that comes from where the tested value comes from: the host of an address was tested, and the address is used. */
  readonly spreads?: boolean;
};

/** Functions that answer whether their argument may be used. */
const VALIDATOR =
  /^(?:is|has|was)?_?(?:url_)?(?:has_)?(?:valid|safe|allowed|trusted|permitted|whitelisted|known|sane)|^(?:validate|verify|check)_?\w*|(?:isallowed|issafe|isvalid)/i;
const TESTS = new Set(
  'test isdigit isnumeric isalnum isalpha isdecimal isidentifier isInteger isAlphanumeric isInt isNumeric isUUID'.split(' '),
);
const MATCHES = new Set(['match', 'fullmatch']);
const MEMBERSHIP = new Set(['includes', 'has', 'contains', 'contains_key', 'hasOwnProperty']);
const PREFIXES = new Set(['startsWith', 'startswith', 'starts_with', 'is_relative_to', 'HasPrefix']);
/** Functions whose result is as good or bad as their argument. */
const SAME = new Set(
  'str String realpath abspath normpath normalize resolve absolute lower upper strip trim toLowerCase toString Path'.split(' '),
);
/** Functions that compare paths: what they answer speaks of all their arguments. */
const PATH_TESTS = new Set('commonpath commonprefix relative relative_to'.split(' '));
const PREFIX_BITS = classBit('path') | classBit('url') | classBit('redirect');
/** Conditions nested deeper are not taken apart. */
const MAX_DEPTH = 8;

/** Marks what a condition proves about variables, for the way on which it is `truth`. */
export function refine(frame: Frame, condition: number, truth: boolean): void {
  for (const guard of guards(frame, condition, truth, 0)) mark(frame, guard);
}

/** Marks the value at an instruction as safe, where it is kept too. */
export function mark(frame: Frame, { at, bits, spreads }: Guard): void {
  for (const place of origins(frame, at)) {
    const value = valueOf(frame, place);
    if (allFacts(value).length > 0) writeBack(frame, place, value.withFacts(cleaned(allFacts(value), bits)), true);
  }
  if (spreads === true) spread(frame, allFacts(valueOf(frame, at)), bits);
}

/** The tested value, and what it was made of by functions that change nothing that matters. */
function origins(frame: Frame, tested: number): readonly number[] {
  const { code, pool } = frame.func;
  const found = [tested];
  let at = tested;
  for (let step = 0; step < 4 && code[at * STRIDE] === OP.call; step++) {
    if (!SAME.has(calleeName(frame, at))) break;
    const callee = code[at * STRIDE + 1] as number;
    const list = code[at * STRIDE + 2] as number;
    at =
      (pool[list] as number) > 0
        ? (pool[list + 1] as number)
        : code[callee * STRIDE] === OP.field
          ? (code[callee * STRIDE + 1] as number)
          : -1;
    if (at < 0) break;
    found.push(at);
  }
  return found;
}

/** Marks all variables that come from the same origins. */
function spread(frame: Frame, from: Facts, bits: number): void {
  if (from.length === 0) return;
  const isFrom = (fact: Fact): boolean => from.some((one) => one.source === fact.source && one.parameter === fact.parameter);
  for (let slot = 0; slot < frame.env.length; slot++) {
    const value = frame.env[slot];
    if (value === undefined || !value.facts.some(isFrom)) continue;
    frame.env[slot] = value.withFacts(value.facts.map((fact) => (isFrom(fact) ? { ...fact, clean: fact.clean | bits } : fact)));
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

/** What a condition proves when it is `truth`. */
export function guards(frame: Frame, at: number, truth: boolean, depth: number): readonly Guard[] {
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
      return [...(truth ? tested(frame, at) : refuted(frame, at)), ...(frame.checked?.get(at)?.[truth ? 'yes' : 'no'] ?? [])];
    case OP.same:
      return guards(frame, a, truth, depth + 1);
    default:
      return [];
  }
}

/** What both sides prove of one place: after `x == 'a' or x == 'b'` it is one of them. */
function either(frame: Frame, left: number, right: number, truth: boolean, depth: number): readonly Guard[] {
  const others = guards(frame, right, truth, depth + 1);
  return guards(frame, left, truth, depth + 1).flatMap((guard) => {
    const place = placeOf(frame, guard.at);
    const other = others.find(({ at }) => placeOf(frame, at) === place);
    return other === undefined ? [] : [{ ...guard, bits: guard.bits & other.bits }];
  });
}

function comparison(frame: Frame, operator: string, left: number, right: number, truth: boolean, depth: number): readonly Guard[] {
  switch (operator) {
    case 'and':
    case '&&':
      return truth
        ? [...guards(frame, left, true, depth + 1), ...guards(frame, right, true, depth + 1)]
        : either(frame, left, right, false, depth);
    case 'or':
    case '||':
      return truth
        ? either(frame, left, right, true, depth)
        : [...guards(frame, left, false, depth + 1), ...guards(frame, right, false, depth + 1)];
    case '==':
    case '===':
    case 'is':
      return truth ? equal(frame, left, right) : NO_GUARDS;
    case '!=':
    case '!==':
    case 'is not':
      return truth ? NO_GUARDS : equal(frame, left, right);
    case 'in':
      return member(frame, left, right, truth);
    case 'not in':
      return member(frame, left, right, !truth);
    default:
      return NO_GUARDS;
  }
}

const NO_GUARDS: readonly Guard[] = [];

function equal(frame: Frame, left: number, right: number): readonly Guard[] {
  const compared = [left, right].filter((at) => PATH_TESTS.has(calleeName(frame, at)));
  if (compared.length > 0) return compared.map((at) => ({ at, bits: classBit('path'), spreads: true }));
  const isFixed = (at: number): boolean => {
    const { constant } = valueOf(frame, at);
    return constant !== NOT_CONSTANT && constant !== null && constant !== '' && constant !== false;
  };
  if (isFixed(right)) return [{ at: left, bits: ALL_CLASSES }, ...ofHost(frame, left)];
  return isFixed(left) ? [{ at: right, bits: ALL_CLASSES }, ...ofHost(frame, right)] : [];
}

/** When what was tested is the host of an address. */
function ofHost(frame: Frame, at: number): readonly Guard[] {
  const isHost = allFacts(valueOf(frame, at)).some(({ step }) => isOfHost(step));
  return isHost ? [{ at, bits: classBit('url') | classBit('redirect'), spreads: true }] : [];
}

/** Steps after the host was taken from the address: it is stored, or passed on. */
const HOST_STEPS = 4;

function isOfHost(step: Step | undefined): boolean {
  for (let at = step, count = 0; at !== undefined && count < HOST_STEPS; at = at.before, count++) if (at.what === HOST_STEP) return true;
  return false;
}

/** The name of the function that is called at an instruction; empty when it is no call. */
function calleeName(frame: Frame, at: number): string {
  const { code } = frame.func;
  if (at < 0 || code[at * STRIDE] !== OP.call) return '';
  const callee = code[at * STRIDE + 1] as number;
  const { names, symbols } = frame.module;
  if (code[callee * STRIDE] === OP.field) return names.text(code[callee * STRIDE + 2] as number);
  return names.text(symbols.name(valueOf(frame, callee).symbol)) || slotName(frame, callee);
}

/** `x in ALLOWED` proves x; `'..' in x` is a check for a way out of the folder. */
function member(frame: Frame, left: number, right: number, truth: boolean): readonly Guard[] {
  const container = valueOf(frame, right);
  if (truth) return allFacts(container).length === 0 ? [{ at: left, bits: ALL_CLASSES }, ...ofHost(frame, left)] : [];
  const { constant } = valueOf(frame, left);
  const bits = typeof constant === 'string' ? absentBits(constant) : 0;
  return bits === 0 ? [] : [{ at: right, bits }];
}

/** What text is safe for that does not hold a letter: without a quote nothing leaves a quoted string, without `<` nothing is a tag. */
function absentBits(text: string): number {
  if (text.includes('..')) return classBit('path');
  if (text === "'" || text === '"') return classBit('xpath') | classBit('sql');
  if (text === '<') return classBit('html');
  return text === '\n' || text === '\r' ? classBit('header') | classBit('log') : 0;
}

/** What a call proves by answering no: a path does not start with, or hold, a way out of the folder. */
function refuted(frame: Frame, at: number): readonly Guard[] {
  const { code, pool } = frame.func;
  const name = calleeName(frame, at);
  if (!PREFIXES.has(name) && !MEMBERSHIP.has(name) && name !== 'isAbsolute') return [];
  const callee = code[at * STRIDE + 1] as number;
  const list = code[at * STRIDE + 2] as number;
  const first = (pool[list] as number) > 0 ? (pool[list + 1] as number) : -1;
  const { constant } = valueOf(frame, first);
  if (typeof constant !== 'string' || !constant.includes('..') || code[callee * STRIDE] !== OP.field) return [];
  return [{ at: code[callee * STRIDE + 1] as number, bits: classBit('path'), spreads: true }];
}

function tested(frame: Frame, at: number): readonly Guard[] {
  const { code, pool } = frame.func;
  const callee = code[at * STRIDE + 1] as number;
  const list = code[at * STRIDE + 2] as number;
  const given = Array.from({ length: pool[list] as number }, (_, item) => pool[list + 1 + item * 2] as number);
  const isMethod = code[callee * STRIDE] === OP.field;
  const receiver = isMethod ? (code[callee * STRIDE + 1] as number) : -1;
  const loaded = calleeName(frame, at);
  const first = given[0] ?? -1;
  if (TESTS.has(loaded)) return [{ at: given.length === 0 ? receiver : first, bits: ALL_CLASSES }];
  if (MATCHES.has(loaded))
    return [{ at: given[1] ?? first, bits: ALL_CLASSES }, ...(given.length === 1 ? [{ at: receiver, bits: ALL_CLASSES }] : [])];
  if (MEMBERSHIP.has(loaded) && receiver >= 0 && allFacts(valueOf(frame, receiver)).length === 0)
    return [{ at: first, bits: ALL_CLASSES }, ...ofHost(frame, first)];
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
