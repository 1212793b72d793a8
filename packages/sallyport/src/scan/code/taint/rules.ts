import { entryLanguage, SINK_CLASSES, SOURCE_KINDS, type Check, type Model, type SinkClass, type SourceKind } from '../check.ts';
import type { Language } from '../language.ts';
import { readCallPattern, type CallPattern } from '../pattern/call_pattern.ts';
import { readConditions, type Condition, type MatchCheck } from '../pattern/match_check.ts';
import { DIALECTS, type Dialect } from '../templates/index.ts';
import { pinsHost } from './fold.ts';
import { UNKNOWN, type SymbolId, type Symbols } from '../symbol.ts';

export type SinkRule = {
  readonly check: Check;
  readonly bit: number;
  readonly refuses: number;
  /** Calls that are no sink after all. */ readonly not: readonly CallPattern[];
  readonly where: readonly Condition[];
  /** Of parameters, only text that was built with them. */
  readonly builtOnly: boolean;
  /** Reported without a known flow too. */
  readonly unproven: boolean;
};
/** A function that a framework finds by itself. */
export type ViewRule = {
  readonly imports: readonly string[] | undefined;
  readonly first: string | undefined;
  readonly names: readonly string[] | undefined;
  readonly handler: HandlerRule;
};
export type HandlerRule = {
  readonly parameters: readonly { readonly at: number | string | undefined; readonly as: SymbolId; readonly kind: number }[];
  readonly returns: number;
};
/** What a call, value or assignment of a matched pattern means. */
export type Rule =
  | { readonly is: 'source'; readonly pattern: CallPattern; readonly kind: number }
  | { readonly is: 'sink'; readonly pattern: CallPattern; readonly sink: SinkRule }
  | { readonly is: 'sanitizer'; readonly pattern: CallPattern; readonly bits: number }
  | { readonly is: 'propagator'; readonly pattern: CallPattern }
  /** Fills a template; the text of one in `dialect`. */
  | { readonly is: 'render'; readonly pattern: CallPattern; readonly dialect: Dialect | undefined }
  | { readonly is: 'load'; readonly pattern: CallPattern }
  /** A place that one function fills and another one reads. */
  | { readonly is: 'store'; readonly pattern: CallPattern }
  | { readonly is: 'end'; readonly pattern: CallPattern }
  | { readonly is: 'state'; readonly pattern: CallPattern; readonly result: SymbolId; readonly receiver: SymbolId }
  | { readonly is: 'handler'; readonly pattern: CallPattern; readonly not: readonly CallPattern[]; readonly handler: HandlerRule }
  | { readonly is: 'match'; readonly pattern: CallPattern; readonly match: MatchCheck };

