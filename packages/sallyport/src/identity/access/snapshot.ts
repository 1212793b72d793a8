import type { KeyObject } from 'node:crypto';
import type { JsonObject, Permission, PrincipalId, TenantId } from '../../kernel/index.ts';
import type { AgentRecord } from '../agents/agent.ts';
import type { AgentLimits, KeyRecord } from '../key.ts';
import type { Role } from '../people/person.ts';
import type { Held } from './reader.ts';

/** A person as the hot path sees it. */
export type PersonRecord = {
  readonly id: PrincipalId;
  readonly tenant: TenantId;
  readonly name: string;
  readonly role: Role;
  readonly permissions: ReadonlySet<Permission>;
  /** What tokens of this person may be used for, and which applications get any; absent = all. */
  readonly limits?: AgentLimits & { readonly apps: readonly string[] };
};

/** An application as it was registered, with the metadata of RFC 7591. */
export type ClientRecord = { readonly id: string; readonly tenant: TenantId; readonly name: string; readonly metadata: JsonObject };

/** A key that signs or signed tokens; `active`: from when on it signs. The private half is opened by the authorization server only. */
export type SigningKeyRecord = {
  readonly id: string;
  readonly jwk: JsonObject;
  readonly key: KeyObject;
  readonly sealed: Buffer;
  readonly active: number;
};

/** Everything that deciding about a request needs, of one moment: the hot path asks no database. */
export type Snapshot = {
  /** Keys that may be used now, by the hex of their hash. */
  readonly keys: ReadonlyMap<string, KeyRecord>;
  readonly tenants: readonly TenantId[];
  readonly people: ReadonlyMap<string, PersonRecord>;
  /** Agents that may act now. */
  readonly agents: ReadonlyMap<string, AgentRecord>;
  readonly clients: ReadonlyMap<string, ClientRecord>;
  /** Datasets that readers are held to, by each name that they are asked for by (`readerKey`). */
  readonly readers: ReadonlyMap<string, Held>;
  /** When something was revoked, by `revocationKey`. */
  readonly revocations: ReadonlyMap<string, number>;
  /** Newest first; those that are published only come too. */
  readonly signing: readonly SigningKeyRecord[];
  readonly verification: ReadonlyMap<string, KeyObject>;
};

export const EMPTY: Snapshot = {
  keys: new Map(),
  tenants: [],
  people: new Map(),
  agents: new Map(),
  clients: new Map(),
  readers: new Map(),
  revocations: new Map(),
  signing: [],
  verification: new Map(),
};

/** A revocation is its tenant's own: the id of a client that is an address is the same in all of them. */
export function revocationKey(tenant: string, handle: string): string {
  return `${tenant}\n${handle}`;
}

/** What was in force in `before` and is not in `after`: running requests of these end. Pairs of tenant and handle, as `revocationKey` joins them. */
export function endedBetween(before: Snapshot, after: Snapshot): string[] {
  const ended: string[] = [];
  for (const [hash, key] of before.keys) if (!after.keys.has(hash)) ended.push(revocationKey(key.tenant, key.id));
  for (const [id, person] of before.people) if (!after.people.has(id)) ended.push(revocationKey(person.tenant, id));
  for (const [id, agent] of before.agents) if (!after.agents.has(id)) ended.push(revocationKey(agent.tenant, id));
  for (const [key, at] of after.revocations) if (before.revocations.get(key) !== at) ended.push(key);
  return ended;
}
