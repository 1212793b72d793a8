import { CALL, NO_NAME, NO_VALUE, OP, SPREAD } from '../ir.ts';
import type { IrBuilder } from '../ir_builder.ts';
import type { Lowering } from '../language.ts';
import type { SyntaxTree } from '../syntax.ts';
import { definitionHandlers } from './javascript_definitions.ts';
import { moduleHandlers, moduleName } from './javascript_modules.ts';
import { statementHandlers } from './javascript_statements.ts';
import { handlerTable, type Handler } from './table.ts';

/** JavaScript and TypeScript, with JSX. Types matter only where they name a parameter's or field's class. */
export const javascript: Lowering = {
  languages: ['javascript', 'typescript'],
  lower(tree, build) {
    const lowering = new JavaScriptLowering(tree, build);
    build.reserve('exports');
    build.useExports();
    lowering.body(0);
  },
};

export class JavaScriptLowering {
  readonly tree: SyntaxTree;
  readonly build: IrBuilder;
  readonly #table: readonly (Handler<JavaScriptLowering> | undefined)[];

  constructor(tree: SyntaxTree, build: IrBuilder) {
    this.tree = tree;
    this.build = build;
    this.#table = tableOf(tree.names);
  }

  value(node: number): number {
    if (node < 0) return NO_VALUE;
    const handler = this.#table[this.tree.kind[node] as number];
    if (handler !== undefined) return handler(this, node);
    let last = NO_VALUE;
    for (let child = this.tree.first(node); child >= 0; child = this.tree.next(child, node)) last = this.value(child);
    return last;
  }

  operand(node: number): number {
    const value = this.value(node);
    return value === NO_VALUE ? this.build.constant(undefined, Math.max(node, 0)) : value;
  }

  field(node: number, name: string): number {
    return this.tree.child(node, name);
  }

  /** Statements of one scope: names first, imports and functions next (they are hoisted), then the rest in order. */
  body(node: number): void {
    const children = this.tree.children(node);
    for (const child of children) this.#reserve(child);
    const rank = children.map((child) => this.#rank(child));
    for (let pass = 0; pass < 3; pass++) children.forEach((child, at) => rank[at] === pass && this.value(child));
  }

  scope(node: number): void {
    this.build.block(() => this.body(node));
  }

  /** What is bound before the scope's code runs: imports, then functions. */
  #rank(node: number): number {
    const kind = this.tree.kindName(node);
    if (kind === 'import_statement') return 0;
    return kind === 'function_declaration' || kind === 'generator_function_declaration' ? 1 : 2;
  }

