import type { Units } from '../../units.ts';

/** Kinds of characters, as bits. */
const DIGIT = 1;
const LETTER = 2;
const HEX = 4;

const KIND = new Uint8Array(256);
for (let c = 48; c < 58; c++) KIND[c] = DIGIT | HEX;
for (let c = 65; c < 91; c++) KIND[c] = KIND[c + 32] = LETTER | (c < 71 ? HEX : 0);
for (const c of 'ÄÖÜäöü') KIND[c.charCodeAt(0)] = LETTER;

/** Signs of shapes that stand for a kind of character; any other sign is itself, in both cases. */
const SIGNS: Readonly<Record<string, number>> = { '9': DIGIT, A: LETTER, X: DIGIT | LETTER, H: HEX };

/** The separators of `_`, unless a form names others. */
const SEPARATORS = ' -';

/** A text and its units. */
type Written = { readonly text: string; readonly units: Units };

/** A way to write a value: its shape with one kind of separator, or with none. */
type Chain<T> = { readonly form: T; readonly separator: string };

/** A place in a shape: what may come, and the chains that are complete here. */
type Place<T> = { readonly steps: { readonly kinds: number; readonly sign: string; readonly to: Place<T> }[]; readonly done: Chain<T>[] };

/** A shape that ends here: its form, and the value without the separators of `_`. */
export type Match<T> = { readonly form: T; readonly end: number; readonly value: string };

const NONE: readonly never[] = [];

/** States for which there is space at first. */
const FIRST_STATES = 256;

/**
 * All shapes as one deterministic automaton, whose states are made when a text first needs them: the cost at a place does not grow with the
 * number of shapes. States are sets of places, so there are at most as many as beginnings of shapes can be told apart.
 */
export class Shapes<T> {
  /** Character to class; two characters of one class are alike in every shape. 0 is in none. */
  readonly #classes = new Uint8Array(256);
  readonly #examples: string[] = [''];
  readonly #states: { readonly places: readonly Place<T>[]; readonly done: readonly Chain<T>[] }[] = [];
  /** The state behind each, by class: at the state's number times the number of classes; -1 is not made yet. */
  #next = new Int32Array(0);
  /** 1 for a state in which a shape is complete. */
  #complete = new Uint8Array(0);
  readonly #known = new Map<string, number>();
  readonly #numbers = new Map<Place<T>, number>();

