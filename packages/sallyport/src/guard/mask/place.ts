/** A place where a restored value would leave with a request that nobody asked for. */
export type SpecialPlace = 'url' | 'attribute';

/** Names after which a colon begins a URL although no `//` follows, by their last four or fewer letters. */
const SCHEMES = ['http', 'ttps', 'ftp', 'ws', 'wss', 'file', 'data', 'ilto', 'ript', 'blob', 'xmpp'];

const SCHEME_ENDS: ReadonlySet<number> = new Set(SCHEMES.map(packed));
const WWW = packed('www');
const URL_FUNCTION = packed('url');

/** Elements whose content is code, where every place is as good as an attribute. */
const CODE_ELEMENTS: ReadonlySet<string> = new Set(['script', 'style']);

/** Longer names are no element whose content is code. */
const MAX_NAME = 10;

/** Letters packed into one number, the last one lowest. */
function packed(letters: string): number {
  let sum = 0;
  for (let i = 0; i < letters.length; i++) sum = ((sum << 8) | letters.charCodeAt(i)) >>> 0;
  return sum;
}

type Markup = 'none' | 'open' | 'name' | 'tag' | 'value' | 'double' | 'single' | 'unquoted' | 'code';

/**
 * Follows a text character by character and knows whether this point of it is inside a URL, a link's target, an image or an HTML
 * attribute. Readers of the text differ (browsers, CommonMark, chat clients that link what looks like an address), so a place counts
 * when any of them may take it so: it begins early and ends late. White space that ends a URL is ASCII's only, as in GFM's autolinks.
 */
export class PlaceTracker {
  #markup: Markup = 'none';
  #name = '';
  /** The element whose code this is, and how much of `</name` has been read. */
  #code = '';
  #closing = '';
  /** Open parentheses of a link's target. */
  #link = 0;
  /** In a target that is written `<...>`. */
  #angle = false;
  #atTarget = false;
  /** Open brackets of an image's description. */
  #image = 0;
  /** A link definition, `[name]: target "title"`, to the end of its line. */
  #definition: 'none' | 'empty' | 'begun' = 'none';
  /** A URL that begins inside a tag ends with the tag, a bare one only at white space. */
  #url: 'none' | 'bare' | 'inTag' = 'none';
  /** A dot was read in this word: with a path after it, it may be an address. */
  #dot = false;
  #previous = 0;
  /** The last four letters, packed. */
  #recent = 0;
  #emptyLine = false;

