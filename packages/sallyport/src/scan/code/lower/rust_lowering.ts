import { CALL, NO_NAME, NO_VALUE, OP } from '../ir.ts';
import { UNKNOWN, type SymbolId } from '../symbol.ts';
import { NodeLowering } from './node_lowering.ts';

/** Types that stand for what they hold. */
const WRAPPERS = new Set('Option Result Arc Rc Box Mutex RwLock RefCell Cow Pin State Data Extension'.split(' '));

export type FilledTemplate = { readonly call: 'file' | 'text'; readonly text: string };

const TEMPLATE = /#\[template\(([^\]]{0,2000})\)\]\s*(?:#\[[^\]]{0,200}\]\s*){0,5}(?:pub(?:\([\w:]+\))?\s+)?struct\s+(\w+)/g;

function templatesOf(text: string): ReadonlyMap<string, FilledTemplate> {
  const found = new Map<string, FilledTemplate>();
  for (const [, settings = '', name = ''] of text.matchAll(TEMPLATE)) {
    const path = /\bpath\s*=\s*"([^"]{1,200})"/.exec(settings)?.[1];
    const source = /\bsource\s*=\s*r?#*"((?:[^"\\]|\\.)*)"/.exec(settings)?.[1];
    if (path !== undefined) found.set(name, { call: 'file', text: path });
    else if (source !== undefined) found.set(name, { call: 'text', text: source });
  }
  return found;
}

/** What the handlers of Rust's nodes share: values of nodes, types, patterns and arguments. */
export class RustLowering extends NodeLowering<RustLowering> {
  /** Structs and enums of the file by name: the number of their class. */
  readonly classes = new Map<string, number>();
  /** What the structs of the file that are templates (Askama, Rinja) are filled into: a file, or a text of their own. */
  #templates: ReadonlyMap<string, FilledTemplate> | undefined;
  /** The type whose `impl` is lowered. */
  self = '';

  /** Statements in order; answers the value of a last expression without a semicolon. */
  statements(node: number): number {
    let last = NO_VALUE;
    for (let child = this.tree.first(node); child >= 0; child = this.tree.next(child, node)) {
      const value = this.value(child);
      last = /(?:statement|declaration|item|comment)$/.test(this.tree.kindName(child)) ? NO_VALUE : value;
    }
    return last;
  }

  templateOf(struct: string): FilledTemplate | undefined {
    return (this.#templates ??= templatesOf(this.tree.text)).get(struct);
  }

  /** Names of functions and constants may be used before they stand. */
  reserveItems(node: number): void {
    const { tree } = this;
    for (const child of tree.children(node)) {
      const kind = tree.kindName(child);
      const name = tree.child(child, 'name');
      if (name < 0) continue;
      if (/^(?:function|const|static)_item$/.test(kind)) this.build.reserve(tree.textOf(name));
      else if (kind === 'struct_item' || kind === 'enum_item') {
        const text = tree.textOf(name);
        const index = this.build.nextClass(text);
        this.classes.set(text, index);
        this.build.declare(text, this.build.emit(OP.class, index, 0, 0, child), child);
      } else if (kind === 'mod_item') this.reserveItems(tree.child(child, 'body'));
    }
  }

  /** A declared type as a path, without references; what only wraps a type is that type. */
  typePath(node: number): readonly string[] {
    if (node < 0) return [];
    const { tree } = this;
    switch (tree.kindName(node)) {
      case 'reference_type':
      case 'pointer_type':
        return this.typePath(tree.child(node, 'type'));
      case 'generic_type': {
        const outer = this.typePath(tree.child(node, 'type'));
        const list = tree.child(node, 'type_arguments');
        const inner = list < 0 ? -1 : tree.children(list).find((child) => tree.kindName(child) !== 'lifetime');
        return inner !== undefined && inner >= 0 && WRAPPERS.has(outer.at(-1) ?? '') ? this.typePath(inner) : outer;
      }
      case 'scoped_type_identifier':
      case 'scoped_identifier': {
        const path = tree.child(node, 'path');
        return [...(path < 0 ? [] : this.typePath(path)), tree.textOf(tree.child(node, 'name'))];
      }
      case 'type_identifier':
      case 'identifier':
      case 'primitive_type':
        return [tree.textOf(node) === 'Self' && this.self !== '' ? this.self : tree.textOf(node)];
      case 'crate':
      case 'super':
      case 'self':
        return [`.${tree.textOf(node)}`];
      default:
        return ['()'];
    }
  }

  typeSymbol(node: number): SymbolId {
    const path = this.typePath(node);
    return path.length === 0 ? UNKNOWN : this.build.typeSymbol(path);
  }

  /** Calls a path: `macro.format`, `cast.u8`. */
  callPath(path: readonly string[], values: readonly number[], node: number): number {
    const items = values.flatMap((value) => [value, NO_NAME]);
    return this.build.call(this.build.symbol(path, node), items, 0, node);
  }

  /** A struct literal: an object of a struct of this file, or of the symbol of its type. */
  object(type: number, items: readonly number[], node: number): number {
    const path = this.typePath(type);
    const [name = ''] = path;
    const isLocal = path.length === 1 && this.classes.has(name);
    const callee = isLocal ? this.build.load(name, node) : this.build.emit(OP.symbol, this.typeSymbol(type), 0, 0, node);
    return this.build.call(callee, items, CALL.construct, node);
  }

  /** Declares the names of a pattern; each may be any part of the value, in a tuple or struct its own. */
  bindPattern(pattern: number, value: number): void {
    const { tree, build } = this;
    if (pattern < 0) return;
    switch (tree.kindName(pattern)) {
      case 'identifier':
      case 'shorthand_field_identifier':
        if (/^[a-z_]/.test(tree.textOf(pattern))) build.declare(tree.textOf(pattern), value, pattern);
        break;
      case 'tuple_pattern':
        tree.children(pattern).forEach((item, at) => {
          this.bindPattern(item, build.emit(OP.index, value, build.constant(at, item), 0, item));
        });
        break;
      case 'field_pattern': {
        const name = tree.child(pattern, 'name');
        const part = build.field(value, tree.textOf(name), pattern);
        const inner = tree.child(pattern, 'pattern');
        if (inner >= 0) this.bindPattern(inner, part);
        else build.declare(tree.textOf(name), part, name);
        break;
      }
      case 'scoped_identifier':
      case 'type_identifier':
        break;
      default:
        for (const child of tree.children(pattern)) {
          const field = tree.fieldName(child);
          if (field !== 'type' && field !== 'condition') this.bindPattern(child, value);
        }
    }
  }

  /** Assigns to a place: a variable, a field, an index, what a pointer points to. */
  assign(target: number, value: number): void {
    const { tree, build } = this;
    if (target < 0) return;
    switch (tree.kindName(target)) {
      case 'identifier':
        if (tree.textOf(target) !== '_') build.assign(tree.textOf(target), value, target);
        break;
      case 'field_expression':
        build.setField(this.operand(tree.child(target, 'value')), tree.textOf(tree.child(target, 'field')), value, target);
        break;
      case 'index_expression': {
        const [object = -1, index = -1] = tree.children(target);
        const held = this.operand(object);
        build.emit(OP.setIndex, held, this.operand(index), value, target);
        break;
      }
      case 'unary_expression':
      case 'parenthesized_expression':
        this.assign(tree.first(target), value);
        break;
      default:
    }
  }

  arguments(list: number): number[] {
    if (list < 0) return [];
    return this.tree.children(list).flatMap((child) => {
      return /comment$|^attribute_item$/.test(this.tree.kindName(child)) ? [] : [this.operand(child), NO_NAME];
    });
  }
}
