import { NO_VALUE, OP, STRIDE, type ClassIr, type Constant, type FunctionIr, type ModuleIr, type Parameter } from './ir.ts';
import type { Language } from './language.ts';
import { UNKNOWN, type NameId, type Names, type SymbolId, type Symbols } from './symbol.ts';
import type { SyntaxTree } from './syntax.ts';

/** A function may not be longer; generated tables are. What lies beyond is named as not scanned. */
export const MAX_INSTRUCTIONS = 200_000;

type Decorator = { readonly symbol: SymbolId; readonly node: number };
export type FunctionHead = {
  readonly name: string;
  readonly node: number;
  readonly owner?: number;
  readonly isStatic?: boolean;
  readonly returns?: SymbolId;
  readonly decorators?: readonly Decorator[];
};

/** Writes the intermediate form of one file. A lowering calls it in the order in which the code runs. */
export class IrBuilder {
  readonly tree: SyntaxTree;
  readonly names: Names;
  readonly symbols: Symbols;
  readonly imports: string[] = [];
  readonly #extensions: { type: SymbolId; name: NameId; index: number }[] = [];
  /** Set when a function was longer than the limit. */
  overflow = false;
  readonly #path: string;
  readonly #language: Language;
  readonly #functions: (FunctionIr | undefined)[] = [];
  readonly #classes: ClassIr[] = [];
  readonly #constants: Constant[] = [];
  readonly #constantIds = new Map<Constant, number>();
  readonly #imported = new Map<string, SymbolId>();
  readonly #wildcards: { readonly path: readonly string[]; readonly except: ReadonlySet<string> }[] = [];
  #scope: Scope;
  #exports = -1;

  constructor(path: string, language: Language, tree: SyntaxTree, symbols: Symbols) {
    this.#path = path;
    this.#language = language;
    this.tree = tree;
    this.symbols = symbols;
    this.names = symbols.names;
    this.#scope = new Scope(undefined, 0, { name: '', node: 0 });
    this.#functions.push(undefined);
  }

  /** The object that holds what other files import, for languages that export by statement. */
  useExports(): number {
    if (this.#exports < 0) this.#exports = this.moduleScope().declare(this.names.id('exports'));
    return this.#exports;
  }

  // Instructions. Each answers its result.

  emit(op: number, a: number, b: number, c: number, node: number): number {
    const { code } = this.#scope;
    if (code.length >= MAX_INSTRUCTIONS * STRIDE) {
      this.overflow = true;
      return 0;
    }
    code.push(op, a, b, c, node);
    return code.length / STRIDE - 1;
  }

  constant(value: Constant, node: number): number {
    let id = this.#constantIds.get(value);
    if (id === undefined) {
      id = this.#constants.length;
      this.#constants.push(value);
      this.#constantIds.set(value, id);
    }
    return this.emit(OP.const, id, 0, 0, node);
  }

  /** A name as it is seen from here: a slot, a slot of a function around, or a global. */
  load(name: string, node: number): number {
    const id = this.names.id(name);
    let outward = 0;
    for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.outer, outward++) {
      const slot = scope.find(id);
      if (slot >= 0) return outward === 0 ? this.emit(OP.load, slot, 0, 0, node) : this.emit(OP.loadOuter, outward, slot, 0, node);
    }
    return this.symbol(this.#fromWildcard(name) ?? [name], node);
  }

  /** A module all of whose names are imported: `from flask import *`. */
  importAll(path: readonly string[], except: ReadonlySet<string>): void {
    this.#wildcards.push({ path, except });
  }

  /** Of several such modules nobody can say which one a name is of. */
  #fromWildcard(name: string): readonly string[] | undefined {
    const [only] = this.#wildcards;
    return only === undefined || this.#wildcards.length > 1 || only.except.has(name) ? undefined : [...only.path, name];
  }

  /** Stores into the nearest declared variable, or declares one here. */
  assign(name: string, value: number, node: number): void {
    const id = this.names.id(name);
    let outward = 0;
    for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.outer, outward++) {
      const slot = scope.find(id);
      if (slot >= 0) {
        if (outward === 0) this.emit(OP.store, slot, value, 0, node);
        else this.emit(OP.storeOuter, outward, slot, value, node);
        return;
      }
    }
    this.emit(OP.store, this.#scope.declare(id), value, 0, node);
  }