  #reserve(node: number): void {
    const { tree } = this;
    switch (tree.kindName(node)) {
      case 'function_declaration':
      case 'generator_function_declaration':
      case 'class_declaration':
      case 'abstract_class_declaration':
        this.build.reserve(tree.textOf(tree.child(node, 'name')));
        break;
      case 'lexical_declaration':
      case 'variable_declaration':
        for (const child of tree.children(node))
          if (tree.kindName(child) === 'variable_declarator') this.#reservePattern(tree.child(child, 'name'));
        break;
      case 'export_statement':
        if (tree.child(node, 'declaration') >= 0) this.#reserve(tree.child(node, 'declaration'));
        break;
      default:
    }
  }

  #reservePattern(pattern: number): void {
    if (pattern < 0) return;
    if (this.tree.kindName(pattern) === 'identifier') this.build.reserve(this.tree.textOf(pattern));
  }

  /** Binds a pattern to a value: `declare` for declarations, else an assignment. */
  bind(target: number, value: number, declare: boolean): void {
    const { tree, build } = this;
    if (target < 0) return;
    switch (tree.kindName(target)) {
      case 'identifier':
      case 'shorthand_property_identifier_pattern':
        if (declare) build.declare(tree.textOf(target), value, target);
        else build.assign(tree.textOf(target), value, target);
        break;
      case 'member_expression':
        this.#bindMember(target, value);
        break;
      case 'subscript_expression': {
        const object = this.operand(tree.child(target, 'object'));
        build.emit(OP.setIndex, object, this.operand(tree.child(target, 'index')), value, target);
        break;
      }
      case 'object_pattern':
        for (const child of tree.children(target)) this.#bindProperty(child, value, declare);
        break;
      case 'array_pattern':
        tree.children(target).forEach((child, at) => {
          if (tree.kindName(child) === 'rest_pattern') this.bind(tree.first(child), value, declare);
          else this.bind(child, build.emit(OP.index, value, build.constant(at, child), 0, child), declare);
        });
        break;
      case 'assignment_pattern':
      case 'object_assignment_pattern':
        this.#bindDefault(target, value, declare);
        break;
      case 'rest_pattern':
      case 'parenthesized_expression':
      case 'as_expression':
      case 'non_null_expression':
        this.bind(tree.first(target), value, declare);
        break;
      default:
    }
  }

  #bindMember(target: number, value: number): void {
    const { tree, build } = this;
    const name = tree.textOf(tree.child(target, 'property'));
    const object = tree.child(target, 'object');
    const objectText = tree.textOf(object);
    if (objectText === 'module' && name === 'exports') build.assign('exports', value, target);
    else build.setField(this.operand(object), name, value, target);
  }

  #bindProperty(child: number, value: number, declare: boolean): void {
    const { tree, build } = this;
    switch (tree.kindName(child)) {
      case 'shorthand_property_identifier_pattern':
        this.bind(child, build.field(value, tree.textOf(child), child), declare);
        break;
      case 'pair_pattern':
        this.bind(tree.child(child, 'value'), build.field(value, keyText(this, tree.child(child, 'key')), child), declare);
        break;
      case 'object_assignment_pattern': {
        const left = tree.child(child, 'left');
        this.#bindDefault(child, build.field(value, tree.textOf(left), child), declare);
        break;
      }
      case 'rest_pattern':
        this.bind(tree.first(child), value, declare);
        break;
      default:
    }
  }

  #bindDefault(pattern: number, value: number, declare: boolean): void {
    const right = this.tree.child(pattern, 'right');
    const merged = this.build.binary('??', value, this.operand(right), pattern);
    this.bind(this.tree.child(pattern, 'left'), merged, declare);
  }

  arguments(node: number): number[] {
    const items: number[] = [];
    if (node < 0) return items;
    if (this.tree.kindName(node) === 'template_string') return [this.operand(node), NO_NAME];
    for (const child of this.tree.children(node)) {
      if (this.tree.kindName(child) === 'spread_element') items.push(this.operand(this.tree.first(child)), SPREAD);
      else items.push(this.operand(child), NO_NAME);
    }
    return items;
  }
}

/** The name of a property key; computed keys that are no literal have none. */
export function keyText(l: JavaScriptLowering, node: number): string {
  const text = l.tree.textOf(node);
  const kind = l.tree.kindName(node);
  return kind === 'string' ? text.slice(1, -1) : kind === 'computed_property_name' ? '[]' : text;
}

const operandOf = (l: JavaScriptLowering, node: number): number => l.operand(l.tree.first(node));
const same: Handler<JavaScriptLowering> = (l, node) => l.build.emit(OP.same, operandOf(l, node), 0, 0, node);

function binary(l: JavaScriptLowering, node: number): number {
  const left = l.operand(l.field(node, 'left'));
  return l.build.binary(l.tree.textOf(l.field(node, 'operator')), left, l.operand(l.field(node, 'right')), node);
}

const expressionHandlers: Readonly<Record<string, Handler<JavaScriptLowering>>> = {
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

const tableOf = handlerTable<JavaScriptLowering>({ ...statementHandlers, ...definitionHandlers, ...moduleHandlers, ...expressionHandlers });
