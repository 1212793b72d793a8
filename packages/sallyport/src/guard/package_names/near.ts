import type { Ecosystem } from './ecosystem.ts';

/**
 * Whether two names are one edit apart: a character more, less or other, or two neighbours swapped (Damerau, optimal string alignment). A digit
 * in the place of a digit is another version or width (`base32`, `v2`), not a slip. O(length).
 */
export function isOneEdit(a: string, b: string): boolean {
  const difference = a.length - b.length;
  if (difference > 1 || difference < -1 || a === b) return false;
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a.charCodeAt(head) === b.charCodeAt(head)) head++;
  let tail = 0;
  while (tail < shorter - head && a.charCodeAt(a.length - 1 - tail) === b.charCodeAt(b.length - 1 - tail)) tail++;
  const left = a.length - head - tail;
  const right = b.length - head - tail;
  if (left + right === 1) return true;
  if (left === 1 && right === 1) return !(isDigit(a.charCodeAt(head)) && isDigit(b.charCodeAt(head)));
  return left === 2 && right === 2 && a[head] === b[head + 1] && a[head + 1] === b[head];
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

/** Digits that are written for a letter, so that nobody sees the difference (UTS #39, confusables). */
const LOOKALIKE = new Set(['0o', '1i', '1l', '3e', '5s', '8b', '9g', '9q']);

/**
 * Whether names that are one edit apart differ in the digits at their end alone: `httpx2` follows `httpx`, `parse` is not `parse5`. Such numbers name a
 * next version or another thing (`boto3`, `urllib3`), unless the digit stands for a letter that looks like it.
 */
export function isNumbered(a: string, b: string): boolean {
  if (a.length === b.length) {
    const last = [a.at(-1) ?? '', b.at(-1) ?? ''].sort().join('');
    return a.slice(0, -1) === b.slice(0, -1) && /^\d\D/.test(last) && !LOOKALIKE.has(last);
  }
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return long.startsWith(short) && isDigit(long.charCodeAt(short.length));
}

/** Whether one of them is the other's plural. */
export function isPlural(a: string, b: string): boolean {
  return a === `${b}s` || b === `${a}s`;
}

/** The words of a name. */
export function wordsOf(name: string): string[] {
  return name.split(/[-_./@]+/).filter((word) => word !== '');
}

/** A name without its separators: `date-fns` and `datefns` are told apart by no reader. */
export function joined(name: string): string {
  return name.replace(/[-_.]/g, '');
}

/**
 * What people put before or behind a name to say the language of a port; the port of a popular package mostly has another name. Without a separator
 * it may be any syllable of a shorter name (`rustwide`), and `.js` is how packages of npm are called.
 */
const LANGUAGE_AFFIX =
  /^(?:python|py|node|js|nodejs|go|golang|rust)(?:[-_.](?=.{4})|(?=.{6}))|(?:(?<=.{4})[-_](?:js|rs)|(?<=.{4})[-_.](?:python|py|py3|python3|node|nodejs|golang|rust)|(?<=.{6})(?:python|py|py3|python3|node|nodejs|js|golang|rs|rust))$/g;

/** Generic words that models put behind a popular name (Spracklen et al., USENIX Security 2025: most invented names recombine known ones). */
const GENERIC_TAIL =
  /(?<=.{3})[-_.](?:utils?|utilities|helpers?|tools?|toolkit|wrapper|extended|extensions?|extras?|pro|plus|advanced|enhanced|improved|simple|easy|fast|secure|validator|manager|handler|processor|integration|connector|suite|kit)$/;

/** The languages whose names say nothing in an ecosystem but what everything in it is; `node-semver` of Rust is a port of what Node has. */
const OWN: Readonly<Record<Ecosystem, RegExp>> = { npm: /node|js/, pypi: /py/, crates: /rust|rs/, go: /go/ };

/** The names that are left when an affix of the ecosystem's own language goes; none when there is none. */
export function withoutLanguage(ecosystem: Ecosystem, name: string): string[] {
  return [...name.matchAll(LANGUAGE_AFFIX)].flatMap(({ 0: affix, index }) => {
    if (!OWN[ecosystem].test(affix)) return [];
    const rest = name.slice(0, index) + name.slice(index + affix.length);
    return rest.length >= 4 ? [rest] : [];
  });
}

/** The popular-looking stem of a name that ends in a generic word. */
export function genericStem(name: string): string | undefined {
  const tail = GENERIC_TAIL.exec(name);
  return tail === null ? undefined : name.slice(0, tail.index);
}