  /** The special places that this point is in; none in plain text. */
  get places(): readonly SpecialPlace[] {
    const url = this.#url !== 'none' || this.#link > 0 || this.#definition !== 'none';
    const attribute = this.#isInTag();
    if (!url && !attribute && this.#image === 0) return NOWHERE;
    return [...(url ? (['url'] as const) : []), ...(attribute || this.#image > 0 ? (['attribute'] as const) : [])];
  }

  /** One character; `closes`: false when it is escaped, so that it may begin a place and never ends one. */
  feed(unit: number, closes = true): void {
    const isSpace = closes && (unit === 0x20 || unit === 0x0a || unit === 0x09 || unit === 0x0d || unit === 0x0c);
    if (isSpace) this.#space(unit);
    else this.#mark(unit, closes);
    this.#readMarkup(unit, closes, isSpace);
    this.#recent = isSpace ? 0 : ((this.#recent << 8) | lower(unit)) >>> 0;
    this.#previous = unit;
  }

  /** A placeholder that stays stands here. Its brackets are not markup that the text has. */
  opaque(): void {
    if (this.#markup === 'open') this.#markup = 'none';
    if (this.#markup === 'value') this.#markup = 'unquoted';
    this.#atTarget = false;
    this.#emptyLine = false;
    if (this.#definition === 'empty') this.#definition = 'begun';
    this.#previous = 0;
    this.#recent = 0;
  }

  #space(unit: number): void {
    this.#url = 'none';
    this.#dot = false;
    if (unit !== 0x0a) return;
    this.#angle = false;
    if (this.#definition === 'begun') this.#definition = 'none';
    // An empty line ends a paragraph, and with it every link that was left open (CommonMark 0.31, 6.3).
    if (this.#emptyLine) {
      this.#link = 0;
      this.#image = 0;
      this.#definition = 'none';
    }
    this.#emptyLine = true;
  }

  #mark(unit: number, closes: boolean): void {
    const previous = this.#previous;
    this.#emptyLine = false;
    if (this.#definition === 'empty') this.#definition = 'begun';
    if (unit === 0x3a /* : */) this.#colon(previous);
    else if (unit === 0x2f /* / */ || unit === 0x5c /* \ */) this.#slash(unit, previous);
    else if (unit === 0x2e /* . */) this.#period();
    else if (unit === 0x3f /* ? */ || unit === 0x23 /* # */) this.#addressGoesOn();
    else if (unit === 0x5b /* [ */) this.#openBracket(previous);
    else if (unit === 0x5d /* ] */) this.#image = closes && this.#image > 0 ? this.#image - 1 : this.#image;
    else this.#parenthesis(unit, previous, closes);
    this.#atTarget &&= unit === 0x28;
  }

  #colon(previous: number): void {
    if (previous === 0x5d) this.#definition = 'empty';
    else if (endsWithScheme(this.#recent)) this.#beginUrl();
  }

  #slash(unit: number, previous: number): void {
    if (previous === unit) this.#beginUrl();
    else if (unit === 0x2f) this.#addressGoesOn();
  }

  #period(): void {
    this.#dot = true;
    if ((this.#recent & 0xff_ffff) === WWW) this.#beginUrl();
  }

  /** `example.com/`, `example.com?`: chat clients link addresses without a scheme. */
  #addressGoesOn(): void {
    if (this.#dot) this.#beginUrl();
  }

  #beginUrl(): void {
    if (this.#url === 'none') this.#url = this.#isInTag() ? 'inTag' : 'bare';
  }

  #isInTag(): boolean {
    return this.#markup !== 'none' && this.#markup !== 'open';
  }

  #openBracket(previous: number): void {
    if (this.#image > 0 || previous === 0x21 /* ! */) this.#image++;
  }

  /** `](target)`, `](<target>)`, and `url(target)` of style sheets. */
  #parenthesis(unit: number, previous: number, closes: boolean): void {
    if (unit === 0x28 /* ( */) {
      const opens = previous === 0x5d || (this.#recent & 0xff_ffff) === URL_FUNCTION;
      if (this.#link === 0 && opens) this.#atTarget = true;
      if (this.#link > 0 ? !this.#angle : opens) this.#link++;
    } else if (unit === 0x29 /* ) */) {
      if (closes && this.#link > 0 && !this.#angle) this.#link--;
    } else if (unit === 0x3c /* < */) this.#angle ||= this.#atTarget;
    else if (unit === 0x3e /* > */ && closes) this.#angle = false;
  }

  /** The states of the HTML tokenizer that matter (HTML standard, 13.2.5). */
  #readMarkup(unit: number, closes: boolean, isSpace: boolean): void {
    switch (this.#markup) {
      case 'none':
        if (unit === 0x3c) this.#markup = 'open';
        return;
      case 'open':
        this.#openTag(unit);
        return;
      case 'name':
        this.#tagName(unit, closes, isSpace);
        return;
      case 'tag':
        if (unit === 0x3e && closes) this.#closeTag();
        else if (unit === 0x3d /* = */) this.#markup = 'value';
        return;
      case 'value':
        if (!isSpace) this.#beginValue(unit, closes);
        return;
      case 'double':
        if (unit === 0x22 && closes) this.#markup = 'tag';
        return;
      case 'single':
        if (unit === 0x27 && closes) this.#markup = 'tag';
        return;
      case 'unquoted':
        if (unit === 0x3e && closes) this.#closeTag();
        else if (isSpace) this.#markup = 'tag';
        return;
      case 'code':
        this.#readCode(unit);
    }
  }

  #openTag(unit: number): void {
    this.#name = '';
    if (isLetter(unit)) {
      this.#markup = 'name';
      this.#name = String.fromCharCode(lower(unit));
    } else if (unit === 0x2f || unit === 0x21 || unit === 0x3f) this.#markup = 'tag';
    else if (unit !== 0x3c) this.#markup = 'none';
  }

  /** A name that no element has (`i<n;i++`) is no tag, or code would be all attributes. */
  #tagName(unit: number, closes: boolean, isSpace: boolean): void {
    if (isSpace || unit === 0x2f) this.#markup = 'tag';
    else if (unit === 0x3e && closes) this.#closeTag();
    else if (!closes || isLetter(unit) || isDigit(unit) || NAME_MARKS.has(unit)) {
      if (this.#name.length < MAX_NAME) this.#name += String.fromCharCode(lower(unit));
    } else this.#markup = unit === 0x3c ? 'open' : 'none';
  }

  #beginValue(unit: number, closes: boolean): void {
    if (unit === 0x22) this.#markup = 'double';
    else if (unit === 0x27) this.#markup = 'single';
    else if (unit === 0x3e && closes) this.#closeTag();
    else this.#markup = 'unquoted';
  }

  #closeTag(): void {
    if (this.#url === 'inTag') {
      this.#url = 'none';
      this.#dot = false;
    }
    this.#code = CODE_ELEMENTS.has(this.#name) ? this.#name : '';
    this.#closing = '';
    this.#name = '';
    this.#markup = this.#code === '' ? 'none' : 'code';
  }

  #readCode(unit: number): void {
    const end = `</${this.#code}`;
    const read = this.#closing + String.fromCharCode(lower(unit));
    this.#closing = end.startsWith(read) ? read : unit === 0x3c ? '<' : '';
    if (this.#closing === end) this.#markup = 'tag';
  }
}

const NOWHERE: readonly SpecialPlace[] = [];

/** Besides letters and digits: custom elements, namespaces. */
const NAME_MARKS: ReadonlySet<number> = new Set([0x2d, 0x2e, 0x3a, 0x5f]);

function endsWithScheme(recent: number): boolean {
  return SCHEME_ENDS.has(recent) || SCHEME_ENDS.has(recent & 0xff_ffff) || SCHEME_ENDS.has(recent & 0xffff);
}

function lower(unit: number): number {
  return unit >= 0x41 && unit <= 0x5a ? unit + 32 : unit & 0xff;
}

function isLetter(unit: number): boolean {
  const low = unit | 0x20;
  return low >= 0x61 && low <= 0x7a;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}
