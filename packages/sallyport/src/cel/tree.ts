import { serialize } from '@marcbachmann/cel-js';
import type { Node } from './library.ts';

/** Macros that walk a list or map, by their number of arguments. */
const COMPREHENSIONS: ReadonlySet<string> = new Set(['exists', 'exists_one', 'all', 'map', 'filter']);

/** The nodes a node is written with, macros unexpanded. */
export function childrenOf(node: Node): readonly Node[] {
  const args = node.args;
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
      return [(args as [Node, string])[0]];
    case 'call':
      return (args as [string, Node[]])[1];
    case 'rcall': {
      const [, receiver, rest] = args as [string, Node, Node[]];
      return [receiver, ...rest];
    }
    case 'map':
      return (args as [Node, Node][]).flat();
    case '!_':
    case '-_':
      return [args as Node];
    default:
      return args as readonly Node[];
  }
}

export type Call = { readonly name: string; readonly receiver: Node | undefined; readonly args: readonly Node[] };

/** The function that a node calls. */
export function callOf(node: Node): Call | undefined {
  if (node.op === 'call') {
    const [name, args] = node.args as [string, Node[]];
    return { name, receiver: undefined, args };
  }
  if (node.op === 'rcall') {
    const [name, receiver, args] = node.args as [string, Node, Node[]];
    return { name, receiver, args };
  }
  return undefined;
}

export type Comprehension = { readonly macro: string; readonly list: Node; readonly variable: string; readonly bodies: readonly Node[] };

/** The walk over a list that a node writes, e.g. `findings.exists(f, …)`. */
export function comprehensionOf(node: Node): Comprehension | undefined {
  const call = callOf(node);
  if (call?.receiver === undefined || !COMPREHENSIONS.has(call.name) || call.args.length < 2) return undefined;
  const [variable, ...bodies] = call.args;
  return variable?.op === 'id' ? { macro: call.name, list: call.receiver, variable: variable.args as string, bodies } : undefined;
}

/** Each node with how many walks it stands in and the names they bind; the bound name's own node is left out. */
export function visit(
  node: Node,
  on: (node: Node, nesting: number, bound: readonly string[]) => void,
  nesting = 0,
  bound: readonly string[] = [],
): void {
  on(node, nesting, bound);
  const walk = comprehensionOf(node);
  if (walk === undefined) {
    for (const child of childrenOf(node)) visit(child, on, nesting, bound);
    return;
  }
  visit(walk.list, on, nesting, bound);
  for (const body of walk.bodies) visit(body, on, nesting + 1, [...bound, walk.variable]);
}

/** The names a node reads that it does not bind itself. */
export function freeNames(node: Node): Set<string> {
  const names = new Set<string>();
  visit(node, (at, _nesting, bound) => {
    if (at.op === 'id' && !bound.includes(at.args as string)) names.add(at.args as string);
  });
  return names;
}

/** `Object.field` that a node reads of a declared object. Needs the type check. */
export function fieldOf(node: Node): string | undefined {
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [object, last] = node.args as [Node, Node | string];
  const field = typeof last === 'string' ? last : stringOf(last);
  return object.checkedType?.kind === 'message' && field !== undefined ? `${object.checkedType.name}.${field}` : undefined;
}

/** All fields of declared objects that are read within a node. */
export function fieldsOf(node: Node): Set<string> {
  const fields = new Set<string>();
  visit(node, (at) => {
    const field = fieldOf(at);
    if (field !== undefined) fields.add(field);
  });
  return fields;
}

/** `a.b.c` as its names; undefined for anything else. `a['b']` is `a.b`. */
export function pathOf(node: Node): readonly string[] | undefined {
  if (node.op === 'id') return [node.args as string];
  if (node.op === '.') {
    const [object, field] = node.args as [Node, string];
    const path = pathOf(object);
    return path === undefined ? undefined : [...path, field];
  }
  if (node.op === '[]') {
    const [object, index] = node.args as [Node, Node];
    const path = pathOf(object);
    const field = stringOf(index);
    return path === undefined || field === undefined ? undefined : [...path, field];
  }
  return undefined;
}

/** The text of a string literal. */
export function stringOf(node: Node | undefined): string | undefined {
  return node?.op === 'value' && typeof node.args === 'string' ? node.args : undefined;
}

/** The texts of a literal or of a written list of literals. */
export function stringsOf(node: Node): readonly { text: string; node: Node }[] | undefined {
  const single = stringOf(node);
  if (single !== undefined) return [{ text: single, node }];
  if (node.op !== 'list') return undefined;
  const items = node.args as readonly Node[];
  const texts = items.map(stringOf);
  return texts.some((text) => text === undefined) ? undefined : items.map((item, i) => ({ text: texts[i] ?? '', node: item }));
}

/** A node as CEL. Written anew: the library's positions leave out outer brackets. */
export function textOf(node: Node): string {
  return serialize(node as never);
}

/** The operands of a chain of `&&` (or `||`). */
export function chainOf(node: Node, op: '&&' | '||'): readonly Node[] {
  if (node.op !== op) return [node];
  const [left, right] = node.args as [Node, Node];
  return [...chainOf(left, op), ...chainOf(right, op)];
}
