import { canonicalJson, reasonOf, type Clock, type Json, type Logger, type TenantId } from '../../kernel/index.ts';
import { label } from '../../audit/index.ts';
import type { Change, StateChange } from '../../audit/service.ts';
import type { Keyring } from '../../keyring/service.ts';
import type { Store } from '../../store/service.ts';
import {
  diffDefinitions,
  hashDefinition,
  hashInstructions,
  keyOf,
  scanDefinitions,
  type Definition,
  type ServerDefinitions,
} from '../definitions/index.ts';
import { fail } from '../errors.ts';
import * as rows from '../store.ts';
import { pinKey, type LiveDefinition, type PinFacts, type PinFinding, type PinKind, type PinRow, type PinState } from './pin.ts';

export type PinsOptions = {
  readonly store: Store;
  readonly change: Change;
  readonly keyring: Pick<Keyring, 'tenant'>;
  readonly pin: 'first_use' | 'approve';
};

/** How each definition stands that a server has now, by `pinKey`. */
export type Standing = ReadonlyMap<string, PinState>;

export type Answered = { readonly server: string; readonly kind: PinKind; readonly name: string; readonly hash: string };

export type Pins = {
  /** Changes when anything about pins may have changed. */
  version(): number;
  /** Compares what a server defines now with what was pinned; writes down what is new or different. Rejects MCP_PINS_UNREADABLE. */
  check(tenant: TenantId, server: string, definitions: ServerDefinitions): Promise<Standing>;
  list(tenant: TenantId, server?: string): Promise<readonly PinRow[]>;
  /** Approves or rejects exactly the versions that are named: all of them or none. Rejects MCP_PIN_CHANGED. */
  answer(tenant: TenantId, decision: 'approve' | 'reject', pins: readonly Answered[], actor: string, why?: string): Promise<void>;
  close(): Promise<void>;
};

/** Servers whose pins are kept in memory, of all tenants. */
const MAX_KEPT = 2_000;
/** Writings about one server in a minute: a server that changes more often is not followed; what is not written down is not offered. */
const MAX_WRITES = 30;
const MINUTE = 60_000;
/** Changes of one comparison that get an event of their own. */
const MAX_EVENTS = 50;
const MAX_FINDINGS = 20;

/**
 * The definitions of servers as a tenant has approved them. Only what is pinned is offered, and only as it was pinned: the first use of a
 * server pins it whole (or waits, `pin: approve`), everything that is new or different later waits for a person.
 */
