import { NO_NAME, NO_VALUE, OP } from '../ir.ts';
import { lowerClosure } from './go_definitions.ts';
import type { GoLowering } from './go_lowering.ts';
import type { Handler } from './table.ts';

export const expressionHandlers: Readonly<Record<string, Handler<GoLowering>>> = {
  identifier: (l, node) => l.build.load(l.tree.textOf(node), node),
  selector_expression: (l, node) => l.build.field(l.operand(l.field(node, 'operand')), l.tree.textOf(l.field(node, 'field')), node),
  index_expression(l, node) {
    const object = l.operand(l.field(node, 'operand'));
    return l.build.emit(OP.index, object, l.operand(l.field(node, 'index')), 0, node);
  },
  slice_expression(l, node) {
    const object = l.operand(l.field(node, 'operand'));
    for (const bound of ['start', 'end', 'capacity']) l.value(l.field(node, bound));
    return l.build.emit(OP.same, object, 0, 0, node);
  },
  type_assertion_expression: (l, node) => l.build.emit(OP.same, l.operand(l.field(node, 'operand')), 0, 0, node),
  parenthesized_expression: (l, node) => l.value(l.tree.first(node)),
  type_instantiation_expression: (l, node) => l.value(l.field(node, 'type')),
  call_expression: lowerCall,
  type_conversion_expression(l, node) {
    const type = l.field(node, 'type');
    const operand = l.operand(l.field(node, 'operand'));
    if (l.tree.kindName(type) !== 'generic_type') return l.build.emit(OP.same, operand, 0, 0, node);
    return l.build.call(l.operand(l.field(type, 'type')), [operand, NO_NAME], 0, node);
  },
  unary_expression(l, node) {
    const operator = l.tree.textOf(l.field(node, 'operator'));
    const operand = l.operand(l.field(node, 'operand'));
    if (operator === '&' || operator === '*' || operator === '<-') return l.build.emit(OP.same, operand, 0, 0, node);
    return l.build.unary(operator, operand, node);
  },
  binary_expression(l, node) {
    const left = l.operand(l.field(node, 'left'));
    return l.build.binary(l.tree.textOf(l.field(node, 'operator')), left, l.operand(l.field(node, 'right')), node);
  },
  composite_literal: (l, node) => composite(l, l.field(node, 'type'), l.field(node, 'body'), node),
  func_literal: (l, node) => l.build.emit(OP.closure, lowerClosure(l, node), 0, 0, node),
  interpreted_string_literal: (l, node) => l.build.constant(unescape(l.tree.textOf(node).slice(1, -1)), node),
  raw_string_literal: (l, node) => l.build.constant(l.tree.textOf(node).slice(1, -1), node),
  int_literal: (l, node) => l.build.constant(integer(l.tree.textOf(node)), node),
  float_literal: (l, node) => l.build.constant(integer(l.tree.textOf(node)), node),
  rune_literal: (l, node) => l.unknown(node),
  true: (l, node) => l.build.constant(true, node),
  false: (l, node) => l.build.constant(false, node),
  nil: (l, node) => l.build.constant(null, node),
  iota: (l, node) => l.unknown(node),
};

/** Functions that fill what a pointer leads to. */
const DECODES =
  /\b(?:(?:Should|Must)?Bind\w*|Decode\w*|Unmarshal\w*|(?:Body|Query|Params|Header|Cookie)Parser|Read(?:JSON|XML|YAML|Form|Query|Body))$/;

function lowerCall(l: GoLowering, node: number): number {
  const { tree, build } = l;
  const callee = l.field(node, 'function');
  const list = l.field(node, 'arguments');
  const name = callee >= 0 && tree.kindName(callee) === 'identifier' ? tree.textOf(callee) : '';
  const [first = -1, second = -1] = list < 0 ? [] : tree.children(list);
  if (name === 'new' && first >= 0) return l.ofType(first, [], node);
  if (name === 'append' && first >= 0) {
    const values = l.arguments(list);
    return build.concat(
      values.filter((_, at) => at % 2 === 0),
      node,
    );
  }
  const text = callee < 0 ? '' : tree.textOf(callee);
  if ((text === 'fmt.Sprintf' || text === 'fmt.Errorf') && first >= 0) {
    const built = formatted(l, first, tree.children(list).slice(1), node);
    if (built !== NO_VALUE) return built;
  }
  const called = l.operand(callee);
  const result = build.call(called, l.arguments(list), 0, node);
  if (name === 'copy' && second >= 0) l.bind(first, result, false);
  else if (/\bRead(?:Full|AtLeast)?$/.test(text)) l.readInto(list, text.endsWith('Read') ? 0 : 1, result);
  else l.writeOut(list, result, DECODES.test(text));
  return result;
}

