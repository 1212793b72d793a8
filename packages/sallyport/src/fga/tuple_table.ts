import { EntityTable, LIST, NAMED, SEEN, USES } from './entity_table.ts';
import { IntRows, mix, PairIndex } from './int_index.ts';
import type { Names } from './names.ts';
import { splitUser, type RelationshipCondition, type TupleKey } from './tuple.ts';

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

// Columns of a list of an object, from `LIST` on: the shape of its first tuple (of any that it had, while it is empty); that tuple, negative when it
// stands alone and has no condition, so that shape and user say all of it; its user.
const FIRST = 1;
const ITS_USER = 2;
const LIST_WIDE = 3;
/** Where the columns of the lists end. */
const LIST_END = LIST + LIST_WIDE * 2;

/** A list of an object: its tuples of a relation, plain users and usersets apart. Never 0. */
const listOf = (relation: number, sets: boolean): number => (relation << 1) | (sets ? 1 : 0);
const listOfShape = (shape: number): number => listOf(shape >>> 16, (shape & 0xffff) !== 0);
const bitOf = (list: number): number => 1 << (Math.imul(list, 0x9e3779b1) >>> 27);

/** Where a tuple's bit stands among those of its user: the column by the sixth bit of its hash, the bit by the five below. */
const seenColumn = (seen: number): number => SEEN + ((seen >>> 5) & 1);

/**
 * Tuples in memory, as rows of integers with three indices: the exact tuple; forward, the users of object#relation (plain users and usersets
 * apart, so that a group with a million members does not slow the search for its nested groups); reverse, the objects of a user in a relation.
 * Objects and users are one kind of thing here, an entity with a number; types and relations are numbers of `Names`. Number 0 is "none" throughout.
 */
export class TupleTable {
  readonly names: Names;
  /** Tuples in the table. */
  size = 0;
  readonly #entities: EntityTable;
  /** Entities that are held and that no tuple names. Apart, for a large index in which entries come and go is rebuilt again and again. */
  readonly #guests = new Map<string, number>();
  readonly #tuple = new IntRows();
  readonly #conditions = new Map<number, RelationshipCondition>();
  readonly #spareTuples: number[] = [];
  readonly #exact = new Map<number, PairIndex>();
  readonly #forward = new PairIndex();
  readonly #reverse = new PairIndex();
  #tuples = 0;

  constructor(names: Names) {
    this.names = names;
    this.#entities = new EntityTable(names);
  }

  /** The entity of `type:id` or `type:*`; 0 when no tuple and no `hold` names it. */
  entity(text: string): number {
    const settled = this.#entities.find(text);
    return settled === 0 ? (this.#guests.get(text) ?? 0) : settled;
  }

  text(entity: number): string {
    return this.#entities.text(entity);
  }

  /** The number of the entity's type name; negative for the wildcard of that type. */
  type(entity: number): number {
    return this.#entities.type(entity);
  }

  /** Says which entities will be asked for next (`EntityTable.fetch`). */
  fetch(texts: readonly string[]): void {
    this.#entities.fetch(texts);
  }

  /** As `entity`, made when it is new, and kept until `release`. */
  hold(text: string): number {
    const known = this.entity(text);
    const entity = known === 0 ? this.#entities.take(text) : known;
    if (known === 0) this.#guests.set(text, entity);
    this.#entities.set(entity, USES, this.#entities.at(entity, USES) + 1);
    return entity;
  }

  /** As `hold`, for an entity that a tuple names. */
  #settle(text: string): number {
    const entity = this.hold(text);
    if (this.#guests.size > 0 && this.#guests.delete(text)) this.#entities.settle(entity);
    return entity;
  }

  release(entity: number): void {
    const uses = this.#entities.at(entity, USES) - 1;
    this.#entities.set(entity, USES, uses);
    if (uses > 0) return;
    this.#guests.delete(this.text(entity));
    this.#entities.free(entity);
  }

  /** The tuple with exactly this key; 0 when there is none. Most that are not there are known not to be without a look into the index. */
  find(object: number, relation: number, user: number, userRelation: number): number {
    const entities = this.#entities;
    if ((entities.at(object, NAMED) & bitOf(listOf(relation, userRelation !== 0))) === 0) return 0;
    const shape = (relation << 16) | userRelation;
    const seen = mix(object, shape);
    if ((entities.at(user, seenColumn(seen)) & (1 << seen)) === 0) return 0;
    return this.#exact.get(shape)?.get(object, user) ?? 0;
  }

  /** As `find`, by text. */
  findKey(key: Pick<TupleKey, 'user' | 'relation' | 'object'>): number {
    const { object, relation } = splitUser(key.user);
    const [at, user] = [this.entity(key.object), this.entity(object)];
    return at === 0 || user === 0 ? 0 : this.find(at, this.names.id(key.relation), user, this.names.id(relation));
  }

  /**
   * The first tuple of object#relation whose user is a userset (`sets`) or not; go on with `nextUser`. One that stands alone is named by its place
   * with the object, as a negative number: whoever walks the list finds all of it there, and need not look at the tuple.
   */
  firstUser(object: number, relation: number, sets: boolean): number {
    const list = listOf(relation, sets);
    const entities = this.#entities;
    if ((entities.at(object, NAMED) & bitOf(list)) === 0) return 0;
    const at = this.#place(object, list);
    if (at === 0) return this.#forward.get(object, list);
    const first = entities.at(object, at + FIRST);
    return first < 0 ? -entities.place(object, at) : first;
  }

  /** The columns of a list that the object has with it; 0 when it has none. */
  #place(object: number, list: number): number {
    for (let at = LIST; at < LIST_END; at += LIST_WIDE) {
      const shape = this.#entities.at(object, at);
      if (shape !== 0 && listOfShape(shape) === list) return at;
    }
    return 0;
  }

