import {
  DEFAULT_TENANT,
  newId,
  reasonOf,
  type Clock,
  type KeyId,
  type Logger,
  type PrincipalId,
  type Secret,
  type TenantId,
  visible,
} from '../kernel/index.ts';
import type { Change } from '../audit/service.ts';
import type { Store } from '../store/service.ts';
import { fail } from './errors.ts';
import type { KeyRecord, ListedKey, NewKey } from './key.ts';
import { CLOCK_SKEW, type AccessClaims } from './access/access_token.ts';
import { identifyToken, type Identified, type Place, type Presented } from './access/identify.ts';
import { KnownTokens } from './access/known_tokens.ts';
import { USED_BEFORE } from './access/proof.ts';
import { createProofClaims } from './access/proof_claims.ts';
import { SeenProofs } from './access/seen_proofs.ts';
import { heldBy, type Held } from './access/reader.ts';
import { Uses, type Used } from './access/uses.ts';
import { EMPTY, endedBetween, type Snapshot } from './access/snapshot.ts';
import { forgetProofs, loadSnapshot, takeProofs, upsertUses } from './access/store.ts';
import { touchAgents } from './agents/store.ts';
import { insertKey, insertPrincipal, insertTenant, listKeys, notify, revokeKey } from './store.ts';
import { isToken, newToken, tokenHash } from './token.ts';

export type { KeyRecord, ListedKey, NewKey } from './key.ts';
export type { Identified, Presented } from './access/identify.ts';
export { GATEWAY_SCOPES } from './access/principal.ts';
export { PROOF_ALGORITHMS } from './access/proof.ts';
export { openAgents, type Agents } from './agents/service.ts';
export { openAuthorizationServer, type AuthorizationServer } from './server/service.ts';
export { FRESH_MS, openPeople, type People } from './people/service.ts';
export { openConversations, type Conversations } from './conversations/service.ts';
export { answerConversations, problem as conversationProblem } from './conversations/api_service.ts';
export { openReviews } from './review/service.ts';
export { openUpstreams } from './upstream/service.ts';
export { ROLES } from './people/person.ts';
export { isSessionBearer } from './people/session_token.ts';

export type Identity = {
  /**
   * The key that `presented` is, at `now`. Synchronous, from memory. A look-up by SHA-256 of the whole key leaks no prefix by its time:
   * who can choose hashes that nearly match would have to invert SHA-256.
   */
  authenticate(presented: string, now: number): KeyRecord | undefined;
  /**
   * As `authenticate`, of a key or an access token of the authorization server, with what belongs to it. From memory; only whether a proof (DPoP) is new
   * at all processes is asked of their database, where there can be more than one.
   */
  identify(presented: Presented, now: number): Identified | Promise<Identified>;
  /** Says where the issuer and this gate are reached: before that no token is accepted. */
  at(place: Place): void;
  readonly place: () => Place | undefined;
  /** What is in force, of one moment. */
  snapshot(): Snapshot;
  /** The datasets that who asks for a `user` of the authorization store is held to: by the token, and as the person of this id, name or account. */
  held(key: KeyRecord, user: string): Held;
  /** Says that an agent was used. */
  used(agent: string): void;
  /** Says that a permission was used: by a key or token, or by a principal at the console. */
  uses(who: KeyRecord | { readonly tenant: TenantId; readonly principal: string }, permission: Used): void;
  /** Writes down what was used, which otherwise happens each half minute. */
  writeUses(): Promise<void>;
  /** Makes a key with its own principal of the same name. The key is in the answer and nowhere else. Rejects KEY_NAME_TAKEN, KEY_INVALID. */
  createKey(tenant: TenantId, key: NewKey, actor: string): Promise<{ id: KeyId; name: string; key: Secret }>;
  listKeys(tenant: TenantId): Promise<ListedKey[]>;
  /** Refused everywhere within a second; running streams end. Rejects KEY_UNKNOWN. */
  revokeKey(tenant: TenantId, id: string, actor: string): Promise<void>;
  hasTenant(tenant: TenantId): boolean;
  tenants(): readonly TenantId[];
  /** Makes the tenant if it is new. */
  ensureTenant(tenant: TenantId): Promise<void>;
  /** Reads the snapshot anew. */
  refresh(): Promise<void>;
  /** Milliseconds since the snapshot was last known to be right. */
  snapshotAge(now: number): number;
  /** Called for each handle (`KeyRecord.handles`) that was in force and is not any more. */
  onRevoke(listener: (tenant: TenantId, handle: string) => void): () => void;
  close(): Promise<void>;
};