/** Text built from a literal format: its parts between the verbs, and the arguments; what `%d` and its like write is a number. */
function formatted(l: GoLowering, format: number, given: readonly number[], node: number): number {
  const { tree, build } = l;
  if (!tree.kindName(format).endsWith('string_literal') || given.some((one) => tree.kindName(one) === 'variadic_argument')) return NO_VALUE;
  const values = given.map((one) => l.operand(one));
  const pieces = unescape(tree.textOf(format).slice(1, -1)).split(/(%[-+# 0]*[\d.]*[a-zA-Z%])/);
  const parts: number[] = [];
  let next = 0;
  for (const piece of pieces) {
    if (piece === '' || !/^%.*[a-zA-Z%]$/.test(piece)) {
      if (piece !== '') parts.push(build.constant(piece, format));
    } else if (!piece.endsWith('%')) {
      const value = values[next++];
      if (value !== undefined) parts.push(/[dtbcoxXUeEfFgG]$/.test(piece) && !piece.endsWith('x') ? l.unknown(node) : value);
    }
  }
  return build.concat([...parts, ...values.slice(next)], node);
}

/** `T{a: x}`: an object of the type; `[]T{...}` and `map[K]V{...}`: a container. Elements may leave out their type. */
function composite(l: GoLowering, type: number, body: number, node: number): number {
  const { tree, build } = l;
  const kind = type < 0 ? '' : tree.kindName(type);
  // `bson.M{"$where": x}`: the keys of a struct are names.
  if (kind === 'map_type' || (!/struct|slice|array/.test(kind) && hasTextKeys(l, body))) return mapLiteral(l, type, body, node);
  if (/^(?:slice|array|implicit_length_array)_type$/.test(kind)) {
    const items = elements(l, body).flatMap((element) => {
      const keyed = tree.kindName(element) === 'keyed_element';
      return [inner(l, tree.child(type, 'element'), keyed ? l.field(element, 'value') : element), 0];
    });
    return build.emit(OP.list, build.list(items, 2), 0, 0, node);
  }
  const fields: { name: string; value: number; node: number }[] = [];
  const items = elements(l, body).flatMap((element) => {
    if (tree.kindName(element) !== 'keyed_element') return [inner(l, -1, element), NO_NAME];
    const name = tree.textOf(l.field(element, 'key'));
    const value = inner(l, -1, l.field(element, 'value'));
    fields.push({ name, value, node: element });
    return [value, build.names.id(name)];
  });
  const object = l.ofType(type, items, node);
  for (const { name, value, node: element } of fields) build.setField(object, name, value, element);
  return object;
}

function hasTextKeys(l: GoLowering, body: number): boolean {
  const [first = -1] = elements(l, body);
  if (first < 0 || l.tree.kindName(first) !== 'keyed_element') return false;
  const key = l.field(first, 'key');
  return l.tree.kindName(l.tree.kindName(key) === 'literal_element' ? l.tree.first(key) : key).endsWith('string_literal');
}

function mapLiteral(l: GoLowering, type: number, body: number, node: number): number {
  const { tree, build } = l;
  const items: number[] = [];
  for (const element of elements(l, body)) {
    if (tree.kindName(element) !== 'keyed_element') continue;
    const key = inner(l, tree.child(type, 'key'), l.field(element, 'key'));
    items.push(key, inner(l, tree.child(type, 'value'), l.field(element, 'value')));
  }
  return build.emit(OP.map, build.list(items, 2), 0, 0, node);
}

function elements(l: GoLowering, body: number): number[] {
  return body < 0 ? [] : l.tree.children(body).filter((child) => l.tree.kindName(child) !== 'comment');
}

/** One element: `{...}` alone takes the type of the container's elements. */
function inner(l: GoLowering, type: number, element: number): number {
  const { tree } = l;
  const value = element >= 0 && tree.kindName(element) === 'literal_element' ? tree.first(element) : element;
  if (value < 0) return l.unknown(Math.max(element, 0));
  if (tree.kindName(value) !== 'literal_value') return l.operand(value);
  const pointed = type >= 0 && tree.kindName(type) === 'pointer_type' ? tree.first(type) : type;
  return composite(l, pointed, value, value);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"' };

function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\s\S])/g, (whole, letter: string) => ESCAPES[letter] ?? whole) : text;
}

/** Numbers with `_`, and octal ones with a leading zero alone (file modes). */
function integer(text: string): number | undefined {
  const plain = text.replaceAll('_', '');
  const value = Number(/^0[0-7]+$/.test(plain) ? `0o${plain.slice(1)}` : plain);
  return Number.isNaN(value) ? undefined : value;
}