  /** The first tuple of a list, by its number. */
  #first(object: number, list: number): number {
    if ((this.#entities.at(object, NAMED) & bitOf(list)) === 0) return 0;
    const at = this.#place(object, list);
    return at === 0 ? this.#forward.get(object, list) : Math.abs(this.#entities.at(object, at + FIRST));
  }

  /** Sets the first tuple of a list; one that is empty keeps its place. */
  #setFirst(object: number, list: number, tuple: number): void {
    const entities = this.#entities;
    for (let at = LIST; at < LIST_END; at += LIST_WIDE) {
      const shape = entities.at(object, at);
      // A place is free until it is given to a list; none is given away while the object is there, so no list is in two places.
      if (shape !== 0 && listOfShape(shape) !== list) continue;
      const alone = tuple !== 0 && this.#tuple.get(tuple, NEXT_USER) === 0 && this.#tuple.get(tuple, CONDITIONAL) === 0;
      if (tuple !== 0) entities.set(object, at, this.#tuple.get(tuple, SHAPE));
      entities.set(object, at + FIRST, alone ? -tuple : tuple);
      entities.set(object, at + ITS_USER, this.#tuple.get(tuple, USER));
      return;
    }
    this.#forward.set(object, list, tuple);
  }

  nextUser(tuple: number): number {
    return tuple < 0 ? 0 : this.#tuple.get(tuple, NEXT_USER);
  }

  /** The first tuple in which the user has `relation`, to an object of any type; go on with `nextObject`. */
  firstObject(user: number, userRelation: number, relation: number): number {
    return this.#reverse.get(user, (relation << 16) | userRelation);
  }

  nextObject(tuple: number): number {
    return this.#tuple.get(tuple, NEXT_OBJECT);
  }

  object(tuple: number): number {
    return this.#tuple.get(this.#number(tuple), OBJECT);
  }

  /** A tuple's number, of one that is named by its place too. */
  #number(tuple: number): number {
    return tuple < 0 ? -this.#entities.at(0, FIRST - tuple) : tuple;
  }

  user(tuple: number): number {
    return tuple < 0 ? this.#entities.at(0, ITS_USER - tuple) : this.#tuple.get(tuple, USER);
  }

  /** The relation of a userset; 0 for plain users and wildcards. */
  userRelation(tuple: number): number {
    return (tuple < 0 ? this.#entities.at(0, -tuple) : this.#tuple.get(tuple, SHAPE)) & 0xffff;
  }

  condition(tuple: number): RelationshipCondition | undefined {
    return tuple < 0 || this.#tuple.get(tuple, CONDITIONAL) === 0 ? undefined : this.#conditions.get(tuple);
  }

  key(tuple: number): TupleKey {
    const relation = this.userRelation(tuple);
    const user = this.text(this.user(tuple));
    const condition = this.condition(tuple);
    return {
      user: relation === 0 ? user : `${user}#${this.names.text(relation)}`,
      relation: this.names.text(this.#tuple.get(this.#number(tuple), SHAPE) >>> 16),
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
    this.#headOf(this.object(tuple), listOf(relation, userRelation !== 0));
    return tuple;
  }

  /** Writes down again what stands with the object of a list's first tuple. */
  #headOf(object: number, list: number): void {
    this.#setFirst(object, list, this.#first(object, list));
  }

  #link(object: number, relation: number, user: number, userRelation: number): number {
    const tuple = this.#spareTuples.pop() ?? ++this.#tuples;
    const shape = (relation << 16) | userRelation;
    this.#tuple.set(tuple, OBJECT, object);
    this.#tuple.set(tuple, USER, user);
    this.#tuple.set(tuple, SHAPE, shape);
    const list = listOf(relation, userRelation !== 0);
    push(this.#first(object, list), tuple, this.#tuple, NEXT_USER, PREVIOUS_USER);
    this.#setFirst(object, list, tuple);
    const entities = this.#entities;
    entities.set(object, NAMED, entities.at(object, NAMED) | bitOf(list));
    const seen = mix(object, shape);
    entities.set(user, seenColumn(seen), entities.at(user, seenColumn(seen)) | (1 << seen));
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
    this.#exact.get(shape)?.set(object, user, 0);
    const list = listOfShape(shape);
    const first = this.#first(object, list);
    const next = this.nextUser(tuple);
    if (this.#reverse.get(user, shape) === tuple) this.#reverse.set(user, shape, this.nextObject(tuple));
    drop(tuple, this.#tuple, NEXT_USER, PREVIOUS_USER);
    drop(tuple, this.#tuple, NEXT_OBJECT, PREVIOUS_OBJECT);
    this.#setFirst(object, list, first === tuple ? next : first);
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
