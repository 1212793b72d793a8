import type { Units } from '../../units.ts';
import type { Entity } from './entity.ts';

const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|januar|februar|märz|maerz|mai|juni|juli|oktober|dezember)';
const TIME = String.raw`(?:[T ,]{1,2}\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?: ?[ap]\.?m\.?)?(?:Z| ?[+-]\d{2}:?\d{2})?)?`;

/** Forms of a date that begin with a digit. */
const DATE = new RegExp(
  [
    `\\d{4}([-/.])(?:1[0-2]|0?[1-9])\\1(?:[12]\\d|3[01]|0?[1-9])${TIME}`,
    `(?:[12]\\d|3[01]|0?[1-9])([-/.])(?:[12]\\d|3[01]|0?[1-9])\\2(?:\\d{4}|\\d{2})${TIME}`,
    `(?:[12]\\d|3[01]|0?[1-9])(?:st|nd|rd|th|\\.)?(?: of)?[- ,/]{1,2}${MONTH}\\.?(?:[- ,/]{1,2}(?:\\d{4}|'?\\d{2}))?${TIME}`,
    `\\d{4}[-/ ]${MONTH}[-/ ]\\d{1,2}`,
  ].join('|'),
  'iy',
);

/** Behind the name of a month: `May 5, 2021`, `March 2020`. */
const BEHIND_MONTH = /\d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?(?![\d:])|\d{4}/y;
const MONTH_BEFORE = new RegExp(`(?<![\\p{L}])${MONTH}\\.? $`, 'iu');

/** Both parts of a date to 12 or one to 31; the other way round in the United States. */
function isPossible(date: string): boolean {
  const numeric = /^(\d{1,2})[-/.](\d{1,2})[-/.]/.exec(date);
  return numeric === null || Number(numeric[1]) <= 12 || Number(numeric[2]) <= 12;
}

/** Words that make a date someone's birth. */
const BIRTH =
  /\b(?:born|birth|birthday|birthdate|dob|d\.o\.b|geb(?:oren|\.)?|geburtsdatum|nacid[oa]|nacimiento|nat[oa]|nascita|naissance|née?|nascimento)\b/i;

/** What the word before a number says that the number may be, as bits. */
const MONTH_WORD = 1;
const YEAR_WORD = 2;
const AGE_WORD = 4;
const ZIP_WORD = 8;

const WORDS_BEFORE: ReadonlyMap<string, number> = new Map([
  ...'january jan february feb march mar april apr may june jun july jul august aug september sept sep october oct november nov december dec januar februar märz mai juni juli oktober dezember'
    .split(' ')
    .map((word) => [word, MONTH_WORD] as const),
  ...'in since during until till year before after around circa early late mid founded established born died spring summer autumn fall winter'
    .split(' ')
    .map((word) => [word, YEAR_WORD] as const),
  ...'turned turning turns age aged of am m s'.split(' ').map((word) => [word, AGE_WORD] as const),
  ...'zip zipcode code postcode number'.split(' ').map((word) => [word, ZIP_WORD] as const),
  ['is', AGE_WORD | ZIP_WORD],
  ['was', ZIP_WORD],
]);

/** Letters of the longest of them. */
const LONGEST_WORD = 12;

/** What stands between such a word and the number. */
const GAPS = new Uint8Array(128);
for (const gap of ' .:#-') GAPS[gap.charCodeAt(0)] = 1;

/** Lengths of the words as bits, by first and last letters, 32 by 32, by their low five bits: most other words are told by these. */
const ENDS = new Uint16Array(1024);
for (const word of WORDS_BEFORE.keys()) {
  const ends = endsOf(word.charCodeAt(0), word.charCodeAt(word.length - 1));
  ENDS[ends] = (ENDS[ends] as number) | (1 << word.length);
}

function endsOf(first: number, last: number): number {
  return ((first & 31) << 5) | (last & 31);
}

