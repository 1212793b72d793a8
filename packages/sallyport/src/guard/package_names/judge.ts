import { ECOSYSTEMS, MAX_NAME, normalName, type Ecosystem } from './ecosystem.ts';
import { namesOf, wordsIn, type Names } from './lists.ts';
import { genericStem, isNumbered, isOneEdit, isPlural, joined, withoutLanguage, wordsOf } from './near.ts';

/**
 * What is to be thought of a package's name, from lists alone, without asking a registry:
 * `known` on a list or part of the language; `near_twin` on no list and nearly a popular name; `cross_ecosystem` on no list here and popular elsewhere;
 * `invented` a popular name with a generic tail; `unknown` nothing of that (most of these exist: the lists are not complete).
 */
export type PackageVerdict = {
  readonly verdict: 'known' | 'near_twin' | 'invented' | 'cross_ecosystem' | 'unknown';
  /** The popular name that it resembles. */
  readonly like?: string;
  /** How: `edit`, `separator`, `affix`, `tail`, or the other ecosystem. */
  readonly how?: 'edit' | 'separator' | 'affix' | 'tail' | Ecosystem;
};

const KNOWN: PackageVerdict = { verdict: 'known' };
const UNKNOWN: PackageVerdict = { verdict: 'unknown' };

/** Judges a name as it stands in a manifest (a Go import path may go on below its module). Pure, about 50 us; the first call unpacks the lists. */
export function judgePackage(ecosystem: Ecosystem, name: string): PackageVerdict {
  if (name.length > MAX_NAME || !/^[\w@/.~-]+$/.test(name)) return UNKNOWN;
  const names = namesOf(ecosystem);
  if (ecosystem === 'go') return judgeModule(names, normalName('go', name));
  const normal = normalName(ecosystem, name);
  if (names.known.has(normal)) return KNOWN;
  // No such name can be registered any more (npm's rules for new packages), so nobody waits for the slip.
  if (ecosystem === 'npm' && name !== name.toLowerCase()) return UNKNOWN;
  return nearTwin(ecosystem, names, normal) ?? crossing(ecosystem, normal) ?? invented(names, normal) ?? UNKNOWN;
}

/** Characters of both names together; shorter ones are one edit apart by chance. */
const MIN_SLIP = 7;

/** Two neighbours of a short name are swapped: no other one edit of three letters says what was meant. */
function isSwapped(name: string, popular: string): boolean {
  return name.length === popular.length && name.length >= 3 && isOneEdit(name, popular) && lettersOf(name) === lettersOf(popular);
}

function lettersOf(name: string): string {
  return name.split('').sort().join('');
}

function nearTwin(ecosystem: Ecosystem, names: Names, name: string): PackageVerdict | undefined {
  const same = names.joined.get(joined(name));
  if (same !== undefined) return { verdict: 'near_twin', like: same, how: 'separator' };
  const slip = names.popular.find((popular) =>
    popular.length + name.length >= MIN_SLIP ? isOneEdit(name, popular) : isSwapped(name, popular),
  );
  if (slip !== undefined)
    return isNumbered(name, slip) || (isMadeOfWords(name) && !isPlural(name, slip) && wordsOf(name).join('') !== wordsOf(slip).join(''))
      ? undefined
      : { verdict: 'near_twin', like: slip, how: 'edit' };
  const ported = withoutLanguage(ecosystem, name).find((rest) => names.isPopular.has(rest));
  return ported === undefined ? undefined : { verdict: 'near_twin', like: ported, how: 'affix' };
}

/** Names of other packages that a word stands in, from which it is a word that names are made of. A slip makes one of those in 100. */
const MIN_USES = 5;

/** `args-parser` is one edit from `yargs-parser`, and what anybody would call a parser of arguments. */
function isMadeOfWords(name: string): boolean {
  return wordsOf(name).every((word) => ECOSYSTEMS.reduce((sum, ecosystem) => sum + (wordsIn(ecosystem).get(word) ?? 0), 0) >= MIN_USES);
}

/** Whether a word of the name is used in one ecosystem, for several packages, and never in the other: `pandas` is at home in PyPI, `graphql` in both. */
function isAtHome(name: string, there: Ecosystem, here: Ecosystem): boolean {
  return wordsOf(name).some((word) => (wordsIn(there).get(word) ?? 0) > 1 && !wordsIn(here).has(word));
}

/** Names of npm and PyPI that are taken for each other; the lists of the other ecosystems are too short to say what does not exist there. */
function crossing(ecosystem: Ecosystem, name: string): PackageVerdict | undefined {
  const other = ecosystem === 'npm' ? 'pypi' : ecosystem === 'pypi' ? 'npm' : undefined;
  if (other === undefined || !namesOf(other).isPopular.has(normalName(other, name)) || !isAtHome(name, other, ecosystem)) return undefined;
  return { verdict: 'cross_ecosystem', like: name, how: other };
}

function invented(names: Names, name: string): PackageVerdict | undefined {
  const stem = genericStem(name);
  return stem !== undefined && names.isPopular.has(stem) ? { verdict: 'invented', like: stem, how: 'tail' } : undefined;
}

/** Elements of a path that can name a module; what stands below is a package in it. */
const MAX_ELEMENTS = 8;

function judgeModule(names: Names, path: string): PackageVerdict {
  const elements = path.split('/').slice(0, MAX_ELEMENTS);
  // Without a dot in its first element a path belongs to the standard library, unless it is that of a host where the dot was lost.
  if (!(elements[0] ?? '').includes('.') && (names.known.has(elements[0] ?? '') || elements.length < 3)) return KNOWN;
  const prefixes = elements.map((_, at) => normalName('go', elements.slice(0, elements.length - at).join('/')));
  for (const prefix of prefixes) {
    if (names.known.has(prefix)) return KNOWN;
    const found = nearTwin('go', names, prefix);
    if (found !== undefined && found.how !== 'affix') return found;
  }
  return (elements[0] ?? '').includes('.') ? UNKNOWN : KNOWN;
}
