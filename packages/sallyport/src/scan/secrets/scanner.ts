import { createGuards, guardStates, type Guards } from '../../guard/index.ts';
import type { Finding } from '../../kernel/index.ts';
import type { NotScanned, ScanFinding, SourceText } from '../finding.ts';
import { Lines } from '../lines.ts';

/** A stretch of a text: UTF-16 code units, `end` exclusive. */
export type Span = { readonly start: number; readonly end: number };

/** Finds credentials in files, with the guard's detectors. */
export type SecretScanner = {
  scan(file: SourceText): { readonly findings: readonly ScanFinding[]; readonly notScanned: readonly NotScanned[] };
  /** Where credentials stand: what no output may show. */
  spans(text: string): readonly Span[];
};

let shared: Guards | undefined;

/** Sets the guard up with its detectors of credentials alone; some ten milliseconds, once a process. */
export function createSecretScanner(): SecretScanner {
  const guards = (shared ??= secretGuards());
  return {
    scan(file) {
      const { findings, failures, unscanned } = look(guards, file.text);
      const lines = new Lines(file.text);
      return {
        findings: findings.flatMap((found) => inFile(found, file.path, lines)),
        notScanned: [
          ...failures.map(({ guard }) => ({ path: file.path, reason: `secrets: the detector ${guard} failed` })),
          ...(unscanned === undefined ? [] : [{ path: file.path, reason: `secrets: ${unscanned}` }]),
        ],
      };
    },
    spans: (text) =>
      look(guards, text).findings.flatMap(({ location }) =>
        location.kind === 'text' ? [{ start: location.start, end: location.end }] : [],
      ),
  };
}

function secretGuards(): Guards {
  const off = guardStates({})
    .filter(({ category }) => category !== 'secret')
    .map(({ id }) => id);
  return createGuards({ config: { off }, canaries: [] });
}

function look(guards: Guards, text: string): ReturnType<Guards['scan']> {
  return guards.scan(text, { point: 'content', origin: 'retrieved', part: 0 });
}

function inFile(found: Finding, path: string, lines: Lines): ScanFinding[] {
  const { location, evidence } = found;
  if (location.kind !== 'text') return [];
  const label = evidence?.split(';')[0] ?? 'credential';
  return [
    { ...found, location: lines.location(path, location.start, location.end), message: `A credential stands in the file: ${label}.` },
  ];
}
