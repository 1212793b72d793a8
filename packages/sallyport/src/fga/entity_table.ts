import { LINE_START, zeros } from './int_index.ts';
import type { Names } from './names.ts';
import { isTypedWildcard, typeOf } from './tuple.ts';

// Columns of an entity: sixteen integers, one line of the cache.
/** The number of its type and the length of its id: `type << 8 | length`, negative for the wildcard of the type. */
const HEAD = 0;
/** What holds it: tuples and callers of `hold`. */
export const USES = 1;
/** Which lists of tuples it has as an object, as 32 bits of a Bloom filter: what is not there is mostly known without a look into an index. */
export const NAMED = 2;
/** In which tuples it is the user, as 64 bits of a Bloom filter. */
export const SEEN = 3;
/** Its first two lists as an object, three columns each (`tuple_table.ts`). Most objects have no more, and need no index for them. */
export const LIST = 5;
/** The id, four characters of eight bits a column; of one that does not fit, the place in `#long`. */
const TEXT = 11;
const WIDE = 16;
const INLINE = (WIDE - TEXT) * 4;
const LONG = 255;
// Slots of the index: the hash of the text and the entity.
const FREE = 0;
const GONE = -1;
/** Slots in use, gone ones included, at which the index grows. */
const LOAD = 0.6;
const SMALLEST = 16;

/**
 * Objects and users as numbers, with what is known of each in one line of the cache, its text included. In a large store the way to the memory is what a
 * look-up costs: a Map of a million strings took 1.3 us where one of ten thousand took 0.1, for it visits bucket, entry and text in places of
 * their own. Here a text is found with two places, the index and the entity, and the second is the one that is read next. The hash begins with
 * a number of this process, so that nobody can send texts that all land in one place.
 */
export class EntityTable {
  readonly #names: Names;
  readonly #seed: number;
  readonly #long: string[] = [];
  readonly #spareLong: number[] = [];
  readonly #spare: number[] = [];
  #rows = zeros(LINE_START + SMALLEST * WIDE);
  #count = 0;
  #slots = zeros(SMALLEST * 2);
  #mask = SMALLEST - 1;
  #used = 0;
  #live = 0;
  /** Changed by what `fetch` reads, so that the reading is not left out. */
  fetched = 0;

  constructor(names: Names) {
    this.#names = names;
    this.#seed = names.seed | 0;
  }

  at(entity: number, column: number): number {
    return this.#rows[LINE_START + entity * WIDE + column] as number;
  }

  set(entity: number, column: number, value: number): void {
    this.#rows[LINE_START + entity * WIDE + column] = value;
  }

  /** A column of an entity as a column of entity 0. */
  place(entity: number, column: number): number {
    return entity * WIDE + column;
  }

  /** The number of the entity's type name; negative for the wildcard of that type. */
  type(entity: number): number {
    const head = this.at(entity, HEAD);
    return head < 0 ? -(-head >> 8) : head >> 8;
  }

  text(entity: number): string {
    const type = this.#names.text(Math.abs(this.type(entity)));
    const id = this.#id(entity);
    return type === '' ? id : `${type}:${id}`;
  }

  #id(entity: number): string {
    const length = Math.abs(this.at(entity, HEAD)) & 0xff;
    if (length === LONG) return this.#long[this.at(entity, TEXT)] ?? '';
    let id = '';
    for (let i = 0; i < length; i++) id += String.fromCharCode(this.#character(entity, i));
    return id;
  }

