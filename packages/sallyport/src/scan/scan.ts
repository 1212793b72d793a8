import { createAgentScanner } from './agents/index.ts';
import type { LoweredCache } from './code/index.ts';
import type { CodeEngine } from './engine.ts';
import { byWeight, placeOf, type NotScanned, type ScanFinding, type SourceText } from './finding.ts';
import { Fingerprints } from './fingerprint.ts';
import { frameOf, masked, valuesOf } from './frame.ts';
import { Lines } from './lines.ts';
import type { Reported, ScanKind } from './result.ts';
import { createSecretScanner, type SecretScanner } from './secrets/index.ts';
import type { Suppression } from './suppress.ts';

/** What the texts are looked through with. Without an engine, code itself is not looked at. */
export type ScanEngines = { readonly code: CodeEngine | undefined };

export type TextScanOptions = {
  readonly kinds: readonly ScanKind[];
  readonly audit?: boolean;
  readonly workers?: number;
  /** What was parsed in earlier scans. */
  readonly cache?: LoweredCache | undefined;
  readonly signal?: AbortSignal;
  onProgress?(done: number, of: number): void;
};

/** What the scanners found in texts, before anything is taken away. */
export type TextScan = {
  readonly findings: readonly ScanFinding[];
  readonly notScanned: readonly NotScanned[];
  readonly ran: readonly ScanKind[];
};

/** Files after which the signal is looked at and progress is told. */
const STEP = 50;

/** Looks through all texts together with every scanner that is asked for. Executes nothing and reads nothing else. */
export async function scanTexts(files: readonly SourceText[], engines: ScanEngines, options: TextScanOptions): Promise<TextScan> {
  const findings: ScanFinding[] = [];
  const notScanned: NotScanned[] = [];
  const ran = options.kinds.filter((kind) => kind !== 'code' || engines.code !== undefined);
  const scanners = [...(ran.includes('secrets') ? [createSecretScanner()] : []), ...(ran.includes('agents') ? [createAgentScanner()] : [])];
  for (const [at, file] of files.entries()) {
    for (const scanner of scanners) {
      const found = scanner.scan(file);
      findings.push(...found.findings);
      notScanned.push(...found.notScanned);
    }
    if (at % STEP === 0) {
      options.signal?.throwIfAborted();
      options.onProgress?.(at, files.length);
      await new Promise<void>((done) => setImmediate(done));
    }
  }
  if (ran.includes('code') && engines.code !== undefined) {
    const { audit = false, workers, cache } = options;
    const found = await engines.code(files, { audit, cache, ...(workers === undefined ? {} : { workers }) });
    findings.push(...found.findings.filter((finding) => audit || finding.audit !== true));
    notScanned.push(...found.notScanned);
  }
  options.onProgress?.(files.length, files.length);
  return { findings: withoutTwins(findings), notScanned, ran };
}

/** Two scanners may know the same credential: the one that knows its kind stays. */
function withoutTwins(findings: readonly ScanFinding[]): ScanFinding[] {
  const secrets = new Set(findings.filter(({ category }) => category === 'secret').map(lineOf));
  return findings.filter((finding) => finding.category === 'secret' || finding.type !== 'CWE-798' || !secrets.has(lineOf(finding)));
}

function lineOf(finding: ScanFinding): string {
  const { path, line } = placeOf(finding);
  return `${path}\0${line}`;
}

/** Gives findings their fingerprint and the lines around them, with every credential in those starred out. The worst come first. */
export function report(
  findings: readonly ScanFinding[],
  textOf: (path: string) => string | undefined,
  suppressions: ReadonlyMap<ScanFinding, Suppression> = new Map(),
): Reported[] {
  const secrets = createSecretScanner();
  const views = new Map<string, View | undefined>();
  const view = (path: string): View | undefined => {
    if (!views.has(path)) views.set(path, viewOf(textOf(path), path, findings, secrets));
    return views.get(path);
  };
  const fingerprints = new Fingerprints();
  return [...findings].sort(byWeight).map((finding) => {
    const at = placeOf(finding);
    const shown = view(at.path);
    const suppressed = suppressions.get(finding);
    return {
      ...finding,
      fingerprint: fingerprints.of(finding, shown?.lines),
      frame: shown === undefined ? [] : frameOf(shown.lines, at, shown.values),
      ...(suppressed === undefined ? {} : { suppressed }),
    };
  });
}

/** A text with its credentials starred out, and what they say. */
type View = { readonly lines: Lines; readonly values: readonly string[] };

function viewOf(text: string | undefined, path: string, findings: readonly ScanFinding[], scanner: SecretScanner): View | undefined {
  if (text === undefined) return undefined;
  const spans = [...scanner.spans(text), ...spansIn(text, path, findings)];
  return { lines: new Lines(masked(text, spans)), values: valuesOf(text, spans) };
}

function spansIn(text: string, path: string, findings: readonly ScanFinding[]): { start: number; end: number }[] {
  const lines = new Lines(text);
  return findings
    .filter((finding) => finding.category === 'secret' && placeOf(finding).path === path)
    .map((finding) => {
      const at = placeOf(finding);
      return { start: lines.offset(at.line, at.column), end: lines.offset(at.endLine, at.endColumn) };
    });
}
