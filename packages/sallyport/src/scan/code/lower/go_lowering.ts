import { CALL, NO_NAME, OP, SPREAD } from '../ir.ts';
import { UNKNOWN, type SymbolId } from '../symbol.ts';
import { NodeLowering } from './node_lowering.ts';

/** What the handlers of Go's nodes share: values of nodes, types, targets and arguments. */
export class GoLowering extends NodeLowering<GoLowering> {
  /** Struct types of the file by name: the number of their class. */
  readonly classes = new Map<string, number>();
  /** Names of the results of the functions around, for a bare `return`. */
  readonly results: (readonly string[])[] = [];

  statements(node: number): void {
    for (let child = this.tree.first(node); child >= 0; child = this.tree.next(child, node)) this.value(child);
  }

  /** Expressions of a list, or the one expression. */
  items(node: number): number[] {
    if (node < 0) return [];
    return this.tree.kindName(node) === 'expression_list' ? this.tree.children(node) : [node];
  }

  /** A declared type as a path, without pointers and type arguments; basic, slice, map and function types have no members. */
  typePath(node: number): readonly string[] {
    if (node < 0) return [];
    const { tree } = this;
    switch (tree.kindName(node)) {
      case 'pointer_type':
      case 'parenthesized_type':
        return this.typePath(tree.first(node));
      case 'generic_type':
        return this.typePath(tree.child(node, 'type'));
      case 'qualified_type':
        return [tree.textOf(tree.child(node, 'package')), tree.textOf(tree.child(node, 'name'))];
      case 'type_identifier':
        return [tree.textOf(node)];
      default:
        return ['()'];
    }
  }

  typeSymbol(node: number): SymbolId {
    const path = this.typePath(node);
    return path.length === 0 ? UNKNOWN : this.build.typeSymbol(path);
  }

  /** A value of a declared type: an object of a struct of this file, or the symbol of the type. */
  ofType(type: number, items: readonly number[], node: number): number {
    const path = this.typePath(type);
    const [name = ''] = path;
    const isLocal = path.length === 1 && this.classes.has(name);
    const callee = isLocal ? this.build.load(name, node) : this.build.emit(OP.symbol, this.typeSymbol(type), 0, 0, node);
    return this.build.call(callee, items, CALL.construct, node);
  }

  /** Binds a target to a value; `declares` for `:=` and `var`. */
  bind(target: number, value: number, declares: boolean): void {
    const { tree, build } = this;
    if (target < 0) return;
    switch (tree.kindName(target)) {
      case 'identifier': {
        const name = tree.textOf(target);
        if (name === '_') return;
        if (declares) build.declare(name, value, target);
        else build.assign(name, value, target);
        break;
      }
      case 'selector_expression':
        build.setField(this.operand(tree.child(target, 'operand')), tree.textOf(tree.child(target, 'field')), value, target);
        break;
      case 'index_expression': {
        const object = this.operand(tree.child(target, 'operand'));
        build.emit(OP.setIndex, object, this.operand(tree.child(target, 'index')), value, target);
        break;
      }
      case 'parenthesized_expression':
        this.bind(tree.first(target), value, declares);
        break;
      case 'unary_expression':
      case 'slice_expression':
        this.bind(tree.child(target, 'operand'), value, false);
        break;
      default:
    }
  }

  /** `a, b = f()` and `a, b = x, y`. An error or a flag beside a result is not the data. */
  bindAll(targets: readonly number[], values: readonly number[], declares: boolean): void {
    const { tree, build } = this;
    if (targets.length === values.length) {
      const found = values.map((value) => this.operand(value));
      targets.forEach((target, at) => this.bind(target, found[at] as number, declares));
      return;
    }
    const [source = -1] = values;
    const value = this.operand(source);
    const isCall = source >= 0 && tree.kindName(source) === 'call_expression';
    targets.forEach((target, at) => {
      const isStatus = at > 0 && at === targets.length - 1 && /^(?:_|e|ok|found|exists|err\w*|\w*Err)$/.test(tree.textOf(target));
      if (isStatus) this.bind(target, this.unknown(target), declares);
      else this.bind(target, isCall ? build.emit(OP.index, value, build.constant(at, target), 0, target) : value, declares);
    });
  }

  /** Arguments as (value, name) pairs. */
  arguments(list: number): number[] {
    const items: number[] = [];
    for (const child of list < 0 ? [] : this.tree.children(list)) {
      const kind = this.tree.kindName(child);
      if (kind === 'comment') continue;
      if (kind === 'variadic_argument') items.push(this.operand(this.tree.first(child)), SPREAD);
      else
        items.push(kind.endsWith('_type') ? this.build.emit(OP.symbol, this.typeSymbol(child), 0, 0, child) : this.operand(child), NO_NAME);
    }
    return items;
  }

  /** `f(..., &x)` may write what it was given into `x`; a function that `decodes` writes into what its last argument points to. */
  writeOut(list: number, result: number, decodes: boolean): void {
    const { tree, build } = this;
    const given = list < 0 ? [] : tree.children(list);
    for (const child of given) {
      const isAddress = tree.kindName(child) === 'unary_expression' && tree.textOf(tree.child(child, 'operator')) === '&';
      if (!isAddress && !(decodes && child === given.at(-1))) continue;
      const target = isAddress ? tree.child(child, 'operand') : child;
      if (target < 0 || !/^(?:identifier|selector_expression)$/.test(tree.kindName(target))) continue;
      const before = this.operand(target);
      this.bind(target, build.emit(OP.select, this.unknown(child), before, result, child), false);
    }
  }

  /** `r.Read(buffer)`, `io.ReadFull(r, buffer[2:])`: what was in the buffer is known no more. */
  readInto(list: number, from: number, result: number): void {
    const { tree, build } = this;
    for (const child of list < 0 ? [] : tree.children(list).slice(from)) {
      const target = tree.kindName(child) === 'slice_expression' ? tree.child(child, 'operand') : child;
      if (target < 0 || tree.kindName(target) !== 'identifier') continue;
      this.bind(target, build.concat([this.operand(target), result], child), false);
    }
  }
}
