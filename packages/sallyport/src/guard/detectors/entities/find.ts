import type { View } from '../../view.ts';
import { findCapitals, type Capital } from './capitals.ts';
import { numberAt } from './dates.ts';
import type { Entity } from './entity.ts';
import { IS_COMMON } from './lists.ts';
import { nameRun } from './names.ts';
import { runsOf } from './run.ts';
import { smallNames } from './small.ts';
import { readAddress } from './street.ts';
import { addresses } from './web.ts';

/** In a text of so many units or less, one word in three may be a name that no list has. */
const SHORT = 240;

/** Units for each word that no list has. Where they stand closer, capitals mean something else: German nouns, headings, code. */
const UNITS_A_NAME = 45;

/** Finds entities: around digits, `://` and capitals. */
export function findEntities(view: View): Entity[] {
  const { text, units } = view;
  const found: Entity[] = [];
  addresses(text, found);
  aroundDigits(view, found);
  const capitals = findCapitals(units);
  const taken = found.toSorted((a, b) => a.start - b.start);
  const shapes = text.length <= SHORT || capitals.filter(isUnknown).length * UNITS_A_NAME <= text.length;
  for (const run of runsOf(text, outside(capitals, taken))) nameRun(text, run, shapes, found);
  if (text.length <= SHORT) smallNames(view, found);
  return found;
}

function isUnknown({ flags }: Capital): boolean {
  return (flags & ~IS_COMMON) === 0 && flags === 0;
}

/** Digits of a word that may be a date, an age, a house number: longer ones are keys. */
const MAX_DIGITS = 12;

function aroundDigits({ text, units, words }: View, found: Entity[]): void {
  let done = 0;
  // Up to here words and numbers were read as an address, and were none.
  let read = 0;
  for (let w = 0; w < words.digits.length; w += 2) {
    const start = words.digits[w] as number;
    const end = words.digits[w + 1] as number;
    if (start < done || end - start > MAX_DIGITS || !isDigit(text.charCodeAt(start))) continue;
    const number = numberAt(text, start, end);
    const reading = number !== undefined || start < read ? undefined : readAddress(text, units, start, end, done);
    if (reading !== undefined) read = reading.end;
    const entity = number ?? reading?.address;
    if (entity === undefined) continue;
    found.push(entity);
    done = entity.end;
  }
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

/** Capitals that stand in none of the spans (in order). */
function outside(capitals: readonly Capital[], taken: readonly Entity[]): Capital[] {
  let t = 0;
  return capitals.filter(({ start, end }) => {
    while (t < taken.length && (taken[t] as Entity).end <= start) t++;
    const span = taken[t];
    return span === undefined || span.start >= end;
  });
}
