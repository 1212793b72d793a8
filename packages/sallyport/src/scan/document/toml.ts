import type { DocumentNode, Entry } from './node.ts';

type MutableObject = { kind: 'object'; entries: Entry[]; start: number; end: number };
type MutableArray = { kind: 'array'; items: DocumentNode[]; start: number; end: number };

/** Deeper than any manifest. */
const MAX_DEPTH = 32;

/**
 * Reads the TOML that manifests and lock files are written in (https://toml.io/en/v1.0.0): tables, arrays of tables, dotted keys, strings of
 * all four kinds, arrays and inline tables; dates are strings. Undefined when it cannot be read. Linear in the text.
 */
export function readToml(text: string): DocumentNode | undefined {
  try {
    return new TomlReader(text).document();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class TomlReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith('\ufeff')) this.#at = 1;
  }

  document(): DocumentNode {
    const root: MutableObject = { kind: 'object', entries: [], start: 0, end: this.#text.length };
    let table = root;
    for (;;) {
      this.#space(true);
      if (this.#at >= this.#text.length) return root;
      table = this.#text[this.#at] === '[' ? this.#header(root) : this.#pair(table);
      this.#lineEnd();
    }
  }

  #header(root: MutableObject): MutableObject {
    const start = this.#at;
    const many = this.#text.startsWith('[[', start);
    this.#at += many ? 2 : 1;
    const keys = this.#keys();
    const close = many ? ']]' : ']';
    this.#space(false);
    if (!this.#text.startsWith(close, this.#at)) throw new SyntaxError('header without end');
    this.#at += close.length;
    const last = keys.at(-1) ?? '';
    const parent = descend(root, keys.slice(0, -1), start, this.#at);
    if (!many) return descend(parent, [last], start, this.#at);
    let list = parent.entries.find(({ key }) => key === last)?.value as MutableArray | undefined;
    if (list === undefined)
      parent.entries.push({ key: last, start, end: this.#at, value: (list = { kind: 'array', items: [], start, end: this.#at }) });
    if (list.kind !== 'array') throw new SyntaxError('no array of tables');
    const item: MutableObject = { kind: 'object', entries: [], start, end: this.#at };
    list.items.push(item);
    return item;
  }

  #pair(table: MutableObject, depth = 0): MutableObject {
    const start = this.#at;
    const keys = this.#keys();
    const end = this.#at;
    this.#space(false);
    if (this.#text[this.#at] !== '=') throw new SyntaxError('no value');
    this.#at++;
    const value = this.#value(depth);
    descend(table, keys.slice(0, -1), start, end).entries.push({ key: keys.at(-1) ?? '', start, end, value });
    return table;
  }

  #keys(): string[] {
    const keys: string[] = [];
    do {
      if (keys.length > 0) this.#at++;
      this.#space(false);
      keys.push(this.#key());
      this.#space(false);
      if (keys.length > MAX_DEPTH) throw new SyntaxError('too deep');
    } while (this.#text[this.#at] === '.');
    return keys;
  }

  #key(): string {
    const char = this.#text[this.#at];
    if (char === '"' || char === "'") return this.#string(char);
    const key = this.#match(/[A-Za-z0-9_-]+/y);
    if (key === '') throw new SyntaxError('no key');
    return key;
  }

  #value(depth: number): DocumentNode {
    if (depth > MAX_DEPTH) throw new SyntaxError('too deep');
    this.#space(false);
    const start = this.#at;
    const char = this.#text[start];
    if (char === '"' || char === "'") {
      const value = this.#string(char);
      return { kind: 'string', value, start, end: this.#at };
    }
    if (char === '[') return this.#array(start, depth);
    if (char === '{') return this.#inline(start, depth);
    const word = this.#match(/[^\s,\]}#]+(?: \d{2}:[\d:.+Z-]+)?/y);
    const place = { start, end: this.#at };
    if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true', ...place };
    if (word === '') throw new SyntaxError('no value');
    const number = Number(word.replaceAll('_', ''));
    return Number.isNaN(number) ? { kind: 'string', value: word, ...place } : { kind: 'number', value: number, ...place };
  }

  #array(start: number, depth: number): DocumentNode {
    const items: DocumentNode[] = [];
    this.#at++;
    for (;;) {
      this.#space(true);
      if (this.#take(']')) return { kind: 'array', items, start, end: this.#at };
      items.push(this.#value(depth + 1));
      this.#space(true);
      if (!this.#take(',') && this.#text[this.#at] !== ']') throw new SyntaxError('no comma');
    }
  }

  #inline(start: number, depth: number): DocumentNode {
    const object: MutableObject = { kind: 'object', entries: [], start, end: start };
    this.#at++;
    for (;;) {
      this.#space(true);
      if (this.#take('}')) return { ...object, end: this.#at };
      this.#pair(object, depth + 1);
      this.#space(true);
      if (!this.#take(',') && this.#text[this.#at] !== '}') throw new SyntaxError('no comma');
    }
  }

  #string(quote: string): string {
    const long = quote.repeat(3);
    if (this.#text.startsWith(long, this.#at)) {
      const end = this.#text.indexOf(long, this.#at + 3);
      if (end < 0) throw new SyntaxError('string without end');
      const value = this.#text.slice(this.#at + 3, end);
      this.#at = end + 3;
      return value.replace(/^\r?\n/, '');
    }
    const start = this.#at + 1;
    for (let at = start; at < this.#text.length && this.#text[at] !== '\n'; at++) {
      if (this.#text[at] === '\\' && quote === '"') at++;
      else if (this.#text[at] === quote) {
        this.#at = at + 1;
        const raw = this.#text.slice(start, at);
        return quote === '"' ? raw.replace(/\\(["\\])/g, '$1') : raw;
      }
    }
    throw new SyntaxError('string without end');
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #space(lines: boolean): void {
    for (;;) {
      const char = this.#text[this.#at];
      if (char === ' ' || char === '\t' || (lines && (char === '\n' || char === '\r'))) this.#at++;
      else if (lines && char === '#') this.#comment();
      else return;
    }
  }

  #comment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  #lineEnd(): void {
    this.#space(false);
    if (this.#text[this.#at] === '#') this.#comment();
    if (this.#text[this.#at] === '\r') this.#at++;
    if (this.#at < this.#text.length && this.#text[this.#at] !== '\n') throw new SyntaxError('more on the line');
  }
}

/** The table under these keys, made where it is missing; of an array of tables the last one. */
function descend(table: MutableObject, keys: readonly string[], start: number, end: number): MutableObject {
  let found = table;
  for (const key of keys) {
    const before = found.entries.findLast((entry) => entry.key === key)?.value as MutableObject | MutableArray | undefined;
    const inner = before?.kind === 'array' ? (before.items.at(-1) as MutableObject | undefined) : before;
    if (inner !== undefined && inner.kind !== 'object') throw new SyntaxError('no table');
    if (inner === undefined) {
      const made: MutableObject = { kind: 'object', entries: [], start, end };
      found.entries.push({ key, start, end, value: made });
      found = made;
    } else found = inner;
  }
  return found;
}
