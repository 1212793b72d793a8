import { CALL, NO_VALUE, OP, SPREAD } from '../ir.ts';
import { keyText, type JavaScriptLowering } from './javascript_lowering.ts';
import { moduleName } from './javascript_modules.ts';
import type { Handler } from './table.ts';

const operandOf = (l: JavaScriptLowering, node: number): number => l.operand(l.tree.first(node));
const same: Handler<JavaScriptLowering> = (l, node) => l.build.emit(OP.same, operandOf(l, node), 0, 0, node);

function binary(l: JavaScriptLowering, node: number): number {
  const left = l.operand(l.field(node, 'left'));
  return l.build.binary(l.tree.textOf(l.field(node, 'operator')), left, l.operand(l.field(node, 'right')), node);
}

export const expressionHandlers: Readonly<Record<string, Handler<JavaScriptLowering>>> = {
  identifier: (l, node) => l.build.load(l.tree.textOf(node), node),
  undefined: (l, node) => l.build.constant(undefined, node),
  this: (l, node) => l.build.load('this', node),
  super: (l, node) => l.build.load('this', node),
  member_expression(l, node) {
    const object = l.field(node, 'object');
    const property = l.tree.textOf(l.field(node, 'property'));
    if (property === 'exports' && l.tree.textOf(object) === 'module') return l.build.load('exports', node);
    return l.build.field(l.operand(object), property, node);
  },
  subscript_expression: (l, node) => {
    const object = l.operand(l.field(node, 'object'));
    return l.build.emit(OP.index, object, l.operand(l.field(node, 'index')), 0, node);
  },
  /** `import(path)` of a path that is computed. */
  import: (l, node) => l.build.symbol(['import'], node),
  call_expression(l, node) {
    const callee = l.field(node, 'function');
    const list = l.field(node, 'arguments');
    const required = moduleName(l, callee, list);
    if (required !== undefined) return l.build.symbol([required], node);
    const target = l.operand(callee);
    return l.build.call(target, l.arguments(list), 0, node);
  },
  new_expression(l, node) {
    const callee = l.operand(l.field(node, 'constructor'));
    return l.build.call(callee, l.arguments(l.field(node, 'arguments')), CALL.construct, node);
  },
  string: (l, node) => l.build.constant(unescape(l.tree.textOf(node).slice(1, -1)), node),
  template_string(l, node) {
    const parts: number[] = [];
    for (const child of l.tree.children(node)) {
      parts.push(
        l.tree.kindName(child) === 'template_substitution' ? operandOf(l, child) : l.build.constant(unescape(l.tree.textOf(child)), child),
      );
    }
    return l.build.concat(parts, node);
  },
  number: (l, node) => l.build.constant(Number(l.tree.textOf(node).replaceAll('_', '').replace(/n$/, '')), node),
  true: (l, node) => l.build.constant(true, node),
  false: (l, node) => l.build.constant(false, node),
  null: (l, node) => l.build.constant(null, node),
  regex: (l, node) => l.build.callPath(['RegExp'], [l.build.constant(l.tree.textOf(node), node)], node),
  parenthesized_expression: (l, node) => l.value(l.tree.first(node)),
  binary_expression: binary,
  unary_expression: (l, node) => l.build.unary(l.tree.textOf(l.field(node, 'operator')), l.operand(l.field(node, 'argument')), node),
  update_expression(l, node) {
    const target = l.field(node, 'argument');
    const value = l.build.unary('++', l.operand(target), node);
    l.bind(target, value, false);
    return value;
  },
  ternary_expression(l, node) {
    const condition = l.operand(l.field(node, 'condition'));
    const then = l.operand(l.field(node, 'consequence'));
    return l.build.emit(OP.select, condition, then, l.operand(l.field(node, 'alternative')), node);
  },
  assignment_expression(l, node) {
    l.nameFunction(l.field(node, 'right'), l.field(node, 'left'));
    const value = l.operand(l.field(node, 'right'));
    l.bind(l.field(node, 'left'), value, false);
    return value;
  },
  augmented_assignment_expression(l, node) {
    const left = l.field(node, 'left');
    const old = l.operand(left);
    const operator = l.tree.textOf(l.field(node, 'operator')).slice(0, -1);
    const value = l.build.binary(operator, old, l.operand(l.field(node, 'right')), node);
    l.bind(left, value, false);
    return value;
  },
  sequence_expression(l, node) {
    let last = NO_VALUE;
    for (const child of l.tree.children(node)) last = l.operand(child);
    return last;
  },
  array(l, node) {
    const items: number[] = [];
    for (const child of l.tree.children(node)) {
      if (l.tree.kindName(child) === 'spread_element') items.push(operandOf(l, child), SPREAD);
      else items.push(l.operand(child), 0);
    }
    return l.build.emit(OP.list, l.build.list(items, 2), 0, 0, node);
  },
  object(l, node) {
    const items: number[] = [];
    for (const child of l.tree.children(node)) property(l, child, items);
    return l.build.emit(OP.map, l.build.list(items, 2), 0, 0, node);
  },
  await_expression: same,
  as_expression: same,
  satisfies_expression: same,
  non_null_expression: same,
  type_assertion: (l, node) => l.operand(l.tree.children(node).at(-1) ?? -1),
  type_annotation: () => NO_VALUE,
  type_arguments: () => NO_VALUE,
  yield_expression(l, node) {
    const value = l.operand(l.tree.first(node));
    l.build.emit(OP.yield, value, 0, 0, node);
    return value;
  },
};

function property(l: JavaScriptLowering, child: number, items: number[]): void {
  const { tree, build } = l;
  switch (tree.kindName(child)) {
    case 'pair': {
      const key = l.field(child, 'key');
      const computed = tree.kindName(key) === 'computed_property_name';
      items.push(computed ? l.operand(tree.first(key)) : build.constant(keyText(l, key), key), l.operand(l.field(child, 'value')));
      break;
    }
    case 'shorthand_property_identifier':
      items.push(build.constant(tree.textOf(child), child), build.load(tree.textOf(child), child));
      break;
    case 'spread_element':
      items.push(NO_VALUE, operandOf(l, child));
      break;
    case 'method_definition':
      items.push(build.constant(keyText(l, l.field(child, 'name')), child), l.operand(child));
      break;
    default:
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\n': '' };

function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\([^ux\d])/g, (_, letter: string) => ESCAPES[letter] ?? letter) : text;
}
