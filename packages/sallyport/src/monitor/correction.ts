import type { Finding } from '../kernel/index.ts';

/** What applied feedback of one tenant leaves out. */
export type Corrections = {
  /** Keyed hashes of values that are fine, by rule. */
  readonly exceptions: ReadonlyMap<string, ReadonlySet<string>>;
  /** Findings of a detector (first word of the rule) below this confidence are left out. */
  readonly confidence: ReadonlyMap<string, number>;
};

/** The detector of a rule. */
export function detectorOf(rule: string): string {
  return rule.split('.', 1)[0] ?? rule;
}

/** The findings that count after what people said; `hash` is the tenant's keyed hash of a value. */
export function corrected(
  findings: readonly Finding[],
  text: string,
  by: Corrections,
  hash: (value: string) => string,
): readonly Finding[] {
  return findings.filter((finding) => {
    if (finding.confidence < (by.confidence.get(detectorOf(finding.rule)) ?? 0) && !isCertain(finding)) return false;
    const values = by.exceptions.get(finding.rule);
    if (values === undefined || finding.location.kind !== 'text' || isCertain(finding)) return true;
    return !values.has(hash(text.slice(finding.location.start, finding.location.end)));
  });
}

/** Planted strings and the gate's own keys: nobody may say that their leaving is fine. */
export function isCertain({ category, type }: Pick<Finding, 'category' | 'type'>): boolean {
  return category === 'prompt_leak' || type === 'PROVIDER_KEY';
}
