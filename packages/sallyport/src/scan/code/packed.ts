import { crc32 } from 'node:zlib';
import type { Language } from './language.ts';
import { NO_NAME, OP, SPREAD, STRIDE, type ClassIr, type Constant, type FunctionIr, type ModuleIr, type Parameter } from './ir.ts';
import { Names, Symbols, UNKNOWN } from './symbol.ts';
import { SyntaxTree, type GrammarNames } from './syntax.ts';

/**
 * A lowered file as bytes: what threads hand over and what the cache keeps. Names and symbols are those of the file alone; `unpack` puts those of the
 * scan in their place. Layout: four 32-bit words (magic, CRC-32 of what follows, length of the text part, count of words), the text part (JSON: names,
 * constants, imports), the words, then the arrays of the tree. Native byte order: entries do not leave the machine.
 */
const MAGIC = 0x5a110003;
const HEADER = 16;

type TextPart = {
  readonly names: readonly string[];
  readonly constants: readonly unknown[];
  readonly imports: readonly string[];
  readonly reasons: readonly string[];
};

/** Packs a file that was lowered with symbols of its own. `reasons`: what of it was not scanned. */
export function pack(module: ModuleIr, reasons: readonly string[]): Uint8Array {
  const words = new Words();
  const { symbols, names, tree } = module;
  words.add(symbols.size);
  for (let symbol = 1; symbol < symbols.size; symbol++) words.add(symbols.parent(symbol), symbols.name(symbol));
  words.list(module.functions, (func) => packFunction(words, func));
  words.list(module.classes, (one) => packClass(words, one));
  words.list([...module.globals], ([name, slot]) => words.add(name, slot));
  words.add(module.exports);
  words.list(module.extensions, ({ type, name, index }) => words.add(type, name, index));
  words.add(tree.count, tree.truncated ? 1 : 0);
  const part: TextPart = {
    names: Array.from({ length: names.size }, (_, id) => names.text(id)),
    constants: module.constants.map((constant) =>
      constant === undefined ? [] : Number.isFinite(constant) || typeof constant !== 'number' ? constant : [String(constant)],
    ),
    imports: module.imports,
    reasons,
  };
  return assemble(Buffer.from(JSON.stringify(part)), words, tree);
}

