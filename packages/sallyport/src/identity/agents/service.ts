import { createPublicKey } from 'node:crypto';
import { newId, visible, type Clock, type JsonObject, type PrincipalId, type TenantId } from '../../kernel/index.ts';
import type { Change } from '../../audit/service.ts';
import type { Sql, Store } from '../../store/service.ts';
import { GATEWAY_SCOPES, readNetwork } from '../access/principal.ts';
import { jwkThumbprint } from '../access/proof.ts';
import { fail } from '../errors.ts';
import { endGrants, notify, revoke } from '../server/store.ts';
import { patternProblem } from '../server/workload.ts';
import { insertPrincipal } from '../store.ts';
import type { AgentChange, ListedAgent, NewAgent } from './agent.ts';
import * as rows from './store.ts';

/** Agents: identities that are no people, each with somebody who answers for it. */
export type Agents = {
  list(tenant: TenantId): Promise<ListedAgent[]>;
  /** Rejects AGENT_INVALID. */
  create(tenant: TenantId, agent: NewAgent, actor: string): Promise<PrincipalId>;
  /** Changes what it may do; for tokens that are out already, too. Rejects AGENT_UNKNOWN, AGENT_INVALID. */
  change(tenant: TenantId, id: string, change: AgentChange, actor: string): Promise<void>;
  /**
   * A public key by which it proves itself from now on; `overlapMs`: how long its other keys stay, for ever when absent.
   * Answers the key's id (`kid`, its thumbprint). Rejects AGENT_UNKNOWN, AGENT_INVALID.
   */
  addKey(
    tenant: TenantId,
    id: string,
    key: { jwk: JsonObject; expires?: number | undefined; overlapMs?: number | undefined },
    actor: string,
  ): Promise<string>;
  /** Refused within a second. Rejects AGENT_UNKNOWN. */
  revokeKey(tenant: TenantId, id: string, key: string, actor: string): Promise<void>;
  /** Rejects AGENT_UNKNOWN, AGENT_INVALID. */
  addWorkload(tenant: TenantId, id: string, workload: { issuer: string; subject: string }, actor: string): Promise<string>;
  removeWorkload(tenant: TenantId, id: string, workload: string, actor: string): Promise<void>;
  /** Stops it at once, everywhere: its keys and tokens are refused, its running requests end. Rejects AGENT_UNKNOWN. */
  quarantine(tenant: TenantId, id: string, reason: string, actor: string): Promise<void>;
  /** Lets it act again; tokens of before stay refused. Rejects AGENT_UNKNOWN. */
  release(tenant: TenantId, id: string, actor: string): Promise<void>;
  /** Rejects AGENT_UNKNOWN. */
  remove(tenant: TenantId, id: string, actor: string): Promise<void>;
};

