import type { CodeView } from './code_view.ts';
import { goArguments, goCallee, goFunctions, goItems, GO_FUNCTIONS } from './go_code.ts';
import type { Inspection } from './inspection.ts';

type Range = { readonly low: number; readonly high: number };
/** Lengths of slices and arrays, and ranges of numbers, as far as constants tell. */
type Known = { readonly sizes: Map<string, { readonly length: number; readonly room: number }>; readonly numbers: Map<string, Range> };

/** Blocks within each other; deeper ones are not followed. */
const MAX_DEPTH = 40;

/** An index or a bound that constants prove to lie outside of a slice or array: the program ends there. */
export const goIndexRange: Inspection = {
  languages: ['go'],
  words: ['make([', '[', 'range'],
  run(code, found) {
    for (const func of goFunctions(code)) {
      if (!/\bmake\(\[|\]\w+\s*[{;\n]/.test(code.text(func).slice(0, 20_000))) continue;
      new Walk(code, func, found).block(code.child(func, 'body'), { sizes: new Map(), numbers: new Map() }, 0);
    }
  },
};

class Walk {
  readonly #code: CodeView;
  readonly #func: number;
  readonly #found: (node: number) => void;

  constructor(code: CodeView, func: number, found: (node: number) => void) {
    this.#code = code;
    this.#func = func;
    this.#found = found;
  }

  block(block: number, known: Known, depth: number): void {
    if (depth > MAX_DEPTH) return;
    const code = this.#code;
    const list = code.tree.childOfKind(block, 'statement_list');
    for (const statement of code.children(list >= 0 ? list : block)) this.#statement(statement, known, depth);
  }

  #statement(statement: number, known: Known, depth: number): void {
    const code = this.#code;
    switch (code.kind(statement)) {
      case 'if_statement':
        this.#check(code.child(statement, 'condition'), without(known, code.text(code.child(statement, 'condition'))));
        for (const part of ['consequence', 'alternative']) {
          const inner = code.child(statement, part);
          const tested = without(known, code.text(code.child(statement, 'condition')));
          if (inner >= 0 && code.kind(inner) === 'block') this.block(inner, tested, depth + 1);
        }
        this.#forget(statement, known);
        // What was tested before is known better now than by its constant.
        for (const name of code.identifiers(code.child(statement, 'condition')).keys()) known.numbers.delete(name);
        break;
      case 'for_statement':
        this.#loop(statement, known, depth);
        break;
      case 'short_var_declaration':
      case 'assignment_statement':
        this.#check(statement, known);
        this.#assign(goItems(code, code.child(statement, 'left')), goItems(code, code.child(statement, 'right')), known, statement);
        break;
      case 'var_declaration':
        for (const spec of code.within(statement, 'var_spec')) this.#declare(spec, known);
        break;
      case 'expression_statement':
      case 'return_statement':
        this.#check(statement, known);
        this.#forget(statement, known);
        break;
      default:
        this.#forget(statement, known);
    }
  }

  #declare(spec: number, known: Known): void {
    const code = this.#code;
    const names = code.children(spec).filter((child) => code.tree.fieldName(child) === 'name');
    const values = goItems(code, code.child(spec, 'value'));
    if (values.length > 0) return this.#assign(names, values, known, spec);
    const length = /^\[(\d+)\]/.exec(code.text(code.child(spec, 'type')))?.[1];
    for (const name of names) {
      if (length !== undefined && !this.#isShared(code.text(name)))
        known.sizes.set(code.text(name), { length: Number(length), room: Number(length) });
    }
  }

  #assign(targets: readonly number[], values: readonly number[], known: Known, statement: number): void {
    const code = this.#code;
    const results = targets.map((_, at) => (targets.length === values.length ? (values[at] as number) : -1));
    const sizes = results.map((value) => this.#size(value, known));
    const numbers = results.map((value) => this.#range(value, known));
    this.#forget(statement, known);
    const isPlain = code.kind(statement) !== 'assignment_statement' || code.text(code.child(statement, 'operator')) === '=';
    for (const [at, target] of targets.entries()) {
      const name = code.text(target);
      if (code.kind(target) !== 'identifier' || !isPlain || this.#isShared(name)) continue;
      const [size, number] = [sizes[at], numbers[at]];
      if (size !== undefined) known.sizes.set(name, size);
      else if (number !== undefined) known.numbers.set(name, number);
    }
  }

  #loop(statement: number, known: Known, depth: number): void {
    const code = this.#code;
    const body = code.child(statement, 'body');
    this.#forget(statement, known);
    const inner: Known = { sizes: new Map(known.sizes), numbers: new Map(known.numbers) };
    const [head = -1] = code.children(statement);
    const text = code.text(head);
    const [, name = '', from = '', operator = '', to = ''] =
      /^(\w+)\s*:=\s*(\d+)\s*;\s*\1\s*(<=?)\s*([^;]+);\s*\1(?:\+\+|\s*\+=\s*1)$/.exec(text) ?? [];
    const [, key = '', over = ''] = /^(\w+)(?:\s*,\s*\w+)?\s*:=\s*range\s+(\w+)$/.exec(text) ?? [];
    const end = name === '' ? undefined : this.#ofText(to.trim(), known);
    if (name !== '' && end !== undefined) inner.numbers.set(name, { low: Number(from), high: operator === '<' ? end - 1 : end });
    else if (key !== '') {
      const length = known.sizes.get(over)?.length ?? (/^\d+$/.test(over) ? Number(over) : undefined);
      if (length !== undefined) inner.numbers.set(key, { low: 0, high: length - 1 });
    }
    const counter = name === '' ? key : name;
    // A counter that the body tests or changes, or a loop that may end before, is not known.
    if (
      /\b(?:break|return|continue|goto|switch)\b/.test(code.text(body)) ||
      new RegExp(`\\bif\\b[^{]*\\b${counter}\\b|\\b${counter}\\s*(?:\\+\\+|--|[-+*]?=[^=])`).test(code.text(body))
    )
      inner.numbers.delete(counter);
    if (
      counter !== '' &&
      inner.numbers.has(counter) &&
      (inner.numbers.get(counter) as Range).high < (inner.numbers.get(counter) as Range).low
    )
      return;
    this.block(body, inner, depth + 1);
  }

  /** Looks at every index of an expression that stands in no function literal. */
  #check(node: number, known: Known): void {
    const code = this.#code;
    if (node < 0 || known.sizes.size === 0) return;
    for (const index of code.within(node, 'index_expression')) {
      const size = known.sizes.get(code.text(code.child(index, 'operand')));
      const range = size === undefined || !this.#isOwn(index) ? undefined : this.#range(code.child(index, 'index'), known);
      if (size !== undefined && range !== undefined && (range.high >= size.length || range.low < 0)) this.#found(index);
    }
    for (const slice of code.within(node, 'slice_expression')) {
      const size = known.sizes.get(code.text(code.child(slice, 'operand')));
      if (size === undefined || !this.#isOwn(slice)) continue;
      const [start, end, capacity] = ['start', 'end', 'capacity'].map((field) => this.#range(code.child(slice, field), known));
      const isOpen = code.child(slice, 'end') < 0;
      const tooFar = [end, capacity].some((range) => range !== undefined && range.high > size.room);
      if (tooFar || (start !== undefined && (start.low < 0 || start.high > (isOpen ? size.length : size.room)))) this.#found(slice);
    }
  }

  #isOwn(node: number): boolean {
    return this.#code.around(node, GO_FUNCTIONS) === this.#func;
  }

  #size(value: number, known: Known): { length: number; room: number } | undefined {
    const code = this.#code;
    if (value < 0) return undefined;
    if (code.kind(value) === 'call_expression' && goCallee(code, value) === 'make') {
      const [type = -1, length = -1, room = length] = goArguments(code, value);
      if (code.kind(type) !== 'slice_type') return undefined;
      const [size, most] = [this.#range(length, known), this.#range(room, known)];
      return size === undefined || most === undefined || size.low !== size.high ? undefined : { length: size.low, room: most.low };
    }
    if (code.kind(value) === 'composite_literal') {
      const type = code.text(code.child(value, 'type'));
      const elements = code.children(code.child(value, 'body')).filter((child) => code.kind(child) !== 'comment');
      const fixed = /^\[(\d+)\]/.exec(type)?.[1];
      if (fixed !== undefined) return { length: Number(fixed), room: Number(fixed) };
      if (!/^\[(?:\.\.\.)?\]/.test(type) || elements.some((element) => code.kind(element) === 'keyed_element')) return undefined;
      return { length: elements.length, room: elements.length };
    }
    if (code.kind(value) !== 'slice_expression' || code.child(value, 'capacity') >= 0) return undefined;
    const of = known.sizes.get(code.text(code.child(value, 'operand')));
    const start = code.child(value, 'start') < 0 ? 0 : this.#exact(code.child(value, 'start'), known);
    const end = code.child(value, 'end') < 0 ? of?.length : this.#exact(code.child(value, 'end'), known);
    if (of === undefined || start === undefined || end === undefined || end < start || end > of.room) return undefined;
    return { length: end - start, room: of.room - start };
  }

  #exact(node: number, known: Known): number | undefined {
    const range = this.#range(node, known);
    return range !== undefined && range.low === range.high ? range.low : undefined;
  }

  #ofText(text: string, known: Known): number | undefined {
    if (/^\d+$/.test(text)) return Number(text);
    const length = known.sizes.get(/^len\((\w+)\)$/.exec(text)?.[1] ?? '')?.length;
    const range = known.numbers.get(text);
    return length ?? (range !== undefined && range.low === range.high ? range.low : undefined);
  }

  #range(node: number, known: Known, depth = 0): Range | undefined {
    const code = this.#code;
    if (node < 0 || depth > 20) return undefined;
    const text = code.text(node);
    switch (code.kind(node)) {
      case 'int_literal':
        return /^\d+$/.test(text) ? { low: Number(text), high: Number(text) } : undefined;
      case 'identifier':
        return known.numbers.get(text);
      case 'call_expression': {
        const length = this.#ofText(text, known);
        return length === undefined ? undefined : { low: length, high: length };
      }
      case 'parenthesized_expression':
        return this.#range(code.tree.first(node), known, depth + 1);
      case 'unary_expression': {
        const inner = text.startsWith('-') ? this.#range(code.child(node, 'operand'), known, depth + 1) : undefined;
        return inner === undefined ? undefined : { low: -inner.high, high: -inner.low };
      }
      case 'binary_expression': {
        const left = this.#range(code.child(node, 'left'), known, depth + 1);
        const right = this.#range(code.child(node, 'right'), known, depth + 1);
        const operator = code.text(code.child(node, 'operator'));
        if (left === undefined || right === undefined) return undefined;
        if (operator === '+') return { low: left.low + right.low, high: left.high + right.high };
        if (operator === '-') return { low: left.low - right.high, high: left.high - right.low };
        return undefined;
      }
      default:
        return undefined;
    }
  }

  /** What a statement assigns, anywhere inside, or hands out the address of, is not known after it. */
  #forget(statement: number, known: Known): void {
    const code = this.#code;
    const drop = (text: string): void => {
      for (const name of text.match(/[A-Za-z_]\w*/g) ?? []) {
        known.sizes.delete(name);
        known.numbers.delete(name);
      }
    };
    for (const kind of ['assignment_statement', 'short_var_declaration', 'range_clause']) {
      for (const node of code.within(statement, kind))
        for (const target of goItems(code, code.child(node, 'left'))) if (code.kind(target) === 'identifier') drop(code.text(target));
    }
    for (const kind of ['inc_statement', 'dec_statement']) for (const node of code.within(statement, kind)) drop(code.text(node));
    for (const node of code.within(statement, 'unary_expression')) if (code.text(node).startsWith('&')) drop(code.text(node));
  }

  /** A function literal changes it: when, nobody knows. */
  #isShared(name: string): boolean {
    const code = this.#code;
    return code.within(this.#func, 'func_literal').some((literal) => literal !== this.#func && code.identifiers(literal).has(name));
  }
}

function without(known: Known, text: string): Known {
  const names = new Set(text.match(/[A-Za-z_]\w*/g) ?? []);
  return {
    sizes: new Map([...known.sizes].filter(([name]) => !names.has(name))),
    numbers: new Map([...known.numbers].filter(([name]) => !names.has(name))),
  };
}
