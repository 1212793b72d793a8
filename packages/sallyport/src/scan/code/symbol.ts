/**
 * Names as integers, and symbols: dotted paths from a root (a module, a global or a parameter's name), as integers too. A call adds the step `()`,
 * an index `[]`: `sqlite3.connect().cursor` is what `cursor` of a new connection is, wherever it was stored between.
 */
export type NameId = number;
export type SymbolId = number;

/** The symbol of a value that nothing is known of. */
export const UNKNOWN: SymbolId = 0;
/** Steps of a symbol's path; longer ones (chains in loops) become unknown. */
const MAX_STEPS = 24;
/** Bounds memory over a long run of many repositories in one process. */
const MAX_SYMBOLS = 4_000_000;

export class Names {
  readonly #ids = new Map<string, NameId>();
  readonly #texts: string[] = [];

  id(text: string): NameId {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#texts.length;
      this.#texts.push(text);
      this.#ids.set(text, id);
    }
    return id;
  }

  get size(): number {
    return this.#texts.length;
  }

  text(id: NameId): string {
    return this.#texts[id] ?? '';
  }
}

/** Symbols by parent and name: a hash table with open addressing, since every field and call of a scan asks it. */
class Children {
  /** Three integers an entry: parent, name, symbol + 1; 0 where there is none. */
  #table = new Int32Array(3 << 15);
  #mask = (1 << 15) - 1;
  #count = 0;

  /** The symbol, or -1. */
  get(parent: SymbolId, name: NameId): SymbolId {
    return (this.#table[this.#place(parent, name) + 2] as number) - 1;
  }

  set(parent: SymbolId, name: NameId, symbol: SymbolId): void {
    const place = this.#place(parent, name);
    const isNew = this.#table[place + 2] === 0;
    this.#table.set([parent, name, symbol + 1], place);
    if (isNew && ++this.#count * 2 > this.#mask) this.#grow();
  }

  #place(parent: SymbolId, name: NameId): number {
    const table = this.#table;
    let hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(name, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const place = slot * 3;
      if (table[place + 2] === 0 || (table[place] === parent && table[place + 1] === name)) return place;
    }
  }

  #grow(): void {
    const before = this.#table;
    this.#table = new Int32Array(before.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let at = 0; at < before.length; at += 3) {
      if (before[at + 2] === 0) continue;
      this.#table.set(before.subarray(at, at + 3), this.#place(before[at] as number, before[at + 1] as number));
    }
  }
}

export class Symbols {
  readonly names: Names;
  readonly callStep: NameId;
  readonly indexStep: NameId;
  readonly #default: NameId;
  readonly #children = new Children();
  /** Symbols that were made before other names of types were known, as they are with them. */
  readonly #typed = new Map<SymbolId, SymbolId>();
  readonly #parent: SymbolId[] = [UNKNOWN];
  readonly #name: NameId[] = [0];
  readonly #steps: number[] = [0];
  readonly #root: SymbolId[] = [UNKNOWN];

  constructor(names: Names) {
    this.names = names;
    this.callStep = names.id('()');
    this.indexStep = names.id('[]');
    this.#default = names.id('default');
  }

  /** The symbol one step further. A module's `default` is the module, except in this project, where it is one export of several. */
  child(parent: SymbolId, name: NameId): SymbolId {
    const known = this.#children.get(parent, name);
    if (known >= 0) return known;
    const steps = (this.#steps[parent] as number) + 1;
    if (steps > MAX_STEPS || this.#parent.length >= MAX_SYMBOLS) return UNKNOWN;
    if (name === this.#default && parent !== UNKNOWN && !this.isLocal(parent)) return parent;
    const id = this.#parent.length;
    this.#parent.push(parent);
    this.#name.push(name);
    this.#steps.push(steps);
    this.#root.push(parent === UNKNOWN ? id : (this.#root[parent] as SymbolId));
    this.#children.set(parent, name, id);
    return id;
  }

  /** The symbol of a path; roots are children of the unknown symbol. */
  path(steps: readonly string[]): SymbolId {
    let symbol = UNKNOWN;
    for (const step of steps) symbol = this.child(symbol, this.names.id(step));
    return symbol;
  }

  /** A symbol of a lowered file once other names of types are known: of `flask.Blueprint` that of `flask.Flask`. */
  typed(symbol: SymbolId): SymbolId {
    let found = this.#typed.get(symbol);
    if (found === undefined) this.#typed.set(symbol, (found = this.path(this.steps(symbol))));
    return found;
  }

  /** From now on the path of `from` leads to `to`, with all that is reached through it. */
  alias(from: SymbolId, to: SymbolId): void {
    if (from !== UNKNOWN && from !== to) this.#children.set(this.parent(from), this.name(from), to);
  }

  get size(): number {
    return this.#parent.length;
  }

  parent(symbol: SymbolId): SymbolId {
    return this.#parent[symbol] ?? UNKNOWN;
  }

  name(symbol: SymbolId): NameId {
    return this.#name[symbol] ?? 0;
  }

  depth(symbol: SymbolId): number {
    return this.#steps[symbol] ?? 0;
  }

  root(symbol: SymbolId): SymbolId {
    return this.#root[symbol] ?? UNKNOWN;
  }

  /** A symbol below a relative module (`./x`, `../x`) or one below the project's root (`@/x`, `~/x`): a file of the scanned project. */
  isLocal(symbol: SymbolId): boolean {
    return /^(?:\.|[@~]\/)/.test(this.names.text(this.name(this.root(symbol))));
  }

  steps(symbol: SymbolId): string[] {
    const found: string[] = [];
    for (let at = symbol; at !== UNKNOWN; at = this.parent(at)) found.unshift(this.names.text(this.name(at)));
    return found;
  }
}
