import type { Event } from '../audit/index.ts';

/** Events that wait between the reply and their turn. */
export type EventQueue = {
  /** Takes an event and returns at once; a full queue drops it and counts it. */
  push(event: Event): void;
  /** Hands over everything that waits. */
  flush(): void;
  /** Events that were dropped so far. */
  dropped(): number;
  /** Hands over what waits and takes nothing more. */
  close(): void;
};

/** Some seconds of a busy gate; the largest event has 128 KiB, a usual one two. */
const MAX_WAITING = 4_096;
/** Late enough that replies of the same moment go first and that one timer serves many events. */
const WAIT_MS = 100;
/** Events handed over in one go, some milliseconds of work; then requests get their turn. */
const SLICE = 64;

/** A bounded queue in front of `take`, emptied from a timer. What `take` throws is given to `failed`, and the next event follows. */
export function createEventQueue(take: (event: Event) => void, failed: (thrown: unknown) => void): EventQueue {
  let waiting: Event[] = [];
  /** Events before this place were handed over already. */
  let at = 0;
  let dropped = 0;
  let closed = false;
  let planned = false;

  const handOver = (most: number): void => {
    const end = Math.min(waiting.length, at + most);
    while (at < end) {
      const event = waiting[at++];
      try {
        if (event !== undefined) take(event);
      } catch (thrown) {
        failed(thrown);
      }
    }
    waiting = at === waiting.length ? [] : waiting.slice(at);
    at = 0;
  };
  const turn = (): void => {
    handOver(SLICE);
    planned = waiting.length > 0;
    if (planned) setImmediate(turn);
  };

  return {
    push(event) {
      if (closed) return;
      if (waiting.length - at >= MAX_WAITING) {
        dropped++;
        return;
      }
      waiting.push(event);
      if (planned) return;
      planned = true;
      // A process that has nothing else to do may end; `close` hands over the rest.
      setTimeout(turn, WAIT_MS).unref();
    },
    flush: () => handOver(waiting.length),
    dropped: () => dropped,
    close() {
      closed = true;
      handOver(waiting.length);
    },
  };
}
