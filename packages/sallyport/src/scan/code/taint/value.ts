import type { Constant, ModuleIr } from '../ir.ts';
import { UNKNOWN, type NameId, type SymbolId } from '../symbol.ts';

/** Where untrusted data enters: one place, one kind. */
export type Source = { readonly kind: number; readonly module: ModuleIr; readonly node: number; readonly what: string };

/** The way of data, newest step first. */
export type Step = { readonly what: string; readonly module: ModuleIr; readonly node: number; readonly before: Step | undefined };

/**
 * One origin of a value: a source, or a parameter of the function under analysis (one of its fields, when `field` is not -1). `clean` are the
 * bits of the sink classes for which it was made safe since.
 */
export type Fact = {
  readonly source: Source | undefined;
  readonly parameter: number;
  readonly field: NameId;
  readonly clean: number;
  readonly step: Step | undefined;
};

export type Facts = readonly Fact[];
export const NO_FACTS: Facts = [];
/** What a function for numbers, hashes or the like returned: safe everywhere, and text built with it alone is too. */
export const HARMLESS_PARAMETER = -2;
export const HARMLESS: Facts = [{ source: undefined, parameter: HARMLESS_PARAMETER, field: -1, clean: -1, step: undefined }];
/** What was made of constants alone: as harmless, and known to whoever reads the code. */
const MADE_PARAMETER = -3;
export const MADE_OF_CONSTANTS: Facts = [{ source: undefined, parameter: MADE_PARAMETER, field: -1, clean: -1, step: undefined }];
export const isHarmless = ({ parameter }: Fact): boolean => parameter === HARMLESS_PARAMETER || parameter === MADE_PARAMETER;
/** What a sanitizer returned of a value of which nothing was known. */
const CLEANED_PARAMETER = -4;
/** More origins of one value tell a reader nothing new; the first ones are kept. */
const MAX_FACTS = 10;
/** Slots of a container that are told apart; a table of thousands is one value. */
export const MAX_SLOTS = 64;

/** The slot of an object that was made with the properties of another one of which nothing is known. */
export const SPREAD_KEY = '...';

export const NOT_CONSTANT = Symbol('not constant');
export type Known = Constant | typeof NOT_CONSTANT;

/** The variables that a function can see from outside: those of the functions around it. */
export type Environment = { env: Value[]; readonly outer: Environment | undefined };
export type FunctionRef = { readonly module: ModuleIr; readonly index: number; readonly frame: Environment | undefined };
export type ClassRef = { readonly module: ModuleIr; readonly index: number };
export type Slots = ReadonlyMap<string | number, Value>;

/** What is known of a value at one point. Never changed: a new state is a new value. */
export class Value {
  /** Origins of the value as a whole. */
  readonly facts: Facts;
  readonly symbol: SymbolId;
  readonly constant: Known;
  /** What the known slots of a container hold; other slots hold `facts`. */
  readonly slots: Slots | undefined;
  readonly func: FunctionRef | undefined;
  /** It is an object of this class, or the class itself. */
  readonly instance: ClassRef | undefined;
  readonly classRef: ClassRef | undefined;
  /** The receiver of a bound method. */
  readonly receiver: Value | undefined;
  /** What `allFacts` answered. */
  all: Facts | undefined;

  constructor(
    facts: Facts,
    symbol: SymbolId = UNKNOWN,
    constant: Known = NOT_CONSTANT,
    slots?: Slots,
    func?: FunctionRef,
    instance?: ClassRef,
    classRef?: ClassRef,
    receiver?: Value,
  ) {
    this.facts = facts;
    this.symbol = symbol;
    this.constant = constant;
    this.slots = slots;
    this.func = func;
    this.instance = instance;
    this.classRef = classRef;
    this.receiver = receiver;
    this.all = undefined;
  }

  withFacts(facts: Facts): Value {
    if (facts === this.facts) return this;
    return new Value(facts, this.symbol, this.constant, this.slots, this.func, this.instance, this.classRef, this.receiver);
  }

  withConstant(constant: Known): Value {
    return new Value(this.facts, this.symbol, constant, this.slots, this.func, this.instance, this.classRef, this.receiver);
  }

  withSymbol(symbol: SymbolId): Value {
    return new Value(this.facts, symbol, this.constant, this.slots, this.func, this.instance, this.classRef, this.receiver);
  }

  ofClass(instance: ClassRef): Value {
    return new Value(this.facts, this.symbol, NOT_CONSTANT, this.slots, this.func, instance, this.classRef, this.receiver);
  }

  withSlots(slots: Slots): Value {
    return new Value(this.facts, this.symbol, NOT_CONSTANT, slots, this.func, this.instance, this.classRef, this.receiver);
  }
}

/** Maps are walked by a function: an iterator makes an array for each entry. */
export function copied(slots: Slots | undefined): Map<string | number, Value> {
  const copy = new Map<string | number, Value>();
  slots?.forEach((value, key) => copy.set(key, value));
  return copy;
}

export const NOTHING = new Value(NO_FACTS);

export function union(a: Facts, b: Facts): Facts {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  let result: Fact[] | undefined;
  for (const fact of b) {
    const into: Facts = result ?? a;
    const at = into.findIndex((other) => isSame(other, fact));
    if (at < 0) {
      if (into.length < MAX_FACTS) (result ??= [...a]).push(fact);
      continue;
    }
    const known = into[at] as Fact;
    const clean = known.clean & fact.clean;
    if (clean !== known.clean) (result ??= [...a])[at] = { ...fact, clean };
  }
  return result ?? a;
}

