import type { Origin } from '../message/index.ts';
import type { Scan } from './detector.ts';
import type { Guards } from './guards.ts';

/** How texts are inspected in bulk: as what a user typed, as text that came from outside, or as what a tool answered. */
export type InspectPoint = 'prompt' | 'content' | 'tool_result';

/** Whose words arrive at each point. */
export const ORIGINS = { prompt: 'user', content: 'retrieved', tool_result: 'tool' } as const satisfies Record<InspectPoint, Origin>;

/** One row of the result (DESIGN 6, "inspect in bulk"). Offsets are UTF-16 code units into the text as given, `end` exclusive. */
export type InspectRow = {
  readonly id: string | number;
  /** What the detectors alone would have: `deny` when flagged, or when a guard failed whose point says so. */
  readonly decision: 'allow' | 'deny';
  /** Has an injection or jailbreak finding (those are made from the threshold on). */
  readonly flagged: boolean;
  readonly scores: { readonly injection: number };
  readonly findings: readonly {
    readonly rule: string;
    readonly category: string;
    readonly type: string;
    readonly start: number;
    readonly end: number;
    readonly score: number;
  }[];
  readonly failures?: readonly string[];
  readonly unscanned?: string;
};

/** Inspects one text. */
export function inspectRow(guards: Guards, id: string | number, text: string, point: InspectPoint): InspectRow {
  const scan = guards.scan(text, { point, origin: ORIGINS[point], part: 0 });
  const flagged = scan.findings.some(({ category }) => category === 'prompt_injection' || category === 'jailbreak');
  return {
    id,
    decision: flagged || scan.failures.some(({ onError }) => onError === 'deny') ? 'deny' : 'allow',
    flagged,
    scores: scan.scores,
    findings: findingsOf(scan),
    ...(scan.failures.length === 0 ? {} : { failures: scan.failures.map(({ guard }) => guard) }),
    ...(scan.unscanned === undefined ? {} : { unscanned: scan.unscanned }),
  };
}

function findingsOf({ findings }: Scan): InspectRow['findings'] {
  return findings.flatMap(({ rule, category, type, confidence, location }) =>
    location.kind === 'text' ? [{ rule, category, type, start: location.start, end: location.end, score: confidence }] : [],
  );
}
