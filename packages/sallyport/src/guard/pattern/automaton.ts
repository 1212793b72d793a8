import type { CharSet } from './charset.ts';
import type { Pattern } from './parse.ts';
import type { LeftEdge, Syntax } from './syntax.ts';

/**
 * How a set is read. `reading`: a character matches by what it folds to or by its plain letter. `literal`: also by the Latin letter it
 * looks like. `exact`: only by what it folds to; for what stands before and after a match, where reading more would match less.
 */
export type SetUse = 'reading' | 'literal' | 'exact';

/** A position of Glushkov's automaton: one character of a pattern, written out; being there means to have read that character. */
export type Position = {
  readonly rule: number;
  /** Index of its set in `sets`. */
  readonly set: number;
  readonly follow: number[];
  /** May a match end here? */
  accepts: boolean;
  /** Reached only beyond a pattern's maximum: all of it is match. */
  readonly drain: boolean;
};

/** What stands before and after the matches of one rule; indexes into `sets`, -1 for none. `word`: `\b` at the start. */
export type Edges = { readonly left: number; readonly word: boolean; readonly right: number };

/** All patterns of a plan as one automaton without empty transitions. */
export type Automaton = {
  readonly positions: readonly Position[];
  readonly starts: readonly number[];
  readonly edges: readonly Edges[];
  readonly sets: readonly { readonly set: CharSet; readonly use: SetUse }[];
};

/** Positions of a whole plan: a bound on compile time and memory (about 100 bytes each). */
const MAX_PLAN_POSITIONS = 200_000;

/** Glushkov's construction (1961): where a fragment may begin, where it may end, and whether it may be empty. */
type Fragment = { readonly first: readonly number[]; readonly last: readonly number[]; readonly nullable: boolean };

const EMPTY: Fragment = { first: [], last: [], nullable: true };

/** Builds the automaton of patterns; rule numbers are their indexes. Throws RangeError when together they are too many positions. */
export function buildAutomaton(patterns: readonly Pattern[], word: CharSet): Automaton {
  const builder = new Builder(word);
  patterns.forEach((pattern, rule) => builder.add(pattern, rule));
  return builder;
}

class Builder implements Automaton {
  readonly positions: Position[] = [];
  readonly starts: number[] = [];
  readonly edges: Edges[] = [];
  readonly sets: { readonly set: CharSet; readonly use: SetUse }[] = [];
  readonly #setNumbers = new Map<string, number>();
  readonly #word: CharSet;

  constructor(word: CharSet) {
    this.#word = word;
  }

  add(pattern: Pattern, rule: number): void {
    const whole = this.#fragment(pattern.syntax, pattern, rule);
    this.starts.push(...whole.first);
    for (const end of whole.last) this.#position(end).accepts = true;
    this.edges.push({
      left: this.#leftSet(pattern.left),
      word: pattern.left?.kind === 'word',
      right: pattern.right === undefined ? -1 : this.#setNumber(pattern.right, 'exact'),
    });
  }

  #leftSet(left: LeftEdge | undefined): number {
    if (left === undefined) return -1;
    return this.#setNumber(left.kind === 'word' ? this.#word : left.set, 'exact');
  }

  #fragment(syntax: Syntax, pattern: Pattern, rule: number): Fragment {
    if (syntax.kind === 'set') return this.#single(syntax, pattern, rule);
    if (syntax.kind === 'repeat') return this.#repeat(syntax, pattern, rule);
    const parts = (syntax.kind === 'sequence' ? syntax.items : syntax.options).map((part) => this.#fragment(part, pattern, rule));
    if (syntax.kind === 'sequence') return parts.reduce((before, after) => this.#concat(before, after), EMPTY);
    return {
      first: parts.flatMap((part) => part.first),
      last: parts.flatMap((part) => part.last),
      nullable: parts.some((part) => part.nullable),
    };
  }

  #single(syntax: Syntax & { kind: 'set' }, pattern: Pattern, rule: number): Fragment {
    const use = syntax.literal && pattern.ignoreCase ? 'literal' : 'reading';
    const at = this.#newPosition(rule, this.#setNumber(syntax.set, use), false);
    return { first: [at], last: [at], nullable: false };
  }

  #concat(before: Fragment, after: Fragment): Fragment {
    for (const end of before.last) this.#position(end).follow.push(...after.first);
    return {
      first: before.nullable ? [...before.first, ...after.first] : before.first,
      last: after.nullable ? [...before.last, ...after.last] : after.last,
      nullable: before.nullable && after.nullable,
    };
  }

  /** X{m,n} as n copies in a row; a match may end after each copy from the m-th on. */
  #repeat(syntax: Syntax & { kind: 'repeat' }, pattern: Pattern, rule: number): Fragment {
    const copies = Array.from({ length: syntax.max }, () => this.#fragment(syntax.item, pattern, rule));
    copies.forEach((copy, i) => {
      const next = copies[i + 1];
      if (next !== undefined) for (const end of copy.last) this.#position(end).follow.push(...next.first);
    });
    // A copy that may be empty can be left out, so that fewer are needed.
    const empty = copies.some((copy) => copy.nullable);
    const least = empty ? 0 : syntax.min;
    if (syntax === pattern.tail) this.#overflow(copies.at(-1)?.last ?? [], rule);
    return {
      first: copies[0]?.first ?? [],
      last: copies.slice(Math.max(least - 1, 0)).flatMap((copy) => copy.last),
      nullable: least === 0,
    };
  }

  #overflow(ends: readonly number[], rule: number): void {
    for (const end of ends) {
      const drain = this.#newPosition(rule, this.#position(end).set, true);
      this.#position(drain).follow.push(drain);
      this.#position(end).follow.push(drain);
    }
  }

  #newPosition(rule: number, set: number, drain: boolean): number {
    if (this.positions.length >= MAX_PLAN_POSITIONS)
      throw new RangeError(`patterns need more than ${MAX_PLAN_POSITIONS} positions together`);
    return this.positions.push({ rule, set, follow: [], accepts: false, drain }) - 1;
  }

  #position(at: number): Position {
    return this.positions[at] as Position;
  }

  #setNumber(set: CharSet, use: SetUse): number {
    const key = `${use}:${set.join()}`;
    const known = this.#setNumbers.get(key);
    if (known !== undefined) return known;
    this.#setNumbers.set(key, this.sets.length);
    return this.sets.push({ set, use }) - 1;
  }
}
