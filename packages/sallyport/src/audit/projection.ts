import { reasonOf, type AppError, type Logger } from '../kernel/index.ts';
import type { Store } from '../store/service.ts';
import type { FilePort } from './file_port.ts';
import { readBatch, type LogSource, type Record } from './log_reader.ts';
import { deleteProjection, notifyRecords, projectEvents, selectPosition, upsertPosition, type Position } from './store.ts';

/** Wait between two batches: events are in the list within it, and a busy gate writes hundreds in one statement. */
const PAUSE = 200;
/** Longest wait before the database is tried again. */
const MAX_RETRY = 10_000;

/**
 * Carries a log into the database, behind it and in its order, from a position that commits with the rows: after a crash it goes on where the rows end.
 * While the database is away it waits; the log holds everything.
 */
export class Projector {
  readonly #store: Store;
  readonly #files: FilePort;
  readonly #source: LogSource;
  readonly #logger: Logger;
  #position: Position | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retry = PAUSE;
  #closed = false;

  constructor(store: Store, files: FilePort, source: LogSource, logger: Logger) {
    this.#store = store;
    this.#files = files;
    this.#source = source;
    this.#logger = logger;
  }

  get source(): LogSource {
    return this.#source;
  }
  /** Where the database stands; undefined before the first look. */
  get position(): Position | undefined {
    return this.#position;
  }
  /** Whether the last try did not reach the database. */
  get failing(): boolean {
    return this.#retry > PAUSE;
  }
  get lag(): number {
    return this.#source.end().size - (this.#position?.size ?? 0);
  }

  /** Something was appended. */
  wake(): void {
    if (this.#timer !== undefined || this.#running !== undefined || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.catchUp().catch(() => undefined);
    }, this.#retry);
    this.#timer.unref();
  }

  /** Projects until the end of now. Rejects STORE_UNAVAILABLE when the database is away; then it is tried again by itself. */
  catchUp(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#position === undefined || this.lag > 0) this.wake();
    });
    return this.#running;
  }

  /** Forgets the rows of this log, so that the next run writes them anew. */
  async reset(): Promise<void> {
    while (this.#running !== undefined) await this.#running.catch(() => undefined);
    // Nothing runs beside it: a run that began meanwhile would write down a position behind rows that are gone, and they would stay away.
    this.#running = this.#forget().finally(() => (this.#running = undefined));
    await this.#running;
  }

  async #forget(): Promise<void> {
    await this.#store.system('audit: rebuild of the projected events', (sql) => deleteProjection(sql, this.#source.log));
    this.#position = undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running?.catch(() => undefined);
  }

  async #run(): Promise<void> {
    try {
      this.#position ??= (await this.#store.system('audit: position of the projection', (sql) =>
        selectPosition(sql, this.#source.log),
      )) ?? {
        size: 0,
        segment: 1,
        offset: 0,
      };
      for (let position = this.#position; position.size < this.#source.end().size && !this.#closed; position = this.#position) {
        const { records, next } = readBatch(this.#files, this.#source, position);
        await this.#project(records, position, next);
        this.#position = next;
      }
      this.#retry = PAUSE;
    } catch (error) {
      this.#retry = Math.min(MAX_RETRY, this.#retry * 2);
      this.#logger.warn('events are not in the database yet', { log: this.#source.log, lag: this.lag, reason: reasonOf(error) });
      throw error;
    }
  }

  async #project(records: readonly Record[], from: Position, next: Position): Promise<void> {
    const payloads = records.map((record) => record.payload.toString('utf8'));
    try {
      await this.#insert(payloads, from, next);
    } catch (error) {
      if ((error as AppError).code === 'STORE_UNAVAILABLE') throw error;
      // One record that the database cannot take must not keep the others out of it.
      await this.#insertEach(payloads, from, next);
    }
  }

  #insert(payloads: readonly string[], from: Position, next: Position): Promise<void> {
    return this.#store.system('audit: projection of the event log', async (sql) => {
      await projectEvents(sql, this.#source.log, from.size, payloads);
      await upsertPosition(sql, this.#source.log, next);
      await notifyRecords(sql, this.#source.log, from.size, next.size);
    });
  }

  async #insertEach(payloads: readonly string[], from: Position, next: Position): Promise<void> {
    for (const [at, payload] of payloads.entries()) {
      try {
        await this.#store.system('audit: projection of one event', (sql) =>
          projectEvents(sql, this.#source.log, from.size + at, [payload]),
        );
      } catch (error) {
        if ((error as AppError).code === 'STORE_UNAVAILABLE') throw error;
        this.#logger.error('an event cannot be projected; it is in the log', {
          log: this.#source.log,
          record: from.size + at,
          reason: reasonOf(error),
        });
      }
    }
    await this.#insert([], from, next);
  }
}
