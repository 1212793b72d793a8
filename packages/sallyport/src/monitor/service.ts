import { createHmac } from 'node:crypto';
import { newId, reasonOf, type Clock, type EventId, type Logger, type TenantId } from '../kernel/index.ts';
import type { Event, EventFinding } from '../audit/index.ts';
import type { Audit } from '../audit/service.ts';
import type { Keyring } from '../keyring/service.ts';
import type { Store } from '../store/service.ts';
import { isCertain, type Corrections } from './correction.ts';
import { fail } from './errors.ts';
import { changeOf, correctionsOf, effectOf, type Effect, type Feedback } from './feedback.ts';
import { FEEDBACK_CHANNEL, insertFeedback, loadApplied, notifyFeedback, selectFeedback, selectOne, updateState } from './store.ts';

export { corrected, type Corrections } from './correction.ts';
export type { Effect, Feedback } from './feedback.ts';

/** What a person says. `finding`: its place in the event's list; needed for `fine`. `text`: what was meant, kept as a keyed hash only. */
export type NewFeedback = {
  readonly event: string;
  readonly verdict: Feedback['verdict'];
  readonly finding?: number;
  readonly rule?: string;
  readonly text?: string;
};

export type Monitor = {
  /** What applied feedback leaves out for a tenant. Synchronous, from memory. */
  corrections(tenant: TenantId): Corrections | undefined;
  list(tenant: TenantId): Promise<readonly Feedback[]>;
  /** Rejects FEEDBACK_EVENT_UNKNOWN, FEEDBACK_NEVER_FINE, FEEDBACK_INVALID. Changes no verdict. */
  give(tenant: TenantId, feedback: NewFeedback, actor: string): Promise<Feedback>;
  /** What applying would change, over the events since a time. Rejects FEEDBACK_UNKNOWN. */
  effect(tenant: TenantId, id: string, since: number): Promise<Effect>;
  /** Rejects FEEDBACK_UNKNOWN, FEEDBACK_STATE, FEEDBACK_NOTHING_TO_APPLY. */
  apply(tenant: TenantId, id: string, actor: string): Promise<Feedback>;
  undo(tenant: TenantId, id: string, actor: string): Promise<Feedback>;
  close(): Promise<void>;
};

export type MonitorOptions = {
  readonly store: Store;
  readonly keyring: Pick<Keyring, 'tenant'>;
  readonly audit: Pick<Audit, 'change' | 'get' | 'list'>;
};

/** Events that one effect looks at. */
const MAX_EVENTS = 20_000;
const PAGE = 500;
/** Hex digits of a value's hash; the length of the value follows, for the effect. */
const HASH = 64;

/** The keyed hash under which a value is excepted: made from the tenant's key for that purpose. */
export function valueHash(key: Buffer, value: string): string {
  return createHmac('sha256', key).update(value).digest('hex');
}