  /** `shapes`: source (see `Identifier.shapes`), separators, and what a match of it means. */
  constructor(shapes: readonly { readonly source: string; readonly separators?: string | undefined; readonly form: T }[]) {
    const root: Place<T> = { steps: [], done: [] };
    const signs = new Set<string>();
    for (const { source, separators = SEPARATORS, form } of shapes) {
      for (const separator of source.includes('_') ? ['', ...separators.split('')] : [''])
        addChain(root, source, { form, separator }, signs);
    }
    const alike = new Map<string, number>();
    for (let c = 0; c < 256; c++) {
      const char = String.fromCharCode(c);
      const key = `${KIND[c]} ${signs.has(char.toLowerCase()) ? char.toLowerCase() : ''}`;
      if (key === '0 ') continue;
      if (!alike.has(key)) alike.set(key, this.#examples.push(char) - 1);
      this.#classes[c] = alike.get(key) ?? 0;
    }
    this.#state([]);
    this.#state([root]);
  }

  /** Every shape that stands free at `start`. Reads until no shape can match any more. */
  matchAt({ text, units }: Written, start: number): readonly Match<T>[] {
    if (!beginsFree(units, start, false)) return NONE;
    const classes = this.#classes;
    const stride = this.#examples.length;
    let matches: Match<T>[] | undefined;
    let state = 1;
    for (let at = start; at < units.length;) {
      const c = units[at++] as number;
      const kind = c < 256 ? (classes[c] as number) : 0;
      if (kind === 0) break;
      const here = this.#next[state * stride + kind] as number;
      state = here < 0 ? this.#step(state, kind) : here;
      if (state === 0) break;
      if (this.#complete[state] === 1 && endsFree(units, at, false)) this.#take(text, units, start, at, state, (matches ??= []));
    }
    return matches ?? NONE;
  }

  #take(text: string, units: Units, start: number, end: number, state: number, matches: Match<T>[]): void {
    const written = text.slice(start, end);
    const spaced = written.includes(' ');
    if (spaced && (!endsFree(units, end, true) || !beginsFree(units, start, true))) return;
    for (const { form, separator } of this.#states[state]?.done ?? [])
      matches.push({ form, end, value: separator === '' ? written : written.replaceAll(separator, '') });
  }

  #step(from: number, kind: number): number {
    const char = this.#examples[kind] ?? '';
    const places = new Set<Place<T>>();
    for (const place of this.#states[from]?.places ?? [])
      for (const { kinds, sign, to } of place.steps)
        if ((kinds & (KIND[char.charCodeAt(0)] as number)) !== 0 || sign === char.toLowerCase()) places.add(to);
    const to = this.#state([...places]);
    this.#next[from * this.#examples.length + kind] = to;
    return to;
  }

  #state(places: readonly Place<T>[]): number {
    const key = places
      .map((place) => this.#number(place))
      .sort((a, b) => a - b)
      .join(' ');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const number = this.#states.length;
    const done = places.flatMap((place) => place.done);
    this.#states.push({ places, done });
    if (number === this.#complete.length) this.#grow();
    this.#complete[number] = done.length === 0 ? 0 : 1;
    this.#known.set(key, number);
    return number;
  }

  #grow(): void {
    const states = Math.max(FIRST_STATES, this.#complete.length * 2);
    const next = new Int32Array(states * this.#examples.length).fill(-1);
    next.set(this.#next);
    this.#next = next;
    const complete = new Uint8Array(states);
    complete.set(this.#complete);
    this.#complete = complete;
  }

  #number(place: Place<T>): number {
    const known = this.#numbers.get(place) ?? this.#numbers.size;
    this.#numbers.set(place, known);
    return known;
  }
}

function addChain<T>(root: Place<T>, source: string, chain: Chain<T>, signs: Set<string>): void {
  let ends: Place<T>[] = [root];
  for (const match of source.matchAll(/(.)(?:\{(\d+),(\d+)\})?/gsu)) {
    const sign = match[1] === '_' ? chain.separator : (match[1] ?? '');
    if (sign === '') continue;
    const kinds = SIGNS[sign] ?? 0;
    if (kinds === 0) signs.add(sign);
    const min = Number(match[2] ?? 1);
    const max = Number(match[3] ?? 1);
    let optional: Place<T>[] = min === 0 ? ends : [];
    for (let count = 1; count <= max; count++) {
      const to: Place<T> = { steps: [], done: [] };
      for (const end of ends) end.steps.push({ kinds, sign: kinds === 0 ? sign : '', to });
      ends = [to];
      if (count >= min) optional = [...optional, to];
    }
    ends = optional;
  }
  for (const end of ends) end.done.push(chain);
}

/** Whether a letter or digit of a shape stands at a place. */
export function isLetterOrDigit(units: Units, at: number): boolean {
  const c = units[at] as number;
  return c < 256 && ((KIND[c] as number) & (DIGIT | LETTER)) !== 0;
}

/** Whether a value of letters and digits may begin at `start`: it is no part of a longer word, number or address. */
function beginsFree(units: Units, start: number, spaced: boolean): boolean {
  if (start === 0) return true;
  const before = units[start - 1] as number;
  if (isWordUnit(before) || before === 64 || before === 36) return false;
  const earlier = start === 1 ? NOTHING : (units[start - 2] as number);
  if (before === 45 || before === 47 || before === 43) return !isWordUnit(earlier);
  if (before === 46 || before === 44 || before === 58) return !isDigitUnit(earlier);
  return !(spaced && before === 32 && isDigitUnit(earlier) && isDigitUnit(units[start] as number));
}

/** The same for its end. */
function endsFree(units: Units, end: number, spaced: boolean): boolean {
  if (end >= units.length) return true;
  const after = units[end] as number;
  if (isWordUnit(after)) return false;
  const later = end + 1 < units.length ? (units[end + 1] as number) : NOTHING;
  if (after === 45 || after === 47) return !isWordUnit(later);
  if (after === 46 || after === 44 || after === 58) return !isDigitUnit(later);
  return !(spaced && after === 32 && isDigitUnit(later) && isDigitUnit(units[end - 1] as number));
}

/** Stands for what is before and behind a text. */
const NOTHING = 0;

function isDigitUnit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function isWordUnit(c: number): boolean {
  if (c < 128) return c === 95 || ((KIND[c] as number) & (DIGIT | LETTER)) !== 0;
  return /[\p{L}\p{N}]/u.test(String.fromCharCode(c));
}
