import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isId, Secret, type Clock, type TenantId } from '../kernel/index.ts';
import type { Change } from '../audit/service.ts';
import type { Keyring } from '../keyring/service.ts';
import type { Store } from '../store/service.ts';
import type { Connection } from './connection.ts';
import { fail } from './errors.ts';
import { exchangeCode, refreshTokens, revokeToken, startConsent, type Returned, type TokenProblem } from './oauth_service.ts';
import type { AccountRow, Credential } from './record.ts';
import * as rows from './store.ts';
import type { Tokens } from './token_reply.ts';

/** Why an account cannot be used. */
export type VaultProblem = 'consent_required' | 'scope_missing' | TokenProblem;

/** A credential for one call. `secrets` is everything that must not come back from the service. */
export type Lent =
  | { readonly ok: true; readonly credential: Secret; readonly secrets: readonly Secret[]; readonly scopes: readonly string[] }
  | { readonly ok: false; readonly problem: VaultProblem; readonly missing?: readonly string[] };

/** A connection and the account of one person at it. */
export type ConnectionView = {
  readonly name: string;
  readonly title: string;
  readonly kind: 'consent' | 'key';
  readonly api: string;
  readonly scopes: readonly string[];
  readonly account: {
    readonly state: 'ready' | 'reconsent';
    readonly scopes: readonly string[];
    readonly agents: readonly string[];
    readonly created: number;
  } | null;
};

export type Vault = {
  connection(name: string): Connection | undefined;
  list(tenant: TenantId, user: string): Promise<readonly ConnectionView[]>;
  /** Where the person goes to consent. Rejects CONNECTION_UNKNOWN, CONNECTION_KIND. */
  start(tenant: TenantId, user: string, name: string): Promise<string>;
  /** What the person brought back. Rejects CONNECTION_FLOW, CONNECTION_REFUSED, CONNECTION_MISCONFIGURED, CONNECTION_DOWN. */
  finish(tenant: TenantId, user: string, returned: Returned): Promise<{ readonly connection: string; readonly missing: readonly string[] }>;
  /** Rejects CONNECTION_UNKNOWN, CONNECTION_KIND, CONNECTION_INVALID. */
  setKey(tenant: TenantId, user: string, name: string, key: Secret): Promise<void>;
  /** Revokes what can be revoked, and forgets the account. Rejects CONNECTION_ACCOUNT_UNKNOWN. */
  disconnect(tenant: TenantId, user: string, name: string): Promise<void>;
  /** Says which agents may use the account. Rejects CONNECTION_ACCOUNT_UNKNOWN, CONNECTION_INVALID. */
  setAgents(tenant: TenantId, user: string, name: string, agents: readonly string[]): Promise<void>;
  /** Whose accounts at a connection an agent may use. */
  usersFor(tenant: TenantId, name: string, agent: string): Promise<readonly string[]>;
  /** The credential to send, refreshed when it is over; `not`: one that the service has just refused. */
  lend(tenant: TenantId, user: string, name: string, wanted: { readonly scopes: readonly string[]; readonly not?: string }): Promise<Lent>;
  /** A new data key for the tenant, and every credential sealed anew with it; answers how many. */
  rotate(tenant: TenantId, actor: string): Promise<number>;
};

export type VaultOptions = {
  readonly store: Store;
  readonly keyring: Pick<Keyring, 'seal' | 'open' | 'rotateTenant'>;
  readonly change: Change;
  connections(): ReadonlyMap<string, Connection>;
  /** The console's address, without a slash at its end. */
  url(): string;
  readonly clock: Clock;
};

const PURPOSE = 'vault credential';
/** A token is refreshed this long before it ends: a call takes time, and clocks differ. */
const EARLY_MS = 60_000;
/** How long one process may take to refresh, before another one tries. Longer than the request's own limit. */
const LEASE_MS = 30_000;
/** How often a process looks whether another one has refreshed, and for how long. */
const LOOK_MS = 100;
const PATIENCE_MS = 35_000;
/** A service that is down is not asked again for each call. */
const DOWN_MS = 2_000;
/** A person reads the consent page and signs in there. */
const FLOW_MS = 15 * 60_000;
const MAX_AGENTS = 200;

