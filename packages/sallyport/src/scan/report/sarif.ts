import { gzipSync } from 'node:zlib';
import { visible, type JsonObject, type Severity } from '../../kernel/index.ts';
import { checkOf } from '../explain.ts';
import { placeOf, rankOf, type FileLocation, type TraceStep } from '../finding.ts';
import type { Reported, ScanResult } from '../result.ts';

/**
 * GitHub's limits on a SARIF upload (https://docs.github.com/code-security/code-scanning, "SARIF support for code scanning"): what is over
 * one of them makes it refuse the whole file.
 */
export const MAX_RESULTS = 25_000;
export const MAX_GZIP_BYTES = 10_000_000;
const MAX_FLOW_LOCATIONS = 1_000;
const MAX_TAGS = 20;
/** Not a limit of GitHub; more would not be read. */
const MAX_NOTES = 1_000;
/** A file below this cannot be over the limit when it is compressed. */
const SMALL_TEXT = 8_000_000;

const LEVELS: Readonly<Record<Severity, string>> = { critical: 'error', high: 'error', medium: 'warning', low: 'note', info: 'note' };
/** In the middle of the ranges that GitHub names critical, high, medium and low. */
const SCORES: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0', info: '0.1' };
const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/**
 * The result as SARIF 2.1.0 (OASIS), inside of GitHub's limits: the worst findings stay, and a notification says how many did not.
 * Paths are relative to `%SRCROOT%`, see `shownFrom`.
 */
export function sarifReport(result: ScanResult, version: string): string {
  const all = [...result.findings, ...result.suppressed];
  let kept = all.slice(0, MAX_RESULTS);
  let text = write(result, kept, all.length, version);
  while (text.length > SMALL_TEXT && kept.length > 1 && gzipSync(text, { level: 1 }).length > MAX_GZIP_BYTES) {
    kept = kept.slice(0, kept.length >> 1);
    text = write(result, kept, all.length, version);
  }
  return text;
}

