import { OP, STRIDE } from '../ir.ts';
import { UNKNOWN, type NameId, type Names } from '../symbol.ts';
import { fieldClass, fieldType } from './declared.ts';
import type { Engine } from './engine.ts';
import type { Frame } from './frame.ts';
import {
  allFacts,
  copied,
  HARMLESS,
  HOST_STEP,
  isFixed,
  MAX_SLOTS,
  NO_FACTS,
  NOT_CONSTANT,
  NOTHING,
  union,
  Value,
  withStep,
  type Environment,
  type Fact,
  type Facts,
} from './value.ts';

/** Properties that are numbers whatever the object is. */
const NUMERIC = new Set(['length', 'size', 'byteLength', 'status_code', 'statusCode', 'ndim', 'shape']);

/** Objects whose properties are what a request names: `req.query.size` is text. */
const FIELDS = new Set('query body params args form GET POST cookies headers searchParams'.split(' '));

function isFields({ module: { symbols, names } }: Frame, { symbol }: Value): boolean {
  return symbol !== UNKNOWN && FIELDS.has(names.text(symbols.name(symbol)));
}

export function readField(analysis: Engine, frame: Frame, object: Value, name: NameId, node: number): Value {
  const text = frame.module.names.text(name);
  const slot = object.slots?.get(text);
  if (slot !== undefined) return slot;
  const member = analysis.member(frame, object, name, text);
  if (member !== undefined) return member;
  if (NUMERIC.has(text) && !isFields(frame, object)) return new Value(NO_FACTS);
  const symbol = analysis.childSymbol(frame, object.symbol, name);
  if (object.symbol !== UNKNOWN) {
    const local = analysis.local(frame, symbol);
    if (local !== undefined) return local;
  }
  const declared = fieldType(object, name);
  const facts = fieldFacts(object.facts, name);
  const value = new Value(
    HOST_PARTS.has(text) ? facts.map((fact) => withStep(fact, HOST_STEP, frame.module, node)) : facts,
    declared === UNKNOWN ? symbol : declared,
    NOT_CONSTANT,
    undefined,
    undefined,
    fieldClass(analysis, object, declared),
    undefined,
    object,
  );
  return analysis.sourced(frame, value, node);
}

/** Parts of a parsed address that say which host it leads to. */
const HOST_PARTS = new Set('netloc hostname host origin'.split(' '));

/** A field of a parameter is a fact of its own, so that a caller can tell an object's fields apart. */
function fieldFacts(facts: Facts, name: NameId): Facts {
  if (!facts.some((fact) => fact.parameter >= 0 && fact.field < 0)) return facts;
  return facts.map((fact): Fact => (fact.parameter >= 0 && fact.field < 0 ? { ...fact, field: name } : fact));
}

export function readIndex(analysis: Engine, frame: Frame, object: Value, index: Value, node: number): Value {
  const { constant } = index;
  if (typeof constant === 'string' || typeof constant === 'number') {
    if (typeof object.constant === 'string' && typeof constant === 'number') {
      const letter = object.constant.at(constant);
      return new Value(NO_FACTS, UNKNOWN, letter ?? NOT_CONSTANT);
    }
    const slot = object.slots?.get(typeof constant === 'number' && constant < 0 ? countOf(object) + constant : constant);
    if (slot !== undefined) return slot;
    if (typeof constant === 'string') return readField(analysis, frame, object, frame.module.names.id(constant), node);
  }
  // Of a table of constants comes a constant, whoever chooses which.
  const some = isFixed(object) && object.constant === NOT_CONSTANT ? HARMLESS : allFacts(object);
  const facts = constant === NOT_CONSTANT ? some : object.facts;
  const value = new Value(facts, analysis.childSymbol(frame, object.symbol, frame.module.symbols.indexStep));
  return analysis.sourced(frame, value, node);
}

function countOf(object: Value): number {
  let count = 0;
  for (const key of object.slots?.keys() ?? []) if (typeof key === 'number') count++;
  return count;
}

export function writeField(object: Value, name: NameId, value: Value, names: Names): Value {
  return write(object, names.text(name), value);
}

export function writeIndex(object: Value, index: Value, value: Value): Value {
  const { constant } = index;
  if (typeof constant === 'string' || typeof constant === 'number') return write(object, constant, value);
  return object.withFacts(union(object.facts, union(allFacts(value), index.facts)));
}

function write(object: Value, key: string | number, value: Value): Value {
  if (object.slots !== undefined && object.slots.size >= MAX_SLOTS && !object.slots.has(key)) {
    return object.withFacts(union(object.facts, allFacts(value)));
  }
  const slots = copied(object.slots);
  slots.set(key, value);
  return object.withSlots(slots);
}

export function valueOf(frame: Frame, index: number): Value {
  return index < 0 ? NOTHING : (frame.values[index] ?? NOTHING);
}

/** The variables some functions outward. */
export function outward(frame: Frame, functions: number): Environment | undefined {
  let at: Environment | undefined = frame;
  for (let step = 0; step < functions && at !== undefined; step++) at = at.outer;
  return at;
}

/** Stores a changed container where its old state came from; what is only `proved` holds in this run alone. */
export function writeBack(frame: Frame, index: number, value: Value, proved = false): void {
  const { code } = frame.func;
  let at = index;
  let changed = value;
  for (let step = 0; step < 8 && at >= 0; step++) {
    const base = at * STRIDE;
    frame.values[at] = changed;
    switch (code[base]) {
      case OP.load:
        frame.env[code[base + 1] as number] = changed;
        return;
      case OP.loadOuter: {
        const target = outward(frame, code[base + 1] as number);
        if (target === undefined) return;
        if (proved) frame.prove(target, code[base + 2] as number, changed);
        else target.env[code[base + 2] as number] = changed;
        return;
      }
      case OP.field:
        changed = writeField(valueOf(frame, code[base + 1] as number), code[base + 2] as number, changed, frame.module.names);
        at = code[base + 1] as number;
        break;
      case OP.index:
        changed = writeIndex(valueOf(frame, code[base + 1] as number), valueOf(frame, code[base + 2] as number), changed);
        at = code[base + 1] as number;
        break;
      case OP.same:
        at = code[base + 1] as number;
        break;
      default:
        return;
    }
  }
}