export const ALL_CLASSES = -1;
/** Not a sink class: text was built with the data. */
export const BUILT = 1 << 30;
/** What text built after a constant start is safe for: with a fixed host nobody is sent, or connected, to another one. */
export function builtBits(prefix: string): number {
  const start = /^[^%{]*/.exec(prefix)?.[0] ?? '';
  const selects = /^\s*[^<\s]/.test(start) ? classBit('selector') : 0;
  const isOperand = /^[^-\s]/.test(start) ? classBit('argument') : 0;
  return selects | isOperand | (pinsHost(start) ? BUILT | classBit('redirect') | classBit('url') : BUILT);
}

const NEEDS_BUILT: ReadonlySet<SinkClass> = new Set(['sql', 'command']);
export const classBit = (name: SinkClass): number => 1 << SINK_CLASSES.indexOf(name);
/** What a number is safe for: it may be large, or negative. */
const NUMBER = SINK_CLASSES.reduce((all, name) => (name === 'memory' || name === 'resource' ? all : all | classBit(name)), 0);
export const kindIndex = (kind: SourceKind): number => SOURCE_KINDS.indexOf(kind);
const NONE: readonly Rule[] = [];
type Handler = NonNullable<Model['handlers']>[number];

/** A step of a pattern that any name is. */
const ANY_STEP = -1;

/** A receiver of which nothing is known. */
export const ANY_ROOT = '?';

/** All rules of one language, found by the symbol of what stands in the code: each symbol is looked up once, however many checks there are. */
export class Rules {
  readonly symbols: Symbols;
  readonly any: SymbolId;
  readonly #byLast = { call: new Map<number, Rule[]>(), value: new Map<number, Rule[]>(), assign: new Map<number, Rule[]>() };
  readonly #found = {
    call: new Map<SymbolId, readonly Rule[]>(),
    value: new Map<SymbolId, readonly Rule[]>(),
    assign: new Map<SymbolId, readonly Rule[]>(),
  };
  /** Patterns of any call at all, by the name of an argument or property that it must have. */
  readonly #byArgument = new Map<string, Rule[]>();
  readonly returns: Rule[] = [];
  readonly views: ViewRule[] = [];
  /** What must not arrive in a hole of a template. */
  readonly holes: SinkRule[] = [];
  /** Attributes of JSX are calls of it, which only patterns that name it mean. */
  readonly #jsx: SymbolId;
  /** Patterns whose last step is a metavariable: any field of an object. */
  readonly #anyStep: number;
  /** Names of the steps of patterns. */
  readonly #steps = new Map<CallPattern, readonly number[]>();

  constructor(language: Language, symbols: Symbols, checks: readonly Check[], models: readonly Model[], matches: readonly MatchCheck[]) {
    this.symbols = symbols;
    this.any = symbols.path([ANY_ROOT]);
    this.#anyStep = symbols.names.id('$');
    this.#jsx = symbols.path(['jsx']);
    for (const model of models) if (model.languages.includes(language)) this.#addModel(model);
    for (const check of checks) this.#addCheck(check, language);
    for (const match of matches) for (const pattern of match.calls) this.#add({ is: 'match', pattern, match });
  }

  call(symbol: SymbolId): readonly Rule[] {
    return this.#lookup('call', symbol);
  }

  /** With those of calls of anything that has an argument, or an object with a property, of this name. */
  withMore(rules: readonly Rule[], name: string): readonly Rule[] {
    const more = this.#byArgument.get(name);
    return more === undefined ? rules : rules.length === 0 ? more : [...rules, ...more];
  }

  /** Whether there are rules of any call. */
  get hasOpenCalls(): boolean {
    return this.#byArgument.size > 0;
  }

  value(symbol: SymbolId): readonly Rule[] {
    return this.#lookup('value', symbol);
  }

  assign(symbol: SymbolId): readonly Rule[] {
    return this.#lookup('assign', symbol);
  }

  #lookup(form: 'call' | 'value' | 'assign', symbol: SymbolId): readonly Rule[] {
    let found = this.#found[form].get(symbol);
    if (found === undefined) {
      const named = this.#byLast[form].get(this.symbols.name(symbol)) ?? NONE;
      const open = this.#byLast[form].get(this.#anyStep) ?? NONE;
      found = this.#added(open, symbol, this.#added(named, symbol, NONE));
      this.#found[form].set(symbol, found);
    }
    return found;
  }

  #added(candidates: readonly Rule[], symbol: SymbolId, to: readonly Rule[]): readonly Rule[] {
    let found = to;
    for (const rule of candidates) if (this.isAt(rule.pattern, symbol)) found = [...found, rule];
    return found;
  }

  /** Whether a pattern's path is the symbol's. */
  isAt(pattern: CallPattern, symbol: SymbolId): boolean {
    const { symbols } = this;
    const steps = this.#stepsOf(pattern);
    let at = symbol;
    for (let step = steps.length - 1; step >= 0; step--) {
      const name = steps[step] as number;
      if (step === 0 && name === ANY_STEP) return at !== UNKNOWN && at !== this.#jsx;
      if (at === UNKNOWN || (name !== ANY_STEP && symbols.name(at) !== name)) return false;
      at = symbols.parent(at);
    }
    return at === UNKNOWN;
  }

  #stepsOf(pattern: CallPattern): readonly number[] {
    let steps = this.#steps.get(pattern);
    if (steps === undefined) {
      steps = pattern.steps.map((step) => (isMetavariable(step) ? ANY_STEP : this.symbols.names.id(step)));
      this.#steps.set(pattern, steps);
    }
    return steps;
  }

  #addModel(model: Model): void {
    for (const { pattern, kind } of model.sources ?? []) this.#add({ is: 'source', pattern: read(pattern), kind: kindIndex(kind) });
    for (const entry of model.sanitizers ?? []) {
      const bits =
        entry.for === 'all' ? ALL_CLASSES : entry.for === 'number' ? NUMBER : entry.for.reduce((all, name) => all | classBit(name), 0);
      this.#add({ is: 'sanitizer', pattern: read(entry.pattern), bits });
    }
    for (const { pattern } of model.propagators ?? []) this.#add({ is: 'propagator', pattern: read(pattern) });
    const symbolOf = (text: string | undefined): SymbolId => (text === undefined ? UNKNOWN : this.symbols.path(read(text).steps));
    for (const { pattern, result, receiver } of model.states ?? [])
      this.#add({ is: 'state', pattern: read(pattern), result: symbolOf(result), receiver: symbolOf(receiver) });
    const handlerOf = ({ parameters, returns }: Pick<Handler, 'parameters' | 'returns'>): HandlerRule => ({
      parameters: parameters.map(({ at, as, kind }) => ({ at, as: symbolOf(as), kind: kind === undefined ? -1 : kindIndex(kind) })),
      returns: returns === undefined ? 0 : returns === 'html' ? classBit('html') | classBit('leak') : classBit(returns),
    });
    for (const { pattern, source } of model.renders ?? [])
      this.#add({ is: 'render', pattern: read(pattern), dialect: source === undefined ? undefined : DIALECTS[source] });
    for (const pattern of model.loads ?? []) this.#add({ is: 'load', pattern: read(pattern) });
    for (const text of model.stores ?? []) {
      const pattern = read(text);
      this.#add({ is: 'store', pattern });
      this.#add({ is: 'store', pattern: { ...pattern, form: 'assign' } });
    }
    for (const pattern of model.ends ?? []) this.#add({ is: 'end', pattern: read(pattern) });
    for (const view of model.views ?? [])
      this.views.push({ imports: view.imports, first: view.first, names: view.names, handler: handlerOf(view) });
    for (const entry of model.handlers ?? [])
      this.#add({ is: 'handler', pattern: read(entry.pattern), not: (entry.not ?? []).map(read), handler: handlerOf(entry) });
  }

  #addCheck(check: Check, language: Language): void {
    const key = entryLanguage(language);
    const { taint } = check;
    if (taint !== undefined) {
      const bit = classBit(taint.class);
      const refuses = taint.refuses.reduce((all, kind) => all | (1 << kindIndex(kind)), 0);
      const not = (taint.not?.[key] ?? []).map(read);
      const where = readConditions(taint.where);
      const sink = { check, bit, refuses, not, where, builtOnly: NEEDS_BUILT.has(taint.class) };
      if (taint.templates !== undefined) this.holes.push({ ...sink, unproven: false });
      for (const text of taint.sinks[key] ?? []) this.#add({ is: 'sink', pattern: read(text), sink: { ...sink, unproven: false } });
      for (const text of taint.unproven?.[key] ?? []) this.#add({ is: 'sink', pattern: read(text), sink: { ...sink, unproven: true } });
      for (const text of taint.sanitizers?.[key] ?? []) this.#add({ is: 'sanitizer', pattern: read(text), bits: bit });
      for (const text of taint.propagators?.[key] ?? []) this.#add({ is: 'propagator', pattern: read(text) });
      for (const { pattern, kind } of taint.sources?.[key] ?? []) {
        this.#add({ is: 'source', pattern: read(pattern), kind: kindIndex(kind) });
      }
    }
  }

  #add(rule: Rule): void {
    const { form, steps } = rule.pattern;
    if (form === 'return') {
      this.returns.push(rule);
      return;
    }
    const text = steps.at(-1) ?? '';
    const key = form === 'call' && steps.length === 1 && isMetavariable(text) ? keyOf(rule.pattern) : undefined;
    if (key !== undefined) {
      const known = this.#byArgument.get(key);
      if (known === undefined) this.#byArgument.set(key, [rule]);
      else known.push(rule);
      return;
    }
    const last = isMetavariable(text) ? this.#anyStep : this.symbols.names.id(text);
    const table = this.#byLast[form];
    const known = table.get(last);
    if (known === undefined) table.set(last, [rule]);
    else known.push(rule);
  }
}

