import { parser, systemClock, Type, type Clock, type EventId, type Json, type Route, type TenantId } from '../kernel/index.ts';
import { checkpointLine } from './checkpoint.ts';
import { fail } from './errors.ts';
import type { Event, EventActor } from './event.ts';
import { EventFilters, readFilters } from './query.ts';
import { runRoutes } from './run_routes.ts';
import type { Audit } from './service.ts';
import type { DemoSource } from './demo.ts';

const EraseBody = Type.Object(
  {
    subject: Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'Whose text: a principal id, or the end user id that requests named.',
    }),
  },
  { additionalProperties: false },
);
const parseErase = parser(EraseBody);

/** An event as it is shown: who acted has a name beside the id. Names are looked up when they are read: the log holds none, so that a person can be forgotten. */
export type ShownEvent = Event & { readonly actor: EventActor & { readonly name?: string } };
/** Names of principals that are there now, and whose they are; undefined for anybody else. */
export type PrincipalNames = {
  nameOf(tenant: TenantId, principal: string): string | undefined;
  idOf(tenant: TenantId, name: string): string | undefined;
};
export type AuditRouteOptions = { readonly demo?: DemoSource; readonly names?: PrincipalNames; readonly clock?: Clock };

const NO_DEMO: Pick<DemoSource, 'list' | 'runs'> = { list: async () => ({ events: [] }), runs: async () => [] };

/** The control routes of events, their text and the log. Each sees the caller's tenant only; the log itself belongs to the installation. */
export function auditRoutes(audit: Audit, { demo, names, clock = systemClock }: AuditRouteOptions = {}): readonly Route[] {
  const shown = (event: Event): ShownEvent => {
    const name = names?.nameOf(event.tenant, event.actor.principal);
    return name === undefined ? event : { ...event, actor: { ...event.actor, name } };
  };
  const uidOf = (params: Readonly<Record<string, string>>): EventId => (params['uid'] ?? '') as EventId;
  return [
    {
      method: 'GET',
      path: '/api/events',
      summary: 'Events, newest first, a page at a time.',
      authority: { permission: 'events:read' },
      query: EventFilters,
      async handler({ caller, query }) {
        const from = query['source'] === 'demo' ? (demo ?? NO_DEMO) : audit;
        const filters = readFilters(query, clock());
        const who = filters.principal === undefined ? undefined : names?.idOf(caller.tenant, filters.principal);
        const page = await from.list(caller.tenant, who === undefined ? filters : { ...filters, principal: who });
        return { json: asJson({ ...page, events: page.events.map(shown) }) };
      },
    },
    {
      method: 'GET',
      path: '/api/events/follow',
      summary: 'Events as they are recorded, one a line, until the caller leaves.',
      authority: { permission: 'events:read' },
      handler: ({ caller, signal }) => ({ lines: each(audit.follow(caller.tenant, signal), (event) => asJson(shown(event))) }),
    },
    {
      method: 'GET',
      path: '/api/events/:uid',
      summary: 'One event, and its place in the log.',
      authority: { permission: 'events:read' },
      async handler({ caller, params }) {
        const made = await demo?.get(caller.tenant, uidOf(params));
        if (made !== undefined) return { json: asJson({ event: made, place: null }) };
        const event = await audit.get(caller.tenant, uidOf(params));
        if (event === undefined) throw fail('EVENT_NOT_FOUND');
        return { json: asJson({ event: shown(event), place: await audit.place(caller.tenant, event.uid) }) };
      },
    },
    {
      method: 'GET',
      path: '/api/events/:uid/content',
      summary: 'The text of an event as far as it was kept, or why there is none. Reading it is an event.',
      authority: { permission: 'content:read' },
      async handler({ caller, params }) {
        const made = await demo?.content(caller.tenant, uidOf(params));
        if (made !== undefined) return { json: asJson(made) };
        return { json: asJson(await audit.content.read(caller.tenant, uidOf(params), caller.principal)) };
      },
    },
    {
      method: 'GET',
      path: '/api/events/:uid/proof',
      summary: 'That the event is in the log: an RFC 6962 audit path under a signed tree head.',
      authority: { permission: 'events:read' },
      async handler({ caller, params }) {
        return { json: asJson(await audit.proof(caller.tenant, uidOf(params))) };
      },
    },
    {
      method: 'POST',
      path: '/api/content/erase',
      summary: "Erases a subject's text for good: its data key and its rows. Events stay, and stay provable.",
      authority: { permission: 'content:erase' },
      body: EraseBody,
      async handler({ caller, body }) {
        const parsed = parseErase(body);
        if (!parsed.ok) throw fail('ERASE_INVALID');
        return { json: { events: await audit.content.erase(caller.tenant, parsed.value.subject, caller.principal) } };
      },
    },
    ...runRoutes(audit, demo ?? NO_DEMO, clock),
    {
      method: 'GET',
      path: '/api/audit',
      summary: 'The state of the log: size, root, last signed head, projection, witness.',
      authority: { permission: 'health:read' },
      handler: () => ({ json: asJson(audit.health()) }),
    },
    {
      method: 'GET',
      path: '/api/audit/heads',
      summary: 'The signed tree heads that the database keeps, of every log: what a check of the files is compared with.',
      authority: { permission: 'health:read' },
      async handler() {
        return { json: { heads: (await audit.heads()).map(checkpointLine) } };
      },
    },
    {
      method: 'POST',
      path: '/api/audit/rebuild',
      summary: "Drops the events of this process's logs from the database and projects them anew. State is never touched.",
      authority: { permission: 'store:admin', installation: 'the logs of all tenants' },
      async handler() {
        return { json: { events: await audit.rebuild() } };
      },
    },
  ];
}

async function* each<T, U>(values: AsyncIterable<T>, of: (value: T) => U): AsyncGenerator<U> {
  for await (const value of values) yield of(value);
}

/** Plain data as JSON sees it: what is undefined is left out. */
function asJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
