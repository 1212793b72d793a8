import { isEmptiable, lettersOf, shapeOf, type Letters, type Shape } from './pattern_shape.ts';

type Run = { readonly at: number; readonly set: Letters };

/**
 * Whether a search can be made to take time that grows with the square of the text (or faster): a repetition that can begin at every letter of a run,
 * and something behind it that fails (`\s+$` on many spaces before a letter), or two repetitions that share a run between them (`\d*\d*x`).
 */
export function isPolynomial(pattern: string): boolean {
  const shape = shapeOf(pattern);
  if (shape === undefined) return false;
  return (shape.is === 'choice' ? shape.options : [shape]).some((option) => isSlow(flat(option)));
}

/** The items of a sequence, those of its groups among them. */
function flat(shape: Shape): readonly Shape[] {
  return shape.is === 'sequence' ? shape.items.flatMap(flat) : [shape];
}

function isSlow(items: readonly Shape[]): boolean {
  const [first] = items;
  const isAnchored = first?.is === 'assertion' && first.starts === true;
  const runs = items.flatMap((item, at): Run[] => {
    const set = item.is === 'repeat' && item.max === Infinity ? lettersOf(item.body) : undefined;
    return set === undefined ? [] : [{ at, set }];
  });
  return runs.some(({ at, set }) => {
    if (!items.slice(at + 1).some((item) => item.is === 'assertion' || !isEmptiable(item))) return false;
    if (!isAnchored && within(items.slice(0, at), set) !== undefined) return true;
    return runs.some((one) => one.at < at && within(items.slice(one.at, at), set) !== undefined);
  });
}

/** The letters of `set` of which any number also is a text of the items; `undefined` when there are none. */
function within(items: readonly Shape[], set: Letters): Letters | undefined {
  let left: Letters = set;
  for (const item of items) {
    if (item.is === 'assertion') return undefined;
    const isRun = item.is === 'repeat' && item.max === Infinity;
    if (isEmptiable(item) && !isRun) continue;
    const own = item.is === 'repeat' ? lettersOf(item.body) : lettersOf(item);
    if (own === undefined) {
      if (isEmptiable(item)) continue;
      return undefined;
    }
    const both = left.map((holds, code) => holds && own[code] === true);
    if (!both.includes(true)) {
      if (isEmptiable(item)) continue;
      return undefined;
    }
    left = both;
  }
  return left;
}