  #character(entity: number, i: number): number {
    return (this.at(entity, TEXT + (i >> 2)) >>> ((i & 3) << 3)) & 0xff;
  }

  /** The entity of a text; 0 when it has none that is settled. */
  find(text: string): number {
    const slots = this.#slots;
    const mask = this.#mask;
    const hash = this.#hash(text);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entity = slots[slot * 2 + 1] as number;
      if (entity === FREE) return 0;
      if (entity !== GONE && slots[slot * 2] === hash && this.#is(entity, text)) return entity;
    }
  }

  #is(entity: number, text: string): boolean {
    const head = Math.abs(this.at(entity, HEAD));
    const length = head & 0xff;
    const type = this.#names.text(head >> 8);
    const start = type === '' ? 0 : type.length + 1;
    if (length === LONG) return this.text(entity) === text;
    if (text.length !== start + length) return false;
    for (let i = 0; i < length; i++) if (text.charCodeAt(start + i) !== this.#character(entity, i)) return false;
    return type === '' || (text.startsWith(type) && text.charCodeAt(start - 1) === COLON);
  }

  /**
   * Goes to the places in memory of many texts at once, where one after the other each would wait for the one before: first to all in the index,
   * then to all entities, then to the users of their first lists, which a walk comes to next. Changes nothing but what the processor has at hand.
   */
  fetch(texts: readonly string[]): void {
    if (this.#count < FAR) return;
    const slots = this.#slots;
    const rows = this.#rows;
    const found = texts.map((text) => this.#hash(text) & this.#mask);
    for (let i = 0; i < found.length; i++) found[i] = Math.max(0, slots[(found[i] as number) * 2 + 1] as number);
    for (let i = 0; i < found.length; i++) found[i] = rows[LINE_START + (found[i] as number) * WIDE + LIST + 2] as number;
    for (let i = 0; i < found.length; i++) this.fetched += rows[LINE_START + (found[i] as number) * WIDE] as number;
    this.fetched &= 1;
  }

  /** A number for a text that is not to be found yet (`settle`). */
  take(text: string): number {
    const entity = this.#spare.pop() ?? ++this.#count;
    const start = LINE_START + entity * WIDE;
    if (start + WIDE > this.#rows.length) this.#rows = doubled(this.#rows);
    this.#rows.fill(0, start, start + WIDE);
    const name = typeOf(text);
    const id = name === '' ? text : text.slice(name.length + 1);
    const head = (this.#names.id(name) << 8) | (fits(id) ? id.length : LONG);
    this.set(entity, HEAD, isTypedWildcard(text) ? -head : head);
    if (fits(id))
      for (let i = 0; i < id.length; i++)
        this.set(entity, TEXT + (i >> 2), this.at(entity, TEXT + (i >> 2)) | (id.charCodeAt(i) << ((i & 3) << 3)));
    else {
      const place = this.#spareLong.pop() ?? this.#long.length;
      this.#long[place] = id;
      this.set(entity, TEXT, place);
    }
    return entity;
  }

  /** Lets a taken entity be found. */
  settle(entity: number): void {
    const hash = this.#hash(this.text(entity));
    let slot = hash & this.#mask;
    while ((this.#slots[slot * 2 + 1] as number) > 0) slot = (slot + 1) & this.#mask;
    if (this.#slots[slot * 2 + 1] === FREE) this.#used++;
    this.#slots[slot * 2] = hash;
    this.#slots[slot * 2 + 1] = entity;
    this.#live++;
    if (this.#used > (this.#mask + 1) * LOAD) this.#grow();
  }

  /** Gives a number back. */
  free(entity: number): void {
    const hash = this.#hash(this.text(entity));
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const held = this.#slots[slot * 2 + 1] as number;
      if (held === FREE) break;
      if (held !== entity) continue;
      this.#slots[slot * 2 + 1] = GONE;
      this.#live--;
      break;
    }
    if ((Math.abs(this.at(entity, HEAD)) & 0xff) === LONG) {
      const place = this.at(entity, TEXT);
      this.#long[place] = '';
      this.#spareLong.push(place);
    }
    this.#spare.push(entity);
  }

  #hash(text: string): number {
    let hash = this.#seed;
    for (let i = 0; i < text.length; i++) hash = (Math.imul(hash ^ text.charCodeAt(i), 0x5bd1e995) + (hash >>> 15)) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) | 0;
  }

  #grow(): void {
    const length = this.#mask + 1;
    const size = this.#live > (length * LOAD) / 2 ? length * 2 : length;
    const old = this.#slots;
    const slots = zeros(size * 2);
    const mask = size - 1;
    for (let from = 0; from < old.length; from += 2) {
      const entity = old[from + 1] as number;
      if (entity <= 0) continue;
      let slot = (old[from] as number) & mask;
      while (slots[slot * 2 + 1] !== FREE) slot = (slot + 1) & mask;
      slots[slot * 2] = old[from] as number;
      slots[slot * 2 + 1] = entity;
    }
    this.#slots = slots;
    this.#mask = mask;
    this.#used = this.#live;
  }
}

const COLON = 0x3a;
/** Entities from which on they do not fit the processor's own memory. */
const FAR = 16_384;

/** Whether an id can stand in its entity: short, and of characters of eight bits. */
function fits(id: string): boolean {
  if (id.length > INLINE) return false;
  for (let i = 0; i < id.length; i++) if (id.charCodeAt(i) > 0xff) return false;
  return true;
}

function doubled(rows: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = zeros(LINE_START + (rows.length - LINE_START) * 2);
  larger.set(rows);
  return larger;
}