/** Makes other paths to a symbol lead there. Before anything of a scan is lowered: what was looked up before keeps its own symbol. */
export function nameTypes(symbols: Symbols, language: Language, models: readonly Model[]): void {
  for (const model of models) {
    if (!model.languages.includes(language)) continue;
    for (const [target, paths] of Object.entries(model.types ?? {})) {
      for (const path of paths) {
        const pattern = read(path);
        const from = symbols.path(pattern.form === 'call' ? [...pattern.steps, '()'] : pattern.steps);
        symbols.alias(from, symbols.path(read(target).steps));
      }
    }
  }
}

/** The name of an argument, or of a property of the first one, without which a call is none of the pattern's. */
function keyOf(pattern: CallPattern): string | undefined {
  for (const argument of pattern.arguments) {
    if (argument.is === 'named') return argument.name;
    if (argument.is !== 'object') continue;
    for (const [name, value] of argument.entries) if (value.is !== 'absent') return name;
  }
  return undefined;
}

/** `$X`; in JavaScript `$queryRaw` is a name. */
const isMetavariable = (step: string): boolean => /^\$[A-Z]/.test(step);

function read(text: string): CallPattern {
  const pattern = readCallPattern(text);
  if (pattern === undefined) throw new SyntaxError(`not a pattern of a call, value or assignment: ${text}`);
  return pattern;
}
