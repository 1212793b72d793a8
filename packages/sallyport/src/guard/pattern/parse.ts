import { closeOverCase, charSet, complement, DIGIT, isSubset, MAX_CODE_POINT, SPACE, union, WORD, type CharSet } from './charset.ts';
import { foldCodePoint, plainLetter } from './fold.ts';
import { printPattern } from './print.ts';
import { lastRepeat, lastSets, longest, positions, shortest, type LeftEdge, type Syntax } from './syntax.ts';

export type PatternFlags = {
  /** ASCII letters match in both cases, and literals also their look-alikes (UTS 39). */
  readonly ignoreCase?: boolean;
  /** The maximum that `*`, `+` and `{m,}` stand for; without it they are refused. */
  readonly max?: number;
  /**
   * `match`: when the pattern's last repeated class has reached its maximum and goes on, that is a match too (without `verify`), and it
   * lasts to the first character outside the class. For values whose length an attacker chooses: tokens, link targets.
   */
  readonly overflow?: 'match';
};

/** A bounded pattern. Values longer than its maximum escape it, unless `overflow` says otherwise. */
export type Pattern = {
  readonly source: string;
  readonly ignoreCase: boolean;
  /** Folded characters (code points) of its longest match, and one more when it looks at the character after. */
  readonly maxLength: number;
  /** For whole text that was folded; flag `g`, and `u` where the pattern has characters above U+FFFF. A new object each time. */
  toRegExp(): RegExp;
  readonly syntax: Syntax;
  readonly left: LeftEdge | undefined;
  /** The match must not be followed by a character of this class. */
  readonly right: CharSet | undefined;
  /** The repeat whose overflow is a match. */
  readonly tail: Syntax | undefined;
};

/** Characters of a pattern's source: they are written by people, or are one literal. */
const MAX_SOURCE = 4096;

/** The longest match: it bounds what a thread can hold. Tokens and link targets that matter are shorter (a 2048-bit JWT has about 900). */
export const MAX_PATTERN_LENGTH = 4096;

/** Positions of one pattern when its repeats are written out: 8 bytes and its edges each, and its share of each machine state. */
const MAX_POSITIONS = 16_384;

/** Nested groups; the parser recurses once for each. */
const MAX_GROUPS = 32;

/**
 * Reads a bounded pattern: literals, escapes (`\d \w \s \D \W \S \t \n \r \f \v \xHH \uHHHH`, `\` before punctuation), classes, groups
 * with `|`, `?`, `{m}`, `{m,n}`; at the start `\b` or `(?<!class)`; at the end `\b` or `(?!class)`.
 * Throws TypeError with the position on everything else, and on patterns that match nothing or are too long.
 */
export function parsePattern(source: string, flags: PatternFlags = {}): Pattern {
  if (source.length > MAX_SOURCE) throw new TypeError(`pattern longer than ${MAX_SOURCE} characters`);
  const parser = new PatternParser(source, flags);
  const left = parser.leftEdge();
  const syntax = parser.sequence(0);
  const right = parser.rightEdge(syntax);
  parser.expectEnd();
  const length = longest(syntax);
  if (shortest(syntax) === 0) throw new TypeError(`pattern ${source}: it matches the empty text`);
  if (length > MAX_PATTERN_LENGTH)
    throw new TypeError(`pattern ${source}: a match could have ${length} characters, ${MAX_PATTERN_LENGTH} at most`);
  if (positions(syntax) > MAX_POSITIONS) throw new TypeError(`pattern ${source}: more than ${MAX_POSITIONS} positions`);
  const tail = flags.overflow === 'match' ? lastRepeat(syntax) : undefined;
  if (flags.overflow === 'match' && tail === undefined) throw new TypeError(`pattern ${source}: overflow needs a repeated class`);
  return {
    source,
    ignoreCase: flags.ignoreCase ?? false,
    maxLength: length + (right === undefined ? 0 : 1),
    toRegExp: () => printPattern({ syntax, left, right }),
    syntax,
    left,
    right,
    tail,
  };
}

