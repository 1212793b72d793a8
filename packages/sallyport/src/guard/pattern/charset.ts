/** A set of code points as sorted, disjoint, inclusive ranges: `[low, high, low, high, ...]`. */
export type CharSet = readonly number[];

export const MAX_CODE_POINT = 0x10_ffff;

/** JavaScript's `\d`. */
export const DIGIT: CharSet = [0x30, 0x39];

/** JavaScript's `\w`: ASCII only, as in a regular expression without the flags `iu`. */
export const WORD: CharSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];

/** JavaScript's `\s` (ECMA-262 WhiteSpace and LineTerminator). */
export const SPACE: CharSet = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000,
  0xfeff, 0xfeff,
];

/** Sorted and joined. */
export function charSet(ranges: readonly (readonly [number, number])[]): CharSet {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [low, high] of sorted) {
    const last = out.at(-1);
    if (last !== undefined && low <= last + 1) out[out.length - 1] = Math.max(last, high);
    else out.push(low, high);
  }
  return out;
}

/** The ranges of a set, as pairs. */
export function rangesOf(set: CharSet): [number, number][] {
  const out: [number, number][] = [];
  for (let i = 0; i < set.length; i += 2) out.push([set[i] ?? 0, set[i + 1] ?? 0]);
  return out;
}

export function union(...sets: readonly CharSet[]): CharSet {
  return charSet(sets.flatMap(rangesOf));
}

export function complement(set: CharSet): CharSet {
  const out: number[] = [];
  let from = 0;
  for (const [low, high] of rangesOf(set)) {
    if (low > from) out.push(from, low - 1);
    from = high + 1;
  }
  if (from <= MAX_CODE_POINT) out.push(from, MAX_CODE_POINT);
  return out;
}

export function contains(set: CharSet, codePoint: number): boolean {
  for (let i = 0; i < set.length; i += 2) {
    if (codePoint < (set[i] ?? 0)) return false;
    if (codePoint <= (set[i + 1] ?? 0)) return true;
  }
  return false;
}

/** Is every member of `part` in `whole`? */
export function isSubset(part: CharSet, whole: CharSet): boolean {
  return rangesOf(part).every(([low, high]) => rangesOf(whole).some((range) => low >= range[0] && high <= range[1]));
}

/** With both cases of each ASCII letter in it. */
export function closeOverCase(set: CharSet): CharSet {
  const extra: [number, number][] = [];
  for (let letter = 0x61; letter <= 0x7a; letter++) {
    if (contains(set, letter)) extra.push([letter - 32, letter - 32]);
    else if (contains(set, letter - 32)) extra.push([letter, letter]);
  }
  return charSet([...rangesOf(set), ...extra]);
}

/** As a character class of a regular expression. */
export function printSet(set: CharSet): string {
  const negated = set.at(-1) === MAX_CODE_POINT && set[0] === 0;
  const shown = negated ? complement(set) : set;
  const body = rangesOf(shown).map(([low, high]) => (low === high ? printChar(low) : `${printChar(low)}-${printChar(high)}`));
  return `[${negated ? '^' : ''}${body.join('')}]`;
}

function printChar(codePoint: number): string {
  if ((codePoint >= 0x30 && codePoint <= 0x39) || isLetter(codePoint)) return String.fromCodePoint(codePoint);
  return codePoint > 0xffff ? `\\u{${codePoint.toString(16)}}` : `\\u${codePoint.toString(16).padStart(4, '0')}`;
}

function isLetter(codePoint: number): boolean {
  return (codePoint >= 0x41 && codePoint <= 0x5a) || (codePoint >= 0x61 && codePoint <= 0x7a);
}
