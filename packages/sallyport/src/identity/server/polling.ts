/** Seconds that a client waits between two questions for the same decision (RFC 8628 section 3.5, CIBA section 7.3). */
export const POLL_SECONDS = 5;
/** Added with each question that came too soon. */
const SLOWER_SECONDS = 5;
const SLOWEST_SECONDS = 60;
/** Requests whose questions are watched; the oldest are forgotten first. */
const MAX_WATCHED = 10_000;
/** A question may come this much early: networks are not even. */
const LENIENT_MS = 500;

/** Tells clients that ask too often to slow down. In the memory of this process: a nuisance is kept away, no secret is guarded. */
export class Polling {
  readonly #seen = new Map<string, { last: number; interval: number }>();

  /** Whether this question comes too soon after the last one; then the next one has to wait longer. */
  tooSoon(request: string, now: number): boolean {
    const known = this.#seen.get(request);
    this.#seen.delete(request);
    const soon = known !== undefined && now - known.last < known.interval * 1_000 - LENIENT_MS;
    const interval =
      known === undefined ? POLL_SECONDS : soon ? Math.min(SLOWEST_SECONDS, known.interval + SLOWER_SECONDS) : known.interval;
    this.#seen.set(request, { last: now, interval });
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= MAX_WATCHED) break;
      this.#seen.delete(oldest);
    }
    return soon;
  }
}
