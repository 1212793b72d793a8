import type { ArgumentPattern, CallPattern } from '../pattern/call_pattern.ts';
import type { Held, Holds } from '../pattern/match_check.ts';
import type { Frame } from './frame.ts';
import { BUILT } from './rules.ts';
import { isKnown, NOT_CONSTANT, SPREAD_KEY, type Value } from './value.ts';

export type Argument = { readonly value: Value; readonly name: string | undefined; readonly spread: boolean; readonly node: number };

/** What metavariables matched. */
export type Bound = { readonly metavariable: string; readonly value: Value; readonly node: number };

/** The values that the metavariables of a pattern's arguments stand for; `undefined` when the call is another one. */
export function matchArguments(pattern: CallPattern, given: readonly Argument[], frame: Frame): readonly Bound[] | undefined {
  const { placed, special, takesSpread, least, most } = pattern;
  const positional = given.every(isPlain)
    ? given
    : given.filter(({ name, spread }) => name === undefined && !(spread && takesSpread)).flatMap(itemsOf);
  if (positional.length < least || positional.length > most) return undefined;
  const bound: Bound[] = [];
  if (!matchPositional(placed, positional, 0, 0, frame, bound)) return undefined;
  for (const argument of special) {
    const found = given.find(({ name, spread }) => (argument.is === 'spread' ? spread : name === argument.name));
    if (found === undefined || !matchOne(argument.value, found.value, found.node, frame, bound)) return undefined;
  }
  return bound;
}

const isPlain = ({ name, spread }: Argument): boolean => name === undefined && !spread;

/** `args...` of a list whose items are known are those. */
function itemsOf(argument: Argument): readonly Argument[] {
  const { value, spread, node } = argument;
  if (!spread || value.slots === undefined || value.facts.length > 0) return [argument];
  const items = [...value.slots].filter(([key]) => typeof key === 'number').sort(([a], [b]) => Number(a) - Number(b));
  return items.length === 0 ? [argument] : items.map(([, item]) => ({ value: item, name: undefined, spread: false, node }));
}

function matchPositional(
  wanted: readonly ArgumentPattern[],
  given: readonly Argument[],
  at: number,
  from: number,
  frame: Frame,
  bound: Bound[],
): boolean {
  const pattern = wanted[at];
  if (pattern === undefined) return from >= given.length;
  if (pattern.is === 'rest') {
    if (at === wanted.length - 1) return true;
    // `..., $SINK, ...` is any of the arguments.
    const next = wanted[at + 1];
    let any = false;
    for (let start = from; start < given.length; start++) {
      const tried: Bound[] = [];
      if (next === undefined || !matchPositional(wanted, given, at + 1, start, frame, tried)) continue;
      bound.push(...tried);
      any = true;
    }
    return any;
  }
  const argument = given[from];
  if (argument === undefined) return false;
  return matchOne(pattern, argument.value, argument.node, frame, bound) && matchPositional(wanted, given, at + 1, from + 1, frame, bound);
}

/** What the metavariables of one value's pattern stand for; `undefined` when it does not match. */
export function matchArgument(pattern: ArgumentPattern, value: Value, node: number, frame: Frame): readonly Bound[] | undefined {
  const bound: Bound[] = [];
  return matchOne(pattern, value, node, frame, bound) ? bound : undefined;
}

/** Functions and properties that answer what JSON held. */
const DECODERS = new Set(['json', 'get_json', 'loads', 'load', 'parse']);

function isDecoded({ symbol }: Value, { module: { symbols, names } }: Frame): boolean {
  const name = names.text(symbols.name(symbol));
  return DECODERS.has(name === '()' ? names.text(symbols.name(symbols.parent(symbol))) : name);
}

/** `$TEXT` is a sink of no container, `$HELD` of one, or of what JSON held, alone, `$BUILT` one of text that was put together alone. */
function bindAny(metavariable: string, value: Value, node: number, frame: Frame, bound: Bound[]): boolean {
  if (metavariable === '$TEXT' && value.slots !== undefined) return false;
  if (metavariable === '$BUILT') {
    const built = value.facts.filter((fact) => (fact.clean & BUILT) !== 0);
    if (built.length === 0 || value.slots !== undefined) return false;
    bound.push({ metavariable: '$SINK', value: value.withFacts(built), node });
    return true;
  }
  if (metavariable === '$HELD' && value.slots === undefined && !isDecoded(value, frame)) return false;
  bound.push({ metavariable: metavariable === '$TEXT' || metavariable === '$HELD' ? '$SINK' : metavariable, value, node });
  return true;
}

function matchOne(pattern: ArgumentPattern, value: Value, node: number, frame: Frame, bound: Bound[]): boolean {
  switch (pattern.is) {
    case 'any':
      return bindAny(pattern.metavariable, value, node, frame, bound);
    case 'rest':
      return true;
    case 'constant':
      return value.constant !== NOT_CONSTANT && value.constant === pattern.value;
    case 'object':
      for (const [key, inner] of pattern.entries) {
        const slot = value.slots?.get(key);
        if (inner.is === 'absent') {
          if (value.slots === undefined || slot !== undefined || value.slots.has(SPREAD_KEY)) return false;
          continue;
        }
        if (slot === undefined || !matchOne(inner, slot, node, frame, bound)) return false;
      }
      return true;
    case 'list': {
      const items = [...(value.slots ?? [])].filter(([key]) => typeof key === 'number').sort(([a], [b]) => Number(a) - Number(b));
      const given = items.map(([, item]): Argument => ({ value: item, name: undefined, spread: false, node }));
      return given.length > 0 && matchPositional(pattern.items, given, 0, 0, frame, bound);
    }
    case 'symbol': {
      const steps = frame.module.symbols.steps(value.symbol);
      return steps.length === pattern.steps.length && steps.every((step, at) => step === pattern.steps[at]);
    }
    default:
      return false;
  }
}

/** What metavariables stand for as conditions ask it: once for each value of one that stands for several. */
export function waysOf(bound: readonly Bound[]): readonly Holds[] {
  const open = bound.filter((one) => bound.some((other) => other !== one && other.metavariable === one.metavariable));
  return open.length === 0 ? [new HoldsOfCall(bound, undefined)] : open.map((one) => new HoldsOfCall(bound, one));
}

class HoldsOfCall implements Holds {
  readonly #bound: readonly Bound[];
  readonly #chosen: Bound | undefined;

  constructor(bound: readonly Bound[], chosen: Bound | undefined) {
    this.#bound = bound;
    this.#chosen = chosen;
  }

  get(metavariable: string): Held | undefined {
    const chosen = this.#chosen?.metavariable === metavariable ? this.#chosen : undefined;
    const one = chosen ?? this.#bound.findLast((other) => other.metavariable === metavariable);
    return one === undefined ? undefined : new HeldValue(one);
  }
}

class HeldValue implements Held {
  readonly node: number;
  readonly #value: Value;

  constructor({ value, node }: Bound) {
    this.node = node;
    this.#value = value;
  }

  get constant(): Held['constant'] {
    return this.#value.constant === NOT_CONSTANT ? undefined : this.#value.constant;
  }

  get made(): boolean {
    return isKnown(this.#value);
  }
}
