/** What stands in place of a credential that a service sent back. */
const GONE = '[credential]';
/** Shorter secrets would match by chance. */
const MIN_SECRET = 8;
/** Of a credential in base64, characters at the edges also hold bits of what stands beside it; less than this between them is no core. */
const MIN_CORE = 8;

/** Finds credentials in any of the forms in which a service may echo them. Text is Latin-1: one character a byte. */
export type Stripper = {
  /** `text` without the credentials, and how many pieces of it were taken out. Linear in the length of the text, whatever is in it. */
  strip(text: string): { readonly text: string; readonly found: number };
};

type Needle = { readonly codes: Uint8Array; readonly table: Int32Array };
type Needles = { readonly plain: readonly Needle[]; readonly base64: readonly Needle[] };
/** Characters as they are meant, and where each is written. */
type Reading = { readonly codes: Uint8Array; readonly start: Uint32Array; readonly end: Uint32Array; readonly length: number };
type Span = { readonly start: number; readonly end: number };

/**
 * Makes a stripper for the secrets of one call. Found are, in any mixture and case: the secret itself; percent-encoded, also several times;
 * with escapes of JSON, JavaScript and HTML; in base64 and base64url at any of the three alignments (so also within `user:secret`), also
 * broken into lines; in hexadecimal.
 */
export function stripperFor(secrets: readonly string[]): Stripper {
  const kept = [...new Set(secrets)].filter((secret) => secret.length >= MIN_SECRET).map((secret) => Buffer.from(secret));
  const needles: Needles = {
    plain: kept.flatMap((bytes) => [bytes, Buffer.from(bytes.toString('hex'))]).map((bytes) => needle(bytes.map(folded))),
    base64: kept.flatMap(coresOf).map((core) => needle(Buffer.from(core))),
  };
  return {
    strip(text) {
      const spans = found(written(text), needles);
      // Escapes: read as what they mean, too.
      if (/[%\\&]/.test(text)) spans.push(...found(meant(text), needles));
      return spans.length === 0 ? { text, found: 0 } : without(text, spans);
    },
  };
}

/** What of the base64 of a secret is the same whatever stands before and after it, for each of the three alignments. */
function coresOf(bytes: Buffer): string[] {
  return [0, 1, 2]
    .map((shift) => {
      const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .replace(/=+$/, '');
      const head = shift === 0 ? 0 : shift + 1;
      return encoded.slice(head, encoded.length - ((bytes.length + shift) % 3 === 0 ? 0 : 1));
    })
    .filter((core) => core.length >= MIN_CORE);
}

function found(reading: Reading, { plain, base64 }: Needles): Span[] {
  const spans: Span[] = [];
  const any = folding(reading);
  for (const one of plain) search(any, one, spans);
  const unbroken = base64Of(reading);
  for (const one of base64) search(unbroken, one, spans);
  return spans;
}

function without(text: string, spans: Span[]): { text: string; found: number } {
  spans.sort((a, b) => a.start - b.start);
  let [out, from, count] = ['', 0, 0];
  for (let at = 0; at < spans.length;) {
    const { start } = spans[at] as Span;
    let { end } = spans[at] as Span;
    for (at++; at < spans.length && (spans[at] as Span).start < end; at++) end = Math.max(end, (spans[at] as Span).end);
    out += text.slice(from, start) + GONE;
    from = end;
    count++;
  }
  return { text: out + text.slice(from), found: count };
}

/** Knuth, Morris and Pratt (SIAM J. Comput. 6, 1977): linear also for a secret and a reply that somebody has chosen for each other. */
function needle(codes: Uint8Array): Needle {
  const table = new Int32Array(codes.length);
  for (let at = 1, matched = 0; at < codes.length; at++) {
    while (matched > 0 && codes[at] !== codes[matched]) matched = table[matched - 1] as number;
    if (codes[at] === codes[matched]) matched++;
    table[at] = matched;
  }
  return { codes, table };
}

function search({ codes, start, end, length }: Reading, { codes: wanted, table }: Needle, spans: Span[]): void {
  const size = wanted.length;
  for (let at = 0, matched = 0; at < length; at++) {
    while (matched > 0 && codes[at] !== wanted[matched]) matched = table[matched - 1] as number;
    if (codes[at] === wanted[matched]) matched++;
    if (matched < size) continue;
    spans.push({ start: start[at - size + 1] as number, end: end[at] as number });
    // Copies that overlap would all be one span: the next one begins behind this.
    matched = 0;
  }
}

