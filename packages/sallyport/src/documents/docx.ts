import type { Collector } from './collector.ts';
import { colourOf, isLost, WHITE, type Colour } from './colour.ts';
import { DocumentRefused, type Concealment, type Limits } from './document.ts';
import { unpack } from './package_files.ts';
import { readHtml } from './html.ts';
import { textOf } from './sniff.ts';
import { NO_FORMAT, readFormat, Styles, type Format } from './docx_format.ts';
import { readXml, type XmlHandler } from './xml.ts';

/** Members that hold text: the main part, headers, footers, notes, comments; and what Word shows in its file dialogue only. */
const TEXT =
  /^word\/(?:document|header\d*|footer\d*|footnotes|endnotes|comments\w*|glossary\/document|diagrams\/data\d*|charts\/chart\d*)\.xml$/;
/** HTML and text that Word takes over as it stands (`w:altChunk`, section 17.17.2.1). */
const CHUNK = /^word\/.*\.(?:x?html?|mht|txt)$/i;
const PROPERTIES = /^(?:docProps\/(?:core|app|custom)\.xml|customXml\/item\d*\.xml)$/;
const STYLES = 'word/styles.xml';
/** 72 points an inch, 12,700 EMU a point: three inches to the left or above the page. */
const FAR_EMU = -3 * 914_400;
const FAR_TWIPS = -6_000;

/** WordprocessingML (ECMA-376, part 1, section 17): runs with their formatting, deletions, fields, descriptions of pictures, properties. */
export async function readDocx(bytes: Uint8Array, into: Collector, limits: Limits): Promise<void> {
  const files = await unpack(bytes, (name) => [TEXT, CHUNK, PROPERTIES].some((kind) => kind.test(name)) || name === STYLES, limits);
  if (!files.has('word/document.xml')) throw new DocumentRefused('unsupported', 'It is a package, but no Word document.');
  const styles = new Styles(xmlOf(files.get(STYLES)));
  for (const [name, file] of [...files].sort(([a], [b]) => order(a) - order(b))) {
    if (TEXT.test(name)) readMember(xmlOf(file), name, styles, into);
    else if (CHUNK.test(name)) readHtml(xmlOf(file), into);
    else if (PROPERTIES.test(name)) readProperties(xmlOf(file), name, into);
  }
}

function order(name: string): number {
  return name === 'word/document.xml' ? 0 : name.startsWith('word/') ? 1 : 2;
}

function xmlOf(file: Buffer | undefined): string {
  if (file === undefined) return '';
  const text = textOf(file);
  if (text === undefined) throw new DocumentRefused('broken', 'A text in it is in no encoding that is read.');
  return text.replace(/^\ufeff/, '');
}

/** What stands around a run. */
type Around = { readonly ground: Colour; readonly concealed: Concealment | undefined };
type Attributes = Readonly<Record<string, string>>;

/** What the text of an element is. */
const WRITING: Readonly<Record<string, 'text' | 'deleted' | 'field' | 'offset'>> = {
  t: 'text',
  delText: 'deleted',
  instrText: 'field',
  delInstrText: 'field',
  posOffset: 'offset',
};

function readMember(xml: string, member: string, styles: Styles, into: Collector): void {
  readXml(xml, new Member(member, styles, into));
}

class Member implements XmlHandler {
  readonly #name: string;
  readonly #styles: Styles;
  readonly #into: Collector;
  #around: Around;
  /** What was around each open element. */
  readonly #stack: Around[] = [];
  #paragraph = NO_FORMAT;
  #run = NO_FORMAT;
  /** Formats of what stands around a text box. */
  readonly #outside: [Format, Format][] = [];
  readonly #properties: ('run' | 'paragraph' | 'cell')[] = [];
  /** Inside of what says how it was formatted before a tracked change. */
  #former = 0;
  #writing: 'text' | 'deleted' | 'field' | 'offset' | undefined;
  #gap = '';
  #line = 0;

  constructor(name: string, styles: Styles, into: Collector) {
    this.#name = name;
    this.#styles = styles;
    this.#into = into;
    this.#around = { ground: WHITE, concealed: name.includes('comments') ? 'annotation' : undefined };
  }

