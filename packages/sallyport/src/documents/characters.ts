import { isInvisible, selectorByte, tagAscii } from '../guard/index.ts';
import { placeOf, type Concealment, type DocumentPart, type ReadDocument } from './document.ts';

type Read = Extract<ReadDocument, { ok: true }>;
type Found = { readonly at: number; readonly shown: Concealment; readonly text: string };

/** Parts of one document that are made of what its characters conceal; what is beyond is still in the text that guards scan. */
const MAX_FOUND = 1_000;
/** Tag characters and selectors in a row that can spell something; zero-width characters that can hold a letter in binary. */
const MIN_CODED = 4;
const MIN_BITS = 8;
/** Letters of a line that zero-width characters stand between, from which the line is meant to slip past a filter. */
const MIN_GAPS = 4;

/** The document with what its invisible characters say, each as a part of its own beside the text that holds them. */
export function withConcealedCharacters(read: Read): Read {
  const more: DocumentPart[] = [];
  for (const part of read.parts) {
    if (!MAYBE.test(part.text)) continue;
    for (const { at, shown, text } of concealedCharacters(part.text)) {
      if (more.length >= MAX_FOUND) break;
      more.push({ text, shown, marks: [{ ...placeOf(part, at), offset: 0 }] });
    }
  }
  return more.length === 0 ? read : { ...read, parts: [...read.parts, ...more] };
}

/** A cheap look for anything of the kind. */
const MAYBE = /\p{Default_Ignorable_Code_Point}/u;

function concealedCharacters(text: string): Found[] {
  const found: Found[] = [];
  for (let at = 0; at < text.length;) {
    const end = runEnd(text, at);
    if (end === at) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    else {
      const one = decoded(text.slice(at, end));
      if (one !== undefined && !isFlag(text, at, end)) found.push({ at, ...one });
      at = end;
    }
  }
  let from = 0;
  for (const line of text.split(/\n/)) {
    const gaps = line.match(/\p{L}[\u034f\u180e\u200b-\u200f\u2060-\u2064\ufeff]+(?=[A-Za-z])/gu)?.length ?? 0;
    if (gaps >= MIN_GAPS)
      found.push({
        at: from,
        shown: 'zero_width',
        text: Array.from(line)
          .filter((char) => !isInvisible(char.codePointAt(0) ?? 0))
          .join(''),
      });
    from += line.length + 1;
  }
  for (const match of text.matchAll(/[\u202d\u202e]([^\u202c\n]{0,2000})/g)) {
    const turned = match[1] ?? '';
    if ((turned.match(/[A-Za-z]/g)?.length ?? 0) >= MIN_CODED)
      found.push({
        at: match.index,
        shown: 'bidi_override',
        text: match[0].startsWith('\u202e') ? Array.from(turned).reverse().join('') : turned,
      });
  }
  return found;
}

function runEnd(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.codePointAt(at);
    if (code === undefined) return at;
    const hidden = code > 0xffff ? code >= 0xe0000 && code <= 0xe0fff : isInvisible(code) && code !== 0xad;
    if (!hidden) return at;
    at += code > 0xffff ? 2 : 1;
  }
}

function decoded(run: string): Omit<Found, 'at'> | undefined {
  const codes = Array.from(run).map((char) => char.codePointAt(0) ?? 0);
  const tags = codes.map(tagAscii).filter((code) => code !== undefined);
  if (tags.length >= MIN_CODED) return { shown: 'tag_characters', text: String.fromCharCode(...tags.slice(0, 10_000)) };
  const bytes = codes.map(selectorByte).filter((byte) => byte !== undefined);
  if (bytes.length >= MIN_CODED) return { shown: 'variation_selectors', text: Buffer.from(bytes).toString('utf8') };
  if (codes.length < MIN_BITS) return undefined;
  return { shown: 'zero_width', text: fromBits(codes) ?? `(${codes.length} zero-width characters)` };
}

/** Two kinds of characters as bits of ASCII, the way of most such tools; a third kind may stand between letters. */
function fromBits(codes: readonly number[]): string | undefined {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const [first, second] = [...counts].sort((a, b) => b[1] - a[1]).map(([code]) => code);
  if (second === undefined) return undefined;
  const kept = codes.filter((code) => code === first || code === second);
  for (const one of [first, second])
    for (const width of [8, 7, 16]) {
      const letters = Array.from({ length: Math.floor(kept.length / width) }, (_, i) =>
        kept.slice(i * width, (i + 1) * width).reduce((value, code) => value * 2 + Number(code === one), 0),
      );
      if (letters.length > 0 && letters.every((letter) => letter >= 0x20 && letter <= 0x7e)) return String.fromCharCode(...letters);
    }
  return undefined;
}

/** Flags of regions: a black flag, tags, the cancel tag (Unicode UTS 51, ED-14a). */
function isFlag(text: string, start: number, end: number): boolean {
  return text.codePointAt(start - 2) === 0x1f3f4 && end - start <= 14 && text.codePointAt(end - 2) === 0xe007f;
}
