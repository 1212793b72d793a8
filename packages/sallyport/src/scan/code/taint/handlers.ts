import { hasReceiver, type FunctionIr, type ModuleIr, type Parameter } from '../ir.ts';
import { importsAny } from '../pattern/match_check.ts';
import { UNKNOWN } from '../symbol.ts';
import type { Engine } from './engine.ts';
import { Frame } from './frame.ts';
import type { HandlerRule } from './rules.ts';
import { HARMLESS, hasOrigin, NO_FACTS, NOT_CONSTANT, Value } from './value.ts';

/** Declared types of numbers, dates and ids: the framework refuses other text. */
const PLAIN = new Set('int float bool UUID date datetime timedelta Decimal number boolean UUID4 ObjectId'.split(' '));
/** What is passed by the framework's own dependency injection. */
const INJECTED = new Set('Depends Security Inject'.split(' '));
/** Names of numbers in the addresses of web applications. */
const NUMBERS = /^(?:id|pk|year|month|day|page|(?:\w+_)(?:id|pk))$/;

/** Tables of handlers in tables: the types of GraphQL, their fields. */
const TABLE_DEPTH = 3;
/** Characters before a function in which its route stands. */
const ROUTE_LENGTH = 600;

function isHarmless({ names, symbols, tree }: ModuleIr, func: FunctionIr, { name, type, decorators }: Parameter, isView: boolean): boolean {
  if (PLAIN.has(names.text(symbols.name(type)))) return true;
  if (decorators.some((symbol) => INJECTED.has(names.text(symbols.name(symbol))))) return true;
  if (isView) return type === UNKNOWN && NUMBERS.test(names.text(name));
  // `<int:number>` in the route above.
  const at = tree.start[func.node] as number;
  const before = tree.text.slice(Math.max(0, at - ROUTE_LENGTH), at);
  return new RegExp(`<(?:int|float|uuid)[^>]{0,60}:\\s*${names.text(name).replace(/\W/g, '')}>`).test(
    before.slice(before.lastIndexOf('\n\n') + 1),
  );
}

/** What the function that `Depends` names answers: the framework calls it as it calls the handler. */
function injected(analysis: Engine, frame: Frame, { decorators }: Parameter, rule: HandlerRule): Value | undefined {
  const { module } = frame;
  const { names, symbols } = module;
  const at = decorators.findIndex((symbol) => INJECTED.has(names.text(symbols.name(symbol))));
  const source = decorators[at + 1];
  if (at < 0 || source === undefined) return undefined;
  const slot = symbols.depth(source) === 1 ? module.globals.get(symbols.name(source)) : undefined;
  const target = slot === undefined ? analysis.local(frame, source) : analysis.moduleFrame(module).env[slot];
  return target === undefined ? undefined : runHandler(analysis, frame, target, { ...rule, returns: 0 });
}

/** Runs a function that a framework calls, or all of a table: its parameters are what the framework passes. Answers what it returns. */
export function runHandler(
  analysis: Engine,
  frame: Frame,
  target: Value,
  rule: HandlerRule,
  isView = false,
  depth = TABLE_DEPTH,
): Value | undefined {
  if (target.func === undefined) {
    for (const held of depth > 0 ? (target.slots?.values() ?? []) : []) runHandler(analysis, frame, held, rule, isView, depth - 1);
    return undefined;
  }
  const { module, index } = target.func;
  const func = module.functions[index];
  if (func === undefined) return undefined;
  analysis.called(func);
  const skip = hasReceiver(func) ? 1 : 0;
  const handled = new Frame(module, func, target.func.frame ?? analysis.moduleFrame(module), frame);
  handled.returnBits = rule.returns;
  for (const [at, parameter] of func.parameters.entries()) {
    const name = module.names.text(parameter.name);
    const entry =
      rule.parameters.find((one) => one.at === at - skip || one.at === name) ??
      (at < skip ? undefined : rule.parameters.find((one) => one.at === 'rest'));
    const given = entry === undefined ? undefined : injected(analysis, handled, parameter, rule);
    if (given !== undefined && hasOrigin(given)) {
      handled.env[parameter.slot] = given;
      continue;
    }
    const isData = entry !== undefined && entry.kind >= 0;
    const isPlain = isData && isHarmless(module, func, parameter, isView);
    const facts = isPlain ? HARMLESS : isData ? analysis.sourceFacts(handled, entry.kind, parameter.node) : NO_FACTS;
    const value = analysis.parameterValue(handled, at, facts);
    handled.env[parameter.slot] =
      entry === undefined || entry.as === UNKNOWN ? value : new Value(facts, entry.as, NOT_CONSTANT, undefined, undefined, value.instance);
  }
  analysis.runNested(handled);
  return handled.returned;
}

/** Runs a function that a framework calls although nothing in the file says so; false when it is none. */
export function runView(analysis: Engine, outer: Frame, func: FunctionIr): boolean {
  const { module } = outer;
  const skip = hasReceiver(func) ? 1 : 0;
  const { views } = analysis.rules(outer);
  const first = func.parameters[skip];
  if (first === undefined || views.length === 0) return false;
  const parameter = module.names.text(first.name);
  const name = module.names.text(func.name);
  const view = views.find(
    ({ first: wanted = parameter, names = [name], imports }) =>
      wanted === parameter && names.includes(name) && importsAny(module.imports, imports),
  );
  if (view === undefined) return false;
  const target = new Value(NO_FACTS, UNKNOWN, NOT_CONSTANT, undefined, { module, index: func.index, frame: undefined });
  runHandler(analysis, outer, target, view.handler, true);
  return true;
}
