import { NO_VALUE, OP, SPREAD, STRIDE, type Constant } from '../ir.ts';
import { UNKNOWN, type NameId } from '../symbol.ts';
import type { Engine } from './engine.ts';
import { assigned } from './assign.ts';
import { evaluateCall } from './call.ts';
import { carries, foldBinary, foldUnary, truthy } from './fold.ts';
import { chosen, refine } from './guard.ts';
import { joinProved, joinStates, type Frame } from './frame.ts';
import { noteEnd } from './proof.ts';
import { outward, readField, readIndex, valueOf, writeBack, writeField, writeIndex } from './access.ts';
import { builtBits, kindIndex } from './rules.ts';
import {
  allFacts,
  cleaned,
  HARMLESS,
  isHarmless,
  MADE_OF_CONSTANTS,
  isFixed,
  join,
  NO_FACTS,
  NOT_CONSTANT,
  NOTHING,
  SPREAD_KEY,
  union,
  Value,
  type Facts,
} from './value.ts';

const ERROR = kindIndex('error');

/** Runs the instructions from `at` up to `end` over the variables of `frame`. */
export function run(analysis: Engine, frame: Frame, from: number, end: number): void {
  const { code } = frame.func;
  let at = from;
  while (at < end && frame.live) {
    if (!analysis.spend()) return;
    const base = at * STRIDE;
    const op = code[base] as number;
    if (op === OP.branch || op === OP.loop || op === OP.try) at = runBlock(analysis, frame, at, op);
    else {
      frame.values[at] = evaluate(analysis, frame, at, op);
      at++;
    }
  }
}

function runBlock(analysis: Engine, frame: Frame, at: number, op: number): number {
  if (op === OP.branch) return runBranch(analysis, frame, at);
  return op === OP.loop ? runLoop(analysis, frame, at) : runTry(analysis, frame, at);
}

function runBranch(analysis: Engine, frame: Frame, at: number): number {
  const { code } = frame.func;
  const base = at * STRIDE;
  const other = code[base + 2] as number;
  const end = code[base + 3] as number;
  const condition = valueOf(frame, code[base + 1] as number);
  if (condition.constant !== NOT_CONSTANT) {
    if (truthy(condition.constant)) run(analysis, frame, at + 1, other);
    else run(analysis, frame, other, end);
    return end;
  }
  const before = frame.env;
  const test = code[base + 1] as number;
  const { proved } = frame;
  frame.env = before.slice();
  frame.branches++;
  refine(frame, test, true);
  run(analysis, frame, at + 1, other);
  const then = frame.env;
  const thenLive = frame.live;
  const thenProved = frame.proved;
  frame.live = true;
  frame.proved = proved;
  frame.env = before.slice();
  refine(frame, test, false);
  run(analysis, frame, other, end);
  frame.branches--;
  if (!frame.live) {
    frame.env = then;
    frame.live = thenLive;
    frame.proved = thenProved;
  } else if (thenLive) {
    frame.env = joinStates(then, frame.env);
    frame.proved = joinProved(thenProved, frame.proved);
  }
  return end;
}

/** The body runs from the state before and once more from the join with the state after it, when that has other facts. */
function runLoop(analysis: Engine, frame: Frame, at: number): number {
  const { code } = frame.func;
  const end = code[at * STRIDE + 1] as number;
  const { env: before, proved } = frame;
  const outerExits = frame.exits;
  frame.exits = [];
  frame.env = widened(frame, before, at + 1, end);
  const entered = frame.env;
  runBody(analysis, frame, at + 1, end);
  const once = joinStates(entered, frame.env);
  if (once.some((value, slot) => hasMore(value, entered[slot] as Value))) {
    frame.env = once.slice();
    runBody(analysis, frame, at + 1, end);
    frame.env = joinStates(once, frame.env);
  } else frame.env = once;
  frame.exits = outerExits;
  frame.proved = proved;
  return end;
}

