import { parser, Type } from '../kernel/index.ts';
import { fail } from './errors.ts';
import { MAX_PAGE, parseCursor, type EventQuery } from './store.ts';

const word = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 160, description }));

/** The filters of `GET /api/events`, as they stand in its query. */
export const EventFilters = Type.Object(
  {
    since: word('From this time on: ISO 8601, milliseconds since 1970, or a span such as 15m, 2h, 7d.'),
    until: word('Up to this time, in the same forms.'),
    decision: Type.Optional(Type.Enum(['allow', 'ask', 'deny'])),
    kind: word('A kind of event, or the beginning of kinds: gateway for gateway.request.'),
    model: word('The model that was asked for.'),
    principal: word('Who acted: an id, or a name that is there now.'),
    target: word('What it is about: the id of a tool server, a document, a key.'),
    limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$', description: `Events in a page, ${MAX_PAGE} at most.` })),
    after: word('The `next` of the page before.'),
    source: Type.Optional(Type.Enum(['demo'], { description: 'Made-up events in place of the real ones, where demo data is shown.' })),
  },
  { additionalProperties: false },
);

const parse = parser(EventFilters);

/** Reads the filters. Throws EVENT_QUERY_INVALID naming what cannot be read. */
export function readFilters(query: Readonly<Record<string, string>>, now: number): EventQuery {
  const parsed = parse(query);
  if (!parsed.ok)
    throw fail('EVENT_QUERY_INVALID', { say: parsed.problems.map(({ pointer, message }) => `${pointer.slice(1)}: ${message}`).join('; ') });
  const { since, until, limit, after, decision, kind, model, principal, target } = parsed.value;
  if (after !== undefined && parseCursor(after) === undefined) throw fail('EVENT_QUERY_INVALID', { say: 'after: not the end of a page' });
  return {
    ...(decision !== undefined && { decision }),
    ...(kind !== undefined && { kind }),
    ...(model !== undefined && { model }),
    ...(principal !== undefined && { principal }),
    ...(target !== undefined && { target }),
    ...(since !== undefined && { since: readTime('since', since, now) }),
    ...(until !== undefined && { until: readTime('until', until, now) }),
    ...(limit !== undefined && { limit: Math.min(MAX_PAGE, Number(limit)) }),
    ...(after !== undefined && { after }),
  };
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds since 1970 of a date, of milliseconds, or of a span before now; undefined for anything else. */
export function parseTime(text: string, now: number): number | undefined {
  const span = /^(\d{1,6})([smhd])$/.exec(text);
  if (span !== null) return now - Number(span[1]) * (UNITS[span[2] ?? ''] ?? 0);
  if (/^\d{12,15}$/.test(text)) return Number(text);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function readTime(name: string, text: string, now: number): number {
  const time = parseTime(text, now);
  if (time === undefined) throw fail('EVENT_QUERY_INVALID', { say: `${name}: not a time` });
  return time;
}
