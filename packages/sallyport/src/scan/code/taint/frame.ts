import { STRIDE, type FunctionIr, type ModuleIr } from '../ir.ts';
import type { SymbolId } from '../symbol.ts';
import { NO_FACTS, NOTHING, join, type Environment, type Fact, type Facts, type Value } from './value.ts';
import type { SinkRule } from './rules.ts';

/** A sink that data of a parameter reaches: reported where a caller passes what the sink refuses. */
export type SummarySink = { readonly sink: SinkRule; readonly fact: Fact; readonly module: ModuleIr; readonly node: number };

/**
 * What a function checks of its parameters: sink classes, by parameter, for which each is safe when the function came to its end at all, when it answered
 * yes, and when it answered no.
 */
export type Proofs = { readonly ended: readonly number[]; readonly yes: readonly number[]; readonly no: readonly number[] };

/** What a function does with its parameters. Facts name parameters; a caller puts its own facts in their place. */
export type Summary = {
  readonly returned: Value;
  readonly sinks: readonly SummarySink[];
  /** Parameters as they are when it ends: data that it stored in them. */
  readonly parameters: readonly Value[];
  /** Symbols of the parameters when it starts: a value with one of them is what the caller passed. */
  readonly symbols: readonly SymbolId[];
  /** Absent when it checks nothing. */
  readonly proofs: Proofs | undefined;
  /** Parameters that name the template which it fills. */
  readonly pages: readonly number[];
};

export const EMPTY_SUMMARY: Summary = { returned: NOTHING, sinks: [], parameters: [], symbols: [], proofs: undefined, pages: [] };
/** A function that passes on more is described well enough. */
const MAX_SUMMARY_SINKS = 64;

/** The instruction of an argument, and the sink classes for which it is safe. */
export type Checked = { readonly at: number; readonly bits: number };

type Proved = { readonly env: Environment; readonly slot: number; readonly value: Value };
const NONE_PROVED: readonly Proved[] = [];

type Runs = { count: number; returned: Value | undefined };

/** One run of a function: its variables and the values of its instructions. */
export class Frame {
  readonly module: ModuleIr;
  readonly func: FunctionIr;
  /** The frame of the function around it, for captured variables. */
  readonly outer: Environment | undefined;
  /** The run that a summary is made of; runs of nested functions add to it. */
  readonly owner: Frame;
  readonly depth: number;
  values: Value[];
  env: Value[];
  live = true;
  /** Branches around the instruction that runs. */
  branches = 0;
  returned: Value | undefined;
  /** States at `break` and `continue` of the innermost loop. */
  exits: Value[][] = [];
  readonly sinks: SummarySink[] = [];
  readonly pages: number[] = [];
  /** Functions within it that it made. */
  pending: Set<number> | undefined;
  /** Sink class of what is returned, when the framework sends it. */
  returnBits = 0;
  thrown: Facts = NO_FACTS;

  constructor(module: ModuleIr, func: FunctionIr, outer: Environment | undefined, caller: Frame | undefined) {
    this.module = module;
    this.func = func;
    this.outer = outer;
    this.owner = caller?.owner ?? this;
    this.depth = caller === undefined ? 0 : caller.depth + 1;
    this.values = [];
    // Room for all at once: a copy each time it grows is a tenth of what the analysis allocates.
    this.values.length = func.code.length / STRIDE;
    if (caller !== undefined) this.proved = caller.proved;
    this.env = func.slots.map(() => NOTHING);
  }

  /** What calls of functions that check their arguments say when they answer yes or no, by instruction. */
  checked: Map<number, { readonly yes: readonly Checked[]; readonly no: readonly Checked[] }> | undefined;
  /** What is proved of the parameters at each end that was reached. */
  readonly ends: Proofs[] = [];

  #runs: Map<FunctionIr, Runs> | undefined;

  /** What conditions proved of variables of the functions around it, which others see without that. Replaced, never changed. */
  proved: readonly Proved[] = NONE_PROVED;

  /** A variable of a function around it, as this run knows it. */
  outerValue(env: Environment, slot: number): Value | undefined {
    return this.proved.findLast((one) => one.env === env && one.slot === slot)?.value ?? env.env[slot];
  }

  prove(env: Environment, slot: number, value: Value): void {
    this.proved = [...this.proved.filter((one) => one.env !== env || one.slot !== slot), { env, slot, value }];
  }

  /** Inside `try`: what a variable held at any point, for the handlers. */
  interrupted: Value[] | undefined;

  interrupt(slot: number): void {
    const states = this.interrupted;
    if (states !== undefined) states[slot] = join(states[slot] as Value, this.env[slot] as Value);
  }

  addSink(sink: SummarySink): void {
    const { sinks } = this.owner;
    if (sinks.length >= MAX_SUMMARY_SINKS) return;
    const known = sinks.some(
      (other) =>
        other.node === sink.node &&
        other.module === sink.module &&
        other.sink === sink.sink &&
        other.fact.parameter === sink.fact.parameter &&
        other.fact.field === sink.fact.field,
    );
    if (!known) sinks.push(sink);
  }

  /** How often the function ran within the run that a summary is made of, this one counted, and what it returned last. */
  countRun(): Runs {
    const all = (this.owner.#runs ??= new Map<FunctionIr, Runs>());
    let own = all.get(this.func);
    if (own === undefined) all.set(this.func, (own = { count: 0, returned: undefined }));
    own.count++;
    return own;
  }

  addReturned(value: Value): void {
    this.returned = this.returned === undefined ? value : join(this.returned, value);
  }
}

/** What is proved where two ways meet. */
export function joinProved(a: readonly Proved[], b: readonly Proved[]): readonly Proved[] {
  if (a === b) return a;
  return a.flatMap((one) => {
    const other = b.find(({ env, slot }) => env === one.env && slot === one.slot);
    return other === undefined ? [] : [{ ...one, value: join(one.value, other.value) }];
  });
}

/** The variables where two ways meet. */
export function joinStates(a: Value[], b: Value[]): Value[] {
  const joined = a.slice();
  for (let slot = 0; slot < joined.length; slot++) {
    const one = a[slot] as Value;
    const other = b[slot] as Value;
    if (one !== other) joined[slot] = join(one, other);
  }
  return joined;
}
