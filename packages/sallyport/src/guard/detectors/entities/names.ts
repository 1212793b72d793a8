import { Around } from './around.ts';
import { CAPITAL, END, FLAGS, IS_UPPER } from './capitals.ts';
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

/** Names the run of capitals at `first..last` of the list, or what is left of it without a sentence's first word. `shapes`: words that no list has may count by their place in the sentence. */
export function nameRun(text: string, list: Int32Array, first: number, last: number, shapes: boolean, found: Entity[]): void {
  if (isOrdinary(list, first, last)) return;
  const around = new Around(text, list[first] as number, list[last - CAPITAL + END] as number);
  let from = first;
  let to = last;
  if (isLeading(list, from, to) && around.sentenceStart) {
    from += CAPITAL;
    if (from === to) return;
    around.moveTo(list[from] as number);
  }
  while (from < to && has(list, to - CAPITAL, IS_CALENDAR) && !has(list, to - CAPITAL, IS_GIVEN)) to -= CAPITAL;
  if (from === to || around.isCode()) return;
  if (has(list, from, IS_TITLE) && to - from > CAPITAL) {
    const start = list[from] as number;
    const end = list[from + END] as number;
    found.push({ type: 'TITLE', start, end: end + (text[end] === '.' ? 1 : 0), confidence: 0.45, why: 'form of address' });
    add(found, 'PERSON', list, from + CAPITAL, to, 0.85, 'form of address before it');
    return;
  }
  const verdict = judge(list, from, to, around, shapes);
  if (verdict !== undefined) add(found, verdict.type, list, from, to, verdict.confidence, verdict.why);
}

/** Nothing but ordinary words, or days and months. */
function isOrdinary(list: Int32Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += CAPITAL) {
    const flags = (list[at + FLAGS] as number) & ~IS_UPPER;
    if (flags !== IS_COMMON && flags !== IS_CALENDAR) return false;
  }
  return true;
}

/** An ordinary word whose capital comes from its place. */
function isLeading(list: Int32Array, from: number, to: number): boolean {
  if (!has(list, from, IS_COMMON | IS_CALENDAR)) return false;
  const next = from + CAPITAL;
  if (has(list, from, IS_TITLE)) return next === to;
  return !(has(list, from, IS_GIVEN | IS_SURNAME) && next < to && !has(list, next, IS_COMMON));
}

function has(list: Int32Array, at: number, flags: number): boolean {
  return ((list[at + FLAGS] as number) & flags) !== 0;
}

type Verdict = { readonly type: EntityType; readonly confidence: number; readonly why: string };

function judge(list: Int32Array, from: number, to: number, around: Around, shapes: boolean): Verdict | undefined {
  const several = to - from > CAPITAL;
  let any = 0;
  let all = ~0;
  let places = true;
  let organisation = false;
  // Words that are not ordinary; those of them that a list of people or of places has.
  let proper = 0;
  let people = 0;
  let properPlaces = 0;
  for (let at = from; at < to; at += CAPITAL) {
    const flags = list[at + FLAGS] as number;
    any |= flags;
    all &= flags;
    places &&= (flags & (IS_PLACE | IS_GIVEN)) === IS_PLACE;
    organisation ||= (flags & (IS_ORGANISATION | IS_GIVEN | IS_SURNAME)) === IS_ORGANISATION;
    if ((flags & (IS_COMMON | IS_CALENDAR)) !== 0 || (list[at + END] as number) - (list[at] as number) === 1) continue;
    proper++;
    if ((flags & (IS_GIVEN | IS_SURNAME)) !== 0) people++;
    if ((flags & IS_PLACE) !== 0) properPlaces++;
  }
  const given = has(list, from, IS_GIVEN);
  if ((all & IS_NATIONALITY) !== 0) return { type: 'NRP', confidence: 0.4, why: 'nationality, religion or politics' };
  if ((any & IS_COUNTRY) !== 0 && to - from <= 3 * CAPITAL) return { type: 'LOCATION', confidence: 0.45, why: 'country' };
  if (proper === 0) return commonOnly(list, from, to, around);
  if (several && organisation) return { type: 'ORGANIZATION', confidence: 0.45, why: 'legal form or kind of an organisation' };
  if (places && !around.asPerson()) return { type: 'LOCATION', confidence: around.asPlace() ? 0.48 : 0.45, why: 'list of places' };
  if (properPlaces > 0 && !given && around.asPlace()) return { type: 'LOCATION', confidence: 0.48, why: 'list of places; preposition' };
  if (several && (any & IS_STREET) !== 0) return { type: 'LOCATION', confidence: 0.45, why: 'name of a street or place' };
  if (several && given && people > 1) return { type: 'PERSON', confidence: 0.85, why: 'given name and surname' };
  if (several && given) return { type: 'PERSON', confidence: 0.75, why: 'given name' };
  if (people > 0 && around.asPerson()) return { type: 'PERSON', confidence: 0.8, why: 'list of names; words before it' };
  if (given && !has(list, from, IS_COMMON)) return { type: 'PERSON', confidence: 0.6, why: 'given name' };
  if (several && people > 0) return { type: 'PERSON', confidence: 0.6, why: 'surname' };
  if (people > 0 && (!around.sentenceStart || around.beforeVerb())) return { type: 'PERSON', confidence: 0.5, why: 'surname' };
  return shapes ? byShape(list, from, to, proper, (all & IS_UPPER) !== 0, around) : undefined;
}

/** Ordinary words with capitals: a name only where the text says so. */
function commonOnly(list: Int32Array, from: number, to: number, around: Around): Verdict | undefined {
  let names = 0;
  for (let at = from; at < to; at += CAPITAL) if (has(list, at, IS_GIVEN | IS_SURNAME)) names++;
  if (names > 0 && around.asPerson() && !around.sentenceStart) return { type: 'PERSON', confidence: 0.55, why: 'words before it' };
  if (names > 1 && names * CAPITAL === to - from && has(list, from, IS_GIVEN))
    return { type: 'PERSON', confidence: 0.45, why: 'given name and surname' };
  return undefined;
}

/** Words that no list has. */
function byShape(list: Int32Array, from: number, to: number, proper: number, acronym: boolean, around: Around): Verdict | undefined {
  let letters = 0;
  for (let at = from; at < to; at += CAPITAL) letters += (list[at + END] as number) - (list[at] as number);
  if (letters < 3 || to - from > 2 * proper * CAPITAL) return undefined;
  if (around.asPerson()) return { type: 'PERSON', confidence: 0.5, why: 'words before it' };
  if (around.asPlace()) return { type: 'LOCATION', confidence: 0.45, why: 'preposition before it' };
  if (around.asOrganisation()) return { type: 'ORGANIZATION', confidence: 0.4, why: 'words before it' };
  if (acronym) return undefined;
  if (around.beforeVerb()) return { type: 'PERSON', confidence: 0.45, why: 'words behind it' };
  if (!around.sentenceStart) return { type: 'PERSON', confidence: 0.4, why: 'capital inside a sentence' };
  return to - from > CAPITAL ? { type: 'PERSON', confidence: 0.4, why: 'capitals' } : undefined;
}

function add(found: Entity[], type: EntityType, list: Int32Array, from: number, to: number, confidence: number, why: string): void {
  found.push({ type, start: list[from] as number, end: list[to - CAPITAL + END] as number, confidence, why });
}
