import { newId, reasonOf, type Clock, type Logger, type TenantId } from '../kernel/index.ts';
import type { Event } from '../audit/index.ts';
import type { Audit, StateChange } from '../audit/service.ts';
import { type GivenDocument, type ReadDocument } from '../documents/index.ts';
import type { Documents } from '../documents/service.ts';
import type { Guards } from '../guard/index.ts';
import type { Keyring } from '../keyring/service.ts';
import type { Sql, Store } from '../store/service.ts';
import { ALIKE, alikeReasons, keysOf, printsOf, type AlikeSettings, type Prints } from './alike.ts';
import { likeOf, reaches, standingOf, type Reach, type Standing } from './dataset.ts';
import { stricterLabel, strictest, type KnowledgeDocument, type Label, type Reason, type State, type Verdict } from './document.ts';
import { fail } from './errors.ts';
import { inspect, type Excerpt, type Inspection } from './inspect.ts';
import { sharingReport, type ReadersPort, type SharingReport } from './sharing.ts';
import {
  addReason,
  countStates,
  eraseDocument,
  insertDocument,
  insertUses,
  selectAlike,
  selectByHash,
  selectDocument,
  selectDocuments,
  selectOf,
  selectSealed,
  selectShared,
  selectStates,
  selectUses,
  updateState,
  type Sealed,
} from './store.ts';

export { inspect, type Inspection } from './inspect.ts';
export { strictest, type KnowledgeDocument } from './document.ts';
export { alikeReasons, keysOf, printsOf, ALIKE, type Known } from './alike.ts';
export type { Readers, ReadersPort } from './sharing.ts';

/** A document as it is given. `label`: the least that it gets; `object`: its name in the authorization store. */
export type NewDocument = GivenDocument & {
  readonly name: string;
  readonly source?: string;
  readonly object?: string;
  readonly label?: Label;
};

/** What a check says; nothing of it is kept. */
export type Checked = {
  readonly verdict: Verdict;
  readonly label: Label;
  readonly format: KnowledgeDocument['format'];
  readonly reasons: readonly Reason[];
};

/** What became of a document, and the answers that were made from it as far as requests named it. */
export type Lineage = { readonly events: readonly Event[]; readonly uses: readonly { readonly event: string; readonly time: number }[] };

/** Documents on their way into a tenant's knowledge bases. Every method sees what is in reach only; what is not there rejects KNOWLEDGE_UNKNOWN. */
export type Knowledge = {
  /** Compares with what is in reach. Rejects KNOWLEDGE_BUSY, KNOWLEDGE_GUARDS_OFF, KNOWLEDGE_DATASET. */
  check(reach: Reach, given: NewDocument): Promise<Checked>;
  /** Checks and records; the same bytes under the same name and source are the same document. */
  add(reach: Reach, given: NewDocument, actor: string): Promise<KnowledgeDocument>;
  list(reach: Reach, query: { readonly state?: State; readonly after?: string }): Promise<readonly KnowledgeDocument[]>;
  counts(reach: Reach): Promise<Readonly<Record<string, number>>>;
  get(reach: Reach, id: string): Promise<KnowledgeDocument>;
  lineage(reach: Reach, id: string): Promise<Lineage>;
  /** Lets a document out of quarantine. Rejects KNOWLEDGE_STATE. */
  release(reach: Reach, id: string, actor: string, why: string): Promise<KnowledgeDocument>;
  /** Takes a document out of use, for a finding that came later. Rejects KNOWLEDGE_STATE. */
  quarantine(reach: Reach, id: string, actor: string, why: string): Promise<KnowledgeDocument>;
  /** Erases what is kept of its text, and its prints. What is left says that there was a document. */
  erase(reach: Reach, id: string, actor: string): Promise<void>;
  /** What was found, in its own words; reading it is an event. Rejects KNOWLEDGE_NOT_KEPT. */
  excerpts(reach: Reach, id: string, actor: string): Promise<readonly Excerpt[]>;
  /** The bytes, when they are kept; reading them is an event. Rejects KNOWLEDGE_NOT_KEPT. */
  content(reach: Reach, id: string, actor: string): Promise<Uint8Array>;
  /** Notes from which documents an answer was made; returns at once. */
  used(tenant: TenantId, documents: readonly string[], event: string): void;
  sharing(reach: Reach): Promise<SharingReport>;
  /** How documents stand that a search found, by the names that they were found by; of one that is not in the answer nothing is known. */
  standing(tenant: TenantId, objects: readonly string[]): Promise<ReadonlyMap<string, Standing>>;
};

