import { newId, reasonOf, type Clock, type Logger, type TenantId } from '../kernel/index.ts';
import type { Event } from '../audit/index.ts';
import type { Audit, StateChange } from '../audit/service.ts';
import { type GivenDocument, type ReadDocument } from '../documents/index.ts';
import type { Documents } from '../documents/service.ts';
import type { Guards } from '../guard/index.ts';
import type { Keyring } from '../keyring/service.ts';
import type { Sql, Store } from '../store/service.ts';
import { ALIKE, alikeReasons, keysOf, printsOf, type AlikeSettings, type Prints } from './alike.ts';
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

/** `reasons`: the rules that spoke against a document, or noted something. */
export type Standing = Pick<KnowledgeDocument, 'state' | 'label'> & { readonly reasons: readonly string[] };

/** What a check says; nothing of it is kept. */
export type Checked = {
  readonly verdict: Verdict;
  readonly label: Label;
  readonly format: KnowledgeDocument['format'];
  readonly reasons: readonly Reason[];
};

/** What became of a document, and the answers that were made from it as far as requests named it. */
export type Lineage = { readonly events: readonly Event[]; readonly uses: readonly { readonly event: string; readonly time: number }[] };

/** Documents on their way into a tenant's knowledge bases. Every method sees that tenant only; what is not there rejects KNOWLEDGE_UNKNOWN. */
export type Knowledge = {
  /** Rejects KNOWLEDGE_BUSY, KNOWLEDGE_GUARDS_OFF. */
  check(tenant: TenantId, given: NewDocument): Promise<Checked>;
  /** Checks and records; the same bytes under the same name and source are the same document. */
  add(tenant: TenantId, given: NewDocument, actor: string): Promise<KnowledgeDocument>;
  list(tenant: TenantId, query: { readonly state?: State; readonly after?: string }): Promise<readonly KnowledgeDocument[]>;
  counts(tenant: TenantId): Promise<Readonly<Record<string, number>>>;
  get(tenant: TenantId, id: string): Promise<KnowledgeDocument>;
  lineage(tenant: TenantId, id: string): Promise<Lineage>;
  /** Lets a document out of quarantine. Rejects KNOWLEDGE_STATE. */
  release(tenant: TenantId, id: string, actor: string, why: string): Promise<KnowledgeDocument>;
  /** Takes a document out of use, for a finding that came later. Rejects KNOWLEDGE_STATE. */
  quarantine(tenant: TenantId, id: string, actor: string, why: string): Promise<KnowledgeDocument>;
  /** Erases what is kept of its text, and its prints. What is left says that there was a document. */
  erase(tenant: TenantId, id: string, actor: string): Promise<void>;
  /** What was found, in its own words; reading it is an event. Rejects KNOWLEDGE_NOT_KEPT. */
  excerpts(tenant: TenantId, id: string, actor: string): Promise<readonly Excerpt[]>;
  /** The bytes, when they are kept; reading them is an event. Rejects KNOWLEDGE_NOT_KEPT. */
  content(tenant: TenantId, id: string, actor: string): Promise<Uint8Array>;
  /** Notes from which documents an answer was made; returns at once. */
  used(tenant: TenantId, documents: readonly string[], event: string): void;
  sharing(tenant: TenantId): Promise<SharingReport>;
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

  async function looked(tenant: TenantId, given: NewDocument): Promise<{ read: ReadDocument; inspection: Inspection; prints: Prints }> {
    const guards = options.guards(tenant);
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

  function withAlike(sql: Sql, given: NewDocument, actor: string, prints: Prints, now: number): Promise<Reason[]> {
    const own = { name: given.name, source: given.source ?? '', actor, now, prints };
    return selectAlike(sql, keysOf(prints)).then((known) => alikeReasons(own, known, { ...ALIKE, ...settings.alike }));
  }

  async function existing(tenant: TenantId, id: string): Promise<KnowledgeDocument> {
    const one = await store.tx(tenant, (sql) => selectDocument(sql, id));
    if (one === undefined) throw fail('KNOWLEDGE_UNKNOWN');
    return one;
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

  async function record(tenant: TenantId, given: NewDocument, actor: string): Promise<KnowledgeDocument> {
    const { name, source = '', object = '' } = given;
    const hash = (await keyring.tenant(tenant)).mac('knowledge.document', given.bytes).toString('hex');
    const before = await store.tx(tenant, (sql) => selectByHash(sql, hash, name, source));
    if (before !== undefined) return before;
    const { read, inspection, prints } = await looked(tenant, given);
    return inTurn(tenant, async () => {
      const now = clock();
      const alike = await store.tx(tenant, (sql) => withAlike(sql, given, actor, prints, now));
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
    tenant: TenantId,
    id: string,
    from: readonly State[],
    to: State,
    type: string,
    actor: string,
    why: string,
  ): Promise<KnowledgeDocument> {
    const one = await existing(tenant, id);
    await audit.change(tenant, async (sql, emit) => {
      if (!(await updateState(sql, id, from, to, clock()))) throw fail('KNOWLEDGE_STATE', { say: `It is ${one.state}.` });
      await emit(changeOf(type, one, actor, { why }));
    });
    return existing(tenant, id);
  }

  async function opened(tenant: TenantId, id: string, what: 'excerpts' | 'content', actor: string): Promise<Uint8Array> {
    const one = await existing(tenant, id);
    const row = await store.tx(tenant, (sql) => selectSealed(sql, id));
    const locked = row?.[what];
    const plain = locked === null || locked === undefined ? undefined : await keyring.openFor(tenant, id, `${PURPOSE}.${what}`, id, locked);
    if (plain === undefined) throw fail('KNOWLEDGE_NOT_KEPT');
    await audit.change(tenant, (_sql, emit) => emit(changeOf('content.read', one, actor, { what })));
    return plain;
  }

  return {
    async check(tenant, given) {
      const { read, inspection, prints } = await looked(tenant, given);
      const alike = await store.tx(tenant, (sql) => withAlike(sql, given, '', prints, clock()));
      const reasons = [...inspection.reasons, ...alike];
      return {
        verdict: strictest(reasons),
        label: stricterLabel(inspection.label, given.label ?? 'public'),
        format: read.format ?? 'unknown',
        reasons,
      };
    },
    add: record,
    list: (tenant, { state, after }) => store.tx(tenant, (sql) => selectDocuments(sql, state, after, PAGE)),
    counts: (tenant) => store.tx(tenant, countStates),
    get: existing,
    async lineage(tenant, id) {
      const { created } = await existing(tenant, id);
      const uses = await store.tx(tenant, (sql) => selectUses(sql, id, MAX_USES));
      const { events } = await audit.list(tenant, { target: id, since: created, limit: 500 });
      return { events, uses };
    },
    release: (tenant, id, actor, why) => move(tenant, id, ['quarantined'], 'released', 'knowledge.released', actor, why),
    quarantine: (tenant, id, actor, why) => move(tenant, id, ['accepted', 'released'], 'quarantined', 'knowledge.quarantined', actor, why),
    async erase(tenant, id, actor) {
      const one = await existing(tenant, id);
      // The key first: whatever fails after this, the text can no longer be read.
      await keyring.eraseSubject(tenant, id);
      await audit.change(tenant, async (sql, emit) => {
        await updateState(sql, id, ['accepted', 'quarantined', 'rejected', 'released', 'erased'], 'erased', clock());
        await eraseDocument(sql, id);
        await emit(changeOf('knowledge.erased', one, actor, {}));
      });
    },
    excerpts: async (tenant, id, actor) =>
      JSON.parse(Buffer.from(await opened(tenant, id, 'excerpts', actor)).toString('utf8')) as Excerpt[],
    content: (tenant, id, actor) => opened(tenant, id, 'content', actor),
    used(tenant, ids, event) {
      store
        .tx(tenant, (sql) => insertUses(sql, tenant, ids, event, clock()))
        .catch((error: unknown) => logger.warn('the documents of an answer were not noted', { event, reason: reasonOf(error) }));
    },
    async standing(tenant, objects) {
      const rows = await store.tx(tenant, (sql) => selectStates(sql, objects));
      return new Map(
        rows.map(({ object, state, label, reasons }) => [object, { state, label, reasons: [...new Set(reasons.map(({ rule }) => rule))] }]),
      );
    },
    async sharing(tenant) {
      const shared = await store.tx(tenant, (sql) => selectShared(sql, MAX_SHARED));
      const readersOf = options.readers?.(tenant) ?? (() => Promise.resolve(undefined));
      return sharingReport(shared, readersOf, settings.readers);
    },
  };
}

const STATE_OF: Readonly<Record<Verdict, State>> = { accept: 'accepted', quarantine: 'quarantined', reject: 'rejected' };

function changeOf(type: string, { id, name }: KnowledgeDocument, actor: string, detail: NonNullable<StateChange['detail']>): StateChange {
  return { type, actor, target: { kind: 'document', id, name }, detail };
}
