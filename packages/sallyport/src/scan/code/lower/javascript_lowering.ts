import { NO_NAME, OP, SPREAD } from '../ir.ts';
import { NodeLowering } from './node_lowering.ts';

/** What the handlers of JavaScript's nodes share: values of nodes, scopes, targets and arguments. */
export class JavaScriptLowering extends NodeLowering<JavaScriptLowering> {
  /** The name that a function without one gets, by its node: `const handler = () => {}`, `exports.handler = function () {}`. */
  readonly functionNames = new Map<number, string>();

  /** A value that takes a name. */
  nameFunction(value: number, name: number): void {
    const kind = value < 0 ? '' : this.tree.kindName(value);
    if (kind !== 'arrow_function' && kind !== 'function_expression') return;
    const text = this.tree.textOf(name);
    const simple = /^(?:(?:module\.)?exports\.)?([\w$]+)$/.exec(text)?.[1];
    if (simple !== undefined) this.functionNames.set(value, simple);
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
