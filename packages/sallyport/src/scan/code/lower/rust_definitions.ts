import { ELSEWHERE, NO_VALUE, OP, type Parameter } from '../ir.ts';
import type { RustLowering } from './rust_lowering.ts';
import type { Handler } from './table.ts';

const NUMERIC = /^(?:[iu](?:8|16|32|64|128|size)|f32|f64|bool|char)$/;
/** Attributes of functions that a framework calls with parts of a request. */
const ROUTES = /^(?:get|post|put|delete|patch|head|route|command|handler)$/;
/** Types of parameters of such functions that carry text. */
const TEXT = /^(?:String|str|PathBuf|Path|Vec|Bytes|Form|Json|Query|HashMap)$/;

const none = (): number => NO_VALUE;

/** Items of Rust: functions, structs, impls, modules and imports. */
export const definitionHandlers: Readonly<Record<string, Handler<RustLowering>>> = {
  function_item(l, node) {
    const name = l.tree.textOf(l.field(node, 'name'));
    const closure = l.build.emit(OP.closure, func(l, node, name, -1), 0, 0, node);
    l.build.declare(name, closure, node);
    return NO_VALUE;
  },
  closure_expression: (l, node) => l.build.emit(OP.closure, func(l, node, '', -1), 0, 0, node),
  impl_item: impl,
  trait_item(l, node) {
    l.statements(l.field(node, 'body'));
    return NO_VALUE;
  },
  mod_item(l, node) {
    const body = l.field(node, 'body');
    const name = l.tree.textOf(l.field(node, 'name'));
    if (body >= 0) l.statements(body);
    else l.build.importAs(name, ['.self', name], node);
    return NO_VALUE;
  },
  const_item: constant,
  static_item: constant,
  use_declaration(l, node) {
    use(l, l.field(node, 'argument'), []);
    return NO_VALUE;
  },
  struct_item(l, node) {
    const index = l.classes.get(l.tree.textOf(l.field(node, 'name')));
    const body = l.field(node, 'body');
    const fields = new Map<number, number>();
    for (const field of body < 0 ? [] : l.tree.children(body)) {
      if (l.tree.kindName(field) !== 'field_declaration') continue;
      fields.set(l.build.names.id(l.tree.textOf(l.field(field, 'name'))), l.typeSymbol(l.field(field, 'type')));
    }
    if (index !== undefined) l.build.setFields(index, fields);
    return NO_VALUE;
  },
  enum_item: none,
  union_item: none,
  type_item: none,
  function_signature_item: none,
  macro_definition: none,
  attribute_item: none,
  inner_attribute_item: none,
  foreign_mod_item: none,
  line_comment: none,
  block_comment: none,
};

function constant(l: RustLowering, node: number): number {
  const value = l.field(node, 'value');
  const name = l.tree.textOf(l.field(node, 'name'));
  const isMutable = l.tree.childOfKind(node, 'mutable_specifier') >= 0;
  const lowered = value < 0 ? NO_VALUE : l.operand(value);
  l.build.declare(name, isMutable || lowered === NO_VALUE ? l.unknown(node) : lowered, node);
  return NO_VALUE;
}

function use(l: RustLowering, node: number, prefix: readonly string[]): void {
  const { tree, build } = l;
  if (node < 0) return;
  switch (tree.kindName(node)) {
    case 'scoped_use_list':
      use(l, l.field(node, 'list'), [...prefix, ...steps(l, l.field(node, 'path'))]);
      break;
    case 'use_list':
      for (const child of tree.children(node)) use(l, child, prefix);
      break;
    case 'use_as_clause':
      build.importAs(tree.textOf(l.field(node, 'alias')), [...prefix, ...steps(l, l.field(node, 'path'))], node);
      break;
    case 'self':
      if (prefix.length > 0) build.importAs(prefix.at(-1) ?? '', prefix, node);
      break;
    case 'use_wildcard':
      wildcard(l, [...prefix, ...steps(l, tree.first(node))], node);
      break;
    default: {
      const path = [...prefix, ...steps(l, node)];
      build.imports.push(path.join('::'));
      if (path.length > 1 || !path[0]?.startsWith('.')) build.importAs(path.at(-1) ?? '', path, node);
    }
  }
}

/** Names that `use x::*` brings of the libraries that are mostly imported so. */
const GLOBS: Readonly<Record<string, readonly string[]>> = {
  actix_web: ['web', 'HttpRequest', 'HttpResponse', 'HttpServer'],
  'actix_web.web': ['Query', 'Path', 'Json', 'Form'],
  rocket: ['State'],
  'std.fs': ['File', 'read', 'write', 'read_to_string', 'remove_file', 'OpenOptions'],
  'std.process': ['Command'],
  'std.mem': ['transmute', 'zeroed', 'uninitialized', 'MaybeUninit'],
  'std.env': ['args', 'var', 'temp_dir', 'current_exe'],
};

