import { SOURCE_KINDS } from '../check.ts';
import { holdsAt, importsAny, type MatchCheck } from '../pattern/match_check.ts';
import { hasReceiver, STRIDE, type FunctionIr, type ModuleIr } from '../ir.ts';
import { UNKNOWN, type NameId, type SymbolId } from '../symbol.ts';
import { waysOf, type Bound } from './arguments.ts';
import { run } from './evaluate.ts';
import { EMPTY_SUMMARY, Frame, type Summary } from './frame.ts';
import type { Engine, Listener } from './engine.ts';
import { runHandler, runView } from './handlers.ts';
import { noteEnd, proofsOf } from './proof.ts';
import { flowsOfCallers } from './callers.ts';
import { classOfType } from './declared.ts';
import { componentKey, placeOf, Stores } from './stores.ts';
import { shaped, shapeOf } from './parameters.ts';
import { isClassMethod, type Project } from './project.ts';
import { ALL_CLASSES, classBit, type HandlerRule, type Rules, type SinkRule } from './rules.ts';
import {
  allFacts,
  bodyOf,
  cleaned,
  hasOrigin,
  isFixed,
  isPage,
  NO_FACTS,
  NOT_CONSTANT,
  NOTHING,
  union,
  Value,
  withStep,
  type ClassRef,
  type Fact,
  type Facts,
  type Source,
} from './value.ts';

/** Instructions that one function and all that runs inside it may take; hostile code ends here and is named as not scanned. */
const MAX_WORK = 3_000_000;
/** Runs of one function within another one, beyond which it only runs with data whose origin is known. */
const MAX_PLAIN_RUNS = 40;
const NO_FUNCTIONS: ReadonlySet<number> = new Set();
/** Functions that call each other, across files too, below the one under analysis; deeper ones count as unknown. */
const MAX_CALLS = 60;
/** Nested runs of closures and callbacks. */
const MAX_NESTING = 12;
/** Summaries of one function for callers that pass other types; further ones take the one for any caller. */
const MAX_SHAPES = 5;
/** Summaries of one function in all, of those that fill pages. */
const MAX_PAGES = 60;

const HTML = classBit('html');

/** The flow analysis of all modules that were lowered together. */
export class Analysis implements Engine {
  readonly project: Project;
  readonly #rules: (module: ModuleIr) => Rules;
  readonly #listener: Listener;
  readonly #constants = new Map<ModuleIr, Value[]>();
  readonly #sources = new Map<string, Source>();
  readonly #summaries = new Map<FunctionIr, Map<string, Summary>>();
  readonly #parameters = new Map<FunctionIr, readonly Value[]>();
  readonly #running = new Set<FunctionIr>();
  readonly #called = new Set<FunctionIr>();
  readonly #homes = new Map<FunctionIr, ModuleIr>();
  readonly #seen = new Set<FunctionIr>();
  readonly #moduleFrames = new Map<ModuleIr, Frame>();
  readonly stores = new Stores();
  readonly exhausted = new Set<ModuleIr>();
  #work = 0;
  /** While the variables of modules are found: nothing is reported and no function runs. */
  quiet = false;

  constructor(project: Project, rules: (module: ModuleIr) => Rules, listener: Listener) {
    this.project = project;
    this.#rules = rules;
    this.#listener = listener;
  }

  rules(frame: Frame): Rules {
    return this.#rules(frame.module);
  }

