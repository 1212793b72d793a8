import type { Language } from './language.ts';
import type { NameId, Names, SymbolId, Symbols } from './symbol.ts';
import type { SyntaxTree } from './syntax.ts';

/**
 * The intermediate form: one list of instructions a function, the same for all languages. An instruction is `STRIDE` integers
 * `op a b c node`; its result is called by its index. Blocks are structured: a branch or loop is followed by its blocks. Lists stand in `pool`
 * as a count and then the items.
 */
export const STRIDE = 5;

export const OP = {
  /** a: constant */
  const: 0,
  /** a: slot */
  load: 1,
  /** a: slot, b: value */
  store: 2,
  /** a: functions outward, b: slot */
  loadOuter: 3,
  /** a: functions outward, b: slot, c: value */
  storeOuter: 4,
  /** a: symbol of an imported thing, a global or a name that nothing declares */
  symbol: 5,
  /** a: object, b: name */
  field: 6,
  /** a: object, b: name, c: value */
  setField: 7,
  /** a: object, b: index */
  index: 8,
  /** a: object, b: index, c: value */
  setIndex: 9,
  /** a: callee, b: pool of arguments, each (value, name or NO_NAME or SPREAD), c: CALL flags */
  call: 10,
  /** a: operator name, b: left, c: right */
  binary: 11,
  /** a: operator name, b: operand */
  unary: 12,
  /** a: pool of values: template, f-string, format macro */
  concat: 13,
  /** a: condition, b: value when true, c: value when false */
  select: 14,
  /** a: pool of (value, 0 or SPREAD): list, tuple, set, slice literal */
  list: 15,
  /** a: pool of (key value, value), key NO_VALUE: spread; object, map or struct literal */
  map: 16,
  /** a: function */
  closure: 17,
  /** a: collection, b: 0 element, 1 key or index */
  element: 18,
  /** a: value: await, yield result, reference, dereference, cast, error propagation: the same value */
  same: 19,
  /** a: class */
  class: 20,
  /** a: condition, b: first instruction of the false block, c: end */
  branch: 21,
  /** a: end of the body, b: 1 when the body may be skipped. The condition is part of the body: see leaveUnless */
  loop: 22,
  /** a: condition. Inside a loop: ends it when false */
  leaveUnless: 23,
  break: 24,
  continue: 25,
  /** a: value or NO_VALUE */
  return: 26,
  /** a: value or NO_VALUE */
  throw: 27,
  /** a: end of the body, b: end of the handlers (each a block of its own, in `pool` c: starts); what follows runs in every case */
  try: 28,
  /** a: value: yield of a generator, adds to the returned values without leaving */
  yield: 29,
  /** a: the exception in a handler */
  caught: 30,
} as const;

export const NO_VALUE = -1;
export const NO_NAME = -1;
/** In place of an argument's name: its items are arguments. */
export const SPREAD = -2;
export const CALL = { plain: 0, construct: 1, decorator: 2, macro: 4, spawn: 8 } as const;

export type Constant = string | number | boolean | null | undefined;

export type Parameter = {
  readonly name: NameId;
  readonly slot: number;
  /** Symbol of the declared type (`database/sql.DB`), without pointers, generics, optionality; UNKNOWN without one. */
  readonly type: SymbolId;
  /** Decorators on the parameter, in TypeScript (`@Body()`), as symbols. */
  readonly decorators: readonly SymbolId[];
  /** Takes the remaining arguments. */
  readonly rest: boolean;
  readonly node: number;
};

export type FunctionIr = {
  /** Index in `ModuleIr.functions`; 0 is the module's own code. */
  readonly index: number;
  readonly name: NameId;
  /** Index of the function around it, -1 for the module. */
  readonly outer: number;
  /**
   * Index of the class whose method it is, -1 otherwise, `ELSEWHERE` for a class of another file (see `extensions`); of a method the first parameter is
   * the receiver unless `isStatic`.
   */
  readonly owner: number;
  readonly isStatic: boolean;
  readonly parameters: readonly Parameter[];
  /** Symbol of the declared type of the result, the first of several; UNKNOWN without one. */
  readonly returns: SymbolId;
  /** What decorators, attributes or derives stand on it, as instruction indices of the function around it. */
  readonly decorators: readonly { readonly symbol: SymbolId; readonly node: number }[];
  readonly slots: readonly NameId[];
  readonly code: Int32Array;
  readonly pool: Int32Array;
  readonly node: number;
};

/** In place of a class: it is declared in another file of the project. */
export const ELSEWHERE = -2;

export const hasReceiver = ({ owner, isStatic }: FunctionIr): boolean => owner !== -1 && !isStatic;

export type ClassIr = {
  readonly index: number;
  readonly name: NameId;
  readonly bases: readonly SymbolId[];
  readonly decorators: readonly { readonly symbol: SymbolId; readonly node: number }[];
  /** Functions by name. */
  readonly methods: ReadonlyMap<NameId, number>;
  /** Declared types of fields. */
  readonly fields: ReadonlyMap<NameId, SymbolId>;
  readonly node: number;
};

export type ModuleIr = {
  readonly path: string;
  readonly language: Language;
  readonly tree: SyntaxTree;
  readonly names: Names;
  readonly symbols: Symbols;
  readonly functions: readonly FunctionIr[];
  readonly classes: readonly ClassIr[];
  readonly constants: readonly Constant[];
  /** Slots of the module's code by name: what other files can import, when the language exports by name. */
  readonly globals: ReadonlyMap<NameId, number>;
  /** The slot of the object that holds the exports, -1 when `globals` are the exports. */
  readonly exports: number;
  /** Methods of classes of other files: of the type, by name, the function. */
  readonly extensions: readonly { readonly type: SymbolId; readonly name: NameId; readonly index: number }[];
  /** Files or packages it imports, as written. */
  readonly imports: readonly string[];
};
