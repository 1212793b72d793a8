import { readFile } from 'node:fs/promises';
import { Language as Loaded, Parser, type TreeCursor } from 'web-tree-sitter';
import type { Repaired } from './repair.ts';
import { SyntaxTree, type GrammarNames, type TreeArrays } from './syntax.ts';
import type { Grammar } from './language.ts';

/** Deeper code is generated or hostile; what walks the tree by recursion must not meet it. */
export const MAX_DEPTH = 500;

/** Kinds without children in every grammar: asking for their first child would cost a call for half of all nodes. */
const LEAVES = new Set(
  (
    'identifier property_identifier shorthand_property_identifier shorthand_property_identifier_pattern private_property_identifier ' +
    'statement_identifier type_identifier field_identifier package_identifier label_name blank_identifier string_fragment string_content ' +
    'string_start string_end escape_sequence escape_interpolation number integer float int_literal float_literal integer_literal rune_literal ' +
    'imaginary_literal boolean_literal interpreted_string_literal_content raw_string_literal_content true false null none nil undefined this super self ' +
    'line_continuation type_conversion regex_pattern regex_flags jsx_text optional_chain primitive_type predefined_type crate'
  ).split(' '),
);

/** A parser of one grammar. Parsing runs in WebAssembly; nothing of the text is executed. */
export class GrammarParser {
  readonly names: GrammarNames;
  readonly #parser: Parser;
  readonly #keep: Uint8Array;

  constructor(loaded: Loaded) {
    this.#parser = new Parser();
    this.#parser.setLanguage(loaded);
    this.names = { kindNames: loaded.types, fieldNames: loaded.fields };
    this.#keep = new Uint8Array(loaded.types.length);
    for (let kind = 0; kind < loaded.types.length; kind++) this.#keep[kind] = keepOf(loaded, kind);
  }

  /** The tree of a text, or of its repaired form with the places of the text; `undefined` when the grammar gives none. Broken text gives a tree with `ERROR` nodes. */
  parse(text: string, read: Repaired = { text, shift: 0 }): SyntaxTree | undefined {
    const tree = this.#parser.parse(read.text);
    if (tree === null) return undefined;
    const cursor = tree.walk();
    try {
      const { arrays, truncated } = this.#flatten(cursor);
      if (read.text !== text) {
        const place = (offset: number): number => Math.min(Math.max(offset - read.shift, 0), text.length);
        for (let row = 0; row < arrays.start.length; row++) {
          arrays.start[row] = place(arrays.start[row] as number);
          arrays.end[row] = place(arrays.end[row] as number);
        }
      }
      return new SyntaxTree(text, this.names, arrays, truncated);
    } finally {
      cursor.delete();
      tree.delete();
    }
  }

  #flatten(cursor: TreeCursor): { arrays: TreeArrays; truncated: boolean } {
    const rows = new Rows();
    const open: number[] = [];
    let truncated = false;
    for (;;) {
      const kind = cursor.nodeTypeId;
      const keep = this.#keep[kind] ?? BRANCH;
      let row = -1;
      if (keep !== DROP) {
        const field = cursor.currentFieldId;
        if (keep !== OPERATOR || field !== 0) row = rows.add(kind, field, cursor.startIndex, cursor.endIndex);
        if (keep === BRANCH) {
          if (open.length >= MAX_DEPTH) truncated = true;
          else if (cursor.gotoFirstChild()) {
            open.push(row);
            continue;
          }
        }
      }
      if (row >= 0) rows.close(row);
      while (!cursor.gotoNextSibling()) {
        const parent = open.pop();
        if (parent === undefined) return { arrays: rows.arrays(), truncated };
        rows.close(parent);
        cursor.gotoParent();
      }
    }
  }
}

const DROP = 0;
const OPERATOR = 1;
const LEAF = 2;
const BRANCH = 3;

function keepOf(loaded: Loaded, kind: number): number {
  const name = loaded.types[kind] ?? '';
  if (loaded.nodeTypeIsNamed(kind)) return LEAVES.has(name) ? LEAF : name.endsWith('comment') ? DROP : BRANCH;
  return /^[(){}[\],;.:"'`]$/.test(name) ? DROP : OPERATOR;
}

/** Growing typed arrays. */
class Rows {
  #size = 1024;
  #count = 0;
  #kind = new Uint16Array(this.#size);
  #field = new Uint8Array(this.#size);
  #start = new Int32Array(this.#size);
  #end = new Int32Array(this.#size);
  #skip = new Int32Array(this.#size);

  add(kind: number, field: number, start: number, end: number): number {
    const row = this.#count++;
    if (row === this.#size) this.#grow();
    this.#kind[row] = kind;
    this.#field[row] = field;
    this.#start[row] = start;
    this.#end[row] = end;
    return row;
  }

  close(row: number): void {
    this.#skip[row] = this.#count;
  }

  arrays(): TreeArrays {
    const to = this.#count;
    return {
      kind: this.#kind.slice(0, to),
      field: this.#field.slice(0, to),
      start: this.#start.slice(0, to),
      end: this.#end.slice(0, to),
      skip: this.#skip.slice(0, to),
    };
  }

  #grow(): void {
    this.#size *= 2;
    this.#kind = grown(this.#kind, new Uint16Array(this.#size));
    this.#field = grown(this.#field, new Uint8Array(this.#size));
    this.#start = grown(this.#start, new Int32Array(this.#size));
    this.#end = grown(this.#end, new Int32Array(this.#size));
    this.#skip = grown(this.#skip, new Int32Array(this.#size));
  }
}

function grown<T extends Uint16Array | Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

let runtime: Promise<void> | undefined;
const parsers = new Map<Grammar, Promise<GrammarParser>>();

/** The parser of a grammar, loaded once a process. */
export function grammarParser(grammar: Grammar): Promise<GrammarParser> {
  let loading = parsers.get(grammar);
  if (loading === undefined) {
    loading = load(grammar);
    parsers.set(grammar, loading);
  }
  return loading;
}

async function load(grammar: Grammar): Promise<GrammarParser> {
  runtime ??= Parser.init();
  await runtime;
  const wasm = await readFile(new URL(`./grammars/tree-sitter-${grammar}.wasm`, import.meta.url));
  return new GrammarParser(await Loaded.load(wasm));
}
