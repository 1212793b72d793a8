import { CALL, hasReceiver, NO_NAME, OP, SPREAD, STRIDE, type FunctionIr, type ModuleIr } from '../ir.ts';
import type { CallPattern } from '../pattern/call_pattern.ts';
import { UNKNOWN, type SymbolId } from '../symbol.ts';
import { matchArguments, type Argument } from './arguments.ts';
import { valueOf, writeBack, writeField } from './access.ts';
import type { Engine } from './engine.ts';
import { Frame, type Summary } from './frame.ts';
import { ALL_CLASSES, builtBits, type Rule } from './rules.ts';
import { allFacts, cleaned, HARMLESS, NO_FACTS, NOT_CONSTANT, NOTHING, union, Value, withStep, type Fact, type Facts } from './value.ts';

/** Methods that hand the elements of their receiver to a callback. */
const ITERATORS = new Set(
  'map forEach filter reduce reduceRight flatMap find findIndex some every sort then tap pipe subscribe each for_each and_then finally'.split(
    ' ',
  ),
);
/** Methods that put their arguments into their receiver. */
const ADDERS = new Set(
  'append push add insert extend unshift set put update appendleft write writelines push_str push_back setdefault'.split(' '),
);

type Call = {
  readonly frame: Frame;
  readonly node: number;
  readonly callee: Value;
  readonly calleeAt: number;
  readonly receiver: Value | undefined;
  readonly given: readonly Argument[];
  readonly positions: readonly number[];
  readonly flags: number;
  readonly method: string;
};

export function evaluateCall(analysis: Engine, frame: Frame, at: number): Value {
  const call = readCall(frame, at);
  const { symbol } = call.callee;
  const rules = symbol === UNKNOWN ? [] : analysis.rules(frame).call(symbol);
  const applied = rules.length === 0 ? undefined : applyRules(analysis, call, rules);
  if ((call.flags & CALL.decorator) !== 0) return call.given[0]?.value ?? NOTHING;
  if (call.callee.func !== undefined || call.callee.classRef !== undefined) {
    const result = callFunction(analysis, frame, call.callee, positional(call), call.node);
    if (result !== undefined) return applied === undefined ? result : result.withFacts(applied.facts(result.facts));
  }
  const container = containerCall(call);
  if (container !== undefined) return container;
  callbacks(analysis, call);
  const format = call.method === 'format' ? call.receiver?.constant : undefined;
  const facts =
    applied?.isOpaque === true ? NO_FACTS : typeof format === 'string' ? cleaned(carried(call), builtBits(format)) : carried(call);
  return new Value(applied === undefined ? facts : applied.facts(facts), resultSymbol(analysis, call), NOT_CONSTANT);
}

