/** Where in a page a place stands, as far as escaping for text is not enough there; `text` is where it is. */
export type Spot = 'text' | 'unquoted attribute' | 'script' | 'event handler' | 'address';

/** Attributes in which an address that begins with `javascript:` runs. */
const ADDRESSES = new Set(['href', 'xlink:href', 'formaction']);
/** Kinds of `<script>` that are data. */
const DATA = /\btype\s*=\s*["']?(?!module\b|text\/javascript\b|application\/javascript\b)[\w/+.-]+/i;

type State = 'text' | 'tag' | 'name' | 'equals' | 'value' | 'script' | 'style' | 'comment';

/** Follows a page from text to text between its holes. One look at each character. */
export class Markup {
  #state: State = 'text';
  #tag = '';
  #attribute = '';
  /** Around a value: its quote, or empty; in a script: that of the text under way. */
  #quote = '';
  #valueLength = 0;
  #tagText = '';

  /** Reads the text up to a hole. */
  feed(text: string): void {
    for (let at = 0; at < text.length; at++) at = this.#step(text, at);
  }

  /** A hole stands here. */
  hole(): Spot {
    const spot = this.#spot();
    if (this.#state === 'equals') {
      this.#state = 'value';
      this.#quote = '';
    }
    this.#valueLength++;
    return spot;
  }

  #spot(): Spot {
    if (this.#state === 'script') return this.#quote === '' ? 'script' : 'text';
    if (this.#state === 'equals' || (this.#state === 'value' && this.#quote === '')) return 'unquoted attribute';
    if (this.#state !== 'value') return 'text';
    if (/^on[a-z]+$/.test(this.#attribute)) return 'event handler';
    return this.#valueLength === 0 && ADDRESSES.has(this.#attribute) ? 'address' : 'text';
  }

  #step(text: string, at: number): number {
    const letter = text[at] as string;
    switch (this.#state) {
      case 'text':
        return this.#inText(text, at, letter);
      case 'comment': {
        const end = text.indexOf('-->', at);
        if (end < 0) return text.length;
        this.#state = 'text';
        return end + 2;
      }
      case 'script':
      case 'style':
        this.#inRaw(text, at, letter);
        return at;
      default:
        this.#tagText += letter;
        this.#inTag(letter);
        return at;
    }
  }

  #inText(text: string, at: number, letter: string): number {
    if (letter !== '<') return at;
    if (text.startsWith('<!--', at)) {
      this.#state = 'comment';
      return at + 3;
    }
    const name = /^[a-z][\w-]{0,30}/i.exec(text.slice(at + 1, at + 32))?.[0];
    if (name === undefined) return at;
    this.#state = 'tag';
    this.#tag = name.toLowerCase();
    this.#tagText = '';
    return at + name.length;
  }

  /** A hostile page may have a tag without an end: no more of it is kept than decides. */
  #inTag(letter: string): void {
    if (this.#tagText.length > 2_000) this.#tagText = this.#tagText.slice(-1_000);
    if (this.#state === 'value') {
      const ends = this.#quote === '' ? /[\s>]/.test(letter) : letter === this.#quote;
      if (!ends) this.#valueLength++;
      else if (letter === '>' && this.#quote === '') this.#close();
      else this.#state = 'tag';
    } else if (this.#state === 'equals') {
      if (/\s/.test(letter)) return;
      this.#valueLength = letter === '"' || letter === "'" ? 0 : 1;
      this.#quote = this.#valueLength === 0 ? letter : '';
      this.#state = 'value';
      if (letter === '>') this.#close();
    } else if (letter === '>') this.#close();
    else if (letter === '=' && this.#attribute !== '') {
      this.#state = 'equals';
      this.#valueLength = 0;
    } else if (/[\s/"']/.test(letter)) this.#state = 'tag';
    else {
      this.#attribute = this.#state === 'name' ? (this.#attribute + letter).toLowerCase().slice(-60) : letter.toLowerCase();
      this.#state = 'name';
    }
  }

  #close(): void {
    const isScript = this.#tag === 'script' && !DATA.test(this.#tagText);
    this.#state = isScript ? 'script' : this.#tag === 'style' || this.#tag === 'script' ? 'style' : 'text';
    this.#quote = '';
    this.#attribute = '';
  }

  #inRaw(text: string, at: number, letter: string): void {
    if (letter === '<' && text.startsWith(`</${this.#tag}`, at)) {
      this.#state = 'text';
      this.#quote = '';
    } else if (this.#quote !== '') {
      // A text ends with its line, unless it is a template.
      if ((letter === this.#quote && text[at - 1] !== '\\') || (letter === '\n' && this.#quote !== '`')) this.#quote = '';
    } else if (letter === '"' || letter === "'" || letter === '`') this.#quote = letter;
  }
}
