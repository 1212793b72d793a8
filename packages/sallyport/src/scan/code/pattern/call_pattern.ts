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

/** `undefined` when the text is no pattern of this kind. */
export function readCallPattern(text: string): CallPattern | undefined {
  const reader = new Reader(text);
  try {
    return reader.pattern();
  } catch (error) {
    if (error instanceof NotAPattern) return undefined;
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

class NotAPattern extends Error {}

const STEP = /[\w$]+!?/y;
/** A first step may be a module: `os/exec`, `@langchain/core/tools`, `child_process`, `fs/promises`. */
const ROOT = /"[^"]+"|\.{1,2}(?:\/[\w./-]+)?|@?[\w$]+(?:[/-][\w$@-]+)*/y;
const SPACE = /\s*/y;

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
        if (!this.#take(']')) throw new NotAPattern();
        this.#key = index.is === 'any' ? index.metavariable : undefined;
        steps.push(index.is === 'constant' && typeof index.value === 'string' ? index.value : '[]');
      } else return { steps, last };
    }
  }

  #until(close: string): ArgumentPattern[] {
    const found: ArgumentPattern[] = [];
    while (!this.#take(close)) {
      found.push(this.#named());
      if (!this.#take(',') && !this.#peek(close)) throw new NotAPattern();
    }
    return found;
  }

  #named(): ArgumentPattern {
    if (this.#take('**')) return { is: 'spread', value: this.argument() };
    this.#space();
    const name = /^(\w+)\s*=(?!=)\s*/.exec(this.#text.slice(this.#at));
    if (name === null) return this.argument();
    this.#at += name[0].length;
    return { is: 'named', name: name[1] ?? '', value: this.argument() };
  }

  argument(): ArgumentPattern {
    this.#space();
    const rest = this.#text.slice(this.#at);
    if (this.#take('...')) return { is: 'rest' };
    const metavariable = /^\$[A-Z][A-Z0-9_]*(?![\w.(])/.exec(rest);
    if (metavariable !== null) {
      this.#at += metavariable[0].length;
      return { is: 'any', metavariable: metavariable[0] };
    }
    const text = /^"((?:[^"\\]|\\.)*)"|^'((?:[^'\\]|\\.)*)'/.exec(rest);
    if (text !== null) {
      this.#at += text[0].length;
      return { is: 'constant', value: text[1] ?? text[2] ?? '' };
    }
    const number = /^-?(?:0x[\da-fA-F]+|0o[0-7]+|\d+(?:\.\d+)?)\b/.exec(rest);
    if (number !== null) {
      this.#at += number[0].length;
      return { is: 'constant', value: Number(number[0]) };
    }
    if (this.#take('{')) return { is: 'object', entries: this.#entries() };
    const word = /^(true|false|True|False|null|None|nil)\b/.exec(rest);
    if (word !== null) {
      this.#at += word[0].length;
      return { is: 'constant', value: /^[tT]/.test(word[0]) ? true : /^[fF]/.test(word[0]) ? false : null };
    }
    if (this.#take('[')) return { is: 'list', items: this.#until(']') };
    const { steps, last } = this.#path();
    return { is: 'symbol', steps: last === undefined ? steps : [...steps, '()'] };
  }

  #entries(): Map<string, ArgumentPattern> {
    const entries = new Map<string, ArgumentPattern>();
    while (!this.#take('}')) {
      if (this.#take('!')) entries.set(this.#token(STEP), { is: 'absent' });
      else if (!this.#take('...')) {
        this.#space();
        const key = /^["']?([\w$-]+)["']?\s*:\s*/.exec(this.#text.slice(this.#at));
        if (key === null) throw new NotAPattern();
        this.#at += key[0].length;
        entries.set(key[1] ?? '', this.argument());
      }
      if (!this.#take(',') && !this.#peek('}')) throw new NotAPattern();
    }
    return entries;
  }

  #token(pattern: RegExp): string {
    this.#space();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null || found[0] === '') throw new NotAPattern();
    this.#at = pattern.lastIndex;
    return found[0];
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
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
    if (this.#at < this.#text.length) throw new NotAPattern();
  }
}