function folded(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

/** A token that was folded may still tell it to somebody who knows how to unfold it. */
function folding(reading: Reading): Reading {
  return { ...reading, codes: reading.codes.map(folded) };
}

/** Without the line breaks of MIME (RFC 2045), the letters of base64url as those of base64 (RFC 4648). Breaks may be escapes of JSON in a text that is read as it is written. */
function base64Of({ codes, start, end, length }: Reading): Reading {
  const kept = room(length);
  let size = 0;
  for (let at = 0; at < length; at++) {
    const code = codes[at] as number;
    if (code === 0x0a || code === 0x0d) continue;
    kept.codes[size] = code === 0x2d ? 0x2b : code === 0x5f ? 0x2f : code;
    kept.start[size] = start[at] as number;
    kept.end[size++] = end[at] as number;
  }
  return { ...kept, length: size };
}

function room(length: number): Omit<Reading, 'length'> {
  return { codes: new Uint8Array(length), start: new Uint32Array(length), end: new Uint32Array(length) };
}

/** The text as it is written. */
function written(text: string): Reading {
  const reading = room(text.length);
  for (let at = 0; at < text.length; at++) {
    reading.codes[at] = text.charCodeAt(at);
    reading.start[at] = at;
    reading.end[at] = at + 1;
  }
  return { ...reading, length: text.length };
}

/** The text as it is meant: each escape as the one character that it stands for. */
function meant(text: string): Reading {
  const reading = room(text.length);
  let size = 0;
  for (let at = 0; at < text.length;) {
    const here = escapeAt(text, at) ?? { code: text.charCodeAt(at), end: at + 1 };
    reading.codes[size] = here.code & 0xff;
    reading.start[size] = at;
    reading.end[size++] = here.end;
    at = here.end;
  }
  return { ...reading, length: size };
}

const HEX = /^[\da-f]+$/i;
/** Layers of encoding that are read; each adds `25` to a percent sign, or doubles a backslash. */
const LAYERS = 5;

function escapeAt(text: string, at: number): { readonly code: number; readonly end: number } | undefined {
  const char = text[at];
  if (char === '%') return percentAt(text, at);
  if (char === '\\') return backslashAt(text, at);
  return char === '&' ? entityAt(text, at) : undefined;
}

function percentAt(text: string, at: number): { code: number; end: number } | undefined {
  let from = at + 1;
  for (let layer = 1; layer < LAYERS && text.startsWith('25', from) && isHex(text, from + 2, 2); layer++) from += 2;
  return isHex(text, from, 2) ? { code: Number.parseInt(text.slice(from, from + 2), 16), end: from + 2 } : undefined;
}

function backslashAt(text: string, at: number): { code: number; end: number } | undefined {
  let from = at + 1;
  while (text[from] === '\\' && from - at < 2 ** (LAYERS - 1)) from++;
  const kind = text[from];
  if (kind === 'u' && isHex(text, from + 1, 4)) return { code: Number.parseInt(text.slice(from + 1, from + 5), 16), end: from + 5 };
  if (kind === 'x' && isHex(text, from + 1, 2)) return { code: Number.parseInt(text.slice(from + 1, from + 3), 16), end: from + 3 };
  if (kind === 'n' || kind === 'r') return { code: 0x0a, end: from + 1 };
  return kind === '/' || kind === '"' ? { code: kind.charCodeAt(0), end: from + 1 } : undefined;
}

function isHex(text: string, from: number, digits: number): boolean {
  const piece = text.slice(from, from + digits);
  return piece.length === digits && HEX.test(piece);
}

const ENTITIES: readonly (readonly [string, string])[] = [
  ...([
    ['&amp;', '&'],
    ['&plus;', '+'],
    ['&sol;', '/'],
    ['&equals;', '='],
    ['&lowbar;', '_'],
    ['&period;', '.'],
    ['&hyphen;', '-'],
  ] as const),
];

function entityAt(text: string, at: number): { code: number; end: number } | undefined {
  const entity = /^&#(?:x([\da-f]{1,6})|(\d{1,7}));?/i.exec(text.slice(at, at + 12));
  if (entity !== null) {
    const code = entity[1] === undefined ? Number(entity[2]) : Number.parseInt(entity[1], 16);
    return { code, end: at + entity[0].length };
  }
  const named = ENTITIES.find(([name]) => text.startsWith(name, at));
  return named === undefined ? undefined : { code: named[1].charCodeAt(0), end: at + named[0].length };
}
