import type { TenantId } from '../kernel/index.ts';
import { fail } from './errors.ts';
import type { Event } from './event.ts';

/** Events that may wait for one slow reader. */
const MAX_BEHIND = 10_000;

type Follower = { readonly tenant: TenantId; readonly waiting: Event[]; wake: (() => void) | undefined; lost: boolean };

/** Hands events to those who follow, as they are recorded. */
export class Followers {
  readonly #followers = new Set<Follower>();

  get count(): number {
    return this.#followers.size;
  }

  tell(events: readonly Event[]): void {
    for (const follower of this.#followers) {
      for (const event of events) {
        if (event.tenant !== follower.tenant) continue;
        if (follower.waiting.length >= MAX_BEHIND) follower.lost = true;
        else follower.waiting.push(event);
      }
      if (follower.waiting.length > 0 || follower.lost) follower.wake?.();
    }
  }

  /** From now on, until `signal` aborts. Rejects FOLLOW_TOO_SLOW once the reader fell too far behind. */
  async *follow(tenant: TenantId, signal: AbortSignal): AsyncGenerator<Event, void, undefined> {
    const follower: Follower = { tenant, waiting: [], wake: undefined, lost: false };
    const stop = (): void => follower.wake?.();
    this.#followers.add(follower);
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted) {
        yield* follower.waiting.splice(0);
        if (follower.lost) throw fail('FOLLOW_TOO_SLOW');
        if (follower.waiting.length === 0 && !signal.aborted) {
          await new Promise<void>((resolve) => {
            follower.wake = resolve;
          });
          follower.wake = undefined;
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
      this.#followers.delete(follower);
    }
  }
}
