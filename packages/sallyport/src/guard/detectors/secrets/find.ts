import type { Units } from '../../units.ts';
import type { View } from '../../view.ts';
import type { Facts, Hit, SecretFormat } from './format.ts';
import { entropy, looksOf, WORDY, wordiness } from './random.ts';
import { isSample } from './sample.ts';

/** How far before a value a word that explains it may stand. */
const NEAR = 80;

/** Part of a run that is looked at for words that explain values: longer ones are no line that a person wrote. */
const RUN_WORDS = 400;

/** `least`: characters that the shortest value has. `lead`: what every value begins with, when that is a class of characters. */
type Compiled = SecretFormat & {
  readonly pattern: RegExp;
  readonly prefix: string;
  readonly least: number;
  readonly lead: Lead | undefined;
};

/** So many characters of a class (by their code: 1 when in it). */
type Lead = { readonly count: number; readonly among: Uint8Array };

/** Formats ready to be looked for. */
export type Finder = {
  /** 1 + index into `lists` by the first two characters. */
  readonly byFirst: Uint16Array;
  readonly lists: readonly (readonly Compiled[])[];
  readonly near: readonly Compiled[];
  /** Any of the words of `near`. */
  readonly nearWord: RegExp;
  /** Formats with a sign that fit in so many characters. */
  readonly having: readonly (readonly Compiled[])[];
};

export function compileFormats(formats: readonly SecretFormat[]): Finder {
  const compiled = formats.map((format): Compiled => ({
    ...format,
    pattern: new RegExp(format.source, 'y'),
    prefix: prefixOf(format.source),
    least: leastLength(format.source),
    lead: leadOf(format.source),
  }));
  const near = compiled.filter((format) => format.near !== undefined);
  const words = near.flatMap((format) => format.near ?? []).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const having = compiled.filter(({ has }) => has !== undefined);
  return {
    ...byFirstTwo(compiled.filter(({ near: words, has }) => words === undefined && has === undefined)),
    near,
    nearWord: new RegExp(words.join('|'), 'i'),
    having: Array.from({ length: Math.max(...having.map(({ least }) => least)) + 1 }, (_none, room) =>
      having.filter(({ least }) => least <= room),
    ),
  };
}

/** Literal characters that a pattern begins with, behind `\b`. */
function prefixOf(source: string): string {
  return /^\\b((?:[A-Za-z0-9_:/-]|\\[.|$])*)(?![{?])/.exec(source)?.[1]?.replaceAll('\\', '') ?? '';
}

/** Characters of the shortest text that a bounded pattern matches; for choices a lower bound: none. */
function leastLength(source: string): number {
  const flat = source.replace(/\(\?![^)]*\)|\\b/g, '').replace(/\((?:[^()]|\([^()]*\))*\)(?:\{\d+(?:,\d+)?\}|\?)?/g, '');
  let least = 0;
  for (const [, repeat] of flat.matchAll(/(?:\[[^\]]*\]|\\.|.)(\{\d+(?:,\d+)?\}|\?)?/g)) {
    least += repeat === undefined ? 1 : repeat === '?' ? 0 : Number(/\d+/.exec(repeat)?.[0]);
  }
  return least;
}

function leadOf(source: string): Lead | undefined {
  const [, one, count] = /^\\b(\[[^\]]*\])(?:\{(\d+)(?:,\d+)?\})?(?!\?)/.exec(source) ?? [];
  if (one === undefined) return undefined;
  const pattern = new RegExp(one);
  const among = Uint8Array.from({ length: 1 << 7 }, (_none, c) => (pattern.test(String.fromCharCode(c)) ? 1 : 0));
  return { count: Number(count ?? 1), among };
}

/** Whether a text goes on with a lead: cheaper than the pattern, and most places fail here. */
function leads({ count, among }: Lead, text: string, at: number): boolean {
  for (let i = at; i < at + count; i++) {
    const c = text.charCodeAt(i);
    if (!(c < 128) || among[c] === 0) return false;
  }
  return true;
}

function byFirstTwo(formats: readonly Compiled[]): Pick<Finder, 'byFirst' | 'lists'> {
  const map = new Map<number, Compiled[]>();
  for (const format of formats) {
    for (const key of new Set(firstTwo(format).map((two) => (two.charCodeAt(0) << 7) | two.charCodeAt(1)))) {
      map.set(key, [...(map.get(key) ?? []), format]);
    }
  }
  const byFirst = new Uint16Array(1 << 14);
  for (const [index, key] of [...map.keys()].entries()) byFirst[key] = index + 1;
  return { byFirst, lists: [...map.values()] };
}

