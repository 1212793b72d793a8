import { PERMISSIONS, type Permission, type PrincipalId, type TenantId } from '../../kernel/index.ts';

/** What a person may do at the console, by role. Administrators may do everything; viewers see everything but texts. */
export const ROLES: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  administrator: new Set(PERMISSIONS),
  operator: new Set<Permission>([
    'feedback:write',
    'fga:read',
    'inspect',
    'knowledge:read',
    'knowledge:write',
    'knowledge:release',
    'playground:use',
    'keys:read',
    'keys:write',
    'events:read',
    'content:read',
    'policy:read',
    'policy:write',
    'providers:read',
    'health:read',
    'people:read',
    'approvals:read',
    'approvals:answer',
    'connections:read',
    'connections:write',
    'mcp:read',
    'identity:read',
    'identity:write',
  ]),
  viewer: new Set<Permission>(['keys:read', 'events:read', 'knowledge:read', 'policy:read', 'providers:read', 'health:read']),
};
export type Role = 'administrator' | 'operator' | 'viewer';
export const ROLE_NAMES = Object.keys(ROLES) as Role[];

/** A person in a list. Times in milliseconds since 1970. */
export type Person = {
  readonly id: PrincipalId;
  readonly name: string;
  readonly role: Role;
  readonly created: number;
  readonly disabled: number | null;
  /** When a session of this person was last used. */
  readonly seen: number | null;
};

/** A session in a list: nothing of its token. */
export type SessionNote = {
  readonly id: string;
  readonly person: PrincipalId;
  readonly name: string;
  readonly created: number;
  readonly seen: number;
  readonly expires: number;
  readonly agent: string;
  readonly address: string;
};

/** A session in force, as a request presents it. */
export type Session = {
  readonly id: string;
  readonly tenant: TenantId;
  readonly person: PrincipalId;
  readonly name: string;
  readonly role: Role;
  readonly expires: number;
  /** When the person last proved who it is, and how (RFC 8176). */
  readonly proved: number;
  readonly methods: readonly string[];
};

/** From where somebody signs in: for the list of sessions and its events. */
export type From = { readonly address: string; readonly agent: string };

/** `setup`: the first administrator; `invite`: another person; `reset`: a new password. */
export type Purpose = 'setup' | 'invite' | 'reset';

export type Invitation = {
  readonly tenant: TenantId;
  readonly id: string;
  readonly purpose: Purpose;
  readonly role: Role;
  /** Whose password is set anew. */
  readonly person: PrincipalId | null;
  readonly name: string | null;
  readonly expires: number;
};