function write(result: ScanResult, kept: readonly Reported[], of: number, version: string): string {
  const rules = rulesOf(kept, result);
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  const run: JsonObject = {
    tool: { driver: { name: 'Sallyport', semanticVersion: version, rules } },
    invocations: [{ executionSuccessful: true, toolExecutionNotifications: notesOf(result, of - kept.length) }],
    originalUriBaseIds: {
      '%SRCROOT%': {
        description: { text: 'The folder that the paths are shown from: the working folder, or what the scanned roots share.' },
      },
    },
    columnKind: 'utf16CodeUnits',
    results: kept.map((finding) => resultOf(finding, index.get(finding.rule) ?? 0)),
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, undefined, 1)
    .split('\n')
    .map(visible)
    .join('\n')}\n`;
}

type Rule = JsonObject & { readonly id: string };

/** One for each id that has a finding; the severity is that of its worst, because GitHub reads it from here alone. */
function rulesOf(findings: readonly Reported[], { checks }: ScanResult): Rule[] {
  const worst = new Map<string, Reported>();
  for (const finding of findings) {
    const before = worst.get(finding.rule);
    if (before === undefined || rankOf(finding.severity) > rankOf(before.severity)) worst.set(finding.rule, finding);
  }
  return [...worst.values()].map((finding) => {
    const check = checkOf(finding.rule, checks);
    const title = check?.title ?? finding.type;
    const why = check?.why ?? finding.message;
    const fix = finding.fix ?? check?.fix ?? '';
    return {
      id: finding.rule,
      name: finding.rule.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_all, letter: string) => letter.toUpperCase()),
      shortDescription: { text: title },
      fullDescription: { text: why },
      help: { text: [why, fix].join('\n\n'), markdown: [why, fix].join('\n\n') },
      defaultConfiguration: { level: LEVELS[finding.severity] },
      properties: {
        'security-severity': SCORES[finding.severity],
        precision: finding.audit === true ? 'low' : finding.confidence >= 0.9 ? 'very-high' : finding.confidence >= 0.7 ? 'high' : 'medium',
        tags: tagsOf(finding),
      },
    };
  });
}

function tagsOf(finding: Reported): string[] {
  const ids = [...new Set([finding.type, ...(finding.taxonomy ?? [])])];
  const cwes = ids.flatMap((id) =>
    ((number) => (number === undefined ? [] : [`external/cwe/cwe-${number.padStart(3, '0')}`]))(/^CWE-(\d+)$/.exec(id)?.[1]),
  );
  return ['security', finding.category, ...cwes, ...ids.filter((id) => /^(?:LLM|ASI|AML)/.test(id))].slice(0, MAX_TAGS);
}

function resultOf(finding: Reported, ruleIndex: number): JsonObject {
  const at = placeOf(finding);
  const snippet = finding.frame.find(({ mark }) => mark !== undefined)?.text;
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: LEVELS[finding.severity],
    message: { text: plain(finding.fix === undefined ? finding.message : `${finding.message} ${finding.fix}`) },
    locations: [{ physicalLocation: { artifactLocation: artifact(at.path), region: region(at, snippet) } }],
    partialFingerprints: { primaryLocationLineHash: `${finding.fingerprint}:1`, 'sallyport/v1': finding.fingerprint },
    properties: { category: finding.category, confidence: finding.confidence },
    ...(finding.trace === undefined || finding.trace.length === 0
      ? {}
      : { codeFlows: [{ threadFlows: [{ locations: flowOf(finding.trace) }] }] }),
    ...(finding.autofix === undefined ? {} : { fixes: [fixOf(finding, at.path)] }),
    ...(finding.suppressed === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: finding.suppressed.by === 'configuration' ? 'external' : 'inSource',
              status: 'accepted',
              justification: finding.suppressed.reason,
            },
          ],
        }),
  };
}

function flowOf(trace: readonly TraceStep[]): JsonObject[] {
  // The beginning and the end tell most.
  const steps =
    trace.length <= MAX_FLOW_LOCATIONS ? trace : [...trace.slice(0, MAX_FLOW_LOCATIONS / 2), ...trace.slice(-MAX_FLOW_LOCATIONS / 2)];
  return steps.map(({ path, line, column, what }) => ({
    location: {
      physicalLocation: { artifactLocation: artifact(path), region: { startLine: Math.max(1, line), startColumn: Math.max(1, column) } },
      message: { text: plain(what) },
    },
  }));
}

function fixOf(finding: Reported, path: string): JsonObject {
  const { start, end, text } = finding.autofix ?? { start: 0, end: 0, text: '' };
  const change = { deletedRegion: { charOffset: start, charLength: end - start }, insertedContent: { text } };
  return {
    description: { text: plain(finding.fix ?? finding.message) },
    artifactChanges: [{ artifactLocation: artifact(path), replacements: [change] }],
  };
}

function artifact(path: string): JsonObject {
  // A lone surrogate cannot be encoded.
  return { uri: path.toWellFormed().split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}

function region(at: FileLocation, snippet: string | undefined): JsonObject {
  const startLine = Math.max(1, at.line);
  const startColumn = Math.max(1, at.column);
  const endLine = Math.max(startLine, at.endLine);
  const endColumn = Math.max(endLine === startLine ? startColumn : 1, at.endColumn);
  return { startLine, startColumn, endLine, endColumn, ...(snippet === undefined ? {} : { snippet: { text: snippet } }) };
}

/** Brackets would make links of text (SARIF 3.11.6). */
function plain(text: string): string {
  return text.replace(/[\\[\]]/g, (char) => `\\${char}`);
}

function notesOf(result: ScanResult, dropped: number): JsonObject[] {
  const note = (id: string, text: string, path?: string, line?: number): JsonObject => ({
    descriptor: { id },
    level: 'warning',
    message: { text: plain(text) },
    ...(path === undefined
      ? {}
      : {
          locations: [
            { physicalLocation: { artifactLocation: artifact(path), ...(line === undefined ? {} : { region: { startLine: line } }) } },
          ],
        }),
  });
  return [
    ...(dropped === 0 ? [] : [note('too-many', `${dropped} further findings do not fit into the limits of this format.`)]),
    ...result.notScanned.map(({ path, reason }) => note('not-scanned', `Not scanned: ${reason}.`, path)),
    ...result.unusedSuppressions.map(({ path, line }) =>
      note('unused-suppression', 'Nothing needs this suppression any more.', path, line),
    ),
    ...result.suppressionsWithoutReason.map(({ path, line }) =>
      note('suppression-without-reason', 'This suppression gives no reason and is not obeyed.', path, line),
    ),
  ].slice(0, MAX_NOTES);
}
