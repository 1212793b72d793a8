import type { ScanConfig } from '../config.ts';
import { MAX_FILE_BYTES } from '../config.ts';
import { placeOf, type NotScanned, type ScanFinding } from '../finding.ts';
import { Lines } from '../lines.ts';
import { createSecretScanner } from '../secrets/index.ts';
import { blobs, broughtByHistory, mergeBase, sizesOf, type Brought } from './git.ts';
import { decode } from './read.ts';

/** Bytes of texts that are in memory at once. */
const BATCH_BYTES = 64 * 1024 * 1024;
/** Findings whose text is kept for the report; a history with more has other problems. */
const MAX_FINDINGS = 5_000;

export type HistoryOptions = {
  readonly config: ScanConfig;
  readonly since?: string;
  readonly signal?: AbortSignal;
  onProgress?(done: number, of: number): void;
};

export type HistoryScan = {
  readonly findings: readonly ScanFinding[];
  readonly notScanned: readonly NotScanned[];
  readonly textOf: (path: string) => string | undefined;
};

/**
 * Credentials in every text that the history of HEAD has, each in the commit that brought it first. Their path is `PATH@COMMIT`. A
 * credential that stays in a file from version to version is one finding. Throws SCAN_GIT.
 */
export async function scanHistory(folder: string, options: HistoryOptions): Promise<HistoryScan> {
  const brought = broughtByHistory(folder, options.since === undefined ? undefined : mergeBase(folder, options.since));
  const sizes = sizesOf(
    folder,
    brought.map(({ id }) => id),
  );
  const findings: ScanFinding[] = [];
  const notScanned: NotScanned[] = [];
  const texts = new Map<string, string>();
  const seen = new Set<string>();
  const scanner = createSecretScanner();
  const max = options.config.maxFileBytes ?? MAX_FILE_BYTES;
  let done = 0;
  for (const batch of batches(brought, sizes, max, notScanned)) {
    options.signal?.throwIfAborted();
    const bytes = blobs(
      folder,
      batch.map(({ id }) => id),
    );
    for (const one of batch) {
      const path = shown(one);
      const source = decode(bytes.get(one.id) ?? Buffer.alloc(0), one.path);
      if (!source.ok) continue;
      const found = scanner.scan({ path, text: source.text });
      notScanned.push(...found.notScanned);
      const lines = new Lines(source.text);
      const fresh = found.findings.filter((finding) => isNew(finding, one.path, lines, source.text, seen));
      if (fresh.length > 0 && findings.length < MAX_FINDINGS) texts.set(path, source.text);
      findings.push(...fresh.slice(0, MAX_FINDINGS - findings.length).map((finding) => inCommit(finding, one.commit)));
    }
    done += batch.length;
    options.onProgress?.(done, brought.length);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  if (findings.length >= MAX_FINDINGS) notScanned.push({ path: 'history', reason: `more than ${MAX_FINDINGS} findings` });
  return { findings, notScanned, textOf: (path) => texts.get(path) };
}

function shown({ path, commit }: Brought): string {
  return `${path}@${commit.slice(0, 12)}`;
}

function* batches(
  brought: readonly Brought[],
  sizes: ReadonlyMap<string, number>,
  max: number,
  notScanned: NotScanned[],
): Generator<Brought[]> {
  let batch: Brought[] = [];
  let bytes = 0;
  for (const one of brought) {
    const size = sizes.get(one.id);
    if (size === undefined) notScanned.push({ path: shown(one), reason: 'not in this clone' });
    else if (size > max) notScanned.push({ path: shown(one), reason: `larger than ${max} bytes (${size})` });
    else {
      if (bytes + size > BATCH_BYTES && batch.length > 0) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(one);
      bytes += size;
    }
  }
  if (batch.length > 0) yield batch;
}

/** By rule, file and the credential itself (in memory alone): what later versions of the file repeat. */
function isNew(finding: ScanFinding, path: string, lines: Lines, text: string, seen: Set<string>): boolean {
  const at = placeOf(finding);
  const value = text.slice(lines.offset(at.line, at.column), lines.offset(at.endLine, at.endColumn));
  const key = [finding.rule, path, value].join('\0');
  return !seen.has(key) && seen.add(key) !== undefined;
}

function inCommit(finding: ScanFinding, commit: string): ScanFinding {
  return {
    ...finding,
    evidence: [...(finding.evidence === undefined ? [] : [finding.evidence]), `commit ${commit.slice(0, 12)}`].join('; '),
    message: finding.message.replace('stands in the file', `came into the history with commit ${commit.slice(0, 12)}`),
  };
}
