import { visible, type Clock, type Permission, type TenantId } from '../../kernel/index.ts';
import type { Change } from '../../audit/service.ts';
import type { Store } from '../../store/service.ts';
import { fail } from '../errors.ts';
import { notify } from '../store.ts';
import { HELD_KINDS, permissionsOf, ROLE_NAMES, ROLES, UNHELD, type Holds, type OwnRole, type Role } from '../people/person.ts';
import * as rows from './store.ts';

/** Roles: three that every tenant has, and those that it makes. */
export type Roles = {
  list(tenant: TenantId): Promise<ListedRole[]>;
  /** Makes or changes one; counts at once, for the tokens and sessions of who has it. Rejects ROLE_INVALID, ROLE_BEYOND. */
  put(tenant: TenantId, role: OwnRole, by: Actor): Promise<void>;
  /** Rejects ROLE_UNKNOWN, ROLE_IN_USE. */
  remove(tenant: TenantId, name: Role, by: Actor): Promise<void>;
  /** Refuses whoever handles a role, or a person of it, that may do more than he. Rejects ROLE_UNKNOWN, PERSON_UNKNOWN, ROLE_BEYOND. */
  within(tenant: TenantId, what: { readonly role: Role } | { readonly person: string }, by: Actor): Promise<void>;
};
export type Actor = { readonly principal: string; readonly permissions: ReadonlySet<Permission> };
export type ListedRole = OwnRole & { readonly own: boolean; readonly people: number };

export function createRoles(
  store: Store,
  deps: { readonly change: Change; readonly clock: Clock; readonly refresh?: (() => Promise<void>) | undefined },
): Roles {
  function check(permissions: Iterable<Permission>, by: Actor): void {
    const beyond = [...permissions].filter((one) => !by.permissions.has(one));
    if (beyond.length > 0) throw fail('ROLE_BEYOND', { say: `You lack ${beyond.join(', ')}.` });
  }

  /** Whose own role is held to some models, tools, applications or datasets handles roles that are held to some of the same alone. */
  async function checkReach(tenant: TenantId, role: Holds, by: Actor): Promise<void> {
    const { roles, name } = await store.tx(tenant, async (sql) => ({
      roles: await rows.listRoles(sql),
      name: await rows.roleOf(sql, by.principal),
    }));
    const own = roles.find((one) => one.name === name);
    if (own === undefined) return;
    for (const kind of HELD_KINDS) {
      const within = own[kind].length === 0 || (role[kind].length > 0 && role[kind].every((pattern) => own[kind].includes(pattern)));
      if (!within) throw fail('ROLE_BEYOND', { say: `Your own role has only some ${kind}.` });
    }
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
      check(role.permissions, by);
      await checkReach(tenant, role, by);
      // Nor may one be cut or changed that may do more.
      const before = (await store.tx(tenant, rows.listRoles)).find(({ name }) => name === role.name);
      if (before !== undefined) check(permissionsOf(before.name, before.permissions), by);
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
      const role = (await store.tx(tenant, rows.listRoles)).find((one) => one.name === name);
      if (role === undefined) throw fail('ROLE_UNKNOWN');
      check(permissionsOf(name, role.permissions), by);
      await deps.change(tenant, async (sql, emit) => {
        if (await rows.isRoleUsed(sql, name, deps.clock())) throw fail('ROLE_IN_USE');
        if (!(await rows.deleteRole(sql, name))) throw fail('ROLE_UNKNOWN');
        await emit({ type: 'role.removed', actor: by.principal, target: { kind: 'role', id: name } });
        await notify(sql);
      });
      await deps.refresh?.();
    },
    async within(tenant, what, by) {
      const { roles, role } = await store.tx(tenant, async (sql) => ({
        roles: await rows.listRoles(sql),
        role: 'role' in what ? what.role : await rows.roleOf(sql, what.person),
      }));
      if (role === undefined) throw fail('PERSON_UNKNOWN');
      const own = roles.find(({ name }) => name === role);
      if (own === undefined && !Object.hasOwn(ROLES, role)) throw fail('ROLE_UNKNOWN');
      check(permissionsOf(role, own?.permissions ?? null), by);
      await checkReach(tenant, own ?? UNHELD, by);
    },
  };
}
