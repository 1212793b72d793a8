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

/** A name without its separators: `date-fns` and `datefns` are told apart by no reader. */
export function joined(name: string): string {
  return name.replace(/[-_.]/g, '');
}

/** What people put before or behind a name to say the language of a port; the port of a popular package mostly has another name. */
const LANGUAGE_AFFIX =
  /^(?:python|py|node|js|nodejs|go|golang|rust)[-_.]?(?=.{4})|(?<=.{4})[-_.]?(?:python|py|py3|python3|node|nodejs|js|golang|rs|rust)$/g;

/** Generic words that models put behind a popular name (Spracklen et al., USENIX Security 2025: most invented names recombine known ones). */
const GENERIC_TAIL =
  /(?<=.{3})[-_.](?:utils?|utilities|helpers?|tools?|toolkit|wrapper|extended|extensions?|extras?|pro|plus|advanced|enhanced|improved|simple|easy|fast|secure|validator|manager|handler|processor|integration|connector|suite|kit)$/;

/** The names that are left when an affix of a language goes; none when there is none. */
export function withoutLanguage(name: string): string[] {
  return [...name.matchAll(LANGUAGE_AFFIX)].flatMap(({ 0: affix, index }) => {
    const rest = name.slice(0, index) + name.slice(index + affix.length);
    return rest.length >= 4 ? [rest] : [];
  });
}

/** The popular-looking stem of a name that ends in a generic word. */
export function genericStem(name: string): string | undefined {
  const tail = GENERIC_TAIL.exec(name);
  return tail === null ? undefined : name.slice(0, tail.index);
}
