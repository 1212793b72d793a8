import type { Permission } from '../../kernel/index.ts';
import { HELD_KINDS, type Holds } from '../people/person.ts';

/** How far somebody reaches: permissions, and the patterns that the role, or the key that calls, is held to. */
export type Own = { readonly permissions: ReadonlySet<string>; readonly held: Holds };
/** How far a role reaches. */
export type RoleReach = Holds & { readonly permissions: Iterable<string> };
/** How far a key or an agent (permissions: its scopes) reaches. It has no lists of applications and datasets: it is held to none. */
export type ActingReach = Pick<Holds, 'models' | 'tools'> & { readonly permissions: Iterable<string> };

/** What gives access on, or takes all data out: by a key or an agent it would be held to nothing. */
const GIVES = ['keys:write', 'people:write', 'identity:write', 'store:admin'] as const satisfies readonly Permission[];
/** What finds or shows documents. */
const READS_DOCUMENTS = [
  ...(['fga:read', 'knowledge:read', 'knowledge:write', 'knowledge:release', 'content:read', 'content:erase'] as const),
] satisfies readonly Permission[];
/** Scopes that are nobody's permission: everybody may use models and tools, as far as the role is not held. */
const OPEN: ReadonlySet<string> = new Set(['models', 'tools']);

/** What of it is beyond who makes or handles it, as a sentence; undefined when nothing is. */
export function beyond(reach: RoleReach | ActingReach, own: Own): string | undefined {
  const permissions = [...reach.permissions].filter((one) => !OPEN.has(one));
  const lacking = permissions.filter((one) => !own.permissions.has(one));
  if (lacking.length > 0) return `You lack ${named(lacking)}.`;
  const heldTo = HELD_KINDS.filter((kind) => own.held[kind].length > 0);
  const lists: Partial<Holds> = reach;
  const wider = heldTo.find((kind) => {
    const patterns = lists[kind];
    return patterns !== undefined && (patterns.length === 0 || !patterns.every((one) => own.held[kind].includes(one)));
  });
  if (wider !== undefined) return `You have only some ${wider} yourself.`;
  if ('datasets' in reach || heldTo.length === 0) return undefined;
  const unheld: ReadonlySet<string> = new Set([...GIVES, ...(heldTo.includes('datasets') ? READS_DOCUMENTS : [])]);
  const free = permissions.filter((one) => unheld.has(one));
  return free.length === 0 ? undefined : `You have only some ${heldTo.join(', ')} yourself; by ${named(free)} this would be held to none.`;
}

function named(permissions: readonly string[]): string {
  return permissions.length <= 5 ? permissions.join(', ') : `${permissions.slice(0, 5).join(', ')} and ${permissions.length - 5} more`;
}
