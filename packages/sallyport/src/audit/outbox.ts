import { reasonOf, type Clock, type Logger } from '../kernel/index.ts';
import type { Store } from '../store/service.ts';
import type { Change } from './change.ts';
import { changeEvent } from './change_event.ts';
import type { Event } from './event.ts';
import { eventJson } from './event_json.ts';
import { deleteOutbox, insertOutbox, selectOutbox } from './store.ts';

/** After this long a row's process is taken for gone, and another one puts the event into its own log. */
const ORPHANED = 60_000;
/** Rows taken at once. */
const BATCH = 500;
/** How often rows that wait are looked at. */
const INTERVAL = 30_000;

export type OutboxDeps = {
  readonly store: Store;
  readonly log: string;
  readonly append: (event: Event, json: string) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
};

/**
 * Makes state and log agree: an event of a state change commits in the change's own transaction and is in the log before the caller hears of it.
 * What a crash leaves between the two is appended at the next start; the uid makes a second append harmless.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  /** Events of this process between their commit and the removal of their row: not for the relay. */
  readonly #own = new Set<string>();
  /** Of those, the ones in the log. */
  #logged: string[] = [];
  #clearing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  readonly change: Change = async (tenant, fn) => {
    const { store, log, clock } = this.#deps;
    const events: { event: Event; json: string }[] = [];
    const forget = (): void => events.splice(0).forEach(({ event }) => this.#own.delete(event.uid));
    try {
      const result = await store.tx(tenant, async (sql) => {
        forget();
        return await fn(sql, async (change) => {
          const event = changeEvent(tenant, change, clock());
          const json = eventJson(event);
          events.push({ event, json });
          this.#own.add(event.uid);
          await insertOutbox(sql, { tenant, uid: event.uid, event: json }, log, event.time);
        });
      });
      await Promise.all(events.map(({ event, json }) => this.#deps.append(event, json)));
      this.#logged.push(...events.map(({ event }) => event.uid));
      this.#clearing ??= this.#clear();
      return result;
    } catch (error) {
      // Rolled back, or committed and not in the log (then the row stays, and the relay appends it).
      forget();
      throw error;
    }
  };

  /** Appends what waits; answers how many. Call it once the projection has caught up: then nothing is appended twice. */
  async relay(): Promise<number> {
    const { store, log, clock, append } = this.#deps;
    for (let relayed = 0; ;) {
      const rows = await store.system('audit: relay of the outbox', (sql) => selectOutbox(sql, [log], clock() - ORPHANED, BATCH));
      const left = rows.filter((row) => !this.#own.has(row.uid));
      const waiting = left.filter((row) => !row.logged);
      await Promise.all(waiting.map((row) => append(JSON.parse(row.event) as Event, row.event)));
      relayed += waiting.length;
      if (left.length > 0)
        await store.system('audit: clearing of the outbox', (sql) =>
          deleteOutbox(
            sql,
            left.map((row) => row.uid),
          ),
        );
      if (rows.length < BATCH || left.length === 0) return relayed;
    }
  }

  /** Looks for rows that wait, from now on. */
  start(): void {
    this.#timer = setInterval(() => {
      this.relay().catch((error: unknown) => this.#deps.logger.warn('the outbox waits', { reason: reasonOf(error) }));
    }, INTERVAL);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#clearing;
  }

  /** Removes rows whose events are in the log, behind the caller's back: a row that stays is found by the next relay. */
  async #clear(): Promise<void> {
    while (this.#logged.length > 0) {
      const batch = this.#logged.splice(0);
      try {
        await this.#deps.store.system('audit: clearing of the outbox', (sql) => deleteOutbox(sql, batch));
      } catch (error) {
        this.#deps.logger.warn('outbox rows stay until the next relay', { reason: reasonOf(error) });
      }
      for (const uid of batch) this.#own.delete(uid);
    }
    this.#clearing = undefined;
  }
}