  /** Declares a variable of the current function (or block) and stores into it. */
  declare(name: string, value: number, node: number): void {
    this.emit(OP.store, this.#scope.declare(this.names.id(name)), value, 0, node);
  }

  /** Makes a name known before its value is (hoisted functions, variables of a Python function). */
  reserve(name: string): void {
    this.#scope.declare(this.names.id(name));
  }

  /** `global x`, `nonlocal x`: assignments go to the slot outside. */
  useOuter(name: string): void {
    this.#scope.outerNames.add(this.names.id(name));
  }

  isOuter(name: string): boolean {
    return this.#scope.outerNames.has(this.names.id(name));
  }

  /** What was imported under a name, for types: a dotted path whose first step is looked up among the imports of the file. */
  typeSymbol(path: readonly string[]): SymbolId {
    const imported = this.#imported.get(path[0] ?? '');
    let symbol = imported ?? this.symbols.path(path.slice(0, 1));
    for (const step of path.slice(1)) symbol = this.symbols.child(symbol, this.names.id(step));
    return symbol;
  }

  /** Binds a name to an imported symbol. */
  importAs(name: string, path: readonly string[], node: number): void {
    const value = this.symbol(path, node);
    this.#imported.set(name, this.symbols.path(path));
    this.declare(name, value, node);
  }

  symbol(path: readonly string[], node: number): number {
    return this.emit(OP.symbol, this.symbols.path(path), 0, 0, node);
  }

  field(object: number, name: string, node: number): number {
    return this.emit(OP.field, object, this.names.id(name), 0, node);
  }

  setField(object: number, name: string, value: number, node: number): void {
    this.emit(OP.setField, object, this.names.id(name), value, node);
  }

  /** `items`: (value, name | NO_NAME | SPREAD) pairs. */
  call(callee: number, items: readonly number[], flags: number, node: number): number {
    return this.emit(OP.call, callee, this.list(items, 2), flags, node);
  }

  /** A call of a dotted path by arguments in order, for what a language writes as syntax (JSX, macros, operators). */
  callPath(path: readonly string[], values: readonly number[], node: number): number {
    return this.call(
      this.symbol(path, node),
      values.flatMap((value) => [value, -1]),
      0,
      node,
    );
  }

  binary(operator: string, left: number, right: number, node: number): number {
    return this.emit(OP.binary, this.names.id(operator), left, right, node);
  }

  unary(operator: string, operand: number, node: number): number {
    return this.emit(OP.unary, this.names.id(operator), operand, 0, node);
  }

  concat(values: readonly number[], node: number): number {
    return this.emit(OP.concat, this.list(values, 1), 0, 0, node);
  }

  /** A pool entry: the count of items, then their numbers. Answers its place. */
  list(items: readonly number[], width: number): number {
    const { pool } = this.#scope;
    const at = pool.length;
    pool.push(items.length / width);
    for (const item of items) pool.push(item);
    return at;
  }

  branch(condition: number, then: () => void, otherwise: (() => void) | undefined, node: number): void {
    const at = this.emit(OP.branch, condition, 0, 0, node);
    then();
    this.#patch(at, 2, this.#next());
    otherwise?.();
    this.#patch(at, 3, this.#next());
  }

  loop(body: () => void, maySkip: boolean, node: number): void {
    const at = this.emit(OP.loop, 0, maySkip ? 1 : 0, 0, node);
    body();
    this.#patch(at, 1, this.#next());
  }

  /** `body`, then each handler from the state of any point of the body. */
  attempt(body: () => void, handlers: readonly (() => void)[], node: number): void {
    const at = this.emit(OP.try, 0, 0, 0, node);
    body();
    this.#patch(at, 1, this.#next());
    const starts: number[] = [];
    for (const handler of handlers) {
      starts.push(this.#next());
      handler();
    }
    this.#patch(at, 2, this.#next());
    this.#patch(at, 3, this.list(starts, 1));
  }

  // Functions and classes.

  /** Lowers a function in a scope of its own; `parameters` declares them, then `body` runs. Answers its index. */
  func(head: FunctionHead, parameters: () => readonly Parameter[], body: () => void): number {
    const index = this.#functions.length;
    this.#functions.push(undefined);
    const outer = this.#scope;
    this.#scope = new Scope(outer, index, head);
    this.#scope.parameters = parameters();
    body();
    this.#functions[index] = finish(this.#scope, this.names);
    this.#scope = outer;
    return index;
  }

  /** Declares a parameter of the function that is being opened. */
  parameter(name: string, node: number, rest: Partial<Pick<Parameter, 'type' | 'decorators' | 'rest'>> = {}): Parameter {
    const id = this.names.id(name);
    return { name: id, slot: this.#scope.declare(id), type: UNKNOWN, decorators: [], rest: false, ...rest, node };
  }

  /** A block with variables of its own. */
  block(body: () => void): void {
    this.#scope.enter();
    body();
    this.#scope.leave();
  }

  /** The number of the next class: methods name it before the class is complete. */
  nextClass(name = ''): number {
    this.#classes.push({
      index: this.#classes.length,
      name: this.names.id(name),
      bases: [],
      decorators: [],
      methods: new Map(),
      fields: new Map(),
      node: 0,
    });
    return this.#classes.length - 1;
  }

  completeClass(of: ClassIr): void {
    this.#classes[of.index] = of;
  }

  addMethod(index: number, name: string, method: number): void {
    (this.#classes[index]?.methods as Map<NameId, number> | undefined)?.set(this.names.id(name), method);
  }

  /** A method of a type that another file declares. */
  extend(type: SymbolId, name: string, index: number): void {
    this.#extensions.push({ type, name: this.names.id(name), index });
  }

  /** Declared types of a class's fields, when they are read after its methods were named. */
  setFields(index: number, fields: ReadonlyMap<NameId, SymbolId>): void {
    const known = this.#classes[index];
    if (known !== undefined) this.#classes[index] = { ...known, fields };
  }

  moduleScope(): Scope {
    let scope = this.#scope;
    while (scope.outer !== undefined) scope = scope.outer;
    return scope;
  }

  get functionDepth(): number {
    let depth = 0;
    for (let scope = this.#scope.outer; scope !== undefined; scope = scope.outer) depth++;
    return depth;
  }

  finish(): ModuleIr {
    this.#functions[0] = finish(this.#scope, this.names);
    return {
      path: this.#path,
      language: this.#language,
      tree: this.tree,
      names: this.names,
      symbols: this.symbols,
      functions: this.#functions as FunctionIr[],
      classes: this.#classes,
      constants: this.#constants,
      globals: this.#scope.topLevel(),
      exports: this.#exports,
      extensions: this.#extensions,
      imports: this.imports,
    };
  }

  #next(): number {
    return this.#scope.code.length / STRIDE;
  }

  #patch(instruction: number, operand: number, value: number): void {
    const { code } = this.#scope;
    if (instruction > 0 || code.length > 0) code[instruction * STRIDE + operand] = value;
  }
}

function finish(scope: Scope, names: Names): FunctionIr {
  return {
    index: scope.index,
    name: names.id(scope.head.name),
    outer: scope.outer?.index ?? NO_VALUE,
    owner: scope.head.owner ?? -1,
    isStatic: scope.head.isStatic ?? false,
    parameters: scope.parameters,
    returns: scope.head.returns ?? UNKNOWN,
    decorators: scope.head.decorators ?? [],
    slots: scope.slots,
    code: Int32Array.from(scope.code),
    pool: Int32Array.from(scope.pool),
    node: scope.head.node,
  };
}

/** The names of one function; blocks within it shadow. */
class Scope {
  readonly code: number[] = [];
  readonly pool: number[] = [];
  readonly slots: NameId[] = [];
  readonly outerNames = new Set<NameId>();
  readonly outer: Scope | undefined;
  readonly index: number;
  readonly head: FunctionHead;
  parameters: readonly Parameter[] = [];
  #blocks: Map<NameId, number>[] = [new Map()];

  constructor(outer: Scope | undefined, index: number, head: FunctionHead) {
    this.outer = outer;
    this.index = index;
    this.head = head;
  }

  find(name: NameId): number {
    if (this.outerNames.size > 0 && this.outerNames.has(name)) return -1;
    for (let at = this.#blocks.length - 1; at >= 0; at--) {
      const slot = this.#blocks[at]?.get(name);
      if (slot !== undefined) return slot;
    }
    return -1;
  }

  /** The slot of a name in the innermost block; the same one when it is declared again. */
  declare(name: NameId): number {
    const block = this.#blocks[this.#blocks.length - 1] as Map<NameId, number>;
    let slot = block.get(name);
    if (slot === undefined) {
      slot = this.slots.length;
      this.slots.push(name);
      block.set(name, slot);
    }
    return slot;
  }

  enter(): void {
    this.#blocks.push(new Map());
  }

  leave(): void {
    this.#blocks.pop();
  }

  topLevel(): ReadonlyMap<NameId, number> {
    return this.#blocks[0] ?? new Map<NameId, number>();
  }
}
