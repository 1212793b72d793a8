import { enclosedLetter, LOOKALIKES, MIXED_LOOKALIKES } from '../confusables.ts';
import { isInvisible, isInvisiblePlane, tagAscii } from '../invisible.ts';

/** How one code point of raw text reads. */
export type Folded =
  /** Shows nothing; belongs to the character before it. */
  | { readonly kind: 'invisible' }
  /** A combining mark: belongs to the character before it, which is then no ASCII letter any more. */
  | { readonly kind: 'mark' }
  /** A tag character (U+E0020 to U+E007E): shows nothing, and carries an ASCII character. Both readings count. */
  | { readonly kind: 'tag'; readonly codePoint: number }
  /** NFKC of the code point, without what is invisible; never empty. */
  | { readonly kind: 'text'; readonly codePoints: readonly number[] };

const INVISIBLE: Folded = { kind: 'invisible' };
const MARK: Folded = { kind: 'mark' };

/** Nonspacing and enclosing marks: what NFKC composes for Latin letters, and what is stacked on letters to hide them. */
const MARKS = /[\p{Mn}\p{Me}]/u;

/**
 * Folds one code point (UAX 15 NFKC, per code point; composition is met by reading a letter with marks as its base letter too).
 * Lone surrogates stand for themselves.
 */
export function foldCodePoint(codePoint: number): Folded {
  if (codePoint < 0x80) return { kind: 'text', codePoints: [codePoint] };
  const carried = tagAscii(codePoint);
  if (carried !== undefined) return { kind: 'tag', codePoint: carried };
  if (showsNothing(codePoint)) return INVISIBLE;
  const raw = String.fromCodePoint(codePoint);
  if (MARKS.test(raw)) return MARK;
  const codePoints = Array.from(raw.normalize('NFKC'), (char) => char.codePointAt(0) ?? 0).filter((c) => !showsNothing(c) && !isMark(c));
  return codePoints.length === 0 ? INVISIBLE : { kind: 'text', codePoints };
}

function showsNothing(codePoint: number): boolean {
  return codePoint > 0xffff ? isInvisiblePlane(codePoint) : isInvisible(codePoint);
}

function isMark(codePoint: number): boolean {
  return codePoint >= 0x300 && MARKS.test(String.fromCodePoint(codePoint));
}

/** The plain letter that a folded code point also reads as: without its marks, out of its circle; undefined when none. */
export function plainLetter(codePoint: number): number | undefined {
  if (codePoint < 0x80) return undefined;
  const alike = codePoint > 0xffff ? enclosedLetter(codePoint) : LOOKALIKES.get(codePoint);
  if (alike !== undefined) return alike;
  const base = String.fromCodePoint(codePoint).normalize('NFD').codePointAt(0) ?? codePoint;
  return base === codePoint ? undefined : base;
}

/** The Latin letter that a letter of another script looks like (UTS 39); only case-insensitive literals read it so. */
export function lookalikeLetter(codePoint: number): number | undefined {
  const base = plainLetter(codePoint) ?? codePoint;
  return MIXED_LOOKALIKES.get(base) ?? MIXED_LOOKALIKES.get(codePoint);
}

/** What each unit below U+10000 does: 0 not known, 1 stands for itself, 2 folds to something else. Filled as units are met. */
const settled = new Uint8Array(0x1_0000);

function standsForItself(codePoint: number): boolean {
  if (codePoint < 0x80) return true;
  const known = codePoint > 0xffff ? 0 : (settled[codePoint] ?? 0);
  if (known !== 0) return known === 1;
  const folded = foldCodePoint(codePoint);
  const same = folded.kind === 'text' && folded.codePoints.length === 1 && folded.codePoints[0] === codePoint;
  if (codePoint <= 0xffff) settled[codePoint] = same ? 1 : 2;
  return same;
}

/** A place where folding changed the text: `length` folded units stand for `rawLength` raw ones. */
type Change = { readonly at: number; readonly length: number; readonly rawAt: number; readonly rawLength: number };

/** A folded text that knows where its units come from. */
export class FoldedText {
  readonly text: string;
  readonly #changes: readonly Change[];

  constructor(text: string, changes: readonly Change[]) {
    this.text = text;
    this.#changes = changes;
  }

  /** The raw UTF-16 range that unit `at` of the folded text comes from, `end` exclusive. */
  rawRange(at: number): { readonly start: number; readonly end: number } {
    const change = this.#changeBefore(at);
    if (change === undefined) return { start: at, end: at + 1 };
    if (at < change.at + change.length) return { start: change.rawAt, end: change.rawAt + change.rawLength };
    const start = at - change.at - change.length + change.rawAt + change.rawLength;
    return { start, end: start + 1 };
  }

  /** The last change that begins at or before a folded unit. */
  #changeBefore(at: number): Change | undefined {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return this.#changes[low - 1];
  }
}

/**
 * Folds a whole text: what a pattern's regular expression and a rule's `verify` see. `tags`: whether tag characters are dropped or read
 * as the ASCII that they carry. Linear in the text; the same string when nothing changes.
 */
export function foldText(raw: string, tags: 'drop' | 'read' = 'drop'): FoldedText {
  const changes: Change[] = [];
  let text = '';
  let taken = 0;
  for (let i = 0; i < raw.length;) {
    const unit = raw.charCodeAt(i);
    if (unit < 0x80 || settled[unit] === 1) {
      i++;
      continue;
    }
    const codePoint = raw.codePointAt(i) ?? 0;
    const rawLength = codePoint > 0xffff ? 2 : 1;
    if (!standsForItself(codePoint)) {
      const folded = foldedString(foldCodePoint(codePoint), tags);
      text += raw.slice(taken, i);
      changes.push({ at: text.length, length: folded.length, rawAt: i, rawLength });
      text += folded;
      taken = i + rawLength;
    }
    i += rawLength;
  }
  return new FoldedText(taken === 0 ? raw : text + raw.slice(taken), changes);
}

function foldedString(folded: Folded, tags: 'drop' | 'read'): string {
  if (folded.kind === 'text') return String.fromCodePoint(...folded.codePoints);
  return folded.kind === 'tag' && tags === 'read' ? String.fromCodePoint(folded.codePoint) : '';
}