export async function openMonitor(
  { store, keyring, audit }: MonitorOptions,
  deps: { readonly logger: Logger; readonly clock: Clock },
): Promise<Monitor> {
  const { logger, clock } = deps;
  let tenants: ReadonlyMap<TenantId, Corrections | undefined> = new Map();

  async function refresh(): Promise<void> {
    const applied = await store.system('monitor: applied feedback of all tenants', loadApplied);
    tenants = new Map([...applied].map(([tenant, feedback]) => [tenant, correctionsOf(feedback.map(bare))]));
  }

  const refreshQuietly = (): void => {
    refresh().catch((error: unknown) => logger.warn('applied feedback not refreshed', { reason: reasonOf(error) }));
  };

  async function existing(tenant: TenantId, id: string): Promise<Feedback> {
    const one = await store.tx(tenant, (sql) => selectOne(sql, id));
    if (one === undefined) throw fail('FEEDBACK_UNKNOWN');
    return one;
  }

  async function move(tenant: TenantId, one: Feedback, to: 'applied' | 'undone', actor: string): Promise<Feedback> {
    const from: readonly Feedback['state'][] = to === 'applied' ? ['given', 'undone'] : ['applied'];
    await audit.change(tenant, async (sql, emit) => {
      if (!(await updateState(sql, one.id, from, to, clock()))) throw fail('FEEDBACK_STATE');
      await emit({
        type: `feedback.${to}`,
        actor,
        target: { kind: 'feedback', id: one.id },
        detail: { rule: one.rule, change: changeOf(one).kind },
      });
      await notifyFeedback(sql, tenant);
    });
    await refresh();
    return shown(await existing(tenant, one.id));
  }

  await refresh();
  const unlisten = await store.listen(FEEDBACK_CHANNEL, refreshQuietly);

  return {
    corrections: (tenant) => tenants.get(tenant),
    list: async (tenant) => (await store.tx(tenant, selectFeedback)).map(shown),
    async give(tenant, given, actor) {
      const event = await audit.get(tenant, given.event as EventId);
      if (event === undefined) throw fail('FEEDBACK_EVENT_UNKNOWN');
      const { rule, confidence } = meant(event, given);
      const keys = await keyring.tenant(tenant);
      const value = given.text === undefined ? null : `${valueHash(keys.macKey('feedback'), given.text)}:${given.text.length}`;
      const now = clock();
      const one: Feedback = {
        id: newId('fb', now),
        event: event.uid,
        verdict: given.verdict,
        rule,
        confidence,
        value,
        state: 'given',
        givenBy: actor,
        created: now,
        changed: now,
      };
      await audit.change(tenant, async (sql, emit) => {
        await insertFeedback(sql, tenant, one);
        await emit({
          type: 'feedback.created',
          actor,
          target: { kind: 'feedback', id: one.id },
          detail: { verdict: one.verdict, rule, event: one.event },
        });
      });
      return shown(one);
    },
    async effect(tenant, id, since) {
      const one = await existing(tenant, id);
      return effectOf(changeOf(bare(one)), Number(one.value?.slice(HASH + 1) ?? 0), recorded(audit, tenant, since));
    },
    async apply(tenant, id, actor) {
      const one = await existing(tenant, id);
      if (changeOf(one).kind === 'none') throw fail('FEEDBACK_NOTHING_TO_APPLY');
      return move(tenant, one, 'applied', actor);
    },
    undo: async (tenant, id, actor) => move(tenant, await existing(tenant, id), 'undone', actor),
    close: unlisten,
  };
}

/** The rule that is meant, of the event's own findings when something was found. */
function meant(event: Event, { verdict, finding, rule, text }: NewFeedback): { rule: string; confidence: number } {
  if (verdict === 'missed') {
    if (rule === undefined) throw fail('FEEDBACK_INVALID', { say: 'Say which rule or detector missed it.' });
    return { rule, confidence: 0 };
  }
  const found: EventFinding | undefined = event.findings?.[finding ?? -1];
  if (found === undefined) throw fail('FEEDBACK_EVENT_UNKNOWN', { say: `It has ${event.findings?.length ?? 0} findings.` });
  if (isCertain(found)) throw fail('FEEDBACK_NEVER_FINE');
  if (text !== undefined && text.length !== found.end - found.start)
    throw fail('FEEDBACK_INVALID', { say: `The text has ${text.length} characters, the finding ${found.end - found.start}.` });
  return { rule: found.rule, confidence: found.confidence };
}

/** The stored value is the hash and the length; exceptions compare the hash. */
function bare(one: Feedback): Feedback {
  return { ...one, value: one.value?.slice(0, HASH) ?? null };
}

/** The hash is for comparing only; nobody needs to read it. */
function shown(one: Feedback): Feedback {
  return { ...one, value: one.value === null ? null : 'kept as a keyed hash' };
}

async function* recorded(audit: Pick<Audit, 'list'>, tenant: TenantId, since: number): AsyncGenerator<Event> {
  let after: string | undefined;
  for (let seen = 0; seen < MAX_EVENTS;) {
    const page = await audit.list(tenant, { kind: 'gateway', since, limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page.events;
    seen += page.events.length;
    after = page.next;
    if (after === undefined) return;
  }
}