  /** Reports every flow of a module. */
  module(module: ModuleIr): void {
    const outer = this.moduleFrame(module);
    this.#work = 0;
    const code = module.functions[0];
    if (code === undefined) return;
    const frame = new Frame(module, code, undefined, undefined);
    frame.env = outer.env.slice();
    this.#runFrame(frame);
    for (const func of module.functions) {
      if (func.index === 0 || func.outer !== 0 || this.#seen.has(func)) continue;
      this.#work = 0;
      if (!runView(this, outer, func)) this.summary(module, func, []);
    }
  }

  tell(frame: Frame, symbol: SymbolId, node: number): void {
    if (!this.quiet && symbol !== UNKNOWN) this.#listener.called?.(frame.module, symbol, node);
  }

  called(func: FunctionIr): void {
    if (!this.quiet) this.#called.add(func);
  }

  /** After all modules: parameters that nobody passes but code outside, at sinks that refuse even those; what was stored and read elsewhere. */
  unknownCallers(): void {
    for (const [func, shapes] of this.#summaries) {
      if (this.#called.has(func)) continue;
      const summary = shapes.get('');
      const home = this.#homes.get(func);
      if (summary === undefined || home === undefined) continue;
      for (const flow of flowsOfCallers(func, summary, home)) this.#listener.flow(flow);
    }
    for (const flow of this.stores.flows()) this.#listener.flow(flow);
  }

  spend(): boolean {
    return ++this.#work <= MAX_WORK;
  }

  /** The module's variables after its own code ran. */
  moduleFrame(module: ModuleIr): Frame {
    let frame = this.#moduleFrames.get(module);
    if (frame === undefined) {
      frame = new Frame(module, module.functions[0] as FunctionIr, undefined, undefined);
      this.#moduleFrames.set(module, frame);
      const before = this.quiet;
      this.quiet = true;
      this.#runFrame(frame);
      this.quiet = before;
    }
    return frame;
  }

  /**
   * What a function does with its parameters, one summary for each shape of what callers pass; the empty summary while it is being found
   * (recursion).
   */
  summary(module: ModuleIr, func: FunctionIr, given: readonly (Value | undefined)[]): Summary {
    let known = this.#summaries.get(func);
    if (known === undefined) this.#summaries.set(func, (known = new Map<string, Summary>()));
    if (this.quiet) return known.get('') ?? EMPTY_SUMMARY;
    const own = this.#parametersOf(module, func);
    const shape = known.size < MAX_SHAPES ? shapeOf(module, own, given) : '';
    const summary = this.#summarise(module, func, own, given, known, shape, []);
    // A function that fills the page that its caller names is another one for each page.
    const pages = summary.pages.filter((at) => typeof given[at]?.constant === 'string');
    if (pages.length === 0 || known.size >= MAX_PAGES) return summary;
    const names = pages.map((at) => String(given[at]?.constant)).join('\0');
    return this.#summarise(module, func, own, given, known, `${shape}\0${names}`, pages);
  }

  #summarise(
    module: ModuleIr,
    func: FunctionIr,
    own: readonly Value[],
    given: readonly (Value | undefined)[],
    known: Map<string, Summary>,
    shape: string,
    pages: readonly number[],
  ): Summary {
    const found = known.get(shape);
    if (found !== undefined) return found;
    if (this.#running.has(func) || this.#running.size > MAX_CALLS) return EMPTY_SUMMARY;
    this.#running.add(func);
    const frame = new Frame(module, func, this.moduleFrame(module), undefined);
    const values = shape === '' ? own : own.map((value, at) => shaped(module, value, given[at]));
    func.parameters.forEach(({ slot }, at) => {
      const value = values[at] ?? NOTHING;
      frame.env[slot] = pages.includes(at) ? value.withConstant(given[at]?.constant) : value;
    });
    this.#runFrame(frame);
    this.#running.delete(func);
    const summary = {
      returned: frame.returned ?? NOTHING,
      sinks: frame.sinks,
      parameters: func.parameters.map(({ slot }) => frame.env[slot] ?? NOTHING),
      symbols: values.map(({ symbol }) => symbol),
      proofs: proofsOf(frame),
      pages: frame.pages,
    };
    known.set(shape, summary);
    this.#homes.set(func, module);
    return summary;
  }

  /** Parameters as the function's declarations tell them. */
  #parametersOf(module: ModuleIr, func: FunctionIr): readonly Value[] {
    let values = this.#parameters.get(func);
    if (values === undefined) {
      const frame = new Frame(module, func, undefined, undefined);
      values = func.parameters.map((_, at) =>
        this.parameterValue(frame, at, [{ source: undefined, parameter: at, field: -1, clean: 0, step: undefined }]),
      );
      this.#parameters.set(func, values);
    }
    return values;
  }

  /** A parameter as the function sees it: its class, its declared type, or its name. */
  parameterValue(frame: Frame, at: number, facts: Facts): Value {
    const { func, module } = frame;
    const parameter = func.parameters[at];
    if (parameter === undefined) return NOTHING;
    if (at === 0 && hasReceiver(func)) {
      const own = func.owner >= 0 ? { module, index: func.owner } : this.project.ownerOf(module, func);
      const base = own === undefined ? UNKNOWN : this.project.foreignBase(own);
      return new Value(facts, base, NOT_CONSTANT, own === undefined ? undefined : this.#fieldsOf(own, func, facts), undefined, own);
    }
    const { symbols } = module;
    const symbol = parameter.type === UNKNOWN ? symbols.child(UNKNOWN, parameter.name) : symbols.typed(parameter.type);
    return new Value(facts, symbol, NOT_CONSTANT, undefined, undefined, classOfType(this, module, parameter.type));
  }

  /** Runs a function's code, then the functions within it that nothing called. */
  #runFrame(frame: Frame): void {
    this.#seen.add(frame.func);
    run(this, frame, 0, frame.func.code.length / STRIDE);
    if (frame.live) noteEnd(frame, undefined, -1);
    if (!this.spend()) this.exhausted.add(frame.module);
    if (this.quiet) return;
    for (const index of frame.pending ?? NO_FUNCTIONS) {
      const func = frame.module.functions[index];
      if (func === undefined || this.#seen.has(func) || func.outer === 0) continue;
      const nested = new Frame(frame.module, func, frame, frame);
      for (const [at, parameter] of func.parameters.entries()) nested.env[parameter.slot] = this.parameterValue(nested, at, NO_FACTS);
      this.runNested(nested);
    }
  }

  runNested(frame: Frame): void {
    if (frame.depth > MAX_NESTING || this.#running.has(frame.func)) return;
    const runs = frame.countRun();
    if (runs.count > MAX_PLAIN_RUNS && !frame.func.parameters.some(({ slot }) => hasOrigin(frame.env[slot] ?? NOTHING))) {
      frame.returned = runs.returned;
      return;
    }
    this.#running.add(frame.func);
    this.#runFrame(frame);
    this.#running.delete(frame.func);
    runs.returned = frame.returned;
  }

  constant(module: ModuleIr, id: number): Value {
    let values = this.#constants.get(module);
    if (values === undefined) {
      values = module.constants.map((constant) => new Value(NO_FACTS, UNKNOWN, constant === undefined ? NOT_CONSTANT : constant));
      this.#constants.set(module, values);
    }
    return values[id] ?? NOTHING;
  }

  /** A variable takes a value: a step of the trace. */
  named(frame: Frame, value: Value, name: NameId, node: number): Value {
    if (value.facts.length === 0) return value;
    const what = `stored in ${frame.module.names.text(name)}`;
    return value.withFacts(value.facts.map((fact) => withStep(fact, what, frame.module, node)));
  }

  symbolValue(frame: Frame, symbol: SymbolId, node: number): Value {
    const local = this.local(frame, symbol);
    if (local !== undefined) return local;
    const { symbols } = frame.module;
    // A root stays as it is: the module `request` is not the variable.
    const isRoot = symbols.depth(symbol) === 1;
    const place = isRoot ? componentKey(frame.module, symbols.names.text(symbols.name(symbol))) : undefined;
    const facts = place === undefined ? NO_FACTS : this.stores.facts(place, frame.module, node);
    return this.sourced(frame, new Value(facts, isRoot ? symbol : symbols.typed(symbol)), node);
  }

  /** What a symbol of this project is. */
  local(frame: Frame, symbol: SymbolId): Value | undefined {
    return this.project.resolve((module) => this.moduleFrame(module).env, frame.module, symbol);
  }

  childSymbol(frame: Frame, symbol: SymbolId, name: NameId): SymbolId {
    return frame.module.symbols.child(symbol === UNKNOWN ? this.rules(frame).any : symbol, name);
  }

  /** Adds the fact of a source when the value's symbol is one. */
  sourced(frame: Frame, value: Value, node: number): Value {
    if (value.symbol === UNKNOWN) return value;
    const rules = this.rules(frame).value(value.symbol);
    if (rules.length === 0) return value;
    if (rules.some((rule) => rule.is === 'sanitizer' && rule.bits === ALL_CLASSES)) return value;
    let { facts } = value;
    for (const rule of rules) {
      if (rule.is === 'match') this.matched(frame, rule.match, [], node);
      else if (rule.is === 'sanitizer') facts = cleaned(facts, rule.bits);
      else if (rule.is === 'source') facts = union(facts, this.sourceFacts(frame, rule.kind, node));
      else if (rule.is === 'store') facts = union(facts, this.stores.facts(placeOf(frame, value.symbol), frame.module, node));
    }
    return value.withFacts(facts);
  }

  sourceFacts(frame: Frame, kind: number, node: number): Facts {
    const { module } = frame;
    const key = `${module.path} ${node} ${kind}`;
    let source = this.#sources.get(key);
    if (source === undefined) {
      source = { kind, module, node, what: `data from ${SOURCE_KINDS[kind] ?? ''}` };
      this.#sources.set(key, source);
    }
    return [{ source, parameter: -1, field: -1, clean: 0, step: undefined }];
  }

  /** A method or nested export of an object of this project. */
  member(frame: Frame, object: Value, name: NameId, text: string): Value | undefined {
    const byType = object.symbol === UNKNOWN ? undefined : this.project.classOf(frame.module, object.symbol);
    const of = object.instance ?? object.classRef ?? byType;
    if (of === undefined) return undefined;
    const found = this.project.method(of, name);
    if (found === undefined) return undefined;
    const isInstance = object.instance !== undefined || byType !== undefined;
    const receiver = isInstance || (object.classRef !== undefined && isClassMethod(found.module, found.index)) ? object : undefined;
    return new Value(
      NO_FACTS,
      UNKNOWN,
      NOT_CONSTANT,
      undefined,
      { module: found.module, index: found.index, frame: undefined },
      undefined,
      undefined,
      receiver ?? (text === '' ? object : undefined),
    );
  }

  /** What the constructor of a class stores in its fields, as its methods see it. */
  #fieldsOf(of: ClassRef, func: FunctionIr, facts: Facts): Value['slots'] {
    if (this.quiet) return undefined;
    const method = this.project.constructorOf(of);
    const built = method?.module.functions[method.index];
    if (method === undefined || built === undefined || built === func || this.#running.has(built)) return undefined;
    const slots = new Map<string | number, Value>();
    for (const [key, value] of this.summary(method.module, built, []).parameters[0]?.slots ?? []) {
      const kept = value.facts.filter((fact) => fact.source !== undefined);
      const own = facts.map((fact): Fact => ({ ...fact, field: of.module.names.id(String(key)) }));
      slots.set(key, new Value(union(kept, own), value.symbol, NOT_CONSTANT, undefined, value.func, value.instance));
    }
    return slots.size === 0 ? undefined : slots;
  }

  closure(frame: Frame, index: number): Value {
    const func = frame.module.functions[index];
    if (func === undefined) return NOTHING;
    (frame.pending ??= new Set()).add(index);
    return new Value(NO_FACTS, UNKNOWN, NOT_CONSTANT, undefined, { module: frame.module, index, frame });
  }

  returned(frame: Frame, value: Value, node: number): void {
    const bits = frame.returnBits | (value.slots !== undefined && isPage(value) ? HTML : 0);
    if (bits !== 0) this.#returnReached(frame, value, node, bits);
    frame.addReturned(value);
  }

  #returnReached(frame: Frame, value: Value, node: number, bits: number): void {
    for (const rule of this.rules(frame).returns) {
      if (rule.is === 'sink' && (rule.sink.bit & bits) !== 0) {
        const text = value.slots === undefined || (rule.sink.bit & HTML) === 0 ? value : bodyOf(value);
        if (text !== undefined) this.reached(frame, rule.sink, text, node);
      }
    }
  }

  /** Data arrives at a sink: reported when its source is known, kept in the summary when it came in by a parameter. */
  reached(frame: Frame, sink: SinkRule, data: Value, node: number): void {
    if (this.quiet) return;
    const facts = allFacts(data);
    for (const fact of facts) this.factReached(frame, sink, fact, frame.module, node);
    if (!sink.unproven && this.#listener.audit === undefined) return;
    if (isFixed(data) || (facts.length > 0 && facts.every((fact) => (fact.clean & sink.bit) !== 0))) return;
    if (sink.unproven) this.#listener.unproven(sink, frame.module, node);
    else this.#listener.audit?.(sink, frame.module, node);
  }

  factReached(frame: Frame, sink: SinkRule, fact: Fact, module: ModuleIr, node: number): void {
    if ((fact.clean & sink.bit) !== 0 || this.stores.reached(fact, sink, module, node)) return;
    if (fact.source === undefined) frame.addSink({ sink, fact, module, node });
    else if ((sink.refuses & (1 << fact.source.kind)) !== 0)
      this.#listener.flow({ sink, module, node, source: fact.source, step: fact.step });
  }

  handle(frame: Frame, target: Value, rule: HandlerRule): void {
    if (!this.quiet) runHandler(this, frame, target, rule);
  }

  /** A pattern of a check that needs no flow holds here, as far as the call itself tells: for one of what `..., $X, ...` may stand for. */
  matched(frame: Frame, match: MatchCheck, bound: readonly Bound[], node: number): void {
    if (this.quiet || !importsAny(frame.module.imports, match.imports)) return;
    if (waysOf(bound).some((way) => holdsAt(match, frame.module.tree, node, way))) this.#listener.match(match.check, frame.module, node);
  }
}
