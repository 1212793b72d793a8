import { Type, type Clock, type Json, type Route } from '../kernel/index.ts';
import type { DemoSource } from './demo.ts';
import { fail } from './errors.ts';
import { parseTime } from './query.ts';
import type { Audit } from './service.ts';
import { MAX_PAGE } from './store.ts';

const SOURCE = Type.Optional(Type.Enum(['demo'], { description: 'Made-up runs in place of the real ones, where demo data is shown.' }));
const LIST = Type.Object(
  {
    since: Type.Optional(Type.String({ maxLength: 40, description: 'From this time on, as for events; 7d when absent.' })),
    principal: Type.Optional(Type.String({ maxLength: 160, description: 'Who acted.' })),
    source: SOURCE,
  },
  { additionalProperties: false },
);
const ONE = Type.Object({ source: SOURCE }, { additionalProperties: false });

const WEEK = 7 * 86_400_000;
/** Runs in one answer, events of one, and calls beside it. */
const MAX_RUNS = 200;
const MAX_BESIDE = 100;
/** Milliseconds after its last event in which a call still counts as made meanwhile. */
const AFTER = 60_000;

/** The control routes of agents' runs: what their events say of them, never what was said in them. */
export function runRoutes(audit: Pick<Audit, 'list' | 'runs'>, demo: Pick<DemoSource, 'list' | 'runs'>, clock: Clock): Route[] {
  const sourceOf = (source: string | undefined): Pick<DemoSource, 'list' | 'runs'> => (source === 'demo' ? demo : audit);
  return [
    {
      method: 'GET',
      path: '/api/runs',
      summary: 'Runs of agents, newest first: who, which tools, how many calls, and how many of them were doubtful or stopped.',
      authority: { permission: 'events:read' },
      query: LIST,
      async handler({ caller, query: { since: from, principal, source } }) {
        const since = from === undefined ? clock() - WEEK : parseTime(from, clock());
        if (since === undefined) throw fail('EVENT_QUERY_INVALID', { say: 'since: not a time' });
        const runs = await sourceOf(source).runs(caller.tenant, { since, ...(principal === undefined ? {} : { principal }) });
        return { json: { runs: runs.slice(0, MAX_RUNS) as unknown as Json } };
      },
    },
    {
      method: 'GET',
      path: '/api/runs/:id',
      summary: 'One run: its events, oldest first, and the tool calls that the same principal made meanwhile and no reply proposed.',
      authority: { permission: 'events:read' },
      query: ONE,
      async handler({ caller, params, query }) {
        const conversation = params['id'] ?? '';
        const from = sourceOf(query['source']);
        const { events, next } = await from.list(caller.tenant, { conversation, limit: MAX_PAGE });
        const [newest, oldest] = [events[0], events.at(-1)];
        if (newest === undefined || oldest === undefined) throw fail('RUN_NOT_FOUND');
        const meanwhile = await from.list(caller.tenant, {
          ...{ kind: 'mcp.request', principal: newest.actor.principal, limit: MAX_BESIDE },
          ...{ since: oldest.time, until: newest.time + AFTER },
        });
        const beside = meanwhile.events.filter((event) => event.conversation === undefined);
        return { json: JSON.parse(JSON.stringify({ events: events.toReversed(), beside, shortened: next !== undefined })) as Json };
      },
    },
  ];
}
