import type { Permission } from '../../kernel/index.ts';

/** Who or what holds an access. */
export const HOLDER_KINDS = ['person', 'agent', 'key', 'grant'] as const;
export type HolderKind = (typeof HOLDER_KINDS)[number];

/** One access: who holds it, what may be done with it, what was done with it and when. Times in milliseconds since 1970. */
export type Access = {
  readonly kind: HolderKind;
  readonly id: string;
  readonly name: string;
  /** Of a person the role, of an agent its owner, of a grant the application. */
  readonly about: string;
  readonly permissions: readonly string[];
  /** Patterns of models, tools and hosts; none = all. */
  readonly limits: { readonly models: readonly string[]; readonly tools: readonly string[]; readonly hosts: readonly string[] };
  readonly created: number;
  readonly expires: number | null;
  /** Null: never, as far as the events go back. */
  readonly used: number | null;
  /** When each permission was last used, of those whose use is an event. */
  readonly usedPermissions: Readonly<Record<string, number>>;
  /** What a reviewer should look at, as sentences. */
  readonly warnings: readonly string[];
  readonly review: Review | null;
};

export type Review = {
  readonly decision: 'confirmed' | 'withdrawn';
  readonly reviewer: string;
  readonly note: string;
  readonly at: number;
};

/** What a principal was seen doing: when last, by the kind of event. */
export type Uses = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Not used for this long: nobody would miss it, and whoever finds it has all the time. */
export const DORMANT_MS = 30 * 86_400_000;
/** A permission that changes things and was not used for this long is not needed for the work. */
export const UNUSED_MS = 90 * 86_400_000;

/** The permission that an event of this kind used, by the beginning of the kind. Reading leaves no event, but for texts. */
const USED_BY: Readonly<Record<string, Permission>> = {
  'key.': 'keys:write',
  'policy.': 'policy:write',
  'provider.': 'providers:write',
  'person.': 'people:write',
  'upstream.': 'people:write',
  'agent.': 'identity:write',
  'client.': 'identity:write',
  'approval.approved': 'approvals:answer',
  'approval.rejected': 'approvals:answer',
  'approval.answered': 'approvals:answer',
  'connection.': 'connections:write',
  'content.read': 'content:read',
  'content.erased': 'content:erase',
  'feedback.': 'feedback:write',
  'knowledge.released': 'knowledge:release',
  'knowledge.quarantined': 'knowledge:release',
  'knowledge.': 'knowledge:write',
  'fga.': 'fga:write',
  'gateway.inspect': 'inspect',
};
/** Those whose use would show, so that none of it says something. */
const SHOWN: ReadonlySet<string> = new Set(Object.values(USED_BY));

/** When each permission was last used, from the kinds of events. */
export function permissionsUsed(kinds: ReadonlyMap<string, number>): Record<string, number> {
  const used: Record<string, number> = {};
  for (const [kind, at] of kinds) {
    const prefix = Object.keys(USED_BY).find((one) => (one.endsWith('.') ? kind.startsWith(one) : kind === one));
    const permission = prefix === undefined ? undefined : USED_BY[prefix];
    if (permission !== undefined) used[permission] = Math.max(used[permission] ?? 0, at);
  }
  return used;
}

/** What a reviewer should look at in a person's or a key's access. */
export function accessWarnings(access: Omit<Access, 'warnings' | 'review'>, now: number): string[] {
  const warnings: string[] = [];
  if (now - (access.used ?? access.created) > DORMANT_MS) warnings.push('Dormant: not used for 30 days.');
  if (access.kind === 'key' && access.expires === null) warnings.push('It never expires.');
  // A new one has had no time to use anything.
  const unused = access.permissions.filter((one) => SHOWN.has(one) && now - (access.usedPermissions[one] ?? 0) > UNUSED_MS);
  if (now - access.created > UNUSED_MS && unused.length > 0)
    warnings.push(`Over-privileged: has not used ${unused.join(', ')} in 90 days.`);
  return warnings;
}
