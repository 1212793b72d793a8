/** Scalars and where they stand, as a structured tool gives them back. */
export type Tree = string | readonly Tree[] | { readonly members: readonly (readonly [string, Tree])[] };

/** Deeper nesting is not read: the rest counts as prose. */
const MAX_DEPTH = 24;

/**
 * Reads what tools print as data: JSON, and the literals of Python (`{'a': None, 'b': [1, 2]}`), which many agents hand on as they are.
 * Answers the value and where it ends; undefined when the text does not begin with a value. What follows the value is prose.
 */
export function readLiteral(text: string): { readonly value: Tree; readonly end: number } | undefined {
  const reader = new LiteralReader(text);
  const value = reader.value(0);
  return value === undefined ? undefined : { value, end: reader.at };
}

class LiteralReader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Tree | undefined {
    if (depth > MAX_DEPTH) return undefined;
    this.#space();
    const c = this.#text[this.at];
    if (c === '{') return this.#object(depth);
    if (c === '[' || c === '(') return this.#list(c === '[' ? ']' : ')', depth);
    if (c === '"' || c === "'") return this.#string(c);
    return this.#word();
  }

  #object(depth: number): Tree | undefined {
    const members: (readonly [string, Tree])[] = [];
    this.at++;
    for (;;) {
      this.#space();
      if (this.#text[this.at] === '}') {
        this.at++;
        return { members };
      }
      const name = this.value(depth + 1);
      this.#space();
      if (typeof name !== 'string' || this.#text[this.at] !== ':') return undefined;
      this.at++;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      members.push([name, value]);
      if (!this.#next('}')) return undefined;
    }
  }

  #list(close: string, depth: number): Tree | undefined {
    const items: Tree[] = [];
    this.at++;
    for (;;) {
      this.#space();
      if (this.#text[this.at] === close) {
        this.at++;
        return items;
      }
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      items.push(value);
      if (!this.#next(close)) return undefined;
    }
  }

  /** A comma, or the closing sign left standing. */
  #next(close: string): boolean {
    this.#space();
    if (this.#text[this.at] === ',') this.at++;
    else if (this.#text[this.at] !== close) return false;
    return true;
  }

  #string(quote: string): string | undefined {
    let out = '';
    let from = this.at + 1;
    for (let i = from; i < this.#text.length; i++) {
      const c = this.#text[i];
      if (c === '\\') {
        out += this.#text.slice(from, i) + escaped(this.#text, i + 1);
        i += this.#text[i + 1] === 'u' ? 5 : this.#text[i + 1] === 'x' ? 3 : 1;
        from = i + 1;
      } else if (c === quote) {
        this.at = i + 1;
        return out + this.#text.slice(from, i);
      }
    }
    return undefined;
  }

  #word(): string | undefined {
    const pattern = /[^\s,:{}[\]()"']+/y;
    pattern.lastIndex = this.at;
    const word = pattern.exec(this.#text)?.[0];
    if (word === undefined || !/^(?:-?\d[\d.eE+-]*|true|false|null|None|True|False|NaN)$/.test(word)) return undefined;
    this.at += word.length;
    return word === 'None' || word === 'null' ? '' : word;
  }

  #space(): void {
    while (' \n\r\t'.includes(this.#text[this.at] ?? 'x')) this.at++;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function escaped(text: string, at: number): string {
  const c = text[at] ?? '';
  if (c === 'u' || c === 'x') {
    const code = Number.parseInt(text.slice(at + 1, at + (c === 'u' ? 5 : 3)), 16);
    return Number.isNaN(code) ? '' : String.fromCharCode(code);
  }
  return ESCAPES[c] ?? c;
}
