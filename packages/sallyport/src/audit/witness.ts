import { reasonOf, type Clock, type Logger } from '../kernel/index.ts';
import { checkpointLine, withoutPeaks, type Checkpoint } from './checkpoint.ts';

/** Something outside the data folder that keeps signed tree heads. `send` resolves when it has taken the line. */
export type WitnessPort = {
  readonly kind: 'file' | 'webhook' | 'syslog';
  send(line: string): Promise<void>;
  /** What it has kept, one checkpoint a line, where it can be read from here. */
  read?(): string;
  close(): void;
};

export type WitnessHealth = {
  readonly kind: WitnessPort['kind'];
  /** The newest head that it has taken. */
  readonly size: number | undefined;
  readonly time: number | undefined;
  /** Why it does not take heads at present. */
  readonly failing: string | undefined;
};

const FIRST_RETRY = 1_000;
const MAX_RETRY = 60_000;

/**
 * Sends tree heads to the witness, newest first: a head covers all before it, so while the witness is away only the newest one waits.
 * A witness that is away delays nothing; the health says it.
 */
export class Witness {
  readonly #port: WitnessPort;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #next: Checkpoint | undefined;
  #sending: Promise<void> | undefined;
  #taken: Checkpoint | undefined;
  #failing: string | undefined;
  #retryAt = 0;
  #pause = FIRST_RETRY;

  constructor(port: WitnessPort, clock: Clock, logger: Logger) {
    this.#port = port;
    this.#clock = clock;
    this.#logger = logger;
  }

  get health(): WitnessHealth {
    return { kind: this.#port.kind, size: this.#taken?.size, time: this.#taken?.time, failing: this.#failing };
  }

  /** Queues the newest head. */
  offer(checkpoint: Checkpoint): void {
    this.#next = checkpoint;
    this.poll();
  }

  /** Sends what waits, if it is time. Called each second by the owner: no timer of its own. */
  poll(now = this.#clock()): void {
    if (this.#next === undefined || now < this.#retryAt) return;
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Sends the last head, waiting `limit` milliseconds at most. */
  async close(limit = 2_000): Promise<void> {
    this.#retryAt = 0;
    await this.#sending;
    this.poll();
    await Promise.race([this.#sending, new Promise((resolve) => setTimeout(resolve, limit).unref())]);
    this.#port.close();
  }

  async #send(): Promise<void> {
    while (this.#next !== undefined) {
      const checkpoint = this.#next;
      this.#next = undefined;
      try {
        // Peaks are a convenience of the own folder; they would only lengthen a datagram.
        await this.#port.send(checkpointLine(withoutPeaks(checkpoint)));
        this.#taken = checkpoint;
        this.#pause = FIRST_RETRY;
        if (this.#failing !== undefined) this.#logger.info('the witness takes checkpoints again', { witness: this.#port.kind });
        this.#failing = undefined;
      } catch (error) {
        this.#next ??= checkpoint;
        this.#retryAt = this.#clock() + this.#pause;
        this.#pause = Math.min(MAX_RETRY, this.#pause * 2);
        if (this.#failing === undefined)
          this.#logger.warn('the witness does not take checkpoints', { witness: this.#port.kind, reason: reasonOf(error) });
        this.#failing = reasonOf(error);
        return;
      }
    }
  }
}
