import { reasonOf, type Logger } from '../kernel/index.ts';
import type { Store } from '../store/service.ts';
import { checkpointLine, type Checkpoint } from './checkpoint.ts';
import { upsertCheckpoint } from './store.ts';

/** Keeps the newest signed head of each segment in the database, behind the log; while the database is away only the newest of each waits. */
export class HeadKeeper {
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #waiting = new Map<number, Checkpoint>();
  #storing: Promise<void> | undefined;
  #away = false;

  constructor(store: Store, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  offer(checkpoint: Checkpoint): void {
    this.#waiting.set(checkpoint.segment, checkpoint);
  }

  /** Stores what waits. Called each second by the owner. */
  poll(): Promise<void> {
    if (this.#waiting.size === 0) return this.#storing ?? Promise.resolve();
    this.#storing ??= this.#write().finally(() => {
      this.#storing = undefined;
    });
    return this.#storing;
  }

  async #write(): Promise<void> {
    const heads = [...this.#waiting.values()];
    try {
      await this.#store.system('audit: signed tree heads', async (sql) => {
        for (const head of heads) await upsertCheckpoint(sql, head, checkpointLine(head));
      });
      for (const head of heads) if (this.#waiting.get(head.segment) === head) this.#waiting.delete(head.segment);
      this.#away = false;
    } catch (error) {
      if (!this.#away) this.#logger.warn('signed tree heads are not in the database yet', { reason: reasonOf(error) });
      this.#away = true;
    }
  }
}
