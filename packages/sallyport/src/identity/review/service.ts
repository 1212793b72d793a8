import { visible, type Clock, type TenantId } from '../../kernel/index.ts';
import type { Audit } from '../../audit/service.ts';
import type { Store } from '../../store/service.ts';
import type { Agents } from '../agents/service.ts';
import { fail } from '../errors.ts';
import { UNHELD } from '../people/person.ts';
import type { Actor } from '../roles/service.ts';
import type { People } from '../people/service.ts';
import type { AuthorizationServer } from '../server/service.ts';
import type { ListedKey } from '../key.ts';
import { accessWarnings, unusedWarning, type Access, type HolderKind, type Uses } from './access.ts';
import { listReviews, selectUses, upsertReview } from './store.ts';

/** Who can do what, used when; and what reviewers said of it. */
export type Reviews = {
  list(tenant: TenantId): Promise<Access[]>;
  /** Records it as an event; `withdraw` takes the access away first. Rejects ACCESS_UNKNOWN, and as the withdrawal does; ROLE_BEYOND for a person who may do more. */
  decide(tenant: TenantId, holder: { kind: HolderKind; id: string }, decision: Decision, reviewer: Actor): Promise<void>;
};
export type Decision = { readonly decision: 'confirm' | 'withdraw'; readonly note?: string | undefined };

export type ReviewDeps = {
  readonly audit: Pick<Audit, 'change'>;
  readonly clock: Clock;
  readonly identity: {
    listKeys(tenant: TenantId): Promise<ListedKey[]>;
    revokeKey(tenant: TenantId, id: string, actor: string): Promise<void>;
    writeUses(): Promise<void>;
  };
  readonly people: Pick<People, 'list' | 'remove' | 'roles'>;
  readonly agents: Pick<Agents, 'list' | 'quarantine'>;
  readonly authorization: Pick<AuthorizationServer, 'grants' | 'endGrant'>;
};

const EVERYTHING = { ...UNHELD, hosts: [] };

export function openReviews(store: Store, deps: ReviewDeps): Reviews {
  const { clock } = deps;

  async function holders(tenant: TenantId): Promise<Omit<Access, 'review'>[]> {
    const now = clock();
    await deps.identity.writeUses();
    const { uses, since } = await store.tx(tenant, selectUses);
    const [people, roles, keys, agents, grants] = await Promise.all([
      deps.people.list(tenant),
      deps.people.roles.list(tenant),
      deps.identity.listKeys(tenant),
      deps.agents.list(tenant),
      deps.authorization.grants(tenant),
    ]);
    const limitsOf = (person: string | undefined): Access['limits'] => {
      const role = roles.find(({ name }) => name === people.find(({ id }) => id === person)?.role);
      if (role === undefined) return EVERYTHING;
      const { models, tools, apps, datasets } = role;
      return { models, tools, apps, datasets, hosts: [] };
    };
    const seen = (principal: string): Pick<Access, 'used' | 'usedPermissions'> => seenOf(uses, principal);
    const warned = (access: Omit<Access, 'warnings' | 'review'>): Omit<Access, 'review'> => ({
      ...access,
      warnings: accessWarnings(access, since, now),
    });
    return [
      ...people.map(({ id, name, role, permissions, created, seen: at }) => {
        const { used, usedPermissions } = seen(id);
        const last = Math.max(used ?? 0, at ?? 0);
        const rest = { limits: limitsOf(id), created, expires: null, used: last === 0 ? null : last, usedPermissions };
        return warned({ kind: 'person', id, name, about: role, permissions, ...rest });
      }),
      ...agents.map(({ id, name, ownerName, scopes, models, tools, hosts, created, expires, used, warnings, quarantined }) => {
        const { usedPermissions } = seen(id);
        const unused = unusedWarning({ permissions: scopes, usedPermissions, created }, since, now);
        return {
          ...{
            kind: 'agent' as const,
            id,
            name,
            about: ownerName ?? '',
            permissions: scopes,
            limits: { ...EVERYTHING, models, tools, hosts },
          },
          ...{ created, expires, used, usedPermissions },
          warnings: quarantined === null ? [...warnings, ...(unused === undefined ? [] : [unused])] : ['Stopped.'],
        };
      }),
      ...keys
        .filter(({ revoked, expires }) => revoked === null && (expires === null || expires > now))
        .map(({ id, name, principal, permissions, models, tools, created, expires }) =>
          warned({
            kind: 'key',
            id,
            name,
            about: '',
            permissions,
            limits: { ...EVERYTHING, models, tools },
            created,
            expires,
            ...seen(principal),
          }),
        ),
      ...grants.map(({ id, person, name, clientName, scope, created, expires }) =>
        warned({
          ...{ kind: 'grant', id, name, about: clientName, permissions: scope.split(' '), limits: limitsOf(person), created, expires },
          ...seen(id),
        }),
      ),
    ];
  }

  async function withdraw(tenant: TenantId, { kind, id }: { kind: HolderKind; id: string }, note: string, reviewer: string): Promise<void> {
    if (kind === 'person') await deps.people.remove(tenant, id, reviewer);
    else if (kind === 'key') await deps.identity.revokeKey(tenant, id, reviewer);
    else if (kind === 'grant') await deps.authorization.endGrant(tenant, id, reviewer);
    else await deps.agents.quarantine(tenant, id, note === '' ? 'Withdrawn in an access review.' : note, reviewer);
  }

  return {
    async list(tenant) {
      const reviews = new Map((await store.tx(tenant, listReviews)).map((one) => [`${one.kind} ${one.id}`, one]));
      return (await holders(tenant)).map((access) => {
        const found = reviews.get(`${access.kind} ${access.id}`);
        if (found === undefined) return { ...access, review: null };
        const { decision, reviewer, note, at } = found;
        return { ...access, review: { decision, reviewer, note, at } };
      });
    },
    async decide(tenant, { kind, id }, given, by) {
      const reviewer = by.principal;
      const access = (await holders(tenant)).find((one) => one.kind === kind && one.id === id);
      if (access === undefined) throw fail('ACCESS_UNKNOWN');
      const note = visible((given.note ?? '').slice(0, 300).toWellFormed());
      if (given.decision === 'withdraw' && kind === 'person') await deps.people.roles.within(tenant, { person: id }, by);
      if (given.decision === 'withdraw') await withdraw(tenant, { kind, id }, note, reviewer);
      const decision = given.decision === 'confirm' ? 'confirmed' : 'withdrawn';
      await deps.audit.change(tenant, async (sql, emit) => {
        await upsertReview(sql, tenant, { kind, id, decision, reviewer, note, at: clock() });
        await emit({
          type: `access.${decision}`,
          actor: reviewer,
          target: { kind, id, name: access.name },
          detail: { permissions: access.permissions.join(' ').slice(0, 300), used: access.used, warnings: access.warnings.length, note },
        });
      });
    },
  };
}

function seenOf(uses: Uses, holder: string): Pick<Access, 'used' | 'usedPermissions'> {
  const usedPermissions = uses.get(holder) ?? {};
  const times = Object.values(usedPermissions);
  return { used: times.length === 0 ? null : Math.max(...times), usedPermissions };
}
