/**
 * Regular expressions as trees, far enough to tell whether a backtracking engine may need exponential time: a repetition whose body matches the same text in
 * several ways, and something after it that can fail (Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers", 2016).
 */
export type Shape =
  | { readonly is: 'letters'; readonly set: Letters }
  /** Matches no letter, and may fail: an anchor, a look-around. `starts`: it holds at the start of the text alone. */
  | { readonly is: 'assertion'; readonly starts?: true }
  | { readonly is: 'sequence'; readonly items: readonly Shape[] }
  | { readonly is: 'choice'; readonly options: readonly Shape[] }
  | { readonly is: 'repeat'; readonly body: Shape; readonly min: number; readonly max: number };

/** Which of the first 128 characters; all others count as one. */
export type Letters = readonly boolean[];

const COUNT = 129;
/** A longer expression is not looked at. */
export const MAX_PATTERN = 600;
const MAX_DEPTH = 30;

const letters = (holds: (code: number) => boolean): Letters => Array.from({ length: COUNT }, (_, code) => holds(code));
const CLASSES: Readonly<Record<string, Letters>> = {
  d: letters((code) => code >= 48 && code <= 57),
  w: letters((code) => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95),
  s: letters((code) => code === 32 || (code >= 9 && code <= 13)),
};
const ANY = letters((code) => code !== 10);
const CONTROLS: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, v: 11, 0: 0 };

/** Whether the expression can be made to take exponential time. `whole`: it must match to the end of the text. */
export function isExponential(pattern: string, whole: boolean): boolean {
  if (pattern.length > MAX_PATTERN) return false;
  const shape = new Reader(pattern).whole();
  return shape !== undefined && hasTrap(shape, whole);
}

/** `undefined` for what is no expression that can be judged. */
export function shapeOf(pattern: string): Shape | undefined {
  return pattern.length > MAX_PATTERN ? undefined : new Reader(pattern).whole();
}

/** A repetition in several ways, with something behind it that can fail. */
function hasTrap(shape: Shape, failsAfter: boolean): boolean {
  switch (shape.is) {
    case 'sequence':
      return shape.items.some((item, at) => hasTrap(item, failsAfter || shape.items.slice(at + 1).some(canFail)));
    case 'choice':
      return shape.options.some((option) => hasTrap(option, failsAfter));
    case 'repeat':
      return (shape.max === Infinity && failsAfter && isAmbiguous(shape.body)) || hasTrap(shape.body, failsAfter);
    default:
      return false;
  }
}

function canFail(shape: Shape): boolean {
  return shape.is === 'assertion' || !isEmptiable(shape) || (shape.is === 'sequence' && shape.items.some(canFail));
}

/** Some text of several repetitions is also text of one, or of others. */
function isAmbiguous(body: Shape): boolean {
  const options = body.is === 'choice' ? body.options : [body];
  const single = options.flatMap((option) => ((set) => (set === undefined ? [] : [set]))(lettersOf(option)));
  if (single.some((set, at) => single.slice(at + 1).some((other) => overlap(set, other)))) return true;
  return options.some((option) => {
    const items = option.is === 'sequence' ? option.items : [option];
    const needed = items.filter((item) => !isEmptiable(item));
    if (needed.length === 0) return items.some(isUnbounded);
    if (!needed.some(isUnbounded) || items.some(({ is }) => is === 'assertion')) return false;
    // One letter that all of them take can be cut anywhere: `([a-z]+.)+`.
    const sets = needed.map(lettersOf);
    return needed.length === 1 || sets[0]?.some((_, code) => sets.every((set) => set?.[code] === true)) === true;
  });
}

function isUnbounded(shape: Shape): boolean {
  return shape.is === 'repeat' && shape.max === Infinity;
}

/** The letters of a shape that is one of them. */
export function lettersOf(shape: Shape): Letters | undefined {
  if (shape.is === 'letters') return shape.set;
  if (shape.is === 'repeat' && shape.min <= 1) return lettersOf(shape.body);
  const [only] = shape.is === 'sequence' ? shape.items : [];
  return shape.is === 'sequence' && shape.items.length === 1 && only !== undefined ? lettersOf(only) : undefined;
}

function overlap(a: Letters, b: Letters): boolean {
  return a.some((holds, code) => holds && b[code] === true);
}

