import type { Capital } from './capitals.ts';

/** Words with capitals that belong together: `Chiclana de la Frontera`, `Faina D. Yefremova`, `Mayo-Walters`. */
export type Run = readonly Capital[];

/** What may stand between two words of a name: a blank, a hyphen, an ampersand, an initial's or title's full stop, a particle. */
const LINK =
  /^(?:[ ]|-|\. | & |[ -](?:de|la|del|della|di|da|do|dos|das|du|des|van|von|den|der|ter|ten|of the|of|bin|bint|ben|ibn|al|el|y|e|zu|af|av|le|les|las|los|lo|na|sur|am|im|upon|under|och|und|et)(?: (?:la|las|los|der|den|the))?[ -](?:l['’]|d['’])?)$/;

/** The longest gap that `LINK` matches. */
const MAX_LINK = 14;

/** Letters of an abbreviation: `D.`, `St.`, `Prof.`. */
const MAX_ABBREVIATION = 4;

/** Words of one name; longer runs are headings. */
const MAX_RUN = 8;

/** Joins capitals to runs, in order. */
export function runsOf(text: string, capitals: readonly Capital[]): Run[] {
  const runs: Capital[][] = [];
  let last: Capital | undefined;
  for (const capital of capitals) {
    const run = runs.at(-1);
    if (run !== undefined && last !== undefined && run.length < MAX_RUN && isLinked(text, last, capital)) run.push(capital);
    else runs.push([capital]);
    last = capital;
  }
  return runs;
}

function isLinked(text: string, left: Capital, right: Capital): boolean {
  const length = right.start - left.end;
  if (length > MAX_LINK) return false;
  if (length === 1) return text[left.end] === ' ' || text[left.end] === '-';
  const gap = text.slice(left.end, right.start);
  return LINK.test(gap) && (gap !== '. ' || left.end - left.start <= MAX_ABBREVIATION);
}
