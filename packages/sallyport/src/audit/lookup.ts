import { isId, type AppError, type EventId, type TenantId } from '../kernel/index.ts';
import type { Store } from '../store/service.ts';
import { checkpointLine, withoutPeaks, type Checkpoint } from './checkpoint.ts';
import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { fail } from './errors.ts';
import type { Event } from './event.ts';
import type { FilePort } from './file_port.ts';
import { findRecord, lastCheckpoint, readRecord, segmentOf, type LogSource, type Record } from './log_reader.ts';
import type { Projector } from './projection.ts';
import { buildProof, verifyProof, type InclusionProof } from './proof.ts';
import { selectEvent, selectPlace, type Position } from './store.ts';
import { TreeCache } from './tree_cache.ts';

/** Segments searched for one event while the database is away. */
const SEARCHED = 4;

export type LookupOptions = {
  readonly store: Store;
  readonly files: FilePort;
  /** Where the tree caches lie. */
  readonly cache: string;
  readonly publicKeyPem: string;
  /** The logs of this folder, this process's own first. */
  readonly projectors: readonly Projector[];
  /** Signs this process's log as it is now. */
  sign(): Promise<Checkpoint>;
  lastHead(): Checkpoint | undefined;
};

/** The place of an event. `sealed`: whether a signed tree head covers it; undefined when its log is not here. */
export type EventPlace = { readonly log: string; readonly index: number; readonly sealed: boolean | undefined };

/** Finds single events and proves them: in the database first, then in what the database does not have yet. */
export class Lookup {
  readonly #options: LookupOptions;
  readonly #caches = new Map<string, TreeCache>();

  constructor(options: LookupOptions) {
    this.#options = options;
  }

  async get(tenant: TenantId, uid: EventId): Promise<Event | undefined> {
    if (!isId('evt', uid)) return undefined;
    const found = await this.#inDatabase((store) => store.tx(tenant, (sql) => selectEvent(sql, uid)));
    // A started stream may have ended since: the log's tail is newer than the database.
    if (found !== undefined && found.phase !== 'started') return found;
    const inLog = await this.#inLogs(tenant, uid);
    return inLog === undefined ? found : (JSON.parse(inLog.record.payload.toString('utf8')) as Event);
  }

  /** Where the event is: its log, its number there, and whether a signed head covers it. Undefined when its log is elsewhere. */
  async place(tenant: TenantId, uid: EventId): Promise<EventPlace | undefined> {
    const place = await this.#inDatabase((store) => store.tx(tenant, (sql) => selectPlace(sql, uid)));
    const found = place === undefined ? await this.#inLogs(tenant, uid) : undefined;
    const log = place?.log ?? found?.source.log;
    const index = place?.seq ?? found?.record.index;
    if (log === undefined || index === undefined) return undefined;
    const projector = this.#options.projectors.find(({ source }) => source.log === log);
    if (projector === undefined) return { log, index, sealed: undefined };
    const own = projector === this.#options.projectors[0];
    const head = own
      ? this.#options.lastHead()
      : lastCheckpoint(this.#options.files, projector.source.folder, projector.source.end().segment);
    return { log, index, sealed: (head?.size ?? 0) > index };
  }

  async proof(tenant: TenantId, uid: EventId): Promise<InclusionProof> {
    const { source, record } = await this.#place(tenant, uid);
    const own = this.#options.projectors[0]?.source === source;
    const { size, segment } = source.end();
    const checkpoint = own ? await this.#options.sign() : lastCheckpoint(this.#options.files, source.folder, segment);
    if (checkpoint === undefined || checkpoint.size <= record.index)
      throw fail('EVENT_NOT_PROVABLE', { detail: `${source.log}: ${size} records` });
    return await this.#prove(source, record, checkpoint);
  }

  /** Proves, and checks the proof before it is given out; a damaged cache is made anew once. */
  async #prove(source: LogSource, record: Record, checkpoint: Checkpoint): Promise<InclusionProof> {
    const { files, cache, publicKeyPem } = this.#options;
    const tree = this.#caches.get(source.log) ?? new TreeCache(files, join(cache, source.log));
    this.#caches.set(source.log, tree);
    const keys = [createPublicKey(publicKeyPem)];
    for (const again of [true, false]) {
      const nodes = await tree.nodes(source, checkpoint.size);
      const proof = buildProof(record, checkpoint, checkpointLine(withoutPeaks(checkpoint)), nodes);
      if (verifyProof(proof, keys).ok) return proof;
      if (again) tree.drop();
    }
    throw fail('LOG_BROKEN', { say: `Log ${source.log}: record ${record.index} is not under its signed head.` });
  }

  async #place(tenant: TenantId, uid: EventId): Promise<{ source: LogSource; record: Record }> {
    if (!isId('evt', uid)) throw fail('EVENT_NOT_FOUND');
    const place = await this.#inDatabase((store) => store.tx(tenant, (sql) => selectPlace(sql, uid)));
    if (place === undefined) {
      const found = await this.#inLogs(tenant, uid);
      if (found === undefined) throw fail('EVENT_NOT_FOUND');
      return found;
    }
    const source = this.#options.projectors.find((projector) => projector.source.log === place.log)?.source;
    if (source === undefined) throw fail('EVENT_NOT_PROVABLE', { detail: place.log });
    return { source, record: await readRecord(this.#options.files, source, place.seq) };
  }

  /** Undefined also when the database is away. */
  async #inDatabase<T>(read: (store: Store) => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await read(this.#options.store);
    } catch (error) {
      if ((error as AppError).code === 'STORE_UNAVAILABLE') return undefined;
      throw error;
    }
  }

  async #inLogs(tenant: TenantId, uid: EventId): Promise<{ source: LogSource; record: Record } | undefined> {
    for (const projector of this.#options.projectors) {
      const { source } = projector;
      const record = await findRecord(this.#options.files, source, uid, this.#from(projector));
      if (record === undefined) continue;
      const event = JSON.parse(record.payload.toString('utf8')) as Event;
      return event.tenant === tenant ? { source, record } : undefined;
    }
    return undefined;
  }

  /** Where the search starts: at what the database lacks; while it is away, some segments earlier. */
  #from(projector: Projector): Position {
    const { files } = this.#options;
    const { source, position } = projector;
    if (position !== undefined && !projector.failing) return position;
    const first = Math.max(1, source.end().segment - SEARCHED + 1);
    const size = first === 1 ? 0 : (lastCheckpoint(files, source.folder, first - 1)?.size ?? 0);
    return size === 0 ? segmentOf(files, source, 0) : { size, segment: first, offset: 0 };
  }
}
