import { isIpv4, isNobody } from './address.ts';
import { isWrittenCard } from './card.ts';
import { isPhone, nanpEnd } from './phone.ts';

/** What a cluster of digits may be. */
export type Kind = 'PHONE_NUMBER' | 'CREDIT_CARD' | 'US_SSN' | 'IP_ADDRESS';

/** `confidence`: when it is not that of the kind. */
type Found = (kind: Kind, start: number, end: number, confidence?: number) => void;

/** Bare digits need a word that says what they are, within so many characters before them. */
const CONTEXT = 60;
const PHONE_WORDS =
  /phone|mobile|cell|tel\b|tel[.:]|telefon|téléphone|teléfono|telefone|celular|handy|fax|whatsapp|call|dial|contact|text me|sms|numéro|número|nummer/i;
const CARD_WORDS = /card|visa|mastercard|amex|credit|debit|maestro|unionpay|karte|carte|tarjeta|cartão/i;

/** Groups of digits in one cluster that are tried as a beginning: a page of numbers in one line is no contact list. */
const MAX_GROUPS = 4096;

const SSN = /(\d{3})([ -])(\d{2})\2(\d{4})(?!\d)/y;
const IPV4 = /(\d{1,3}(?:\.\d{1,3}){3})(?:\/\d{1,2})?(?![\d]|\.\d)/y;
const CARD = /\d{3,19}(?:([ -])\d{3,7}(?:\1\d{3,7}){0,4})?(?!\d)/y;

/** Finds the personal numbers among the digits of `start..end`, from left to right without overlap. */
export function findInCluster(text: string, start: number, end: number, regions: readonly string[], found: Found): void {
  let tried = 0;
  for (let at = start; at < end && tried < MAX_GROUPS; tried++) {
    const hit = numberAt(text, at, end, regions);
    if (hit === undefined) {
      at = nextGroup(text, at, end);
      continue;
    }
    found(hit.kind, hit.start, hit.end, hit.confidence);
    at = nextGroup(text, hit.end - 1, end);
  }
}

type Hit = { kind: Kind; start: number; end: number; confidence?: number };

function numberAt(text: string, at: number, end: number, regions: readonly string[]): Hit | undefined {
  if (isInsideWord(text, at)) return undefined;
  return cardAt(text, at) ?? ipv4At(text, at) ?? ssnAt(text, at) ?? phoneAt(text, at, end, regions) ?? namedPhoneAt(text, at, end);
}