/** The pairs of characters that a value may begin with; choices and small classes are written out. */
function firstTwo({ prefix, source }: Compiled): readonly string[] {
  if (prefix.length >= 2) return [prefix.slice(0, 2)];
  const choice = /^\\b\(([^)]*)\)/.exec(source)?.[1]?.split('|');
  if (choice !== undefined && choice.every((option) => /^[\w-]{2}/.test(option))) return choice.map((option) => option.slice(0, 2));
  const classed = /^\\b(?:\[([A-Za-z0-9]+)\]|(\w))(?:\[([a-z+_-]+)\]|(\w|\/))/.exec(source);
  if (classed === null) throw new TypeError(`the pattern ${source} begins with no literals`);
  const seconds = (classed[3] ?? classed[4] ?? '').split('');
  return (classed[1] ?? classed[2] ?? '').split('').flatMap((first) => seconds.map((second) => first + second));
}

/** Values by their form alone, in the long runs of a text. */
export function findFormats(view: View, finder: Finder, facts: Facts, hits: Hit[]): void {
  const { runs, units } = view;
  const { byFirst, lists } = finder;
  for (let r = 0; r < runs.length; r += 2) {
    const start = runs[r] as number;
    const end = runs[r + 1] as number;
    let done = start;
    let before = 0;
    for (let p = start; p + 8 < end; p++) {
      const c = units[p] as number;
      const inWord = before & IS_WORD;
      before = KIND[c] as number;
      if (inWord !== 0 || p < done) continue;
      const list = byFirst[(c << 7) | (units[p + 1] as number)] as number;
      const hit = list === 0 ? undefined : firstHit(view, p, lists[list - 1] ?? [], facts);
      if (hit === undefined) continue;
      hits.push(hit);
      done = hit.end;
    }
    if (done === start) findShaped(view, start, end, finder, facts, hits);
  }
}

function firstHit({ text }: View, at: number, formats: readonly Compiled[], facts: Facts): Hit | undefined {
  for (const format of formats) {
    if (format.lead === undefined ? !text.startsWith(format.prefix, at) : !leads(format.lead, text, at)) continue;
    format.pattern.lastIndex = at;
    const value = format.pattern.exec(text)?.[0];
    if (value !== undefined && isSecret(format, value)) return { start: at, end: at + value.length, facts: facts(format, value) };
  }
  return undefined;
}

/** So many characters of a credential's alphabet on end, digits among them. */
const SHAPED_LENGTH = 16;

/** Kinds of characters, as bits. */
const IS_DIGIT = 1;
const IS_UPPER = 2;
const IS_LOWER = 4;
/** Letters, digits and `+/_-`: a value that words explain begins with 16 of them (or fewer and a sign). */
const IS_VALUE = 8;
/** What may stand anywhere in such a value. */
const IS_ANY = 16;
const IS_SHAPED = 32;
/** What no such value stands behind. */
const IS_JOINED = 64;
const IS_WORD = 128;

/** By every unit, so that none needs a test of its own. */
const KIND = new Uint8Array(1 << 16);
for (let c = 33; c < 127; c++) {
  const char = String.fromCharCode(c);
  KIND[c] =
    (/[0-9]/.test(char) ? IS_DIGIT : 0) |
    (/[A-Z]/.test(char) ? IS_UPPER : 0) |
    (/[a-z]/.test(char) ? IS_LOWER : 0) |
    (/[A-Za-z0-9+/_-]/.test(char) ? IS_VALUE : 0) |
    (/[A-Za-z0-9+/_.:|=-]/.test(char) ? IS_ANY : 0) |
    (/[A-Za-z0-9+/_~.:-]/.test(char) ? IS_SHAPED : 0) |
    (/[A-Za-z0-9+/_.-]/.test(char) ? IS_JOINED : 0) |
    (/\w/.test(char) ? IS_WORD : 0);
}

/** Formats without a prefix: tried only in a run that has digits or both cases, at each of its words, when their sign is there. */
function findShaped(view: View, start: number, end: number, finder: Finder, facts: Facts, hits: Hit[]): void {
  const { text, units } = view;
  if (!isShaped(units, start, end)) return;
  // A value may go on behind a bar, which ends a run.
  const most = finder.having.length - 1;
  const having = havingIn(text, start, end, finder.having[text.charCodeAt(end) === BAR ? most : Math.min(end - start, most)] ?? []);
  const near = mayBeNear(view, start, end) ? nearTo(text, start, end, finder) : NONE;
  if (having.length === 0 && near.length === 0) return;
  for (let p = start; p < end; p++) {
    if (p > start && ((KIND[units[p - 1] as number] as number) & IS_WORD) !== 0) continue;
    const hit = firstHit(view, p, having, facts) ?? (near.length === 0 ? undefined : nearHit(view, p, near, facts));
    if (hit === undefined) continue;
    hits.push(hit);
    p = hit.end;
  }
}

const BAR = 124;
const NONE: readonly Compiled[] = [];

