import { join } from 'node:path';
import type { Clock } from '../kernel/index.ts';
import { checkpointHash, checkpointLine, signCheckpoint, type Checkpoint, type CheckpointState } from './checkpoint.ts';
import { fail } from './errors.ts';
import type { Event } from './event.ts';
import { isFull, syncFile, writeAll, type AppendFile, type FilePort } from './file_port.ts';
import { FRAME_HEAD, MAX_PAYLOAD, sealFrame } from './frame.ts';
import { checkpointsName, SEGMENT_SIZE, segmentName, type LogEnd } from './log_layout.ts';

/** Bytes that one group takes to the disk: the synchronous write of so many costs about 2 ms, and no record waits for more than two groups. */
const MAX_GROUP = 4 << 20;
/** Records that may wait: far above any number of requests in flight, so that a hanging disk cannot use up the memory. */
const MAX_WAITING = 65_536;

export type LogOptions = {
  readonly files: FilePort;
  readonly folder: string;
  readonly log: string;
  readonly key: { readonly keyId: string; sign(bytes: Uint8Array): Uint8Array };
  readonly clock: Clock;
  readonly segmentSize?: number;
  /** Told of each group once it is on disk. */
  readonly onSynced?: (events: readonly Event[]) => void;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  /** The disk failed: nothing more will be written, the process should stop. */
  readonly onFatal: (error: Error) => void;
};

type Waiting = { readonly payload: string; readonly event: Event; resolve(): void; reject(error: Error): void };
type Group = { readonly records: readonly Waiting[]; readonly leaves: readonly Buffer[]; readonly bytes: Buffer };

/**
 * The log of one process: an append resolves when its record is on disk. Records that come while a sync runs form the next group; no timer is involved,
 * so a lone record waits for one sync only. Nothing of a group counts (chain, tree, offset) before its sync is done.
 */
export class EventLog {
  readonly #options: LogOptions;
  readonly #end: LogEnd;
  #segment: AppendFile;
  #checkpoints: AppendFile;
  #waiting: Waiting[] = [];
  #busy = false;
  #idle: (() => void)[] = [];
  #state: 'ok' | 'full' | 'failed' | 'closed' = 'ok';
  #buffer: Buffer = Buffer.allocUnsafe(256 << 10);
  #last: Checkpoint | undefined;
  /** Checkpoints and rotations, one after the other. */
  #sealing: Promise<unknown> = Promise.resolve();

  constructor(options: LogOptions, end: LogEnd) {
    this.#options = options;
    this.#end = end;
    this.#segment = options.files.append(join(options.folder, segmentName(end.segment)));
    this.#checkpoints = options.files.append(join(options.folder, checkpointsName(end.segment)));
    options.files.syncFolder(options.folder);
  }

  get id(): string {
    return this.#options.log;
  }
  /** Records on disk. */
  get size(): number {
    return this.#end.tree.size;
  }
  /** Where the bytes on disk end. */
  get end(): { readonly segment: number; readonly offset: number } {
    return this.#end;
  }
  get root(): string {
    return this.#end.tree.root().toString('hex');
  }
  get lastCheckpoint(): Checkpoint | undefined {
    return this.#last;
  }
  get state(): 'ok' | 'full' | 'failed' | 'closed' {
    return this.#state;
  }

  /** Appends one record. `payload` is the event's JSON. Rejects LOG_FULL, LOG_FAILED, LOG_CLOSED or EVENT_TOO_LARGE. */
  append(payload: string, event: Event): Promise<void> {
    if (this.#state === 'failed') return Promise.reject(fail('LOG_FAILED'));
    if (this.#state === 'closed') return Promise.reject(fail('LOG_CLOSED'));
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(fail('LOG_FULL', { detail: 'too many records wait for the disk' }));
    if (payload.length === 0 || payload.length > MAX_PAYLOAD / 3)
      return Promise.reject(fail('EVENT_TOO_LARGE', { detail: `${payload.length} characters` }));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ payload, event, resolve, reject });
      if (this.#busy) return;
      this.#busy = true;
      // After the sockets of this turn of the event loop were read: what they lead to shares the sync. No timer is involved.
      setImmediate(() => this.#next());
    });
  }

