/** The time that a server may take for one request; it stands still while somebody else is waited for. */
export class Patience {
  readonly #abort = new AbortController();
  #left: number;
  #since = 0;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.#left = milliseconds;
    this.#run();
  }

  /** Aborts with a TIMEOUT when it is over. */
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
