import type { Holds } from '../people/person.ts';

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
  /** Patterns of models, tools, hosts, applications and datasets; none = all. */
  readonly limits: Holds & { readonly hosts: readonly string[] };
  readonly created: number;
  readonly expires: number | null;
  /** Null: never, as far as the events go back. */
  readonly used: number | null;
  /** When each permission was last used, models and tools of the gateway port among them. */
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

/** When each permission was last used, by who holds it. */
export type Uses = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** Not used for this long: nobody would miss it, and whoever finds it has all the time. */
export const DORMANT_MS = 30 * 86_400_000;
/** A permission that was not used for this long is not needed for the work. */
export const UNUSED_MS = 90 * 86_400_000;

/** What a reviewer should look at in a person's or a key's access. */
export function accessWarnings(access: Omit<Access, 'warnings' | 'review'>, since: number, now: number): string[] {
  const warnings: string[] = [];
  if (now - (access.used ?? access.created) > DORMANT_MS) warnings.push('Dormant: not used for 30 days.');
  if (access.kind === 'key' && access.expires === null) warnings.push('It never expires.');
  const unused = unusedWarning(access, since, now);
  return unused === undefined ? warnings : [...warnings, unused];
}

/** `since`: from when on uses were written down. A new access has had no time to use anything. */
export function unusedWarning(
  access: Pick<Access, 'permissions' | 'usedPermissions' | 'created'>,
  since: number,
  now: number,
): string | undefined {
  const known = Math.max(access.created, since);
  const unused = access.permissions.filter((one) => now - (access.usedPermissions[one] ?? known) > UNUSED_MS);
  return unused.length === 0 ? undefined : `Over-privileged: has not used ${unused.join(', ')} in 90 days.`;
}
