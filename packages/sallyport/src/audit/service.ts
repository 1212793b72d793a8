import { join } from 'node:path';
import { DEFAULT_TENANT, newId, reasonOf, type Clock, type EventId, type Logger, type TenantId } from '../kernel/index.ts';
import type { Keyring } from '../keyring/service.ts';
import type { Store } from '../store/service.ts';
import type { Change } from './change.ts';
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { WitnessConfig } from './config.ts';
import { openContent, type ContentStore } from './content.ts';
import { CLASS, type Event } from './event.ts';
import { eventJson } from './event_json.ts';
import { diskFiles, type FilePort } from './file_port.ts';
import { Followers } from './follow.ts';
import { HeadKeeper } from './heads.ts';
import { eventsFolder } from './log_layout.ts';
import { openLogs, type OpenedLogs } from './logs.ts';
import { Lookup, type EventPlace } from './lookup.ts';
import type { KeptHead } from './open_log.ts';
import { Outbox } from './outbox.ts';
import { Projector } from './projection.ts';
import type { InclusionProof } from './proof.ts';
import { runsOf, type Run } from './run.ts';
import {
  RECORDS_CHANNEL,
  selectCheckpoints,
  selectEvents,
  selectRecords,
  selectRunEvents,
  selectUses,
  type EventPage,
  type EventQuery,
} from './store.ts';
import { Witness, type WitnessHealth } from './witness.ts';
import { openWitnessPort } from './witness_ports.ts';

export type { Change, StateChange } from './change.ts';
export type { Checkpoint } from './checkpoint.ts';
export type { ContentItem, ContentMode } from './content.ts';
export type { DemoContent, DemoSource } from './demo.ts';
export { parseCursor, type EventPage, type EventQuery } from './store.ts';
export type { Run } from './run.ts';
export type { EventPlace } from './lookup.ts';
export type { InclusionProof } from './proof.ts';
export type { WitnessConfig } from './config.ts';
export type { WitnessHealth } from './witness.ts';

export type AuditHealth = {
  readonly log: string;
  /** Records on disk. */
  readonly size: number;
  /** Root of the tree over all of them, hex. */
  readonly root: string;
  readonly lastCheckpoint: Checkpoint | undefined;
  /** Records that the database does not have yet. */
  readonly projectionLag: number;
  readonly state: 'ok' | 'full' | 'failed';
  readonly witness: WitnessHealth | undefined;
  /** Logs that the database knows and that are not in this data folder (embedded database only: else they may be elsewhere). */
  readonly missingLogs: readonly string[];
  /** Content that was dropped because its queue was full. */
  readonly contentDropped: number;
};

/** The audit trail of this process. */
export type Audit = {
  /** Resolves when the record is on disk. Rejects LOG_FULL (no space: serve nothing, try again), LOG_FAILED (final), EVENT_TOO_LARGE. */
  record(event: Event): Promise<void>;
  readonly change: Change;
  readonly content: ContentStore;
  /** Newest first, from the projection. */
  list(tenant: TenantId, query: EventQuery): Promise<EventPage>;
  /** When each principal was last seen in events of each kind, since a moment: from the projection, so that the last second may be missing. */
  uses(tenant: TenantId, since: number): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>>;
  /** Runs of agents, the newest first, from the newest events that belong to one. */
  runs(tenant: TenantId, query: Pick<EventQuery, 'since' | 'principal'>): Promise<readonly Run[]>;
  /** Also finds an event that the projection has not reached yet. */
  get(tenant: TenantId, uid: EventId): Promise<Event | undefined>;
  /** Where the event stands in its log. */
  place(tenant: TenantId, uid: EventId): Promise<EventPlace | undefined>;
  /** Events as they are recorded, from now on, until `signal` aborts. */
  follow(tenant: TenantId, signal: AbortSignal): AsyncIterable<Event>;
  /** That the event is in the log: RFC 6962 audit path under a signed checkpoint. Rejects EVENT_NOT_FOUND. */
  proof(tenant: TenantId, uid: EventId): Promise<InclusionProof>;
  /** Signs the present tree head, if it is not signed yet. */
  checkpoint(): Promise<Checkpoint>;
  /** The signed heads that the database keeps, of every log. */
  heads(): Promise<readonly Checkpoint[]>;
  health(): AuditHealth;
  /** Drops the projected events of this process's logs and projects them anew; answers how many. State is never touched. */
  rebuild(progress?: (done: number, total: number) => void): Promise<number>;
  close(): Promise<void>;
};

export type AuditOptions = {
  /** The data folder; logs are in its `events/`. */
  readonly dir: string;
  readonly store: Store;
  readonly keyring: Keyring;
  readonly witness: WitnessConfig | undefined;
  readonly files?: FilePort;
  /** Bytes after which a segment ends; for tests. */
  readonly segmentSize?: number;
};
export type AuditDeps = { readonly logger: Logger; readonly clock: Clock; readonly onFatal: (error: Error) => void };

