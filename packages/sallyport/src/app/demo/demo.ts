import type { Clock, TenantId } from '../../kernel/index.ts';
import { runEvent, runsOf, type Event } from '../../audit/index.ts';
import { parseCursor, type Audit, type DemoSource, type EventPage, type EventQuery } from '../../audit/service.ts';
import type { Guards } from '../../guard/index.ts';
import { loadConfigured, type Policy } from '../../policy/index.ts';
import { HISTORY_KINDS, type McpSource } from '../../mcp/index.ts';
import type { Store } from '../../store/service.ts';
import { COMPANY } from './company.ts';
import { DAYS } from './days.ts';
import { demoHistory, DEMO_ID } from './history.ts';
import type { DemoEvent } from './judge.ts';
import { DEMO_PRINCIPALS, demoPins, demoServers } from './servers.ts';
import { deleteLoaded, insertLoaded, selectLoaded } from './store.ts';

/** What the console shows of it. `days`: from the oldest, by what came of the requests. */
export type DemoState = {
  readonly company: string;
  /** Milliseconds since 1970; null while there is none. */
  readonly since: number | null;
  readonly requests: number;
  readonly days: readonly { readonly start: number; readonly allowed: number; readonly would: number; readonly refused: number }[];
};

export type Demo = DemoSource & {
  /** The tool servers of the company. */
  readonly tools: McpSource;
  state(tenant: TenantId): Promise<DemoState>;
  load(tenant: TenantId, actor: string): Promise<DemoState>;
  /** Takes all of it away; answers whether there was any. */
  remove(tenant: TenantId, actor: string): Promise<boolean>;
};

const DAY = 86_400_000;
const DEFAULT_PAGE = 50;

/**
 * Fourteen days of a made-up company to look around in. Its events are made when they are asked for and are in no log, no table and no
 * figure of the real ones: only that a tenant looks at them is kept. They show what these guards find under the default policy.
 */
export function openDemo(
  deps: { readonly store: Store; readonly audit: Pick<Audit, 'change'>; readonly guards: (tenant: TenantId) => Guards | undefined },
  clock: Clock,
): Demo {
  const { store, audit } = deps;
  const kept = new Map<TenantId, { readonly since: number; readonly events: readonly DemoEvent[] }>();

  /** As a fresh installation would have recorded it: what people change here changes no history. */
  let policy: Policy | undefined;
  const defaultPolicy = (): Policy | undefined => {
    if (policy === undefined) {
      const loaded = loadConfigured({}, new Map(), new Set());
      if (loaded.ok) ({ policy } = loaded);
    }
    return policy;
  };

  async function events(tenant: TenantId): Promise<{ readonly since: number | undefined; readonly events: readonly DemoEvent[] }> {
    const since = await store.tx(tenant, selectLoaded);
    const known = kept.get(tenant);
    if (since === undefined) {
      kept.delete(tenant);
      return { since, events: [] };
    }
    if (known?.since === since) return known;
    const guards = deps.guards(tenant);
    const rules = defaultPolicy();
    const made = { since, events: guards === undefined || rules === undefined ? [] : demoHistory(tenant, since, guards, rules) };
    kept.set(tenant, made);
    return made;
  }

  async function state(tenant: TenantId): Promise<DemoState> {
    const { since, events: all } = await events(tenant);
    const requests = all.filter(({ event }) => event.kind.startsWith('gateway'));
    return { company: COMPANY, since: since ?? null, requests: requests.length, days: since === undefined ? [] : daysOf(requests, since) };
  }

  const list = async (tenant: TenantId, query: EventQuery): Promise<EventPage> => pageOf((await events(tenant)).events, query);
  const tools: McpSource = {
    async servers(tenant) {
      const { since } = await events(tenant);
      return since === undefined ? [] : demoServers(tenant, since);
    },
    async pins(tenant, server) {
      const { since } = await events(tenant);
      if (since === undefined) return [];
      const first = since - DAYS.all * DAY;
      return demoPins(first, first + DAYS.poisoned[0] * DAY).filter((row) => server === undefined || row.server === server);
    },
    history: async (tenant, target) => (await list(tenant, { target, kinds: HISTORY_KINDS })).events,
    principals: () => DEMO_PRINCIPALS,
    manifest: {},
  };

  return {
    tools,
    state,
    async load(tenant, actor) {
      await audit.change(tenant, async (sql, emit) => {
        if (await insertLoaded(sql, tenant, clock()))
          await emit({ type: 'demo.loaded', actor, target: { kind: 'demo', id: 'demo', name: COMPANY } });
      });
      return state(tenant);
    },
    async remove(tenant, actor) {
      kept.delete(tenant);
      return audit.change(tenant, async (sql, emit) => {
        const was = await deleteLoaded(sql);
        if (was) await emit({ type: 'demo.removed', actor, target: { kind: 'demo', id: 'demo', name: COMPANY } });
        return was;
      });
    },
    list,
    async runs(tenant, { since = 0, principal }) {
      const all = (await events(tenant)).events.flatMap(({ event }) => runEvent(event) ?? []);
      return runsOf(all.filter((event) => event.time >= since && (principal === undefined || event.principal === principal)));
    },
    async get(tenant, uid) {
      return uid.startsWith(DEMO_ID) ? (await events(tenant)).events.find(({ event }) => event.uid === uid)?.event : undefined;
    },
    async content(tenant, uid) {
      const found = uid.startsWith(DEMO_ID) ? (await events(tenant)).events.find(({ event }) => event.uid === uid) : undefined;
      return found === undefined ? undefined : { state: 'kept', mode: 'full', expires: Number.MAX_SAFE_INTEGER, pieces: found.pieces };
    },
  };
}

function daysOf(requests: readonly DemoEvent[], since: number): DemoState['days'] {
  return Array.from({ length: DAYS.all }, (_, day) => {
    const start = since - (DAYS.all - day) * DAY;
    const of = requests.filter(({ event }) => event.time >= start && event.time < start + DAY).map(({ event }) => event.decision);
    const refused = of.filter((decision) => decision?.action === 'deny').length;
    const would = of.filter(
      (decision) => decision?.action === 'allow' && decision.would.some(({ action }) => action === 'deny' || action === 'quarantine'),
    ).length;
    return { start, refused, would, allowed: of.length - refused - would };
  });
}

/** The filters of the real list, over events that are newest first. */
function pageOf(all: readonly DemoEvent[], query: EventQuery): EventPage {
  const after = parseCursor(query.after);
  const passing = all.map(({ event }) => event).filter((event) => passes(event, query) && (after === undefined || isAfter(event, after)));
  const limit = query.limit ?? DEFAULT_PAGE;
  const events = passing.slice(0, limit);
  const last = events.at(-1);
  return passing.length > limit && last !== undefined ? { events, next: `${last.time}.${last.uid}` } : { events };
}

function isAfter(event: Event, { time, uid }: { time: number; uid: string }): boolean {
  return event.time < time || (event.time === time && event.uid < uid);
}

function passes(event: Event, { since, until, decision, kind, kinds, model, principal, target, conversation }: EventQuery): boolean {
  return (
    (kinds === undefined || kinds.includes(event.kind)) &&
    (target === undefined || event.target?.id === target) &&
    (conversation === undefined || event.conversation === conversation) &&
    (since === undefined || event.time >= since) &&
    (until === undefined || event.time < until) &&
    (decision === undefined || event.decision?.action === decision) &&
    (kind === undefined || event.kind === kind || event.kind.startsWith(`${kind}.`)) &&
    (model === undefined || event.api?.model === model) &&
    (principal === undefined || event.actor.principal === principal)
  );
}
