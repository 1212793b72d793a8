import { PlaceTracker, type SpecialPlace } from './place.ts';

/** Follows the text of a channel; see `PlaceTracker`. */
export type PlaceReader = {
  /** Text that is delivered. */
  feed(text: string): void;
  /** A restored value: it stands for itself, whatever escapes the text around it has. */
  value(value: string): void;
  /** A placeholder that stays. */
  opaque(): void;
  readonly places: readonly SpecialPlace[];
};

const BACKSLASH = 0x5c;

const JSON_ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** A reader for one kind of text. */
export function placeReader(kind: 'text' | 'json'): PlaceReader {
  return kind === 'json' ? new JsonReader() : new TextReader();
}

/**
 * Text as it is shown. A backslash may be Markdown's, JSON's that was quoted, or itself: what it escapes may begin a place
 * (`https:\/\/`, `\u002f`) and never ends one (`\)`).
 */
class TextReader implements PlaceReader {
  readonly #tracker = new PlaceTracker();
  /** An escape that is not complete. */
  #escape = '';

  get places(): readonly SpecialPlace[] {
    return this.#tracker.places;
  }

  feed(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (this.#escape !== '') this.#escaped(unit);
      else if (unit === BACKSLASH) this.#escape = '\\';
      else this.#tracker.feed(unit);
    }
  }

  value(value: string): void {
    this.#flush();
    for (let i = 0; i < value.length; i++) this.#tracker.feed(value.charCodeAt(i));
  }

  opaque(): void {
    this.#flush();
    this.#tracker.opaque();
  }

  #escaped(unit: number): void {
    const char = String.fromCharCode(unit);
    if (this.#escape === '\\' && unit === BACKSLASH) this.#tracker.feed(BACKSLASH, false);
    else if (this.#escape === '\\' && char !== 'u') {
      if (char !== '/' && char !== '"') this.#tracker.feed(BACKSLASH, false);
      this.#escape = '';
      this.#tracker.feed(unit, false);
    } else if (this.#escape === '\\' || /[0-9a-fA-F]/.test(char)) this.#longer(char);
    else {
      this.#flush();
      this.feed(char);
    }
  }

  #longer(char: string): void {
    this.#escape += char;
    if (this.#escape.length < 6) return;
    const unit = Number.parseInt(this.#escape.slice(2), 16);
    this.#escape = '';
    this.#tracker.feed(unit, false);
  }

  /** It was no escape. */
  #flush(): void {
    for (let i = 0; i < this.#escape.length; i++) this.#tracker.feed(this.#escape.charCodeAt(i), false);
    this.#escape = '';
  }
}

/** Raw JSON: each string is a text of its own, whose escapes are decoded; text outside strings is followed too, for it may not be JSON. */
class JsonReader implements PlaceReader {
  #inner = new TextReader();
  #escape = '';

  get places(): readonly SpecialPlace[] {
    return this.#inner.places;
  }

  feed(text: string): void {
    let plainFrom = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (this.#escape === '' && unit !== BACKSLASH && unit !== 0x22) continue;
      this.#inner.feed(text.slice(plainFrom, i));
      plainFrom = i + 1;
      if (this.#escape !== '') this.#escaped(text[i] ?? '');
      else if (unit === BACKSLASH) this.#escape = '\\';
      else this.#inner = new TextReader();
    }
    this.#inner.feed(text.slice(plainFrom));
  }

  value(value: string): void {
    this.#flush();
    this.#inner.value(value);
  }

  opaque(): void {
    this.#flush();
    this.#inner.opaque();
  }

  #escaped(char: string): void {
    if (this.#escape === '\\' && char !== 'u') {
      this.#escape = '';
      this.#inner.feed(JSON_ESCAPES[char] ?? char);
      return;
    }
    this.#escape += char;
    if (this.#escape.length > 2 && !/[0-9a-fA-F]/.test(char)) this.#flush();
    else if (this.#escape.length === 6) {
      const unit = Number.parseInt(this.#escape.slice(2), 16);
      this.#escape = '';
      this.#inner.feed(String.fromCharCode(unit));
    }
  }

  /** It was no escape. */
  #flush(): void {
    const escape = this.#escape;
    this.#escape = '';
    if (escape !== '') this.#inner.feed(escape);
  }
}
