import { reasonOf, type AppError, type Clock, type EventId, type Logger, type TenantId } from '../kernel/index.ts';
import type { Keyring } from '../keyring/service.ts';
import type { Store } from '../store/service.ts';
import type { Change } from './change.ts';
import { changeEvent } from './change_event.ts';
import type { Event } from './event.ts';
import { excerpts, fullText, type ContentItem, type Piece } from './excerpt.ts';
import { subjectHash } from './subject.ts';
import { deleteContentOf, deleteExpired, insertContents, selectContent, type ContentRow } from './store.ts';

export type { ContentItem } from './excerpt.ts';

/** `none`: nothing; `findings`: masked excerpts around findings; `full`: the text. */
export type ContentMode = 'none' | 'findings' | 'full';

const DAY = 86_400_000;
/** How long text is kept: excerpts as long as an incident takes to surface, full text a week, practice traffic a day. */
export const KEPT = { findings: 30 * DAY, full: 7 * DAY, practice: DAY } as const;

/** Text that may wait to be stored, in UTF-16 code units, and how many events' worth: a burst, and what a short outage of the database gives. */
const MAX_WAITING_TEXT = 16 * 1024 * 1024;
const MAX_WAITING = 2_000;
/** Events stored in one transaction. */
const BATCH = 50;
/** Wait before what was put is stored, so that a busy gate does not pay a transaction for each event. Who reads does not wait for it. */
const GATHER = 100;
const RETRY = 2_000;
/** Longest that a reader waits for text that is on its way to the database. */
const PATIENCE = 1_000;
const PURGE_INTERVAL = 3_600_000;

export type ContentPut = {
  readonly event: EventId;
  /** Whose text it is: the end user that the request names, else the principal. Erasure is by subject. */
  readonly subject: string;
  readonly mode: ContentMode;
  /** Playground and practice traffic: kept for a day. */
  readonly practice?: boolean;
  readonly items: readonly ContentItem[];
};

/** The text of an event, or why there is none. */
export type Content =
  | { readonly state: 'kept'; readonly mode: 'findings' | 'full'; readonly expires: number; readonly pieces: readonly Piece[] }
  | { readonly state: 'not_kept' | 'expired' | 'erased' | 'missing'; readonly why: string };

export type ContentStore = {
  /** Hands text over and returns at once. When too much waits the text is dropped and counted; the event never is. */
  put(tenant: TenantId, content: ContentPut): void;
  /** Reads an event's text; that `actor` read it is an event itself, on disk before the text is given out. */
  read(tenant: TenantId, uid: EventId, actor: string): Promise<Content>;
  /** Deletes the subject's data key and rows: its text can never be read here again. A backup from before holds key and text, both encrypted, until it is deleted. Answers how many events had text. */
  erase(tenant: TenantId, subject: string, actor: string): Promise<number>;
  /** Deletes what has expired; answers how many. */
  purge(): Promise<number>;
  /** Waits until what was put is stored. */
  flush(): Promise<void>;
  readonly dropped: number;
  close(): Promise<void>;
};

export type ContentDeps = {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly change: Change;
  record(event: Event): Promise<void>;
  event(tenant: TenantId, uid: EventId): Promise<Event | undefined>;
};

type Waiting = { readonly tenant: TenantId; readonly put: ContentPut; readonly size: number; readonly at: number };

const PURPOSE = 'audit.content';

export function openContent(deps: ContentDeps): ContentStore {
  return new SealedContent(deps);
}

class SealedContent implements ContentStore {
  readonly #deps: ContentDeps;
  #waiting: Waiting[] = [];
  #size = 0;
  #draining: Promise<void> | undefined;
  #storing: Promise<boolean> | undefined;
  #wake: (() => void) | undefined;
  readonly #purging: NodeJS.Timeout;
  #closed = false;
  dropped = 0;