export function openAgents(
  store: Store,
  deps: { readonly change: Change; readonly clock: Clock; readonly refresh: () => Promise<void> },
): Agents {
  const { clock } = deps;

  /** One change of an agent that is there, its event, and the news of it to every process. */
  async function changed(
    tenant: TenantId,
    id: string,
    type: string,
    actor: string,
    detail: Detail,
    fn: (sql: Sql) => Promise<void>,
  ): Promise<void> {
    await deps.change(tenant, async (sql, emit) => {
      const name = await rows.agentName(sql, id);
      if (name === undefined) throw fail('AGENT_UNKNOWN');
      await fn(sql);
      await emit({ type, actor, target: { kind: 'agent', id, name }, detail });
      await notify(sql);
    });
    await deps.refresh();
  }

  return {
    list: (tenant) => store.tx(tenant, (sql) => rows.listAgents(sql, clock())),
    async create(tenant, agent, actor) {
      checkAgent(agent, clock());
      const now = clock();
      const id = newId('prn', now) as PrincipalId;
      await deps.change(tenant, async (sql, emit) => {
        const owner = agent.owner ?? actor;
        const found = await rows.personOf(sql, owner);
        if (agent.owner !== undefined && found === undefined) throw fail('AGENT_INVALID', { say: 'There is no such person to own it.' });
        if (!(await insertPrincipal(sql, tenant, { id, kind: 'agent', name: agent.name }, now)))
          throw fail('AGENT_INVALID', { say: 'There is a principal of this name.' });
        await rows.setOwner(sql, id, found ?? null, agent.expires ?? null);
        await rows.insertAgent(sql, tenant, id, agent);
        await emit({
          type: 'agent.created',
          actor,
          target: { kind: 'agent', id, name: agent.name },
          detail: {
            scopes: (agent.scopes ?? ['models']).join(' '),
            acts_for: agent.actsFor ?? 'nobody',
            owner: found ?? null,
            expires: agent.expires ?? null,
          },
        });
        await notify(sql);
      });
      await deps.refresh();
      return id;
    },
    async change(tenant, id, change, actor) {
      checkAgent({ name: 'unchanged', purpose: 'unchanged', ...change }, clock());
      const { owner, expires, ...limits } = change;
      const said = Object.entries(limits).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, Array.isArray(value) ? value.join(' ').slice(0, 300) : value] as const],
      );
      const detail = {
        ...Object.fromEntries(said),
        ...(expires === undefined ? {} : { expires }),
        ...(owner === undefined ? {} : { owner }),
      };
      await changed(tenant, id, 'agent.changed', actor, detail, async (sql) => {
        if (owner !== undefined) {
          const found = await rows.personOf(sql, owner);
          if (found === undefined) throw fail('AGENT_INVALID', { say: 'There is no such person to own it.' });
          await rows.changeOwner(sql, id, found);
        }
        await rows.updateAgent(sql, id, change);
      });
    },
    async addKey(tenant, id, { jwk, expires, overlapMs }, actor) {
      const key = publicJwk(jwk);
      if (expires !== undefined && expires <= clock()) throw fail('AGENT_INVALID', { say: 'The key would have expired already.' });
      const detail = {
        key: key.id,
        expires: expires ?? null,
        overlap_seconds: overlapMs === undefined ? null : Math.round(overlapMs / 1_000),
      };
      await changed(tenant, id, 'agent.key_added', actor, detail, async (sql) => {
        const now = clock();
        if (await rows.isKnownKey(sql, key.id)) throw fail('AGENT_INVALID', { say: 'This key is or was in use.' });
        await rows.insertAgentKey(sql, tenant, { id: key.id, agent: id, jwk: key.jwk, expires: expires ?? null }, now);
        if (overlapMs !== undefined) await rows.endOtherKeys(sql, id, key.id, now + overlapMs);
      });
      return key.id;
    },
    revokeKey: (tenant, id, key, actor) =>
      changed(tenant, id, 'agent.key_revoked', actor, { key }, async (sql) => {
        if (!(await rows.revokeAgentKey(sql, id, key, clock()))) throw fail('AGENT_UNKNOWN', { say: 'Or no such key of it.' });
        // Whoever has the key may have tokens by it.
        await revoke(sql, tenant, id, clock());
      }),
    async addWorkload(tenant, id, { issuer, subject }, actor) {
      const problem = patternProblem(subject);
      if (problem !== undefined) throw fail('AGENT_INVALID', { say: `The subject: ${problem}.` });
      const url = URL.parse(issuer);
      if (url === null || !['https:', 'http:'].includes(url.protocol) || url.search !== '' || url.hash !== '')
        throw fail('AGENT_INVALID', { say: 'The issuer must be an address.' });
      const workload = newId('wrk', clock());
      await changed(tenant, id, 'agent.workload_added', actor, { issuer, subject }, (sql) =>
        rows.insertWorkload(sql, tenant, { id: workload, agent: id, issuer, subject }, clock()),
      );
      return workload;
    },
    removeWorkload: (tenant, id, workload, actor) =>
      changed(tenant, id, 'agent.workload_removed', actor, { workload }, async (sql) => {
        if (!(await rows.removeWorkload(sql, id, workload))) throw fail('AGENT_UNKNOWN', { say: 'Or no such workload of it.' });
        await revoke(sql, tenant, id, clock());
      }),
    quarantine: (tenant, id, reason, actor) =>
      changed(tenant, id, 'agent.quarantined', actor, { reason: visible(reason).slice(0, 300) }, async (sql) => {
        await rows.setQuarantine(sql, id, clock(), visible(reason).slice(0, 300));
        await revoke(sql, tenant, id, clock());
      }),
    release: (tenant, id, actor) => changed(tenant, id, 'agent.released', actor, {}, (sql) => rows.setQuarantine(sql, id, null, null)),
    remove: (tenant, id, actor) =>
      changed(tenant, id, 'agent.removed', actor, {}, async (sql) => {
        await rows.removeAgent(sql, id, clock());
        await endGrants(sql, tenant, { client: id }, clock());
        await revoke(sql, tenant, id, clock());
      }),
  };
}

type Detail = Readonly<Record<string, string | number | boolean | null>>;

function checkAgent(agent: NewAgent, now: number): void {
  const printable = (text: string, most: number): boolean =>
    text.trim() !== '' && text.length <= most && visible(text) === text && text.isWellFormed();
  if (!printable(agent.name, 100)) throw fail('AGENT_INVALID', { say: 'Its name needs 1 to 100 printable characters.' });
  if (!printable(agent.purpose, 300)) throw fail('AGENT_INVALID', { say: 'Its purpose needs 1 to 300 printable characters.' });
  const unknown = (agent.scopes ?? []).filter((scope) => !(GATEWAY_SCOPES as readonly string[]).includes(scope));
  if (unknown.length > 0) throw fail('AGENT_INVALID', { say: `Scopes are ${GATEWAY_SCOPES.join(', ')}.` });
  if ((agent.networks ?? []).some((network) => readNetwork(network) === undefined))
    throw fail('AGENT_INVALID', { say: 'Networks are addresses or networks such as 10.0.0.0/8.' });
  if ((agent.hosts ?? []).some((host) => !/^[a-z0-9.*-]+(?::\d{1,5})?$/.test(host)))
    throw fail('AGENT_INVALID', { say: 'Hosts are names such as api.example.com or *.example.com, in lower case.' });
  if (agent.expires !== undefined && agent.expires <= now) throw fail('AGENT_INVALID', { say: 'It would have expired already.' });
}

/** A key that can only verify, of a kind that is strong enough, under the id by which everybody can name it. */
function publicJwk(given: JsonObject): { id: string; jwk: JsonObject } {
  const { kty, crv, x, y, e, n } = given;
  const id = jwkThumbprint(given);
  if (id === undefined || 'd' in given || 'k' in given)
    throw fail('AGENT_INVALID', { say: 'The key must be a public JSON Web Key: EC P-256, Ed25519 or RSA.' });
  const bare = Object.fromEntries(Object.entries({ kty, crv, x, y, e, n }).filter(([, value]) => value !== undefined)) as JsonObject;
  try {
    const key = createPublicKey({ key: bare, format: 'jwk' });
    const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
    const strong = key.asymmetricKeyType === 'ed25519' || namedCurve === 'prime256v1' || (modulusLength ?? 0) >= 2048;
    if (!strong) throw new TypeError('weak');
  } catch (error) {
    throw fail('AGENT_INVALID', { say: 'The key must be EC P-256, Ed25519 or RSA with 2048 bits or more.', cause: error });
  }
  return { id, jwk: { ...bare, kid: id, use: 'sig' } };
}
