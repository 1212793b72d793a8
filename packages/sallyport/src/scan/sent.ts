import { SEVERITIES, Type, type Static } from '../kernel/index.ts';
import { placeOf } from './finding.ts';
import { purlOf, type Dependency } from './packages/dependency.ts';
import type { ScanResult } from './result.ts';

/** Findings of one scan that are taken; a project with more has another problem than a list. */
export const MAX_SENT_FINDINGS = 2_000;
/** Packages of one scan: large lock files have some thousands. */
export const MAX_SENT_PACKAGES = 10_000;
/** Bytes of one scan as it is sent. */
export const MAX_SENT_BYTES = 4_194_304;

const line = (max: number) => Type.String({ minLength: 1, maxLength: max, pattern: '^[^\\u0000-\\u001f\\u007f]+$' });

/** What a scan tells a running Sallyport: where something is wrong and what a project is built of. Neither code nor a credential is in it. */
export const SENT = Type.Object(
  {
    project: Type.String({ pattern: '^[\\w.@/-]{1,200}$', description: 'The name under which the project is listed.' }),
    kind: Type.Enum(['code', 'packages']),
    version: Type.String({ maxLength: 40, description: 'Of the scanner.' }),
    files: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
    notScanned: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
    findings: Type.Array(
      Type.Object(
        {
          fingerprint: Type.String({ pattern: '^[\\w:.-]{8,128}$' }),
          rule: line(200),
          type: line(80),
          severity: Type.Enum([...SEVERITIES]),
          confidence: Type.Number({ minimum: 0, maximum: 1 }),
          path: line(1_000),
          line: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
          message: line(1_000),
        },
        { additionalProperties: false },
      ),
      { maxItems: MAX_SENT_FINDINGS },
    ),
    packages: Type.Array(Type.String({ pattern: '^pkg:[\\x21-\\x7e]{1,400}$', description: 'A package URL.' }), {
      maxItems: MAX_SENT_PACKAGES,
    }),
  },
  { additionalProperties: false },
);
export type Sent = Static<typeof SENT>;

/** What is sent of a scan: the worst findings first, so that the bound cuts off the least. */
export function sentOf(
  project: string,
  kind: Sent['kind'],
  version: string,
  result: ScanResult,
  dependencies: readonly Dependency[] = [],
): Sent {
  const plain = (text: string, max: number): string =>
    text
      .toWellFormed()
      .replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
      .slice(0, max)
      .trim() || '-';
  return {
    project,
    kind,
    version,
    files: result.files,
    notScanned: result.notScanned.length,
    findings: result.findings.slice(0, MAX_SENT_FINDINGS).map((finding) => {
      const { path, line: at } = placeOf(finding);
      const { fingerprint, rule, type, severity, confidence, message } = finding;
      return { fingerprint, rule, type, severity, confidence, path: plain(path, 1_000), line: at, message: plain(message, 1_000) };
    }),
    packages: [...new Set(dependencies.map(purlOf))].filter((purl) => /^pkg:[\x21-\x7e]{1,400}$/.test(purl)).slice(0, MAX_SENT_PACKAGES),
  };
}
