import type { TextPoint } from '../detector.ts';

/** Examples of a detector's rules, beside the detector: every rule has at least one text that it finds and one near miss. */
export type Cases = {
  /** `found`: the exact text that the finding must span; left out when only the rule matters. `documents`: of the request. */
  readonly hits: readonly {
    readonly rule: string;
    readonly text: string;
    readonly point: TextPoint;
    readonly found?: string;
    readonly documents?: readonly string[];
  }[];
  readonly misses: readonly {
    readonly rule: string;
    readonly text: string;
    readonly point: TextPoint;
    readonly documents?: readonly string[];
  }[];
};
