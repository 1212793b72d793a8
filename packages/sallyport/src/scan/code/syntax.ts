/**
 * What a grammar's numbers mean. `kind` is the number of a node's type; two numbers may share a name (aliases), so code compares names through
 * `kindNames` or through a table that was built from them.
 */
export type GrammarNames = { readonly kindNames: readonly string[]; readonly fieldNames: readonly (string | null)[] };

/**
 * A syntax tree as arrays in pre-order: the children of `n` start at `n + 1`, the sibling after `c` is `skip[c]`, and a node ends where its parent
 * does (`skip[c] === skip[n]`). Named nodes only, and unnamed ones that stand in a field (operators). Offsets are UTF-16 code units.
 */
export class SyntaxTree {
  readonly text: string;
  readonly names: GrammarNames;
  readonly count: number;
  readonly kind: Uint16Array;
  readonly field: Uint8Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly skip: Int32Array;
  /** Some part lies deeper than the limit and is not in the arrays. */
  readonly truncated: boolean;
  #lines: number[] | undefined;

  constructor(text: string, names: GrammarNames, arrays: TreeArrays, truncated: boolean) {
    this.text = text;
    this.names = names;
    this.count = arrays.kind.length;
    this.kind = arrays.kind;
    this.field = arrays.field;
    this.start = arrays.start;
    this.end = arrays.end;
    this.skip = arrays.skip;
    this.truncated = truncated;
  }

  kindName(node: number): string {
    return this.names.kindNames[this.kind[node] as number] ?? 'ERROR';
  }

  fieldName(node: number): string | null {
    return this.names.fieldNames[this.field[node] as number] ?? null;
  }

  textOf(node: number): string {
    return this.text.slice(this.start[node], this.end[node]);
  }

  /** The first child, or -1. */
  first(node: number): number {
    return (this.skip[node] as number) > node + 1 ? node + 1 : -1;
  }

  /** The sibling after `node` under `parent`, or -1. */
  next(node: number, parent: number): number {
    const after = this.skip[node] as number;
    return after < (this.skip[parent] as number) ? after : -1;
  }

  children(node: number): number[] {
    const found: number[] = [];
    const end = this.skip[node] as number;
    for (let child = node + 1; child < end; child = this.skip[child] as number) found.push(child);
    return found;
  }

  /** The first child in a field, or -1. */
  child(node: number, field: string): number {
    const end = this.skip[node] as number;
    for (let child = node + 1; child < end; child = this.skip[child] as number) if (this.fieldName(child) === field) return child;
    return -1;
  }

  /** The first child of a kind, or -1. */
  childOfKind(node: number, kind: string): number {
    const end = this.skip[node] as number;
    for (let child = node + 1; child < end; child = this.skip[child] as number) if (this.kindName(child) === kind) return child;
    return -1;
  }

  /** The nodes around a node, the innermost first. */
  ancestors(node: number): number[] {
    const around: number[] = [];
    let at = 0;
    while (at < node) {
      around.push(at);
      let child = at + 1;
      while ((this.skip[child] as number) <= node) child = this.skip[child] as number;
      at = child;
    }
    return around.reverse();
  }

  /** Line and column of an offset, both from 1; columns in UTF-16 code units. */
  place(offset: number): { line: number; column: number } {
    this.#lines ??= lineStarts(this.text);
    let low = 0;
    let high = this.#lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lines[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lines[low] as number) + 1 };
  }
}

export type TreeArrays = {
  readonly kind: Uint16Array;
  readonly field: Uint8Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly skip: Int32Array;
};

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
