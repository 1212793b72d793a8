import { hasReceiver, type FunctionIr, type ModuleIr } from '../ir.ts';
import { UNKNOWN, type SymbolId } from '../symbol.ts';
import type { Argument } from './arguments.ts';
import { allFacts, copied, join, NO_FACTS, NOT_CONSTANT, union, Value, type Fact } from './value.ts';

/** The values of a function's parameters in a call: by position, by name, and what is left for the one that takes the rest. */
export function bindParameters(
  func: FunctionIr,
  module: ModuleIr,
  receiver: Value | undefined,
  given: readonly Argument[],
): readonly (Value | undefined)[] {
  const { parameters } = func;
  const bound: (Value | undefined)[] = parameters.map(() => undefined);
  let next = 0;
  if (receiver !== undefined && hasReceiver(func)) bound[next++] = receiver;
  const add = (at: number, value: Value): void => {
    const before = bound[at];
    bound[at] = before === undefined ? value : join(before, value);
  };
  const rest = parameters.findLastIndex((parameter) => parameter.rest);
  for (const { value, name, spread } of given) {
    if (spread) {
      const held = new Value(allFacts(value));
      for (let at = next; at < parameters.length; at++) add(at, held);
      continue;
    }
    const named = name === undefined ? -1 : parameters.findIndex((parameter) => module.names.text(parameter.name) === name);
    if (named >= 0) add(named, value);
    else if (name === undefined && next < parameters.length && parameters[next]?.rest !== true) add(next++, value);
    else if (rest >= 0) add(rest, new Value(allFacts(value)));
  }
  return bound;
}

/**
 * What is known of the types of what a caller passes, as text; empty when the function's own declarations tell as much. Calls of the same shape
 * share a summary.
 */
export function shapeOf(module: ModuleIr, own: readonly Value[], given: readonly (Value | undefined)[]): string {
  let shape = '';
  for (let at = 0; at < given.length; at++) {
    const value = given[at];
    const declared = own[at];
    if (value === undefined || declared === undefined) continue;
    const part = typeText(module, value, declared);
    if (part !== '') shape += `${at}${part};`;
  }
  return shape;
}

function typeText(module: ModuleIr, value: Value, declared: Value): string {
  let text = '';
  if (value.symbol !== declared.symbol && isTelling(module, value.symbol)) text += `s${value.symbol}`;
  const { instance } = value;
  if (instance !== undefined && instance.index !== declared.instance?.index) text += `c${instance.module.path}#${instance.index}`;
  if (instance === undefined) return text;
  value.slots?.forEach((slot, key) => {
    if (isTelling(module, slot.symbol)) text += `.${key}=${slot.symbol}`;
  });
  return text;
}

/** Steps of a symbol that say what a value is: a path from an import or a known global, not from a variable's name or from anything. */
function isTelling(module: ModuleIr, symbol: SymbolId): boolean {
  if (symbol === UNKNOWN) return false;
  const { symbols } = module;
  return symbols.names.text(symbols.name(symbols.root(symbol))) !== '?';
}

/** A parameter's value inside the function: the types of what the caller passes, the facts of a parameter. */
export function shaped(module: ModuleIr, declared: Value, given: Value | undefined): Value {
  if (given === undefined) return declared;
  const symbol = isTelling(module, given.symbol) ? given.symbol : declared.symbol;
  const [fact] = declared.facts;
  if (given.instance === undefined || given.slots === undefined || fact === undefined) {
    return new Value(declared.facts, symbol, NOT_CONSTANT, declared.slots, undefined, given.instance ?? declared.instance);
  }
  const slots = copied(declared.slots);
  given.slots.forEach((slot, key) => {
    const own: Fact = { ...fact, field: module.names.id(String(key)) };
    slots.set(
      key,
      new Value(union(slots.get(key)?.facts ?? NO_FACTS, [own]), slot.symbol, NOT_CONSTANT, undefined, slot.func, slot.instance),
    );
  });
  return new Value(declared.facts, symbol, NOT_CONSTANT, slots, undefined, given.instance);
}
