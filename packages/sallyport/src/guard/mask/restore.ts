import { parsePlaceholder, placeholderForms, type Brackets, type PlaceholderForm } from './placeholder.ts';
import { placeReader, type PlaceReader } from './places.ts';

/** Where a placeholder stands. `tool_read` and `tool_write`: in an argument of a tool that reads, or that writes or sends. */
export type Place = 'text' | 'url' | 'attribute' | 'tool_read' | 'tool_write';

/**
 * Where the text that is being restored goes. `kind: 'json'` = raw JSON text (tool arguments, structured output): restored values are
 * JSON-escaped and a place ends with its string. In `text` a bare URL ends only at white space, so minified JSON needs `json`.
 */
export type RestoreContext = {
  /** May a value of this type be restored at this place? Asked for each place that a placeholder is in; all must allow it. */
  readonly allow: (type: string, place: Place) => boolean;
  readonly kind: 'text' | 'json';
  /** For tool arguments: what the tool does. Without it the place is `text`. */
  readonly tool?: 'tool_read' | 'tool_write';
};

/** A text restored: how many placeholders became their value and how many genuine ones did not, because of their place. */
export type Restored = { readonly text: string; readonly restored: number; readonly withheld: number };

/** Restores one channel of a stream; fed with every segment that is delivered, in order, because the place depends on the text before. */
export type Restorer = {
  /** Gives the text to deliver. `match` is text that the gate lets through, or its replacement. */
  push(segment: { readonly kind: 'text' | 'match' | 'placeholder'; readonly text: string }): string;
  readonly restored: number;
  readonly withheld: number;
};

/** The value of a canonical placeholder that was given out in this request. */
type ValueOf = (placeholder: string) => string | undefined;

/** `any`: whether there is a value at all; without one, nothing needs to be followed. */
export function createRestorer(context: RestoreContext, valueOf: ValueOf, any: boolean): Restorer {
  return new ChannelRestorer(context, valueOf, any ? placeReader(context.kind) : undefined);
}

/** Restores a whole text; the same as a stream of it. */
export function restoreText(text: string, context: RestoreContext, valueOf: ValueOf, any: boolean): Restored {
  if (!any) return { text, restored: 0, withheld: 0 };
  const restorer = createRestorer(context, valueOf, any);
  let out = '';
  let taken = 0;
  for (const match of text.matchAll(placeholderForms())) {
    out += restorer.push({ kind: 'text', text: text.slice(taken, match.index) });
    out += restorer.push({ kind: 'placeholder', text: match[0] });
    taken = match.index + match[0].length;
  }
  if (taken === 0) return { text, restored: 0, withheld: 0 };
  return { text: out + text.slice(taken), restored: restorer.restored, withheld: restorer.withheld };
}

class ChannelRestorer implements Restorer {
  restored = 0;
  withheld = 0;
  readonly #context: RestoreContext;
  readonly #valueOf: ValueOf;
  readonly #places: PlaceReader | undefined;

  constructor(context: RestoreContext, valueOf: ValueOf, places: PlaceReader | undefined) {
    this.#context = context;
    this.#valueOf = valueOf;
    this.#places = places;
  }

  push({ kind, text }: { readonly kind: 'text' | 'match' | 'placeholder'; readonly text: string }): string {
    const places = this.#places;
    if (places === undefined) return text;
    const form = kind === 'placeholder' ? parsePlaceholder(text) : undefined;
    const value = form === undefined ? undefined : this.#valueOf(form.canonical);
    if (form === undefined || value === undefined) {
      places.feed(text);
      return text;
    }
    return this.#genuine(form, value, text, places);
  }

  #genuine(form: PlaceholderForm, value: string, text: string, places: PlaceReader): string {
    if (!this.#isAllowed(form.type, places)) {
      places.opaque();
      this.withheld++;
      return text;
    }
    places.value(value);
    this.restored++;
    return encode(value, form.brackets, this.#context.kind);
  }

  #isAllowed(type: string, places: PlaceReader): boolean {
    const here: Place[] = [...places.places];
    if (this.#context.tool !== undefined) here.push(this.#context.tool);
    if (here.length === 0) here.push('text');
    return here.every((place) => this.#context.allow(type, place));
  }
}

/** The value as the text around it is written: HTML entities for HTML entities, as many levels of JSON as the brackets show. */
function encode(value: string, brackets: Brackets, kind: 'text' | 'json'): string {
  let encoded = brackets.kind === 'html' ? escapeHtml(value) : value;
  // One backslash for the first level of JSON, two for the second, four for the third.
  const shown = brackets.kind === 'json' ? 1 + Math.floor(Math.log2(brackets.backslashes)) : 0;
  const levels = kind === 'json' ? Math.max(1, shown) : shown;
  for (let level = 0; level < levels; level++) encoded = JSON.stringify(encoded).slice(1, -1);
  return encoded;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}
