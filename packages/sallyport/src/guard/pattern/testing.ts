import type { Hold, HoldPlan, Segment, StreamRule } from './index.ts';
import { parsePattern, type PatternFlags } from './index.ts';

/** A rule whose findings carry the reading that was matched, as their `type`, so that tests can see it. */
export function rule(id: string, source: string, flags: PatternFlags = {}, verify?: (match: string) => boolean): StreamRule {
  return {
    id,
    pattern: parsePattern(source, flags),
    ...(verify === undefined ? {} : { verify }),
    finding: (match) => ({ rule: id, category: 'secret', type: match, severity: 'high', confidence: 1 }),
  };
}

/** Neighbouring texts joined, so that what two splits give can be compared. */
export function joined(segments: readonly Segment[]): Segment[] {
  const out: Segment[] = [];
  for (const segment of segments) {
    const last = out.at(-1);
    if (segment.kind === 'text' && last?.kind === 'text') out[out.length - 1] = { kind: 'text', text: last.text + segment.text };
    else out.push(segment);
  }
  return out;
}

export function pushAll(hold: Hold, chunks: readonly string[]): Segment[] {
  return [...chunks.flatMap((chunk) => hold.push(chunk)), ...hold.end()];
}

/** What a plan gives for a text in these chunks. */
export function run(plan: HoldPlan, chunks: readonly string[], isPlaceholder?: (text: string) => boolean): Segment[] {
  return joined(pushAll(plan.open(isPlaceholder), chunks));
}

/** Short form for assertions: text as itself, a match as `[rule:text]`, a placeholder as `{text}`. */
export function shown(segments: readonly Segment[]): string {
  return segments
    .map((segment) => {
      if (segment.kind === 'text') return segment.text;
      if (segment.kind === 'placeholder') return `{${segment.text}}`;
      return `[${segment.findings.map((finding) => finding.rule).join('+')}:${segment.text}]`;
    })
    .join('');
}

/** All ways to cut a text into at most three parts. */
export function* threeParts(text: string): Generator<string[]> {
  for (let i = 0; i <= text.length; i++) for (let j = i; j <= text.length; j++) yield [text.slice(0, i), text.slice(i, j), text.slice(j)];
}
