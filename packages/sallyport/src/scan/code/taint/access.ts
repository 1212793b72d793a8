import { UNKNOWN, type NameId, type Names } from '../symbol.ts';
import type { Analysis } from './analysis.ts';
import type { Frame } from './frame.ts';
import { allFacts, MAX_SLOTS, NO_FACTS, NOT_CONSTANT, union, Value, type Fact, type Facts } from './value.ts';

/** Properties that are numbers whatever the object is. */
const NUMERIC = new Set(['length', 'size', 'byteLength', 'status_code', 'statusCode', 'ndim', 'shape']);

export function readField(analysis: Analysis, frame: Frame, object: Value, name: NameId, node: number): Value {
  const text = frame.module.names.text(name);
  const slot = object.slots?.get(text);
  if (slot !== undefined) return slot;
  const member = analysis.member(object, name, text);
  if (member !== undefined) return member;
  if (NUMERIC.has(text)) return new Value(NO_FACTS);
  const symbol = analysis.childSymbol(frame, object.symbol, name);
  const declared = analysis.fieldType(object, name);
  const value = new Value(
    fieldFacts(object.facts, name),
    declared === UNKNOWN ? symbol : declared,
    NOT_CONSTANT,
    undefined,
    undefined,
    undefined,
    undefined,
    object,
  );
  return analysis.sourced(frame, value, node);
}

/** A field of a parameter is a fact of its own, so that a caller can tell an object's fields apart. */
function fieldFacts(facts: Facts, name: NameId): Facts {
  if (!facts.some((fact) => fact.parameter >= 0 && fact.field < 0)) return facts;
  return facts.map((fact): Fact => (fact.parameter >= 0 && fact.field < 0 ? { ...fact, field: name } : fact));
}

export function readIndex(analysis: Analysis, frame: Frame, object: Value, index: Value, node: number): Value {
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
  const facts = constant === NOT_CONSTANT ? allFacts(object) : object.facts;
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
  const slots = new Map(object.slots);
  slots.set(key, value);
  return object.withSlots(slots);
}
