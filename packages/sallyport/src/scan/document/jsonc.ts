import type { DocumentNode, Entry } from './node.ts';

/** Deeper than any configuration; bounds the recursion here and in every later walk. */
const MAX_DEPTH = 64;

/** Reads JSON, with the comments and trailing commas that editors allow in their settings. Undefined when it is none. Linear in the text. */
export function readJsonc(text: string): DocumentNode | undefined {
  const reader = new JsoncReader(text);
  try {
    return reader.document();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class JsoncReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith('\ufeff')) this.#at = 1;
  }

  document(): DocumentNode {
    const node = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw new SyntaxError('more after the value');
    return node;
  }

  #value(depth: number): DocumentNode {
    if (depth > MAX_DEPTH) throw new SyntaxError('too deep');
    this.#space();
    const start = this.#at;
    const char = this.#text[start];
    if (char === '{') return this.#object(start, depth);
    if (char === '[') return this.#array(start, depth);
    if (char === '"') {
      const value = this.#string();
      return { kind: 'string', value, start, end: this.#at };
    }
    return this.#word(start);
  }

  #object(start: number, depth: number): DocumentNode {
    const entries: Entry[] = [];
    this.#at++;
    for (;;) {
      this.#space();
      if (this.#take('}')) return { kind: 'object', entries, start, end: this.#at };
      const from = this.#at;
      const key = this.#string();
      const end = this.#at;
      this.#space();
      if (!this.#take(':')) throw new SyntaxError('no colon');
      entries.push({ key, start: from, end, value: this.#value(depth + 1) });
      this.#space();
      if (!this.#take(',') && this.#text[this.#at] !== '}') throw new SyntaxError('no comma');
    }
  }

  #array(start: number, depth: number): DocumentNode {
    const items: DocumentNode[] = [];
    this.#at++;
    for (;;) {
      this.#space();
      if (this.#take(']')) return { kind: 'array', items, start, end: this.#at };
      items.push(this.#value(depth + 1));
      this.#space();
      if (!this.#take(',') && this.#text[this.#at] !== ']') throw new SyntaxError('no comma');
    }
  }

  #string(): string {
    const start = this.#at;
    if (this.#text[start] !== '"') throw new SyntaxError('no string');
    for (let at = start + 1; at < this.#text.length; at++) {
      const char = this.#text[at];
      if (char === '\\') at++;
      else if (char === '"') {
        this.#at = at + 1;
        return JSON.parse(this.#text.slice(start, this.#at)) as string;
      } else if (char === '\n') break;
    }
    throw new SyntaxError('string without end');
  }

  #word(start: number): DocumentNode {
    const word = /[^\s,\]}/:]{0,40}/y;
    word.lastIndex = start;
    const text = word.exec(this.#text)?.[0] ?? '';
    this.#at = start + text.length;
    const place = { start, end: this.#at };
    if (text === 'true' || text === 'false') return { kind: 'boolean', value: text === 'true', ...place };
    if (text === 'null') return { kind: 'null', ...place };
    if (text === '' || Number.isNaN(Number(text))) throw new SyntaxError('no value');
    return { kind: 'number', value: Number(text), ...place };
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    for (;;) {
      const char = this.#text[this.#at];
      if (char === ' ' || char === '\n' || char === '\t' || char === '\r') this.#at++;
      else if (char === '/' && this.#text[this.#at + 1] === '/') this.#skipTo('\n', 0);
      else if (char === '/' && this.#text[this.#at + 1] === '*') this.#skipTo('*/', 2);
      else return;
    }
  }

  #skipTo(end: string, beyond: number): void {
    const found = this.#text.indexOf(end, this.#at + 2);
    this.#at = found < 0 ? this.#text.length : found + beyond;
  }
}
