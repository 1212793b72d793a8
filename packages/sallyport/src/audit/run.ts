import type { Event, EventCall } from './event.ts';

/** What a list of runs needs of an event that belongs to one. */
export type RunEvent = {
  readonly uid: string;
  readonly time: number;
  readonly kind: string;
  readonly principal: string;
  /** Kind of the principal. */
  readonly who: string | null;
  readonly model: string | null;
  readonly decision: string | null;
  readonly conversation: string;
  /** What rules in roll-out would have made of it. */
  readonly would: string | null;
  readonly calls: readonly Pick<EventCall, 'tool' | 'flow'>[] | null;
  /** Of a request to a tool server: the tool. */
  readonly target: string | null;
};

/** A run of an agent: the requests of one conversation with a model, and the tool calls that they brought about. Times in milliseconds. */
export type Run = {
  readonly id: string;
  readonly principal: string;
  readonly kind: string | null;
  readonly models: readonly string[];
  readonly started: number;
  readonly ended: number;
  /** Requests to a model; calls that their replies proposed; of these, what the information flow has something against. */
  readonly turns: number;
  readonly calls: number;
  readonly doubtful: number;
  /** Events that were refused or held, and those that rules in roll-out would have stopped. */
  readonly stopped: number;
  readonly would: number;
  readonly tools: readonly string[];
};

/** Tools and models that are named of one run. */
const MAX_NAMED = 12;

/** The event of a run as the list needs it; undefined for one that belongs to none. */
export function runEvent({ uid, time, kind, actor, api, decision, conversation, detail, calls, target }: Event): RunEvent | undefined {
  if (conversation === undefined) return undefined;
  const would = detail?.['would'];
  return {
    ...{ uid, time, kind, principal: actor.principal, who: actor.kind ?? null, conversation, calls: calls ?? null },
    model: api?.model ?? null,
    decision: decision?.action ?? null,
    would: typeof would === 'string' ? would : null,
    target: target?.name ?? null,
  };
}

/** Events, newest first, as runs, newest first. */
export function runsOf(events: readonly RunEvent[]): Run[] {
  const found = new Map<string, RunEvent[]>();
  for (const event of events) {
    const of = found.get(event.conversation);
    if (of === undefined) found.set(event.conversation, [event]);
    else of.push(event);
  }
  return [...found].map(([id, of]) => runOf(id, of));
}

function runOf(id: string, events: readonly RunEvent[]): Run {
  const [newest] = events as readonly [RunEvent];
  const turns = events.filter(({ kind }) => kind === 'gateway.request');
  const calls = turns.flatMap((event) => event.calls ?? []);
  const named = (names: readonly (string | null)[]): string[] =>
    [...new Set(names.filter((name): name is string => name !== null && name !== ''))].slice(0, MAX_NAMED);
  return {
    id,
    principal: newest.principal,
    kind: newest.who,
    models: named(turns.map(({ model }) => model)),
    started: events.at(-1)?.time ?? newest.time,
    ended: newest.time,
    turns: turns.length,
    calls: calls.length,
    doubtful: calls.filter(({ flow }) => flow !== 'allow').length,
    stopped: events.filter(({ decision }) => decision === 'deny' || decision === 'ask').length,
    would: events.filter(({ decision, would }) => decision === 'allow' && would !== null && would !== 'allow').length,
    tools: named([...calls.map(({ tool }) => tool), ...events.filter(({ kind }) => kind === 'mcp.request').map(({ target }) => target)]),
  };
}
