import { lines } from './client.ts';
import type { GateEvent } from './events.ts';

/** Wait before the connection is made anew, doubled with each failure. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/**
 * Calls `on` for each event as it is recorded, through restarts of the server, until the answered function is called; `again` when the
 * connection is made anew: what was recorded in between did not come.
 */
export function follow(on: (event: GateEvent) => void, again: () => void = () => undefined): () => void {
  const stop = new AbortController();
  void keepFollowing(on, again, stop.signal);
  return () => stop.abort();
}

async function keepFollowing(on: (event: GateEvent) => void, again: () => void, signal: AbortSignal): Promise<void> {
  let first = true;
  for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(LONGEST_WAIT, wait * 2)) {
    try {
      for await (const event of lines<GateEvent>('/api/events/follow', signal, () => {
        if (!first) again();
        first = false;
      })) {
        wait = FIRST_WAIT;
        on(event);
      }
    } catch {
      // Away or refused: the list itself says so; here it is only tried again.
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
