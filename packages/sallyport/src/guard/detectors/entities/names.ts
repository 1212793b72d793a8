import type { Capital } from './capitals.ts';
import type { Entity, EntityType } from './entity.ts';
import {
  IS_CALENDAR,
  IS_COMMON,
  IS_COUNTRY,
  IS_GIVEN,
  IS_NATIONALITY,
  IS_ORGANISATION,
  IS_PLACE,
  IS_STREET,
  IS_SURNAME,
  IS_TITLE,
} from './lists.ts';
import type { Run } from './run.ts';

/** What stands before a name of a person. */
const PERSON_BEFORE =
  /(?:\b(?:name(?: is|:)|named|called|i am|i'm|this is|it's|dear|hi|hello|hey|thanks|regards|sincerely|cheers|by|with|told|asked|met|know|knows|speak to|talk to|contact|ask|call|under|signed|author|friend|brother|sister|son|daughter|kid|child|wife|husband|mother|father|mom|dad|uncle|aunt|cousin|colleague|boss|manager|doctor|patient|client|customer|employee|neighbou?r|president|minister|senator|attorney|singer|actor|writer|director|ceo|mme|who is|from:|to:|cc:|attn:?)|\bname:?)[\s,:"'>]*$/i;

/** What stands before a place. */
const PLACE_BEFORE =
  /\b(?:in|at|from|to|near|around|via|towards?|visit(?:ing)?|across|outside|throughout|leaving|city of|town of|capital|born in|lives? in|moved to|serving|located in)(?: the)?[\s"']+$/i;

/** What stands before a company. */
const ORGANISATION_BEFORE =
  /\b(?:work(?:s|ed|ing)? (?:for|at|with)|employed by|company|firm|job at|employer|at|joined|founded|according to(?: the)?|by|of the|the)[\s:"']+$/i;

/** What follows a person: it speaks, is, or has. */
const PERSON_AFTER =
  /^(?:['’]s\b|,? (?:said|says|is|was|has|had|will|would|can|could|and (?:i|my|his|her)|told|asked|wrote|thinks?|wants?|lives?|works?|spoke|went|,)|,? (?:who|whose)\b|, (?:can|could|i|please|how|you|are|do|what|where|when)\b)/i;

/** Right before or after a word of code, a path, a handle or markup. */
const CODE_BEFORE = /[\w@#$./\\<_=(){}[\]`-]$/;
const CODE_AFTER = /^(?:[_(=\\[{<>/@`]|\.\w|::|:\w|-\d)/;

/** Before a sentence, a line, a quotation or an item; and what may stand between. */
const SENTENCE_MARKS = '.!?:;\u2026\n\r"\u201c\u201d\u00ab(\u0001*>|\u2022\u2013\u2014-#';
const BLANKS = ' \t\'"\u201c\u2018(';

/** Whether a sentence begins at `start`. */
function isSentenceStart(text: string, start: number): boolean {
  let i = start - 1;
  while (i >= 0 && BLANKS.includes(text[i] ?? '')) i--;
  return i < 0 || SENTENCE_MARKS.includes(text[i] ?? '');
}

const BEFORE = 32;
const AFTER = 16;

/** What stands around a run, read once. */
type Around = { readonly before: string; readonly after: string; readonly sentenceStart: boolean };

/** Names a run of capitals, or what is left of it without a sentence's first word. `shapes`: words that no list has may count by their place in the sentence. */
export function nameRun(text: string, run: Run, shapes: boolean, found: Entity[]): void {
  if (run.every(({ flags }) => flags === IS_COMMON || flags === IS_CALENDAR)) return;
  let words = run;
  let around = aroundOf(text, words);
  while (words.length > 0 && isLeading(words, around.sentenceStart)) {
    words = words.slice(1);
    if (words.length > 0) around = { ...aroundOf(text, words), sentenceStart: false };
  }
  while (words.length > 0 && has(words.at(-1), IS_CALENDAR) && !has(words.at(-1), IS_GIVEN)) words = words.slice(0, -1);
  const first = words[0];
  if (first === undefined || CODE_BEFORE.test(around.before.slice(-1)) || CODE_AFTER.test(around.after)) return;
  if (has(first, IS_TITLE) && words.length > 1) {
    const end = first.end + (text[first.end] === '.' ? 1 : 0);
    found.push({ type: 'TITLE', start: first.start, end, confidence: 0.45, why: 'form of address' });
    add(found, 'PERSON', words.slice(1), 0.85, 'form of address before it');
    return;
  }
  const verdict = judge(words, around, shapes);
  if (verdict !== undefined) add(found, verdict.type, words, verdict.confidence, verdict.why);
}

function aroundOf(text: string, words: Run): Around {
  const start = words[0]?.start ?? 0;
  const end = words.at(-1)?.end ?? 0;
  const before = text.slice(Math.max(0, start - BEFORE), start);
  return { before, after: text.slice(end, end + AFTER), sentenceStart: isSentenceStart(text, start) };
}

/** An ordinary word whose capital comes from its place. */
function isLeading(words: Run, sentenceStart: boolean): boolean {
  const first = words[0];
  if (first === undefined || !sentenceStart || !has(first, IS_COMMON | IS_CALENDAR)) return false;
  const next = words[1];
  if (has(first, IS_TITLE)) return next === undefined;
  return !(has(first, IS_GIVEN | IS_SURNAME) && next !== undefined && !has(next, IS_COMMON));
}

function has(word: Capital | undefined, flags: number): boolean {
  return word !== undefined && (word.flags & flags) !== 0;
}

type Verdict = { readonly type: EntityType; readonly confidence: number; readonly why: string };

function judge(words: Run, around: Around, shapes: boolean): Verdict | undefined {
  const { before } = around;
  const proper = words.filter((word) => !has(word, IS_COMMON | IS_CALENDAR) && word.end - word.start > 1);
  const asPlace = PLACE_BEFORE.test(before);
  const asPerson = PERSON_BEFORE.test(before);
  if (words.every((word) => has(word, IS_NATIONALITY))) return { type: 'NRP', confidence: 0.4, why: 'nationality, religion or politics' };
  if (words.some((word) => has(word, IS_COUNTRY)) && words.length <= 3) return { type: 'LOCATION', confidence: 0.45, why: 'country' };
  if (proper.length === 0) return commonOnly(words, asPerson, around);
  if (words.length > 1 && words.some((word) => has(word, IS_ORGANISATION) && !has(word, IS_GIVEN | IS_SURNAME)))
    return { type: 'ORGANIZATION', confidence: 0.45, why: 'legal form or kind of an organisation' };
  const listed = (flag: number): number => proper.filter((word) => has(word, flag)).length;
  const people = listed(IS_GIVEN | IS_SURNAME);
  if (words.every((word) => has(word, IS_PLACE) && !has(word, IS_GIVEN)) && !asPerson)
    return { type: 'LOCATION', confidence: asPlace ? 0.48 : 0.45, why: 'list of places' };
  if (listed(IS_PLACE) > 0 && asPlace && !has(words[0], IS_GIVEN))
    return { type: 'LOCATION', confidence: 0.48, why: 'list of places; preposition' };
  if (words.some((word) => has(word, IS_STREET)) && words.length > 1)
    return { type: 'LOCATION', confidence: 0.45, why: 'name of a street or place' };
  if (words.length > 1 && has(words[0], IS_GIVEN) && people > 1) return { type: 'PERSON', confidence: 0.85, why: 'given name and surname' };
  if (words.length > 1 && has(words[0], IS_GIVEN)) return { type: 'PERSON', confidence: 0.75, why: 'given name' };
  if (asPerson && people > 0) return { type: 'PERSON', confidence: 0.8, why: 'list of names; words before it' };
  if (has(words[0], IS_GIVEN) && !has(words[0], IS_COMMON)) return { type: 'PERSON', confidence: 0.6, why: 'given name' };
  if (words.length > 1 && people > 0) return { type: 'PERSON', confidence: 0.6, why: 'surname' };
  if (people > 0 && (!around.sentenceStart || PERSON_AFTER.test(around.after))) return { type: 'PERSON', confidence: 0.5, why: 'surname' };
  return shapes ? byShape(words, proper.length, around, asPlace, asPerson) : undefined;
}

/** Ordinary words with capitals: a name only where the text says so. */
function commonOnly(words: Run, asPerson: boolean, around: Around): Verdict | undefined {
  const given = words.filter((word) => has(word, IS_GIVEN | IS_SURNAME)).length;
  if (given > 0 && asPerson && !around.sentenceStart) return { type: 'PERSON', confidence: 0.55, why: 'words before it' };
  if (given === words.length && words.length > 1 && has(words[0], IS_GIVEN))
    return { type: 'PERSON', confidence: 0.45, why: 'given name and surname' };
  return undefined;
}

/** Words that no list has. */
function byShape(words: Run, properCount: number, around: Around, asPlace: boolean, asPerson: boolean): Verdict | undefined {
  const letters = words.reduce((sum, word) => sum + word.end - word.start, 0);
  const acronym = words.every(({ upper }) => upper);
  const asOrganisation = ORGANISATION_BEFORE.test(around.before);
  if (letters < 3 || words.length > 2 * properCount || (acronym && !asPlace && !asPerson && !asOrganisation)) return undefined;
  if (asPerson) return { type: 'PERSON', confidence: 0.5, why: 'words before it' };
  if (asPlace) return { type: 'LOCATION', confidence: 0.45, why: 'preposition before it' };
  if (asOrganisation) return { type: 'ORGANIZATION', confidence: 0.4, why: 'words before it' };
  if (PERSON_AFTER.test(around.after)) return { type: 'PERSON', confidence: 0.45, why: 'words behind it' };
  if (!around.sentenceStart) return { type: 'PERSON', confidence: 0.4, why: 'capital inside a sentence' };
  return words.length > 1 ? { type: 'PERSON', confidence: 0.4, why: 'capitals' } : undefined;
}

function add(found: Entity[], type: EntityType, words: Run, confidence: number, why: string): void {
  const first = words[0];
  const last = words.at(-1);
  if (first !== undefined && last !== undefined) found.push({ type, start: first.start, end: last.end, confidence, why });
}
