import { DocumentRefused, type Concealment, type DocumentPart, type Limits, type Mark } from './document.ts';

type Place = Omit<Mark, 'offset'>;
type Open = { pieces: string[]; length: number; marks: Mark[]; last: string };

/** Marks of one part; places beyond are those of the last one. */
const MAX_MARKS = 20_000;

const LABELS: ReadonlySet<Concealment> = new Set(['alt_text', 'metadata', 'annotation']);

/** Collects the parts of one document within its limits. Text of one kind that belongs together (`key`) becomes one part. */
export class Collector {
  readonly #limits: Limits;
  readonly #open = new Map<string, Open & { shown: DocumentPart['shown'] }>();
  #characters = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Adds text to the part of this kind and key; `gap` stands between it and what came before. */
  add(text: string, shown: DocumentPart['shown'], key: string, place: Place, gap = ''): void {
    if (text === '') return;
    const slot = `${shown}\n${key}`;
    let open = this.#open.get(slot);
    if (open === undefined) {
      if (this.#open.size >= this.#limits.parts) throw new DocumentRefused('over_limit', `It has more than ${this.#limits.parts} parts.`);
      open = { pieces: [], length: 0, marks: [], last: '', shown };
      this.#open.set(slot, open);
    }
    const between = open.length === 0 ? '' : gap;
    this.#characters += between.length + text.length;
    if (this.#characters > this.#limits.characters)
      throw new DocumentRefused('over_limit', `It holds more than ${this.#limits.characters} characters.`);
    const at = `${place.page ?? ''}:${place.line ?? ''}:${place.member ?? ''}`;
    if (at !== open.last && open.marks.length < MAX_MARKS) open.marks.push({ offset: open.length + between.length, ...place });
    open.last = at;
    open.pieces.push(between, text);
    open.length += between.length + text.length;
  }

  /** A text by itself. Labels, which come by the hundred, are the lines of one part: scanning costs by the part. */
  alone(text: string, shown: Concealment, place: Place): void {
    if (text.trim() !== '') this.add(text, shown, LABELS.has(shown) ? 'labels' : `#${this.#open.size}`, place, '\n');
  }

  parts(): DocumentPart[] {
    return [...this.#open.values()]
      .map(({ pieces, shown, marks }) => ({ text: pieces.join(''), shown, marks }))
      .filter(({ text }) => text.trim() !== '');
  }
}

/** Line numbers by offset. */
export class Lines {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  of(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}
