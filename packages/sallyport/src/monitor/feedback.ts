import type { EventFinding, Event } from '../audit/index.ts';
import { detectorOf, type Corrections } from './correction.ts';

/** What a person said about a finding, or about a finding that should have been. */
export type Feedback = {
  readonly id: string;
  readonly event: string;
  readonly verdict: 'fine' | 'missed';
  /** The rule of the finding; for `missed` the rule or detector that should have found it. */
  readonly rule: string;
  readonly confidence: number;
  /** Keyed hash of the text that was meant; null when none was given. */
  readonly value: string | null;
  readonly state: 'given' | 'applied' | 'undone';
  readonly givenBy: string;
  readonly created: number;
  readonly changed: number;
};

/** What applying would do. */
export type Change =
  | { readonly kind: 'exception'; readonly rule: string; readonly value: string }
  | { readonly kind: 'confidence'; readonly detector: string; readonly least: number }
  | { readonly kind: 'none' };

/** What a change would have meant for recorded events. `most`: an upper bound, since events hold no text. */
export type Effect = {
  readonly change: Change;
  readonly events: number;
  readonly findings: number;
  readonly leftOut: number;
  readonly most: boolean;
  /** Requests with such a finding that were refused. */
  readonly refused: number;
  readonly examples: readonly string[];
};

/** Just above a finding's own confidence. */
const STEP = 0.01;
/** Events that are named; the others are counted. */
const MAX_EXAMPLES = 10;

export function changeOf({ verdict, rule, value, confidence }: Pick<Feedback, 'verdict' | 'rule' | 'value' | 'confidence'>): Change {
  if (verdict === 'missed') return { kind: 'none' };
  if (value !== null) return { kind: 'exception', rule, value };
  return { kind: 'confidence', detector: detectorOf(rule), least: Math.min(1, Math.round((confidence + STEP) * 100) / 100) };
}

/** Counts what a change concerns. `length`: of the value that is meant, in UTF-16 units. */
export async function effectOf(change: Change, length: number, events: AsyncIterable<Event>): Promise<Effect> {
  const concerns = (finding: EventFinding): boolean => {
    if (change.kind === 'exception') return finding.rule === change.rule && finding.end - finding.start === length;
    return change.kind === 'confidence' && detectorOf(finding.rule) === change.detector && finding.confidence < change.least;
  };
  const counted = { events: 0, findings: 0, leftOut: 0, refused: 0 };
  const examples: string[] = [];
  for await (const event of events) {
    const findings = event.findings ?? [];
    const concerned = findings.filter(concerns).length;
    counted.events++;
    counted.findings += findings.length;
    counted.leftOut += concerned;
    if (concerned === 0) continue;
    if (event.decision?.action === 'deny') counted.refused++;
    if (examples.length < MAX_EXAMPLES) examples.push(event.uid);
  }
  return { change, ...counted, most: change.kind === 'exception', examples };
}

/** The corrections of one tenant, from its applied feedback; undefined when there is none. */
export function correctionsOf(applied: readonly Feedback[]): Corrections | undefined {
  const exceptions = new Map<string, Set<string>>();
  const confidence = new Map<string, number>();
  for (const change of applied.map(changeOf)) {
    if (change.kind === 'exception') exceptions.set(change.rule, (exceptions.get(change.rule) ?? new Set()).add(change.value));
    if (change.kind === 'confidence') confidence.set(change.detector, Math.max(change.least, confidence.get(change.detector) ?? 0));
  }
  return exceptions.size + confidence.size === 0 ? undefined : { exceptions, confidence };
}