/** How often a new tree head is signed while there are new records. */
const CHECKPOINT_INTERVAL = 1_000;
/** Longest that closing waits for the database. */
const CLOSE_LIMIT = 3_000;

/**
 * Opens the audit trail: finds this process its log (cutting a torn tail, refusing a broken or rolled back log with LOG_BROKEN), brings the database up to
 * it, and appends what the outbox still holds.
 */
export async function openAudit(options: AuditOptions, deps: AuditDeps): Promise<Audit> {
  const files = options.files ?? diskFiles;
  const witnessPort = options.witness === undefined ? undefined : openWitnessPort(options.witness, files);
  const witness = witnessPort === undefined ? undefined : new Witness(witnessPort, deps.clock, deps.logger);
  const heads = new HeadKeeper(options.store, deps.logger);
  const kept = [...(await storedHeads(options.store)), ...witnessHeads(witnessPort?.read?.() ?? '')];
  const followers = new Followers();
  const projectors: Projector[] = [];
  const key = options.keyring.signing();
  const logs = await openLogs({
    dir: options.dir,
    files,
    key,
    publicKeyPem: key.publicKeyPem,
    clock: deps.clock,
    heads: kept,
    onFatal: deps.onFatal,
    ...(options.segmentSize !== undefined && { segmentSize: options.segmentSize }),
    onSynced: (events) => {
      if (followers.count > 0) followers.tell(events);
      projectors[0]?.wake();
    },
    onCheckpoint: (checkpoint) => {
      heads.offer(checkpoint);
      witness?.offer(checkpoint);
    },
  });
  const own = {
    log: logs.own.id,
    folder: join(eventsFolder(options.dir), logs.own.id),
    end: () => ({ ...logs.own.end, size: logs.own.size }),
  };
  projectors.push(...[own, ...logs.sealed].map((source) => new Projector(options.store, files, source, deps.logger)));
  const missing = options.store.kind === 'pglite' ? missingLogs(kept, logs) : [];
  const audit = new Trail({ ...options, ...deps, files, logs, projectors, witness, heads, followers, missing });
  await audit.start();
  return audit;
}

async function storedHeads(store: Store): Promise<KeptHead[]> {
  const lines = await store.system('audit: signed tree heads at start', selectCheckpoints);
  return lines.flatMap((line) => keptHead(line, 'the database'));
}

function witnessHeads(text: string): KeptHead[] {
  return text.split('\n').flatMap((line) => keptHead(line, 'the witness'));
}

function keptHead(line: string, from: string): KeptHead[] {
  const checkpoint = parseCheckpoint(line);
  return checkpoint === undefined ? [] : [{ checkpoint, from }];
}

function missingLogs(heads: readonly KeptHead[], logs: OpenedLogs): string[] {
  return [...new Set(heads.map((head) => head.checkpoint.log))].filter((log) => !logs.known.includes(log));
}

type TrailParts = Omit<AuditOptions, 'witness'> &
  AuditDeps & {
    readonly files: FilePort;
    readonly logs: OpenedLogs;
    /** This process's own first. */
    readonly projectors: readonly Projector[];
    readonly witness: Witness | undefined;
    readonly heads: HeadKeeper;
    readonly followers: Followers;
    readonly missing: readonly string[];
  };

class Trail implements Audit {
  readonly #parts: TrailParts;
  readonly #outbox: Outbox;
  readonly #lookup: Lookup;
  readonly content: ContentStore;
  readonly change: Change;
  #timer: NodeJS.Timeout | undefined;
  #unlisten: (() => Promise<void>) | undefined;

