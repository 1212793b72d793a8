import { CALL, NO_NAME, NO_VALUE, OP } from '../ir.ts';
import type { RustLowering } from './rust_lowering.ts';
import type { Handler } from './table.ts';

/** Methods whose result is, for what flows, their receiver. */
const PASSES = new Set(
  (
    'unwrap expect clone to_string to_owned as_str as_ref as_mut into borrow borrow_mut unwrap_or_default iter iter_mut into_iter as_bytes to_vec ' +
    'lock deref ok as_deref into_inner cloned copied trim to_str into_bytes chars to_string_lossy into_owned as_path to_path_buf by_ref ' +
    'to_lowercase to_uppercase map_err ok_or ok_or_else context with_context await into_boxed_str as_slice trim_end trim_start'
  ).split(' '),
);
const NUMERIC = /^(?:[iu](?:8|16|32|64|128|size)|f32|f64|bool|char)$/;

export const expressionHandlers: Readonly<Record<string, Handler<RustLowering>>> = {
  identifier: (l, node) => l.build.load(l.tree.textOf(node), node),
  self: (l, node) => l.build.load('self', node),
  scoped_identifier(l, node) {
    const path = l.field(node, 'path');
    const name = l.tree.textOf(l.field(node, 'name'));
    if (path < 0) return l.build.symbol([name], node);
    const text = l.tree.textOf(path);
    const type = text === 'Self' && l.self !== '' ? l.build.load(l.self, path) : typed(l, path);
    return l.build.field(type, name, node);
  },
  field_expression: (l, node) => l.build.field(l.operand(l.field(node, 'value')), l.tree.textOf(l.field(node, 'field')), node),
  index_expression(l, node) {
    const [object = -1, index = -1] = l.tree.children(node);
    const held = l.operand(object);
    if (index >= 0 && l.tree.kindName(index) === 'range_expression') return l.build.emit(OP.same, held, 0, 0, node);
    return l.build.emit(OP.index, held, l.operand(index), 0, node);
  },
  generic_function: (l, node) => l.value(l.field(node, 'function')),
  call_expression: call,
  macro_invocation: macro,
  reference_expression: (l, node) => l.build.emit(OP.same, l.operand(l.field(node, 'value')), 0, 0, node),
  try_expression: (l, node) => l.build.emit(OP.same, l.operand(l.tree.first(node)), 0, 0, node),
  await_expression: (l, node) => l.build.emit(OP.same, l.operand(l.tree.first(node)), 0, 0, node),
  parenthesized_expression: (l, node) => l.value(l.tree.first(node)),
  type_cast_expression(l, node) {
    const value = l.operand(l.field(node, 'value'));
    const type = l.tree.textOf(l.field(node, 'type'));
    return NUMERIC.test(type) ? l.callPath(['cast', type], [value], node) : l.build.emit(OP.same, value, 0, 0, node);
  },
  unary_expression(l, node) {
    const operand = l.operand(l.tree.first(node));
    const operator = l.tree.text.charAt(l.tree.start[node] as number);
    return operator === '*' ? l.build.emit(OP.same, operand, 0, 0, node) : l.build.unary(operator, operand, node);
  },
  binary_expression(l, node) {
    const left = l.operand(l.field(node, 'left'));
    return l.build.binary(l.tree.textOf(l.field(node, 'operator')), left, l.operand(l.field(node, 'right')), node);
  },
  assignment_expression(l, node) {
    l.assign(l.field(node, 'left'), l.operand(l.field(node, 'right')));
    return NO_VALUE;
  },
  compound_assignment_expr(l, node) {
    const left = l.field(node, 'left');
    const operator = l.tree.textOf(l.field(node, 'operator')).slice(0, -1);
    const old = l.operand(left);
    l.assign(left, l.build.binary(operator, old, l.operand(l.field(node, 'right')), node));
    return NO_VALUE;
  },
  range_expression(l, node) {
    const ends = l.tree
      .children(node)
      .filter((child) => l.tree.fieldName(child) === null)
      .map((child) => l.operand(child));
    return ends.length === 0 ? l.unknown(node) : l.callPath(['guard', 'Number'], ends, node);
  },
  tuple_expression: list,
  array_expression: list,
  struct_expression(l, node) {
    const { tree, build } = l;
    const body = l.field(node, 'body');
    const fields: { name: string; value: number; at: number }[] = [];
    for (const child of body < 0 ? [] : tree.children(body)) {
      const kind = tree.kindName(child);
      if (kind === 'field_initializer')
        fields.push({ name: tree.textOf(l.field(child, 'field')), value: l.operand(l.field(child, 'value')), at: child });
      else if (kind === 'shorthand_field_initializer')
        fields.push({ name: tree.textOf(child), value: l.operand(tree.first(child)), at: child });
      else l.value(child);
    }
    const items = fields.flatMap(({ name, value }) => [value, build.names.id(name)]);
    const object = l.object(l.field(node, 'name'), items, node);
    for (const { name, value, at } of fields) build.setField(object, name, value, at);
    const template = l.templateOf(tree.textOf(l.field(node, 'name')));
    if (template !== undefined) {
      const items = [build.constant(template.text, node), NO_NAME, object, NO_NAME];
      build.call(build.symbol(['askama', template.call], node), items, CALL.plain, node);
    }
    return object;
  },
  string_literal: (l, node) => l.build.constant(unescape(content(l, node)), node),
  raw_string_literal: (l, node) => l.build.constant(content(l, node), node),
  char_literal: (l, node) => l.build.constant(l.tree.textOf(node).slice(1, -1), node),
  integer_literal: (l, node) => l.build.constant(number(l.tree.textOf(node)), node),
  float_literal: (l, node) => l.build.constant(number(l.tree.textOf(node)), node),
  boolean_literal: (l, node) => l.build.constant(l.tree.textOf(node) === 'true', node),
  unit_expression: (l, node) => l.unknown(node),
};

