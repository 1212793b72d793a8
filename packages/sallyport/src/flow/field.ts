import { isSentence, linkForm } from './kind.ts';
import { readListing } from './listing.ts';
import { readLiteral, type Tree } from './reader.ts';
import { canonical, squeezed } from './text.ts';

/** One scalar of a tool's result that is a value of its own, not a piece of prose. */
export type Field = { readonly name: string; readonly value: string; readonly record: number };

/** One thing that a result tells about: an element of its list, or the result as a whole. Its texts are made canonical when asked for. */
export class Row {
  readonly #values: string[] = [];
  readonly #prose: string[] = [];
  #known: { values: string; prose: string } | undefined;

  add(text: string, prose: boolean): void {
    (prose ? this.#prose : this.#values).push(text);
  }

  /** The values of its fields, canonical. */
  get values(): string {
    return this.#texts().values;
  }

  /** Its prose, canonical. */
  get prose(): string {
    return this.#texts().prose;
  }

  #texts(): { values: string; prose: string } {
    return (this.#known ??= { values: canonical(this.#values.join('\n')), prose: canonical(this.#prose.join('\n')) });
  }
}

/** A result as data: its whole fields in order, and the rows they stand in. What is in neither is prose. */
export type Reading = { readonly fields: readonly Field[]; readonly rows: readonly Row[] };

/** Fields of one result; what is beyond counts as prose. */
const MAX_FIELDS = 50_000;

export const NO_DATA: Reading = { fields: [], rows: [] };

/** Reads the result of a structured tool. What is no data is prose: nothing in it is ever a field. */
export function readResult(text: string): Reading {
  const start = text.search(/\S/);
  const first = text[start];
  // `[INFO] text` is a line of a log, no list.
  const literal = first === '{' || (first === '[' && !/^\[[A-Z]/i.test(text.slice(start, start + 2)));
  const tree = literal ? readLiteral(text) : readListing(text);
  if (tree === undefined) return NO_DATA;
  const fields: Field[] = [];
  const rows: Row[] = [];
  for (const item of elementsOf(tree.value)) {
    const row = new Row();
    walk(item, '', rows.length, row, fields);
    rows.push(row);
  }
  return { fields, rows };
}

/**
 * Whether a result may have a value (canonical, a link as `linkForm` has it) as a whole field, told without reading the result as data: a field
 * stands alone on its line or within marks, and a value that is mentioned in prose has a word before or behind it. `form` is the canonical text.
 */
export function mayBeField(text: string, form: string, value: string): boolean {
  if (value === '') return false;
  const lower = text.toLowerCase();
  let mentions = 0;
  for (let at = lower.indexOf(value); at >= 0; at = lower.indexOf(value, at + value.length)) {
    if (++mentions > MAX_MENTIONS || standsAlone(lower, at, at + value.length)) return true;
  }
  // What the canonical form has besides is written otherwise in the text: then only reading tells.
  for (let at = form.indexOf(value); at >= 0; at = form.indexOf(value, at + value.length)) mentions--;
  return mentions !== 0;
}

function standsAlone(text: string, at: number, end: number): boolean {
  const stop = text.indexOf('\n', end);
  const from = Math.max(text.lastIndexOf('\n', at) + 1, at - MAX_AROUND);
  return BEHIND.test(text.slice(end, Math.min(stop < 0 ? text.length : stop, end + MAX_AROUND))) && BEFORE.test(text.slice(from, at));
}

/** Mentions of one value in a result that are looked at; and characters around each. */
const MAX_MENTIONS = 200;
const MAX_AROUND = 64;
// What a value is dressed with (`squeezed`, `linkForm`) up to the end of its line or to a sign that is no word's.
const BEFORE = /(?:^|[^\p{L}\p{N}_\s().\-–/:]|:(?!\/\/))[\s().\-–/]*(?:[a-z][a-z0-9+.-]*:\/\/)?(?:www\.)?$/u;
const BEHIND = /^[\s().\-–/;]*(?:$|[^\p{L}\p{N}_\s().\-–/;])/u;

/** Fields whose value is the given one: in canonical form, as a link without its scheme, or without gaps. `value` is canonical. */
export function findFields(reading: Reading, value: string): Field[] {
  const tight = squeezed(value);
  const link = linkForm(value);
  const shortest = Math.min(tight.length, link.length);
  const longest = value.length + MAX_DRESS;
  return reading.fields.filter(({ value: own }) => {
    if (own.length < shortest || own.length > longest) return false;
    const same = isSameSqueezed(own, tight);
    if (same !== undefined) return same;
    const key = canonical(own);
    return (
      key === value || squeezed(key) === tight || (link !== '' && (key.includes('://') || key.startsWith('www.')) && linkForm(key) === link)
    );
  });
}

/** Whether a text of ASCII is the given one but for its case and gaps; undefined for another text, and for one that may be a link. */
function isSameSqueezed(text: string, tight: string): boolean | undefined {
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code > 0x7f) return undefined;
    if (code === 0x20 || (code >= 9 && code <= 13) || code === 0x28 || code === 0x29 || (code >= 0x2d && code <= 0x2f)) continue;
    if (code >= 0x41 && code <= 0x5a) code += 0x20;
    if (code !== tight.charCodeAt(at++)) return LINK.test(text) ? undefined : false;
  }
  return at === tight.length ? true : LINK.test(text) ? undefined : false;
}

const LINK = /^\s*www\.|:\/\//i;

/** What a value may have around and between itself in a field: a scheme, `www.`, gaps. */
const MAX_DRESS = 24;
const IDENTIFIER = /^[a-z_][a-z0-9_]*$/;

function walk(tree: Tree, name: string, record: number, row: Row, fields: Field[]): void {
  if (typeof tree === 'string') {
    if (tree === '') return;
    const prose = isSentence(tree) || fields.length >= MAX_FIELDS;
    row.add(tree, prose);
    if (!prose) fields.push({ name, value: tree, record });
  } else if ('members' in tree) {
    for (const [member, value] of tree.members) {
      // The names of a map's members are data as well when they are no identifiers: `{'City Hub': 'Rating: 4.3'}`.
      if (!IDENTIFIER.test(member)) walk(member, name, record, row, fields);
      walk(value, member, record, row, fields);
    }
  } else for (const item of tree) walk(item, name, record, row, fields);
}

/** The rows of a result: elements of the outermost list, members of a map that is keyed by things, or the one thing that it is. */
function elementsOf(tree: Tree): readonly Tree[] {
  if (typeof tree === 'string') return [tree];
  if (!('members' in tree)) return tree;
  const { members } = tree;
  const keyed = members.every(([, value]) => typeof value !== 'string') || members.every(([name]) => !IDENTIFIER.test(name));
  if (members.length > 1 && keyed) return members.map((member) => ({ members: [member] }));
  const only = members.length === 1 ? members[0]?.[1] : undefined;
  return only !== undefined && typeof only !== 'string' && !('members' in only) ? only : [tree];
}
