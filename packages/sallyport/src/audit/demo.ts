import type { TenantId } from '../kernel/index.ts';
import type { Content } from './content.ts';
import type { Event } from './event.ts';
import type { Run } from './run.ts';
import type { EventPage, EventQuery } from './store.ts';

/** The text of a made-up event. */
export type DemoContent = Extract<Content, { readonly state: 'kept' }>;

/**
 * Made-up events to look around in, asked for by `source=demo`. They are in no log and no table, so that neither a proof nor a figure of real
 * events can hold one; their ids do not begin with `evt_`.
 */
export type DemoSource = {
  list(tenant: TenantId, query: EventQuery): Promise<EventPage>;
  runs(tenant: TenantId, query: Pick<EventQuery, 'since' | 'principal'>): Promise<readonly Run[]>;
  get(tenant: TenantId, uid: string): Promise<Event | undefined>;
  content(tenant: TenantId, uid: string): Promise<DemoContent | undefined>;
};
