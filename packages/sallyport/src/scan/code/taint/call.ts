import { CALL, NO_NAME, OP, SPREAD, STRIDE, type FunctionIr, type ModuleIr } from '../ir.ts';
import type { CallPattern } from '../pattern/call_pattern.ts';
import { UNKNOWN, type SymbolId } from '../symbol.ts';
import { fulfils, type Condition } from '../pattern/match_check.ts';
import { matchArguments, type Argument, type Bound } from './arguments.ts';
import { valueOf, writeBack, writeField } from './access.ts';
import type { Engine } from './engine.ts';
import { Frame, type Checked, type Proofs } from './frame.ts';
import { mark } from './guard.ts';
import { proofsOf } from './proof.ts';
import { carried, containerCall, nameOf, type Call } from './carry.ts';
import { changeReceiver, keyOf, withReceiver } from './receiver.ts';
import { instantiate, replaced, type Given } from './instantiate.ts';
import { loaded, rendered } from './render.ts';
import { deferredBy } from './deferred.ts';
import { bindParameters } from './parameters.ts';
import { ALL_CLASSES, builtBits, classBit, kindIndex, type Rule, type Rules } from './rules.ts';
import {
  allFacts,
  cleaned,
  HARMLESS,
  isHarmless,
  isKnown,
  NO_FACTS,
  NOT_CONSTANT,
  NOTHING,
  sanitised,
  union,
  Value,
  type Fact,
  type Facts,
  type Slots,
} from './value.ts';

/** Methods that hand the elements of their receiver to a callback. */
const ITERATORS = new Set(
  'map forEach filter reduce reduceRight flatMap find findIndex some every sort then tap pipe subscribe each for_each and_then finally'.split(
    ' ',
  ),
);
/** Functions that answer the function they are given, in another dress. */
const WRAPPERS = new Set(
  'promisify promisifyAll thenify denodeify memoize debounce throttle once useCallback fromCallback pify'.split(' '),
);
const RANDOM = kindIndex('random');
/** Sinks that hand on what they get: what was read without a limit, or not checked, is still what was read. */
const PASSING = (['resource', 'trust', 'log', 'header', 'format', 'memory', 'csv', 'leak', 'credential', 'prototype'] as const)
  .map(classBit)
  .reduce((all, bit) => all | bit, 0);

export function evaluateCall(analysis: Engine, frame: Frame, at: number): Value {
  const call = readCall(frame, at);
  const { symbol } = call.callee;
  analysis.tell(frame, symbol, call.node);
  const rules = rulesOf(analysis.rules(frame), symbol, call.given);
  const applied = rules.length === 0 ? undefined : applyRules(analysis, call, rules);
  if ((call.flags & CALL.decorator) !== 0) return call.given[0]?.value ?? NOTHING;
  if (call.callee.func !== undefined || call.callee.classRef !== undefined) {
    const result = callFunction(analysis, call, at);
    if (result !== undefined) return applied === undefined ? result : result.withFacts(applied.facts(result.facts));
  }
  if (WRAPPERS.has(nameOf(call))) {
    const [wrapped] = call.given;
    if (wrapped !== undefined && (wrapped.value.symbol !== UNKNOWN || wrapped.value.func !== undefined)) return wrapped.value;
  }
  const container = applied?.isState === true ? undefined : containerCall(call);
  if (container !== undefined) return container;
  const later = analysis.quiet ? undefined : deferredBy(call);
  const run =
    later === undefined
      ? undefined
      : callFunction(analysis, { ...call, callee: later.target, receiver: undefined, given: later.given }, -1);
  if (call.method === 'bind' && call.receiver?.func !== undefined) return call.receiver;
  if (run !== undefined && applied === undefined) return run;
  callbacks(analysis, call);
  const format = call.method === 'format' ? call.receiver?.constant : undefined;
  const facts =
    applied?.isOpaque === true
      ? carried(call).filter(isHarmless)
      : typeof format === 'string'
        ? cleaned(carried(call), builtBits(format))
        : carried(call);
  const result = applied === undefined || applied.result === UNKNOWN ? resultSymbol(analysis, call) : applied.result;
  return new Value(applied === undefined ? facts : applied.facts(facts), result, NOT_CONSTANT, applied?.slots);
}

