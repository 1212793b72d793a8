import type { EventId } from '../kernel/index.ts';
import type { Event, EventFinding } from '../audit/index.ts';
import type { TextPoint } from './detector.ts';
import type { Guards } from './guards.ts';

/** A text of a recorded request that was kept whole. */
export type KeptText = { readonly part: number; readonly point?: string; readonly origin?: string; readonly text: string };

/** What a decision about a detector would have changed in recorded requests. */
export type GuardEffect = {
  readonly detector: string;
  /** Requests looked at, and the time of the oldest; 0 when there is none. */
  readonly requests: number;
  readonly since: number;
  /** Findings that would no longer be told, the requests that they are in, and those of them in which a rule acted on that text. */
  readonly lost: number;
  readonly lostIn: number;
  readonly decided: number;
  /** Requests whose text is kept whole and was looked at again, and the new findings in them. */
  readonly rescanned: number;
  readonly gained: number;
  readonly gainedIn: number;
  /** Newest first. */
  readonly examples: readonly {
    readonly event: EventId;
    readonly time: number;
    readonly change: 'lost' | 'gained';
    readonly findings: readonly string[];
  }[];
};

export type EffectOptions = {
  readonly detector: string;
  /** With the decision in force. */
  readonly guards: Guards;
  /** Whether a recorded finding of the detector would still be told. */
  readonly keeps: (finding: EventFinding) => boolean;
  /** The texts of a request as far as they are kept whole; absent when the decision can only take findings away, or the caller may read none. */
  readonly texts?: (event: Event) => Promise<readonly KeptText[]>;
};

/** Requests whose text is read again: reading is recorded, and scanning takes time that others wait for. */
const MAX_RESCANNED = 50;
const MAX_EXAMPLES = 20;

/** Compares what was found with what would be: recorded findings by their confidence, and texts that are kept whole by a new look. */
export async function effectOf(events: AsyncIterable<Event>, options: EffectOptions): Promise<GuardEffect> {
  const { detector, keeps, texts } = options;
  const counts = { requests: 0, since: 0, lost: 0, lostIn: 0, decided: 0, rescanned: 0, gained: 0, gainedIn: 0 };
  const examples: GuardEffect['examples'][number][] = [];
  const note = (event: Event, change: 'lost' | 'gained', findings: readonly { readonly type: string }[]): void => {
    if (examples.length < MAX_EXAMPLES)
      examples.push({ event: event.uid, time: event.time, change, findings: [...new Set(findings.map(({ type }) => type))] });
  };
  for await (const event of events) {
    counts.requests++;
    counts.since = event.time;
    const own = (event.findings ?? []).filter(({ rule }) => rule.startsWith(`${detector}.`));
    const lost = own.filter((finding) => !keeps(finding));
    if (lost.length > 0) {
      counts.lost += lost.length;
      counts.lostIn++;
      if (lost.some((finding) => actedOn(event, finding))) counts.decided++;
      note(event, 'lost', lost);
    }
    if (texts === undefined || counts.rescanned >= MAX_RESCANNED || event.content?.mode !== 'full') continue;
    const kept = await texts(event);
    if (kept.length === 0) continue;
    counts.rescanned++;
    const gained = kept.flatMap((text) => newFindings(text, own, options));
    if (gained.length === 0) continue;
    counts.gained += gained.length;
    counts.gainedIn++;
    note(event, 'gained', gained);
  }
  return { detector, ...counts, examples };
}

function actedOn({ decision }: Event, { part, point }: EventFinding): boolean {
  return decision?.rules.some((rule) => rule.part === part && (point === undefined || rule.point === point)) === true;
}

function newFindings(
  { text, part, point, origin }: KeptText,
  known: readonly EventFinding[],
  { detector, guards }: EffectOptions,
): { type: string }[] {
  const at = { point: (point ?? 'prompt') as TextPoint, origin: (origin ?? 'unknown') as 'user', part };
  return guards
    .scan(text, at)
    .findings.filter(({ rule }) => rule.startsWith(`${detector}.`))
    .filter(
      ({ type, location }) =>
        !known.some((one) => one.part === part && one.type === type && location.kind === 'text' && one.start === location.start),
    );
}