function runBody(analysis: Engine, frame: Frame, from: number, end: number): void {
  run(analysis, frame, from, end);
  for (const exit of frame.exits) frame.env = frame.live ? joinStates(frame.env, exit) : exit;
  frame.exits = [];
  frame.live = true;
}

/** What a loop assigns is no constant inside it. */
function widened(frame: Frame, env: Value[], from: number, end: number): Value[] {
  const { code } = frame.func;
  const state = env.slice();
  for (let at = from; at < end; at++) {
    if (code[at * STRIDE] !== OP.store) continue;
    const slot = code[at * STRIDE + 1] as number;
    const value = state[slot] as Value;
    if (value.constant !== NOT_CONSTANT) state[slot] = new Value(value.facts, value.symbol);
  }
  return state;
}

function hasMore(after: Value, before: Value): boolean {
  if (after === before) return false;
  if (after.facts.length > before.facts.length) return true;
  if (after.slots === before.slots) return false;
  return allFacts(after).length > allFacts(before).length;
}

function runTry(analysis: Engine, frame: Frame, at: number): number {
  const { code, pool } = frame.func;
  const base = at * STRIDE;
  const bodyEnd = code[base + 1] as number;
  const end = code[base + 2] as number;
  const starts = code[base + 3] as number;
  const { env: before, proved } = frame;
  const around = frame.interrupted;
  frame.interrupted = before.slice();
  frame.env = before.slice();
  run(analysis, frame, at + 1, bodyEnd);
  let state: Value[] | undefined = frame.live ? frame.env : undefined;
  const interrupted = joinStates(frame.interrupted, frame.env);
  frame.interrupted = around;
  const count = pool[starts] as number;
  for (let handler = 0; handler < count; handler++) {
    const from = pool[starts + 1 + handler] as number;
    const to = handler + 1 < count ? (pool[starts + 2 + handler] as number) : end;
    frame.live = true;
    frame.proved = proved;
    frame.env = interrupted.slice();
    run(analysis, frame, from, to);
    if (frame.live) state = state === undefined ? frame.env : joinStates(state, frame.env);
  }
  frame.live = state !== undefined;
  if (state !== undefined) frame.env = state;
  return end;
}