export function openVault(options: VaultOptions): Vault {
  const { store, keyring, change, clock } = options;
  const refreshing = new Map<string, Promise<TokenProblem | undefined>>();

  const ownerOf = (user: string, name: string): string => `${user} ${name}`;
  const seal = (tenant: TenantId, user: string, name: string, one: Credential): Promise<Uint8Array> =>
    keyring.seal(tenant, PURPOSE, ownerOf(user, name), Buffer.from(JSON.stringify(one)));
  const open = async (tenant: TenantId, row: AccountRow): Promise<Credential> =>
    JSON.parse(Buffer.from(await keyring.open(tenant, PURPOSE, ownerOf(row.user_id, row.connection), row.sealed)).toString()) as Credential;
  const existing = (tenant: TenantId, user: string, name: string): Promise<AccountRow | undefined> =>
    store.tx(tenant, (sql) => rows.selectAccount(sql, { connection: name, user }));

  function named(name: string): Connection {
    const found = options.connections().get(name);
    if (found === undefined) throw fail('CONNECTION_UNKNOWN');
    return found;
  }

  const redirect = (): string => `${options.url()}/connections/callback`;

  async function keep(tenant: TenantId, user: string, name: string, tokens: Tokens, scopes: readonly string[]): Promise<void> {
    const { access, refresh, expires } = tokens;
    const sealed = Buffer.from(await seal(tenant, user, name, { access, ...(refresh === undefined ? {} : { refresh }) }));
    await change(tenant, async (sql, emit) => {
      await rows.upsertAccount(sql, tenant, { connection: name, user }, { sealed, scopes, expires: expires ?? null }, clock());
      await emit({
        type: 'connection.connected',
        actor: user,
        target: { kind: 'connection', id: name },
        detail: { scopes: scopes.length },
      });
    });
  }

  /** Refreshes one version of an account, once, whoever asks. Undefined: look again. */
  function refreshOnce(tenant: TenantId, row: AccountRow, held: Credential & { refresh: string }): Promise<TokenProblem | undefined> {
    const key = `${tenant} ${row.connection} ${row.user_id} ${row.version}`;
    const running = refreshing.get(key);
    if (running !== undefined) return running;
    const started = refresh(tenant, row, held);
    refreshing.set(key, started);
    const forget = (): void => void refreshing.delete(key);
    started.then((problem) => {
      if (problem === 'provider_down') setTimeout(forget, DOWN_MS).unref();
      else forget();
    }, forget);
    return started;
  }

  async function refresh(tenant: TenantId, row: AccountRow, held: Credential & { refresh: string }): Promise<TokenProblem | undefined> {
    const { version, user_id: user } = row;
    const at = { connection: row.connection, user };
    const connection = options.connections().get(row.connection);
    if (connection?.oauth === undefined) return 'client_misconfigured';
    const now = clock();
    if (!(await store.tx(tenant, (sql) => rows.takeLease(sql, at, version, now, now + LEASE_MS)))) {
      await sleep(LOOK_MS);
      return undefined;
    }
    const result = await refreshTokens(connection, connection.oauth, held.refresh, clock);
    if (!result.ok) {
      const over = result.problem === 'reconsent_required';
      await change(tenant, async (sql, emit) => {
        if ((await rows.endLease(sql, at, version, over, clock())) && over)
          await emit({ type: 'connection.consent_ended', actor: user, target: { kind: 'connection', id: row.connection } });
      });
      return result.problem;
    }
    const { tokens } = result;
    // A service that rotates sends a new refresh token; another one keeps the old (RFC 6749 section 6).
    const sealed = Buffer.from(
      await seal(tenant, user, row.connection, { access: tokens.access, refresh: tokens.refresh ?? held.refresh }),
    );
    await change(tenant, async (sql, emit) => {
      const given = { sealed, scopes: tokens.scopes ?? row.scopes, expires: tokens.expires ?? null };
      if (await rows.updateAccount(sql, at, version, given, clock()))
        await emit({ type: 'connection.refreshed', actor: user, target: { kind: 'connection', id: row.connection } });
    });
    return undefined;
  }

  async function lend(
    tenant: TenantId,
    user: string,
    name: string,
    wanted: { readonly scopes: readonly string[]; readonly not?: string },
  ): Promise<Lent> {
    const connection = named(name);
    const until = clock() + PATIENCE_MS;
    for (;;) {
      const row = await existing(tenant, user, name);
      if (row === undefined) return { ok: false, problem: 'consent_required' };
      if (row.state === 'reconsent') return { ok: false, problem: 'reconsent_required' };
      const missing = wanted.scopes.filter((scope) => !row.scopes.includes(scope));
      if (missing.length > 0) return { ok: false, problem: 'scope_missing', missing };
      const held = await open(tenant, row);
      const now = clock();
      const refused = held.access === wanted.not;
      if (!refused && (row.expires === null || row.expires - EARLY_MS > now)) return lent(connection, held, row.scopes);
      if (held.refresh === undefined) {
        if (!refused && row.expires !== null && row.expires > now) return lent(connection, held, row.scopes);
        return { ok: false, problem: 'reconsent_required' };
      }
      const problem = await refreshOnce(tenant, row, { ...held, refresh: held.refresh });
      if (problem === 'provider_down' && !refused && row.expires !== null && row.expires > clock())
        return lent(connection, held, row.scopes);
      if (problem !== undefined) return { ok: false, problem };
      if (clock() > until) return { ok: false, problem: 'provider_down' };
    }
  }

  return {
    connection: (name) => options.connections().get(name),
    lend,
    async list(tenant, user) {
      return store.tx(tenant, async (sql) => {
        const accounts = new Map((await rows.selectAccountsOf(sql, user)).map((row) => [row.connection, row]));
        const views: ConnectionView[] = [];
        for (const { name, title, oauth, api, scopes } of options.connections().values()) {
          const row = accounts.get(name);
          const agents = row === undefined ? [] : await rows.selectAgents(sql, { connection: name, user });
          const account = row === undefined ? null : { state: row.state, scopes: row.scopes, agents, created: row.created };
          views.push({ name, title, kind: oauth === undefined ? 'key' : 'consent', api, scopes, account });
        }
        return views;
      });
    },
    async start(tenant, user, name) {
      const connection = named(name);
      if (connection.oauth === undefined) throw fail('CONNECTION_KIND');
      const consent = await startConsent(connection, connection.oauth, redirect());
      const sealed = await keyring.seal(tenant, 'vault flow', ownerOf(user, name), Buffer.from(consent.verifier));
      const now = clock();
      await store.tx(tenant, (sql) =>
        rows.insertFlow(sql, tenant, { state: stateHash(consent.state), connection: name, user, sealed, expires: now + FLOW_MS }, now),
      );
      return consent.url;
    },
    async finish(tenant, user, returned) {
      const flow = await store.tx(tenant, (sql) => rows.takeFlow(sql, stateHash(returned.state), user, clock()));
      const connection = options.connections().get(flow?.connection ?? '');
      if (flow === undefined || connection?.oauth === undefined) throw fail('CONNECTION_FLOW');
      const verifier = Buffer.from(await keyring.open(tenant, 'vault flow', ownerOf(user, connection.name), flow.sealed)).toString();
      const result = await exchangeCode(connection, connection.oauth, { returned, verifier, redirect: redirect(), clock });
      if (result === 'refused') throw fail('CONNECTION_REFUSED');
      if (!result.ok) throw fail(FAILURES[result.problem]);
      // A reply without scopes has given those that were asked for (RFC 6749 section 5.1).
      const scopes = result.tokens.scopes ?? connection.scopes;
      await keep(tenant, user, connection.name, result.tokens, scopes);
      return { connection: connection.name, missing: connection.scopes.filter((scope) => !scopes.includes(scope)) };
    },
    async setKey(tenant, user, name, key) {
      const connection = named(name);
      if (connection.oauth !== undefined) throw fail('CONNECTION_KIND');
      if (!/^[\x21-\x7e]{8,4096}$/.test(key.reveal()))
        throw fail('CONNECTION_INVALID', { say: 'A key has 8 to 4096 visible ASCII characters.' });
      await keep(tenant, user, name, { access: key.reveal() }, connection.scopes);
    },
    async disconnect(tenant, user, name) {
      const row = await existing(tenant, user, name);
      if (row === undefined) throw fail('CONNECTION_ACCOUNT_UNKNOWN');
      const connection = options.connections().get(name);
      const held = await open(tenant, row);
      const revoked =
        connection?.oauth === undefined ? false : await revokeToken(connection, connection.oauth, held.refresh ?? held.access);
      await change(tenant, async (sql, emit) => {
        if (!(await rows.deleteAccount(sql, { connection: name, user }))) throw fail('CONNECTION_ACCOUNT_UNKNOWN');
        await emit({ type: 'connection.removed', actor: user, target: { kind: 'connection', id: name }, detail: { revoked } });
      });
    },
    async setAgents(tenant, user, name, agents) {
      if (agents.length > MAX_AGENTS || agents.some((agent) => !isId('prn', agent)))
        throw fail('CONNECTION_INVALID', { say: `Agents are up to ${MAX_AGENTS} ids of principals.` });
      await change(tenant, async (sql, emit) => {
        if ((await rows.selectAccount(sql, { connection: name, user })) === undefined) throw fail('CONNECTION_ACCOUNT_UNKNOWN');
        await rows.replaceAgents(sql, tenant, { connection: name, user }, agents, clock());
        await emit({
          type: 'connection.agents_changed',
          actor: user,
          target: { kind: 'connection', id: name },
          detail: { agents: agents.length },
        });
      });
    },
    usersFor: (tenant, name, agent) => store.tx(tenant, (sql) => rows.selectUsersFor(sql, name, agent)),
    async rotate(tenant, actor) {
      await keyring.rotateTenant(tenant);
      let resealed = 0;
      for (const row of await store.tx(tenant, rows.selectAccounts)) {
        const sealed = await seal(tenant, row.user_id, row.connection, await open(tenant, row));
        // Whoever has changed it in the meantime has sealed it with the new key already.
        const at = { connection: row.connection, user: row.user_id };
        if (await store.tx(tenant, (sql) => rows.reseal(sql, at, row.version, sealed))) resealed++;
      }
      await change(tenant, async (_sql, emit) => {
        await emit({ type: 'connection.keys_rotated', actor, target: { kind: 'tenant', id: tenant }, detail: { resealed } });
      });
      return resealed;
    },
  };
}

const FAILURES = {
  reconsent_required: 'CONNECTION_REFUSED',
  provider_down: 'CONNECTION_DOWN',
  client_misconfigured: 'CONNECTION_MISCONFIGURED',
} as const;

function lent({ clientSecret }: Connection, { access, refresh }: Credential, scopes: readonly string[]): Lent {
  const secrets = [
    new Secret(access),
    ...(refresh === undefined ? [] : [new Secret(refresh)]),
    ...(clientSecret === undefined ? [] : [clientSecret]),
  ];
  return { ok: true, credential: new Secret(access), secrets, scopes };
}

/** 256 random bits need no slow hash. */
function stateHash(state: string): Buffer {
  return createHash('sha256').update(state).digest();
}