function isSame(a: Fact, b: Fact): boolean {
  return a.source === b.source && a.parameter === b.parameter && a.field === b.field;
}

/** Containers in containers that are looked into. */
const DEPTH = 3;

/** All facts of a value, also of what its slots hold. */
export function allFacts(value: Value, depth = DEPTH): Facts {
  if (value.slots === undefined || depth === 0) return value.facts;
  if (value.all !== undefined && depth === DEPTH) return value.all;
  let { facts } = value;
  for (const slot of value.slots.values()) {
    if (slot.facts.length > 0 || slot.slots !== undefined) facts = union(facts, allFacts(slot, depth - 1));
  }
  if (depth === DEPTH) value.all = facts;
  return facts;
}

/** A constant, what was made of constants alone, or a container of them. */
export function isFixed(value: Value, depth = 3): boolean {
  if (value.constant !== NOT_CONSTANT) return true;
  if (value.slots === undefined || depth === 0) return value.facts.length > 0 && value.facts.every(isHarmless);
  return value.facts.every(isHarmless) && [...value.slots.values()].every((slot) => isFixed(slot, depth - 1));
}

/** A constant or what was made of constants alone: whoever reads the code knows it. */
export function isKnown(value: Value, depth = 3): boolean {
  if (value.constant !== NOT_CONSTANT) return true;
  const isMade = ({ parameter }: Fact): boolean => parameter === MADE_PARAMETER;
  if (value.slots === undefined || depth === 0) return value.facts.length > 0 && value.facts.every(isMade);
  return value.slots.size > 0 && value.facts.every(isMade) && [...value.slots.values()].every((slot) => isKnown(slot, depth - 1));
}

/** It came from somewhere: a source, or a parameter of the function that is summed up. */
export function hasOrigin(value: Value): boolean {
  return allFacts(value).some(({ source, parameter }) => source !== undefined || parameter >= 0);
}

/** What a value is when it may be either. */
export function join(a: Value, b: Value, depth = 4): Value {
  if (a === b) return a;
  const same = a.symbol === b.symbol ? a.symbol : a.symbol === UNKNOWN ? b.symbol : b.symbol === UNKNOWN ? a.symbol : a.symbol;
  const either = union(a.facts, b.facts);
  const facts = a.constant !== b.constant && isFixed(a) && isFixed(b) ? union(either, HARMLESS) : either;
  const constant = a.constant === b.constant ? a.constant : NOT_CONSTANT;
  const slots = depth === 0 ? (a.slots ?? b.slots) : joinSlots(a, b, depth);
  const func = a.func ?? b.func;
  const instance = a.instance ?? b.instance;
  const classRef = a.classRef ?? b.classRef;
  const receiver = a.receiver ?? b.receiver;
  const isFirst = facts === a.facts && same === a.symbol && constant === a.constant && slots === a.slots;
  if (isFirst && func === a.func && instance === a.instance && classRef === a.classRef && receiver === a.receiver) return a;
  return new Value(facts, same, constant, slots, func, instance, classRef, receiver);
}

function joinSlots(a: Value, b: Value, depth: number): Slots | undefined {
  if (a.slots === undefined || b.slots === undefined || a.slots === b.slots) return a.slots ?? b.slots;
  const { slots } = a;
  let joined: Map<string | number, Value> | undefined;
  b.slots.forEach((value, key) => {
    const own = slots.get(key);
    const either = own === undefined ? value : join(own, value, depth - 1);
    if (either !== own) (joined ??= copied(slots)).set(key, either);
  });
  return joined ?? slots;
}

/** What a function in a cloud answers with: `{ statusCode, headers: { 'Content-Type': 'text/html' }, body }`. */
export function isPage({ slots }: Value): boolean {
  if (slots?.has('body') !== true) return false;
  for (const [name, { constant }] of slots.get('headers')?.slots ?? [])
    if (typeof constant === 'string' && /^content-type$/i.test(String(name))) return /\bhtml\b/i.test(constant);
  return false;
}

/** The text of `return text, 404`, or of a page; other containers are sent as JSON. */
export function bodyOf(value: Value): Value | undefined {
  const { slots } = value;
  if (isPage(value)) return slots?.get('body');
  return typeof slots?.get(1)?.constant === 'number' ? slots.get(0) : undefined;
}

/** Marks the facts as safe for the sink classes of `bits`. */
export function cleaned(facts: Facts, bits: number): Facts {
  if (facts.length === 0 || bits === 0) return facts;
  return facts.map((fact) => ((fact.clean & bits) === bits ? fact : { ...fact, clean: fact.clean | bits }));
}

/** What a sanitizer for the sink classes of `bits` returns. */
export function sanitised(facts: Facts, bits: number): Facts {
  if (facts.length > 0 || bits === 0) return cleaned(facts, bits);
  return [{ source: undefined, parameter: CLEANED_PARAMETER, field: -1, clean: bits, step: undefined }];
}

/** The step of a trace where the host is taken from an address. */
export const HOST_STEP = 'the host of the address';

/** The fact one step further. */
export function withStep(fact: Fact, what: string, module: ModuleIr, node: number): Fact {
  if (fact.step?.node === node && fact.step.module === module) return fact;
  return { ...fact, step: { what, module, node, before: fact.step } };
}
