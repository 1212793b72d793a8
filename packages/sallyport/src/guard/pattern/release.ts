import type { Plan } from './plan.ts';
import type { Span } from './spans.ts';
import type { HoldFault, Segment, StreamFinding, StreamSpan } from './stream.ts';

/** Findings of one segment; what decides about it is in the first ones, and attackers choose how many there are. */
const MAX_FINDINGS = 100;

/** Says why text that was held too long is withheld. */
const OVERFLOW: StreamFinding = {
  rule: 'stream.overflow',
  category: 'hidden_text',
  type: 'HOLD_OVERFLOW',
  severity: 'medium',
  confidence: 0.5,
  evidence: 'more characters than any match needs, all of which may still become one',
};

/** Stands for the finding of a rule that threw: the text is a match, and nothing is known about it. */
const UNKNOWN: StreamFinding = {
  rule: 'stream.fault',
  category: 'hidden_text',
  type: 'GUARD_FAILED',
  severity: 'medium',
  confidence: 0.5,
  evidence: 'the guard that found it failed',
};

/** How groups of spans become segments. */
export type Release = { readonly plan: Plan; readonly isPlaceholder: (text: string) => boolean; readonly onFault: HoldFault };

/**
 * The segment of overlapping spans whose joined text is `raw`, at `start`. Undefined when nothing in it counts: then it is plain text.
 * A placeholder's form that is the whole group is a placeholder when it was given out in this request, or nothing else was found in it.
 */
export function segmentOf(release: Release, spans: readonly Span[], raw: string, start: number): Segment | undefined {
  const form = spans.find((span) => span.rule === release.plan.placeholder);
  const others = withoutInner(spans.filter((span) => span.rule !== release.plan.placeholder));
  const isWhole = form !== undefined && form.start === start && form.end === start + raw.length;
  if (isWhole && (others.length === 0 || release.isPlaceholder(raw))) return { kind: 'placeholder', text: raw };
  if (others.length === 0) return undefined;
  return matchOf(release, others.slice(0, MAX_FINDINGS), raw, start);
}

/** The segment of text that is given out because too much is held: a match, whatever was found in it. */
export function overflowOf(release: Release, spans: readonly Span[], raw: string, start: number): Segment {
  const others = withoutInner(spans.filter((span) => span.rule !== release.plan.placeholder && span.end > span.start));
  if (others.length > 0) return matchOf(release, others.slice(0, MAX_FINDINGS), raw, start);
  return { kind: 'match', text: raw, start, findings: [OVERFLOW], spans: [{ start, end: start + raw.length }] };
}

function matchOf(release: Release, spans: readonly Span[], raw: string, start: number): Segment {
  const findings: StreamFinding[] = [];
  const places: StreamSpan[] = [];
  for (const span of spans) {
    const from = Math.max(span.start, start);
    findings.push(span.finding ?? findingOf(release, span, raw.slice(from - start, span.end - start)));
    places.push({ start: from, end: span.end });
  }
  return { kind: 'match', text: raw, start, findings, spans: places };
}

function findingOf(release: Release, span: Span, raw: string): StreamFinding {
  const rule = release.plan.rules[span.rule];
  if (rule === undefined) return OVERFLOW;
  try {
    return rule.finding(rule.reader.read(raw, rule.verify) ?? rule.reader.read(raw, undefined) ?? raw);
  } catch (error) {
    release.onFault(rule.id, error);
    return UNKNOWN;
  }
}

/** One span for each finding: a pattern's span that lies inside another of the same rule says nothing new. Spans come by start. */
function withoutInner(spans: readonly Span[]): readonly Span[] {
  const reach = new Map<number, number>();
  return [...spans]
    .sort((a, b) => a.start - b.start || b.end - a.end || a.rule - b.rule)
    .filter((span) => {
      const known = reach.get(span.rule) ?? -1;
      reach.set(span.rule, Math.max(known, span.end));
      return span.finding !== undefined || span.end > known;
    });
}
