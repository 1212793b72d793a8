import type { HeldAction } from './verdict.ts';
import type { ReplayEvent } from './replay.ts';

/** What rules in roll-out would have done to recorded requests, by rule; most first. */
export type Rollout = {
  /** Requests looked at, and the time of the oldest; 0 when there is none. */
  readonly requests: number;
  readonly since: number;
  /** Requests that at least one of them would have stopped or changed. */
  readonly would: number;
  readonly rules: readonly { readonly rule: string; readonly requests: number; readonly does: HeldAction; readonly example: string }[];
};

/** Counts what the gate itself noted at the time; `observed`: the rules that still only observe. */
export async function rolloutOf(events: AsyncIterable<ReplayEvent>, observed: ReadonlySet<string>): Promise<Rollout> {
  const rules = new Map<string, { requests: number; readonly does: HeldAction; readonly example: string }>();
  let requests = 0;
  let since = 0;
  let would = 0;
  for await (const event of events) {
    requests++;
    since = event.time;
    const held = new Map((event.decision?.would ?? []).filter(({ id }) => observed.has(id)).map(({ id, action }) => [id, action]));
    if (held.size > 0) would++;
    for (const [id, does] of held) {
      const rule = rules.get(id);
      if (rule === undefined) rules.set(id, { requests: 1, does, example: event.uid });
      else rule.requests++;
    }
  }
  const listed = [...rules].map(([rule, counted]) => ({ rule, ...counted })).sort((a, b) => b.requests - a.requests);
  return { requests, since, would, rules: listed };
}