function readCall(frame: Frame, at: number): Call {
  const { code, pool } = frame.func;
  const base = at * STRIDE;
  const calleeAt = code[base + 1] as number;
  const list = code[base + 2] as number;
  const callee = valueOf(frame, calleeAt);
  const count = pool[list] as number;
  const given: Argument[] = [];
  const positions: number[] = [];
  for (let item = 0; item < count; item++) {
    const position = pool[list + 1 + item * 2] as number;
    const name = pool[list + 2 + item * 2] as number;
    positions.push(position);
    given.push({
      value: valueOf(frame, position),
      name: name === NO_NAME || name === SPREAD ? undefined : frame.module.names.text(name),
      spread: name === SPREAD,
      node: code[position * STRIDE + 4] ?? 0,
    });
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

type Applied = { readonly isOpaque: boolean; facts(before: Facts): Facts };

function applyRules(analysis: Engine, call: Call, rules: readonly Rule[]): Applied {
  const { frame, node } = call;
  let added: Facts = NO_FACTS;
  let bits = 0;
  let isOpaque = false;
  for (const rule of rules) {
    const bound = matchArguments(rule.pattern, call.given, frame);
    if (bound === undefined) continue;
    switch (rule.is) {
      case 'sink':
        if (isAnyOf(analysis, call, rule.sink.not)) break;
        for (const { metavariable, value } of bound) if (metavariable === '$SINK') analysis.reached(frame, rule.sink, value, node);
        isOpaque = true;
        break;
      case 'source':
        added = union(added, analysis.sourceFacts(frame, rule.kind, node));
        isOpaque = true;
        break;
      case 'sanitizer':
        bits |= rule.bits;
        break;
      case 'handler':
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
      case 'match':
        if (!isAnyOf(analysis, call, rule.match.notCalls)) analysis.matched(frame, rule.match, bound, node);
        break;
    }
  }
  return {
    isOpaque,
    facts: (before) => union(bits === ALL_CLASSES ? HARMLESS : cleaned(before, bits), added),
  };
}

/** One of a check's `not` patterns is this call too. */
function isAnyOf(analysis: Engine, call: Call, patterns: readonly CallPattern[]): boolean {
  const rules = analysis.rules(call.frame);
  return patterns.some(
    (pattern) => rules.isAt(pattern, call.callee.symbol) && matchArguments(pattern, call.given, call.frame) !== undefined,
  );
}

function positional(call: Call): Value[] {
  return call.given.map(({ value }) => value);
}

/** A function without a model may return anything of what it was given. */
function carried(call: Call): Facts {
  let facts = call.receiver === undefined ? call.callee.facts : allFacts(call.receiver);
  for (const { value } of call.given) facts = union(facts, allFacts(value));
  return facts;
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

/** Methods of containers whose slots are known. */
function containerCall(call: Call): Value | undefined {
  const { receiver, method, given, frame } = call;
  if (receiver === undefined) return undefined;
  const position = frame.func.code[call.calleeAt * STRIDE + 1] as number;
  const first = given[0]?.value;
  const { slots } = receiver;
  if (slots !== undefined && first !== undefined && (method === 'append' || method === 'push') && given.length === 1) {
    const next = nextIndex(receiver);
    writeBack(frame, position, receiver.withSlots(new Map(slots).set(next, first)));
    return NOTHING;
  }
  if (slots !== undefined && method === 'pop' && (first === undefined || typeof first.constant === 'number')) {
    const count = nextIndex(receiver);
    const at = first === undefined ? count - 1 : (first.constant as number);
    const removed = slots.get(at);
    const left = new Map<string | number, Value>();
    for (const [key, value] of slots) if (key !== at) left.set(typeof key === 'number' && key > at ? key - 1 : key, value);
    writeBack(frame, position, receiver.withSlots(left));
    return removed ?? new Value(receiver.facts);
  }
  if (method === 'get' && first !== undefined) {
    const slot = slots?.get(keyOf(given)) ?? (typeof first.constant === 'string' ? slots?.get(first.constant) : undefined);
    if (slot !== undefined) return slot;
    return undefined;
  }
  if (method === 'set' && given.length > 1) {
    const key = keyOf(given.slice(0, -1));
    const held = given.at(-1)?.value;
    if (key !== '' && held !== undefined) {
      writeBack(frame, position, receiver.withSlots(new Map(slots).set(key, held)));
      return receiver;
    }
  }
  if (ADDERS.has(method)) {
    let facts = receiver.facts;
    for (const { value } of given) facts = union(facts, allFacts(value));
    if (facts !== receiver.facts) writeBack(frame, position, receiver.withFacts(facts));
  }
  return undefined;
}

/** `set('section', 'key', value)` and `get('section', 'key')`: constant keys together name one slot; empty when one is no constant. */
function keyOf(given: readonly Argument[]): string {
  const parts = given.map(({ value }) => (typeof value.constant === 'string' ? value.constant : undefined));
  return parts.includes(undefined) ? '' : parts.join('\u0000');
}

function nextIndex(container: Value): number {
  let next = 0;
  for (const key of container.slots?.keys() ?? []) if (typeof key === 'number' && key >= next) next = key + 1;
  return next;
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

/** Calls a function or class of the scanned files; `undefined` when it cannot be followed. */
export function callFunction(analysis: Engine, frame: Frame, target: Value, values: readonly Value[], node: number): Value | undefined {
  if (target.classRef !== undefined) return construct(analysis, frame, target, values, node);
  if (target.func === undefined) return undefined;
  const { module, index } = target.func;
  const func = module.functions[index];
  if (func === undefined) return undefined;
  const given = target.receiver !== undefined && hasReceiver(func) ? [target.receiver, ...values] : values;
  if (func.outer !== 0 && target.func.frame !== undefined) {
    const nested = new Frame(module, func, target.func.frame, frame);
    for (const [at, parameter] of func.parameters.entries()) nested.env[parameter.slot] = given[at] ?? NOTHING;
    analysis.runNested(nested);
    return nested.returned ?? NOTHING;
  }
  analysis.called(func);
  return declared(analysis, module, func, instantiate(analysis, frame, analysis.summary(module, func), given, node));
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

function construct(analysis: Engine, frame: Frame, target: Value, values: readonly Value[], node: number): Value {
  const of = target.classRef;
  const object = new Value(NO_FACTS, UNKNOWN, NOT_CONSTANT, undefined, undefined, of);
  if (of === undefined) return object;
  const method = analysis.project.constructorOf(of);
  if (method === undefined) return object;
  const func = method.module.functions[method.index];
  if (func === undefined) return object;
  const summary = analysis.summary(method.module, func);
  const given = [object, ...values];
  instantiate(analysis, frame, summary, given, node);
  let built = object;
  for (const [key, value] of summary.parameters[0]?.slots ?? []) {
    built = writeField(built, frame.module.names.id(String(key)), replaced(value, given), frame.module.names);
  }
  return built;
}

/** Puts a call's values in the place of a summary's parameters. */
function instantiate(analysis: Engine, frame: Frame, summary: Summary, given: readonly Value[], node: number): Value {
  for (const { sink, fact, module, node: at } of summary.sinks) {
    for (const passed of factsAt(fact, given)) {
      const arrived = withStep(passed, 'passed to a function', frame.module, node);
      analysis.factReached(frame, sink, { ...arrived, clean: passed.clean | fact.clean }, module, at);
    }
  }
  return replaced(summary.returned, given);
}

function replaced(value: Value, given: readonly Value[], depth = 3): Value {
  let facts: Facts = NO_FACTS;
  for (const fact of value.facts) {
    if (fact.source !== undefined || fact.parameter < 0) facts = union(facts, [fact]);
    else
      facts = union(
        facts,
        factsAt(fact, given).map((passed): Fact => ({ ...passed, clean: passed.clean | fact.clean })),
      );
  }
  if (value.slots === undefined || depth === 0) return value.withFacts(facts);
  const slots = new Map<string | number, Value>();
  for (const [key, held] of value.slots) slots.set(key, replaced(held, given, depth - 1));
  return value.withFacts(facts).withSlots(slots);
}

/** The facts that a caller passed for a fact of a parameter. */
function factsAt(fact: Fact, given: readonly Value[]): Facts {
  const value = given[fact.parameter];
  if (value === undefined) return NO_FACTS;
  return allFacts(value);
}
