import type { Clock } from '../../kernel/index.ts';
import type { Ended } from './messages.ts';

/** Reported for each acknowledged commit that wrote: syncs of the log completed before the commit, and before its acknowledgement. */
export type Acknowledged = { readonly syncsBefore: number; readonly syncs: number };

/**
 * Group commit without a timer: one flush serves all transactions that were waiting when the last flush ended, so a lone writer waits
 * for its own flush only, and a hundred share one. Nothing is acknowledged before its flush.
 */
export type Group = {
  /** Ends one transaction through `end` and resolves when its commit is on disk. `waiting` transactions come after it. */
  finish(commit: boolean, waiting: number, end: (flush: boolean) => Promise<Ended>): Promise<Ended>;
};

/** A long group would make its first member wait; flushing costs half a millisecond, so this loses a twentieth of the throughput. */
const MAX_AGE_MS = 10;

type Open = {
  readonly since: number;
  size: number;
  readonly done: Promise<number>;
  readonly resolve: (syncs: number) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
};

export function createGroup(ports: {
  readonly clock: Clock;
  /** How many transactions wait for the connection now. */
  readonly waiting: () => number;
  readonly flush: () => Promise<Ended>;
  readonly onAcknowledged?: ((seen: Acknowledged) => void) | undefined;
}): Group {
  const { clock } = ports;
  let open: Open | undefined;
  let target = 1;

  function join(): Open {
    if (open !== undefined) {
      open.size++;
      return open;
    }
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    promise.catch(() => {});
    open = { since: clock(), size: 1, done: promise, resolve, reject, timer: setTimeout(backstop, MAX_AGE_MS) };
    return open;
  }

  /** The next transaction may take long, and the members must not wait for it. */
  function backstop(): void {
    const group = take();
    if (group !== undefined) flushFor(group);
  }

  function flushFor(group: Open): void {
    ports.flush().then((ended) => {
      // Inside a transaction that has failed nothing can be flushed; it ends soon.
      if (ended.unflushed > 0) setTimeout(flushFor, MAX_AGE_MS, group);
      else group.resolve(ended.syncs);
    }, group.reject);
  }

  function take(): Open | undefined {
    const group = open;
    if (group !== undefined) clearTimeout(group.timer);
    open = undefined;
    return group;
  }

  function isLast(waiting: number): boolean {
    if (waiting === 0) return true;
    return (open?.size ?? 0) + 1 >= target || (open !== undefined && clock() - open.since >= MAX_AGE_MS);
  }

  function acknowledge(ended: Ended, syncs: number): Ended {
    if (ended.committed && ended.wrote) ports.onAcknowledged?.({ syncsBefore: ended.syncsBefore, syncs });
    return ended;
  }

  return {
    async finish(commit, waiting, end) {
      if (isLast(waiting)) {
        const group = take();
        target = waiting + 1;
        try {
          const ended = await end(true);
          group?.resolve(ended.syncs);
          return acknowledge(ended, ended.syncs);
        } catch (error) {
          group?.reject(error);
          throw error;
        } finally {
          target = ports.waiting() + 1;
        }
      }
      const group = commit ? join() : undefined;
      const ended = await end(false);
      if (group === undefined || ended.unflushed === 0) return ended;
      return acknowledge(ended, await group.done);
    },
  };
}
