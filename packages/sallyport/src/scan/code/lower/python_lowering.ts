import { NO_NAME, OP, SPREAD } from '../ir.ts';
import { NodeLowering } from './node_lowering.ts';

/** What the handlers of Python's nodes share: values of nodes, names, targets and arguments. */
export class PythonLowering extends NodeLowering<PythonLowering> {
  statements(node: number): void {
    for (let child = this.tree.first(node); child >= 0; child = this.tree.next(child, node)) this.value(child);
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
