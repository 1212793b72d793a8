import type { CharSet } from './charset.ts';

/** What a pattern matches. `literal`: a character written as itself, which look-alikes may stand for when case does not count. */
export type Syntax =
  | { readonly kind: 'set'; readonly set: CharSet; readonly literal: boolean }
  | { readonly kind: 'sequence'; readonly items: readonly Syntax[] }
  | { readonly kind: 'choice'; readonly options: readonly Syntax[] }
  | { readonly kind: 'repeat'; readonly item: Syntax; readonly min: number; readonly max: number };

/** What must stand before a match: `\b`, or `(?<!class)`: not a character of that class. */
export type LeftEdge = { readonly kind: 'word' } | { readonly kind: 'not'; readonly set: CharSet };

/** Characters of the longest match. */
export function longest(syntax: Syntax): number {
  if (syntax.kind === 'set') return 1;
  if (syntax.kind === 'sequence') return syntax.items.reduce((sum, item) => sum + longest(item), 0);
  if (syntax.kind === 'choice') return Math.max(...syntax.options.map(longest));
  return syntax.max * longest(syntax.item);
}

/** Characters of the shortest match. */
export function shortest(syntax: Syntax): number {
  if (syntax.kind === 'set') return 1;
  if (syntax.kind === 'sequence') return syntax.items.reduce((sum, item) => sum + shortest(item), 0);
  if (syntax.kind === 'choice') return Math.min(...syntax.options.map(shortest));
  return syntax.min * shortest(syntax.item);
}

/** Positions when repeats are written out. */
export function positions(syntax: Syntax): number {
  if (syntax.kind === 'set') return 1;
  if (syntax.kind === 'sequence') return syntax.items.reduce((sum, item) => sum + positions(item), 0);
  if (syntax.kind === 'choice') return syntax.options.reduce((sum, item) => sum + positions(item), 0);
  return syntax.max * positions(syntax.item);
}

/** The last repeated class, in reading order. */
export function lastRepeat(syntax: Syntax): Syntax | undefined {
  if (syntax.kind === 'repeat' && syntax.item.kind === 'set' && syntax.max > 1) return syntax;
  const inner = syntax.kind === 'sequence' ? syntax.items : syntax.kind === 'choice' ? syntax.options : [];
  for (const item of [...inner].reverse()) {
    const found = lastRepeat(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The sets that can stand last in a match. */
export function lastSets(syntax: Syntax): readonly CharSet[] {
  if (syntax.kind === 'set') return [syntax.set];
  if (syntax.kind === 'choice') return syntax.options.flatMap(lastSets);
  if (syntax.kind === 'repeat') return lastSets(syntax.item);
  const out: CharSet[] = [];
  for (const item of [...syntax.items].reverse()) {
    out.push(...lastSets(item));
    if (shortest(item) > 0) break;
  }
  return out;
}
