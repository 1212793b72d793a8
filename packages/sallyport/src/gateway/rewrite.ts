import type { Finding } from '../kernel/index.ts';
import type { Placeholders } from '../guard/index.ts';
import type { Ledger } from './ledger.ts';

/** What stands in place of a part that a rule put into quarantine. */
export const QUARANTINE_NOTICE = '[Removed by Sallyport: this text came from outside and tried to steer the model.]';

export type Span = { start: number; end: number; finding: Finding };

/** The spans of the findings that a verdict masks, in order, overlapping ones joined (the longest names the type). */
export function maskSpans(findings: readonly Finding[], masks: readonly number[]): Span[] {
  const spans: Span[] = [];
  for (const index of masks) {
    const finding = findings[index];
    if (finding?.location.kind === 'text' && finding.location.end > finding.location.start) {
      spans.push({ start: finding.location.start, end: finding.location.end, finding });
    }
  }
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  const joined: Span[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last === undefined || span.start >= last.end) joined.push({ ...span });
    else {
      if (span.end - span.start > last.end - last.start) last.finding = span.finding;
      last.end = Math.max(last.end, span.end);
    }
  }
  return joined;
}

/** `text` with the spans replaced, and the untouched stretches between them passed through `keep`. */
export function replaceSpans(
  text: string,
  spans: readonly Span[],
  replace: (span: Span, value: string) => string,
  keep: (text: string) => string = (t) => t,
): string {
  if (spans.length === 0) return keep(text);
  let out = '';
  let at = 0;
  for (const span of spans) {
    if (span.start > at) out += keep(text.slice(at, span.start));
    out += replace(span, text.slice(span.start, span.end));
    at = span.end;
  }
  return at < text.length ? out + keep(text.slice(at)) : out;
}

/**
 * What replaces a masked value. `reversible`: on the way to the provider personal data gets a placeholder that is restored in the reply.
 * Secrets and everything else are one way; a masked link is cut out whole, so that nothing is fetched.
 */
export function maskOf(finding: Finding, value: string, placeholders: Placeholders, ledger: Ledger, reversible: boolean): string {
  ledger.countMask(finding.type);
  if (finding.category === 'secret') return placeholders.maskSecret(finding.type);
  if (finding.category === 'personal_data') return reversible ? placeholders.mask(finding.type, value) : `[${finding.type}]`;
  return `[removed: ${finding.category.replaceAll('_', ' ')}]`;
}