/** Where the next group of digits begins. */
function nextGroup(text: string, at: number, end: number): number {
  let i = at;
  while (i < end && isDigit(text.charCodeAt(i))) i++;
  while (i < end && !isDigit(text.charCodeAt(i))) i++;
  return i;
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

/** A letter, underscore or decimal point right before: part of an identifier or a number. */
function isInsideWord(text: string, at: number): boolean {
  const before = text.charAt(at - 1);
  if (/[A-Za-z_#$]/.test(before)) return true;
  return before === '.' && isDigit(text.charCodeAt(at - 2));
}

function isFollowedByWord(text: string, end: number): boolean {
  return /[A-Za-z_]/.test(text.charAt(end));
}

function context(text: string, at: number): string {
  return text.slice(Math.max(0, at - CONTEXT), at);
}

/** Digits in a row that are more often an identifier (a snowflake, a time in nanoseconds) than a card. */
const LONG_CARD = 17;
const SHORTEST_CARD = 12;

function cardAt(text: string, at: number): Hit | undefined {
  CARD.lastIndex = at;
  const value = CARD.exec(text)?.[0];
  if (value === undefined || isFollowedByWord(text, at + value.length)) return undefined;
  const named = value.length >= SHORTEST_CARD && CARD_WORDS.test(context(text, at));
  const written = value.length >= SHORTEST_CARD ? longestCard(value, named) : undefined;
  if (written === undefined) return undefined;
  const bare = !/[ -]/.test(written);
  if (bare && written.length >= LONG_CARD && !named) return undefined;
  return { kind: 'CREDIT_CARD', start: at, end: at + written.length };
}

/** The card number that the groups begin with: more groups may follow it (an expiry year). */
function longestCard(value: string, named: boolean): string | undefined {
  for (let cut = value.length; cut > 0; cut = Math.max(value.lastIndexOf(' ', cut - 1), value.lastIndexOf('-', cut - 1))) {
    const part = value.slice(0, cut);
    if (isWrittenCard(part, named)) return part;
  }
  return undefined;
}

function ipv4At(text: string, at: number): Hit | undefined {
  IPV4.lastIndex = at;
  const match = IPV4.exec(text);
  const value = match?.[0];
  const address = match?.[1] ?? '';
  if (value === undefined || !isIpv4(address) || isNobody(address) || isFollowedByWord(text, at + value.length)) return undefined;
  return /v(?:ersion)?[ .:]{0,2}$/i.test(context(text, at)) ? undefined : { kind: 'IP_ADDRESS', start: at, end: at + value.length };
}

/** Numbers that the administration says were never issued, or that advertisements made known (ssa.gov/history/ssn/misused.html). */
const NEVER_ISSUED = new Set([
  '078051120',
  '219099999',
  '123456789',
  '987654321',
  '111111111',
  '222222222',
  '333333333',
  '444444444',
  '555555555',
  '777777777',
  '888888888',
]);

/** Whether text is a US social security number: area 001 to 899 without 666, group and serial not zero (ssa.gov/employer/randomization.html). */
export function isSsn(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  const area = digits.slice(0, 3);
  return (
    digits.length === 9 &&
    area !== '000' &&
    area !== '666' &&
    area < '900' &&
    digits.slice(3, 5) !== '00' &&
    digits.slice(5) !== '0000' &&
    !NEVER_ISSUED.has(digits)
  );
}

function ssnAt(text: string, at: number): Hit | undefined {
  SSN.lastIndex = at;
  const value = SSN.exec(text)?.[0];
  if (value === undefined || !isSsn(value) || isFollowedByWord(text, at + value.length) || /^-\d/.test(text.slice(at + value.length)))
    return undefined;
  return { kind: 'US_SSN', start: at, end: at + value.length };
}

/** Groups of a telephone number that are left off one by one when more digits follow it. */
const MAX_CUTS = 4;

function phoneAt(text: string, at: number, end: number, regions: readonly string[]): Hit | undefined {
  const from = text.charAt(at - 1) === '+' ? at - 1 : text.charAt(at - 1) === '(' ? at - 1 : at;
  const international = text.startsWith('+', from) || text.startsWith('00', at);
  if (!international && regions.includes('US')) {
    const nanp = nanpEnd(text, from);
    if (nanp !== undefined) return nanpHit(text, from, nanp, regions);
  }
  if (!international && (regions.every((region) => region === 'US') || !text.startsWith('0', at))) return undefined;
  for (let cut = end, cuts = 0; cut > at && cuts < MAX_CUTS; cut = previousGroup(text, cut, at), cuts++) {
    // Counted first: a page of numbers is one cluster, and would be looked at whole from each of its groups.
    if (countDigits(text, from, cut) > MOST_DIGITS) continue;
    if (!isFollowedByWord(text, cut) && isPhone(text.slice(from, cut), regions)) return { kind: 'PHONE_NUMBER', start: from, end: cut };
  }
  return undefined;
}

/** Words that announce a telephone number, whatever its form. A `number` may be of anything else, so what it is of must not be said. */
const NAMED_PHONE =
  /\b(?:phone|mobile|cell|tel\b|telephone|telefon|téléphone|teléfono|handy|fax|whatsapp|call (?:me|us|him|her|them|back)|dial|text me|sms|reach (?:me|us|him|her))\b|(?<!card |account |order |id |identification |license |licence |passport |security |tax |routing |reference |case |ticket |policy |insurance |serial |tracking |invoice )\bnumber(?: is|:)/i;

/** Confidence in digits that the text calls a telephone number and no numbering plan that is asked for has. */
const NAMED = 0.55;

const DATE_FORM = /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))(?!\d)/;

/** Of a telephone number, with its country (ITU-T E.164) and the `00` before it. */
const MOST_DIGITS = 17;

/** Digits in `start..end`; counted no further than one above the most, for a page of numbers is counted from each of its groups. */
function countDigits(text: string, start: number, end: number): number {
  let digits = 0;
  for (let i = start; i < end && digits <= MOST_DIGITS; i++) if (isDigit(text.charCodeAt(i))) digits++;
  return digits;
}

function namedPhoneAt(text: string, at: number, end: number): Hit | undefined {
  const from = /[+(]/.test(text.charAt(at - 1)) ? at - 1 : at;
  const digits = countDigits(text, from, end);
  if (digits < 7 || digits > MOST_DIGITS - 2) return undefined;
  const value = text.slice(from, end);
  if (isFollowedByWord(text, end) || DATE_FORM.test(value) || !NAMED_PHONE.test(context(text, from))) return undefined;
  return /^[+0(]|[ ()-]|\d\.\d/.test(value) || digits >= 10 ? { kind: 'PHONE_NUMBER', start: from, end, confidence: NAMED } : undefined;
}

function nanpHit(
  text: string,
  from: number,
  { end, formatted }: { end: number; formatted: boolean },
  regions: readonly string[],
): Hit | undefined {
  if (isFollowedByWord(text, end) || (!formatted && !PHONE_WORDS.test(context(text, from)))) return undefined;
  return isPhone(text.slice(from, end), regions) ? { kind: 'PHONE_NUMBER', start: from, end } : undefined;
}

function previousGroup(text: string, end: number, start: number): number {
  let i = end;
  while (i > start && isDigit(text.charCodeAt(i - 1))) i--;
  while (i > start && !isDigit(text.charCodeAt(i - 1))) i--;
  return i;
}