/** What the word says that stands before `start`, with little between. */
function wordBefore(text: string, units: Units, start: number): number {
  let end = start;
  while (end > 0 && start - end < 3 && isGap(units[end - 1] as number)) end--;
  if (end === start || end === 0) return 0;
  const last = units[end - 1] as number;
  if (!isLetter(last)) return 0;
  let first = last;
  let i = end - 1;
  for (let c = 0; i > 0 && end - i < LONGEST_WORD && isLetter((c = units[i - 1] as number)); i--) first = c;
  if (first < 128 && last < 128 && ((ENDS[endsOf(first, last)] as number) & (1 << (end - i))) === 0) return 0;
  return WORDS_BEFORE.get(text.slice(i, end).toLowerCase()) ?? 0;
}

function isGap(c: number): boolean {
  return c < 128 && GAPS[c] === 1;
}

/** Also quotation marks and other signs above U+00FF, which stand as 1 among bytes. */
function isLetter(c: number): boolean {
  return ((c | 32) >= 97 && (c | 32) <= 122) || c >= 0xc0 || c === 1;
}

/** A date, an age or a postal code at the word of digits `start..end`. */
export function numberAt(text: string, units: Units, start: number, end: number): Entity | undefined {
  const word = wordBefore(text, units, start);
  return (
    dateAt(text, units, start, end, word) ??
    ageAt(text, start, end, (word & AGE_WORD) !== 0) ??
    ((word & ZIP_WORD) === 0 ? undefined : zipAt(text, start, end))
  );
}

/** Not inside a number, an amount or an identifier. */
const INSIDE = new Uint8Array(128);
for (const mark of '.:$#_/+') INSIDE[mark.charCodeAt(0)] = 1;
const EURO = 0x20ac;
const POUND = 0xa3;

function isInside(c: number): boolean {
  return c < 128 ? INSIDE[c] === 1 : c === EURO || c === POUND;
}

/** The date that begins at a digit, or a year. */
function dateAt(text: string, units: Units, start: number, end: number, word: number): Entity | undefined {
  if (start > 0 && isInside(text.charCodeAt(start - 1))) return undefined;
  const date = mayBeDate(units, start) ? dateFrom(text, start) : undefined;
  if (date !== undefined && isPossible(date) && isEnd(text, start + date.length))
    return entity(text, start, start + date.length, 0.45, 'date');
  if ((word & MONTH_WORD) !== 0) {
    const month = MONTH_BEFORE.exec(text.slice(Math.max(0, start - 14), start))?.[0];
    BEHIND_MONTH.lastIndex = start;
    const day = month === undefined ? undefined : BEHIND_MONTH.exec(text)?.[0];
    if (month !== undefined && day !== undefined) return entity(text, start - month.length, start + day.length, 0.45, 'date');
  }
  if ((word & YEAR_WORD) === 0 || end - start !== 4 || !/^(?:1[5-9]|20)\d\d$/.test(text.slice(start, end))) return undefined;
  return /^ (?:\d|\p{Lu})/u.test(text.slice(end, end + 2)) ? undefined : entity(text, start, end, 0.4, 'year');
}

function dateFrom(text: string, start: number): string | undefined {
  DATE.lastIndex = start;
  return DATE.exec(text)?.[0].replace(/[ ,]+$/, '');
}

/** Whether what follows the first digits can be a form of `DATE`: one separator twice with digits between, or the first two letters of a month. */
function mayBeDate(units: Units, start: number): boolean {
  let i = start;
  while (isDigit(unitAt(units, i))) if (++i - start > 4) return false;
  const digits = i - start;
  if (digits === 3) return false;
  const c = unitAt(units, i);
  if ((c === HYPHEN || c === SLASH || c === FULL_STOP) && isDigit(unitAt(units, i + 1))) {
    const next = isDigit(unitAt(units, i + 2)) ? i + 3 : i + 2;
    return unitAt(units, next) === c && isDigit(unitAt(units, next + 1));
  }
  if (digits === 4) return isSeparator(c) && isMonth(units, i + 1);
  if (c === FULL_STOP) i++;
  else if ((c | 32) >= 97 && (c | 32) <= 122) i += ORDINAL;
  if (unitAt(units, i) === BLANK && (unitAt(units, i + 1) | 32) === SMALL_O && (unitAt(units, i + 2) | 32) === SMALL_F) i += 3;
  if (!isSeparator(unitAt(units, i))) return false;
  return isMonth(units, isSeparator(unitAt(units, i + 1)) ? i + 2 : i + 1);
}

