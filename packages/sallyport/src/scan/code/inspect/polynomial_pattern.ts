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
    const after = items.slice(at + 1);
    if (!after.some((item) => !isEmptiable(item) || (item.is === 'assertion' && !isAll(set)))) return false;
    if (!isAnchored && within(items.slice(0, at), set) !== undefined) return true;
    return runs.some((one) => one.at < at && within(items.slice(one.at + 1, at), both(one.set, set)) !== undefined);
  });
}

/** What takes all letters of a line comes to its end, where an anchor holds. */
function isAll(set: Letters): boolean {
  return set.filter((holds) => !holds).length <= 1;
}

function both(one: Letters, other: Letters): Letters | undefined {
  const shared = one.map((holds, code) => holds && other[code] === true);
  return shared.includes(true) ? shared : undefined;
}

/** The letters of `set` of which any number also is a text of the items; `undefined` when there are none. */
function within(items: readonly Shape[], set: Letters | undefined): Letters | undefined {
  let left = set;
  for (const item of items) {
    if (left === undefined || item.is === 'assertion') return undefined;
    const own = item.is === 'repeat' ? lettersOf(item.body) : lettersOf(item);
    const shared = own === undefined ? undefined : both(left, own);
    if (shared !== undefined || !isEmptiable(item)) left = shared;
  }
  return left;
}
