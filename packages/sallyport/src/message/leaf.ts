import type { Json, JsonObject, Point } from '../kernel/index.ts';
import type { Context } from './context.ts';
import type { FileSource, Origin, Part, PartKind } from './part.ts';

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

/** Names of members that parts have changed, so that the other parts of the same reading still write to the right member. */
export class Names {
  readonly #changed = new Map<Holder, Map<string | number, string>>();

  /** The name that the member has now. */
  of(holder: Holder, key: string | number): string | number {
    return this.#changed.get(holder)?.get(key) ?? key;
  }

  /** Gives the member another name, never that of another member: two values masked alike must both survive. `taken` keeps many of them linear. */
  rename(holder: Holder, key: string | number, wanted: string, taken: Map<string, number>): void {
    const now = this.of(holder, key);
    const value = get(holder, now);
    if (value === undefined) return;
    let n = taken.get(wanted) ?? 1;
    let name = n === 1 ? wanted : `${wanted} (${n})`;
    while (Object.hasOwn(holder, name)) name = `${wanted} (${++n})`;
    taken.set(wanted, n);
    Reflect.deleteProperty(holder, now);
    put(holder, name, value);
    const changed = this.#changed.get(holder) ?? new Map<string | number, string>();
    this.#changed.set(holder, changed.set(key, name));
  }
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
  readonly #holder: Holder;
  readonly #key: string | number;
  readonly #names: Names;

  constructor(
    id: number,
    context: Context,
    turn: number,
    where: string,
    tool: { readonly name: string } | undefined,
    text: string,
    holder: Holder,
    key: string | number,
    names: Names,
  ) {
    super(id, context, turn, where, tool, text);
    this.#holder = holder;
    this.#key = key;
    this.#names = names;
  }

  set(text: string): void {
    this.text = text;
    put(this.#holder, this.#names.of(this.#holder, this.#key), text);
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

/** What a part is that is no text; see `Part`. */
export type MediaFacts = {
  readonly kind: PartKind;
  readonly media: string | undefined;
  readonly source?: FileSource;
  readonly file?: Part['file'];
};

/** Something that is not text: unscanned. Writing replaces it (the whole block, where there is one) by `replacement(text)`. */
export class MediaPart extends Base {
  readonly kind: PartKind;
  readonly media: string | undefined;
  readonly source: FileSource | undefined;
  readonly file: Part['file'];
  readonly #holder: Holder;
  readonly #key: string | number;
  readonly #replacement: (text: string) => Json;

  constructor(
    id: number,
    context: Context,
    turn: number,
    where: string,
    what: MediaFacts,
    holder: Holder,
    key: string | number,
    replacement: (text: string) => Json,
  ) {
    super(id, context, turn, where, undefined, '');
    this.kind = what.kind;
    this.media = what.media;
    this.source = what.source;
    this.file = what.file;
    this.#holder = holder;
    this.#key = key;
    this.#replacement = replacement;
  }

  set(text: string): void {
    this.text = text;
    put(this.#holder, this.#key, this.#replacement(text));
  }
}

/** One line of a joined part: a member's name (`name`), or its short string. */
export type Line = { readonly holder: Holder; readonly key: string | number; readonly name: boolean };

/**
 * Many short strings (names of members, enumerations, property names) as one part, a line each: scanning costs by the part.
 * Writing a text of as many lines writes each line to its place; any other text replaces every line.
 */
export class JoinedPart extends Base {
  readonly kind = 'text';
  readonly media: undefined;
  readonly #lines: readonly Line[];
  readonly #names: Names;

  constructor(
    id: number,
    context: Context,
    turn: number,
    where: string,
    tool: { readonly name: string } | undefined,
    lines: readonly Line[],
    names: Names,
  ) {
    super(id, context, turn, where, tool, lines.map((line) => textOf(line, names)).join('\n'));
    this.#lines = lines;
    this.#names = names;
  }

  set(text: string): void {
    const split = this.#lines.length === 1 ? [text] : text.split('\n');
    const each = split.length === this.#lines.length;
    const taken = new Map<string, number>();
    this.text = text;
    for (let i = 0; i < this.#lines.length; i++) {
      const line = this.#lines[i];
      const now = each ? split[i] : text;
      if (line === undefined || now === undefined || now === textOf(line, this.#names)) continue;
      if (line.name) this.#names.rename(line.holder, line.key, now, taken);
      else put(line.holder, this.#names.of(line.holder, line.key), now);
    }
  }
}

function textOf(line: Line, names: Names): string {
  const key = names.of(line.holder, line.key);
  const value = line.name ? key : get(line.holder, key);
  return typeof value === 'object' || value === undefined ? '' : String(value);
}
