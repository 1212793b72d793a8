/** `probe`: the circuit is half open and this request is the one that tries. */
export type Admission = 'closed' | 'probe' | 'open';

/** Failures are counted over this and the window before it, so that an old bad hour is forgotten; milliseconds. */
const WINDOW = 10_000;
/** Fewer failures say nothing. */
const MIN_FAILURES = 5;
/** First pause; doubled with each failed probe. */
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 60_000;
/** A probe that reports nothing for this long is given up, so that a lost one cannot keep the circuit open for ever. */
const PROBE_LIFE = 60_000;

/**
 * A circuit breaker: opens when at least five requests and at least half of all failed within ten to twenty seconds, lets one request
 * through after a pause, and closes when that succeeds. Only what says that the provider is unwell may be reported as a failure
 * (no connection, no answer, broken replies, 502, 503, 504, 529): what a caller can provoke with a request must not cut off the others.
 */
export class Breaker {
  #failures = 0;
  #total = 0;
  #previousFailures = 0;
  #previousTotal = 0;
  #windowStart = 0;
  /** Zero while closed. */
  #openUntil = 0;
  #pause = FIRST_PAUSE;
  /** When the probe under way was let through; zero when there is none. */
  #probeSince = 0;

  /** Asks to send a request. Who gets `probe` must report `succeeded`, `failed` or `abandoned`. */
  enter(now: number): Admission {
    if (this.#openUntil === 0) return 'closed';
    if (now < this.#openUntil) return 'open';
    if (this.#probeSince !== 0 && now - this.#probeSince < PROBE_LIFE) return 'open';
    this.#probeSince = now;
    return 'probe';
  }

  succeeded(admission: Admission, now: number): void {
    if (admission === 'probe') this.#close(now);
    else this.#count(now, false);
  }

  failed(admission: Admission, now: number): void {
    if (admission === 'probe') {
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
      this.#open(now);
      return;
    }
    this.#count(now, true);
    const failures = this.#failures + this.#previousFailures;
    if (this.#openUntil === 0 && failures >= MIN_FAILURES && failures * 2 >= this.#total + this.#previousTotal) this.#open(now);
  }

  /** The caller left before anything was known: the next request may be the probe. */
  abandoned(admission: Admission): void {
    if (admission === 'probe') this.#probeSince = 0;
  }

  state(now: number): 'closed' | 'open' | 'half_open' {
    if (this.#openUntil === 0) return 'closed';
    return now < this.#openUntil ? 'open' : 'half_open';
  }

  /** Seconds until the next probe may go, at least 1. */
  retryAfter(now: number): number {
    return Math.max(1, Math.ceil((this.#openUntil - now) / 1000));
  }

  #open(now: number): void {
    this.#openUntil = now + this.#pause;
    this.#probeSince = 0;
  }

  #close(now: number): void {
    this.#openUntil = 0;
    this.#probeSince = 0;
    this.#pause = FIRST_PAUSE;
    this.#windowStart = now;
    this.#failures = this.#total = this.#previousFailures = this.#previousTotal = 0;
  }

  #count(now: number, failure: boolean): void {
    const age = now - this.#windowStart;
    if (age >= WINDOW || age < 0) {
      const adjacent = age >= 0 && age < 2 * WINDOW;
      this.#previousFailures = adjacent ? this.#failures : 0;
      this.#previousTotal = adjacent ? this.#total : 0;
      this.#failures = this.#total = 0;
      this.#windowStart = now;
    }
    this.#total++;
    if (failure) this.#failures++;
  }
}
