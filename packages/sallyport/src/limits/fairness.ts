/** Shares a busy process's time fairly: who has used more than its share of it is refused early, so that others are answered. */
export type Fairness = {
  /** Adds processor time that was spent on a tenant. */
  spent(tenant: string, milliseconds: number, now: number): void;
  /** Whether a new request of this tenant should be refused now. Never while the process keeps up. */
  refuses(tenant: string, now: number): boolean;
  close(): void;
};

/** How far behind the process may be before who uses more than its share is refused: a queue of this length adds its length to every answer. */
const BEHIND_MS = 250;
/** How far before everybody is: clients give up at times like this, and their retries make it worse. */
const OVERLOADED_MS = 2_000;
/** By how much one sample may raise the lag. */
const MOST_OF_ONE_MS = OVERLOADED_MS / 2;
const TICK_MS = 50;
/** One long request is no overload: the lag is smoothed, by half in so many ticks. */
const SMOOTHING = 0.5 ** (1 / 20);
/** Time is forgotten by half in this many milliseconds. */
const HALF_LIFE_MS = 1_000;
/** Tenants whose time is known at once. */
const REMEMBERED = 10_000;
/** Less than this in the last seconds is no load at all. */
const NEGLIGIBLE_MS = 1;

type Use = { milliseconds: number; at: number };

/** `lag` answers by how many milliseconds the event loop is behind, smoothed; by default a timer measures it. */
export function createFairness(lag?: () => number): Fairness {
  const uses = new Map<string, Use>();
  const measured = lag === undefined ? measureLag() : undefined;
  const behind = lag ?? (() => measured?.lag() ?? 0);

  const decayed = (use: Use, now: number): number => use.milliseconds * 0.5 ** (Math.max(0, now - use.at) / HALF_LIFE_MS);

  return {
    spent(tenant, milliseconds, now) {
      const use = uses.get(tenant);
      if (use !== undefined) {
        use.milliseconds = decayed(use, now) + milliseconds;
        use.at = now;
        return;
      }
      if (uses.size >= REMEMBERED) for (const [name, old] of uses) if (decayed(old, now) < NEGLIGIBLE_MS) uses.delete(name);
      if (uses.size < REMEMBERED) uses.set(tenant, { milliseconds, at: now });
    },
    refuses(tenant, now) {
      const late = behind();
      if (late < BEHIND_MS) return false;
      if (late >= OVERLOADED_MS) return true;
      const mine = uses.get(tenant);
      const own = mine === undefined ? 0 : decayed(mine, now);
      let all = 0;
      let active = 0;
      for (const use of uses.values()) {
        const time = decayed(use, now);
        if (time < NEGLIGIBLE_MS) continue;
        all += time;
        active++;
      }
      // Alone, a tenant has the whole process as its share.
      return active > 1 && own > all / active;
    },
    close: () => measured?.stop(),
  };
}

/** The lag with one more sample, in milliseconds. */
export function smoothedLag(before: number, late: number): number {
  // A long pause stands for the ticks that it swallowed. One alone may be a long request, or a machine that stood still: only another after it is overload.
  const kept = SMOOTHING ** (1 + late / TICK_MS);
  return Math.min(before * kept + late * (1 - kept), before + MOST_OF_ONE_MS);
}

function measureLag(): { lag(): number; stop(): void } {
  let expected = performance.now() + TICK_MS;
  let smoothed = 0;
  const timer = setInterval(() => {
    smoothed = smoothedLag(smoothed, Math.max(0, performance.now() - expected));
    expected = performance.now() + TICK_MS;
  }, TICK_MS);
  timer.unref();
  return {
    lag: () => smoothed,
    stop: () => clearInterval(timer),
  };
}
