import type { Action } from './approval.ts';
import { valueHash } from './binding.ts';
import { at } from './scope.ts';

/** What a lasting approval holds for, as it is stored. */
type Lasting = {
  readonly scope: 'value' | 'conversation' | 'always';
  readonly binding: Buffer | null;
  readonly conversation: string | null;
  readonly bound: readonly { readonly pointer: string; readonly hash: string }[];
};

/** Whether a lasting approval of this requester and tool covers the action. A grant that binds nothing covers nothing. */
export function grantFits(grant: Lasting, action: Action, hash: Buffer, mac: (purpose: string, ...parts: string[]) => Buffer): boolean {
  if (grant.scope === 'value') return grant.binding !== null && grant.binding.equals(hash);
  if (grant.scope === 'conversation') return grant.conversation !== null && grant.conversation === action.conversation;
  return (
    grant.bound.length > 0 &&
    grant.bound.every(({ pointer, hash: right }) => {
      const value = at(action.arguments, pointer);
      return value !== undefined && valueHash(mac, pointer, value) === right;
    })
  );
}
