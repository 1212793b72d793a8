import type { CalledSymbol } from './code/index.ts';
import { MAX_FILE_BYTES, type ScanConfig } from './config.ts';
import { loadAdvisories } from './disk/advisories.ts';
import { readSource } from './disk/read.ts';
import { rootOf, walk } from './disk/walk.ts';
import type { NotScanned, SourceText } from './finding.ts';
import { isPackageFile } from './packages/files.ts';
import {
  Advisories,
  namesFunctions,
  PACKAGE_CHECKS,
  packageFindings,
  readInventory,
  wantedBy,
  type JudgePackage,
} from './packages/index.ts';
import type { ScanResult } from './result.ts';
import { report } from './scan.ts';
import { applyMarks, ignored, marksOf } from './suppress.ts';
import { keyOf } from './packages/advisory.ts';
import type { Dependency } from './packages/dependency.ts';
import { wantedOnline, type Existence } from './packages/registry.ts';
import { lookUp, type RegistryOptions } from './registry_service.ts';

/** What is to be looked at. `advisories`: path of an OSV export. */
export type PackageScan = {
  readonly paths: readonly string[];
  readonly cwd: string;
  readonly config: ScanConfig;
  readonly advisories?: string;
  readonly audit?: boolean;
  readonly all?: boolean;
  readonly baseline?: ReadonlySet<string>;
  /** Asks the registries about names that the lists do not know; absent: nothing leaves this machine. */
  readonly online?: RegistryOptions;
};

/** Lock files of large projects have some megabytes. */
const MAX_LOCK_BYTES = 33_554_432;
const CODE = /\.(?:[cm]?[jt]sx?|pyi?|go|rs)$/;
/** Languages whose advisories name functions. */
const WITH_FUNCTIONS = /\.(?:go|rs)$|(?:^|\/)(?:go\.mod|Cargo\.toml)$/;

/** Packages that manifests, lock files and imports name, judged. Rejects with SCAN_PATH, SCAN_ADVISORIES. Nothing is looked up elsewhere without `online`. */
export async function scanPackages(
  request: PackageScan,
  judge: JudgePackage | undefined,
): Promise<{ result: ScanResult; dependencies: readonly Dependency[] }> {
  const start = performance.now();
  const roots = request.paths.map((path) => rootOf(path, request.cwd));
  const walked = walk(roots, { cwd: request.cwd, exclude: request.config.exclude ?? [], all: request.all === true });
  const texts: SourceText[] = [];
  const notScanned: NotScanned[] = [...walked.notScanned];
  for (const { file, path } of walked.files) {
    const isPackages = isPackageFile(path);
    if (!isPackages && !CODE.test(path)) continue;
    const source = readSource(file, isPackages ? MAX_LOCK_BYTES : (request.config.maxFileBytes ?? MAX_FILE_BYTES));
    if (source.ok) texts.push({ path, text: source.text });
    else notScanned.push({ path, reason: source.reason });
  }
  const inventory = readInventory(texts);
  const advisories = request.advisories === undefined ? undefined : new Advisories(wantedBy(inventory));
  if (advisories !== undefined && request.advisories !== undefined) loadAdvisories(request.advisories, advisories);
  const wanted = request.online === undefined ? [] : wantedOnline(inventory, judge);
  const existence = request.online === undefined ? new Map<string, Existence>() : await lookUp(wanted, request.online);
  for (const { ecosystem, name } of wanted)
    if (existence.get(keyOf(ecosystem, name)) === 'unanswered')
      notScanned.push({ path: `${ecosystem}:${name}`, reason: 'packages: no registry answered' });
  const isCalled = advisories !== undefined && namesFunctions(inventory, advisories);
  const calls = isCalled ? await calledIn(texts.filter(({ path }) => WITH_FUNCTIONS.test(path))) : undefined;
  const found = packageFindings(inventory, { judge, advisories, existence, calls, audit: request.audit === true });
  const marks = texts.map((one) => marksOf(one, request.config.suppressions === 'none' ? 'none' : 'own'));
  const { suppressions } = applyMarks(
    found,
    marks.flatMap(({ obeyed }) => obeyed),
  );
  const byPath = new Map(texts.map(({ path, text }) => [path, text]));
  const all = report(found, (path) => byPath.get(path), ignored(found, suppressions, request.config.ignore));
  const fresh = all.filter(({ fingerprint }) => request.baseline?.has(fingerprint) !== true);
  const result: ScanResult = {
    findings: fresh.filter(({ suppressed }) => suppressed === undefined),
    suppressed: fresh.filter(({ suppressed }) => suppressed !== undefined),
    known: all.length - fresh.length,
    notScanned: [...notScanned, ...inventory.notScanned],
    leftOut: walked.leftOut,
    unusedSuppressions: [],
    suppressionsWithoutReason: [],
    ran: [
      'manifests',
      'imports',
      ...(judge === undefined ? [] : ['names']),
      ...(request.online === undefined ? [] : [`${wanted.length} registry look-ups`]),
      ...(advisories === undefined ? [] : [`${advisories.count} advisories`]),
    ],
    files: texts.length,
    characters: texts.reduce((sum, { text }) => sum + text.length, 0),
    milliseconds: Math.round(performance.now() - start),
    checks: PACKAGE_CHECKS,
  };
  return { result, dependencies: inventory.dependencies };
}

/** What the code calls. The engine is loaded when an advisory asks for it. */
async function calledIn(texts: readonly SourceText[]): Promise<readonly CalledSymbol[]> {
  const { calledSymbols } = await import('./code/index.ts');
  return calledSymbols(texts);
}
