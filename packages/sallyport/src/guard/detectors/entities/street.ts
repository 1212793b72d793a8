import type { Units } from '../../units.ts';
import type { Entity } from './entity.ts';
import { flagsOf, IS_CALENDAR, IS_COMMON, IS_STREET } from './lists.ts';

/** One piece of an address: a word with a capital, a house number or postcode, a particle. */
const WORD = String.raw`(?:P\.? ?O\.? Box|(?:rue|ul\.|via|calle|avenida|rua|ulica|c/)(?= \p{Lu})|\p{Lu}[\p{L}'’-]{0,40}(?:(?<=(?<![\p{L}])\p{L}{1,4})\.)?)`;
const NUMBER = String.raw`#?\d{1,6}(?:[-/]\d{1,4})?[A-Za-z]?(?![\p{L}\d])`;
const PARTICLE = '(?:de la|de los|de|la|del|do|da|dos|di|du|van|von|der|den|of|el|y|zu|am|im)';
const BETWEEN = String.raw`(?:[ \t]{0,4},?[ \t]{0,4}(?:\n[>| \t]{0,8})?,?[ \t]{1,4}|[ \t]{0,4},?[ \t]{0,4}\n[>| \t]{0,8},?[ \t]{0,4}| )`;

/** From the first piece to the last; at most this many, so that a page of such words is no address. */
const ADDRESS = new RegExp(`(?:${NUMBER}|${WORD})(?:${BETWEEN}(?:${PARTICLE} )?(?:${NUMBER}|${WORD})){1,15}`, 'uy');

/** Text that is looked at from the first piece on. */
const LONGEST = 200;

/** Behind a number that begins an address: perhaps another, then a word with a capital. */
const NEXT = new RegExp(`^[A-Za-z]?[ ,\\t]{1,3}\\n?[ \\t]{0,8}(?:\\d{1,6}[A-Za-z]? )?${WORD}`, 'u');

/** Two streets that cross. */
const CORNER_BEFORE = /\b(?:the )?corner of $/i;
const CORNER_AFTER = new RegExp(`^ (?:and|&) (?:${WORD} ?){1,3}(?<! )`, 'u');

