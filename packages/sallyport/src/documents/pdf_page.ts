import { BLACK, colourOf, isLost, WHITE, type Colour } from './colour.ts';
import type { Concealment } from './document.ts';

/** A box in points: left, bottom, right, top. */
export type Box = readonly [number, number, number, number];
type Matrix = readonly [number, number, number, number, number, number];

/** A stretch of text in one look. `box` is where its first and last characters stand. */
export type Run = { readonly text: string; readonly box: Box; readonly shown: 'visible' | Concealment; readonly size: number };

/** One drawing operation, by pdf.js's name for it. */
export type Operation = { readonly name: string; readonly args: readonly unknown[] };

/** Type of this size is dust: footnotes are set in 6 points, the print on banknotes in 1. */
const LEAST_POINTS = 3.5;
/** Areas that are remembered as grounds of text, the newest first; a chart of more is a picture, whose ground is not known. */
const MAX_AREAS = 3_000;
const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

type State = {
  ctm: Matrix;
  fill: Colour | undefined;
  stroke: Colour | undefined;
  alpha: number;
  strokeAlpha: number;
  mode: number;
  size: number;
  scale: number;
  rise: number;
  charSpace: number;
  wordSpace: number;
  leading: number;
  clip: Box | undefined;
};

/** `colour` undefined: a picture or pattern, of which nobody here knows what it shows. */
type Area = { readonly box: Box; readonly colour: Colour | undefined; readonly after: number };

const START: State = {
  ctm: IDENTITY,
  fill: BLACK,
  stroke: BLACK,
  alpha: 1,
  strokeAlpha: 1,
  mode: 0,
  size: 0,
  scale: 1,
  rise: 0,
  charSpace: 0,
  wordSpace: 0,
  leading: 0,
  clip: undefined,
};

/** Follows the drawing of one page (ISO 32000-1, sections 8 and 9) and tells each text with how it is seen. Nothing is painted. */
export class PdfPage {
  readonly #view: Box;
  readonly #isLayerShown: (id: string) => boolean;
  readonly #areas: Area[] = [];
  readonly #runs: { run: Run; order: number; colour: Colour | undefined }[] = [];
  #state: State = { ...START };
  readonly #saved: State[] = [];
  #text: Matrix = IDENTITY;
  #line: Matrix = IDENTITY;
  #clipNext = false;
  readonly #layers: boolean[] = [];
  #order = 0;
  #moved = false;

  constructor(view: Box, isLayerShown: (id: string) => boolean) {
    this.#view = view;
    this.#isLayerShown = isLayerShown;
  }

  draw({ name, args }: Operation): void {
    this.#order++;
    // Pictures are never decoded: what is left of one is a place that was moved to and where nothing was drawn.
    if (name === 'restore' && this.#moved) this.area([0, 0, 1, 1], true, true, undefined);
    this.#moved = name === 'transform' || (this.#moved && (name === 'setGState' || name === 'dependency'));
    HANDLERS[name]?.(this, args);
  }

  /** Everything that was written, in the order of writing. What was painted over is known only now. */
  finish(): Run[] {
    return this.#runs.map(({ run, order, colour }) => {
      if (run.shown !== 'visible') return run;
      const cover = this.#areas.find((area) => area.after > order && holds(area.box, run.box));
      if (cover !== undefined && (cover.colour === undefined || cover.colour.a >= 1)) return { ...run, shown: 'covered' };
      const lost = isLost(colour, this.#groundOf(run.box, order));
      return lost === undefined ? run : { ...run, shown: lost };
    });
  }