function wildcard(l: RustLowering, path: readonly string[], node: number): void {
  l.build.imports.push([...path, '*'].join('::'));
  for (const name of GLOBS[path.join('.')] ?? []) l.build.importAs(name, [...path, name], node);
}

function steps(l: RustLowering, node: number): readonly string[] {
  if (node < 0) return [];
  const [root = '', ...rest] = l.tree
    .textOf(node)
    .split('::')
    .map((step) => step.trim());
  return [/^(?:crate|self|super)$/.test(root) ? `.${root}` : root, ...rest];
}

function impl(l: RustLowering, node: number): number {
  const { tree, build } = l;
  const name = l.typePath(l.field(node, 'type')).at(-1) ?? '';
  const owner = l.classes.get(name) ?? ELSEWHERE;
  const outer = l.self;
  l.self = name;
  const body = l.field(node, 'body');
  for (const child of body < 0 ? [] : tree.children(body)) {
    if (tree.kindName(child) !== 'function_item') {
      l.value(child);
      continue;
    }
    const method = tree.textOf(l.field(child, 'name'));
    const index = func(l, child, method, owner);
    if (owner >= 0) build.addMethod(owner, method, index);
    else {
      build.extend(l.typeSymbol(l.field(node, 'type')), method, index);
      build.emit(OP.closure, index, 0, 0, child);
    }
  }
  l.self = outer;
  return NO_VALUE;
}

function func(l: RustLowering, node: number, name: string, owner: number): number {
  const { tree, build } = l;
  const list = l.field(node, 'parameters');
  const given = list < 0 ? [] : tree.children(list).filter((child) => !/comment$|^attribute_item$/.test(tree.kindName(child)));
  const isStatic = given.every((child) => tree.kindName(child) !== 'self_parameter');
  const isRoute = routeOf(l, node);
  const body = l.field(node, 'body');
  return build.func(
    { name, node, owner, isStatic, returns: l.typeSymbol(l.field(node, 'return_type')) },
    () => given.map((child, at) => parameter(l, child, at)),
    () => {
      given.forEach((child, at) => known(l, child, at, isRoute));
      if (body < 0) return;
      if (tree.kindName(body) === 'block') l.reserveItems(body);
      const value = tree.kindName(body) === 'block' ? l.statements(body) : l.operand(body);
      if (value !== NO_VALUE) build.emit(OP.return, value, 0, 0, body);
    },
  );
}

function parameter(l: RustLowering, node: number, at: number): Parameter {
  const { tree, build } = l;
  if (tree.kindName(node) === 'self_parameter') return build.parameter('self', node);
  const pattern = tree.kindName(node) === 'parameter' ? l.field(node, 'pattern') : node;
  const type = l.typeSymbol(l.field(node, 'type'));
  const isName = tree.kindName(pattern) === 'identifier';
  return build.parameter(isName ? tree.textOf(pattern) : `(${at})`, isName ? pattern : node, { type });
}

/** What a parameter's type and pattern say: an extractor is a source, a number carries no text, a pattern takes it apart. */
function known(l: RustLowering, node: number, at: number, isRoute: boolean): void {
  const { tree, build } = l;
  if (tree.kindName(node) === 'self_parameter') return;
  const isTyped = tree.kindName(node) === 'parameter';
  const pattern = isTyped ? l.field(node, 'pattern') : node;
  const isName = tree.kindName(pattern) === 'identifier';
  const path = isTyped ? l.typePath(l.field(node, 'type')) : [];
  const type = path.at(-1) ?? '';
  let value = build.load(isName ? tree.textOf(pattern) : `(${at})`, node);
  let isChanged = !isName;
  const join = (other: number): void => {
    value = build.emit(OP.select, l.unknown(node), value, other, node);
    isChanged = true;
  };
  if (NUMERIC.test(type) && path.length === 1) {
    value = l.callPath(['guard', 'Number'], [value], node);
    isChanged = true;
  } else if (isTyped) {
    if (path.length > 0 && !l.classes.has(type)) join(build.emit(OP.symbol, l.typeSymbol(l.field(node, 'type')), 0, 0, node));
    if (l.classes.has(type)) join(l.object(l.field(node, 'type'), [], node));
    if (isRoute && TEXT.test(type)) join(build.symbol(['route', 'parameter'], node));
  }
  if (!isChanged) return;
  if (isName) build.declare(tree.textOf(pattern), value, node);
  else l.bindPattern(pattern, value);
}

/** Whether an attribute before a function makes it a route: `#[get("/x")]`, `#[tauri::command]`. */
function routeOf(l: RustLowering, node: number): boolean {
  const { tree } = l;
  const start = tree.start[node] as number;
  const before = tree.text.slice(Math.max(0, start - 300), start);
  const attributes = /(?:#\[[^\]\n]*\]\s*)+$/.exec(before)?.[0] ?? '';
  return [...attributes.matchAll(/#\[(?:\w+::)*(\w+)/g)].some(([, name]) => ROUTES.test(name ?? ''));
}
