import type { Units } from '../../units.ts';
import type { View } from '../../view.ts';
import { isNear, wordsPattern } from './context.ts';
import type { Identifier } from './identifier.ts';
import { isLetterOrDigit, Shapes, type Match } from './shape.ts';

/** A kind of identifier, ready: its words as one expression. */
type Ready = { readonly of: Identifier; readonly words: RegExp };

/** The shapes of identifiers, ready to be matched. */
export type Forms = Shapes<Ready>;

/** An identifier in a text. `near`: one of its words stands beside it. */
export type Hit = {
  readonly of: Identifier;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
  readonly near: boolean;
};

export function prepare(identifiers: readonly Identifier[]): Forms {
  return new Shapes(
    identifiers.flatMap((of) => {
      const form: Ready = { of, words: wordsPattern(of.words) };
      return of.shapes.map((source) => ({ source, separators: of.separators, form }));
    }),
  );
}

/** In running text, what is less certain is not told: nine digits are most often no one's number. */
const FLOOR = 0.4;

/** A text with no more than this beside the value is a field, a cell or an argument: there its form alone counts, with little confidence. */
const FIELD = 24;

/** Letters that may stand in front of the first digit, as words of their own: `DE 136 695 976`, `MIL E 1234`, `hh 01 02 03 d`. */
const MAX_LEAD_WORD = 4;

/** Finds identifiers around the words that have a digit. */
export function findIdentifiers(view: View, forms: Forms): Hit[] {
  const { text, units } = view;
  const hits: Hit[] = [];
  const { digits } = view.words;
  for (let w = 0; w < digits.length; w += 2) {
    const at = digits[w] as number;
    if ((digits[w + 1] as number) - at > MAX_WORD) continue;
    startsAt(view, at, forms, hits);
    if (at === 0) continue;
    const sign = units[at - 1] as number;
    if (sign === PLUS || sign === OPEN) startsAt(view, at - 1, forms, hits);
    const word = wordBefore(units, at);
    if (word === at) continue;
    startsAt(view, word, forms, hits);
    const earlier = wordBefore(units, word);
    if (earlier !== word) startsAt(view, earlier, forms, hits);
  }
  return hits.length === 0 ? hits : chosen(hits, text.length);
}

/** The longest value is a bech32 address of 90 characters; longer words are keys or hashes. */
const MAX_WORD = 90;
const PLUS = 43;
const OPEN = 40;

/** Where a short word that stands directly before begins, or `at`. */
function wordBefore(units: Units, at: number): number {
  if (at === 0) return at;
  const between = units[at - 1] as number;
  if (between !== 32 && between !== 45 && between !== 46 && between !== 58) return at;
  let start = at - 1;
  while (start > 0 && at - 1 - start <= MAX_LEAD_WORD && isLetterOrDigit(units, start - 1)) start--;
  return start === at - 1 || at - 1 - start > MAX_LEAD_WORD ? at : start;
}

function startsAt(view: View, start: number, forms: Forms, hits: Hit[]): void {
  for (const match of forms.matchAt(view, start)) {
    const confidence = confidenceOf(match, view.text, start);
    if (confidence !== undefined) hits.push({ of: match.form.of, start, end: match.end, ...confidence });
  }
}

function confidenceOf(match: Match<Ready>, text: string, start: number): { confidence: number; near: boolean } | undefined {
  const { of, words } = match.form;
  const value = of.keepsCase === true ? match.value : match.value.toUpperCase();
  if (of.pattern?.test(value) === false) return undefined;
  const valid = of.check?.(value) ?? true;
  if (!valid && of.unchecked === undefined) return undefined;
  const near = isNear(words, text, start, match.end);
  return { confidence: valid ? (near ? of.near : of.bare) : (of.unchecked ?? 0), near };
}

/** One hit for each type and place: the surest. Where a word names one type, the others that only fit the form are dropped. */
function chosen(hits: readonly Hit[], length: number): Hit[] {
  const best = new Map<string, Hit>();
  for (const hit of hits) {
    const key = `${hit.of.type} ${hit.start} ${hit.end}`;
    if ((best.get(key)?.confidence ?? -1) < hit.confidence) best.set(key, hit);
  }
  const all = [...best.values()]
    .filter((hit) => hit.confidence >= FLOOR || length - (hit.end - hit.start) <= FIELD)
    .sort((a, b) => a.start - b.start || b.end - a.end);
  return all.filter((hit, i) => {
    for (let k = i - 1; k >= 0 && (all[k] as Hit).start > hit.start - MAX_WORD; k--) if (outdoes(all[k] as Hit, hit)) return false;
    for (let k = i + 1; k < all.length && (all[k] as Hit).start < hit.end; k++) if (outdoes(all[k] as Hit, hit)) return false;
    return true;
  });
}

function outdoes(other: Hit, hit: Hit): boolean {
  if (other.end <= hit.start || hit.end <= other.start) return false;
  if (other.near !== hit.near) return other.near;
  return (
    other.end - other.start > hit.end - hit.start && other.start <= hit.start && hit.end <= other.end && other.confidence >= hit.confidence
  );
}