const CLASS_ESCAPES: Readonly<Record<string, CharSet>> = {
  d: DIGIT,
  D: complement(DIGIT),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
};

const CHAR_ESCAPES: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

class PatternParser {
  readonly #source: string;
  readonly #flags: PatternFlags;
  #at = 0;

  constructor(source: string, flags: PatternFlags) {
    this.#source = source;
    this.#flags = flags;
  }

  leftEdge(): LeftEdge | undefined {
    if (this.#take('\\b')) return { kind: 'word' };
    if (!this.#take('(?<!')) return undefined;
    const set = this.#oneClass();
    this.#expect(')');
    return { kind: 'not', set };
  }

  rightEdge(syntax: Syntax): CharSet | undefined {
    if (this.#take('\\b')) {
      // `\b` looks at both sides; it is a lookahead for one class only when the last character is known to be a word character.
      if (!lastSets(syntax).every((set) => isSubset(set, WORD))) this.#fail('`\\b` at the end needs a word character before it');
      return WORD;
    }
    if (!this.#take('(?!')) return undefined;
    const set = this.#oneClass();
    this.#expect(')');
    return set;
  }

  expectEnd(): void {
    if (this.#peek() === '|') this.#fail('put alternatives into a group');
    if (this.#at < this.#source.length) this.#fail('not part of the pattern language');
  }

  sequence(depth: number): Syntax {
    const items: Syntax[] = [];
    while (this.#at < this.#source.length && !this.#atSequenceEnd()) items.push(...this.#quantified(depth));
    return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'sequence', items };
  }

  #atSequenceEnd(): boolean {
    const rest = this.#source;
    return this.#peek() === '|' || this.#peek() === ')' || rest.startsWith('\\b', this.#at) || rest.startsWith('(?!', this.#at);
  }

  /** One item with its quantifier; a literal that folds to several characters gives several, and then takes no quantifier. */
  #quantified(depth: number): readonly Syntax[] {
    const items = this.#item(depth);
    const bounds = this.#quantifier();
    if (bounds === undefined) return items;
    const [item] = items;
    if (items.length !== 1 || item === undefined) this.#fail('this character folds to several; put them into a group');
    const next = this.#peek();
    if (next === '?' || next === '*' || next === '+' || next === '{') this.#fail('two quantifiers');
    return [{ kind: 'repeat', item, min: bounds[0], max: bounds[1] }];
  }

  #item(depth: number): readonly Syntax[] {
    const char = this.#peek();
    if (char === '(') return [this.#group(depth + 1)];
    if (char === '[') return [{ kind: 'set', set: this.#bracketClass(), literal: false }];
    if ('.^$*+?{}])'.includes(char)) this.#fail(`\`${char}\` is not part of the pattern language`);
    if (char === '\\') {
      const named = CLASS_ESCAPES[this.#source[this.#at + 1] ?? ''];
      if (named !== undefined) {
        this.#at += 2;
        return [{ kind: 'set', set: named, literal: false }];
      }
    }
    return this.#literal(this.#char());
  }

  #group(depth: number): Syntax {
    if (depth > MAX_GROUPS) this.#fail('too many nested groups');
    this.#expect('(');
    if (this.#peek() === '?' && !this.#take('?:')) this.#fail('only plain groups and `(?:`');
    const options = [this.sequence(depth)];
    while (this.#take('|')) options.push(this.sequence(depth));
    this.#expect(')');
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'choice', options };
  }

  #quantifier(): readonly [number, number] | undefined {
    if (this.#take('?')) return [0, 1];
    if (this.#take('*')) return [0, this.#unbounded(0)];
    if (this.#take('+')) return [1, this.#unbounded(1)];
    if (this.#peek() !== '{') return undefined;
    const match = /^\{(\d{1,5})(,(\d{0,5}))?\}/.exec(this.#source.slice(this.#at, this.#at + 14));
    if (match === null) this.#fail('a quantifier is {m}, {m,n} or ?');
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? this.#unbounded(min) : Number(match[3]);
    if (max < min || max === 0) this.#fail('a quantifier needs 0 <= m <= n and n > 0');
    this.#at += match[0].length;
    return [min, max];
  }

  #unbounded(min: number): number {
    const max = this.#flags.max;
    if (max === undefined) this.#fail('no upper bound; write {m,n}, or give `max`');
    return Math.max(max, min);
  }

  /** A class standing alone, as in `(?!class)`. */
  #oneClass(): CharSet {
    if (this.#peek() === '[') return this.#bracketClass();
    const [item, ...more] = this.#item(MAX_GROUPS);
    if (item?.kind !== 'set' || more.length > 0) this.#fail('one class or character here');
    return item.set;
  }

  #bracketClass(): CharSet {
    this.#expect('[');
    const negated = this.#take('^');
    const sets: CharSet[] = [];
    while (this.#peek() !== ']') sets.push(this.#classItem());
    this.#expect(']');
    if (sets.length === 0) this.#fail('an empty class');
    const set = this.#flags.ignoreCase === true ? closeOverCase(union(...sets)) : union(...sets);
    return negated ? complement(set) : set;
  }

  #classItem(): CharSet {
    if (this.#peek() === '\\') {
      const named = CLASS_ESCAPES[this.#source[this.#at + 1] ?? ''];
      if (named !== undefined) {
        this.#at += 2;
        return named;
      }
    }
    const low = this.#char();
    if (this.#peek() !== '-' || this.#source[this.#at + 1] === ']') return this.#single(low);
    this.#at++;
    const high = this.#char();
    if (high < low) this.#fail('a range runs upwards');
    return [low, high];
  }

  /** A class sees folded characters, so one that folding changes could never match. */
  #single(codePoint: number): CharSet {
    const folded = foldCodePoint(codePoint);
    if (folded.kind !== 'text' || folded.codePoints.length !== 1) this.#fail('this character never appears in folded text');
    const [only = codePoint] = folded.codePoints;
    return [only, only];
  }

  /** One written character: an escape or the code point itself. */
  #char(): number {
    if (this.#at >= this.#source.length) this.#fail('the pattern ends too early');
    const codePoint = this.#source.codePointAt(this.#at) ?? 0;
    if (codePoint !== 0x5c) {
      this.#at += codePoint > 0xffff ? 2 : 1;
      return codePoint;
    }
    const escape = this.#source[this.#at + 1] ?? '';
    const hex = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(this.#source.slice(this.#at, this.#at + 6));
    const named = CHAR_ESCAPES[escape];
    if (hex === null && named === undefined && !/[!-/:-@[-`{-~ ]/.test(escape)) this.#fail(`unknown escape \\${escape}`);
    this.#at += hex === null ? 2 : hex[0].length;
    return hex === null ? (named ?? escape.charCodeAt(0)) : Number.parseInt(hex[1] ?? hex[2] ?? '', 16);
  }

  #literal(codePoint: number): readonly Syntax[] {
    const folded = foldCodePoint(codePoint);
    if (folded.kind !== 'text') return [];
    return folded.codePoints.map((folded) => ({ kind: 'set', set: this.#literalSet(folded), literal: true }));
  }

  #literalSet(codePoint: number): CharSet {
    const plain = plainLetter(codePoint);
    const forms = plain === undefined ? [codePoint] : [codePoint, plain];
    if (this.#flags.ignoreCase !== true) return charSet(forms.map((form) => [form, form]));
    const cased = forms.flatMap((form) => {
      const char = String.fromCodePoint(form);
      return [char, char.toLowerCase(), char.toUpperCase()].filter((c) => Array.from(c).length === 1).map((c) => c.codePointAt(0) ?? form);
    });
    return charSet(cased.filter((form) => form <= MAX_CODE_POINT).map((form) => [form, form]));
  }

  #peek(): string {
    return this.#source[this.#at] ?? '';
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail(`expected \`${text}\``);
  }

  #fail(problem: string): never {
    throw new TypeError(`pattern ${this.#source}: ${problem}, at character ${this.#at}`);
  }
}
