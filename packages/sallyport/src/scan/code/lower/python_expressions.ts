import { NO_VALUE, OP, SPREAD } from '../ir.ts';
import type { PythonLowering } from './python_lowering.ts';
import type { Handler } from './table.ts';

export const expressionHandlers: Readonly<Record<string, Handler<PythonLowering>>> = {
  identifier: (l, node) => l.build.load(l.tree.textOf(node), node),
  attribute: (l, node) => l.build.field(l.operand(l.field(node, 'object')), l.tree.textOf(l.field(node, 'attribute')), node),
  subscript(l, node) {
    const object = l.operand(l.field(node, 'value'));
    const index = l.field(node, 'subscript');
    if (index >= 0 && l.tree.kindName(index) === 'slice') return l.build.emit(OP.same, object, 0, 0, node);
    return l.build.emit(OP.index, object, l.operand(index), 0, node);
  },
  call(l, node) {
    const callee = l.operand(l.field(node, 'function'));
    return l.build.call(callee, l.arguments(l.field(node, 'arguments')), 0, node);
  },
  string: (l, node) => stringValue(l, node),
  concatenated_string: (l, node) =>
    l.build.concat(
      l.tree.children(node).map((part) => l.operand(part)),
      node,
    ),
  integer: (l, node) => l.build.constant(number(l.tree.textOf(node)), node),
  float: (l, node) => l.build.constant(number(l.tree.textOf(node)), node),
  true: (l, node) => l.build.constant(true, node),
  false: (l, node) => l.build.constant(false, node),
  none: (l, node) => l.build.constant(null, node),
  ellipsis: (l, node) => l.build.constant(undefined, node),
  parenthesized_expression: (l, node) => l.value(l.tree.first(node)),
  binary_operator: (l, node) => {
    const left = l.operand(l.field(node, 'left'));
    return l.build.binary(l.tree.textOf(l.field(node, 'operator')), left, l.operand(l.field(node, 'right')), node);
  },
  boolean_operator: (l, node) => {
    const left = l.operand(l.field(node, 'left'));
    return l.build.binary(l.tree.textOf(l.field(node, 'operator')), left, l.operand(l.field(node, 'right')), node);
  },
  not_operator: (l, node) => l.build.unary('not', l.operand(l.field(node, 'argument')), node),
  unary_operator: (l, node) => l.build.unary(l.tree.textOf(l.field(node, 'operator')), l.operand(l.field(node, 'argument')), node),
  comparison_operator(l, node) {
    let result = NO_VALUE;
    let left = NO_VALUE;
    let operator = '';
    for (const child of l.tree.children(node)) {
      if (l.tree.fieldName(child) === 'operators') {
        operator = l.tree.textOf(child);
        continue;
      }
      const right = l.operand(child);
      if (left !== NO_VALUE) {
        const compared = l.build.binary(operator, left, right, node);
        result = result === NO_VALUE ? compared : l.build.binary('and', result, compared, node);
      }
      left = right;
    }
    return result;
  },
  conditional_expression(l, node) {
    const [then = -1, condition = -1, otherwise = -1] = l.tree.children(node);
    const test = l.operand(condition);
    const chosen = l.operand(then);
    return l.build.emit(OP.select, test, chosen, l.operand(otherwise), node);
  },
  named_expression(l, node) {
    const value = l.operand(l.field(node, 'value'));
    l.bind(l.field(node, 'name'), value);
    return value;
  },
  await: (l, node) => l.build.emit(OP.same, l.operand(l.tree.first(node)), 0, 0, node),
  list: (l, node) => listValue(l, node),
  tuple: (l, node) => listValue(l, node),
  set: (l, node) => listValue(l, node),
  expression_list: (l, node) => listValue(l, node),
  dictionary(l, node) {
    const items: number[] = [];
    for (const child of l.tree.children(node)) {
      if (l.tree.kindName(child) === 'pair') {
        const key = l.operand(l.field(child, 'key'));
        items.push(key, l.operand(l.field(child, 'value')));
      } else items.push(NO_VALUE, l.operand(l.tree.first(child)));
    }
    return l.build.emit(OP.map, l.build.list(items, 2), 0, 0, node);
  },
  list_comprehension: (l, node) => comprehension(l, node),
  set_comprehension: (l, node) => comprehension(l, node),
  generator_expression: (l, node) => comprehension(l, node),
  dictionary_comprehension: (l, node) => comprehension(l, node),
  list_splat: (l, node) => l.operand(l.tree.first(node)),
};

function listValue(l: PythonLowering, node: number): number {
  const items: number[] = [];
  for (const child of l.tree.children(node)) {
    if (l.tree.kindName(child) === 'list_splat') items.push(l.operand(l.tree.first(child)), SPREAD);
    else items.push(l.operand(child), 0);
  }
  return l.build.emit(OP.list, l.build.list(items, 2), 0, 0, node);
}

function stringValue(l: PythonLowering, node: number): number {
  const parts: number[] = [];
  let text = '';
  let formatted = false;
  for (let child = l.tree.first(node); child >= 0; child = l.tree.next(child, node)) {
    const kind = l.tree.kindName(child);
    if (kind === 'string_content') {
      const content = unescape(l.tree.textOf(child));
      text += content;
      if (content !== '') parts.push(l.build.constant(content, child));
    } else if (kind === 'interpolation') {
      formatted = true;
      parts.push(l.operand(l.tree.first(child)));
    }
  }
  return formatted ? l.build.concat(parts, node) : l.build.constant(text, node);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', '0': '\0', '\n': '' };

function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\s\S])/g, (whole, letter: string) => ESCAPES[letter] ?? whole) : text;
}

function number(text: string): number | undefined {
  const value = Number(text.replaceAll('_', '').replace(/[lL]$/, ''));
  return Number.isNaN(value) ? undefined : value;
}

/** A loop that collects; the body is written first and runs last. */
function comprehension(l: PythonLowering, node: number): number {
  const clauses = l.tree.children(node).filter((child) => l.tree.fieldName(child) !== 'body');
  const body = l.field(node, 'body');
  let result = NO_VALUE;
  const next = (at: number): void => {
    const clause = clauses[at];
    if (clause === undefined) {
      if (l.tree.kindName(body) === 'pair') {
        const key = l.operand(l.field(body, 'key'));
        result = l.build.emit(OP.map, l.build.list([key, l.operand(l.field(body, 'value'))], 2), 0, 0, node);
      } else result = l.build.emit(OP.list, l.build.list([l.operand(body), SPREAD - 1], 2), 0, 0, node);
    } else if (l.tree.kindName(clause) === 'for_in_clause') {
      const collection = l.operand(l.field(clause, 'right'));
      l.bind(l.field(clause, 'left'), l.build.emit(OP.element, collection, 0, 0, clause));
      next(at + 1);
    } else {
      l.build.emit(OP.leaveUnless, l.operand(l.tree.first(clause)), 0, 0, clause);
      next(at + 1);
    }
  };
  l.build.loop(() => next(0), false, node);
  return result === NO_VALUE ? l.build.constant(undefined, node) : result;
}
