import { CALL, ELSEWHERE, NO_VALUE, OP, type Parameter } from '../ir.ts';
import type { SymbolId } from '../symbol.ts';
import type { GoLowering } from './go_lowering.ts';
import { packageRoot } from './go_packages.ts';
import type { Handler } from './table.ts';

/** Types whose values hold no text. */
const NUMERIC = /^(?:u?int(?:8|16|32|64)?|uintptr|float(?:32|64)|bool|byte|rune|error|Duration)$/;

/** Definitions inside functions; those of the file are lowered in the order of `lowerFile`. */
export const definitionHandlers: Readonly<Record<string, Handler<GoLowering>>> = {
  package_clause: () => NO_VALUE,
  import_declaration: () => NO_VALUE,
  type_declaration(l, node) {
    declareTypes(l, node);
    return NO_VALUE;
  },
  function_declaration: () => NO_VALUE,
  method_declaration: () => NO_VALUE,
};

/** Imports, types, functions, then variables: Go's own order of names does not matter. */
export function lowerFile(l: GoLowering): void {
  const { tree, build } = l;
  const top = tree.children(0);
  const of = (kind: string): number[] => top.filter((child) => tree.kindName(child) === kind);
  for (const node of of('import_declaration')) imports(l, node);
  for (const kind of ['const_declaration', 'var_declaration']) for (const node of of(kind)) reserve(l, node);
  for (const node of of('function_declaration')) build.reserve(tree.textOf(tree.child(node, 'name')));
  for (const node of of('type_declaration')) declareTypes(l, node);
  for (const node of of('const_declaration')) l.value(node);
  for (const node of of('method_declaration')) method(l, node);
  for (const node of of('function_declaration')) {
    const name = tree.textOf(tree.child(node, 'name'));
    build.declare(name, build.emit(OP.closure, func(l, node, name, -1, -1), 0, 0, node), node);
  }
  for (const node of top) if (!/^(?:import|const|function|method|type)_declaration$/.test(tree.kindName(node))) l.value(node);
}

export function lowerClosure(l: GoLowering, node: number): number {
  return func(l, node, '', -1, -1);
}

function reserve(l: GoLowering, node: number): void {
  for (let at = node; at < (l.tree.skip[node] as number); at++) {
    if (/^(?:const|var)_spec$/.test(l.tree.kindName(at))) {
      for (const child of l.tree.children(at)) if (l.tree.fieldName(child) === 'name') l.build.reserve(l.tree.textOf(child));
    }
  }
}

function imports(l: GoLowering, node: number): void {
  const { tree, build } = l;
  for (let at = node; at < (tree.skip[node] as number); at++) {
    if (tree.kindName(at) !== 'import_spec') continue;
    const path = tree.textOf(tree.child(at, 'path')).slice(1, -1);
    const name = tree.child(at, 'name');
    const root = packageRoot(path);
    build.imports.push(path);
    const local =
      name < 0
        ? (root
            .split('/')
            .filter((step) => !/^v\d+$/.test(step))
            .at(-1) ?? root)
        : tree.textOf(name);
    // What an import does by itself (registering handlers) is a call that checks can name: import._("net/http/pprof").
    if (local === '_') build.callPath(['import', '_'], [build.constant(path, at)], at);
    else if (local !== '.') build.importAs(local, [root], at);
  }
}

/** Structs become classes: fields with their types, embedded structs as bases. */
function declareTypes(l: GoLowering, node: number): void {
  const { tree, build } = l;
  const found: { spec: number; index: number; name: string; fields: Map<number, SymbolId>; bases: SymbolId[] }[] = [];
  for (const spec of tree.children(node)) {
    if (tree.kindName(spec) !== 'type_spec') continue;
    const name = tree.textOf(tree.child(spec, 'name'));
    const index = build.nextClass();
    l.classes.set(name, index);
    found.push({ spec, index, name, fields: new Map(), bases: [] });
  }
  for (const { spec, index, name, fields, bases } of found) {
    const type = tree.child(spec, 'type');
    const list = type >= 0 && tree.kindName(type) === 'struct_type' ? tree.first(type) : -1;
    for (const field of list < 0 ? [] : tree.children(list)) {
      if (tree.kindName(field) !== 'field_declaration') continue;
      const symbol = l.typeSymbol(tree.child(field, 'type'));
      const names = tree.children(field).filter((child) => tree.fieldName(child) === 'name');
      for (const child of names) fields.set(build.names.id(tree.textOf(child)), symbol);
      if (names.length === 0) bases.push(symbol);
    }
    build.completeClass({ index, name: build.names.id(name), bases, decorators: [], methods: new Map(), fields, node: spec });
    build.declare(name, build.emit(OP.class, index, 0, 0, spec), spec);
  }
}