/** 0 behind the end. */
function unitAt(units: Units, at: number): number {
  return at < units.length ? (units[at] as number) : 0;
}

const BLANK = 32;
const COMMA = 44;
const HYPHEN = 45;
const FULL_STOP = 46;
const SLASH = 47;
const SMALL_F = 102;
const SMALL_M = 109;
const SMALL_O = 111;
const SMALL_A_UMLAUT = 0xe4;

/** Letters of `st`, `nd`, `rd`, `th`. */
const ORDINAL = 2;

/** First two letters of the months, like `ENDS`. */
const MONTHS = new Uint8Array(1024);
for (const month of 'ja fe ma ap ju au se oc ok no de'.split(' ')) MONTHS[endsOf(month.charCodeAt(0), month.charCodeAt(1))] = 1;

function isMonth(units: Units, at: number): boolean {
  const first = unitAt(units, at);
  const second = unitAt(units, at + 1);
  if (first < 65 || first > 122) return false;
  if (second > 127) return (first | 32) === SMALL_M && (second | 32) === SMALL_A_UMLAUT;
  return second >= 65 && MONTHS[endsOf(first, second)] === 1;
}

function isSeparator(c: number): boolean {
  return c === BLANK || c === COMMA || c === HYPHEN || c === SLASH;
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function isEnd(text: string, end: number): boolean {
  return !/^(?:[\p{L}\d]|[-/.]\d)/u.test(text.slice(end, end + 2));
}

function entity(text: string, start: number, end: number, confidence: number, why: string): Entity {
  const birth = BIRTH.test(text.slice(Math.max(0, start - 40), start));
  return { type: 'DATE_TIME', start, end, confidence: birth ? 0.85 : confidence, why: birth ? 'date of birth' : why };
}

const AGE_BEFORE = /\b(?:turned|turning|turns|aged?|age(?: is|:)|age of|i am|i'm|he is|she is|he's|she's)[ :]{0,2}$/i;
const OLD_AFTER = /^[ -]?(?:years?|yrs?)[ -](?:old|of age)|^ ?y\/?o\b|^ jahre alt/i;
const NOT_AGE_AFTER =
  /^ ?(?:%|percent|minutes?|hours?|days?|weeks?|months?|miles?|km|kg|lbs?|usd|dollars?|euros?|degrees?|pages?|times|people|°|of|to|st|nd|rd|th|[.,:/]\d)/i;

/** A number of years that a person has. `named`: a word before it may say so. */
function ageAt(text: string, start: number, end: number, named: boolean): Entity | undefined {
  if (end - start > 3 || (!named && !mayBeOld(text, end))) return undefined;
  if (!/^\d{1,3}$/.test(text.slice(start, end)) || Number(text.slice(start, end)) > 120) return undefined;
  const after = text.slice(end, end + 16);
  if (OLD_AFTER.test(after)) return { type: 'AGE', start, end, confidence: 0.6, why: 'age' };
  if (!named || NOT_AGE_AFTER.test(after) || !AGE_BEFORE.test(text.slice(Math.max(0, start - 16), start))) return undefined;
  return { type: 'AGE', start, end, confidence: 0.5, why: 'age' };
}

/** Whether what follows a number begins like `OLD_AFTER`. */
function mayBeOld(text: string, end: number): boolean {
  const c = text.charCodeAt(end);
  const first = (c === BLANK || c === HYPHEN ? text.charCodeAt(end + 1) : c) | 32;
  return first === SMALL_Y || first === SMALL_J;
}

const SMALL_J = 106;
const SMALL_Y = 121;

const ZIP_BEFORE = /\b(?:zip|zip ?code|postal ?code|post ?code|postcode)(?: is| was|:| number)?[ :#]{0,3}$/i;

/** A postal code after a word that says so. */
function zipAt(text: string, start: number, end: number): Entity | undefined {
  const code = /^\d{4,6}(?:-\d{3,4})?(?![\d-])/.exec(text.slice(start, start + 12))?.[0];
  if (code === undefined || end - start > 6 || !ZIP_BEFORE.test(text.slice(Math.max(0, start - 24), start))) return undefined;
  return { type: 'ZIP_CODE', start, end: start + code.length, confidence: 0.7, why: 'postal code; named before it' };
}
