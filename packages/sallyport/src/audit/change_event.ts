import { newId, type EventId, type TenantId } from '../kernel/index.ts';
import type { StateChange } from './change.ts';
import { CLASS, type Event } from './event.ts';

/** OCSF Entity Management activities. */
const ACTIVITIES: readonly (readonly [pattern: RegExp, id: number])[] = [
  [/created$|added$|issued$/, 1],
  [/read$|listed$|exported$/, 2],
  [/deleted$|revoked$|removed$|erased$/, 4],
  [/./, 3],
];

/** The event of a state change: OCSF Entity Management. */
export function changeEvent(tenant: TenantId, change: StateChange, time: number): Event {
  const activity = ACTIVITIES.find(([pattern]) => pattern.test(change.type));
  return {
    uid: newId('evt', time) as EventId,
    tenant,
    time,
    class_uid: CLASS.entityManagement,
    activity_id: activity?.[1] ?? 0,
    severity_id: 1,
    status_id: 1,
    kind: change.type,
    actor: { principal: change.actor },
    target: change.target,
    ...(change.detail !== undefined && { detail: change.detail }),
  };
}