  constructor(parts: TrailParts) {
    this.#parts = parts;
    const { store, keyring, clock, logger, logs, files, projectors, dir } = parts;
    this.#outbox = new Outbox({ store, log: logs.own.id, append: (event, json) => logs.own.append(json, event), clock, logger });
    this.change = this.#outbox.change;
    const { publicKeyPem } = keyring.signing();
    this.#lookup = new Lookup({
      store,
      files,
      cache: join(dir, 'cache', 'tree'),
      publicKeyPem,
      projectors,
      sign: () => this.checkpoint(),
      lastHead: () => logs.own.lastCheckpoint,
    });
    this.content = openContent({
      store,
      keyring,
      clock,
      logger,
      change: this.change,
      record: (event) => this.record(event),
      event: (tenant, uid) => this.#lookup.get(tenant, uid),
    });
  }

  /** Says what was found at start, catches up, and begins to sign. */
  async start(): Promise<void> {
    const { logs, missing, logger, store } = this.#parts;
    for (const { log, segment, offset, bytes } of logs.cuts)
      await this.record(this.#own('audit.tail_cut', log, 3, { segment, offset, bytes }));
    for (const log of missing) await this.record(this.#own('audit.log_missing', log, 5, {}));
    try {
      await Promise.all(this.#parts.projectors.map((projector) => projector.catchUp()));
      await this.#outbox.relay();
    } catch (error) {
      logger.warn('the database is behind the event log', { reason: reasonOf(error) });
    }
    this.#outbox.start();
    if (store.kind === 'postgres') this.#unlisten = await store.listen(RECORDS_CHANNEL, (payload) => void this.#tellOthers(payload));
    this.#timer = setInterval(() => this.#tick(), CHECKPOINT_INTERVAL);
    this.#timer.unref();
  }

  record(event: Event): Promise<void> {
    return this.#parts.logs.own.append(eventJson(event), event);
  }

  list(tenant: TenantId, query: EventQuery): Promise<EventPage> {
    return this.#parts.store.tx(tenant, (sql) => selectEvents(sql, query));
  }

  async runs(tenant: TenantId, query: Pick<EventQuery, 'since' | 'principal'>): Promise<Run[]> {
    return runsOf(await this.#parts.store.tx(tenant, (sql) => selectRunEvents(sql, query)));
  }

  uses(tenant: TenantId, since: number): Promise<Map<string, Map<string, number>>> {
    return this.#parts.store.tx(tenant, (sql) => selectUses(sql, since));
  }

  get(tenant: TenantId, uid: EventId): Promise<Event | undefined> {
    return this.#lookup.get(tenant, uid);
  }

  place(tenant: TenantId, uid: EventId): Promise<EventPlace | undefined> {
    return this.#lookup.place(tenant, uid);
  }

  follow(tenant: TenantId, signal: AbortSignal): AsyncIterable<Event> {
    return this.#parts.followers.follow(tenant, signal);
  }

  proof(tenant: TenantId, uid: EventId): Promise<InclusionProof> {
    return this.#lookup.proof(tenant, uid);
  }

  checkpoint(): Promise<Checkpoint> {
    return this.#parts.logs.own.checkpoint();
  }

  async heads(): Promise<readonly Checkpoint[]> {
    await this.#parts.heads.poll();
    return (await storedHeads(this.#parts.store)).map((head) => head.checkpoint);
  }

  health(): AuditHealth {
    const { logs, projectors, witness, missing } = this.#parts;
    const { own } = logs;
    return {
      log: own.id,
      size: own.size,
      // Folded when it is read: requests ask for the state only.
      get root() {
        return own.root;
      },
      lastCheckpoint: own.lastCheckpoint,
      state: own.state === 'closed' ? 'failed' : own.state,
      projectionLag: projectors.reduce((sum, projector) => sum + projector.lag, 0),
      witness: witness?.health,
      missingLogs: missing,
      contentDropped: this.content.dropped,
    };
  }

  async rebuild(progress: (done: number, total: number) => void = () => {}): Promise<number> {
    const { projectors } = this.#parts;
    const total = projectors.reduce((sum, projector) => sum + projector.source.end().size, 0);
    let done = 0;
    for (const projector of projectors) {
      await projector.reset();
      await projector.catchUp();
      done += projector.source.end().size;
      progress(Math.min(done, total), total);
    }
    return total;
  }

  async close(): Promise<void> {
    const { logs, projectors, witness, heads } = this.#parts;
    clearInterval(this.#timer);
    await this.#unlisten?.();
    await this.content.close();
    await this.#outbox.close();
    await within(CLOSE_LIMIT, Promise.all(projectors.map((projector) => projector.catchUp().catch(() => undefined))));
    await within(CLOSE_LIMIT, Promise.all(projectors.map((projector) => projector.close())));
    try {
      await logs.own.close();
    } finally {
      await within(CLOSE_LIMIT, heads.poll());
      await witness?.close();
      logs.release();
    }
  }

  #tick(): void {
    const { logs, witness, heads, logger } = this.#parts;
    const { own } = logs;
    if (own.state !== 'failed' && own.lastCheckpoint?.size !== own.size) {
      own.checkpoint().catch((error: unknown) => logger.warn('the log is not signed', { reason: reasonOf(error) }));
    }
    void heads.poll();
    witness?.poll();
  }

  /** Records of another process, for those who follow here. */
  async #tellOthers(payload: string): Promise<void> {
    const { store, logs, followers, logger } = this.#parts;
    const match = /^(log_\w{26}):(\d{1,15}):(\d{1,15})$/.exec(payload);
    const log = match?.[1];
    if (log === undefined || log === logs.own.id || followers.count === 0) return;
    try {
      followers.tell(
        await store.system("audit: another process's events for followers", (sql) =>
          selectRecords(sql, log, Number(match?.[2]), Number(match?.[3])),
        ),
      );
    } catch (error) {
      logger.warn("another process's events were not passed on", { reason: reasonOf(error) });
    }
  }

  #own(kind: string, log: string, severity: number, detail: globalThis.Record<string, number>): Event {
    const time = this.#parts.clock();
    return {
      uid: newId('evt', time) as EventId,
      tenant: DEFAULT_TENANT,
      time,
      class_uid: CLASS.detectionFinding,
      activity_id: 1,
      severity_id: severity,
      status_id: 1,
      kind,
      actor: { principal: 'sallyport', kind: 'system' },
      target: { kind: 'log', id: log },
      detail,
    };
  }
}

async function within(limit: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work, new Promise((resolve) => setTimeout(resolve, limit).unref())]);
}
