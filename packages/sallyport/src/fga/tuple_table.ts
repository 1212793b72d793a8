import { IntRows, PairIndex } from './int_index.ts';
import type { Names } from './names.ts';
import { TextIndex } from './text_index.ts';
import { isTypedWildcard, splitUser, typeOf, type RelationshipCondition, type TupleKey } from './tuple.ts';

// Columns of a tuple.
const OBJECT = 0;
const USER = 1;
/** Relation and the user's relation, 16 bits each. */
const SHAPE = 2;
const NEXT_USER = 3;
const PREVIOUS_USER = 4;
const NEXT_OBJECT = 5;
const PREVIOUS_OBJECT = 6;
const CONDITIONAL = 7;

// Columns of an entity.
const TYPE = 0;
const USES = 1;
/** Which relations its tuples name, as 32 bits of a Bloom filter: what is not there is mostly known without a look into a large index. */
const NAMED = 2;
/** Of the object's first two lists of tuples: which (`listOf`), and the first tuple. Most objects have no more, and need no index for them. */
const LIST = 3;
const FIRST = 4;
const LISTS = 2;

/** A list of an object: its tuples of a relation, plain users and usersets apart. Never 0. */
const listOf = (relation: number, sets: boolean): number => (relation << 1) | (sets ? 1 : 0);
const bitOf = (list: number): number => 1 << (Math.imul(list, 0x9e3779b1) >>> 27);

/**
 * Tuples in memory, as rows of integers with three indices: the exact tuple; forward, the users of object#relation (plain users and usersets
 * apart, so that a group with a million members does not slow the search for its nested groups); reverse, the objects of a user in a relation.
 * Objects and users are one kind of thing here, an entity with a number; types and relations are numbers of `Names`. Number 0 is "none" throughout.
 */
export class TupleTable {
  readonly names: Names;
  /** Tuples in the table. */
  size = 0;
  readonly #entities: TextIndex;
  /** Entities that are held and that no tuple names. Apart, for a large index in which entries come and go is rebuilt again and again. */
  readonly #guests = new Map<string, number>();
  readonly #entity = new IntRows();
  readonly #tuple = new IntRows();
  readonly #conditions = new Map<number, RelationshipCondition>();
  readonly #spareTuples: number[] = [];
  readonly #exact = new Map<number, PairIndex>();
  readonly #forward = new PairIndex();
  readonly #reverse = new PairIndex();
  #tuples = 0;

  constructor(names: Names) {
    this.names = names;
    this.#entities = new TextIndex(names.seed);
  }

  /** The entity of `type:id` or `type:*`; 0 when no tuple and no `hold` names it. */
  entity(text: string): number {
    const settled = this.#entities.get(text);
    return settled === 0 ? (this.#guests.get(text) ?? 0) : settled;
  }

  text(entity: number): string {
    return this.#entities.text(entity);
  }

  /** The number of the entity's type name; negative for the wildcard of that type. */
  type(entity: number): number {
    return this.#entity.get(entity, TYPE);
  }

  /** As `entity`, made when it is new, and kept until `release`. */
  hold(text: string): number {
    const known = this.entity(text);
    const entity = known === 0 ? this.#make(text) : known;
    if (known === 0) this.#guests.set(text, entity);
    this.#entity.set(entity, USES, this.#entity.get(entity, USES) + 1);
    return entity;
  }

  #make(text: string): number {
    const entity = this.#entities.take(text);
    const type = this.names.id(typeOf(text));
    this.#entity.set(entity, TYPE, isTypedWildcard(text) ? -type : type);
    this.#entity.set(entity, USES, 0);
    this.#entity.set(entity, NAMED, 0);
    this.#entity.set(entity, LIST, 0);
    this.#entity.set(entity, LIST + LISTS, 0);
    return entity;
  }

  /** As `hold`, for an entity that a tuple names. */
  #settle(text: string): number {
    const entity = this.hold(text);
    if (this.#guests.delete(text)) this.#entities.settle(entity);
    return entity;
  }

  release(entity: number): void {
    const uses = this.#entity.get(entity, USES) - 1;
    this.#entity.set(entity, USES, uses);
    if (uses > 0) return;
    this.#guests.delete(this.text(entity));
    this.#entities.free(entity);
  }

  /** The tuple with exactly this key; 0 when there is none. */
  find(object: number, relation: number, user: number, userRelation: number): number {
    if ((this.#entity.get(object, NAMED) & bitOf(listOf(relation, userRelation !== 0))) === 0) return 0;
    return this.#exact.get((relation << 16) | userRelation)?.get(object, user) ?? 0;
  }

  /** As `find`, by text. */
  findKey(key: Pick<TupleKey, 'user' | 'relation' | 'object'>): number {
    const { object, relation } = splitUser(key.user);
    const [at, user] = [this.entity(key.object), this.entity(object)];
    return at === 0 || user === 0 ? 0 : this.find(at, this.names.id(key.relation), user, this.names.id(relation));
  }

  /** The first tuple of object#relation whose user is a userset (`sets`) or not; go on with `nextUser`. */
  firstUser(object: number, relation: number, sets: boolean): number {
    return this.#first(object, listOf(relation, sets));
  }

  #first(object: number, list: number): number {
    const rows = this.#entity;
    if ((rows.get(object, NAMED) & bitOf(list)) === 0) return 0;
    if (rows.get(object, LIST) === list) return rows.get(object, FIRST);
    if (rows.get(object, LIST + LISTS) === list) return rows.get(object, FIRST + LISTS);
    return this.#forward.get(object, list);
  }

  /** Sets the first tuple of a list; one that is empty keeps its place. */
  #setFirst(object: number, list: number, tuple: number): void {
    const rows = this.#entity;
    for (let at = LIST; at < LIST + LISTS * 2; at += LISTS) {
      const held = rows.get(object, at);
      // A place is free until it is given to a list; none is given away while the object is there, so no list is in two places.
      if (held !== list && held !== 0) continue;
      rows.set(object, at, list);
      rows.set(object, at + 1, tuple);
      return;
    }
    this.#forward.set(object, list, tuple);
  }