  constructor(deps: ContentDeps) {
    this.#deps = deps;
    this.#purging = setInterval(() => {
      this.purge().catch((error: unknown) => deps.logger.warn('expired content is still there', { reason: reasonOf(error) }));
    }, PURGE_INTERVAL);
    this.#purging.unref();
  }

  put(tenant: TenantId, content: ContentPut): void {
    if (content.mode === 'none' || content.items.length === 0) return;
    const size = content.items.reduce((sum, item) => sum + item.text.length, 0);
    if (this.#closed || this.#waiting.length >= MAX_WAITING || this.#size + size > MAX_WAITING_TEXT) {
      this.dropped++;
      return;
    }
    this.#waiting.push({ tenant, put: content, size, at: this.#deps.clock() });
    this.#size += size;
    this.#draining ??= this.#drain();
  }

  async read(tenant: TenantId, uid: EventId, actor: string): Promise<Content> {
    if (this.#draining !== undefined) await Promise.race([this.flush(), delay(PATIENCE)]);
    const now = this.#deps.clock();
    const row = await this.#deps.store.tx(tenant, (sql) => selectContent(sql, uid));
    if (row === undefined || row.expires <= now) return await this.#whyNot(tenant, uid, now);
    const plain = await this.#deps.keyring.openFor(tenant, row.subject, PURPOSE, uid, row.sealed);
    if (plain === undefined) return { state: 'erased', why: 'The text was erased.' };
    await this.#deps.record(changeEvent(tenant, { type: 'content.read', actor, target: { kind: 'event', id: uid } }, now));
    return { state: 'kept', mode: row.mode, expires: row.expires, pieces: JSON.parse(Buffer.from(plain).toString('utf8')) as Piece[] };
  }

  async erase(tenant: TenantId, subject: string, actor: string): Promise<number> {
    const hashed = await this.#subject(tenant, subject);
    this.#forget((waiting) => waiting.tenant === tenant && waiting.put.subject === subject);
    await this.#storing;
    // The key first: whatever fails after this, the text can no longer be read.
    await this.#deps.keyring.eraseSubject(tenant, hashed);
    return await this.#deps.change(tenant, async (sql, emit) => {
      const events = await deleteContentOf(sql, hashed);
      await emit({ type: 'content.erased', actor, target: { kind: 'subject', id: hashed }, detail: { events } });
      return events;
    });
  }

  async purge(): Promise<number> {
    return await this.#deps.store.system('audit: expired content', (sql) => deleteExpired(sql, this.#deps.clock()));
  }

  async flush(): Promise<void> {
    this.#wake?.();
    await this.#draining;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#purging);
    this.#wake?.();
    await this.#draining;
  }

  async #subject(tenant: TenantId, subject: string): Promise<string> {
    return subjectHash(await this.#deps.keyring.tenant(tenant), subject);
  }

  async #whyNot(tenant: TenantId, uid: EventId, now: number): Promise<Content> {
    const event = await this.#deps.event(tenant, uid);
    if (event === undefined) return { state: 'missing', why: 'There is no such event.' };
    if (event.content === undefined) return { state: 'not_kept', why: 'This event has no text.' };
    const { mode } = event.content;
    if (mode === 'none') return { state: 'not_kept', why: 'The text was not kept (content: none).' };
    if (mode === 'findings' && (event.findings ?? []).length === 0)
      return { state: 'not_kept', why: 'Nothing was found, so no excerpt was kept (content: findings).' };
    const kept = event.api?.provider === 'practice' ? KEPT.practice : KEPT[mode];
    if (now >= event.time + kept) return { state: 'expired', why: `The text has expired: it was kept for ${kept / DAY} days.` };
    return { state: 'missing', why: 'The text was erased, or could not be stored at the time.' };
  }

  #forget(which: (waiting: Waiting) => boolean): void {
    this.#waiting = this.#waiting.filter((waiting) => !which(waiting));
    this.#size = this.#waiting.reduce((sum, waiting) => sum + waiting.size, 0);
  }

  async #drain(): Promise<void> {
    await this.#pause(GATHER);
    while (this.#waiting.length > 0) {
      const tenant = (this.#waiting[0] as Waiting).tenant;
      const batch = this.#waiting.filter((waiting) => waiting.tenant === tenant).slice(0, BATCH);
      this.#storing = this.#storeBatch(tenant, batch);
      if (await this.#storing) this.#forget((waiting) => batch.includes(waiting));
      else if (this.#closed) this.#giveUp();
      else await this.#pause(RETRY);
    }
    this.#storing = undefined;
    this.#draining = undefined;
  }

  #giveUp(): void {
    this.dropped += this.#waiting.length;
    this.#forget(() => true);
  }

  /** Until it is over, or somebody does not want to wait. */
  async #pause(milliseconds: number): Promise<void> {
    await Promise.race([
      delay(milliseconds),
      new Promise<void>((resolve) => {
        this.#wake = resolve;
      }),
    ]);
  }

  /** False when the database is away: try again. Text that cannot be stored for another reason is dropped and counted. */
  async #storeBatch(tenant: TenantId, batch: readonly Waiting[]): Promise<boolean> {
    try {
      const rows: ContentRow[] = [];
      for (const waiting of batch) rows.push(...(await this.#row(waiting)));
      if (rows.length > 0) await this.#deps.store.tx(tenant, (sql) => insertContents(sql, tenant, rows));
    } catch (error) {
      if ((error as AppError).code === 'STORE_UNAVAILABLE') return false;
      this.dropped += batch.length;
      this.#deps.logger.error('content was not stored', { events: batch.length, reason: reasonOf(error) });
    }
    return true;
  }

  async #row({ tenant, put, at }: Waiting): Promise<ContentRow[]> {
    const mode = put.mode === 'full' ? 'full' : 'findings';
    const pieces = put.items.flatMap((item) => (mode === 'full' ? [fullText(item)] : excerpts(item)));
    if (pieces.length === 0) return [];
    const subject = await this.#subject(tenant, put.subject);
    const sealed = await this.#deps.keyring.sealFor(tenant, subject, PURPOSE, put.event, Buffer.from(JSON.stringify(pieces)));
    const expires = at + (put.practice === true ? KEPT.practice : KEPT[mode]);
    return [{ event: put.event, subject, mode, sealed, created: at, expires }];
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
