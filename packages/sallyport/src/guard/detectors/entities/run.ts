import { CAPITAL, END, type Capitals } from './capitals.ts';

/** What may stand between two words of a name: a blank, a hyphen, an ampersand, an initial's or title's full stop, a particle. */
const LINK =
  /^(?: & |[ -](?:de|la|del|della|di|da|do|dos|das|du|des|van|von|den|der|ter|ten|of the|of|bin|bint|ben|ibn|al|el|y|e|zu|af|av|le|les|las|los|lo|na|sur|am|im|upon|under|och|und|et)(?: (?:la|las|los|der|den|the))?[ -](?:l['’]|d['’])?)$/;

/** The longest gap that `LINK` matches. */
const MAX_LINK = 14;

/** Letters of an abbreviation: `D.`, `St.`, `Prof.`. */
const MAX_ABBREVIATION = 4;

/** Words of one name; longer runs are headings. */
const MAX_RUN = 8;

/**
 * The end of the run that begins at a place of the list: words with capitals that belong together (`Chiclana de la Frontera`,
 * `Faina D. Yefremova`, `Mayo-Walters`).
 */
export function runEnd(text: string, { list, count }: Capitals, first: number): number {
  const stop = Math.min(count * CAPITAL, first + MAX_RUN * CAPITAL);
  let next = first + CAPITAL;
  while (next < stop && isLinked(text, list[next - CAPITAL] as number, list[next - CAPITAL + END] as number, list[next] as number))
    next += CAPITAL;
  return next;
}

/** First two letters of the particles of `LINK`, 32 by 32: most words between two names are told by these. */
const PARTICLES = new Uint8Array(1024);
for (const pair of 'de la di da do du va vo te of bi be ib al el et zu af av le lo na su am im up un oc'.split(' '))
  PARTICLES[pairOf(pair.charCodeAt(0), pair.charCodeAt(1))] = 1;

function pairOf(first: number, second: number): number {
  return ((first & 31) << 5) | (second & 31);
}

const BLANK = 32;
const HYPHEN = 45;
const FULL_STOP = 46;

function isLinked(text: string, start: number, end: number, next: number): boolean {
  const length = next - end;
  if (length > MAX_LINK) return false;
  const first = text.charCodeAt(end);
  if (length === 1) return first === BLANK || first === HYPHEN;
  if (first === FULL_STOP) return length === 2 && text.charCodeAt(end + 1) === BLANK && end - start <= MAX_ABBREVIATION;
  if ((first !== BLANK && first !== HYPHEN) || length === 2) return false;
  const letter = text.charCodeAt(end + 1);
  const second = text.charCodeAt(end + 2);
  return (second < 97 || second > 122 || PARTICLES[pairOf(letter, second)] === 1) && LINK.test(text.slice(end, next));
}
