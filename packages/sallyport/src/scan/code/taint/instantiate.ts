import { UNKNOWN } from '../symbol.ts';
import type { Engine } from './engine.ts';
import type { Frame, Summary } from './frame.ts';
import { allFacts, copied, NO_FACTS, union, withStep, type Fact, type Facts, type Value } from './value.ts';

/** Puts a call's values in the place of a summary's parameters. */
export function instantiate(analysis: Engine, frame: Frame, summary: Summary, given: Given, node: number): Value {
  for (const { sink, fact, module, node: at } of summary.sinks) {
    for (const passed of factsAt(fact, given, frame)) {
      const arrived = withStep(passed, 'passed to a function', frame.module, node);
      analysis.factReached(frame, sink, { ...arrived, clean: passed.clean | fact.clean }, module, at);
    }
  }
  return replaced(summary.returned, given, summary, frame);
}

/** What a call passes, by parameter. */
export type Given = readonly (Value | undefined)[];

export function replaced(value: Value, given: Given, summary: Summary, frame: Frame, depth = 3): Value {
  const [only] = value.facts;
  if (
    value.facts.length === 1 &&
    only !== undefined &&
    only.parameter >= 0 &&
    only.field < 0 &&
    only.clean === 0 &&
    value.slots === undefined
  ) {
    const passed = given[only.parameter];
    if (passed !== undefined && value.symbol !== UNKNOWN && value.symbol === summary.symbols[only.parameter]) return passed;
  }
  const known = value.withFacts(value.facts.some(isPassed) ? factsOf(value.facts, given, frame) : value.facts);
  if (value.slots === undefined || depth === 0) return known;
  let slots: Map<string | number, Value> | undefined;
  for (const [key, held] of value.slots) {
    if (held.facts.length === 0 && held.slots === undefined) continue;
    const passed = replaced(held, given, summary, frame, depth - 1);
    if (passed !== held) (slots ??= copied(value.slots)).set(key, passed);
  }
  return slots === undefined ? known : known.withSlots(slots);
}

/** It is of a parameter: the caller's own facts take its place. */
function isPassed({ source, parameter }: Fact): boolean {
  return source === undefined && parameter >= 0;
}

function factsOf(all: Facts, given: Given, frame: Frame): Facts {
  let facts: Facts = NO_FACTS;
  for (const fact of all) {
    const passed = isPassed(fact)
      ? factsAt(fact, given, frame).map((one): Fact => (fact.clean === 0 ? one : { ...one, clean: one.clean | fact.clean }))
      : [fact];
    facts = union(facts, passed);
  }
  return facts;
}

/** The facts that a caller passed for a fact of a parameter: of its field, where the caller knows what that holds. */
function factsAt(fact: Fact, given: Given, frame: Frame): Facts {
  const value = given[fact.parameter];
  if (value === undefined) return NO_FACTS;
  if (fact.field < 0 || value.slots === undefined) return allFacts(value);
  const slot = value.slots.get(frame.module.names.text(fact.field));
  return slot === undefined ? value.facts : allFacts(slot);
}