export async function openPins(options: PinsOptions, deps: { readonly logger: Logger; readonly clock: Clock }): Promise<Pins> {
  const { store, change, keyring } = options;
  const { clock, logger } = deps;
  const known = new Map<string, ReadonlyMap<string, PinFacts>>();
  const writes = new Map<string, { since: number; count: number }>();
  let version = 0;
  const unlisten = await store.listen(rows.PINS_CHANNEL, (payload) => {
    version++;
    if (payload === '') known.clear();
    else known.delete(payload);
  });

  async function load(tenant: TenantId, server: string): Promise<ReadonlyMap<string, PinFacts>> {
    const key = `${tenant} ${server}`;
    const kept = known.get(key);
    if (kept !== undefined) return kept;
    const before = version;
    const found = await store
      .tx(tenant, (sql) => rows.selectFacts(sql, server))
      .catch((error: unknown) => {
        logger.error('pins cannot be read', { server, reason: reasonOf(error) });
        throw fail('MCP_PINS_UNREADABLE', { cause: error });
      });
    const facts = new Map(found.map((row) => [pinKey(row.kind, row.name), row]));
    // A change that came while it was read may be missing in it.
    if (version !== before) return facts;
    if (known.size >= MAX_KEPT) known.clear();
    known.set(key, facts);
    return facts;
  }

  async function check(tenant: TenantId, server: string, definitions: ServerDefinitions): Promise<Standing> {
    const live = liveOf(definitions);
    let facts = await load(tenant, server);
    if (facts.size === 0 || live.some((one) => facts.get(pinKey(one.kind, one.name))?.current_hash !== one.hash)) {
      if (!mayWrite(`${tenant} ${server}`)) return standing(live, facts);
      await record(tenant, server, definitions, live);
      known.delete(`${tenant} ${server}`);
      facts = await load(tenant, server);
    }
    return standing(live, facts);
  }

  function mayWrite(key: string): boolean {
    const now = clock();
    const kept = writes.get(key);
    if (kept === undefined || now - kept.since > MINUTE) {
      if (writes.size > MAX_KEPT) writes.clear();
      writes.set(key, { since: now, count: 1 });
      return true;
    }
    return ++kept.count <= MAX_WRITES;
  }

  async function record(tenant: TenantId, server: string, definitions: ServerDefinitions, live: readonly LiveDefinition[]): Promise<void> {
    const lock = (await keyring.tenant(tenant)).mac('mcp pins lock', server).readBigInt64BE(0);
    const now = clock();
    await change(tenant, async (sql, emit) => {
      await rows.lockPins(sql, lock);
      const all = await rows.selectPins(sql, undefined);
      const before = new Map(all.filter((row) => row.server === server).map((row) => [pinKey(row.kind, row.name), row]));
      const first = before.size === 0;
      const findings = findingsOf(server, definitions, othersOf(all, server));
      const changes = first ? [] : diffDefinitions(pinnedOf([...before.values()]), definitions);
      const written: PinRow[] = [];
      for (const one of live) {
        const old = before.get(pinKey(one.kind, one.name));
        if (old?.current_hash === one.hash) continue;
        const found = findings.get(pinKey(one.kind, one.name)) ?? [];
        const state = stateOf(one, old, { first: first && options.pin === 'first_use', grave: found.some(isGrave) });
        const pinned = old === undefined ? state === 'pinned' : false;
        const row: PinRow = {
          ...{ server, kind: one.kind, name: one.name, state, current_hash: one.hash, current: one.text },
          pinned_hash: pinned ? one.hash : (old?.pinned_hash ?? null),
          pinned: pinned ? one.text : (old?.pinned ?? null),
          changes: changes.filter((entry) => entry.kind === one.kind && entry.name === one.name),
          findings: found,
          ...{ created: old?.created ?? now, changed: now, decided_by: null, decided: null, decided_why: null },
        };
        await rows.upsertPin(sql, tenant, row);
        written.push(row);
      }
      for (const event of eventsOf(server, written, first)) await emit(event);
      await rows.notifyPins(sql, tenant, server);
    });
  }

  async function answer(
    tenant: TenantId,
    decision: 'approve' | 'reject',
    pins: readonly Answered[],
    actor: string,
    why?: string,
  ): Promise<void> {
    await change(tenant, async (sql, emit) => {
      for (const pin of pins) {
        const done = await (decision === 'approve' ? rows.approvePin : rows.rejectPin)(sql, pin, {
          by: actor,
          why: why ?? null,
          now: clock(),
        });
        if (!done) throw fail('MCP_PIN_CHANGED', { say: `${pin.server}: ${label(pin.name)}` });
        await emit({
          type: decision === 'approve' ? 'mcp.pin_approved' : 'mcp.pin_rejected',
          actor,
          target: { kind: `mcp_${pin.kind}`, id: pin.server, name: label(pin.name) },
          detail: { hash: pin.hash, ...(why === undefined ? {} : { why }) },
        });
      }
      for (const server of new Set(pins.map((pin) => pin.server))) await rows.notifyPins(sql, tenant, server);
    });
    // Those of this process hear of it by the same notification, but not before this answer.
    version++;
    for (const { server } of pins) known.delete(`${tenant} ${server}`);
  }

  return {
    version: () => version,
    check,
    list: (tenant, server) => store.tx(tenant, (sql) => rows.selectPins(sql, server)),
    answer,
    close: () => unlisten(),
  };
}

/** What a server defines, with the hashes that are compared. Instructions always count, also when there are none: so that a server is known from its first use on. */
function liveOf(definitions: ServerDefinitions): LiveDefinition[] {
  const { instructions = '', tools, prompts, resources } = definitions;
  return [
    { kind: 'instructions', name: '', hash: hashInstructions(instructions), text: canonicalJson(instructions) },
    ...tools.map((tool) => liveOne('tool', tool.name, tool)),
    ...prompts.map((prompt) => liveOne('prompt', prompt.name, prompt)),
    ...resources.map((resource) => liveOne('resource', keyOf(resource), resource)),
  ];
}

