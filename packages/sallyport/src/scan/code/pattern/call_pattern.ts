/**
 * Patterns that name a call, a value or an assignment, read without a grammar: `subprocess.run($SINK, ..., shell=True)`, `flask.request.args`,
 * `$X.innerHTML = $SINK`. They match the intermediate form, so a value counts wherever it was written: an alias of an import, a constant in a variable.
 * What this reader does not accept is a pattern of syntax, which `pattern/syntax_pattern.ts` matches on the tree.
 */
export type ArgumentPattern =
  | { readonly is: 'any'; readonly metavariable: string }
  | { readonly is: 'rest' }
  | { readonly is: 'constant'; readonly value: string | number | boolean | null }
  | { readonly is: 'object'; readonly entries: ReadonlyMap<string, ArgumentPattern> }
  | { readonly is: 'list'; readonly items: readonly ArgumentPattern[] }
  /** In an object: it is known, and has no such property. */
  | { readonly is: 'absent' }
  | { readonly is: 'symbol'; readonly steps: readonly string[] }
  | { readonly is: 'named'; readonly name: string; readonly value: ArgumentPattern }
  /** `**$SINK`: what is spread into the arguments. */
  | { readonly is: 'spread'; readonly value: ArgumentPattern };

type SpecialPattern = Extract<ArgumentPattern, { is: 'named' | 'spread' }>;

export type CallPattern = {
  readonly form: 'call' | 'value' | 'assign' | 'return';
  /** Steps of the path, `()` for an inner call; the first is a metavariable when any receiver will do. */
  readonly steps: readonly string[];
  readonly arguments: readonly ArgumentPattern[];
  /** Of the arguments those with a place, and those with a name or spread. */
  readonly placed: readonly ArgumentPattern[];
  readonly special: readonly SpecialPattern[];
  readonly takesSpread: boolean;
  /** How many arguments with a place a call has at least, and at most. */
  readonly least: number;
  readonly most: number;
  /** The metavariable of the last index: `session[$SINK] = $VALUE`, `window[$SINK](...)`. */
  readonly key?: string;
};

/** Each grammar of a language asks for the same ones. */
const read = new Map<string, CallPattern | undefined>();

/** `undefined` when the text is no pattern of this kind. */
export function readCallPattern(text: string): CallPattern | undefined {
  const known = read.get(text);
  if (known !== undefined || read.has(text)) return known;
  const pattern = parsed(text);
  read.set(text, pattern);
  return pattern;
}

function parsed(text: string): CallPattern | undefined {
  const reader = new Reader(text);
  try {
    return reader.pattern();
  } catch (error) {
    if (error === NOT_A_PATTERN) return undefined;
    throw error;
  }
}

function patternOf(
  form: CallPattern['form'],
  steps: readonly string[],
  given: readonly ArgumentPattern[],
  key: string | undefined,
): CallPattern {
  const special = given.filter((argument): argument is SpecialPattern => argument.is === 'named' || argument.is === 'spread');
  const placed = given.filter(({ is }) => is !== 'named' && is !== 'spread');
  const least = placed.filter(({ is }) => is !== 'rest').length;
  const most = least < placed.length ? Infinity : least;
  const takesSpread = special.some(({ is }) => is === 'spread');
  return { form, steps, arguments: given, placed, special, takesSpread, least, most, ...(key === undefined ? {} : { key }) };
}

/** Made once: the trace of an error costs more than the reading. */
const NOT_A_PATTERN = new Error('not a pattern');

const STEP = /[\w$]+!?/y;
/** A first step may be a module: `os/exec`, `@langchain/core/tools`, `child_process`, `fs/promises`. */
const ROOT = /"[^"]+"|\.{1,2}(?:\/[\w./-]+)?|@?[\w$]+(?:[/-][\w$@-]+)*/y;