function method(l: GoLowering, node: number): void {
  const { tree, build } = l;
  const receiver = tree.first(tree.child(node, 'receiver'));
  const type = receiver < 0 ? -1 : tree.child(receiver, 'type');
  const name = tree.textOf(tree.child(node, 'name'));
  const owner = l.classes.get(l.typePath(type)[0] ?? '') ?? ELSEWHERE;
  const index = func(l, node, name, owner, receiver);
  if (owner >= 0) build.addMethod(owner, name, index);
  else {
    build.extend(l.typeSymbol(type), name, index);
    build.emit(OP.closure, index, 0, 0, node);
  }
}

function func(l: GoLowering, node: number, name: string, owner: number, receiver: number): number {
  const { tree, build } = l;
  const list = tree.child(node, 'parameters');
  const given = [...(receiver < 0 ? [] : [receiver]), ...(list < 0 ? [] : tree.children(list))];
  const result = tree.child(node, 'result');
  const results =
    result >= 0 && tree.kindName(result) === 'parameter_list'
      ? tree.children(result).flatMap((one) => tree.children(one).filter((child) => tree.fieldName(child) === 'name'))
      : [];
  const body = tree.child(node, 'body');
  l.results.push(results.map((one) => tree.textOf(one)));
  const index = build.func(
    { name, node, owner, returns: l.typeSymbol(resultType(l, result)) },
    () => given.flatMap((one) => parameters(l, one)),
    () => {
      for (const one of given) if (one !== receiver) known(l, one);
      for (const one of results) build.declare(tree.textOf(one), l.unknown(one), one);
      if (body >= 0) l.statements(body);
    },
  );
  l.results.pop();
  return index;
}

/** The type of the result, of several the first. */
function resultType(l: GoLowering, result: number): number {
  if (result < 0 || l.tree.kindName(result) !== 'parameter_list') return result;
  const first = l.tree.first(result);
  return first < 0 ? -1 : l.tree.child(first, 'type');
}

function parameters(l: GoLowering, node: number): Parameter[] {
  const { tree, build } = l;
  const kind = tree.kindName(node);
  if (kind !== 'parameter_declaration' && kind !== 'variadic_parameter_declaration') return [];
  const rest = kind === 'variadic_parameter_declaration';
  const type = rest ? build.typeSymbol(['()']) : l.typeSymbol(tree.child(node, 'type'));
  const names = tree.children(node).filter((child) => tree.fieldName(child) === 'name');
  if (names.length === 0) return [build.parameter('_', node, { type, rest })];
  return names.map((name) => build.parameter(tree.textOf(name), name, { type, rest }));
}

/** What a parameter's type says: a number carries no text; a struct of this file has its methods. */
function known(l: GoLowering, node: number): void {
  const { tree, build } = l;
  if (!tree.kindName(node).endsWith('parameter_declaration')) return;
  const type = tree.child(node, 'type');
  const path = l.typePath(type);
  const name = path.at(-1) ?? '';
  const isNumber = NUMERIC.test(name) && (path.length === 1 || name === 'Duration');
  const isLocal = path.length === 1 && l.classes.has(name);
  if (!isNumber && !isLocal) return;
  for (const child of tree.children(node)) {
    if (tree.fieldName(child) !== 'name') continue;
    const parameter = tree.textOf(child);
    const given = build.load(parameter, child);
    const object = isLocal ? build.call(build.load(name, child), [], CALL.construct, child) : NO_VALUE;
    const value = isLocal
      ? build.emit(OP.select, l.unknown(child), given, object, child)
      : build.call(build.symbol(['guard', 'Number'], child), [given, -1], 0, child);
    build.declare(parameter, value, child);
  }
}
