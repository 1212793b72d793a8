import type { SyntaxTree } from '../syntax.ts';

/** How far an inspection looks back from a place, in characters. */
const NEAR = 6000;

/** A tree as the inspections of a file look at it: nodes by kind, and what stands around a node. What nobody asks for is not built. */
export class CodeView {
  readonly tree: SyntaxTree;
  readonly path: string;
  readonly #byKind = new Map<string, readonly number[]>();
  #kinds: SortedNodes | undefined;
  #parents: Int32Array | undefined;
  readonly #identifiers = new Map<number, ReadonlyMap<string, readonly number[]>>();

  constructor(tree: SyntaxTree, path: string) {
    this.tree = tree;
    this.path = path;
  }

  /** All nodes of a kind in the order of the text. */
  of(kind: string): readonly number[] {
    let found = this.#byKind.get(kind);
    if (found === undefined) this.#byKind.set(kind, (found = this.#find(kind)));
    return found;
  }

  #find(kind: string): readonly number[] {
    const { kindNames } = this.tree.names;
    const { starts, nodes } = (this.#kinds ??= sortedByKind(this.tree));
    const found: number[] = [];
    let groups = 0;
    for (let at = kindNames.indexOf(kind); at >= 0; at = kindNames.indexOf(kind, at + 1)) {
      const end = starts[at + 1] as number;
      if ((starts[at] as number) < end) groups++;
      for (let next = starts[at] as number; next < end; next++) found.push(nodes[next] as number);
    }
    return groups > 1 ? found.sort((a, b) => a - b) : found;
  }

  /** Those of them that stand inside a node. */
  within(node: number, kind: string): readonly number[] {
    const all = this.of(kind);
    const end = this.tree.skip[node] as number;
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((all[middle] as number) < node) low = middle + 1;
      else high = middle;
    }
    const found: number[] = [];
    for (let at = low; at < all.length && (all[at] as number) < end; at++) found.push(all[at] as number);
    return found;
  }

  /** Identifiers inside a node by their text; read once a node. */
  identifiers(inside: number): ReadonlyMap<string, readonly number[]> {
    let found = this.#identifiers.get(inside);
    if (found === undefined) {
      found = Map.groupBy(this.within(inside, 'identifier'), (node) => this.text(node));
      this.#identifiers.set(inside, found);
    }
    return found;
  }

  /** The text of a node up to a place inside it, at most the last `NEAR` characters: looking back further for every call would take the square of the time. */
  before(outer: number, inner: number): string {
    const end = this.tree.start[inner] as number;
    return this.tree.text.slice(Math.max(this.tree.start[outer] as number, end - NEAR), end);
  }

  parent(node: number): number {
    this.#parents ??= parentsOf(this.tree);
    return this.#parents[node] ?? -1;
  }

  /** The nearest node around `node` of one of the kinds, or -1. */
  around(node: number, kinds: ReadonlySet<string>): number {
    for (let at = this.parent(node); at >= 0; at = this.parent(at)) if (kinds.has(this.tree.kindName(at))) return at;
    return -1;
  }

  contains(outer: number, inner: number): boolean {
    return outer <= inner && inner < (this.tree.skip[outer] as number);
  }

  text(node: number): string {
    return node < 0 ? '' : this.tree.textOf(node);
  }

  kind(node: number): string {
    return node < 0 ? '' : this.tree.kindName(node);
  }

  child(node: number, field: string): number {
    return node < 0 ? -1 : this.tree.child(node, field);
  }

  children(node: number): readonly number[] {
    return node < 0 ? [] : this.tree.children(node);
  }
}

/** All nodes, in the order of their kinds' numbers; those of a kind stand from `starts[kind]` to `starts[kind + 1]`. */
type SortedNodes = { readonly starts: Int32Array; readonly nodes: Int32Array };

function sortedByKind({ kind, count, names }: SyntaxTree): SortedNodes {
  const starts = new Int32Array(names.kindNames.length + 2);
  const add = (slot: number, by: number): number => (starts[slot] = (starts[slot] as number) + by);
  for (let node = 0; node < count; node++) add((kind[node] as number) + 2, 1);
  for (let slot = 2; slot < starts.length; slot++) add(slot, starts[slot - 1] as number);
  const nodes = new Int32Array(count);
  // Where the next node of a kind goes; in the end where the next kind starts.
  for (let node = 0; node < count; node++) nodes[add((kind[node] as number) + 1, 1) - 1] = node;
  return { starts, nodes };
}

function parentsOf(tree: SyntaxTree): Int32Array {
  const parents = new Int32Array(tree.count).fill(-1);
  for (let node = 0; node < tree.count; node++) {
    for (let child = tree.first(node); child >= 0; child = tree.next(child, node)) parents[child] = node;
  }
  return parents;
}
