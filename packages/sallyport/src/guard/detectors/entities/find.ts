import type { View } from '../../view.ts';
import { CAPITAL, END, FLAGS, findCapitals, type Capitals } from './capitals.ts';
import { numberAt } from './dates.ts';
import type { Entity } from './entity.ts';
import { nameRun } from './names.ts';
import { runEnd } from './run.ts';
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
  const shapes = text.length <= SHORT || capitals.unknown * UNITS_A_NAME <= text.length;
  if (found.length > 0) leaveOut(capitals, found);
  for (let first = 0; first < capitals.count * CAPITAL;) {
    const end = runEnd(text, capitals, first);
    nameRun(text, capitals.list, first, end, shapes, found);
    first = end;
  }
  if (text.length <= SHORT) smallNames(view, found);
  return found;
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
    if (start < done || end - start > MAX_DIGITS || !isDigit(units[start] as number)) continue;
    const number = numberAt(text, units, start, end);
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

/** Leaves out capitals that stand in what was found. */
function leaveOut(capitals: Capitals, found: readonly Entity[]): void {
  const taken = found.toSorted((a, b) => a.start - b.start);
  const { list } = capitals;
  let t = 0;
  let kept = 0;
  let { start: from, end: until } = taken[0] as Entity;
  for (let at = 0; at < capitals.count * CAPITAL; at += CAPITAL) {
    const start = list[at] as number;
    const end = list[at + END] as number;
    while (until <= start) {
      const span = taken[++t];
      from = span?.start ?? Infinity;
      until = span?.end ?? Infinity;
    }
    if (from < end) continue;
    if (kept < at) {
      list[kept] = start;
      list[kept + END] = end;
      list[kept + FLAGS] = list[at + FLAGS] as number;
    }
    kept += CAPITAL;
  }
  capitals.count = kept / CAPITAL;
}
