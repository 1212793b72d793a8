import { realpathSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { AGENT_CHECKS } from './agents/index.ts';
import { MAX_FILE_BYTES, type ScanConfig } from './config.ts';
import { FileCache } from './disk/cache.ts';
import { changesSince, type Change } from './disk/change.ts';
import { topOf } from './disk/git.ts';
import { scanHistory, type HistoryScan } from './disk/history.ts';
import { readSource } from './disk/read.ts';
import { rootOf, walk, type FoundFile, type Walk } from './disk/walk.ts';
import { isTemplate } from './code/templates/dialect.ts';
import type { CodeEngine } from './engine.ts';
import { fail } from './errors.ts';
import { placeOf, type NotScanned, type ScanFinding, type SourceText } from './finding.ts';
import { SCAN_KINDS, type Reported, type ScanKind, type ScanResult } from './result.ts';
import { report, scanTexts, type ScanEngines, type TextScan } from './scan.ts';
import { SECRET_CHECK } from './secrets/index.ts';
import { applyMarks, ignored, marksOf, type Suppression } from './suppress.ts';

export { type ScanResult } from './result.ts';
export { cacheFolderOf } from './disk/cache.ts';
export { scanPackages, type PackageScan } from './package_service.ts';

/** Threads beyond these wait for the one that joins what they parsed. */
const MAX_WORKERS = 8;

/** What is to be scanned, and how. Paths may be relative to `cwd`. */
export type PathScan = {
  readonly paths: readonly string[];
  readonly cwd: string;
  readonly config: ScanConfig;
  readonly only?: readonly ScanKind[];
  readonly audit?: boolean;
  readonly all?: boolean;
  /** Threads that parse; as many as the machine runs well when absent. */
  readonly workers?: number;
  /** Folder for what was parsed, so that the next scan need not; none when absent. */
  readonly cacheFolder?: string | undefined;
  /** Only what the change from this reference adds. */
  readonly since?: string;
  /** Look for credentials in every text that the history has; since the reference, when there is one. */
  readonly history?: boolean;
  /** Fingerprints of findings that were there before. */
  readonly baseline?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
  onProgress?(done: number, of: number): void;
};

/** `fileOf`: where the file of a shown path is on the disk. */
export type PathResult = ScanResult & { fileOf(path: string): string | undefined };

/** Files and folders on this machine's disk, scanned. Rejects with SCAN_PATH, SCAN_GIT, SCAN_USAGE. Nothing of what is scanned is executed. */
export async function scanPaths(request: PathScan, code: CodeEngine | undefined): Promise<PathResult> {
  const start = performance.now();
  const engines: ScanEngines = { code };
  const kinds = kindsOf(request, engines);
  const roots = request.paths.map((path) => rootOf(path, request.cwd));
  const walked = walk(roots, { cwd: request.cwd, exclude: request.config.exclude ?? [], all: request.all === true });
  const change = request.since === undefined ? undefined : changesSince(repositoriesOf(roots), request.since);
  const sources = read(walked, change, request.config.maxFileBytes ?? MAX_FILE_BYTES);
  const cache = request.cacheFolder === undefined ? undefined : new FileCache(request.cacheFolder);
  const workers = request.workers ?? Math.min(MAX_WORKERS, availableParallelism());
  const scanned = await scanTexts(sources.texts, engines, { ...request, kinds, workers, cache });
  cache?.trim();
  const past = request.history === true ? await histories(repositoriesOf(roots), request) : NO_HISTORY;
  const byPath = new Map(sources.texts.map(({ path, text }) => [path, text]));
  const judged = suppress(scanned, sources.texts, request.config);
  const files = new Map(sources.files.map(({ path, file }) => [path, file]));
  const own = scanned.findings.filter((finding) => isOfChange(finding, sources.pages));
  const all = [...report(own, (path) => byPath.get(path), judged.suppressions), ...report(past.findings, past.textOf)];
  const before = change === undefined ? new Set<string>() : await known(all, change, sources.files, engines, kinds, request);
  const fresh = all.filter(({ fingerprint }) => !before.has(fingerprint) && request.baseline?.has(fingerprint) !== true);
  return {
    findings: fresh.filter(({ suppressed }) => suppressed === undefined),
    suppressed: fresh.filter(({ suppressed }) => suppressed !== undefined),
    known: all.length - fresh.length,
    notScanned: [...walked.notScanned, ...sources.notScanned, ...scanned.notScanned, ...past.notScanned],
    leftOut: [...walked.leftOut, ...sources.media],
    unusedSuppressions: kinds.length === SCAN_KINDS.length ? judged.unused : [],
    suppressionsWithoutReason: judged.withoutReason,
    ran: [...scanned.ran, ...(request.history === true ? ['history'] : [])],
    files: sources.texts.length - sources.pages.size,
    characters: sources.texts.reduce((sum, { text }) => sum + text.length, 0),
    milliseconds: Math.round(performance.now() - start),
    checks: [SECRET_CHECK, ...AGENT_CHECKS],
    fileOf: (path) => files.get(path),
  };
}

function kindsOf(request: PathScan, engines: ScanEngines): readonly ScanKind[] {
  const asked = request.only ?? request.config.only;
  if (asked?.includes('code') === true && engines.code === undefined)
    throw fail('SCAN_USAGE', { say: 'The engine over source code is not part of this build.' });
  return asked ?? SCAN_KINDS.filter((kind) => kind !== 'code' || engines.code !== undefined);
}

/** A folder of each repository that the roots lie in. */
function repositoriesOf(roots: readonly string[]): readonly string[] {
  const byTop = new Map(roots.map(folderOf).map((folder) => [topOf(folder), folder]));
  return [...byTop.values()];
}

function folderOf(path: string): string {
  const root = realpathSync(path);
  return statSync(root).isDirectory() ? root : dirname(root);
}

const NO_HISTORY: HistoryScan = { findings: [], notScanned: [], textOf: () => undefined };

async function histories(folders: readonly string[], request: PathScan): Promise<HistoryScan> {
  const all: HistoryScan[] = [];
  for (const folder of folders) all.push(await scanHistory(folder, request));
  return {
    findings: all.flatMap(({ findings }) => findings),
    notScanned: all.flatMap(({ notScanned }) => notScanned),
    // A path names its commit, which no other repository has.
    textOf: (path) => all.map(({ textOf }) => textOf(path)).find((text) => text !== undefined),
  };
}

type Sources = {
  readonly files: readonly FoundFile[];
  readonly texts: readonly SourceText[];
  readonly notScanned: readonly NotScanned[];
  readonly media: readonly string[];
  /** Templates that did not change: changed code may fill them. */
  readonly pages: ReadonlySet<string>;
};

/** Pages of a project that a change is looked at with. */
const MAX_PAGES = 2000;

function read(walked: Walk, change: Change | undefined, maxBytes: number): Sources {
  const changed = change === undefined ? walked.files : change.changed(walked.files, maxBytes);
  const pages = change === undefined ? [] : unchangedPages(changed, walked.files);
  const files = [...changed, ...pages];
  const texts: SourceText[] = [];
  const notScanned: NotScanned[] = [];
  const media: string[] = [];
  const paths = new Set(pages.map(({ path }) => path));
  for (const { file, path } of files) {
    const source = readSource(file, maxBytes);
    if (source.ok) texts.push({ path, text: source.text });
    else if (source.media === true && !paths.has(path)) media.push(path);
    if (paths.has(path)) continue;
    const reason = source.ok ? source.note : source.media === true ? undefined : source.reason;
    if (reason !== undefined) notScanned.push({ path, reason });
  }
  return { files, texts, notScanned, media, pages: new Set(texts.flatMap(({ path }) => (paths.has(path) ? [path] : []))) };
}

function unchangedPages(changed: readonly FoundFile[], all: readonly FoundFile[]): readonly FoundFile[] {
  if (changed.every(({ path }) => isTemplate(path))) return [];
  const known = new Set(changed);
  return all.filter((one) => !known.has(one) && isTemplate(one.path)).slice(0, MAX_PAGES);
}

/** What is found in a page that did not change is of the change when its way leads through a file that did. */
function isOfChange(finding: ScanFinding, pages: ReadonlySet<string>): boolean {
  return !pages.has(placeOf(finding).path) || finding.trace?.some(({ path }) => !pages.has(path)) === true;
}

type Judged = {
  readonly suppressions: ReadonlyMap<ScanFinding, Suppression>;
  readonly unused: readonly Suppression[];
  readonly withoutReason: readonly Suppression[];
};

/** Marks in the files, then what the configuration of whoever scans ignores. */
function suppress(scanned: TextScan, texts: readonly SourceText[], config: ScanConfig): Judged {
  const marks = texts.map((text) => marksOf(text, config.suppressions ?? 'all'));
  const { suppressions, unused } = applyMarks(
    scanned.findings,
    marks.flatMap(({ obeyed }) => obeyed),
  );
  return {
    suppressions: ignored(scanned.findings, suppressions, config.ignore),
    unused,
    withoutReason: marks.flatMap(({ withoutReason }) => withoutReason),
  };
}

/** Fingerprints of what the files with findings already had before the change. */
async function known(
  all: readonly Reported[],
  change: Change,
  files: readonly FoundFile[],
  engines: ScanEngines,
  kinds: readonly ScanKind[],
  request: PathScan,
): Promise<ReadonlySet<string>> {
  const paths = new Set(all.flatMap((finding) => [placeOf(finding).path, ...(finding.trace ?? []).map(({ path }) => path)]));
  const texts = change.before(files.filter(({ path }) => paths.has(path)));
  const scanned = await scanTexts(
    [...texts].map(([path, text]) => ({ path, text })),
    engines,
    { kinds, ...(request.audit === undefined ? {} : { audit: request.audit }) },
  );
  return new Set(report(scanned.findings, (path) => texts.get(path)).map(({ fingerprint }) => fingerprint));
}
