/** Who waits for an approval in this process. A notification wakes them; each then looks for himself, so that one too many does no harm. */
export class Waiters {
  readonly #waiting = new Map<string, Set<() => void>>();
  #closed = false;

  /** Resolves at the next wake of `key`, after `milliseconds`, or when `signal` aborts. */
  wait(key: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.#closed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key) ?? new Set();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        waiting.delete(done);
        if (waiting.size === 0) this.#waiting.delete(key);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done, { once: true });
      waiting.add(done);
      this.#waiting.set(key, waiting);
    });
  }

  /** Wakes those of one key, or all of them (`''`: something may have been missed). */
  wake(key: string): void {
    const some = key === '' ? [...this.#waiting.values()] : [this.#waiting.get(key) ?? new Set<() => void>()];
    for (const set of some) for (const done of [...set]) done();
  }

  /** Nobody waits any more, nor from now on. */
  close(): void {
    this.#closed = true;
    this.wake('');
  }

  get closed(): boolean {
    return this.#closed;
  }
}
