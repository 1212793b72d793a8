import { parse, type DefaultTreeAdapterTypes } from 'parse5';
import type { Collector } from './collector.ts';
import { colourOf } from './colour.ts';
import { attribute, StyleSheets, type Declarations } from './css.ts';
import type { Concealment, DocumentPart } from './document.ts';
import { concealedBy, lookOf, PLAIN, type Look } from './look.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

/** What browsers do not draw (HTML Standard, section 15.3.1), and what stands in for something that they draw instead. */
const NOT_DRAWN: ReadonlyMap<string, Concealment> = new Map([
  ...[
    'template',
    'noscript',
    'datalist',
    'area',
    'param',
    'canvas',
    'video',
    'audio',
    'object',
    'iframe',
    'noframes',
    'noembed',
    'defs',
    'symbol',
    'rp',
  ].map((tag): [string, Concealment] => [tag, 'not_displayed']),
  ...['script', 'style'].map((tag): [string, Concealment] => [tag, 'script']),
  ...['title', 'desc', 'metadata'].map((tag): [string, Concealment] => [tag, 'metadata']),
]);
const BLOCKS = new Set(
  (
    'address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html ' +
    'legend li main menu nav ol optgroup option p pre search section select summary table tbody td textarea tfoot th thead title tr ul'
  ).split(' '),
);
/** Attributes whose text some people are told. */
const TOLD = new Set([
  'alt',
  'title',
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'aria-valuetext',
  'placeholder',
  'summary',
  'label',
  'abbr',
]);
/** Attributes that hold no prose for anyone. */
const TECHNICAL = new Set([
  'class',
  'style',
  'id',
  'href',
  'src',
  'srcset',
  'sizes',
  'd',
  'points',
  'viewbox',
  'transform',
  'xmlns',
  'rel',
  'media',
  'integrity',
  'allow',
  'sandbox',
]);
/** Words from which the value of another attribute may say something to a model. */
const MIN_WORDS = 4;

/** HTML by the standard's own algorithm: what is drawn is visible, all else is told with how it is hidden. `hiddenOnly`: the rest is known already. */
export function readHtml(text: string, into: Collector, options: { readonly hiddenOnly?: boolean } = {}): void {
  const document = parse(text, { sourceCodeLocationInfo: true, scriptingEnabled: false });
  new Page(into, options.hiddenOnly === true).read(document.childNodes);
}

type Step = { readonly node: Node; readonly look: Look; readonly inside: number };

class Page {
  readonly #into: Collector;
  readonly #hiddenOnly: boolean;
  readonly #sheets = new StyleSheets();
  #gap = '';
  /** Numbers elements that hide, so that what one of them holds becomes one part. */
  #hidings = 0;
  #last: DocumentPart['shown'] = 'visible';

  constructor(into: Collector, hiddenOnly: boolean) {
    this.#into = into;
    this.#hiddenOnly = hiddenOnly;
  }

  /** Depth first with a stack of its own: a page may be nested a million deep. */
  read(nodes: readonly Node[]): void {
    for (const element of elements(nodes)) if (element.tagName === 'style') this.#sheets.add(textIn(element));
    const stack: Step[] = [];
    const push = (children: readonly Node[], look: Look, inside: number): void => {
      for (let i = children.length - 1; i >= 0; i--) stack.push({ node: children[i] as Node, look, inside });
    };
    push(nodes, PLAIN, 0);
    for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
      const { node, look, inside } = step;
      if (node.nodeName === '#text') this.#text((node as DefaultTreeAdapterTypes.TextNode).value, look, inside, lineOf(node));
      else if (node.nodeName === '#comment')
        this.#into.alone((node as DefaultTreeAdapterTypes.CommentNode).data, 'comment', { line: lineOf(node) });
      else if ('tagName' in node) {
        const within = this.#element(node, look);
        const hides = within.hidden !== undefined && look.hidden === undefined;
        push(childrenOf(node), within, hides ? ++this.#hidings : inside);
      }
    }
  }

