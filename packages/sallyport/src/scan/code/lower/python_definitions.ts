import { CALL, NO_NAME, NO_VALUE, OP, type Parameter } from '../ir.ts';
import type { FunctionHead } from '../ir_builder.ts';
import { UNKNOWN, type SymbolId } from '../symbol.ts';
import type { PythonLowering } from './python_lowering.ts';
import type { Handler } from './table.ts';

/** Names that are there without an import, and so no wildcard's (of the Python library's documentation). */
const BUILTINS = new Set(
  (
    'abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod enumerate eval exec ' +
    'exit filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len list locals map max ' +
    'memoryview min next object oct open ord pow print property quit range raw_input repr reversed round set setattr slice sorted staticmethod ' +
    'str sum super tuple type unicode vars zip self cls __import__ __name__ __file__ Exception ValueError KeyError TypeError'
  ).split(' '),
);

/** Functions, classes and imports of Python. */
export const definitionHandlers: Readonly<Record<string, Handler<PythonLowering>>> = {
  function_definition(l, node) {
    const name = l.tree.textOf(l.field(node, 'name'));
    const closure = l.build.emit(OP.closure, lowerFunction(l, node, name, -1), 0, 0, node);
    l.bindName(name, closure, node);
    return closure;
  },
  lambda: (l, node) => l.build.emit(OP.closure, lowerFunction(l, node, '', -1), 0, 0, node),
  decorated_definition(l, node) {
    const definition = l.field(node, 'definition');
    const decorators = l.tree.children(node).filter((child) => l.tree.kindName(child) === 'decorator');
    const callees = decorators.map((decorator) => l.operand(l.tree.first(decorator)));
    let value = l.value(definition);
    if (value === NO_VALUE) return NO_VALUE;
    for (let at = callees.length - 1; at >= 0; at--)
      value = l.build.call(callees[at] as number, [value, NO_NAME], CALL.decorator, definition);
    return value;
  },
  class_definition: lowerClass,
  import_statement(l, node) {
    for (const child of l.tree.children(node)) {
      const aliased = l.tree.kindName(child) === 'aliased_import';
      const name = l.tree.textOf(aliased ? l.field(child, 'name') : child);
      const path = name.split('.');
      l.build.imports.push(name);
      if (aliased) l.build.importAs(l.tree.textOf(l.field(child, 'alias')), path, child);
      else l.build.importAs(path[0] ?? name, path.slice(0, 1), child);
    }
    return NO_VALUE;
  },
  import_from_statement(l, node) {
    const module = l.tree.textOf(l.field(node, 'module_name'));
    const path = module.startsWith('.') ? [relativeModule(module)] : module.split('.');
    l.build.imports.push(module.startsWith('.') ? relativeModule(module) : module);
    for (const child of l.tree.children(node)) {
      if (l.tree.kindName(child) === 'wildcard_import') l.build.importAll(path, BUILTINS);
      if (l.tree.fieldName(child) !== 'name') continue;
      const aliased = l.tree.kindName(child) === 'aliased_import';
      const name = l.tree.textOf(aliased ? l.field(child, 'name') : child);
      l.build.importAs(aliased ? l.tree.textOf(l.field(child, 'alias')) : name, [...path, name], child);
    }
    return NO_VALUE;
  },
  future_import_statement: () => NO_VALUE,
};

/** `..pkg.mod` as `../pkg/mod`, `.` as `.`. */
function relativeModule(module: string): string {
  const dots = /^\.+/.exec(module)?.[0].length ?? 1;
  const rest = module.slice(dots).replaceAll('.', '/');
  const up = dots === 1 ? '.' : Array.from({ length: dots - 1 }, () => '..').join('/');
  return rest === '' ? up : `${up}/${rest}`;
}

function lowerFunction(
  l: PythonLowering,
  node: number,
  name: string,
  owner: number,
  head: Pick<FunctionHead, 'isStatic' | 'decorators'> = {},
): number {
  const body = l.field(node, 'body');
  const list = l.field(node, 'parameters');
  return l.build.func(
    { name, node, owner, ...head },
    () => (list < 0 ? [] : l.tree.children(list).flatMap((child) => parameter(l, child))),
    () => {
      if (l.tree.kindName(node) === 'lambda') l.build.emit(OP.return, l.operand(body), 0, 0, body);
      else if (body >= 0) l.statements(body);
    },
  );
}

