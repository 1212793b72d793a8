import type { Json, JsonObject, Point } from '../kernel/index.ts';
import type { Context } from './context.ts';
import type { Origin, Part, PartKind } from './part.ts';

/** An object or array of the body, and the member that a part writes to. */
export type Holder = JsonObject | Json[];

/** Writes one member; also an own `__proto__` stays a plain member. */
export function put(holder: Holder, key: string | number, value: Json): void {
  if (key === '__proto__') Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
  else (holder as Record<string | number, Json>)[key] = value;
}

/** The member, as JSON. */
export function get(holder: Holder, key: string | number): Json | undefined {
  return (holder as Record<string | number, Json | undefined>)[key];
}

abstract class Base implements Part {
  readonly id: number;
  readonly point: Point;
  readonly origin: Origin;
  readonly role: string;
  readonly turn: number;
  readonly where: string;
  readonly tool: { readonly name: string } | undefined;
  abstract readonly kind: PartKind;
  abstract readonly media: string | undefined;
  text: string;

  constructor(id: number, context: Context, turn: number, where: string, tool: { readonly name: string } | undefined, text: string) {
    this.id = id;
    this.point = context.point;
    this.origin = context.origin;
    this.role = context.role;
    this.turn = turn;
    this.where = where;
    this.tool = tool;
    this.text = text;
  }

  abstract set(text: string): void;
}

/** A string leaf (or a long number) of the body. */
export class TextPart extends Base {
  readonly kind = 'text';
  readonly media: undefined;
  holder: Holder;
  key: string | number;

  constructor(
    id: number,
    context: Context,
    turn: number,
    where: string,
    tool: { readonly name: string } | undefined,
    text: string,
    holder: Holder,
    key: string | number,
  ) {
    super(id, context, turn, where, tool, text);
    this.holder = holder;
    this.key = key;
  }

  set(text: string): void {
    this.text = text;
    put(this.holder, this.key, text);
  }
}

/** Text inside base64 or a `data:` URL (RFC 2397); writing encodes again. */
export class DataUrlPart extends Base {
  readonly kind = 'text';
  readonly media: string;
  readonly #holder: Holder;
  readonly #key: string | number;
  readonly #encode: (text: string) => string;

  constructor(
    id: number,
    context: Context,
    turn: number,
    where: string,
    decoded: { readonly media: string; readonly text: string },
    holder: Holder,
    key: string | number,
    encode: (text: string) => string,
  ) {
    super(id, context, turn, where, undefined, decoded.text);
    this.media = decoded.media;
    this.#holder = holder;
    this.#key = key;
    this.#encode = encode;
  }

  set(text: string): void {
    this.text = text;
    put(this.#holder, this.#key, this.#encode(text));
  }
}

/** Text that has no place of its own to write to (alternatives of log-probabilities, names in a stream's deltas): any change drops it. */
export class DroppedPart extends Base {
  readonly kind = 'text';
  readonly media: undefined;
  readonly #drop: () => void;

  constructor(id: number, context: Context, turn: number, where: string, text: string, drop: () => void) {
    super(id, context, turn, where, undefined, text);
    this.#drop = drop;
  }

  set(text: string): void {
    this.text = text;
    this.#drop();
  }
}

/** Something that is not text: unscanned. Writing replaces it (the whole block, where there is one) by `replacement(text)`. */
export class MediaPart extends Base {
  readonly kind: PartKind;
  readonly media: string | undefined;
  readonly #holder: Holder;
  readonly #key: string | number;
  readonly #replacement: (text: string) => Json;

  constructor(
    id: number,
    context: Context,
    turn: number,
    where: string,
    what: { kind: PartKind; media: string | undefined },
    holder: Holder,
    key: string | number,
    replacement: (text: string) => Json,
  ) {
    super(id, context, turn, where, undefined, '');
    this.kind = what.kind;
    this.media = what.media;
    this.#holder = holder;
    this.#key = key;
    this.#replacement = replacement;
  }

  set(text: string): void {
    this.text = text;
    put(this.#holder, this.#key, this.#replacement(text));
  }
}

/** One line of a joined part: a member's name, or a short string. `leaf` is the part that writes to the member of that name. */
export type Line = { readonly holder: Holder; key: string | number; readonly name: boolean; leaf?: TextPart | undefined };

/**
 * Many short strings (names of members, enumerations, property names) as one part, a line each: scanning costs by the part.
 * Writing a text of as many lines writes each line to its place; any other text replaces every line.
 */
export class JoinedPart extends Base {
  readonly kind = 'text';
  readonly media: undefined;
  readonly #lines: readonly Line[];

  constructor(
    id: number,
    context: Context,
    turn: number,
    where: string,
    tool: { readonly name: string } | undefined,
    lines: readonly Line[],
  ) {
    super(id, context, turn, where, tool, lines.map(lineText).join('\n'));
    this.#lines = lines;
  }

  set(text: string): void {
    const split = this.#lines.length === 1 ? [text] : text.split('\n');
    const each = split.length === this.#lines.length;
    const taken = new Map<string, number>();
    this.text = text;
    for (let i = 0; i < this.#lines.length; i++) {
      const line = this.#lines[i];
      const now = each ? split[i] : text;
      if (line === undefined || now === undefined || now === lineText(line)) continue;
      if (line.name) rename(line, now, taken);
      else put(line.holder, line.key, now);
    }
  }
}

function lineText(line: Line): string {
  return line.name ? String(line.key) : String(get(line.holder, line.key));
}

/** Gives the member another name, never that of another member: two values masked alike must both survive. `taken` keeps many of them linear. */
function rename(line: Line, wanted: string, taken: Map<string, number>): void {
  const value = get(line.holder, line.key);
  if (value === undefined) return;
  let n = taken.get(wanted) ?? 1;
  let name = n === 1 ? wanted : `${wanted} (${n})`;
  while (Object.hasOwn(line.holder, name)) name = `${wanted} (${++n})`;
  taken.set(wanted, n);
  Reflect.deleteProperty(line.holder, line.key);
  put(line.holder, name, value);
  line.key = name;
  if (line.leaf !== undefined) line.leaf.key = name;
}