  save(): void {
    if (this.#saved.length < 10_000) this.#saved.push({ ...this.#state });
  }

  restore(): void {
    this.#state = this.#saved.pop() ?? this.#state;
  }

  transform(matrix: unknown): void {
    if (isMatrix(matrix)) this.#state.ctm = multiply(matrix, this.#state.ctm);
  }

  set(change: Partial<State>): void {
    Object.assign(this.#state, change);
  }

  alphas(entries: unknown): void {
    if (!Array.isArray(entries)) return;
    for (const entry of entries as unknown[]) {
      const [key, value] = Array.isArray(entry) ? (entry as unknown[]) : [];
      if (key === 'ca' && typeof value === 'number') this.#state.alpha = value;
      if (key === 'CA' && typeof value === 'number') this.#state.strokeAlpha = value;
      if (key === 'Font' && Array.isArray(value)) this.#state.size = number(value[1]);
    }
  }

  beginText(): void {
    this.#text = IDENTITY;
    this.#line = IDENTITY;
  }

  place(matrix: unknown): void {
    if (!isMatrix(matrix)) return;
    this.#text = matrix;
    this.#line = matrix;
  }

  move(x: number, y: number): void {
    this.#line = multiply([1, 0, 0, 1, x, y], this.#line);
    this.#text = this.#line;
  }

  nextLine(): void {
    this.move(0, -this.#state.leading);
  }

  clipNext(): void {
    this.#clipNext = true;
  }

  layer(shown: boolean): void {
    this.#layers.push(shown);
  }

  endLayer(): void {
    this.#layers.pop();
  }

  isShown(id: unknown): boolean {
    return typeof id !== 'string' || this.#isLayerShown(id);
  }

  /** A path that is filled with one colour and is as large as its bounds, or a picture: the ground of what is written on it. */
  area(bounds: Box | undefined, paint: boolean, rectangle: boolean, colour: Colour | undefined): void {
    if (bounds === undefined) return;
    const box = transformed(bounds, this.#state.ctm);
    if (this.#clipNext) this.#state.clip = this.#state.clip === undefined ? box : intersect(this.#state.clip, box);
    this.#clipNext = false;
    if (!paint || !rectangle || this.#layers.includes(false) || this.#areas.length >= MAX_AREAS) return;
    const seen = colour === undefined ? undefined : { ...colour, a: colour.a * this.#state.alpha };
    const clipped = this.#state.clip === undefined ? box : intersect(this.#state.clip, box);
    this.#areas.push({ box: clipped, colour: seen, after: this.#order });
  }

  fill(): Colour | undefined {
    return this.#state.fill;
  }

  show(glyphs: unknown): void {
    if (!Array.isArray(glyphs)) return;
    const s = this.#state;
    const before = this.#at();
    let text = '';
    let advance = 0;
    for (const glyph of glyphs as unknown[]) {
      if (typeof glyph === 'number') {
        // Kerning of a fifth of the size or more is a blank that nobody wrote.
        if (glyph < -200 && !text.endsWith(' ')) text += ' ';
        advance -= (glyph / 1000) * s.size;
        continue;
      }
      const { unicode, width, isSpace } = glyph as { unicode?: unknown; width?: unknown; isSpace?: unknown };
      if (typeof unicode === 'string') text += unicode;
      advance += (number(width) / 1000) * s.size + s.charSpace + (isSpace === true ? s.wordSpace : 0);
    }
    this.#text = multiply([1, 0, 0, 1, advance * s.scale, 0], this.#text);
    const after = this.#at();
    const size = Math.abs(s.size) * scaleOf(multiply(this.#text, s.ctm));
    if (text !== '') this.#write(text, before, after, size);
  }

  #write(text: string, [x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number], size: number): void {
    const s = this.#state;
    const box: Box = [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1) + size * 0.7];
    const stroked = s.mode === 1 || s.mode === 5;
    const paint = stroked ? s.stroke : s.fill;
    const colour = paint === undefined ? undefined : { ...paint, a: paint.a * (stroked ? s.strokeAlpha : s.alpha) };
    this.#runs.push({ run: { text, box, size, shown: this.#concealed(box, size) ?? 'visible' }, order: this.#order, colour });
  }

  #concealed(box: Box, size: number): Concealment | undefined {
    const s = this.#state;
    if (this.#layers.includes(false)) return 'not_displayed';
    if (s.mode === 3 || s.mode === 7) return 'transparent';
    if (s.alpha < 0.1 && s.mode !== 1) return 'transparent';
    if (size < LEAST_POINTS) return 'tiny_font';
    if (apart(box, this.#view)) return 'off_page';
    return s.clip !== undefined && apart(box, s.clip) ? 'clipped' : undefined;
  }

  #at(): readonly [number, number] {
    const m = multiply(this.#text, this.#state.ctm);
    return [m[4] + m[2] * this.#state.rise, m[5] + m[3] * this.#state.rise];
  }

  #groundOf(box: Box, order: number): Colour | undefined {
    const x = (box[0] + box[2]) / 2;
    const y = (box[1] + box[3]) / 2;
    for (let i = this.#areas.length - 1; i >= 0; i--) {
      const area = this.#areas[i] as Area;
      if (area.after > order || x < area.box[0] || x > area.box[2] || y < area.box[1] || y > area.box[3]) continue;
      if (area.colour === undefined || area.colour.a < 0.9) return undefined;
      return area.colour;
    }
    return this.#areas.length >= MAX_AREAS ? undefined : WHITE;
  }
}

type Handler = (page: PdfPage, args: readonly unknown[]) => void;
const shows: Handler = (page, [glyphs]) => page.show(glyphs);
const picture: Handler = (page) => page.area([0, 0, 1, 1], true, true, undefined);

/** Path operators that fill (pdf.js's numbers of them in `constructPath`): f, f*, B, B*, b, b*. */
const FILLS = new Set([22, 23, 24, 25, 26, 27]);

const HANDLERS: Readonly<Record<string, Handler>> = {
  save: (page) => page.save(),
  restore: (page) => page.restore(),
  transform: (page, args) => page.transform(args.length === 1 ? args[0] : args),
  paintFormXObjectBegin: (page, [matrix]) => {
    page.save();
    page.transform(matrix);
  },
  paintFormXObjectEnd: (page) => page.restore(),
  setGState: (page, [entries]) => page.alphas(entries),
  setFillRGBColor: (page, args) => page.set({ fill: rgb(args) }),
  setStrokeRGBColor: (page, args) => page.set({ stroke: rgb(args) }),
  setFillTransparent: (page) => page.set({ fill: { ...WHITE, a: 0 } }),
  setStrokeTransparent: (page) => page.set({ stroke: { ...WHITE, a: 0 } }),
  setFillColorN: (page) => page.set({ fill: undefined }),
  setStrokeColorN: (page) => page.set({ stroke: undefined }),
  beginText: (page) => page.beginText(),
  setFont: (page, [, size]) => page.set({ size: number(size) }),
  setTextRenderingMode: (page, [mode]) => page.set({ mode: number(mode) }),
  setTextRise: (page, [rise]) => page.set({ rise: number(rise) }),
  setCharSpacing: (page, [space]) => page.set({ charSpace: number(space) }),
  setWordSpacing: (page, [space]) => page.set({ wordSpace: number(space) }),
  setHScale: (page, [percent]) => page.set({ scale: number(percent) / 100 }),
  setLeading: (page, [leading]) => page.set({ leading: -number(leading) }),
  setTextMatrix: (page, args) => page.place(args.length === 1 ? args[0] : args),
  moveText: (page, [x, y]) => page.move(number(x), number(y)),
  setLeadingMoveText: (page, [x, y]) => {
    page.set({ leading: -number(y) });
    page.move(number(x), number(y));
  },
  nextLine: (page) => page.nextLine(),
  showText: shows,
  showSpacedText: shows,
  nextLineShowText: (page, [glyphs]) => {
    page.nextLine();
    page.show(glyphs);
  },
  clip: (page) => page.clipNext(),
  eoClip: (page) => page.clipNext(),
  constructPath: (page, [paint, data, bounds]) => page.area(boxOf(bounds), FILLS.has(number(paint)), isRectangle(data), page.fill()),
  paintImageXObject: picture,
  paintInlineImageXObject: picture,
  paintImageMaskXObject: picture,
  shadingFill: picture,
  beginMarkedContent: (page) => page.layer(true),
  beginMarkedContentProps: (page, [tag, props]) => page.layer(tag !== 'OC' || page.isShown((props as { id?: unknown } | null)?.id)),
  endMarkedContent: (page) => page.endLayer(),
};

function rgb(args: readonly unknown[]): Colour | undefined {
  if (typeof args[0] === 'string') return colourOf(args[0]);
  return { r: number(args[0]), g: number(args[1]), b: number(args[2]), a: 1 };
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function isMatrix(value: unknown): value is Matrix {
  const list = ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value;
  return Array.isArray(list) && list.length === 6 && list.every((entry) => typeof entry === 'number' && Number.isFinite(entry));
}

/** `a` applied first, then `b` (ISO 32000-1, section 8.3.4). */
function multiply(a: Matrix, b: Matrix): Matrix {
  return [
    a[0] * b[0] + a[1] * b[2],
    a[0] * b[1] + a[1] * b[3],
    a[2] * b[0] + a[3] * b[2],
    a[2] * b[1] + a[3] * b[3],
    a[4] * b[0] + a[5] * b[2] + b[4],
    a[4] * b[1] + a[5] * b[3] + b[5],
  ];
}

function scaleOf(m: Matrix): number {
  return Math.hypot(m[2], m[3]);
}

function transformed([x0, y0, x1, y1]: Box, m: Matrix): Box {
  const xs = [x0, x1].flatMap((x) => [y0, y1].map((y) => m[0] * x + m[2] * y + m[4]));
  const ys = [x0, x1].flatMap((x) => [y0, y1].map((y) => m[1] * x + m[3] * y + m[5]));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function intersect(a: Box, b: Box): Box {
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
}

/** Whether the boxes have nothing in common. */
function apart(a: Box, b: Box): boolean {
  return a[2] < b[0] || a[0] > b[2] || a[3] < b[1] || a[1] > b[3];
}

function holds(outer: Box, inner: Box): boolean {
  return outer[0] <= inner[0] + 1 && outer[1] <= inner[1] + 1 && outer[2] >= inner[2] - 1 && outer[3] >= inner[3] - 1;
}

function boxOf(bounds: unknown): Box | undefined {
  const list = Object.values((bounds ?? {}) as Record<string, unknown>).map(number);
  return list.length === 4 ? [list[0] as number, list[1] as number, list[2] as number, list[3] as number] : undefined;
}

/** Path data of pdf.js: 0 x y (move), 1 x y (line), 2 with four and 3 with two further points (curves), 4 (close). Four corners and no curve. */
function isRectangle(data: unknown): boolean {
  const first: unknown = Array.isArray(data) ? data[0] : undefined;
  const path = Object.values((first ?? {}) as Record<string, unknown>).map(number);
  const xs = new Set<number>();
  const ys = new Set<number>();
  for (let i = 0; i < path.length;) {
    if (path[i] === 4) i++;
    else if (path[i] === 0 || path[i] === 1) {
      xs.add(path[i + 1] ?? 0);
      ys.add(path[i + 2] ?? 0);
      i += 3;
    } else return false;
    if (xs.size > 2 || ys.size > 2) return false;
  }
  return xs.size === 2 && ys.size === 2;
}