/** Words before that announce an address. */
const ANNOUNCED =
  /\b(?:address(?:es)?|lives?|living|resid\w+|located|deliver(?:y|ed)?|ship(?:ped|ping)?|send|moved?|corner|house|street|meet(?:ing)?|pick ?up|taxi|mail|billing|office|headquarters|at|it's|it is)\b[^.!?]{0,40}$/i;

/** Endings of names of streets in the languages that write them as one word. */
const STREET_ENDING =
  /(?:stra(?:ß|ss)e|str\.?|gasse|weg|platz|allee|gata|gatan|gade|vej|veg|veien|vegen|vägen|katu|tie|straat|laan|plein|utca|brug|holm|stien|bakken|terrasse|ulice|ulica)$/iu;

/** What was read around a number: where it ends, and the address, if it is one. */
export type Reading = { readonly end: number; readonly address: Entity | undefined };

/** Reads the address around a number that stands beside a word with a capital; `from` is where the text before it was read already. */
export function readAddress(text: string, units: Units, number: number, end: number, from: number): Reading | undefined {
  const start = startOf(text, units, number, from);
  if (start === number && (!isBeforeName(text, units, end) || !NEXT.test(text.slice(end, end + 24)))) return undefined;
  ADDRESS.lastIndex = start;
  const match = ADDRESS.exec(text.slice(0, start + LONGEST))?.[0];
  if (match === undefined || start + match.length < end) return undefined;
  const confidence = confidenceOf(text, units, start, match);
  if (confidence === undefined) return { end: start + match.length, address: undefined };
  const why = 'house number, street, place';
  const corner = CORNER_BEFORE.exec(text.slice(Math.max(0, start - 16), start))?.[0] ?? '';
  const other = corner === '' ? '' : (CORNER_AFTER.exec(text.slice(start + match.length, start + match.length + 80))?.[0] ?? '');
  const stop = start + match.length + other.length;
  return { end: stop, address: { type: 'STREET_ADDRESS', start: start - corner.length, end: stop, confidence, why } };
}

const WORDS_BEFORE = new RegExp(`(?:(?<![\\p{L}\\d.])${WORD}(?: ${PARTICLE})? ){1,4}$`, 'u');

/** Words with capitals right before the number: `Dalbraut 99`, `PSC 6293`. */
function startOf(text: string, units: Units, number: number, from: number): number {
  if (!isBehindName(text, units, number)) return number;
  const words = WORDS_BEFORE.exec(text.slice(Math.max(from, number - 60), number))?.[0];
  return words === undefined ? number : number - words.length;
}

/** Whether the word right before a number begins with a capital, and is no ordinary word (Chapter 5, May 5). */
function isBehindName(text: string, units: Units, number: number): boolean {
  if (number === 0 || units[number - 1] !== BLANK) return false;
  let start = number - 1;
  for (let c = 0; start > 0 && number - start < LONGEST_WORD; start--) {
    c = units[start - 1] as number;
    if (c === BLANK || c === LINE_END) break;
  }
  return isCapital(text, units, start) && isName(units, start, number - 1);
}

/** Whether such a word follows a number, perhaps after one more number. */
function isBeforeName(text: string, units: Units, end: number): boolean {
  let start = end;
  while (start - end < LONGEST_GAP && start < units.length && isGap(units[start] as number)) start++;
  if (start === end) return false;
  if (start === units.length) return false;
  if (isCapital(text, units, start)) {
    let last = start;
    for (let c = 0; last < units.length && last - start < LONGEST_WORD; last++) {
      c = units[last] as number;
      if (c === BLANK || c === LINE_END || c === COMMA) break;
    }
    if (isName(units, start, last)) return true;
  }
  const first = units[start] as number;
  return first < 128 && STREET_LETTERS[first | 32] === 1 && STREETS.includes(text.slice(start, start + 3).toLowerCase());
}

function isGap(c: number): boolean {
  return c < 128 && GAPS[c] === 1;
}

function isCapital(text: string, units: Units, at: number): boolean {
  const c = units[at] as number;
  if (c < 128) return c >= 65 && c <= 90;
  const first = text.charAt(at);
  return first !== first.toLowerCase();
}

function isName(units: Units, start: number, end: number): boolean {
  const flags = flagsOf(units, start, end);
  return flags === 0 || (flags & ~(IS_COMMON | IS_CALENDAR)) !== 0;
}

const LINE_END = 10;
const BLANK = 32;
const COMMA = 44;

/** What may stand between a number and the word behind it. */
const GAPS = new Uint8Array(128);
for (const gap of ' ,\t\n>0123456789') GAPS[gap.charCodeAt(0)] = 1;

const LONGEST_WORD = 44;
const LONGEST_GAP = 24;

/** Beginnings of the words for a street that stand in small letters before its name. */
const STREETS = ['rue', 'ul.', 'via', 'cal', 'ave', 'rua', 'uli', 'c/ '];
const STREET_LETTERS = new Uint8Array(128);
for (const street of STREETS) STREET_LETTERS[street.charCodeAt(0)] = 1;

/** `Bahnhofstrasse`, and not the word for street alone. */
const SHORTEST_COMPOUND = 7;

function confidenceOf(text: string, units: Units, start: number, match: string): number | undefined {
  const words = [...match.matchAll(/\p{L}[\p{L}'’-]*/gu)];
  const numbers = match.match(/\d+/g) ?? [];
  let streets = 0;
  let unknown = 0;
  for (const word of words) {
    const flags = flagsOf(units, start + word.index, start + word.index + word[0].length);
    const compound = STREET_ENDING.test(word[0]) && word[0].length > SHORTEST_COMPOUND;
    if ((flags & IS_STREET) !== 0 || compound) streets++;
    if (compound || (flags & (IS_STREET | IS_COMMON)) === 0) unknown++;
  }
  const parts = match.split(/[,\n]/).length;
  const announced = ANNOUNCED.test(text.slice(Math.max(0, start - 64), start));
  const year = numbers.length === 1 && /^(?:1[5-9]|20)\d\d$/.test(numbers[0] ?? '');
  if (streets > 0 && (unknown > 0 || numbers.length > 1 || words.length > 1)) return announced || parts > 1 ? 0.8 : 0.6;
  if (unknown === 0 || year) return undefined;
  if (parts > 1 && numbers.length > 1) return 0.65;
  return announced && /^\d|\d$/.test(match) ? 0.5 : undefined;
}