/** The rules of the called symbol, and those of any call with such arguments. */
function rulesOf(all: Rules, symbol: SymbolId, given: readonly Argument[]): readonly Rule[] {
  let found = symbol === UNKNOWN ? NO_RULES : all.call(symbol);
  if (!all.hasOpenCalls) return found;
  for (const { name, value } of given) {
    if (name !== undefined) found = all.withMore(found, name);
    else if (value.slots !== undefined) {
      value.slots.forEach((_, key) => {
        if (typeof key === 'string') found = all.withMore(found, key);
      });
    }
  }
  return found;
}

const NO_RULES: readonly Rule[] = [];

function readCall(frame: Frame, at: number): Call {
  const { code, pool } = frame.func;
  const base = at * STRIDE;
  const calleeAt = code[base + 1] as number;
  const list = code[base + 2] as number;
  const callee = valueOf(frame, calleeAt);
  const count = pool[list] as number;
  const given: Argument[] = [];
  const positions: number[] = [];
  given.length = positions.length = count;
  for (let item = 0; item < count; item++) {
    const position = pool[list + 1 + item * 2] as number;
    const name = pool[list + 2 + item * 2] as number;
    positions[item] = position;
    given[item] = {
      value: valueOf(frame, position),
      name: name === NO_NAME || name === SPREAD ? undefined : frame.module.names.text(name),
      spread: name === SPREAD,
      node: code[position * STRIDE + 4] ?? 0,
    };
  }
  const isMethod = code[calleeAt * STRIDE] === OP.field;
  return {
    frame,
    node: code[base + 4] as number,
    callee,
    calleeAt,
    receiver: isMethod ? valueOf(frame, code[calleeAt * STRIDE + 1] as number) : undefined,
    given,
    positions,
    flags: code[base + 3] as number,
    method: isMethod ? frame.module.names.text(code[calleeAt * STRIDE + 2] as number) : '',
  };
}

type Applied = {
  readonly isOpaque: boolean;
  /** The receiver is something else from here on. */
  readonly isState: boolean;
  /** What the call's value is, when a model says so. */
  readonly result: SymbolId;
  /** What is known of its parts. */
  readonly slots: Slots | undefined;
  facts(before: Facts): Facts;
};