function liveOne(kind: PinKind, name: string, definition: Definition): LiveDefinition {
  return { kind, name, hash: hashDefinition(definition), text: canonicalJson(definition as Json) };
}

function standing(live: readonly LiveDefinition[], facts: ReadonlyMap<string, PinFacts>): Standing {
  return new Map(
    live.map(({ kind, name, hash }) => {
      const fact = facts.get(pinKey(kind, name));
      // Approved, and exactly what is there now: anything else waits.
      const pinned = fact?.state === 'pinned' && fact.pinned_hash === hash && fact.current_hash === hash;
      const state: PinState = fact === undefined ? 'waiting' : pinned ? 'pinned' : fact.state === 'pinned' ? 'changed' : fact.state;
      return [pinKey(kind, name), state];
    }),
  );
}

/** A definition that went back to what was approved is that again. */
function stateOf(live: LiveDefinition, old: PinRow | undefined, now: { readonly first: boolean; readonly grave: boolean }): PinState {
  if (old === undefined) return now.first && !now.grave ? 'pinned' : 'waiting';
  if (old.pinned_hash === live.hash) return 'pinned';
  return old.pinned_hash === null ? 'waiting' : 'changed';
}

/** The definitions of a server as they were approved. */
function pinnedOf(pins: readonly PinRow[]): ServerDefinitions {
  const of = <T>(kind: PinKind): T[] =>
    pins.filter((pin) => pin.kind === kind && pin.pinned !== null).map((pin) => JSON.parse(pin.pinned ?? 'null') as T);
  const [instructions = ''] = of<string>('instructions');
  return { ...(instructions === '' ? {} : { instructions }), tools: of('tool'), prompts: of('prompt'), resources: of('resource') };
}

type OtherServers = NonNullable<Parameters<typeof scanDefinitions>[1]['otherServers']>;

/** What the other servers of the tenant offer: names that this one must not take or imitate. */
function othersOf(all: readonly PinRow[], server: string): OtherServers {
  const names = new Set(all.map((row) => row.server).filter((name) => name !== server));
  return [...names].map((name) => ({
    server: name,
    tools: all.filter((row) => row.server === name && row.kind === 'tool' && row.pinned !== null).map(({ name }) => ({ name })),
  }));
}

const isGrave = ({ severity }: PinFinding): boolean => severity === 'high' || severity === 'critical';

/** What the scan says of each definition. */
function findingsOf(server: string, definitions: ServerDefinitions, otherServers: OtherServers): Map<string, PinFinding[]> {
  const findings = new Map<string, PinFinding[]>();
  const addresses = Map.groupBy(definitions.resources, (resource) => resource.name);
  for (const { kind, name, rule, severity, path, message } of scanDefinitions(definitions, { server, otherServers })) {
    // Findings name resources as people do; what they are about goes by its address.
    const names = kind === 'resource' ? (addresses.get(name) ?? []).map((resource) => keyOf(resource)) : [name];
    for (const key of names.map((one) => pinKey(kind, one))) {
      const kept = findings.get(key) ?? [];
      if (kept.length < MAX_FINDINGS) kept.push({ rule, severity, path, message });
      findings.set(key, kept);
    }
  }
  return findings;
}

function eventsOf(server: string, written: readonly PinRow[], first: boolean): StateChange[] {
  const pinned = written.filter((row) => row.state === 'pinned');
  const held = written.filter((row) => row.state !== 'pinned');
  const whole: StateChange[] =
    first || held.length > MAX_EVENTS
      ? [
          {
            type: first ? 'mcp.server_seen' : 'mcp.server_changed',
            actor: 'system',
            target: { kind: 'mcp_server', id: server },
            detail: { pinned: pinned.length, waiting: held.length },
          },
        ]
      : [];
  return [
    ...whole,
    ...held.slice(0, MAX_EVENTS).map((row): StateChange => ({
      type: 'mcp.pin_quarantined',
      actor: 'system',
      target: { kind: `mcp_${row.kind}`, id: server, name: label(row.name) },
      detail: {
        state: row.state,
        changes: [...new Set(row.changes.map((one) => one.classification))].join(',').slice(0, 200),
        findings: row.findings.length,
        hash: row.current_hash,
      },
    })),
  ];
}
