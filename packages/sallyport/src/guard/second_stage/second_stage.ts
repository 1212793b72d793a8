import type { Finding } from '../../kernel/index.ts';
import type { Scan } from '../detector.ts';
import type { Channel } from '../model/model.ts';
import type { GreyZones } from './grey.ts';

/** What the classifier says: how likely one of the windows is an attack, 0 to 1; or why it says nothing. */
export type Answer = { readonly probability: number } | { readonly silent: Silence };

/** `busy`: too many wait; `late`: it took too long; `down`: it is not running, or broke. */
export type Silence = 'busy' | 'late' | 'down';

/** A classifier that is asked about texts in the grey zone. */
export type SecondStage = {
  readonly zones: GreyZones;
  /** What happens to a text about which it says nothing: the first stage's verdict stands, or the text is refused. */
  readonly onError: 'keep' | 'deny';
  /** Never rejects. */
  ask(windows: readonly string[]): Promise<Answer>;
};

/** The name under which it fails. */
export const SECOND_STAGE = 'second_stage';

/** From this confidence on an injection is of high severity, as the first stage has it. */
const HIGH = 0.9;

export function isGrey({ channels }: GreyZones, channel: Channel, score: number): boolean {
  const zone = channels[channel];
  return zone !== undefined && score >= zone[0] && score <= zone[1];
}

/** The window around a place, and the ones before and behind that half overlap it; one where the text is no longer than that. */
export function windowsAround(text: string, start: number, end: number, size: number): string[] {
  if (text.length <= size) return [text];
  const middle = (start + end) >> 1;
  const last = text.length - size;
  const starts = [middle - (size >> 1), middle - size, middle].map((at) => Math.min(last, Math.max(0, at)));
  return [...new Set(starts)].map((at) => text.slice(at, at + size).toWellFormed());
}

/** Asks about a grey scan; what the classifier says takes the place of the first stage's score. Never rejects. */
export async function refine(scan: Scan, stage: SecondStage): Promise<Scan> {
  const { grey, ...first } = scan;
  if (grey === undefined) return scan;
  const { finding, threshold, windows } = grey;
  const answer = await stage.ask(windows);
  const score = finding.confidence;
  if ('silent' in answer) {
    const say = `no answer (${answer.silent})`;
    return {
      ...first,
      findings: score < threshold ? first.findings : replaced(first.findings, finding, { ...finding, evidence: told(finding, say) }),
      failures: [...first.failures, { guard: SECOND_STAGE, error: say, onError: stage.onError === 'deny' ? 'deny' : 'allow' }],
    };
  }
  const { probability } = answer;
  const now: Finding = {
    ...finding,
    confidence: probability,
    severity: probability >= HIGH ? 'high' : 'medium',
    evidence: told(finding, `decided, ${probability.toFixed(2)}; the first stage said ${score.toFixed(2)}`),
  };
  return {
    ...first,
    findings: replaced(first.findings, finding, probability >= threshold ? now : undefined),
    scores: { ...first.scores, injection: probability },
  };
}

function told({ evidence }: Finding, say: string): string {
  return `${evidence === undefined ? '' : `${evidence}; `}second stage: ${say}`;
}

/** The findings with another one, or none, in the place of the first stage's; by place, as they were. */
function replaced(findings: readonly Finding[], old: Finding, now: Finding | undefined): readonly Finding[] {
  const others = findings.filter((one) => one.rule !== old.rule || startOf(one) !== startOf(old) || endOf(one) !== endOf(old));
  return now === undefined ? others : [...others, now].sort((a, b) => startOf(a) - startOf(b));
}

function startOf({ location }: Finding): number {
  return location.kind === 'text' ? location.start : 0;
}

function endOf({ location }: Finding): number {
  return location.kind === 'text' ? location.end : 0;
}