  open(name: string, attributes: Attributes): void {
    this.#stack.push(this.#around);
    this.#writing = WRITING[name];
    if (name.endsWith('PrChange')) this.#former++;
    if (this.#former > 0) return;
    const properties = this.#properties.at(-1);
    if (name === 'rPr' || name === 'pPr' || name === 'tcPr')
      this.#properties.push(name === 'rPr' ? 'run' : name === 'pPr' ? 'paragraph' : 'cell');
    else if (properties === 'run')
      this.#run = name === 'rStyle' ? this.#styles.named(attributes['val'], this.#run) : readFormat(name, attributes, this.#run);
    else if (properties === 'paragraph') this.#paragraphProperty(name, attributes);
    else if (properties === 'cell' && name === 'shd') this.#inside({ ground: colourOf(attributes['fill'] ?? '') ?? this.#around.ground });
    else this.#element(name, attributes);
  }

  text(text: string): void {
    const place = { member: this.#name, line: Math.max(1, this.#line) };
    if (this.#writing === 'offset') {
      if (Number(text) <= FAR_EMU) this.#inside({ concealed: 'off_page' });
    } else if (this.#writing === 'field') {
      // A field quotes its arguments: that is its syntax, and nobody is quoted.
      this.#into.alone(text.replaceAll('"', ' '), 'metadata', place);
    } else if (this.#writing !== undefined) {
      const concealed = this.#writing === 'deleted' ? 'deleted' : (this.#around.concealed ?? concealedBy(this.#run, this.#around.ground));
      const key = concealed === undefined ? this.#name : `${this.#name} ${this.#line}`;
      this.#into.add(text, concealed ?? 'visible', key, place, this.#gap);
      this.#gap = '';
    }
  }

  close(name: string): void {
    this.#writing = undefined;
    this.#around = this.#stack.pop() ?? this.#around;
    if (name.endsWith('PrChange')) this.#former--;
    else if (this.#former > 0) return;
    else if (name === 'rPr' || name === 'pPr' || name === 'tcPr') this.#properties.pop();
    else if (name === 'txbxContent') [this.#paragraph, this.#run] = this.#outside.pop() ?? [NO_FORMAT, NO_FORMAT];
  }

  #element(name: string, attributes: Attributes): void {
    if (name === 'p') {
      this.#gap = '\n';
      this.#line++;
      this.#paragraph = this.#styles.paragraph;
    } else if (name === 'r') this.#run = this.#paragraph;
    else if (name === 'tab') this.#gap ||= '\t';
    else if (name === 'br' || name === 'cr') this.#gap = '\n';
    else if (name === 'del' || name === 'moveFrom') this.#around = { ...this.#around, concealed: this.#around.concealed ?? 'deleted' };
    else if (name === 'txbxContent') this.#outside.push([this.#paragraph, this.#run]);
    else if (name === 'background') this.#inside({ ground: colourOf(attributes['color'] ?? '') ?? this.#around.ground });
    else if (name === 'docPr' || name === 'cNvPr')
      for (const told of ['title', 'descr'])
        this.#into.alone(attributes[told] ?? '', 'alt_text', { member: this.#name, line: Math.max(1, this.#line) });
  }

  #paragraphProperty(name: string, attributes: Attributes): void {
    const far = (...names: readonly string[]): boolean => names.some((one) => Number(attributes[one] ?? 0) <= FAR_TWIPS);
    if (name === 'pStyle') this.#paragraph = this.#styles.named(attributes['val'], this.#paragraph);
    else if (name === 'shd') this.#paragraph = readFormat(name, attributes, this.#paragraph);
    else if ((name === 'ind' && far('left', 'start', 'firstLine')) || (name === 'framePr' && far('x', 'y')))
      this.#paragraph = { ...this.#paragraph, offPage: true };
  }

  /** Changes what holds for everything that follows inside of the element around the present one's parent: properties come before content. */
  #inside(change: Partial<Around>): void {
    for (let i = Math.max(0, this.#stack.length - 2); i < this.#stack.length; i++)
      this.#stack[i] = { ...(this.#stack[i] as Around), ...change };
    this.#around = { ...this.#around, ...change };
  }
}

/** How a run cannot be seen. Word draws text without a colour (`auto`) black or white, whichever shows. */
function concealedBy({ vanish, colour, ground, halfPoints, alpha, offPage }: Format, around: Colour): Concealment | undefined {
  if (vanish) return 'not_displayed';
  if (offPage) return 'off_page';
  if (halfPoints !== undefined && halfPoints < 7) return 'tiny_font';
  if (alpha !== undefined && alpha < 0.1) return 'transparent';
  return isLost(colour, ground ?? around);
}

function readProperties(xml: string, member: string, into: Collector): void {
  readXml(xml, {
    open: (_name, attributes) => {
      for (const value of Object.values(attributes)) if (/\S\s+\S/.test(value)) into.alone(value, 'metadata', { member });
    },
    text: (text) => {
      if (/\S/.test(text) && !/^[\d\s.:TZ-]+$/.test(text)) into.alone(text, 'metadata', { member });
    },
    close: () => {},
  });
}
