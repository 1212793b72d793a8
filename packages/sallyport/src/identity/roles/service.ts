import { visible, type Clock, type Permission, type TenantId } from '../../kernel/index.ts';
import type { Change } from '../../audit/service.ts';
import type { Store } from '../../store/service.ts';
import { fail } from '../errors.ts';
import { notify } from '../store.ts';
import { HELD_KINDS, permissionsOf, ROLE_NAMES, ROLES, UNHELD, type OwnRole, type Role } from '../people/person.ts';
import { beyond, type ActingReach, type RoleReach } from './reach.ts';
import * as rows from './store.ts';

/** Roles: three that every tenant has, and those that it makes. */
export type Roles = {
  list(tenant: TenantId): Promise<ListedRole[]>;
  /** Makes or changes one; counts at once, for the tokens and sessions of who has it. Rejects ROLE_INVALID, ROLE_BEYOND. */
  put(tenant: TenantId, role: OwnRole, by: Actor): Promise<void>;
  /** Rejects ROLE_UNKNOWN, ROLE_IN_USE. */
  remove(tenant: TenantId, name: Role, by: Actor): Promise<void>;
  /**
   * Refuses whoever handles a role, a person of it, or what acts by itself (a key, an agent), that may do more than he; the one rule for all of
   * them is `beyond`. Rejects ROLE_UNKNOWN, PERSON_UNKNOWN, ROLE_BEYOND.
   */
  within(
    tenant: TenantId,
    what: { readonly role: Role } | { readonly person: string } | { readonly acting: ActingReach },
    by: Actor,
  ): Promise<void>;
};
export type Actor = { readonly principal: string; readonly permissions: ReadonlySet<Permission> };
export type ListedRole = OwnRole & { readonly own: boolean; readonly people: number };

export function createRoles(
  store: Store,
  deps: { readonly change: Change; readonly clock: Clock; readonly refresh?: (() => Promise<void>) | undefined },
): Roles {
  /** Refuses what is beyond `by`: a person, a key, or the machine's own socket, which is held to nothing. */
  async function check(tenant: TenantId, by: Actor, reachOf: (own: readonly OwnRole[]) => RoleReach | ActingReach): Promise<void> {
    const { roles, name, key } = await store.tx(tenant, async (sql) => ({
      roles: await rows.listRoles(sql),
      name: await rows.roleOf(sql, by.principal),
      key: await rows.keyHolds(sql, by.principal),
    }));
    const held = roles.find((one) => one.name === name) ?? { ...UNHELD, ...key };
    const say = beyond(reachOf(roles), { permissions: by.permissions, held });
    if (say !== undefined) throw fail('ROLE_BEYOND', { say });
  }

  function reachOfRole(roles: readonly OwnRole[], name: Role): RoleReach {
    const own = roles.find((one) => one.name === name);
    if (own === undefined && !Object.hasOwn(ROLES, name)) throw fail('ROLE_UNKNOWN');
    return { ...(own ?? UNHELD), permissions: permissionsOf(name, own?.permissions ?? null) };
  }

  return {
    async list(tenant) {
      const { own, people } = await store.tx(tenant, async (sql) => ({
        own: await rows.listRoles(sql),
        people: await rows.countRoles(sql),
      }));
      const built = ROLE_NAMES.map((name) => ({ name, permissions: [...ROLES[name]], ...UNHELD, own: false }));
      return [...built, ...own.map((role) => ({ ...role, permissions: [...permissionsOf(role.name, role.permissions)], own: true }))].map(
        (role) => ({ ...role, people: people.get(role.name) ?? 0 }),
      );
    },
    async put(tenant, role, by) {
      if (Object.hasOwn(ROLES, role.name) || visible(role.name) !== role.name || role.name !== role.name.trim()) throw fail('ROLE_INVALID');
      await check(tenant, by, () => role);
      // Nor may one be cut or changed that may do more.
      await check(tenant, by, (roles) => (roles.some(({ name }) => name === role.name) ? reachOfRole(roles, role.name) : role));
      await deps.change(tenant, async (sql, emit) => {
        await rows.upsertRole(sql, tenant, role, deps.clock());
        await emit({
          type: 'role.changed',
          actor: by.principal,
          target: { kind: 'role', id: role.name },
          detail: {
            permissions: role.permissions.join(' '),
            // Up to a hundred patterns each: their number says that there is more.
            ...Object.fromEntries(HELD_KINDS.map((kind) => [kind, `${role[kind].length}: ${role[kind].join(' ').slice(0, 200)}`])),
          },
        });
        await notify(sql);
      });
      await deps.refresh?.();
    },
    async remove(tenant, name, by) {
      if (Object.hasOwn(ROLES, name)) throw fail('ROLE_UNKNOWN');
      await check(tenant, by, (roles) => reachOfRole(roles, name));
      await deps.change(tenant, async (sql, emit) => {
        if (await rows.isRoleUsed(sql, name, deps.clock())) throw fail('ROLE_IN_USE');
        if (!(await rows.deleteRole(sql, name))) throw fail('ROLE_UNKNOWN');
        await emit({ type: 'role.removed', actor: by.principal, target: { kind: 'role', id: name } });
        await notify(sql);
      });
      await deps.refresh?.();
    },
    async within(tenant, what, by) {
      if ('acting' in what) return check(tenant, by, () => what.acting);
      const role = 'role' in what ? what.role : await store.tx(tenant, (sql) => rows.roleOf(sql, what.person));
      if (role === undefined) throw fail('PERSON_UNKNOWN');
      await check(tenant, by, (roles) => reachOfRole(roles, role));
    },
  };
}