function evaluate(analysis: Engine, frame: Frame, at: number, op: number): Value {
  const { code } = frame.func;
  const base = at * STRIDE;
  const a = code[base + 1] as number;
  const b = code[base + 2] as number;
  const c = code[base + 3] as number;
  const node = code[base + 4] as number;
  switch (op) {
    case OP.const:
      return analysis.constant(frame.module, a);
    case OP.load:
      return frame.env[a] ?? NOTHING;
    case OP.store:
      frame.interrupt(a);
      frame.env[a] = analysis.named(frame, valueOf(frame, b), frame.func.slots[a] as NameId, node);
      return NOTHING;
    case OP.loadOuter: {
      const around = outward(frame, a);
      return (around === undefined ? undefined : frame.outerValue(around, b)) ?? NOTHING;
    }
    case OP.storeOuter: {
      const target = outward(frame, a);
      if (target !== undefined) target.env[b] = join(target.env[b] ?? NOTHING, valueOf(frame, c));
      return NOTHING;
    }
    case OP.symbol:
      return analysis.symbolValue(frame, a, node);
    case OP.field:
      return readField(analysis, frame, valueOf(frame, a), b, node);
    case OP.setField:
      assigned(analysis, frame, valueOf(frame, a), b, valueOf(frame, c), node);
      writeBack(frame, a, writeField(valueOf(frame, a), b, valueOf(frame, c), frame.module.names));
      return NOTHING;
    case OP.index:
      return readIndex(analysis, frame, valueOf(frame, a), valueOf(frame, b), node);
    case OP.setIndex:
      indexAssigned(analysis, frame, a, b, valueOf(frame, c), node);
      writeBack(frame, a, writeIndex(valueOf(frame, a), valueOf(frame, b), valueOf(frame, c)));
      return NOTHING;
    case OP.call:
      return evaluateCall(analysis, frame, at);
    case OP.binary: {
      const operator = frame.module.names.text(a);
      const left = valueOf(frame, b);
      const right = valueOf(frame, c);
      return binary(operator, left, right, frame.module.language === 'python');
    }
    case OP.unary:
      return unary(frame.module.names.text(a), valueOf(frame, b).constant);
    case OP.concat:
      return concat(frame, a);
    case OP.select: {
      const condition = valueOf(frame, a).constant;
      if (condition !== NOT_CONSTANT) return valueOf(frame, truthy(condition) ? b : c);
      return join(chosen(frame, a, true, b), chosen(frame, a, false, c));
    }
    case OP.list:
      return list(frame, a);
    case OP.map:
      return map(frame, a);
    case OP.closure:
      return analysis.closure(frame, a);
    case OP.element:
      return element(valueOf(frame, a), b);
    case OP.same:
      return valueOf(frame, a);
    case OP.class:
      return new Value(NO_FACTS, UNKNOWN, NOT_CONSTANT, undefined, undefined, undefined, { module: frame.module, index: a });
    case OP.leaveUnless: {
      const { constant } = valueOf(frame, a);
      if (constant !== NOT_CONSTANT && !truthy(constant)) frame.live = false;
      else {
        frame.exits.push(frame.env.slice());
        refine(frame, a, true);
      }
      return NOTHING;
    }
    case OP.break:
    case OP.continue:
      frame.exits.push(frame.env);
      frame.live = false;
      return NOTHING;
    case OP.return:
      if (a !== NO_VALUE) analysis.returned(frame, valueOf(frame, a), node);
      noteEnd(frame, a === NO_VALUE ? undefined : valueOf(frame, a), a);
      frame.live = false;
      return NOTHING;
    case OP.caught:
      return new Value(analysis.sourceFacts(frame, ERROR, node));
    case OP.yield:
      analysis.returned(frame, valueOf(frame, a), node);
      return NOTHING;
    case OP.throw:
      frame.live = false;
      return NOTHING;
    default:
      return NOTHING;
  }
}

/** `x['name'] = value` is an assignment to a field for the patterns of checks; with another index one to `x[]`. */
function indexAssigned(analysis: Engine, frame: Frame, object: number, index: number, value: Value, node: number): void {
  const key = valueOf(frame, index);
  const { names, symbols } = frame.module;
  const name = typeof key.constant === 'string' ? names.id(key.constant) : symbols.indexStep;
  assigned(analysis, frame, valueOf(frame, object), name, value, node, key);
}

/** Signs and negation make numbers and truth values. */
function unary(operator: string, operand: Value['constant']): Value {
  return new Value(PLAIN_OPERATORS.has(operator) ? HARMLESS : NO_FACTS, UNKNOWN, foldUnary(operator, operand));
}

const PLAIN_OPERATORS = new Set(['+', '-', '!', 'not', '~', 'typeof', '++']);

function binary(operator: string, left: Value, right: Value, isPython: boolean): Value {
  const folded = foldBinary(operator, left.constant, right.constant);
  if (operator === 'or' || operator === '||' || operator === 'and' || operator === '&&' || operator === '??') {
    if (folded !== NOT_CONSTANT) return folded === left.constant ? left : right;
    if (left.constant !== NOT_CONSTANT) return truthy(left.constant) === (operator === 'or' || operator === '||') ? left : right;
    return join(left, right);
  }
  // `b'0' * AES.block_size`: however long, everybody can write it down.
  if (operator === '*' && folded === NOT_CONSTANT && (typeof left.constant === 'string' || typeof right.constant === 'string'))
    return new Value(MADE_OF_CONSTANTS);
  if (!carries(operator, isPython)) return new Value(NO_FACTS, UNKNOWN, folded);
  const facts = madeOf([left, right], union(allFacts(left), allFacts(right)));
  // A path object of Python: `folder / name`.
  if (operator === '/') return new Value(facts, left.symbol);
  if ((operator !== '+' && operator !== '%') || (typeof left.constant !== 'string' && typeof right.constant !== 'string')) {
    return new Value(facts, UNKNOWN, folded);
  }
  return new Value(cleaned(facts, builtBits(typeof left.constant === 'string' ? left.constant : '')), UNKNOWN, folded);
}

