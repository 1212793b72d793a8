import { type EventId, type TenantId } from '../../kernel/index.ts';
import { CLASS, type Event } from '../../audit/index.ts';
import type { Guards } from '../../guard/index.ts';
import type { Policy } from '../../policy/index.ts';
import { APPS, type DemoApp, type Scene } from './company.ts';
import { DAYS } from './days.ts';
import { judgeScene, type DemoEvent, type Judged } from './judge.ts';
import { runsOfDay } from './runs.ts';

/** Ids of made-up events begin like this; those of real ones with `evt_`. */
export const DEMO_ID = 'demo_';

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Any number: the same one gives the same company. */
const SEED = 20_261;
/** Of a working day, on a Saturday or Sunday when nothing happens. */
const WEEKEND = 0.4;

/** The fourteen days before `until` (milliseconds since 1970), newest first; the same for the same arguments. */
export function demoHistory(tenant: TenantId, until: number, guards: Guards, policy: Policy): readonly DemoEvent[] {
  const random = mulberry32(SEED);
  const judged = new Map<Scene, Judged>();
  const first = until - DAYS.all * DAY;
  const made: DemoEvent[] = [];
  for (let day = 0; day < DAYS.all; day++) {
    const start = first + day * DAY;
    const weekday = new Date(start + 12 * HOUR).getUTCDay();
    const eventful = DAYS.probing.some((one) => one === day) || DAYS.poisoned.some((one) => one === day);
    const share = !eventful && (weekday === 0 || weekday === 6) ? WEEKEND : 1;
    made.push(...runsOfDay(tenant, day, start, guards, policy));
    for (const app of APPS) {
      const scenes = app.scenes.filter(({ days }) => days === undefined || days.includes(day));
      const count = Math.round(app.perDay * share * (0.85 + 0.3 * random()));
      for (let i = 0; i < count; i++) {
        const scene = pick(scenes, random());
        let what = judged.get(scene);
        if (what === undefined) judged.set(scene, (what = judgeScene(app, scene, guards, policy)));
        made.push(requestOf(tenant, start + momentOf(random), app, what, random));
      }
    }
  }
  made.push(...changes(tenant, first));
  return numbered(made);
}

/** By time, with the ids that the pages name them by; an event that belongs to another one is told by its id. */
function numbered(made: readonly DemoEvent[]): readonly DemoEvent[] {
  const sorted = made.toSorted((a, b) => a.event.time - b.event.time);
  const ids = sorted.map((_, index) => `${DEMO_ID}${String(index + 1).padStart(5, '0')}` as EventId);
  const known = new Map(sorted.map(({ event }, index) => [event.uid, ids[index]]));
  return sorted
    .map(({ event, pieces }, index) => {
      const cause = event.cause === undefined ? undefined : known.get(event.cause as EventId);
      return { event: { ...event, uid: ids[index] as EventId, ...(cause === undefined ? {} : { cause }) }, pieces };
    })
    .reverse();
}

/** Within a day: most in the working hours, in whole milliseconds. */
function momentOf(random: () => number): number {
  const spread = (random() + random() + random()) / 3;
  return Math.floor((6 + spread * 16) * HOUR);
}

function requestOf(tenant: TenantId, time: number, app: DemoApp, judged: Judged, random: () => number): DemoEvent {
  const { pieces, characters, ...found } = judged;
  const refused = judged.decision.action === 'deny';
  const inspect = round(0.3 + random() * 0.9);
  const upstream = refused ? 0 : round(350 + random() * 1_400);
  const model = app.models[Math.floor(random() * app.models.length)] ?? '';
  const event: Event = {
    uid: '' as EventId,
    tenant,
    time,
    class_uid: CLASS.apiActivity,
    activity_id: 1,
    status_id: refused ? 2 : 1,
    kind: 'gateway.request',
    actor: { principal: app.principal, kind: app.kind, key: app.key },
    api: { operation: app.operation, model, provider: app.provider, stream: app.stream },
    ...found,
    ...(refused ? {} : { usage: { input: Math.ceil(characters / 4) + 180, output: Math.ceil(40 + random() * 220) } }),
    timings: { inspect, ...(refused ? {} : { upstream }), total: round(inspect + upstream) },
    http: { status: refused ? 403 : 200 },
    content: { mode: 'full' },
    detail: { demo: true, characters },
  };
  return { event, pieces };
}

/** What became of the definitions of the parcel service (see `servers.ts`). */
const QUARANTINED = [
  { name: 'track_parcel', state: 'changed', changes: 'imperative_text,new_parameter,narrowed_schema' },
  { name: 'list_carriers', state: 'changed', changes: 'wording' },
  { name: 'estimate_delivery', state: 'waiting', changes: 'new' },
];

function bySystem({ event, pieces }: DemoEvent): DemoEvent {
  return { event: { ...event, actor: { principal: 'system', kind: 'system' } }, pieces };
}

/** What people of the company changed: keys made, somebody signed in, a rule tried out. */
function changes(tenant: TenantId, first: number): DemoEvent[] {
  const change = (
    day: number,
    hour: number,
    kind: string,
    target: NonNullable<Event['target']>,
    detail: Event['detail'] = {},
  ): DemoEvent => ({
    event: {
      uid: '' as EventId,
      tenant,
      time: first + day * DAY + Math.round(hour * HOUR),
      class_uid: CLASS.entityManagement,
      activity_id: 3,
      severity_id: 1,
      status_id: 1,
      kind,
      actor: { principal: 'demo:ines', kind: 'operator' },
      target,
      detail: { demo: true, ...detail },
    },
    pieces: [],
  });
  return [
    ...APPS.map(({ key, principal }, at) =>
      change(0, 5 + at / 10, 'key.created', { kind: 'key', id: key, name: principal.replace('demo:', '') }),
    ),
    change(8, 19, 'session.started', { kind: 'session', id: 'demo:session', name: 'Ines' }),
    change(9, 21, 'key.revoked', { kind: 'key', id: 'key_demo_old', name: 'old shop' }),
    ...['mailbox', 'shop', 'files', 'parcels'].map((server, at) =>
      bySystem(
        change(0, 7 + at / 10, 'mcp.server_seen', { kind: 'mcp_server', id: server }, { pinned: server === 'parcels' ? 3 : 4, waiting: 0 }),
      ),
    ),
    ...QUARANTINED.map(({ name, ...detail }, at) =>
      bySystem(change(DAYS.poisoned[0], 8 + at / 1_000, 'mcp.pin_quarantined', { kind: 'mcp_tool', id: 'parcels', name }, detail)),
    ),
    change(12, 18, 'knowledge.quarantined', { kind: 'document', id: 'demo:document', name: 'supplier note' }),
  ];
}

function pick(scenes: readonly Scene[], at: number): Scene {
  let left = at * scenes.reduce((sum, { often }) => sum + often, 0);
  for (const scene of scenes) if ((left -= scene.often) < 0) return scene;
  return scenes[0] as Scene;
}

const round = (milliseconds: number): number => Math.round(milliseconds * 100) / 100;

/** A small generator of numbers below 1 that gives the same ones for the same seed (Tommy Ettinger's mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
