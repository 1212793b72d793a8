import { NO_NAME, NO_VALUE, OP, SPREAD } from '../ir.ts';
import type { IrBuilder } from '../ir_builder.ts';
import type { Lowering } from '../language.ts';
import type { SyntaxTree } from '../syntax.ts';
import { definitionHandlers } from './python_definitions.ts';
import { statementHandlers } from './python_statements.ts';
import { handlerTable, type Handler } from './table.ts';

/** Python 3, and the print and exec statements of Python 2. */
export const python: Lowering = {
  languages: ['python'],
  lower(tree, build) {
    const lowering = new PythonLowering(tree, build);
    lowering.reserveNames(0);
    lowering.statements(0);
  },
};

export class PythonLowering {
  readonly tree: SyntaxTree;
  readonly build: IrBuilder;
  readonly #table: readonly (Handler<PythonLowering> | undefined)[];

  constructor(tree: SyntaxTree, build: IrBuilder) {
    this.tree = tree;
    this.build = build;
    this.#table = tableOf(tree.names);
  }

  /** Any node; unknown kinds lower their children, so that what stands in a broken part is still seen. */
  value(node: number): number {
    if (node < 0) return NO_VALUE;
    const handler = this.#table[this.tree.kind[node] as number];
    if (handler !== undefined) return handler(this, node);
    let last = NO_VALUE;
    for (let child = this.tree.first(node); child >= 0; child = this.tree.next(child, node)) last = this.value(child);
    return last;
  }

  /** A value where one is needed. */
  operand(node: number): number {
    const value = this.value(node);
    return value === NO_VALUE ? this.build.constant(undefined, Math.max(node, 0)) : value;
  }

  statements(node: number): void {
    for (let child = this.tree.first(node); child >= 0; child = this.tree.next(child, node)) this.value(child);
  }

  field(node: number, name: string): number {
    return this.tree.child(node, name);
  }

  /** Names that the statements below bind in this scope; functions that are lowered before may use them. */
  reserveNames(node: number): void {
    const { tree } = this;
    for (const child of tree.children(node)) {
      switch (tree.kindName(child)) {
        case 'function_definition':
        case 'class_definition':
          this.build.reserve(tree.textOf(tree.child(child, 'name')));
          break;
        case 'assignment': {
          const left = tree.child(child, 'left');
          if (left >= 0 && tree.kindName(left) === 'identifier') this.build.reserve(tree.textOf(left));
          break;
        }
        case 'expression_statement':
        case 'decorated_definition':
        case 'if_statement':
        case 'else_clause':
        case 'try_statement':
        case 'except_clause':
        case 'with_statement':
        case 'block':
          this.reserveNames(child);
          break;
        default:
      }
    }
  }

  /** Binds a target (name, attribute, subscript, pattern) to a value. */
  bind(target: number, value: number): void {
    const { tree, build } = this;
    if (target < 0) return;
    switch (tree.kindName(target)) {
      case 'identifier':
        this.bindName(tree.textOf(target), value, target);
        break;
      case 'attribute':
        build.setField(this.operand(tree.child(target, 'object')), tree.textOf(tree.child(target, 'attribute')), value, target);
        break;
      case 'subscript': {
        const object = this.operand(tree.child(target, 'value'));
        build.emit(OP.setIndex, object, this.operand(tree.child(target, 'subscript')), value, target);
        break;
      }
      case 'pattern_list':
      case 'tuple_pattern':
      case 'list_pattern':
      case 'tuple':
      case 'list':
        tree.children(target).forEach((item, at) => this.bind(item, build.emit(OP.index, value, build.constant(at, item), 0, item)));
        break;
      case 'list_splat_pattern':
      case 'list_splat':
      case 'as_pattern_target':
      case 'parenthesized_expression':
        this.bind(tree.first(target), value);
        break;
      default:
    }
  }

  bindName(name: string, value: number, node: number): void {
    if (this.build.isOuter(name)) this.build.assign(name, value, node);
    else this.build.declare(name, value, node);
  }

  /** Arguments as (value, name) pairs. */
  arguments(node: number): number[] {
    const { tree } = this;
    const items: number[] = [];
    if (node < 0) return items;
    if (tree.kindName(node) !== 'argument_list') return [this.operand(node), NO_NAME];
    for (const child of tree.children(node)) {
      const kind = tree.kindName(child);
      if (kind === 'keyword_argument') {
        items.push(this.operand(tree.child(child, 'value')), this.build.names.id(tree.textOf(tree.child(child, 'name'))));
      } else if (kind === 'list_splat' || kind === 'dictionary_splat') items.push(this.operand(tree.first(child)), SPREAD);
      else items.push(this.operand(child), NO_NAME);
    }
    return items;
  }
}

const expressionHandlers: Readonly<Record<string, Handler<PythonLowering>>> = {
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

const tableOf = handlerTable<PythonLowering>({ ...expressionHandlers, ...statementHandlers, ...definitionHandlers });

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