  #element(element: Element, around: Look): Look {
    const { tagName } = element;
    if (BLOCKS.has(tagName)) this.#gap = '\n';
    for (const { name, value } of element.attrs) this.#attribute(element, name, value);
    const look = lookOf(withPresentation(element, this.#sheets.of(element)), around);
    return look.hidden === undefined ? { ...look, hidden: hiddenByMarkup(element) } : look;
  }

  #attribute(element: Element, name: string, value: string): void {
    const words = value.trim();
    if (words === '') return;
    const place = { line: lineOf(element) };
    if (TOLD.has(name)) return this.#into.alone(words, 'alt_text', place);
    if (element.tagName === 'meta' && name === 'content') return this.#into.alone(words, 'metadata', place);
    if (element.tagName === 'input' && name === 'value')
      return this.#into.alone(words, attribute(element, 'type')?.toLowerCase() === 'hidden' ? 'not_displayed' : 'alt_text', place);
    if (name === 'srcdoc') return this.#into.alone(words, 'attachment', place);
    if (!TECHNICAL.has(name) && words.split(/\s+/, MIN_WORDS).length >= MIN_WORDS) this.#into.alone(words, 'metadata', place);
  }

  #text(value: string, look: Look, inside: number, line: number): void {
    const text = value.replace(/[ \t\r\n\f]+/g, ' ');
    if (text === ' ' || text === '') {
      if (this.#gap === '') this.#gap = ' ';
      return;
    }
    const concealed = concealedBy(look);
    const shown = concealed ?? 'visible';
    // What comes from elsewhere on the page is no continuation of a word.
    const gap = this.#gap === '' && shown !== this.#last ? ' ' : this.#gap;
    this.#gap = '';
    this.#last = shown;
    if (concealed !== undefined) this.#into.add(text, concealed, `${look.hidden === undefined ? 'seen' : inside}`, { line }, gap);
    else if (!this.#hiddenOnly) this.#into.add(text, 'visible', '', { line }, gap);
  }
}

/** Attributes from before style sheets, and those of SVG, weigh less than any rule. */
function withPresentation(element: Element, style: Declarations): Declarations {
  const colour = attribute(element, 'color') ?? attribute(element, 'text');
  const svg = element.namespaceURI.endsWith('/svg');
  const fill = svg ? (style.get('fill') ?? attribute(element, 'fill')) : undefined;
  const hints: [string, string | undefined][] = [
    ['color', fill === 'none' ? 'transparent' : (fill ?? colour)],
    ['background-color', attribute(element, 'bgcolor')],
    ['font-size', svg ? attribute(element, 'font-size') : undefined],
    ['opacity', svg ? (style.get('fill-opacity') ?? attribute(element, 'fill-opacity') ?? attribute(element, 'opacity')) : undefined],
    ['display', svg ? attribute(element, 'display') : undefined],
    ['visibility', svg ? attribute(element, 'visibility') : undefined],
  ];
  const given = hints.filter((hint): hint is [string, string] => hint[1] !== undefined && colourIsFine(hint));
  return given.length === 0 ? style : new Map([...given, ...style]);
}

function colourIsFine([name, value]: readonly [string, string | undefined]): boolean {
  return !name.endsWith('color') || colourOf(value ?? '') !== undefined;
}

function hiddenByMarkup(element: Element): Concealment | undefined {
  const { tagName } = element;
  const drawn = NOT_DRAWN.get(tagName);
  if (drawn !== undefined) return drawn;
  if (attribute(element, 'hidden') !== undefined) return 'not_displayed';
  return tagName === 'dialog' && attribute(element, 'open') === undefined ? 'not_displayed' : undefined;
}

function childrenOf(element: Element): readonly Node[] {
  return element.tagName === 'template'
    ? [...element.childNodes, ...(element as DefaultTreeAdapterTypes.Template).content.childNodes]
    : element.childNodes;
}

function* elements(nodes: readonly Node[]): Generator<Element> {
  const stack = [...nodes];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!('tagName' in node)) continue;
    yield node;
    for (const child of childrenOf(node)) stack.push(child);
  }
}

function textIn(element: Element): string {
  return element.childNodes.map((node) => (node.nodeName === '#text' ? (node as DefaultTreeAdapterTypes.TextNode).value : '')).join('\n');
}

function lineOf(node: Node): number {
  return node.sourceCodeLocation?.startLine ?? 1;
}
