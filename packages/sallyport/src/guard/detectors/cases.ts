import type { RequestFacts, TextPoint } from '../detector.ts';

/** Examples of a detector's rules, beside the detector: every rule has at least one text that it finds and one near miss. */
export type Cases = {
  /** `found`: the exact text that the finding must span; left out when only the rule matters. */
  readonly hits: readonly (Case & { readonly found?: string })[];
  readonly misses: readonly Case[];
};

type Case = { readonly rule: string; readonly text: string; readonly point: TextPoint; readonly request?: RequestFacts };

/** Facts of a request, for cases. */
export function asked(of: { system?: string; language?: string; schema?: unknown; documents?: readonly string[] }): RequestFacts {
  return { system: of.system ?? '', language: of.language, documents: of.documents ?? [], schema: () => of.schema };
}