const NAMED = /(\w+)\s*=(?!=)\s*/y;
const KEY = /["']?([\w$-]+)["']?\s*:\s*/y;
const METAVARIABLE = /\$[A-Z][A-Z0-9_]*(?![\w.(])/y;
const TEXT = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y;
const NUMBER = /-?(?:0x[\da-fA-F]+|0o[0-7]+|\d+(?:\.\d+)?)\b/y;
const WORD = /(?:true|false|True|False|null|None|nil)\b/y;
const DOLLAR = 36;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const MINUS = 45;

/** Patterns are read before anything is scanned, thousands of them: letters are compared, expressions only run where they can match. */
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);
const isDigit = (code: number): boolean => code >= 48 && code <= 57;

class Reader {
  readonly #text: string;
  #at = 0;
  #key: string | undefined;

  constructor(text: string) {
    this.#text = text.trim();
  }

  pattern(): CallPattern {
    if (/^return\s/.test(this.#text)) {
      this.#at = 6;
      const value = this.argument();
      this.#end();
      return patternOf('return', [], [value], undefined);
    }
    const { steps, last } = this.#path();
    if (this.#take('=')) {
      const value = this.argument();
      this.#end();
      return patternOf('assign', last === undefined ? steps : [...steps, '()'], [value], steps.at(-1) === '[]' ? this.#key : undefined);
    }
    this.#end();
    if (last === undefined) return patternOf('value', steps, [], undefined);
    return patternOf('call', steps, last, steps.at(-1) === '[]' ? this.#key : undefined);
  }

  /** A path with calls; the arguments of the last call apart, those of inner ones must be open. */
  #path(): { steps: string[]; last: ArgumentPattern[] | undefined } {
    const steps = [this.#token(ROOT).replaceAll('"', '')];
    let last: ArgumentPattern[] | undefined;
    for (;;) {
      this.#space();
      if (this.#take('(')) {
        if (last !== undefined) steps.push('()');
        last = this.#until(')');
      } else if (this.#take('::') || (!this.#text.startsWith('...', this.#at) && this.#take('.'))) {
        if (last !== undefined) steps.push('()');
        last = undefined;
        steps.push(this.#token(STEP));
      } else if (this.#take('[')) {
        if (last !== undefined) steps.push('()');
        last = undefined;
        const index = this.argument();
        if (!this.#take(']')) throw NOT_A_PATTERN;
        this.#key = index.is === 'any' ? index.metavariable : undefined;
        steps.push(index.is === 'constant' && typeof index.value === 'string' ? index.value : '[]');
      } else return { steps, last };
    }
  }

  #until(close: string): ArgumentPattern[] {
    const found: ArgumentPattern[] = [];
    while (!this.#take(close)) {
      found.push(this.#named());
      if (!this.#take(',') && !this.#peek(close)) throw NOT_A_PATTERN;
    }
    return found;
  }

  #named(): ArgumentPattern {
    if (this.#take('**')) return { is: 'spread', value: this.argument() };
    this.#space();
    if (this.#text.startsWith('...', this.#at)) return this.argument();
    const name = this.#match(NAMED);
    return name === undefined ? this.argument() : { is: 'named', name: name[1] ?? '', value: this.argument() };
  }

  argument(): ArgumentPattern {
    this.#space();
    const first = this.#text.charCodeAt(this.#at);
    if (this.#text.startsWith('...', this.#at)) {
      this.#at += 3;
      return { is: 'rest' };
    }
    if (first === DOLLAR) {
      const metavariable = this.#match(METAVARIABLE);
      if (metavariable !== undefined) return { is: 'any', metavariable: metavariable[0] };
    } else if (first === DOUBLE_QUOTE || first === SINGLE_QUOTE) {
      const text = this.#match(TEXT);
      if (text !== undefined) return { is: 'constant', value: text[1] ?? text[2] ?? '' };
    } else if (first === MINUS || isDigit(first)) {
      const number = this.#match(NUMBER);
      if (number !== undefined) return { is: 'constant', value: Number(number[0]) };
    } else if (this.#take('{')) return { is: 'object', entries: this.#entries() };
    else if (this.#take('[')) return { is: 'list', items: this.#until(']') };
    else {
      const [word] = this.#match(WORD) ?? [];
      if (word !== undefined) return { is: 'constant', value: /^[tT]/.test(word) ? true : /^[fF]/.test(word) ? false : null };
    }
    const { steps, last } = this.#path();
    return { is: 'symbol', steps: last === undefined ? steps : [...steps, '()'] };
  }

  #entries(): Map<string, ArgumentPattern> {
    const entries = new Map<string, ArgumentPattern>();
    while (!this.#take('}')) {
      if (this.#take('!')) entries.set(this.#token(STEP), { is: 'absent' });
      else if (!this.#take('...')) {
        this.#space();
        const key = this.#match(KEY);
        if (key === undefined) throw NOT_A_PATTERN;
        entries.set(key[1] ?? '', this.argument());
      }
      if (!this.#take(',') && !this.#peek('}')) throw NOT_A_PATTERN;
    }
    return entries;
  }

  #token(pattern: RegExp): string {
    this.#space();
    const found = this.#match(pattern);
    if (found === undefined) throw NOT_A_PATTERN;
    return found[0];
  }

  /** What a sticky expression finds here. */
  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null || found[0] === '') return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }

  #space(): void {
    const text = this.#text;
    let at = this.#at;
    while (isSpace(text.charCodeAt(at))) at++;
    this.#at = at;
  }

  #peek(text: string): boolean {
    this.#space();
    return this.#text.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#peek(text)) return false;
    this.#at += text.length;
    return true;
  }

  #end(): void {
    this.#space();
    if (this.#at < this.#text.length) throw NOT_A_PATTERN;
  }
}