export function isEmptiable(shape: Shape): boolean {
  switch (shape.is) {
    case 'letters':
      return false;
    case 'assertion':
      return true;
    case 'sequence':
      return shape.items.every(isEmptiable);
    case 'choice':
      return shape.options.some(isEmptiable);
    case 'repeat':
      return shape.min === 0 || isEmptiable(shape.body);
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** `undefined` for what is no expression that this reader knows. */
  whole(): Shape | undefined {
    const shape = this.#choice(0);
    return shape === undefined || this.#at < this.#text.length ? undefined : shape;
  }

  #choice(depth: number): Shape | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const options: Shape[] = [];
    do {
      const items: Shape[] = [];
      while (this.#at < this.#text.length && !'|)'.includes(this.#text.charAt(this.#at))) {
        const item = this.#repeated(depth);
        if (item === undefined) return undefined;
        items.push(item);
      }
      options.push(items.length === 1 ? (items[0] as Shape) : { is: 'sequence', items });
    } while (this.#take('|'));
    return options.length === 1 ? options[0] : { is: 'choice', options };
  }

  #repeated(depth: number): Shape | undefined {
    const body = this.#atom(depth);
    if (body === undefined) return undefined;
    const found = /^(?:([*+?])|\{(\d+)(,)?(\d*)\})/.exec(this.#text.slice(this.#at, this.#at + 12));
    if (found === null) return body;
    const [all, sign, from, comma, to] = found;
    this.#at += all.length;
    const isPossessive = this.#take('+');
    if (!isPossessive) this.#take('?');
    if (isPossessive) return { is: 'repeat', body, min: 1, max: 1 };
    if (sign !== undefined) return { is: 'repeat', body, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity };
    return { is: 'repeat', body, min: Number(from), max: comma === undefined ? Number(from) : to === '' ? Infinity : Number(to) };
  }

  #atom(depth: number): Shape | undefined {
    const letter = this.#text.charAt(this.#at++);
    switch (letter) {
      case '(':
        return this.#group(depth);
      case '[':
        return { is: 'letters', set: this.#class() };
      case '.':
        return { is: 'letters', set: ANY };
      case '^':
        return { is: 'assertion', starts: true };
      case '$':
        return { is: 'assertion' };
      case '\\':
        return this.#escaped();
      case '*':
      case '+':
      case '?':
        return undefined;
      default:
        return { is: 'letters', set: only(letter.charCodeAt(0)) };
    }
  }

  #group(depth: number): Shape | undefined {
    const head = /^\?(?:<?[=!]|[:>]|P?<\w+>|#)/.exec(this.#text.slice(this.#at, this.#at + 80))?.[0] ?? '';
    if (head === '' && this.#text.charAt(this.#at) === '?') return undefined;
    this.#at += head.length;
    const body = this.#choice(depth + 1);
    if (body === undefined || !this.#take(')')) return undefined;
    return /[=!#]$/.test(head) ? { is: 'assertion' } : body;
  }

  #escaped(): Shape {
    const letter = this.#text.charAt(this.#at++);
    if (/[bBAZzG]/.test(letter)) return { is: 'assertion' };
    return { is: 'letters', set: this.#escape(letter) };
  }

  #escape(letter: string): Letters {
    const known = CLASSES[letter.toLowerCase()];
    if (known !== undefined) return letter === letter.toLowerCase() ? known : known.map((holds) => !holds);
    const code = /^(?:x([\da-f]{2})|u([\da-f]{4}))/i.exec(letter + this.#text.slice(this.#at, this.#at + 4));
    if (code !== null) {
      this.#at += code[0].length - 1;
      return only(Number.parseInt(code[1] ?? code[2] ?? '0', 16));
    }
    // A back reference or a property of letters may be anything.
    if (/[1-9pPk]/.test(letter)) return ANY;
    return only(CONTROLS[letter] ?? letter.charCodeAt(0));
  }

  #class(): Letters {
    const isNot = this.#take('^');
    const set = letters(() => false) as boolean[];
    for (let first = true; this.#at < this.#text.length; first = false) {
      let letter = this.#text.charAt(this.#at++);
      if (letter === ']' && !first) break;
      let from = letter.charCodeAt(0);
      if (letter === '\\') {
        letter = this.#text.charAt(this.#at++);
        const escaped = this.#escape(letter);
        for (const [code, holds] of escaped.entries()) if (holds) set[code] = true;
        if (CLASSES[letter.toLowerCase()] !== undefined) continue;
        from = escaped.indexOf(true);
      }
      const isRange = this.#text.charAt(this.#at) === '-' && !']'.includes(this.#text.charAt(this.#at + 1));
      const to = isRange ? this.#text.charCodeAt(this.#at + 1) : from;
      if (isRange) this.#at += 2;
      for (let code = from; code <= Math.min(to, COUNT - 1); code++) set[code] = true;
      if (to >= COUNT - 1) set[COUNT - 1] = true;
    }
    return isNot ? set.map((holds) => !holds) : set;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

function only(code: number): Letters {
  const at = Math.min(code, COUNT - 1);
  return letters((other) => other === at);
}
