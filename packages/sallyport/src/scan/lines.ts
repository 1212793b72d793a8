import type { FileLocation } from './finding.ts';

/** Lines of a text by offset. A line ends at a line feed; a carriage return before it belongs to the end. */
export class Lines {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  get count(): number {
    return this.#starts.length;
  }

  /** The line (from 1) without its end; empty outside of the text. */
  text(line: number): string {
    const [start, end] = this.span(line);
    return this.#text.slice(start, end);
  }

  /** Offsets of a line's first character and of its end. */
  span(line: number): [number, number] {
    const start = this.#starts[line - 1];
    if (start === undefined) return [this.#text.length, this.#text.length];
    const next = this.#starts[line];
    const end = next === undefined ? this.#text.length : next - 1;
    return [start, end > start && this.#text[end - 1] === '\r' ? end - 1 : end];
  }

  /** Line and column, both from 1, of an offset. */
  place(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  /** The offset of a place; inside the text, whatever is asked. */
  offset(line: number, column: number): number {
    const start = this.#starts[line - 1] ?? this.#text.length;
    return Math.min(this.#text.length, Math.max(0, start + column - 1));
  }

  location(path: string, start: number, end: number): FileLocation {
    const from = this.place(start);
    const to = this.place(Math.max(start, end));
    return { kind: 'file', path, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }
}
