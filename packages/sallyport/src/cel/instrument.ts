import { inInt64, ownFunction, ownMethod } from './function.ts';
import type { Evaluate, Node } from './library.ts';
import { callOf, visit } from './tree.ts';
import { charge, copySize, FAILURE_STEPS, sizeOf, weigh, type Budget } from './work.ts';

/**
 * Puts our own functions and the accounting of work into a checked tree: `matches` on a linear engine, ASCII-only case functions, and a charge
 * for everything whose time depends on the length of what it is given.
 */
export function instrument(ast: Node, budget: Budget): void {
  visit(ast, (node) => {
    const alternate = node.meta.alternate;
    if (alternate?.op === 'comprehension') {
      const { step } = alternate.args as { step: Node };
      alternate.setMeta('evaluate', walk(budget));
      step.setMeta('evaluate', failing(step.meta.evaluate, budget));
    } else if (alternate === undefined) replaceNode(node, budget);
  });
}

const WEIGHED: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in', '+']);

function replaceNode(node: Node, budget: Budget): void {
  const call = callOf(node);
  if (call !== undefined) {
    if (node.meta.macro !== undefined) return;
    const own = call.receiver === undefined ? ownFunction(call, budget) : ownMethod(call.name, call.receiver, call.args, budget);
    if (own !== undefined) node.setMeta('evaluate', own);
  } else if (node.op === '-_' || node.op === '/') node.setMeta('evaluate', ranged(node.meta.evaluate));
  else if (WEIGHED.has(node.op) && !isBounded(node)) node.setMeta('evaluate', weighed(budget));
}

/** The library does not notice that the smallest integer has no opposite: `-x`, `x / -1`. */
function ranged(inner: Evaluate): Evaluate {
  return (evaluator, node, context) => inInt64(inner(evaluator, node, context));
}

function weighed(budget: Budget): Evaluate {
  return (evaluator, node, context) => {
    const [left, right] = node.args as [Node, Node];
    const a = evaluator.run(left, context);
    const b = evaluator.run(right, context);
    const most = budget.steps + 1;
    if (node.op === '+') charge(budget, copySize(a) + copySize(b));
    else charge(budget, node.op === 'in' ? weigh(b, most) : Math.min(weigh(a, most), weigh(b, most)));
    return node.handle?.(a, b, node, evaluator);
  };
}

/** Numbers, booleans and what is written out cost the same whatever a request holds. */
function isBounded(node: Node): boolean {
  const [left, right] = node.args as [Node, Node];
  if (node.op === 'in') return right.op === 'list';
  return node.op === '+' ? isNumber(left) && isNumber(right) : isSmall(left) || isSmall(right);
}

function isNumber(node: Node): boolean {
  const name = node.checkedType?.name;
  return name === 'int' || name === 'double';
}

function isSmall(node: Node): boolean {
  const name = node.checkedType?.name;
  return node.op === 'value' || isNumber(node) || name === 'bool' || name === 'null';
}

/** The walk over a list: its length is charged before the first step. */
function walk(budget: Budget): Evaluate {
  return (evaluator, node, context) => {
    const { iterable } = node.args as { iterable: Node };
    const items = evaluator.run(iterable, context);
    charge(budget, sizeOf(items));
    return node.handle?.(items, node.args, evaluator, context);
  };
}

/** A step of a walk whose failure is charged: `exists` and `all` go on after one, and errors are dear. */
function failing(inner: Evaluate, budget: Budget): Evaluate {
  return (evaluator, node, context) => {
    try {
      return inner(evaluator, node, context);
    } catch (thrown) {
      charge(budget, FAILURE_STEPS);
      throw thrown;
    }
  };
}