function parameter(l: PythonLowering, node: number): Parameter[] {
  const kind = l.tree.kindName(node);
  switch (kind) {
    case 'identifier':
      return [l.build.parameter(l.tree.textOf(node), node)];
    case 'typed_parameter': {
      const name = l.tree.first(node);
      const rest = l.tree.kindName(name) !== 'identifier';
      const type = typeSymbol(l, l.field(node, 'type'));
      const decorators = annotatedCall(l, l.field(node, 'type'));
      return [l.build.parameter(l.tree.textOf(rest ? l.tree.first(name) : name), node, { type, rest, decorators })];
    }
    case 'default_parameter':
    case 'typed_default_parameter': {
      const name = l.tree.textOf(l.field(node, 'name'));
      const type = l.field(node, 'type');
      const decorators = [...defaultCall(l, node), ...annotatedCall(l, type)];
      return [l.build.parameter(name, node, { type: typeSymbol(l, type), decorators })];
    }
    case 'list_splat_pattern':
    case 'dictionary_splat_pattern':
      return [l.build.parameter(l.tree.textOf(l.tree.first(node)), node, { rest: true })];
    case 'tuple_pattern':
      return [l.build.parameter('', node)];
    default:
      return [];
  }
}

/**
 * The function whose result is a parameter's default, and what that is given first: `Depends(current_user)` says where a framework takes the value
 * from.
 */
function defaultCall(l: PythonLowering, node: number): SymbolId[] {
  const value = l.field(node, 'value');
  if (value < 0 || l.tree.kindName(value) !== 'call') return [];
  return callSymbols(l, l.tree.textOf(value));
}

/** The same in a declared type: `Annotated[User, Depends(current_user)]`. */
function annotatedCall(l: PythonLowering, type: number): SymbolId[] {
  if (type < 0) return [];
  const call = /^(?:typing\.)?Annotated\s*\[[^()]{0,200},\s*([\w.]+\([^()]{0,200})/.exec(l.tree.textOf(type))?.[1];
  return call === undefined ? [] : callSymbols(l, call);
}

function callSymbols(l: PythonLowering, call: string): SymbolId[] {
  const [, callee = '', first = ''] = /^([\w.]+)\s*\(\s*(?:dependency\s*=\s*)?([\w.]*)/.exec(call) ?? [];
  return [callee, first].filter((path) => path !== '').map((path) => l.build.typeSymbol(path.split('.')));
}

/** A declared type as a symbol: `Optional[X]`, `Annotated[X, ...]`, `X | None` are `X`. */
function typeSymbol(l: PythonLowering, node: number): SymbolId {
  if (node < 0) return UNKNOWN;
  const text = l.tree.textOf(node).replace(/^["']|["']$/g, '');
  const inner = /^(?:typing\.)?(?:Optional|Annotated|Union)\s*\[\s*([\w.]+)/.exec(text)?.[1] ?? /^[\w.]+/.exec(text)?.[0];
  return inner === undefined ? UNKNOWN : l.build.typeSymbol(inner.split('.'));
}

function lowerClass(l: PythonLowering, node: number): number {
  const { tree, build } = l;
  const name = tree.textOf(l.field(node, 'name'));
  const index = build.nextClass();
  const supers = l.field(node, 'superclasses');
  const bases =
    supers < 0 ? [] : tree.children(supers).flatMap((base) => (tree.kindName(base) === 'keyword_argument' ? [] : [typeSymbol(l, base)]));
  const methods = new Map<number, number>();
  const value = build.emit(OP.class, index, 0, 0, node);
  l.bindName(name, value, node);
  build.block(() => {
    const body = l.field(node, 'body');
    if (body < 0) return;
    for (const child of tree.children(body)) {
      const decorated = tree.kindName(child) === 'decorated_definition';
      const definition = decorated ? l.field(child, 'definition') : child;
      if (definition < 0 || tree.kindName(definition) !== 'function_definition') {
        l.value(child);
        continue;
      }
      const decorators = decorated ? tree.children(child).filter((item) => tree.kindName(item) === 'decorator') : [];
      const method = tree.textOf(l.field(definition, 'name'));
      const isStatic = decorators.some((decorator) => tree.textOf(decorator).includes('staticmethod'));
      const ofClass = decorators.filter((decorator) => tree.textOf(decorator).includes('classmethod'));
      const symbols = ofClass.map((decorator) => ({ symbol: build.symbols.path(['classmethod']), node: decorator }));
      const callees = decorators.map((decorator) => l.operand(tree.first(decorator)));
      const lowered = lowerFunction(l, definition, method, index, { isStatic, decorators: symbols });
      methods.set(build.names.id(method), lowered);
      let closure = build.emit(OP.closure, lowered, 0, 0, definition);
      for (const callee of callees.reverse()) closure = build.call(callee, [closure, NO_NAME], CALL.decorator, definition);
    }
  });
  build.completeClass({ index, name: build.names.id(name), bases, decorators: [], methods, fields: new Map(), node });
  return value;
}