export type KnowledgeOptions = {
  readonly store: Store;
  readonly keyring: Pick<Keyring, 'tenant' | 'sealFor' | 'openFor' | 'eraseSubject'>;
  readonly audit: Pick<Audit, 'change' | 'list'>;
  readonly documents: Pick<Documents, 'read'>;
  /** The guards of a tenant; undefined when they are switched off. */
  readonly guards: (tenant: TenantId) => Guards | undefined;
  /** Who may read an object; without one there is no report of over-sharing. */
  readonly readers: ((tenant: TenantId) => ReadersPort) | undefined;
  readonly settings: {
    readonly keep: boolean;
    readonly excerpts: boolean;
    readonly alike: Partial<AlikeSettings>;
    readonly readers: number;
  };
};

const PURPOSE = 'knowledge.document';
/** A larger document is checked and not kept. */
const MAX_KEPT = 16 * 1024 * 1024;
export const PAGE = 100;
const MAX_USES = 1_000;
const MAX_SHARED = 1_000;

export function openKnowledge(options: KnowledgeOptions, deps: { readonly logger: Logger; readonly clock: Clock }): Knowledge {
  const { store, keyring, audit, documents, settings } = options;
  const { logger, clock } = deps;
  /** One document of a tenant after the other is compared and kept: two copies that come together must see each other. */
  const turns = new Map<TenantId, Promise<unknown>>();

  async function looked(reach: Reach, given: NewDocument): Promise<{ read: ReadDocument; inspection: Inspection; prints: Prints }> {
    if (!reaches(reach, given.source ?? '')) throw fail('KNOWLEDGE_DATASET');
    const guards = options.guards(reach.tenant);
    if (guards === undefined) throw fail('KNOWLEDGE_GUARDS_OFF');
    const read = await documents.read(given);
    if (!read.ok && read.refusal === 'busy') throw fail('KNOWLEDGE_BUSY');
    const inspection = await inspect(read, {
      scan: (text, at) => guards.scan(text, at),
      refine: guards.refine,
      pause: () => new Promise<void>((resolve) => setImmediate(resolve)),
    });
    return { read, inspection, prints: printsOf(inspection.text) };
  }

  /** Whoever is held to some datasets is compared with these: what is alike elsewhere is neither told nor taken out of use by him. */
  function withAlike(sql: Sql, reach: Reach, given: NewDocument, actor: string, prints: Prints, now: number): Promise<Reason[]> {
    const own = { name: given.name, source: given.source ?? '', actor, now, prints };
    return selectAlike(sql, keysOf(prints), likeOf(reach)).then((known) => alikeReasons(own, known, { ...ALIKE, ...settings.alike }));
  }

  async function existing(reach: Reach, id: string): Promise<KnowledgeDocument> {
    const one = await store.tx(reach.tenant, (sql) => selectDocument(sql, id));
    if (one === undefined || !reaches(reach, one.source)) throw fail('KNOWLEDGE_UNKNOWN');
    return one;
  }

  /** The documents without the ids of others that are out of reach. */
  async function shown(reach: Reach, found: readonly KnowledgeDocument[]): Promise<KnowledgeDocument[]> {
    if (reach.datasets === undefined) return [...found];
    const ids = found.flatMap(({ reasons }) => reasons.flatMap(({ documents = [] }) => documents));
    const seen = ids.length === 0 ? new Set<string>() : await store.tx(reach.tenant, (sql) => selectOf(sql, ids, likeOf(reach)));
    const within = (reason: Reason): Reason =>
      reason.documents === undefined ? reason : { ...reason, documents: reason.documents.filter((id) => seen.has(id)) };
    return found.map((one) => ({ ...one, reasons: one.reasons.map(within) }));
  }

  async function shownOne(reach: Reach, one: KnowledgeDocument): Promise<KnowledgeDocument> {
    return (await shown(reach, [one]))[0] ?? one;
  }

  function inTurn<T>(tenant: TenantId, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(tenant) ?? Promise.resolve()).then(work, work);
    turns.set(tenant, turn);
    return turn.finally(() => {
      if (turns.get(tenant) === turn) turns.delete(tenant);
    });
  }

  async function sealed(tenant: TenantId, one: KnowledgeDocument, bytes: Uint8Array, excerpts: readonly Excerpt[]): Promise<Sealed> {
    const seal = (what: string, plain: Uint8Array): Promise<Uint8Array> =>
      keyring.sealFor(tenant, one.id, `${PURPOSE}.${what}`, one.id, plain);
    const said = settings.excerpts ? excerpts.filter(({ reason }) => one.reasons[reason]?.rule !== 'knowledge.secret') : [];
    const keep = settings.keep && one.verdict !== 'reject' && bytes.length <= MAX_KEPT;
    return {
      excerpts: said.length === 0 ? null : await seal('excerpts', Buffer.from(JSON.stringify(said))),
      content: keep ? await seal('content', bytes) : null,
    };
  }

  async function record(reach: Reach, given: NewDocument, actor: string): Promise<KnowledgeDocument> {
    const { tenant } = reach;
    if (!reaches(reach, given.source ?? '')) throw fail('KNOWLEDGE_DATASET');
    const { name, source = '', object = '' } = given;
    const hash = (await keyring.tenant(tenant)).mac('knowledge.document', given.bytes).toString('hex');
    const before = await store.tx(tenant, (sql) => selectByHash(sql, hash, name, source));
    if (before !== undefined) return before;
    const { read, inspection, prints } = await looked(reach, given);
    return inTurn(tenant, async () => {
      const now = clock();
      const alike = await store.tx(tenant, (sql) => withAlike(sql, reach, given, actor, prints, now));
      const reasons = [...inspection.reasons, ...alike];
      const verdict = strictest(reasons);
      const one: KnowledgeDocument = {
        ...{ id: newId('doc', now), name, source, object, size: given.bytes.length, hash, verdict, reasons, actor },
        format: read.format ?? 'unknown',
        label: stricterLabel(inspection.label, given.label ?? 'public'),
        state: STATE_OF[verdict],
        ...{ created: now, changed: now, kept: false },
      };
      const locked = await sealed(tenant, one, given.bytes, inspection.excerpts);
      await audit.change(tenant, async (sql, emit) => {
        if (!(await insertDocument(sql, tenant, one, prints, keysOf(prints), locked))) return;
        await emit(
          changeOf('knowledge.added', one, actor, { verdict, label: one.label, format: one.format, size: one.size, hash, source }),
        );
        for (const reason of alike) if (reason.verdict !== 'note') await takeBack(sql, emit, reason, one.id, now);
      });
      return (await store.tx(tenant, (sql) => selectByHash(sql, hash, name, source))) ?? one;
    });
  }

  /** What was accepted before it was seen to belong to a flood goes into quarantine as well. */
  async function takeBack(
    sql: Sql,
    emit: (change: StateChange) => Promise<void>,
    reason: Reason,
    cause: string,
    now: number,
  ): Promise<void> {
    for (const id of reason.documents ?? []) {
      if (!(await updateState(sql, id, ['accepted'], 'quarantined', now))) continue;
      await addReason(sql, id, { ...reason, documents: [cause] });
      const detail = { rule: reason.rule, because: cause };
      await emit({ type: 'knowledge.quarantined', actor: 'sallyport', target: { kind: 'document', id }, detail });
    }
  }

  async function move(
    reach: Reach,
    id: string,
    from: readonly State[],
    to: State,
    type: string,
    actor: string,
    why: string,
  ): Promise<KnowledgeDocument> {
    const one = await existing(reach, id);
    await audit.change(reach.tenant, async (sql, emit) => {
      if (!(await updateState(sql, id, from, to, clock()))) throw fail('KNOWLEDGE_STATE', { say: `It is ${one.state}.` });
      await emit(changeOf(type, one, actor, { why }));
    });
    return shownOne(reach, await existing(reach, id));
  }

  async function opened(reach: Reach, id: string, what: 'excerpts' | 'content', actor: string): Promise<Uint8Array> {
    const one = await existing(reach, id);
    const { tenant } = reach;
    const row = await store.tx(tenant, (sql) => selectSealed(sql, id));
    const locked = row?.[what];
    const plain = locked === null || locked === undefined ? undefined : await keyring.openFor(tenant, id, `${PURPOSE}.${what}`, id, locked);
    if (plain === undefined) throw fail('KNOWLEDGE_NOT_KEPT');
    await audit.change(tenant, (_sql, emit) => emit(changeOf('content.read', one, actor, { what })));
    return plain;
  }

  /** Which document of a flood took another one out of use is said where it may be seen. */
  async function withoutCauses(reach: Reach, events: readonly Event[]): Promise<readonly Event[]> {
    const causes = events.flatMap(({ detail }) => (typeof detail?.['because'] === 'string' ? [detail['because']] : []));
    if (reach.datasets === undefined || causes.length === 0) return events;
    const seen = await store.tx(reach.tenant, (sql) => selectOf(sql, causes, likeOf(reach)));
    return events.map((event) => {
      const { because, ...detail } = event.detail ?? {};
      return typeof because !== 'string' || seen.has(because) ? event : { ...event, detail };
    });
  }

  return {
    async check(reach, given) {
      const { read, inspection, prints } = await looked(reach, given);
      const alike = await store.tx(reach.tenant, (sql) => withAlike(sql, reach, given, '', prints, clock()));
      const reasons = [...inspection.reasons, ...alike];
      return {
        verdict: strictest(reasons),
        label: stricterLabel(inspection.label, given.label ?? 'public'),
        format: read.format ?? 'unknown',
        reasons,
      };
    },
    add: async (reach, given, actor) => shownOne(reach, await record(reach, given, actor)),
    list: async (reach, { state, after }) =>
      shown(reach, await store.tx(reach.tenant, (sql) => selectDocuments(sql, state, after, PAGE, likeOf(reach)))),
    counts: (reach) => store.tx(reach.tenant, (sql) => countStates(sql, likeOf(reach))),
    get: async (reach, id) => shownOne(reach, await existing(reach, id)),
    async lineage(reach, id) {
      const { created } = await existing(reach, id);
      const uses = await store.tx(reach.tenant, (sql) => selectUses(sql, id, MAX_USES));
      const { events } = await audit.list(reach.tenant, { target: id, since: created, limit: 500 });
      return { events: await withoutCauses(reach, events), uses };
    },
    release: (reach, id, actor, why) => move(reach, id, ['quarantined'], 'released', 'knowledge.released', actor, why),
    quarantine: (reach, id, actor, why) => move(reach, id, ['accepted', 'released'], 'quarantined', 'knowledge.quarantined', actor, why),
    async erase(reach, id, actor) {
      const one = await existing(reach, id);
      const { tenant } = reach;
      // The key first: whatever fails after this, the text can no longer be read.
      await keyring.eraseSubject(tenant, id);
      await audit.change(tenant, async (sql, emit) => {
        await updateState(sql, id, ['accepted', 'quarantined', 'rejected', 'released', 'erased'], 'erased', clock());
        await eraseDocument(sql, id);
        await emit(changeOf('knowledge.erased', one, actor, {}));
      });
    },
    excerpts: async (reach, id, actor) => JSON.parse(Buffer.from(await opened(reach, id, 'excerpts', actor)).toString('utf8')) as Excerpt[],
    content: (reach, id, actor) => opened(reach, id, 'content', actor),
    used(tenant, ids, event) {
      store
        .tx(tenant, (sql) => insertUses(sql, tenant, ids, event, clock()))
        .catch((error: unknown) => logger.warn('the documents of an answer were not noted', { event, reason: reasonOf(error) }));
    },
    async standing(tenant, objects) {
      const rows = await store.tx(tenant, (sql) => selectStates(sql, objects));
      const versions = Map.groupBy(rows, ({ object }) => object);
      return new Map(
        [...versions].flatMap(([object, found]) => {
          const standing = standingOf(found);
          return standing === undefined ? [] : [[object, standing] as const];
        }),
      );
    },
    async sharing(reach) {
      const shared = await store.tx(reach.tenant, (sql) => selectShared(sql, MAX_SHARED, likeOf(reach)));
      const readersOf = options.readers?.(reach.tenant) ?? (() => Promise.resolve(undefined));
      return sharingReport(shared, readersOf, settings.readers);
    },
  };
}

const STATE_OF: Readonly<Record<Verdict, State>> = { accept: 'accepted', quarantine: 'quarantined', reject: 'rejected' };

function changeOf(type: string, { id, name }: KnowledgeDocument, actor: string, detail: NonNullable<StateChange['detail']>): StateChange {
  return { type, actor, target: { kind: 'document', id, name }, detail };
}