function list(l: RustLowering, node: number): number {
  const items = l.tree
    .children(node)
    .filter((child) => l.tree.fieldName(child) !== 'length')
    .flatMap((child) => [l.operand(child), 0]);
  return l.build.emit(OP.list, l.build.list(items, 2), 0, 0, node);
}

/** A path before `::`: a type of this file, an import, or a crate; `Vec::<u8>` without its arguments. */
function typed(l: RustLowering, node: number): number {
  const kind = l.tree.kindName(node);
  if (kind === 'identifier' || kind === 'scoped_identifier') return l.value(node);
  const path = l.typePath(kind === 'bracketed_type' ? l.tree.first(node) : node);
  return path.length === 0 ? l.unknown(node) : l.build.emit(OP.symbol, l.build.typeSymbol(path), 0, 0, node);
}

function call(l: RustLowering, node: number): number {
  const { tree, build } = l;
  const given = l.field(node, 'function');
  const generic = given >= 0 && tree.kindName(given) === 'generic_function';
  const callee = generic ? l.field(given, 'function') : given;
  const list = l.field(node, 'arguments');
  if (callee >= 0 && tree.kindName(callee) === 'field_expression') {
    const name = tree.textOf(l.field(callee, 'field'));
    const receiver = l.operand(l.field(callee, 'value'));
    const values = l.arguments(list);
    if (PASSES.has(name)) return build.emit(OP.same, receiver, 0, 0, node);
    if (/^unwrap_or(?:_else)?$/.test(name)) return build.emit(OP.select, l.unknown(node), receiver, values[0] ?? receiver, node);
    if (name === 'parse' && generic && NUMERIC.test(tree.textOf(l.field(given, 'type_arguments')).slice(3, -1).trim())) {
      return l.callPath(['guard', 'Number'], [receiver], node);
    }
    const first = list < 0 ? -1 : tree.first(list);
    const isShell = name === 'arg' && first >= 0 && /^"(?:-c|\/[cC])"$/.test(tree.textOf(first));
    const result = build.call(build.field(receiver, isShell ? 'shell_arg' : name, callee), values, 0, node);
    writeOut(l, list, result);
    return result;
  }
  const text = callee < 0 ? '' : tree.textOf(callee);
  const values = (): number[] => l.arguments(list);
  if (/^(?:Some|Ok|Err|Box::new|Arc::new|Rc::new|Mutex::new|String::from|PathBuf::from|Cow::from|Cow::Borrowed|Path::new)$/.test(text)) {
    const [value = NO_VALUE] = values();
    return build.emit(OP.same, value === NO_VALUE ? l.unknown(node) : value, 0, 0, node);
  }
  const called = l.operand(callee);
  const result = build.call(called, values(), 0, node);
  writeOut(l, list, result);
  return result;
}

/** `f(..., &mut x)` may write what it was given into `x`. */
function writeOut(l: RustLowering, list: number, result: number): void {
  const { tree, build } = l;
  for (const child of list < 0 ? [] : tree.children(list)) {
    if (tree.kindName(child) !== 'reference_expression' || tree.childOfKind(child, 'mutable_specifier') < 0) continue;
    const target = l.field(child, 'value');
    if (target < 0 || tree.kindName(target) !== 'identifier') continue;
    const before = l.operand(target);
    l.assign(target, build.emit(OP.select, l.unknown(child), before, result, child));
  }
}