/** Between two readings when no notification comes: a revocation reaches every process within a second even if one is lost. */
const REFRESH_MS = 1_000;
/** How long a proof is remembered: as long as it could come again. */
const PROOF_MS = 2 * CLOCK_SKEW * 1_000;
const FORGET_MS = 60_000;
/** How exactly a list knows when an agent was last used. */
const TOUCH_MS = 30_000;
/** Names are shown in lists. */
const MAX_NAME = 100;

export async function openIdentity(
  store: Store,
  deps: { readonly change: Change; readonly clock: Clock; readonly logger: Logger },
): Promise<Identity> {
  const { clock, logger } = deps;
  let snapshot = EMPTY;
  let place: Place | undefined;
  const remembered = { seen: new SeenProofs(PROOF_MS), known: new KnownTokens<AccessClaims>() };
  const used = new Map<string, number>();
  const uses = new Uses();
  let touched = clock();
  let fresh = clock();
  let reading: Promise<void> | undefined;
  const listeners = new Set<(tenant: TenantId, handle: string) => void>();

  async function read(): Promise<void> {
    const started = clock();
    const next = await store.system('identity: snapshot of keys, people, agents and what was revoked', async (sql) => {
      if (used.size > 0 && started - touched >= TOUCH_MS) {
        const agents = new Map(used);
        used.clear();
        touched = started;
        await touchAgents(sql, agents);
      }
      return loadSnapshot(sql, started);
    });
    const ended = endedBetween(snapshot, next);
    snapshot = next;
    fresh = started;
    for (const key of ended) {
      const at = key.indexOf('\n');
      for (const listener of listeners) listener(key.slice(0, at) as TenantId, key.slice(at + 1));
    }
  }

  /** One reading at a time; whoever asks during one gets the next. */
  async function refresh(): Promise<void> {
    for (let running = reading; running !== undefined; running = reading) await running.catch(() => {});
    reading = read().finally(() => (reading = undefined));
    return reading;
  }

  function authenticate(presented: string, now: number): KeyRecord | undefined {
    if (!isToken(presented)) return undefined;
    const key = snapshot.keys.get(tokenHash(presented));
    return key === undefined || (key.expires !== null && key.expires <= now) ? undefined : key;
  }

  const refreshQuietly = (): void => {
    if (reading !== undefined) return;
    refresh().catch((error: unknown) => logger.warn('identity snapshot not refreshed', { reason: reasonOf(error) }));
  };

  async function ensureTenant(tenant: TenantId): Promise<void> {
    if (snapshot.tenants.includes(tenant)) return;
    await deps.change(tenant, async (sql, emit) => {
      if (!(await insertTenant(sql, tenant, clock()))) return;
      await emit({ type: 'tenant.created', actor: 'system', target: { kind: 'tenant', id: tenant } });
      await notify(sql);
    });
    await refresh();
  }

  await refresh();
  await ensureTenant(DEFAULT_TENANT);
  const unlisten = await store.listen('identity', refreshQuietly);
  const timer = setInterval(refreshQuietly, REFRESH_MS);
  timer.unref();
  // An embedded database has no other process.
  const claim =
    store.kind === 'pglite'
      ? undefined
      : createProofClaims((ids) => store.system('identity: proofs that are used', (sql) => takeProofs(sql, ids, clock())));
  async function writeUses(): Promise<void> {
    const taken = uses.take();
    if (taken.length === 0) return;
    await store
      .system('identity: when permissions were used', (sql) => upsertUses(sql, taken))
      .catch((error: unknown) => {
        uses.putBack(taken);
        throw error;
      });
  }
  const writing = setInterval(
    () => void writeUses().catch((error: unknown) => logger.warn('uses of permissions not written', { reason: reasonOf(error) })),
    TOUCH_MS,
  );
  writing.unref();
  const forgetting = setInterval(() => {
    if (claim === undefined) return;
    store
      .system('identity: proofs that cannot come again', (sql) => forgetProofs(sql, clock() - PROOF_MS))
      .catch((error: unknown) => logger.warn('used proofs not forgotten', { reason: reasonOf(error) }));
  }, FORGET_MS);
  forgetting.unref();

  return {
    authenticate,
    identify(presented, now) {
      const key = presented.scheme === 'bearer' ? authenticate(presented.token, now) : undefined;
      if (key?.principalKind === 'agent') used.set(key.principal, now);
      if (key !== undefined) return { ok: true, key };
      // Whoever sends what is neither learns nothing about keys.
      if (place === undefined || !presented.token.startsWith('eyJ')) return { ok: false };
      const found = identifyToken(presented, place, snapshot, remembered, now);
      if (found.ok) for (const agent of found.key.actors) used.set(agent, now);
      if (found.ok && found.key.principalKind === 'agent') used.set(found.key.principal, now);
      if (!found.ok || found.proof === undefined || claim === undefined) return found;
      const { key: holder } = found;
      return claim(found.proof).then((verdict) => {
        if (verdict === 'used') return { ok: false, say: USED_BEFORE };
        return verdict === 'first' ? { ok: true, key: holder } : { ok: true, key: holder, unsure: true };
      });
    },
    at(where) {
      place = where;
    },
    place: () => place,
    snapshot: () => snapshot,
    held: (key, user) => heldBy(snapshot.readers, key, user),
    used: (agent) => used.set(agent, clock()),
    uses(who, permission) {
      if ('gateway' in who) uses.noteKey(who, permission, clock());
      else uses.note(who.tenant, who.principal, permission, clock());
    },
    writeUses,
    async createKey(tenant, key, actor) {
      checkNewKey(key, clock());
      const token = newToken();
      const id = newId('key', clock()) as KeyId;
      const principal = newId('prn', clock()) as PrincipalId;
      await deps.change(tenant, async (sql, emit) => {
        if (!(await insertPrincipal(sql, tenant, { id: principal, kind: key.kind ?? 'service', name: key.name }, clock())))
          throw fail('KEY_NAME_TAKEN');
        await insertKey(sql, tenant, id, principal, Buffer.from(tokenHash(token.reveal()), 'hex'), key, clock());
        await emit({
          type: 'key.created',
          actor,
          target: { kind: 'key', id, name: key.name },
          detail: { permissions: (key.permissions ?? []).join(' '), expires: key.expires ?? null },
        });
        await notify(sql);
      });
      await refresh();
      return { id, name: key.name, key: token };
    },
    listKeys: (tenant) => store.tx(tenant, listKeys),
    async revokeKey(tenant, id, actor) {
      await deps.change(tenant, async (sql, emit) => {
        const name = await revokeKey(sql, id, clock());
        if (name === undefined) throw fail('KEY_UNKNOWN');
        await emit({ type: 'key.revoked', actor, target: { kind: 'key', id, name } });
        await notify(sql);
      });
      await refresh();
    },
    hasTenant: (tenant) => snapshot.tenants.includes(tenant),
    tenants: () => snapshot.tenants,
    ensureTenant,
    refresh,
    snapshotAge: (now) => now - fresh,
    onRevoke(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      clearInterval(timer);
      clearInterval(forgetting);
      clearInterval(writing);
      await writeUses().catch(() => {});
      await unlisten().catch(() => {});
      await reading?.catch(() => {});
    },
  };
}

function checkNewKey(key: NewKey, now: number): void {
  if (key.name.trim() === '' || key.name.length > MAX_NAME || !key.name.isWellFormed() || visible(key.name) !== key.name)
    throw fail('KEY_INVALID', { say: `Its name needs 1 to ${MAX_NAME} printable characters.` });
  if (key.expires !== undefined && key.expires <= now) throw fail('KEY_INVALID', { say: 'It would have expired already.' });
}
