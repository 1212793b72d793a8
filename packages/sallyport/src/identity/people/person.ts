import { PERMISSIONS, type Permission, type PrincipalId, type TenantId } from '../../kernel/index.ts';

/** What a person may do at the console, by role. Administrators may do everything; viewers see everything but texts. */
export const ROLES: Readonly<Record<BuiltIn, ReadonlySet<Permission>>> = {
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
    'scans:read',
    'identity:write',
  ]),
  viewer: new Set<Permission>(['keys:read', 'events:read', 'knowledge:read', 'policy:read', 'providers:read', 'health:read', 'scans:read']),
};
type BuiltIn = 'administrator' | 'operator' | 'viewer';
/** The name of one of these, or of one that the tenant has made. */
export type Role = string;
export const ROLE_NAMES = Object.keys(ROLES) as BuiltIn[];

/** What a role may be held to some of. */
export const HELD_KINDS = ['models', 'tools', 'apps', 'datasets'] as const;
type HeldKind = (typeof HELD_KINDS)[number];
/** Patterns of each kind; none = all. */
export type Holds = Readonly<Record<HeldKind, readonly string[]>>;
/** Held to nothing, as the roles that every tenant has. */
export const UNHELD: Holds = { models: [], tools: [], apps: [], datasets: [] };

/** A role that a tenant has made: held to models and tools (tokens of its people), applications that they may allow, and datasets that they find and see. */
export type OwnRole = Holds & { readonly name: Role; readonly permissions: readonly Permission[] };

/** What somebody of a role may do; `own`: what stands in its row. Whoever may sign in sees his own session (`health:read`). */
export function permissionsOf(role: Role, own: readonly string[] | null): ReadonlySet<Permission> {
  const built = Object.hasOwn(ROLES, role) ? ROLES[role as BuiltIn] : undefined;
  if (built !== undefined) return built;
  if (own === null) return NOTHING;
  return new Set<Permission>(['health:read', ...PERMISSIONS.filter((one) => own.includes(one))]);
}

const NOTHING: ReadonlySet<Permission> = new Set();

/** A person in a list. Times in milliseconds since 1970. */
export type Person = {
  readonly id: PrincipalId;
  readonly name: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
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
  /** How the person proved who it is (RFC 8176). */
  readonly methods: readonly string[];
};

/** A session in force, as a request presents it. */
export type Session = {
  readonly id: string;
  readonly tenant: TenantId;
  readonly person: PrincipalId;
  readonly name: string;
  readonly role: Role;
  /** What the role may do, where the session was read from the database. */
  readonly permissions?: ReadonlySet<Permission>;
  /** Datasets that the role is held to, where the session was read from the database; none = all. */
  readonly datasets?: readonly string[];
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