  nextUser(tuple: number): number {
    return this.#tuple.get(tuple, NEXT_USER);
  }

  /** The first tuple in which the user has `relation`, to an object of any type; go on with `nextObject`. */
  firstObject(user: number, userRelation: number, relation: number): number {
    return this.#reverse.get(user, (relation << 16) | userRelation);
  }

  nextObject(tuple: number): number {
    return this.#tuple.get(tuple, NEXT_OBJECT);
  }

  object(tuple: number): number {
    return this.#tuple.get(tuple, OBJECT);
  }

  user(tuple: number): number {
    return this.#tuple.get(tuple, USER);
  }

  /** The relation of a userset; 0 for plain users and wildcards. */
  userRelation(tuple: number): number {
    return this.#tuple.get(tuple, SHAPE) & 0xffff;
  }

  condition(tuple: number): RelationshipCondition | undefined {
    return this.#tuple.get(tuple, CONDITIONAL) === 0 ? undefined : this.#conditions.get(tuple);
  }

  key(tuple: number): TupleKey {
    const relation = this.userRelation(tuple);
    const user = this.text(this.user(tuple));
    const condition = this.condition(tuple);
    return {
      user: relation === 0 ? user : `${user}#${this.names.text(relation)}`,
      relation: this.names.text(this.#tuple.get(tuple, SHAPE) >>> 16),
      object: this.text(this.object(tuple)),
      ...(condition === undefined ? {} : { condition }),
    };
  }

  /** Adds a tuple and answers its number; a tuple with the same key takes the new condition. */
  add(key: TupleKey): number {
    const split = splitUser(key.user);
    const relation = this.names.id(key.relation);
    const userRelation = this.names.id(split.relation);
    const known = this.findKey(key);
    const tuple = known === 0 ? this.#link(this.#settle(key.object), relation, this.#settle(split.object), userRelation) : known;
    this.#tuple.set(tuple, CONDITIONAL, key.condition === undefined ? 0 : 1);
    if (key.condition === undefined) this.#conditions.delete(tuple);
    else this.#conditions.set(tuple, key.condition);
    return tuple;
  }

  #link(object: number, relation: number, user: number, userRelation: number): number {
    const tuple = this.#spareTuples.pop() ?? ++this.#tuples;
    const shape = (relation << 16) | userRelation;
    const sets = userRelation !== 0;
    this.#tuple.set(tuple, OBJECT, object);
    this.#tuple.set(tuple, USER, user);
    this.#tuple.set(tuple, SHAPE, shape);
    const list = listOf(relation, sets);
    push(this.#first(object, list), tuple, this.#tuple, NEXT_USER, PREVIOUS_USER);
    this.#setFirst(object, list, tuple);
    this.#entity.set(object, NAMED, this.#entity.get(object, NAMED) | bitOf(list));
    let exact = this.#exact.get(shape);
    if (exact === undefined) this.#exact.set(shape, (exact = new PairIndex()));
    exact.set(object, user, tuple);
    push(this.#reverse.get(user, shape), tuple, this.#tuple, NEXT_OBJECT, PREVIOUS_OBJECT);
    this.#reverse.set(user, shape, tuple);
    this.size++;
    return tuple;
  }

  remove(tuple: number): void {
    const object = this.object(tuple);
    const user = this.user(tuple);
    const shape = this.#tuple.get(tuple, SHAPE);
    const [relation, userRelation] = [shape >>> 16, shape & 0xffff];
    this.#exact.get(shape)?.set(object, user, 0);
    const list = listOf(relation, userRelation !== 0);
    if (this.#first(object, list) === tuple) this.#setFirst(object, list, this.nextUser(tuple));
    if (this.#reverse.get(user, shape) === tuple) this.#reverse.set(user, shape, this.nextObject(tuple));
    drop(tuple, this.#tuple, NEXT_USER, PREVIOUS_USER);
    drop(tuple, this.#tuple, NEXT_OBJECT, PREVIOUS_OBJECT);
    this.#conditions.delete(tuple);
    this.#spareTuples.push(tuple);
    this.release(object);
    this.release(user);
    this.size--;
  }

  /**
   * Runs `fn` with these tuples in the table beside its own, where they win over stored ones of the same key. `fn` must not wait: whoever
   * reads the table meanwhile would see them.
   */
  with<T>(tuples: readonly TupleKey[], fn: () => T): T {
    if (tuples.length === 0) return fn();
    const undo: (() => void)[] = [];
    try {
      for (const key of tuples) {
        const known = this.findKey(key);
        const before = known === 0 ? undefined : this.key(known);
        const tuple = this.add(key);
        undo.push(before === undefined ? () => this.remove(tuple) : () => void this.add(before));
      }
      return fn();
    } finally {
      for (const step of undo.reverse()) step();
    }
  }
}

/** Puts a tuple before the first one of its list. */
function push(head: number, tuple: number, rows: IntRows, next: number, previous: number): void {
  rows.set(tuple, next, head);
  rows.set(tuple, previous, 0);
  if (head !== 0) rows.set(head, previous, tuple);
}

function drop(tuple: number, rows: IntRows, next: number, previous: number): void {
  const after = rows.get(tuple, next);
  const before = rows.get(tuple, previous);
  if (after !== 0) rows.set(after, previous, before);
  if (before !== 0) rows.set(before, next, after);
}
