import type { Check } from '../check.ts';
import type { FunctionIr, ModuleIr } from '../ir.ts';
import type { MatchCheck } from '../pattern/match_check.ts';
import type { NameId, SymbolId } from '../symbol.ts';
import type { Bound } from './arguments.ts';
import type { FlowReport } from './flow.ts';
import type { Frame, Summary } from './frame.ts';
import type { Project } from './project.ts';
import type { HandlerRule, Rules, SinkRule } from './rules.ts';
import type { Stores } from './stores.ts';
import type { Fact, Facts, Value } from './value.ts';

/** Who is told what is found. */
export type Listener = {
  /** A sink that is reported for any value got one that is no constant. */
  unproven(sink: SinkRule, module: ModuleIr, node: number): void;
  /** A sink got a value that is no constant, and nothing more is known. */
  audit?(sink: SinkRule, module: ModuleIr, node: number): void;
  flow(flow: FlowReport): void;
  match(check: Check, module: ModuleIr, node: number): void;
  /** A function or method is called that a symbol names. */
  called?(module: ModuleIr, symbol: SymbolId, node: number): void;
};

/** What the evaluation of instructions needs of the analysis around it. */
export type Engine = {
  readonly project: Project;
  readonly stores: Stores;
  /** While the variables of modules are found: nothing is reported and no function runs. */
  readonly quiet: boolean;
  rules(frame: Frame): Rules;
  /** Counts one instruction; false when the bound is reached. */
  spend(): boolean;
  moduleFrame(module: ModuleIr): Frame;
  /** What a function does with its parameters, for a caller that passes `given`. */
  summary(module: ModuleIr, func: FunctionIr, given: readonly (Value | undefined)[]): Summary;
  /** Tells of a call, whatever it means. */
  tell(frame: Frame, symbol: SymbolId, node: number): void;
  /** Something in the scanned files calls it, so its parameters are what is passed there. */
  called(func: FunctionIr): void;
  parameterValue(frame: Frame, at: number, facts: Facts): Value;
  runNested(frame: Frame): void;
  constant(module: ModuleIr, id: number): Value;
  named(frame: Frame, value: Value, name: NameId, node: number): Value;
  symbolValue(frame: Frame, symbol: SymbolId, node: number): Value;
  local(frame: Frame, symbol: SymbolId): Value | undefined;
  childSymbol(frame: Frame, symbol: SymbolId, name: NameId): SymbolId;
  sourced(frame: Frame, value: Value, node: number): Value;
  sourceFacts(frame: Frame, kind: number, node: number): Facts;
  member(frame: Frame, object: Value, name: NameId, text: string): Value | undefined;
  closure(frame: Frame, index: number): Value;
  returned(frame: Frame, value: Value, node: number): void;
  reached(frame: Frame, sink: SinkRule, data: Value, node: number): void;
  factReached(frame: Frame, sink: SinkRule, fact: Fact, module: ModuleIr, node: number): void;
  handle(frame: Frame, target: Value, rule: HandlerRule): void;
  matched(frame: Frame, match: MatchCheck, bound: readonly Bound[], node: number): void;
};
