import { IntColumn, PairIndex } from './int_index.ts';
import type { Names } from './names.ts';
import { isTypedWildcard, splitUser, typeOf, type RelationshipCondition, type TupleKey } from './tuple.ts';

/**
 * Tuples in memory, as integers in columns with three indices: the exact tuple; forward, the users of object#relation (plain users and usersets
 * apart, so that a group with a million members does not slow the search for its nested groups); reverse, the objects of a user in a relation.
 * Objects and users are one kind of thing here, an entity with a number; types and relations are numbers of `Names`. Number 0 is "none" throughout.
 */
export class TupleTable {
  readonly names: Names;
  /** Tuples in the table. */
  size = 0;
  readonly #entities = new Map<string, number>();
  /** Entities that are held and that no tuple names. Apart, for a large Map in which entries come and go is rebuilt again and again. */
  readonly #guests = new Map<string, number>();
  readonly #texts: string[] = [''];
  readonly #types = new IntColumn();
  readonly #uses = new IntColumn();
  readonly #spareEntities: number[] = [];
  readonly #object = new IntColumn();
  readonly #relation = new IntColumn();
  readonly #user = new IntColumn();
  readonly #userRelation = new IntColumn();
  readonly #conditions = new Map<number, RelationshipCondition>();
  readonly #nextUser = new IntColumn();
  readonly #previousUser = new IntColumn();
  readonly #nextObject = new IntColumn();
  readonly #previousObject = new IntColumn();
  readonly #spareTuples: number[] = [];
  readonly #exact = new Map<number, PairIndex>();
  readonly #forward = new PairIndex();
  readonly #reverse = new PairIndex();
  #tuples = 0;

  constructor(names: Names) {
    this.names = names;
  }

  /** The entity of `type:id` or `type:*`; 0 when no tuple and no `hold` names it. */
  entity(text: string): number {
    return this.#entities.get(text) ?? this.#guests.get(text) ?? 0;
  }

  text(entity: number): string {
    return this.#texts[entity] ?? '';
  }

  /** The number of the entity's type name; negative for the wildcard of that type. */
  type(entity: number): number {
    return this.#types.get(entity);
  }

  /** As `entity`, made when it is new, and kept until `release`. */
  hold(text: string): number {
    const known = this.entity(text);
    const entity = known === 0 ? this.#make(text) : known;
    if (known === 0) this.#guests.set(text, entity);
    this.#uses.set(entity, this.#uses.get(entity) + 1);
    return entity;
  }

  #make(text: string): number {
    const entity = this.#spareEntities.pop() ?? this.#texts.length;
    this.#texts[entity] = text;
    const type = this.names.id(typeOf(text));
    this.#types.set(entity, isTypedWildcard(text) ? -type : type);
    this.#uses.set(entity, 0);
    return entity;
  }

  /** As `hold`, for an entity that a tuple names. */
  #settle(text: string): number {
    const entity = this.hold(text);
    if (this.#guests.delete(text)) this.#entities.set(text, entity);
    return entity;
  }

  release(entity: number): void {
    const uses = this.#uses.get(entity) - 1;
    this.#uses.set(entity, uses);
    if (uses > 0) return;
    const text = this.text(entity);
    if (!this.#guests.delete(text)) this.#entities.delete(text);
    this.#texts[entity] = '';
    this.#spareEntities.push(entity);
  }

  /** The tuple with exactly this key; 0 when there is none. */
  find(object: number, relation: number, user: number, userRelation: number): number {
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
    return this.#forward.get(object, (relation << 1) | (sets ? 1 : 0));
  }

  nextUser(tuple: number): number {
    return this.#nextUser.get(tuple);
  }

  /** The first tuple in which the user has `relation`, to an object of any type; go on with `nextObject`. */
  firstObject(user: number, userRelation: number, relation: number): number {
    return this.#reverse.get(user, (relation << 16) | userRelation);
  }

  nextObject(tuple: number): number {
    return this.#nextObject.get(tuple);
  }

  object(tuple: number): number {
    return this.#object.get(tuple);
  }

  user(tuple: number): number {
    return this.#user.get(tuple);
  }

  /** The relation of a userset; 0 for plain users and wildcards. */
  userRelation(tuple: number): number {
    return this.#userRelation.get(tuple);
  }

  condition(tuple: number): RelationshipCondition | undefined {
    return this.#conditions.size === 0 ? undefined : this.#conditions.get(tuple);
  }

  key(tuple: number): TupleKey {
    const relation = this.userRelation(tuple);
    const user = this.text(this.user(tuple));
    const condition = this.condition(tuple);
    return {
      user: relation === 0 ? user : `${user}#${this.names.text(relation)}`,
      relation: this.names.text(this.#relation.get(tuple)),
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
    if (key.condition === undefined) this.#conditions.delete(tuple);
    else this.#conditions.set(tuple, key.condition);
    return tuple;
  }

  #link(object: number, relation: number, user: number, userRelation: number): number {
    const tuple = this.#spareTuples.pop() ?? ++this.#tuples;
    this.#object.set(tuple, object);
    this.#relation.set(tuple, relation);
    this.#user.set(tuple, user);
    this.#userRelation.set(tuple, userRelation);
    const shape = (relation << 16) | userRelation;
    let exact = this.#exact.get(shape);
    if (exact === undefined) this.#exact.set(shape, (exact = new PairIndex()));
    exact.set(object, user, tuple);
    push(this.#forward, object, (relation << 1) | (userRelation === 0 ? 0 : 1), tuple, this.#nextUser, this.#previousUser);
    push(this.#reverse, user, shape, tuple, this.#nextObject, this.#previousObject);
    this.size++;
    return tuple;
  }

  remove(tuple: number): void {
    const object = this.object(tuple);
    const user = this.user(tuple);
    const relation = this.#relation.get(tuple);
    const userRelation = this.userRelation(tuple);
    const shape = (relation << 16) | userRelation;
    this.#exact.get(shape)?.set(object, user, 0);
    drop(this.#forward, object, (relation << 1) | (userRelation === 0 ? 0 : 1), tuple, this.#nextUser, this.#previousUser);
    drop(this.#reverse, user, shape, tuple, this.#nextObject, this.#previousObject);
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

/** Puts a tuple at the head of its list. */
function push(index: PairIndex, a: number, b: number, tuple: number, next: IntColumn, previous: IntColumn): void {
  const head = index.get(a, b);
  next.set(tuple, head);
  previous.set(tuple, 0);
  if (head !== 0) previous.set(head, tuple);
  index.set(a, b, tuple);
}

function drop(index: PairIndex, a: number, b: number, tuple: number, next: IntColumn, previous: IntColumn): void {
  const after = next.get(tuple);
  const before = previous.get(tuple);
  if (after !== 0) previous.set(after, before);
  if (before === 0) index.set(a, b, after);
  else next.set(before, after);
}
