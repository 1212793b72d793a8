/**
 * The time that a server may take for one request, which others may end sooner; it stands still while somebody else is waited for.
 * One signal for all of these: `AbortSignal.any` costs several times as much.
 */
export class Patience {
  readonly #abort = new AbortController();
  readonly #sooner: readonly AbortSignal[];
  readonly #gone = (): void => this.#abort.abort(this.#sooner.find(({ aborted }) => aborted)?.reason);
  #left: number;
  #since = 0;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, sooner: readonly AbortSignal[]) {
    this.#left = milliseconds;
    this.#sooner = sooner;
    for (const signal of sooner) signal.addEventListener('abort', this.#gone);
    if (sooner.some(({ aborted }) => aborted)) this.#gone();
    this.#run();
  }

  /** Aborts with a TIMEOUT when it is over, else with the reason of who ended it. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Waits for something that is not the server's to do. */
  async during<T>(work: Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) this.#stop();
    try {
      return await work;
    } finally {
      if (--this.#waiting === 0) this.#run();
    }
  }

  end(): void {
    for (const signal of this.#sooner) signal.removeEventListener('abort', this.#gone);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = 1;
  }

  #run(): void {
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#abort.abort(new Error('TIMEOUT')), Math.max(0, this.#left));
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#left -= performance.now() - this.#since;
  }
}
