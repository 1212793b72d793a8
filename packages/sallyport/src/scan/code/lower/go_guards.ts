import { NO_NAME } from '../ir.ts';
import type { GoLowering } from './go_lowering.ts';

/** A name or field that a condition says something about, and what: a step below the symbol `guard`, which models can call a sanitizer. */
type Guard = { readonly target: number; readonly is: string };

/** Functions whose answer `true` restricts their arguments; `false` does for those that search for what must not be there. */
const RESTRICTS =
  /^(?:HasPrefix|IsLocal|Match\w*|Contains\w*|Is[A-Z]\w*|is[A-Z]\w*|\w*(?:[Vv]alid|[Aa]llow|[Ss]afe|[Tt]rusted|[Pp]ermit)\w*)$/;
const SEARCHES =
  /^(?:Contains\w*|HasPrefix|IsAbs|Index\w*|Match\w*|\w*(?:[Ii]nvalid|[Uu]nsafe|[Mm]alicious|[Ff]orbidden|[Dd]enied|[Bb]locked)\w*)$/;
const VALIDATES = /(?:valid|check|verify|ensure|sanit)/i;

/** What holds of variables when the condition has the outcome. */
export function guardsOf(l: GoLowering, condition: number, outcome: boolean, initializer = -1, depth = 0): Guard[] {
  const { tree } = l;
  if (condition < 0 || depth > 20) return [];
  switch (tree.kindName(condition)) {
    case 'parenthesized_expression':
      return guardsOf(l, tree.first(condition), outcome, initializer, depth + 1);
    case 'unary_expression':
      if (tree.textOf(tree.child(condition, 'operator')) !== '!') return [];
      return guardsOf(l, tree.child(condition, 'operand'), !outcome, initializer, depth + 1);
    case 'binary_expression':
      return ofComparison(l, condition, outcome, initializer, depth);
    case 'call_expression': {
      const name = lastName(l, tree.child(condition, 'function'));
      const answers = outcome ? RESTRICTS.test(name) : SEARCHES.test(name);
      return answers ? argumentsOf(l, condition).map((target) => ({ target, is: outcome ? name : `not${name}` })) : [];
    }
    case 'index_expression':
      return outcome ? [{ target: tree.child(condition, 'index'), is: 'Listed' }] : [];
    case 'identifier':
      return outcome ? ofLookup(l, initializer) : [];
    default:
      return [];
  }
}

function ofComparison(l: GoLowering, node: number, outcome: boolean, initializer: number, depth: number): Guard[] {
  const { tree } = l;
  const operator = tree.textOf(tree.child(node, 'operator'));
  const left = tree.child(node, 'left');
  const right = tree.child(node, 'right');
  if (operator === '&&' || operator === '||') {
    if ((operator === '&&') !== outcome) return [];
    return [...guardsOf(l, left, outcome, initializer, depth + 1), ...guardsOf(l, right, outcome, initializer, depth + 1)];
  }
  if (/^[<>]=?$/.test(operator)) return [left, right].flatMap((side) => numberOf(l, side)).map((target) => ({ target, is: 'Compared' }));
  if ((operator === '==') !== outcome || (operator !== '==' && operator !== '!=')) return [];
  if (tree.textOf(right) === 'nil') return ofValidation(l, initializer);
  return isLiteral(l, right) ? [{ target: left, is: 'Equal' }] : [];
}

/** `if err := validate(x); err != nil` */
function ofValidation(l: GoLowering, initializer: number): Guard[] {
  const call = initializer < 0 ? -1 : (l.items(l.field(initializer, 'right'))[0] ?? -1);
  if (call < 0 || l.tree.kindName(call) !== 'call_expression' || !VALIDATES.test(lastName(l, l.field(call, 'function')))) return [];
  return argumentsOf(l, call).map((target) => ({ target, is: 'Validated' }));
}

/** `if _, ok := allowed[x]; ok` */
function ofLookup(l: GoLowering, initializer: number): Guard[] {
  const source = initializer < 0 ? -1 : (l.items(l.field(initializer, 'right'))[0] ?? -1);
  if (source < 0 || l.tree.kindName(source) !== 'index_expression') return [];
  return [{ target: l.field(source, 'index'), is: 'Listed' }];
}

function lastName(l: GoLowering, callee: number): string {
  if (callee < 0) return '';
  return l.tree.textOf(l.tree.kindName(callee) === 'selector_expression' ? l.tree.child(callee, 'field') : callee);
}

function argumentsOf(l: GoLowering, call: number): number[] {
  const list = l.tree.child(call, 'arguments');
  return list < 0 ? [] : l.tree.children(list);
}

/** The variable in `x`, `int64(x)`, `len(x)`. */
function numberOf(l: GoLowering, node: number): number[] {
  if (node < 0) return [];
  if (l.tree.kindName(node) === 'call_expression') return argumentsOf(l, node);
  return isLiteral(l, node) ? [] : [node];
}

function isLiteral(l: GoLowering, node: number): boolean {
  return node >= 0 && l.tree.kindName(node).endsWith('literal');
}

/** Objects whose parts are the data: to test one says nothing of what it carries. */
const CARRIERS = /^(?:r|w|c|ctx|req|request|context|db|tx|err)$/;

/** From here on the variables are what a test found them to be. */
export function apply(l: GoLowering, guards: readonly Guard[]): void {
  for (const { target, is } of guards.slice(0, 16)) {
    if (target < 0 || !/^(?:identifier|selector_expression)$/.test(l.tree.kindName(target))) continue;
    if (CARRIERS.test(l.tree.textOf(target))) continue;
    const guarded = l.build.call(l.build.symbol(['guard', is], target), [l.operand(target), NO_NAME], 0, target);
    l.bind(target, guarded, false);
  }
}
