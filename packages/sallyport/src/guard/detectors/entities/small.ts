import type { View } from '../../view.ts';
import type { Entity } from './entity.ts';
import { flagsOf, IS_COMMON, IS_COUNTRY, IS_GIVEN, IS_NATIONALITY, IS_PLACE, IS_SURNAME } from './lists.ts';

/** A word of small letters only. */
const WORD = /(?<![\p{L}\p{N}_@./#$-])\p{Ll}{3,24}(?![\p{L}\p{N}_@/-]|\.\p{L})/gu;

const PLACE_BEFORE =
  /\b(?:lives? in|living in|lived in|from|born in|moved to|moving to|travel(?:l?ing)? to|visit(?:ing)?|flight to|trip to|stay(?:ing)? in|arrive in|grew up in|based in|office in)\s$/i;
const PERSON_BEFORE =
  /\b(?:name is|named|called|i am|i'm|this is|dear|hi|hello|hey|heard|met|told|asked|ask|mr|mrs|ms|dr|speak to|talk to|my (?:friend|brother|sister|son|daughter|wife|husband|boss|kid|cousin|uncle|aunt))\.?\s$/i;

/** In a short text people leave out capitals: nationalities and countries by list, names of persons and places after words that say so. */
export function smallNames({ text, units }: View, found: Entity[]): void {
  let person: Entity | undefined;
  for (const match of text.matchAll(WORD)) {
    const start = match.index;
    const end = start + match[0].length;
    const flags = flagsOf(units, start, end);
    if ((flags & IS_NATIONALITY) !== 0) found.push({ type: 'NRP', start, end, confidence: 0.45, why: 'nationality, religion or politics' });
    if ((flags & (IS_COMMON | IS_NATIONALITY)) !== 0) continue;
    const before = text.slice(Math.max(0, start - 24), start);
    const listed = (flags & (IS_GIVEN | IS_SURNAME)) !== 0;
    if (person !== undefined && person.end === start - 1 && text[person.end] === ' ') {
      found[found.indexOf(person)] = person = { ...person, end };
    } else if ((flags & IS_COUNTRY) !== 0) found.push({ type: 'LOCATION', start, end, confidence: 0.5, why: 'country' });
    else if (PLACE_BEFORE.test(before))
      found.push({ type: 'LOCATION', start, end, confidence: (flags & IS_PLACE) === 0 ? 0.4 : 0.45, why: 'words before it' });
    else if (PERSON_BEFORE.test(before)) {
      person = { type: 'PERSON', start, end, confidence: listed ? 0.5 : 0.4, why: 'words before it' };
      found.push(person);
    }
  }
}