const FORMATS = /^(?:format|format_args|concat)$/;

/** A macro is a call with the text that it builds; `format!` is that text. Its tokens are no expressions: names and literals are what is read. */
function macro(l: RustLowering, node: number): number {
  const { tree, build } = l;
  const name = tree.textOf(l.field(node, 'macro')).split('::').at(-1) ?? '';
  const tokens = tree.childOfKind(node, 'token_tree');
  const found = tokens < 0 ? [] : tokenValues(l, tokens);
  if (name === 'vec' || name === 'json') {
    const items = found.flatMap((value) => [value, 0]);
    return build.emit(OP.list, build.list(items, 2), 0, 0, node);
  }
  if (FORMATS.test(name)) return build.concat(found, node);
  const items = found.flatMap((value) => [value, NO_NAME]);
  return build.call(build.symbol(['macro', name], node), items, CALL.macro, node);
}

/** The values in the tokens of a macro: names with what is called on them, literals, and what stands in brackets. */
function tokenValues(l: RustLowering, tokens: number, depth = 0): number[] {
  const { tree } = l;
  const found: number[] = [];
  let chain = NO_VALUE;
  let receiver = NO_VALUE;
  let name = '';
  let end = tree.start[tokens] as number;
  const close = (): void => {
    if (chain !== NO_VALUE) found.push(chain);
    chain = NO_VALUE;
  };
  for (const child of tree.children(tokens)) {
    const kind = tree.kindName(child);
    const between = tree.text.slice(end, tree.start[child]).trimEnd();
    end = tree.end[child] as number;
    const isNext = chain !== NO_VALUE && /(?:\.|::)$/.test(between);
    if (kind === 'identifier' || kind === 'self' || kind === 'crate' || kind === 'super' || kind === 'primitive_type') {
      const text = tree.textOf(child);
      if (!isNext) close();
      receiver = chain;
      chain = isNext
        ? l.build.field(chain, text, child)
        : kind === 'identifier' || kind === 'self'
          ? l.build.load(text, child)
          : l.build.symbol([`.${text}`], child);
      name = between.endsWith('.') ? text : '';
    } else if (kind === 'token_tree' && chain !== NO_VALUE && between === '' && tree.text.startsWith('(', tree.start[child])) {
      const values = depth < 8 ? tokenValues(l, child, depth + 1) : [];
      chain = PASSES.has(name) ? l.build.emit(OP.same, receiver, 0, 0, child) : tokenCall(l, chain, values, child);
      name = '';
    } else {
      close();
      if (kind === 'token_tree' && depth < 8) found.push(...tokenValues(l, child, depth + 1));
      else if (kind === 'string_literal' || kind === 'raw_string_literal') found.push(...formatPieces(l, child));
      else if (kind.endsWith('_literal')) found.push(l.operand(child));
    }
  }
  close();
  return found;
}

function tokenCall(l: RustLowering, callee: number, values: readonly number[], node: number): number {
  const items = values.flatMap((value) => [value, NO_NAME]);
  return l.build.call(callee, items, 0, node);
}

/** `"a {name} b {}"`: the text up to the first brace, then the variables that it names, then the rest. */
function formatPieces(l: RustLowering, node: number): number[] {
  const text = content(l, node);
  const pieces: number[] = [];
  for (const piece of text.split(/(\{\w*(?::[^{}]*)?\})/)) {
    const name = /^\{([a-z_]\w*)/.exec(piece)?.[1];
    if (name !== undefined) pieces.push(l.build.load(name, node));
    else if (piece.startsWith('{') && piece.endsWith('}')) pieces.push(l.unknown(node));
    else if (piece !== '') pieces.push(l.build.constant(piece, node));
  }
  return pieces;
}

function content(l: RustLowering, node: number): string {
  const text = l.tree.textOf(node);
  const from = text.indexOf('"');
  return from < 0 ? text : text.slice(from + 1, Math.max(from + 1, text.lastIndexOf('"')));
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', '0': '\0' };

function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\s\S])/g, (whole, letter: string) => ESCAPES[letter] ?? whole) : text;
}

/** `1_000u32` and `0xffusize` without their types. */
function number(text: string): number | undefined {
  const value = Number(text.replaceAll('_', '').replace(/(?:[iu](?:8|16|32|64|128|size)|f32|f64)$/, ''));
  return Number.isNaN(value) ? undefined : value;
}
