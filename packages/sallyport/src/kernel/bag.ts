type Placed<T> = { readonly value: T; at: number };

/**
 * What is under way: put in, and taken out again in any order, each in constant time. No `Set` for that: the table that V8 throws away when it makes a
 * set's next one still refers to it and to what it held, so that once a full collection has made one of them old, all that goes through the set later
 * becomes old too, with everything that it reaches (`bench/old_objects.ts`).
 */
export class Bag<T> {
  readonly #placed: Placed<T>[] = [];

  get size(): number {
    return this.#placed.length;
  }

  /** Answers how to take it out; doing that twice changes nothing. */
  add(value: T): () => void {
    const placed = { value, at: this.#placed.length };
    this.#placed.push(placed);
    return () => this.#take(placed);
  }

  /** All that is in it now: taking them out on the way leaves none out. */
  values(): T[] {
    return this.#placed.map(({ value }) => value);
  }

  /** The last one takes its place; who is out already stays out. */
  #take(placed: Placed<T>): void {
    if (this.#placed[placed.at] !== placed) return;
    const last = this.#placed.pop() as Placed<T>;
    if (last === placed) return;
    this.#placed[placed.at] = last;
    last.at = placed.at;
  }
}