  /** Signs the present head and stores it. Resolves with the last checkpoint when nothing is new. */
  checkpoint(state: Exclude<CheckpointState, 'segment'> = 'open', again = false): Promise<Checkpoint> {
    return this.#seal(() => {
      const last = this.#last;
      const known = state === 'open' && !again && last !== undefined && last.size === this.size;
      return known ? Promise.resolve(last) : this.#writeCheckpoint(state);
    });
  }

  /** Waits for what is queued, signs the end, and closes. `sealed`: this log will never be opened to write again. */
  async close(state: 'closed' | 'sealed' = 'closed'): Promise<void> {
    if (this.#state === 'closed') return;
    if (this.#busy) await new Promise<void>((resolve) => this.#idle.push(resolve));
    const failed = this.#state === 'failed';
    this.#state = 'closed';
    try {
      if (!failed) await this.checkpoint(state);
    } finally {
      this.#segment.close();
      this.#checkpoints.close();
    }
  }

  #next(): void {
    if (this.#waiting.length === 0 || this.#state === 'failed') {
      this.#busy = false;
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    if (this.#end.offset < (this.#options.segmentSize ?? SEGMENT_SIZE)) return this.#store(this.#form());
    this.#seal(() => this.#rotate()).then(
      () => this.#store(this.#form()),
      (error: unknown) => {
        // Without its end signed a segment does not end; the records of now are refused, the next ones try again.
        for (const record of this.#waiting.splice(0)) record.reject(error as Error);
        this.#next();
      },
    );
  }

  /** Takes what waits and makes frames of it, chained to the last record on disk. */
  #form(): Group {
    const taken = this.#waiting;
    this.#waiting = [];
    const leaves: Buffer[] = [];
    let prev = this.#end.prev;
    let at = 0;
    let count = 0;
    for (; count < taken.length && at < MAX_GROUP; count++) {
      const payload = (taken[count] as Waiting).payload;
      // A UTF-16 code unit takes three bytes of UTF-8 at most.
      this.#reserve(at, at + FRAME_HEAD + payload.length * 3);
      const size = this.#buffer.write(payload, at + FRAME_HEAD);
      prev = sealFrame(this.#buffer, at, size, prev);
      leaves.push(prev);
      at += FRAME_HEAD + size;
    }
    if (count < taken.length) this.#waiting = taken.splice(count);
    return { records: taken, leaves, bytes: this.#buffer.subarray(0, at) };
  }

  #reserve(used: number, wanted: number): void {
    if (wanted <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(wanted, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, used);
    this.#buffer = larger;
  }

  #store(group: Group): void {
    try {
      writeAll(this.#segment, group.bytes);
    } catch (error) {
      this.#refuse(group, error as Error);
      return;
    }
    this.#segment.sync((error) => {
      if (error === null) this.#acknowledge(group);
      else this.#fail(error, group.records);
      setImmediate(() => this.#next());
    });
  }

  #acknowledge(group: Group): void {
    const end = this.#end;
    for (const leaf of group.leaves) {
      end.tree.append(leaf);
      end.prev = leaf;
    }
    end.offset += group.bytes.length;
    if (this.#state === 'full') this.#state = 'ok';
    for (const record of group.records) record.resolve();
    this.#options.onSynced?.(group.records.map((record) => record.event));
  }

  /** A write that did not fit: back to the last good frame, and on when there is space again. Any other failed write is final. */
  #refuse(group: Group, error: Error): void {
    if (!isFull(error)) this.#fail(error, group.records);
    else {
      try {
        this.#segment.truncate(this.#end.offset);
        if (this.#state === 'ok') this.#state = 'full';
        for (const record of group.records) record.reject(fail('LOG_FULL', { cause: error }));
      } catch (cut) {
        this.#fail(cut as Error, group.records);
      }
    }
    this.#next();
  }

  /** After a failed sync the kernel may have dropped the pages and a second sync would lie (https://lwn.net/Articles/752063/): never retried. */
  #fail(error: Error, records: readonly Waiting[]): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    const failed = fail('LOG_FAILED', { cause: error, detail: error.message });
    for (const record of [...records, ...this.#waiting.splice(0)]) record.reject(failed);
    this.#options.onFatal(failed);
  }

  #seal<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#sealing.then(work);
    this.#sealing = result.catch(() => undefined);
    return result;
  }

  async #rotate(): Promise<void> {
    const { files, folder } = this.#options;
    await this.#writeCheckpoint('segment');
    this.#segment.close();
    this.#checkpoints.close();
    this.#end.segment++;
    this.#end.offset = 0;
    this.#end.checkpointOffset = 0;
    this.#segment = files.append(join(folder, segmentName(this.#end.segment)));
    this.#checkpoints = files.append(join(folder, checkpointsName(this.#end.segment)));
    files.syncFolder(folder);
  }

  async #writeCheckpoint(state: CheckpointState): Promise<Checkpoint> {
    if (this.#state === 'failed') throw fail('LOG_FAILED');
    const signed = this.#sign(state);
    const line = checkpointLine(signed);
    const bytes = Buffer.from(`${line}\n`);
    try {
      writeAll(this.#checkpoints, bytes);
    } catch (error) {
      this.#dropCheckpoint(error as Error);
    }
    await syncFile(this.#checkpoints).catch((error: unknown) => {
      this.#fail(error as Error, []);
      throw fail('LOG_FAILED', { cause: error });
    });
    this.#end.checkpointOffset += bytes.length;
    this.#end.previous = checkpointHash(line);
    this.#last = signed;
    this.#options.onCheckpoint?.(signed);
    return signed;
  }

  #sign(state: CheckpointState): Checkpoint {
    const { log, key, clock } = this.#options;
    const { tree, prev, segment, previous } = this.#end;
    const head = {
      v: 1 as const,
      log,
      size: tree.size,
      root: this.root,
      last: prev.toString('hex'),
      time: clock(),
      segment,
      state,
      previous,
      key: key.keyId,
      ...(state === 'segment' && { peaks: tree.peaks().map((peak) => peak.toString('hex')) }),
    };
    return signCheckpoint(head, (bytes) => key.sign(bytes));
  }

  #dropCheckpoint(error: Error): never {
    try {
      if (!isFull(error)) throw error;
      this.#checkpoints.truncate(this.#end.checkpointOffset);
    } catch (cut) {
      this.#fail(cut as Error, []);
      throw fail('LOG_FAILED', { cause: cut });
    }
    throw fail('LOG_FULL', { cause: error });
  }
}
