/** `unknown`: the place that all processes share did not answer. */
export type ProofVerdict = 'first' | 'used' | 'unknown';

/** A request waits for this, so it is short: the database answers in a millisecond, or is in trouble. */
const LIMIT_MS = 2_000;
/** More than these wait only when the database does not answer. */
const MAX_WAITING = 20_000;

type Waiting = { readonly id: string; readonly tell: (verdict: ProofVerdict) => void };

/**
 * Asks the database whether a proof is used for the first time in the whole installation (RFC 9449 section 11.1). One statement at a time: what comes
 * while it is under way goes with the next, so that a thousand requests a second cost a few hundred statements, and one alone waits for nobody.
 * `take` answers those that were not there before.
 */
export function createProofClaims(take: (ids: readonly string[]) => Promise<readonly string[]>): (id: string) => Promise<ProofVerdict> {
  let waiting: Waiting[] = [];
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const bunch = waiting;
      waiting = [];
      const taken = await within(LIMIT_MS, take([...new Set(bunch.map(({ id }) => id))]));
      for (const { id, tell } of bunch) tell(taken === undefined ? 'unknown' : taken.delete(id) ? 'first' : 'used');
    }
    running = false;
  }

  return (id) =>
    new Promise((tell) => {
      if (waiting.length >= MAX_WAITING) return tell('unknown');
      waiting.push({ id, tell });
      if (!running) void run();
    });
}

/** Undefined when it fails or takes longer. */
async function within(milliseconds: number, taking: Promise<readonly string[]>): Promise<Set<string> | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), milliseconds)));
  const taken = taking.then(
    (ids) => new Set(ids),
    () => undefined,
  );
  return Promise.race([taken, late]).finally(() => clearTimeout(timer));
}
