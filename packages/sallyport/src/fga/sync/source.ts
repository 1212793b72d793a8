import type { Json } from '../../kernel/index.ts';
import type { TupleKey } from '../tuple.ts';

/** What a source says: its permissions as tuples, and what could not be said with them, for a person to read. */
export type Permissions = { readonly tuples: readonly TupleKey[]; readonly notes: readonly string[] };

export type SyncOptions = {
  /** Ids of documents, folders and groups of a source begin with its name and a slash: so a later run knows which tuples are its own. */
  readonly source: string;
  /** The source whose groups are meant where a document is shared with a group. */
  readonly groups: string;
  /** All roles become this relation; '' keeps them apart as viewer, editor and owner. */
  readonly as: string;
  /** Milliseconds since 1970: what has expired by then is left out. */
  readonly now: number;
};

/** Reads one kind of export. Throws nothing: what is not of its shape is a note. */
export type Source = (value: Json, options: SyncOptions) => Permissions;

export type Role = 'viewer' | 'editor' | 'owner';

/** OpenFGA's ids hold no colon, number sign or space; `*` would be everyone. The rest stays readable. */
export const idText = (text: string): string =>
  text.replace(/[:#%*\s\p{Cc}]/gu, (char) =>
    [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );

/** OpenFGA's bounds: 256 bytes for an object, 512 for a user. */
const MAX_OBJECT = 256;
const MAX_USER = 512;
/** Notes that are kept; the rest is counted. */
const MAX_NOTES = 100;

/** Collects tuples, each once. */
export class TupleList {
  readonly #tuples = new Map<string, TupleKey>();
  readonly #notes: string[] = [];
  readonly #options: SyncOptions;
  #more = 0;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  object(type: 'document' | 'folder' | 'group', id: string): string {
    return `${type}:${this.#options.source}/${idText(id)}`;
  }

  /** People have the same name in every source: their address, in lower case. */
  user(name: string): string {
    return `user:${idText(name.trim().toLowerCase())}`;
  }

  /** The members of a group of the source that the groups come from. */
  group(id: string): string {
    return `group:${this.#options.groups}/${idText(id.trim().toLowerCase())}#member`;
  }

  grant(object: string, role: Role, user: string): void {
    this.add(object, this.#options.as === '' ? role : this.#options.as, user);
  }

  add(object: string, relation: string, user: string): void {
    if (Buffer.byteLength(object) > MAX_OBJECT || Buffer.byteLength(user) > MAX_USER)
      return this.note(`${object.slice(0, 80)}…: the name is too long`);
    this.#tuples.set(`${object}#${relation}@${user}`, { user, relation, object });
  }

  note(text: string): void {
    if (this.#notes.length < MAX_NOTES) this.#notes.push(text);
    else this.#more++;
  }

  done(): Permissions {
    const notes = this.#more === 0 ? this.#notes : [...this.#notes, `and ${this.#more} more`];
    return { tuples: [...this.#tuples.values()], notes };
  }
}
