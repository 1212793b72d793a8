/** A value of a document with its place: offsets are UTF-16 code units into the text, `end` exclusive. */
export type DocumentNode = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'object'; readonly entries: readonly Entry[] }
  | { readonly kind: 'array'; readonly items: readonly DocumentNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
);
export type Entry = { readonly key: string; readonly start: number; readonly end: number; readonly value: DocumentNode };

/** The value under these keys, or undefined where one is missing. The last of doubled keys counts, as for `JSON.parse`. */
export function at(node: DocumentNode | undefined, ...keys: readonly string[]): DocumentNode | undefined {
  let found = node;
  for (const key of keys) {
    if (found?.kind !== 'object') return undefined;
    found = found.entries.findLast((entry) => entry.key === key)?.value;
  }
  return found;
}

export function entriesOf(node: DocumentNode | undefined): readonly Entry[] {
  return node?.kind === 'object' ? node.entries : [];
}

export function itemsOf(node: DocumentNode | undefined): readonly DocumentNode[] {
  return node?.kind === 'array' ? node.items : [];
}

export function textOf(node: DocumentNode | undefined): string | undefined {
  return node?.kind === 'string' ? node.value : undefined;
}

export function isTrue(node: DocumentNode | undefined): boolean {
  return node?.kind === 'boolean' && node.value;
}

/** Every entry of every object, outermost first, with the keys that lead to it. */
export function* everyEntry(node: DocumentNode, path: readonly string[] = []): Generator<{ path: readonly string[]; entry: Entry }> {
  if (node.kind === 'array') for (const [index, item] of node.items.entries()) yield* everyEntry(item, [...path, String(index)]);
  if (node.kind !== 'object') return;
  for (const entry of node.entries) {
    yield { path, entry };
    yield* everyEntry(entry.value, [...path, entry.key]);
  }
}