function applyRules(analysis: Engine, call: Call, rules: readonly Rule[]): Applied {
  const { frame, node } = call;
  let added: Facts = NO_FACTS;
  let bits = 0;
  let isOpaque = false;
  let isState = false;
  let result = UNKNOWN;
  let slots: Slots | undefined;
  for (const rule of rules) {
    const bound = matchArguments(rule.pattern, call.given, frame);
    if (bound === undefined) continue;
    switch (rule.is) {
      case 'sink':
        if (isAnyOf(analysis, call, rule.sink.not) || !areMet(rule.sink.where, withReceiver(call, rule.pattern, bound), frame)) break;
        for (const { metavariable, value } of bound) if (metavariable === '$SINK') analysis.reached(frame, rule.sink, value, node);
        if (rule.pattern.key === '$SINK') analysis.reached(frame, rule.sink, keyOf(call), node);
        if (rule.pattern.steps[0] === '$SINK' && call.receiver !== undefined) analysis.reached(frame, rule.sink, call.receiver, node);
        else if ((rule.sink.bit & PASSING) === 0) isOpaque = true;
        break;
      case 'source':
        added = union(added, analysis.sourceFacts(frame, rule.kind, node));
        isOpaque = true;
        break;
      case 'sanitizer':
        bits |= rule.bits;
        break;
      case 'handler':
        if (isAnyOf(analysis, call, rule.not)) break;
        for (const { metavariable, value } of bound) if (metavariable === '$HANDLER') analysis.handle(frame, value, rule.handler);
        break;
      case 'propagator': {
        const from = bound.filter(({ metavariable }) => metavariable === '$FROM');
        for (const { value } of from) added = union(added, allFacts(value));
        for (const [at, { value }] of call.given.entries()) {
          if (bound.some((one) => one.metavariable === '$TO' && one.value === value)) {
            writeBack(frame, call.positions[at] ?? -1, value.withFacts(union(value.facts, union(added, call.receiver?.facts ?? NO_FACTS))));
          }
        }
        isOpaque = false;
        break;
      }
      case 'render':
        if (rendered(analysis, call, rule, bound)) bits |= classBit('html');
        break;
      case 'load':
        slots = loaded(bound);
        break;
      case 'end':
        // At the top it may be a mistake of the parser; what follows is still looked at.
        if (frame.branches > 0) frame.live = false;
        break;
      case 'state':
        if (rule.result !== UNKNOWN) result = rule.result;
        if (rule.receiver !== UNKNOWN && call.receiver !== undefined) {
          changeReceiver(call, rule.receiver);
          isState = true;
        }
        break;
      case 'store':
        break;
      case 'match':
        if (!isAnyOf(analysis, call, rule.match.notCalls))
          analysis.matched(frame, rule.match, withReceiver(call, rule.pattern, bound), node);
        break;
    }
  }
  return {
    isOpaque,
    isState,
    result,
    slots,
    facts: (before) => union(bits === ALL_CLASSES ? union(HARMLESS, before.filter(isGuessable)) : sanitised(before, bits), added),
  };
}

/** Conditions of a sink on its other arguments. */
function areMet(where: readonly Condition[], bound: readonly Bound[], frame: Frame): boolean {
  if (where.length === 0) return true;
  const holds = new Map(
    bound.map(({ metavariable, value, node }) => [
      metavariable,
      { node, constant: value.constant === NOT_CONSTANT ? undefined : value.constant, made: isKnown(value) },
    ]),
  );
  return where.every((condition) => fulfils(condition, frame.module.tree, holds));
}

/** One of a check's `not` patterns is this call too, or may be: arguments that stand in a variable can be any. */
function isAnyOf(analysis: Engine, call: Call, patterns: readonly CallPattern[]): boolean {
  const rules = analysis.rules(call.frame);
  const isSpread = call.given.some(({ spread }) => spread);
  return patterns.some(
    (pattern) =>
      rules.isAt(pattern, call.callee.symbol) &&
      (matchArguments(pattern, call.given, call.frame) !== undefined || (isSpread && pattern.arguments.some(({ is }) => is === 'named'))),
  );
}

/** What a number generator for games made stays guessable, whatever harmless text is made of it. */
function isGuessable({ source }: Fact): boolean {
  return source !== undefined && source.kind === RANDOM;
}

function resultSymbol(analysis: Engine, call: Call): SymbolId {
  const { frame, callee, flags } = call;
  if (callee.symbol === UNKNOWN) return UNKNOWN;
  const { symbols, names, language } = frame.module;
  const isClass =
    (flags & CALL.construct) !== 0 ||
    ((language === 'python' || language === 'javascript') && /^[A-Z]\w*[a-z]/.test(names.text(symbols.name(callee.symbol))));
  return isClass ? callee.symbol : analysis.childSymbol(frame, callee.symbol, symbols.callStep);
}