/** Whether a run has digits or both cases, and enough of a credential's alphabet on end. */
function isShaped(units: Units, start: number, end: number): boolean {
  let streak = 0;
  let long = false;
  let mixed = false;
  let before = 0;
  for (let i = start; i < end; i++) {
    const kind = KIND[units[i] as number] as number;
    mixed ||= (kind & IS_DIGIT) !== 0 || ((kind & IS_UPPER) !== 0 && (before & IS_LOWER) !== 0);
    streak = (kind & IS_SHAPED) === 0 ? 0 : streak + 1;
    long ||= streak === SHAPED_LENGTH;
    if (mixed && long) return true;
    before = kind;
  }
  return false;
}

function havingIn(text: string, start: number, end: number, formats: readonly Compiled[]): readonly Compiled[] {
  if (formats.length === 0) return NONE;
  const run = text.slice(start, end);
  return formats.filter(({ has = '' }) => run.includes(has));
}

/** Whether a value that only words explain may begin in a run; asked before the words, of which there are many. */
function mayBeNear(view: View, start: number, end: number): boolean {
  const { units } = view;
  for (let p = start; p < end; p++) {
    if (((KIND[units[p] as number] as number) & IS_VALUE) === 0 || (p > 0 && ((KIND[units[p - 1] as number] as number) & IS_JOINED) !== 0))
      continue;
    let stop = p + 1;
    while (stop < units.length && ((KIND[units[stop] as number] as number) & IS_VALUE) !== 0) stop++;
    const after = units[stop];
    const parted = after === 58 || after === 46 ? stop - p === 8 : after === BAR && stop - p >= 12;
    if ((stop - p >= SHAPED_LENGTH || parted) && (hasDigit(units, p) || mayLackDigits(view.text, p, stop))) return true;
    p = stop - 1;
  }
  return false;
}

/** The longest value that words explain has 128 characters. */
const MAX_VALUE = 160;

/**
 * Whether `start..end` may be or begin a value without digits: such a one counts only when it makes no words, and behind a word for a
 * credential. No value ends where its alphabet goes on, so it is all of this unless a sign follows.
 */
function mayLackDigits(text: string, start: number, end: number): boolean {
  if (((KIND[text.charCodeAt(end)] ?? 0) & IS_ANY) === 0 && wordiness(text.slice(start + HEAD, end)) >= WORDY) return false;
  return KEYISH.test(text.slice(Math.max(0, start - NEAR), start));
}

function hasDigit(units: Units, from: number): boolean {
  const end = Math.min(from + MAX_VALUE, units.length);
  for (let i = from; i < end; i++) {
    const kind = KIND[units[i] as number] as number;
    if ((kind & IS_DIGIT) !== 0) return true;
    if ((kind & IS_ANY) === 0) return false;
  }
  return false;
}

function nearTo(text: string, start: number, end: number, { near, nearWord }: Finder): readonly Compiled[] {
  const context = text.slice(Math.max(0, start - NEAR), Math.min(end, start + RUN_WORDS));
  if (!nearWord.test(context)) return NONE;
  const before = context.toLowerCase();
  return near.filter((format) => format.near?.some((word) => before.includes(word)));
}

/** What makes a value of hexadecimal digits a credential, and what makes it something else. */
const KEYISH = /key|token|secret|auth|pass|credential|login|pwd|bearer|client|[("'][ \t]*$/i;
const OTHERWISE =
  /(?:sha-?\d*|md5|hash|commit|digest|checksum|integrity|etag|rev|revision|fingerprint|uuid|guid|request[_-]?id|trace[_-]?id|span|tree|blob|build|version|image|layer|sig|signature|public[_-]?key|key[_-]?id|[^a-z]id|project|org|tenant|account|deployment|endpoint|resource|subscription[_-]?id)["'\]]{0,2}[ \t]{0,4}[:=@]{0,2}[ \t]{0,4}["'`]?$/i;

/** A value that only the words around it explain stands alone: not inside a path, a longer token or an address. */
function nearHit(view: View, at: number, formats: readonly Compiled[], facts: Facts): Hit | undefined {
  const { text } = view;
  if (/[A-Za-z0-9+/_.-]/.test(text.charAt(at - 1))) return undefined;
  const hit = firstHit(view, at, formats, facts);
  if (hit === undefined || /[A-Za-z0-9+/_-]/.test(text.charAt(hit.end))) return undefined;
  const value = text.slice(hit.start, hit.end);
  const before = text.slice(Math.max(0, at - NEAR), at);
  const looks = looksOf(value);
  if (OTHERWISE.test(before)) return undefined;
  const mixed = looks.digits > 1 && looks.upper > 1 && looks.lower > 1;
  return mixed || KEYISH.test(before) ? hit : undefined;
}

/** Letters alone that make words are a name, not a credential. */
export function isSecret(format: SecretFormat, value: string): boolean {
  if (isSample(value) || (format.entropy !== undefined && entropy(value) < format.entropy)) return false;
  if (format.valid !== undefined && !format.valid(value)) return false;
  const rest = value.slice(HEAD);
  return /[0-9]/.test(rest) || wordiness(rest) < WORDY;
}

/** What an issuer's prefix has is not random. */
const HEAD = 4;
