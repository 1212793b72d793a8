/** What stands before a name of a person. */
const PERSON_BEFORE =
  /(?:\b(?:name(?: is|:)|named|called|i am|i'm|this is|it's|dear|hi|hello|hey|thanks|regards|sincerely|cheers|by|with|told|asked|met|know|knows|speak to|talk to|contact|ask|call|under|signed|author|friend|brother|sister|son|daughter|kid|child|wife|husband|mother|father|mom|dad|uncle|aunt|cousin|colleague|boss|manager|doctor|patient|client|customer|employee|neighbou?r|president|minister|senator|attorney|singer|actor|writer|director|ceo|mme|who is|from:|to:|cc:|attn:?)|\bname:?)[\s,:"'>]*$/i;

/** What stands before a place. */
const PLACE_BEFORE =
  /\b(?:in|at|from|to|near|around|via|towards?|visit(?:ing)?|across|outside|throughout|leaving|city of|town of|capital|born in|lives? in|moved to|serving|located in)(?: the)?[\s"']+$/i;

/** What stands before a company. */
const ORGANISATION_BEFORE =
  /\b(?:work(?:s|ed|ing)? (?:for|at|with)|employed by|company|firm|job at|employer|at|joined|founded|according to(?: the)?|by|of the|the)[\s:"']+$/i;

/** What follows a person: it speaks, is, or has. */
const PERSON_AFTER =
  /(?:['’]s\b|,? (?:said|says|is|was|has|had|will|would|can|could|and (?:i|my|his|her)|told|asked|wrote|thinks?|wants?|lives?|works?|spoke|went|,)|,? (?:who|whose)\b|, (?:can|could|i|please|how|you|are|do|what|where|when)\b)/iy;

/** Right before a word of code, a path, a handle or markup; and right behind. */
const CODE_BEFORE = classOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@#$./\\<_=(){}[]`-');
const CODE_AFTER = classOf('_(=\\[{<>/@`');
const WORD = classOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_');

/** Before a sentence, a line, a quotation or an item; and what may stand between. */
const SENTENCE_MARKS = classOf('.!?:;\n\r"(\u0001*>|-#');
const WIDE_SENTENCE_MARKS = '\u2026\u201c\u201d\u00ab\u2022\u2013\u2014';
const BLANKS = classOf(' \t\'"(');
const WIDE_BLANKS = '\u201c\u2018';

/** What may stand between a word and the name behind it. */
const GAPS = classOf(' \t\n\v\f\r,:"\'>');
const WIDE_GAP = /\s/;

function classOf(chars: string): Uint8Array {
  const set = new Uint8Array(128);
  for (const char of chars) set[char.charCodeAt(0)] = 1;
  return set;
}

function isIn(set: Uint8Array, c: number): boolean {
  return c < 128 && set[c] === 1;
}

/** Last words of the phrases before a person, a place and a company: without one of them no expression is tried. As bits by hash; a wrong bit costs time only. */
const PERSON_WORD = 1;
const PLACE_WORD = 2;
const ORGANISATION_WORD = 4;

const LAST_WORDS = new Uint8Array(1024);
const LONGEST_LAST_WORD = 10;
fill(
  PERSON_WORD,
  `name is named called am m s dear hi hello hey thanks regards sincerely cheers by with told asked met know knows to contact ask call under signed
  author friend brother sister son daughter kid child wife husband mother father mom dad uncle aunt cousin colleague boss manager doctor patient client
  customer employee neighbour neighbor president minister senator attorney singer actor writer director ceo mme from cc attn`,
);
fill(PLACE_WORD, 'in at from to near around via toward towards visit visiting across outside throughout leaving of capital serving the');
fill(ORGANISATION_WORD, 'for at with by company firm employer joined founded to the');

function fill(bit: number, words: string): void {
  for (const word of words.split(/\s+/)) {
    let hash = 0;
    for (let i = word.length - 1; i >= 0; i--) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) | 0;
    const slot = slotOf(hash);
    LAST_WORDS[slot] = (LAST_WORDS[slot] as number) | bit;
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 10) ^ (hash >>> 20)) & 1023;
}

const BEFORE = 32;

/** What stands around a run; read when it is asked for. */
export class Around {
  readonly #text: string;
  #start: number;
  readonly #end: number;
  #sentenceStart: boolean | undefined;
  #words = -1;

  constructor(text: string, start: number, end: number) {
    this.#text = text;
    this.#start = start;
    this.#end = end;
  }

  /** Leaves out the first word. */
  moveTo(start: number): void {
    this.#start = start;
    this.#sentenceStart = false;
    this.#words = -1;
  }

  /** Whether a sentence begins here. */
  get sentenceStart(): boolean {
    return (this.#sentenceStart ??= isSentenceStart(this.#text, this.#start));
  }

  asPerson(): boolean {
    return this.#isBehind(PERSON_WORD, PERSON_BEFORE);
  }

  asPlace(): boolean {
    return this.#isBehind(PLACE_WORD, PLACE_BEFORE);
  }

  asOrganisation(): boolean {
    return this.#isBehind(ORGANISATION_WORD, ORGANISATION_BEFORE);
  }

  /** Whether what follows is what follows a person. */
  beforeVerb(): boolean {
    PERSON_AFTER.lastIndex = this.#end;
    return PERSON_AFTER.test(this.#text);
  }

  /** Whether a word of code, a path, a handle or markup touches it. */
  isCode(): boolean {
    const text = this.#text;
    if (this.#start > 0 && isIn(CODE_BEFORE, text.charCodeAt(this.#start - 1))) return true;
    const c = text.charCodeAt(this.#end);
    if (isIn(CODE_AFTER, c)) return true;
    if (c !== FULL_STOP && c !== COLON && c !== HYPHEN) return false;
    const next = text.charCodeAt(this.#end + 1);
    if (c === HYPHEN) return next >= 48 && next < 58;
    return isIn(WORD, next) || (c === COLON && next === COLON);
  }

  #isBehind(bit: number, words: RegExp): boolean {
    if (this.#words < 0) this.#words = lastWord(this.#text, this.#start);
    return (this.#words & bit) !== 0 && words.test(this.#text.slice(Math.max(0, this.#start - BEFORE), this.#start));
  }
}

const HYPHEN = 45;
const FULL_STOP = 46;
const COLON = 58;

/** What the last word before `start` may end, as bits. */
function lastWord(text: string, start: number): number {
  const stop = Math.max(0, start - BEFORE);
  let i = start - 1;
  while (i >= stop && isGap(text.charCodeAt(i))) i--;
  let hash = 0;
  const end = i;
  for (let c = 0; i >= stop && isIn(WORD, (c = text.charCodeAt(i))); i--) hash = (Math.imul(hash, 31) + (c | 32)) | 0;
  return i === end || end - i > LONGEST_LAST_WORD ? 0 : (LAST_WORDS[slotOf(hash)] as number);
}

function isGap(c: number): boolean {
  return c < 128 ? GAPS[c] === 1 : WIDE_GAP.test(String.fromCharCode(c));
}

function isSentenceStart(text: string, start: number): boolean {
  let i = start - 1;
  while (i >= 0 && isOf(BLANKS, WIDE_BLANKS, text.charCodeAt(i))) i--;
  return i < 0 || isOf(SENTENCE_MARKS, WIDE_SENTENCE_MARKS, text.charCodeAt(i));
}

function isOf(set: Uint8Array, wide: string, c: number): boolean {
  return c < 128 ? set[c] === 1 : wide.includes(String.fromCharCode(c));
}