function assemble(text: Buffer, words: Words, { start, end, skip, kind, field }: SyntaxTree): Uint8Array {
  const padded = (text.length + 3) & ~3;
  const all = new Uint8Array(HEADER + padded + words.count * 4 + start.length * 15);
  all.set(text, HEADER);
  let at = HEADER + padded;
  for (const part of [words.array(), start, end, skip, kind, field]) {
    all.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  new Int32Array(all.buffer, 0, 4).set([MAGIC, crc32(all.subarray(HEADER)) | 0, text.length, words.count]);
  return all;
}

export type Unpacked = { readonly module: ModuleIr; readonly reasons: readonly string[] };

/**
 * The file again, for the symbols of a scan; `undefined` for bytes that are damaged or of another layout. The bytes become the file's arrays, so that
 * nothing is held twice: whoever gave them has them no more.
 */
export function unpack(
  bytes: Uint8Array,
  file: { readonly path: string; readonly text: string; readonly language: Language },
  grammar: GrammarNames,
  symbols: Symbols,
): Unpacked | undefined {
  const owned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (owned.length < HEADER) return undefined;
  const [magic, sum, textLength = 0, wordCount = 0] = new Int32Array(owned.buffer, owned.byteOffset, 4);
  if (magic !== MAGIC || sum !== (crc32(owned.subarray(HEADER)) | 0)) return undefined;
  const wordsAt = HEADER + ((textLength + 3) & ~3);
  const part = JSON.parse(Buffer.from(owned.buffer, owned.byteOffset + HEADER, textLength).toString()) as TextPart;
  const read = new Reader(new Int32Array(owned.buffer, owned.byteOffset + wordsAt, wordCount), part.names, symbols);
  const functions = read.list(() => unpackFunction(read));
  const classes = read.list((index) => unpackClass(read, index));
  const globals = new Map(read.list(() => [read.name(), read.word()] as const));
  const exports = read.word();
  const extensions = read.list(() => ({ type: read.symbol(), name: read.name(), index: read.word() }));
  const count = read.word();
  const truncated = read.word() === 1;
  const at = owned.byteOffset + wordsAt + wordCount * 4;
  const arrays = {
    start: new Int32Array(owned.buffer, at, count),
    end: new Int32Array(owned.buffer, at + count * 4, count),
    skip: new Int32Array(owned.buffer, at + count * 8, count),
    kind: new Uint16Array(owned.buffer, at + count * 12, count),
    field: new Uint8Array(owned.buffer, at + count * 14, count),
  };
  const module: ModuleIr = {
    path: file.path,
    language: file.language,
    tree: new SyntaxTree(file.text, grammar, arrays, truncated),
    names: symbols.names,
    symbols,
    functions,
    classes,
    constants: part.constants.map((one) => (Array.isArray(one) ? (one.length === 0 ? undefined : Number(one[0])) : (one as Constant))),
    globals,
    exports,
    extensions,
    imports: part.imports,
  };
  return { module, reasons: part.reasons };
}

function packFunction(words: Words, func: FunctionIr): void {
  words.add(func.index, func.name, func.outer, func.owner, func.isStatic ? 1 : 0, func.returns, func.node);
  words.list(func.parameters, ({ name, slot, type, rest, node, decorators }) => {
    words.add(name, slot, type, rest ? 1 : 0, node);
    words.list(decorators, (symbol) => words.add(symbol));
  });
  words.list(func.decorators, ({ symbol, node }) => words.add(symbol, node));
  words.list(func.slots, (name) => words.add(name));
  words.run(func.code);
  words.run(func.pool);
}

function unpackFunction(read: Reader): FunctionIr {
  const [index, name, outer, owner, isStatic] = [read.word(), read.name(), read.word(), read.word(), read.word() === 1];
  const [returns, node] = [read.symbol(), read.word()];
  const parameters = read.list((): Parameter => {
    const [own, slot, type, rest, at] = [read.name(), read.word(), read.symbol(), read.word() === 1, read.word()];
    return { name: own, slot, type, rest, node: at, decorators: read.list(() => read.symbol()) };
  });
  const decorators = read.list(() => ({ symbol: read.symbol(), node: read.word() }));
  const slots = read.list(() => read.name());
  const code = read.run();
  const pool = read.run();
  read.link(code, pool);
  return { index, name, outer, owner, isStatic, returns, node, parameters, decorators, slots, code, pool };
}

function packClass(words: Words, one: ClassIr): void {
  words.add(one.name, one.node);
  words.list(one.bases, (base) => words.add(base));
  words.list(one.decorators, ({ symbol, node }) => words.add(symbol, node));
  words.list([...one.methods], ([name, index]) => words.add(name, index));
  words.list([...one.fields], ([name, type]) => words.add(name, type));
}

function unpackClass(read: Reader, index: number): ClassIr {
  const [name, node] = [read.name(), read.word()];
  return {
    index,
    name,
    node,
    bases: read.list(() => read.symbol()),
    decorators: read.list(() => ({ symbol: read.symbol(), node: read.word() })),
    methods: new Map(read.list(() => [read.name(), read.word()] as const)),
    fields: new Map(read.list(() => [read.name(), read.symbol()] as const)),
  };
}

/** Growing 32-bit words. */
class Words {
  #words = new Int32Array(4096);
  count = 0;

  add(...values: readonly number[]): void {
    this.#room(values.length);
    for (const value of values) this.#words[this.count++] = value;
  }

  run(values: Int32Array): void {
    this.#room(values.length + 1);
    this.#words[this.count++] = values.length;
    this.#words.set(values, this.count);
    this.count += values.length;
  }

  list<T>(items: readonly T[], add: (item: T) => void): void {
    this.add(items.length);
    for (const item of items) add(item);
  }

  array(): Int32Array {
    return this.#words.subarray(0, this.count);
  }

  #room(more: number): void {
    if (this.count + more <= this.#words.length) return;
    const grown = new Int32Array(Math.max(this.#words.length * 2, this.count + more));
    grown.set(this.#words);
    this.#words = grown;
  }
}

/** Reads words, with the names and symbols of the scan in the place of the file's. */
class Reader {
  readonly #words: Int32Array;
  readonly #names: Int32Array;
  readonly #symbols: Int32Array;
  #at = 0;

  constructor(words: Int32Array, names: readonly string[], symbols: Symbols) {
    this.#words = words;
    this.#names = Int32Array.from(names, (text) => symbols.names.id(text));
    const count = this.word();
    this.#symbols = new Int32Array(Math.max(1, count)).fill(UNKNOWN);
    for (let symbol = 1; symbol < count; symbol++) {
      const parent = this.#symbols[this.word()] ?? UNKNOWN;
      this.#symbols[symbol] = symbols.child(parent, this.name());
    }
  }

  word(): number {
    return this.#words[this.#at++] ?? 0;
  }

  name(): number {
    return this.#names[this.word()] ?? 0;
  }

  symbol(): number {
    return this.#symbols[this.word()] ?? UNKNOWN;
  }

  list<T>(read: (index: number) => T): T[] {
    return Array.from({ length: this.word() }, (_, index) => read(index));
  }

  run(): Int32Array {
    const length = this.word();
    const found = this.#words.subarray(this.#at, this.#at + length);
    this.#at += length;
    return found;
  }

  /** Puts the scan's names and symbols into instructions. */
  link(code: Int32Array, pool: Int32Array): void {
    for (let base = 0; base < code.length; base += STRIDE) {
      switch (code[base]) {
        case OP.symbol:
          code[base + 1] = this.#symbols[code[base + 1] as number] ?? UNKNOWN;
          break;
        case OP.field:
        case OP.setField:
          code[base + 2] = this.#names[code[base + 2] as number] ?? 0;
          break;
        case OP.binary:
        case OP.unary:
          code[base + 1] = this.#names[code[base + 1] as number] ?? 0;
          break;
        case OP.call: {
          const list = code[base + 2] as number;
          for (let item = list + 2; item < list + 2 + (pool[list] as number) * 2; item += 2) {
            const name = pool[item] as number;
            if (name !== NO_NAME && name !== SPREAD) pool[item] = this.#names[name] ?? 0;
          }
          break;
        }
        default:
      }
    }
  }
}

/** Symbols for one file alone, as `pack` wants them. */
export function ownSymbols(): Symbols {
  return new Symbols(new Names());
}
