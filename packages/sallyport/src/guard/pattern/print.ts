import { contains, MAX_CODE_POINT, printSet, rangesOf, type CharSet } from './charset.ts';
import type { LeftEdge, Syntax } from './syntax.ts';

/** A pattern's meaning, without its source. */
export type Printable = { readonly syntax: Syntax; readonly left: LeftEdge | undefined; readonly right: CharSet | undefined };

/** A regular expression with the pattern's meaning, for whole text that was folded. Sets are closed over case, so flag `i` is not needed. */
export function printPattern(pattern: Printable): RegExp {
  const left = pattern.left === undefined ? '' : pattern.left.kind === 'word' ? '\\b' : `(?<!${printSet(pattern.left.set)})`;
  const right = pattern.right === undefined ? '' : `(?!${printSet(pattern.right)})`;
  return new RegExp(left + print(pattern.syntax) + right, hasAstral(pattern.syntax) ? 'gu' : 'g');
}

function print(syntax: Syntax): string {
  if (syntax.kind === 'set') return printOne(syntax.set);
  if (syntax.kind === 'sequence') return syntax.items.map(print).join('');
  if (syntax.kind === 'choice') return `(?:${syntax.options.map(print).join('|')})`;
  const item = syntax.item.kind === 'sequence' ? `(?:${print(syntax.item)})` : print(syntax.item);
  const inner = syntax.item.kind === 'repeat' ? `(?:${item})` : item;
  if (syntax.min === 0 && syntax.max === 1) return `${inner}?`;
  return syntax.min === syntax.max ? `${inner}{${syntax.min}}` : `${inner}{${syntax.min},${syntax.max}}`;
}

function printOne(set: CharSet): string {
  const [low, high] = set;
  const single = set.length === 2 && low === high && low !== undefined;
  return single && /[0-9A-Za-z]/.test(String.fromCodePoint(low)) ? String.fromCodePoint(low) : printSet(set);
}

/** Without flag `u` a class counts a character above U+FFFF as two. */
function hasAstral(syntax: Syntax): boolean {
  if (syntax.kind === 'set') return contains(syntax.set, MAX_CODE_POINT) || rangesOf(syntax.set).some(([, high]) => high > 0xffff);
  if (syntax.kind === 'repeat') return hasAstral(syntax.item);
  return (syntax.kind === 'sequence' ? syntax.items : syntax.options).some(hasAstral);
}
