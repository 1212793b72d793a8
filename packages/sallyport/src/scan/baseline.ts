import { parser, Type } from '../kernel/index.ts';
import { fail } from './errors.ts';
import { placeOf } from './finding.ts';
import type { Reported } from './result.ts';

/** A committed list of findings that were there before. */
const BASELINE = Type.Object(
  {
    version: Type.Literal(1),
    findings: Type.Array(
      Type.Object(
        {
          fingerprint: Type.String({ pattern: '^[0-9a-f]{16}$' }),
          rule: Type.String({ maxLength: 200 }),
          path: Type.String({ maxLength: 4096 }),
        },
        { additionalProperties: false },
      ),
      { maxItems: 1_000_000 },
    ),
  },
  { additionalProperties: false },
);
const parseBaseline = parser(BASELINE);

/** The fingerprints of a baseline file. Throws SCAN_BASELINE when it is none. */
export function readBaseline(text: string): ReadonlySet<string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail('SCAN_BASELINE', { cause: error });
  }
  const parsed = parseBaseline(value);
  if (!parsed.ok) throw fail('SCAN_BASELINE', { say: parsed.problems[0]?.message ?? '' });
  return new Set(parsed.value.findings.map(({ fingerprint }) => fingerprint));
}

/** A baseline file of these findings: one a line, in a fixed order, so that a change shows in review. */
export function writeBaseline(findings: readonly Reported[]): string {
  const rows = findings
    .map((finding) => ({ fingerprint: finding.fingerprint, rule: finding.rule, path: placeOf(finding).path }))
    .sort((a, b) => (`${a.path}\0${a.rule}\0${a.fingerprint}` < `${b.path}\0${b.rule}\0${b.fingerprint}` ? -1 : 1))
    .map((row) => `    ${JSON.stringify(row)}`);
  return `{\n  "version": 1,\n  "findings": [${rows.length === 0 ? '' : `\n${rows.join(',\n')}\n  `}]\n}\n`;
}
