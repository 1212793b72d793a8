import type { Node } from './library.ts';
import { callOf, chainOf, childrenOf, comprehensionOf, freeNames, pathOf, stringsOf, textOf } from './tree.ts';

/** Evaluates an expression that reads nothing. Throws when it fails. */
export type EvaluateAlone = (source: string) => unknown;

/** The value of a bool expression when no variable can change it, as far as simple reasoning finds out. Throws when evaluating it always fails. */
export function foldBool(node: Node, alone: EvaluateAlone): boolean | undefined {
  const fold = (at: Node): boolean | undefined => foldBool(at, alone);
  if (readsNothing(node)) {
    const value = alone(textOf(node));
    return typeof value === 'boolean' ? value : undefined;
  }
  switch (node.op) {
    case '&&':
    case '||':
      return foldChain(node, node.op, fold);
    case '!_': {
      const value = fold(node.args as Node);
      return value === undefined ? undefined : !value;
    }
    case '?:': {
      const [condition, yes, no] = node.args as [Node, Node, Node];
      const chosen = fold(condition);
      if (chosen !== undefined) return fold(chosen ? yes : no);
      const value = fold(yes);
      return value === fold(no) ? value : undefined;
    }
    case 'rcall':
      return foldWalk(node, fold);
    default:
      return foldComparison(node);
  }
}

/** Whether nothing in the node depends on a variable; doubles that would be rounded when written anew do not count. */
function readsNothing(node: Node): boolean {
  return freeNames(node).size === 0 && !hasRoundedDouble(node);
}

function hasRoundedDouble(node: Node): boolean {
  if (node.op === 'value') return typeof node.args === 'number' && Number(textOf(node)) !== node.args;
  return childrenOf(node).some(hasRoundedDouble);
}

/** `&&` is false when one operand is, or when two contradict each other; `||` is the mirror image. */
function foldChain(node: Node, op: '&&' | '||', fold: (node: Node) => boolean | undefined): boolean | undefined {
  const absorbing = op === '||';
  const operands = chainOf(node, op);
  const values = operands.map(fold);
  if (values.includes(absorbing)) return absorbing;
  if (values.every((value) => value === !absorbing)) return !absorbing;
  return contradict(operands, op) ? absorbing : undefined;
}

/** `p` beside `!p`, or one path beside two different words: `a == 'x' && a == 'y'` never, `a != 'x' || a != 'y'` always. */
function contradict(operands: readonly Node[], op: '&&' | '||'): boolean {
  const comparison = op === '&&' ? '==' : '!=';
  const texts = new Set(operands.map(textOf));
  const words = new Map<string, string>();
  for (const operand of operands) {
    if (operand.op === '!_' && texts.has(textOf(operand.args as Node))) return true;
    if (operand.op !== comparison) continue;
    const [left, right] = operand.args as [Node, Node];
    const path = pathOf(left)?.join('.');
    const word = right.op === 'value' ? textOf(right) : undefined;
    if (path === undefined || word === undefined) continue;
    const before = words.get(path);
    if (before !== undefined && before !== word) return true;
    words.set(path, word);
  }
  return false;
}

/** A walk whose condition never holds finds nothing; one whose condition always holds refuses nothing. */
function foldWalk(node: Node, fold: (node: Node) => boolean | undefined): boolean | undefined {
  const walk = comprehensionOf(node);
  const body = walk?.bodies[0];
  if (walk === undefined || body === undefined || walk.bodies.length !== 1) return undefined;
  const value = fold(body);
  if ((walk.macro === 'exists' || walk.macro === 'exists_one') && value === false) return false;
  return walk.macro === 'all' && value === true ? true : undefined;
}

/** Something compared with itself, or looked for in an empty list. */
function foldComparison(node: Node): boolean | undefined {
  if (!['==', '!=', '<', '<=', '>', '>=', 'in'].includes(node.op)) return undefined;
  const [left, right] = node.args as [Node, Node];
  if (node.op === 'in') return right.op === 'list' && stringsOf(right)?.length === 0 ? false : undefined;
  if (callOf(left) !== undefined || textOf(left) !== textOf(right)) return undefined;
  return node.op === '==' || node.op === '<=' || node.op === '>=';
}
