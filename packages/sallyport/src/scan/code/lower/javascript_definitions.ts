import { CALL, NO_NAME, NO_VALUE, OP, type Parameter } from '../ir.ts';
import { UNKNOWN, type SymbolId } from '../symbol.ts';
import { keyText, type JavaScriptLowering } from './javascript_lowering.ts';
import type { Handler } from './table.ts';

type Node = Handler<JavaScriptLowering>;

const declaredFunction: Node = (l, node) => {
  const name = l.tree.textOf(l.field(node, 'name'));
  const closure = l.build.emit(OP.closure, lowerFunction(l, node, name, {}), 0, 0, node);
  l.build.declare(name, closure, node);
  return closure;
};
const functionValue: Node = (l, node) => {
  const name = l.field(node, 'name');
  return l.build.emit(
    OP.closure,
    lowerFunction(l, node, name < 0 ? (l.functionNames.get(node) ?? '') : l.tree.textOf(name), {}),
    0,
    0,
    node,
  );
};

/** Functions, classes and JSX. */
export const definitionHandlers: Readonly<Record<string, Node>> = {
  function_declaration: declaredFunction,
  generator_function_declaration: declaredFunction,
  function_expression: functionValue,
  generator_function: functionValue,
  arrow_function: (l, node) =>
    l.build.emit(OP.closure, lowerFunction(l, node, l.functionNames.get(node) ?? '', { arrow: true }), 0, 0, node),
  method_definition: (l, node) => l.build.emit(OP.closure, lowerFunction(l, node, keyText(l, l.field(node, 'name')), {}), 0, 0, node),
  class_declaration: (l, node) => lowerClass(l, node),
  abstract_class_declaration: (l, node) => lowerClass(l, node),
  class: (l, node) => lowerClass(l, node),
  jsx_element(l, node) {
    const open = l.field(node, 'open_tag');
    const value = l.operand(open);
    for (const child of l.tree.children(node)) if (child !== open && l.tree.kindName(child) !== 'jsx_closing_element') l.value(child);
    return value;
  },
  jsx_opening_element: (l, node) => jsxTag(l, node),
  jsx_self_closing_element: (l, node) => jsxTag(l, node),
  jsx_expression: (l, node) => l.operand(l.tree.first(node)),
  jsx_text: () => NO_VALUE,
};

/** A tag is the call `jsx.tag(...)`, an attribute the call `jsx.attribute(value, tag)`: checks name them like any other call. */
function jsxTag(l: JavaScriptLowering, node: number): number {
  const name = l.field(node, 'name');
  const tag = name < 0 ? '' : l.tree.textOf(name);
  const values: number[] = [];
  for (const child of l.tree.children(node)) {
    if (l.tree.kindName(child) !== 'jsx_attribute') {
      if (child !== name) l.value(child);
      continue;
    }
    const key = l.tree.first(child);
    const value = l.tree.next(key, child);
    const lowered = value < 0 ? l.build.constant(true, child) : l.operand(value);
    values.push(l.build.callPath(['jsx', l.tree.textOf(key)], [lowered, l.build.constant(tag, node)], child));
  }
  return l.build.callPath(['jsx', tag], values, node);
}

type FunctionForm = { readonly arrow?: boolean; readonly owner?: number; readonly isStatic?: boolean };

function lowerFunction(l: JavaScriptLowering, node: number, name: string, form: FunctionForm): number {
  const owner = form.owner ?? -1;
  const patterns: { readonly node: number; readonly slot: string }[] = [];
  return l.build.func(
    { name, node, owner, isStatic: form.isStatic ?? false },
    () => {
      const parameters: Parameter[] = [];
      if (owner >= 0 && form.isStatic !== true) parameters.push(l.build.parameter('this', node));
      else if (form.arrow !== true) l.build.reserve('this');
      const list = l.field(node, 'parameters');
      const single = l.field(node, 'parameter');
      for (const child of list >= 0 ? l.tree.children(list) : single >= 0 ? [single] : [])
        parameters.push(...parameter(l, child, patterns));
      return parameters;
    },
    () => {
      for (const pattern of patterns) l.bind(pattern.node, l.build.load(pattern.slot, pattern.node), true);
      const body = l.field(node, 'body');
      if (body < 0) return;
      if (l.tree.kindName(body) === 'statement_block') l.body(body);
      else l.build.emit(OP.return, l.operand(body), 0, 0, body);
    },
  );
}

function parameter(l: JavaScriptLowering, node: number, patterns: { node: number; slot: string }[]): Parameter[] {
  const { tree, build } = l;
  const kind = tree.kindName(node);
  if (kind === 'identifier') return [build.parameter(tree.textOf(node), node)];
  if (kind === 'required_parameter' || kind === 'optional_parameter') {
    const decorators = tree.children(node).filter((child) => tree.kindName(child) === 'decorator');
    const type = typeSymbol(l, tree.child(node, 'type'));
    const options = { type, decorators: decorators.map((decorator) => decoratorSymbol(l, decorator)) };
    const pattern = tree.child(node, 'pattern');
    if (pattern >= 0 && tree.kindName(pattern) === 'identifier') return [build.parameter(tree.textOf(pattern), node, options)];
    return [...patternParameter(l, pattern, patterns, options)];
  }
  return patternParameter(l, node, patterns, {});
}

