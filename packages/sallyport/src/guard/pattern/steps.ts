/** Steps that are forgotten at once: shifting an array for each one would cost more than keeping some. */
const SLACK = 512;

/** Which raw characters the machine's steps read, for the steps that may still matter. Steps are numbered from the channel's start. */
export class Steps {
  #starts: number[] = [];
  #ends: number[] = [];
  #first = 0;

  /** Steps taken; also the number of the next one. */
  get count(): number {
    return this.#first + this.#starts.length;
  }

  /** A step read the raw text from `start` to `end`. */
  push(start: number, end: number): void {
    this.#starts.push(start);
    this.#ends.push(end);
  }

  /** The raw offset where a step's character begins. */
  start(step: number): number {
    return this.#starts[step - this.#first] ?? 0;
  }

  /** The raw offset where a step's character ends; invisible characters after it are not part of it. */
  end(step: number): number {
    return this.#ends[step - this.#first] ?? 0;
  }

  /** Nothing before the next step matters. */
  clear(): void {
    if (this.#starts.length === 0) return;
    this.#first += this.#starts.length;
    this.#starts.length = 0;
    this.#ends.length = 0;
  }

  /** Nothing before this step matters. */
  forget(step: number): void {
    const gone = step - this.#first;
    if (gone < SLACK) return;
    this.#starts.splice(0, gone);
    this.#ends.splice(0, gone);
    this.#first = step;
  }
}