/** Facts of a text: harmless parts beside one of which nothing is known say nothing of the whole. */
function madeOf(parts: readonly Value[], facts: Facts): Facts {
  if (facts.length === 0 || parts.every((part) => part.facts.length > 0 || isFixed(part))) return facts;
  return facts.some(isHarmless) ? facts.filter((fact) => !isHarmless(fact)) : facts;
}

function concat(frame: Frame, list: number): Value {
  const { pool } = frame.func;
  const count = pool[list] as number;
  let facts: Facts = NO_FACTS;
  let text: string | undefined = '';
  let prefix = '';
  const parts: Value[] = [];
  for (let item = 1; item <= count; item++) {
    const part = valueOf(frame, pool[list + item] as number);
    parts.push(part);
    facts = union(facts, allFacts(part));
    text = text === undefined || part.constant === NOT_CONSTANT ? undefined : text + String(part.constant);
    prefix = text ?? prefix;
  }
  facts = madeOf(parts, facts);
  return new Value(count > 1 ? cleaned(facts, builtBits(prefix)) : facts, UNKNOWN, text === undefined ? NOT_CONSTANT : text);
}

function list(frame: Frame, at: number): Value {
  const { pool } = frame.func;
  const count = pool[at] as number;
  const slots = new Map<string | number, Value>();
  let facts: Facts = NO_FACTS;
  let isOrdered = true;
  for (let item = 0; item < count; item++) {
    const value = valueOf(frame, pool[at + 1 + item * 2] as number);
    const flag = pool[at + 2 + item * 2] as number;
    if (flag === 0 && isOrdered && item < 32) slots.set(item, value);
    else {
      if (flag === SPREAD) isOrdered = false;
      facts = union(facts, allFacts(value));
    }
  }
  return new Value(facts, UNKNOWN, NOT_CONSTANT, slots);
}

function map(frame: Frame, at: number): Value {
  const { pool } = frame.func;
  const count = pool[at] as number;
  const slots = new Map<string | number, Value>();
  let facts: Facts = NO_FACTS;
  for (let item = 0; item < count; item++) {
    const key = pool[at + 1 + item * 2] as number;
    const value = valueOf(frame, pool[at + 2 + item * 2] as number);
    if (key === NO_VALUE) {
      facts = union(facts, value.facts);
      for (const [name, held] of value.slots ?? []) slots.set(name, held);
      if (value.slots === undefined) slots.set(SPREAD_KEY, NOTHING);
      continue;
    }
    const name: Constant | typeof NOT_CONSTANT = valueOf(frame, key).constant;
    if ((typeof name === 'string' || typeof name === 'number') && slots.size < 64) slots.set(name, value);
    else facts = union(facts, union(allFacts(value), valueOf(frame, key).facts));
  }
  return new Value(facts, UNKNOWN, NOT_CONSTANT, slots);
}

/** Any element; a key of a container that came from outside is as untrusted as its values. */
function element(collection: Value, keys: number): Value {
  if (keys === 1) return new Value(collection.facts);
  let found: Value | undefined;
  for (const slot of collection.slots?.values() ?? []) found = found === undefined ? slot : join(found, slot);
  if (found === undefined) return new Value(collection.facts);
  return collection.facts.length === 0 ? found : join(found, new Value(collection.facts));
}
