import { lines } from './client.ts';
import type { GateEvent } from './events.ts';

/** Wait before the connection is made anew, doubled with each failure. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/** Calls `on` for each event as it is recorded, through restarts of the server, until the answered function is called. */
export function follow(on: (event: GateEvent) => void): () => void {
  const stop = new AbortController();
  void keepFollowing(on, stop.signal);
  return () => stop.abort();
}

async function keepFollowing(on: (event: GateEvent) => void, signal: AbortSignal): Promise<void> {
  for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(LONGEST_WAIT, wait * 2)) {
    try {
      for await (const event of lines<GateEvent>('/api/events/follow', signal)) {
        wait = FIRST_WAIT;
        on(event);
      }
    } catch {
      // Away or refused: the list itself says so; here it is only tried again.
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