/** A destructured or default parameter takes a slot that no code can name; the body starts by taking it apart. */
function patternParameter(
  l: JavaScriptLowering,
  pattern: number,
  patterns: { node: number; slot: string }[],
  options: Partial<Pick<Parameter, 'type' | 'decorators'>>,
): Parameter[] {
  if (pattern < 0) return [];
  const { tree, build } = l;
  const kind = tree.kindName(pattern);
  if (kind === 'this') return [];
  if (kind === 'rest_pattern') return [build.parameter(tree.textOf(tree.first(pattern)), pattern, { ...options, rest: true })];
  const left = tree.child(pattern, 'left');
  if (kind === 'assignment_pattern' && tree.kindName(left) === 'identifier') return [build.parameter(tree.textOf(left), pattern, options)];
  const slot = `{${pattern}}`;
  patterns.push({ node: kind === 'assignment_pattern' ? left : pattern, slot });
  return [build.parameter(slot, pattern, options)];
}

function decoratorSymbol(l: JavaScriptLowering, decorator: number): SymbolId {
  const inner = l.tree.first(decorator);
  const callee = l.tree.kindName(inner) === 'call_expression' ? l.field(inner, 'function') : inner;
  return l.build.typeSymbol(l.tree.textOf(callee).split('.'));
}

/** `: Promise<X>` and `: X | null` are X; `: express.Request` is a path. */
function typeSymbol(l: JavaScriptLowering, annotation: number): SymbolId {
  if (annotation < 0) return UNKNOWN;
  const name = /^:\s*(?:readonly\s+)?(?:(?:Promise|Readonly|Partial|Array)\s*<\s*)?([\w.]+)/.exec(l.tree.textOf(annotation))?.[1];
  return name === undefined ? UNKNOWN : l.build.typeSymbol(name.split('.'));
}

function lowerClass(l: JavaScriptLowering, node: number): number {
  const { tree, build } = l;
  const nameNode = l.field(node, 'name');
  const name = nameNode < 0 ? '' : tree.textOf(nameNode);
  const index = build.nextClass();
  const decorators = tree.children(node).filter((child) => tree.kindName(child) === 'decorator');
  const heritage = tree.childOfKind(node, 'class_heritage');
  const base = heritage < 0 ? '' : (/^(?:extends\s+)?([\w.]+)/.exec(tree.textOf(heritage))?.[1] ?? '');
  const value = build.emit(OP.class, index, 0, 0, node);
  if (name !== '') build.declare(name, value, node);
  const methods = new Map<number, number>();
  const fields = new Map<number, SymbolId>();
  const body = l.field(node, 'body');
  let pending: number[] = [];
  for (const child of body < 0 ? [] : tree.children(body)) {
    const kind = tree.kindName(child);
    if (kind === 'decorator') {
      pending.push(child);
    } else if (kind === 'method_definition') {
      lowerMethod(l, child, index, methods, fields, pending);
      pending = [];
    } else if (kind === 'field_definition' || kind === 'public_field_definition') {
      lowerField(l, child, index, methods, fields);
      pending = [];
    }
  }
  const symbols = decorators.map((decorator) => ({ symbol: decoratorSymbol(l, decorator), node: decorator }));
  const bases = base === '' ? [] : [build.typeSymbol(base.split('.'))];
  build.completeClass({ index, name: build.names.id(name), bases, decorators: symbols, methods, fields, node });
  return value;
}

type ByName = Map<number, number>;

function lowerMethod(
  l: JavaScriptLowering,
  node: number,
  owner: number,
  methods: ByName,
  fields: ByName,
  decorators: readonly number[],
): void {
  const { tree, build } = l;
  const name = keyText(l, l.field(node, 'name'));
  const isStatic = /^\s*(?:(?:public|private|protected|override|async)\s+)*static\b/.test(tree.textOf(node).slice(0, 60));
  const callees = decorators.map((decorator) => l.operand(tree.first(decorator)));
  const method = lowerFunction(l, node, name, { owner, isStatic });
  methods.set(build.names.id(name), method);
  let closure = build.emit(OP.closure, method, 0, 0, node);
  for (const callee of callees.reverse()) closure = build.call(callee, [closure, NO_NAME], CALL.decorator, node);
  // `constructor(private readonly db: Pool)` declares a field.
  if (name !== 'constructor') return;
  for (const child of tree.children(l.field(node, 'parameters'))) {
    if (tree.childOfKind(child, 'accessibility_modifier') < 0 && !/^readonly\b/.test(tree.textOf(child))) continue;
    fields.set(build.names.id(tree.textOf(l.field(child, 'pattern'))), typeSymbol(l, l.field(child, 'type')));
  }
}

/** A field's function is a method; another value is evaluated where the class stands. */
function lowerField(l: JavaScriptLowering, node: number, owner: number, methods: ByName, fields: ByName): void {
  const { tree, build } = l;
  const nameNode = l.field(node, 'property') >= 0 ? l.field(node, 'property') : l.field(node, 'name');
  const name = nameNode < 0 ? '' : keyText(l, nameNode);
  const value = l.field(node, 'value');
  const type = typeSymbol(l, l.field(node, 'type'));
  if (type !== UNKNOWN) fields.set(build.names.id(name), type);
  if (value < 0) return;
  const kind = tree.kindName(value);
  if (kind === 'arrow_function' || kind === 'function_expression') {
    const method = lowerFunction(l, value, name, { owner });
    methods.set(build.names.id(name), method);
    build.emit(OP.closure, method, 0, 0, value);
  } else l.value(value);
}