/** Functions passed to a function that is not of this project run with what it is likely to pass. */
function callbacks(analysis: Engine, call: Call): void {
  if (analysis.quiet) return;
  const element = ITERATORS.has(call.method) && call.receiver !== undefined ? new Value(allFacts(call.receiver)) : NOTHING;
  for (const { value } of call.given) {
    if (value.func === undefined) continue;
    const { module, index, frame } = value.func;
    const func = module.functions[index];
    if (func === undefined) continue;
    const nested = new Frame(module, func, frame ?? analysis.moduleFrame(module), call.frame);
    for (const [at, parameter] of func.parameters.entries()) {
      nested.env[parameter.slot] = analysis.parameterValue(nested, at, element.facts);
    }
    analysis.runNested(nested);
  }
}

/** Calls a function or class of the scanned files; `undefined` when it cannot be followed. `at`: the instruction, -1 for a call that is made later. */
function callFunction(analysis: Engine, call: Call, at: number): Value | undefined {
  const { frame, callee: target, given: args, node } = call;
  if (target.classRef !== undefined) return construct(analysis, frame, target, args, node);
  if (target.func === undefined) return undefined;
  const { module, index } = target.func;
  const func = module.functions[index];
  if (func === undefined) return undefined;
  const given = bindParameters(func, module, target.receiver, args);
  if (func.outer !== 0 && target.func.frame !== undefined) {
    const nested = new Frame(module, func, target.func.frame, frame);
    func.parameters.forEach(({ slot }, at) => (nested.env[slot] = given[at] ?? NOTHING));
    analysis.runNested(nested);
    prove(call, at, given, proofsOf(nested));
    return nested.returned ?? NOTHING;
  }
  analysis.called(func);
  const summary = analysis.summary(module, func, given);
  const result = declared(analysis, module, func, instantiate(analysis, frame, summary, given, node));
  prove(call, at, given, summary.proofs);
  return result;
}

/** What the called function checked holds of the arguments: from here on, or where its answer is tested. */
function prove({ frame, given: args, positions }: Call, at: number, given: Given, proofs: Proofs | undefined): void {
  if (proofs === undefined || at < 0) return;
  const arguments_ = (bits: readonly number[]): Checked[] =>
    args.flatMap(({ value }, item) => {
      const proved = value.facts.length === 0 && value.slots === undefined ? 0 : (bits[given.indexOf(value)] ?? 0);
      return proved === 0 ? [] : [{ at: positions[item] as number, bits: proved }];
    });
  (frame.checked ??= new Map()).set(at, { yes: arguments_(proofs.yes), no: arguments_(proofs.no) });
  for (const one of arguments_(proofs.ended)) mark(frame, one);
}

/** A result of which only the declared type is known is an object of that class. */
function declared(analysis: Engine, module: ModuleIr, func: FunctionIr, result: Value): Value {
  const of = analysis.project.classOf(module, func.returns);
  if (of === undefined) return result;
  const first = module.language === 'go' ? result.slots?.get(0) : undefined;
  if (first !== undefined) {
    return isUntyped(first) ? result.withSlots(new Map(result.slots).set(0, first.ofClass(of))) : result;
  }
  return isUntyped(result) ? result.ofClass(of) : result;
}

function isUntyped({ instance, func, constant }: Value): boolean {
  return instance === undefined && func === undefined && (constant === NOT_CONSTANT || constant === undefined);
}

function construct(analysis: Engine, frame: Frame, target: Value, args: readonly Argument[], node: number): Value {
  const of = target.classRef;
  const base = of === undefined ? UNKNOWN : analysis.project.foreignBase(of);
  const object = new Value(NO_FACTS, base, NOT_CONSTANT, undefined, undefined, of);
  if (of === undefined) return object;
  const method = analysis.project.constructorOf(of);
  if (method === undefined) return object;
  const func = method.module.functions[method.index];
  if (func === undefined) return object;
  const given = bindParameters(func, method.module, object, args);
  const summary = analysis.summary(method.module, func, given);
  instantiate(analysis, frame, summary, given, node);
  let built = object;
  for (const [key, value] of summary.parameters[0]?.slots ?? []) {
    built = writeField(built, frame.module.names.id(String(key)), replaced(value, given, summary, frame), frame.module.names);
  }
  return built;
}
