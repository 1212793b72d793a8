import type { Severity } from '../../kernel/index.ts';
import type { CalledSymbol } from '../code/index.ts';
import { isTestPath } from '../code/test_code.ts';
import { compare, type FileLocation, type NotScanned, type ScanFinding, type SourceText } from '../finding.ts';
import { fixedIn, isMalicious, keyOf, severityOf, type Advisories, type Advisory, type Affected } from './advisory.ts';
import { PACKAGE_CHECKS, type PackageCheckId } from './checks.ts';
import { canonicalName, ECOSYSTEMS, type Dependency, type Ecosystem, type JudgePackage } from './dependency.ts';
import { readPackageFile } from './files.ts';
import { functionsOf, reachOf } from './reach.ts';
import { importsOf, isDeclared, type Import } from './imports.ts';
import type { PackageInventory } from './inventory.ts';
import type { Existence } from './registry.ts';

/** Reads every manifest, lock file and import of a project. */
export function readInventory(files: readonly SourceText[]): PackageInventory {
  const dependencies: Dependency[] = [];
  const notScanned: NotScanned[] = [];
  const declared: Record<Ecosystem, Set<string>> = { npm: new Set(), pypi: new Set(), crates: new Set(), go: new Set() };
  const ecosystemOf = (path: string): Ecosystem =>
    path.endsWith('.json') ? 'npm' : path.endsWith('go.mod') ? 'go' : path.endsWith('Cargo.toml') ? 'crates' : 'pypi';
  for (const file of files) {
    const read = readPackageFile(file);
    if (read === 'unreadable') notScanned.push({ path: file.path, reason: 'packages: cannot be read as what its name says' });
    if (read === undefined || read === 'unreadable') continue;
    dependencies.push(...read.dependencies);
    for (const { ecosystem, name } of read.dependencies) declared[ecosystem].add(canonicalName(ecosystem, name));
    for (const name of read.declares) declared[ecosystemOf(file.path)].add(canonicalName(ecosystemOf(file.path), name));
  }
  for (const name of localModules(files, /\.pyi?$/)) declared.pypi.add(canonicalName('pypi', name));
  // `import x from 'utils/x'` of a bundler that starts at a folder of the project.
  for (const name of localModules(files, /\.[cm]?[jt]sx?$/)) declared.npm.add(name);
  return { dependencies, imports: files.flatMap(importsOf), declared, notScanned };
}

/** Every name of such a file and of a folder that has one: an import of it is local. */
function* localModules(files: readonly SourceText[], of: RegExp): Generator<string> {
  const folders = new Set<string>();
  for (const { path } of files) {
    if (!of.test(path)) continue;
    const parts = path.split('/');
    yield (parts.pop() ?? '').replace(of, '');
    for (const part of parts) if (!folders.has(part) && folders.add(part)) yield part;
  }
}

/** The packages that advisories are wanted for. */
export function wantedBy(inventory: PackageInventory): ReadonlySet<string> {
  return new Set(inventory.dependencies.map(({ ecosystem, name }) => keyOf(ecosystem, name)));
}

export type PackageChecks = {
  readonly judge: JudgePackage | undefined;
  readonly advisories: Advisories | undefined;
  readonly audit: boolean;
  /** What the registries answered, by `keyOf`; empty when none was asked. */
  readonly existence?: ReadonlyMap<string, Existence>;
  /** What the scanned code calls; absent when nobody looked. */
  readonly calls?: readonly CalledSymbol[] | undefined;
};

/** Whether an advisory on one of the packages names functions, so that it matters what the code calls. */
export function namesFunctions({ dependencies }: PackageInventory, advisories: Advisories): boolean {
  return dependencies.some(({ ecosystem, name, version }) =>
    advisories.of(ecosystem, name, version).some(({ affected }) => functionsOf(ecosystem, affected).length > 0),
  );
}

/** What is wrong with a project's packages, each once, at its manifest before its lock file. */
export function packageFindings(inventory: PackageInventory, { judge, advisories, audit, existence, calls }: PackageChecks): ScanFinding[] {
  const findings = new Map<string, ScanFinding>();
  const add = (key: string, finding: ScanFinding): unknown => findings.has(key) || findings.set(key, finding);
  const direct = [...inventory.dependencies].sort(
    (a, b) => Number(b.direct) - Number(a.direct) || compare(a.location.path, b.location.path),
  );
  const locked = new Set(direct.filter((one) => !one.direct).map(({ ecosystem, name }) => keyOf(ecosystem, name)));
  for (const dependency of direct) {
    const { ecosystem, name, version } = dependency;
    const key = keyOf(ecosystem, name);
    for (const { advisory, affected } of advisories?.of(ecosystem, name, version) ?? [])
      add(`${advisory.id} ${key} ${version ?? ''}`, vulnerable(dependency, advisory, affected, inventory.imports, calls));
    const doubt = dependency.direct ? (missing(existence, dependency) ?? judged(judge, ecosystem, name, dependency.location)) : undefined;
    if (doubt !== undefined && (audit || !isShort(judge, dependency) || !locked.has(key))) add(`name ${key}`, doubt);
  }
  const known = new Set(ECOSYSTEMS.filter((ecosystem) => inventory.dependencies.some((one) => one.ecosystem === ecosystem)));
  for (const one of inventory.imports) {
    // Without any manifest of its ecosystem a file is a script, and nothing is missing.
    if (!known.has(one.ecosystem) || isDeclared(one, inventory.declared[one.ecosystem])) continue;
    const key = `import ${keyOf(one.ecosystem, one.name)}`;
    const doubt = missing(existence, one) ?? (isModuleName(judge, one) ? undefined : judged(judge, one.ecosystem, one.name, one.location));
    // Tests import what is not there, and hold code that nobody runs.
    const isTold = doubt !== undefined && (audit || !isTestPath(one.location.path));
    if (isTold) add(key, doubt);
    else if (audit)
      add(key, {
        ...make('packages.undeclared', one.location, `The module ${one.module} is imported, and no manifest declares it.`, 0.6),
        audit: true,
      });
  }
  return [...findings.values()];
}

function missing(
  existence: ReadonlyMap<string, Existence> | undefined,
  { ecosystem, name, location }: Pick<Dependency, 'ecosystem' | 'name' | 'location'>,
): ScanFinding | undefined {
  if (existence?.get(keyOf(ecosystem, name)) !== 'missing') return undefined;
  return make('packages.missing', location, `The registry has no package ${name}.`, 0.95);
}

/** Letters of both names together below which most are taken, and one is nearly the other by chance. */
const SHORT = 10;

/** Whether a name is so short that a lock file, which says that the project is built with it, is more than the likeness. */
function isShort(judge: JudgePackage | undefined, { ecosystem, name }: Dependency): boolean {
  const result = judge?.(ecosystem, name);
  return result?.verdict === 'near_twin' && name.length + (result.like ?? name).length < SHORT;
}

/** Modules are named by whoever writes them, and shorter names are like one of a thousand packages by chance. */
const MIN_MODULE = 6;

/**
 * A module of Python need not be called as the package that brings it: `opensearchpy` is of opensearch-py, `markdown_it` of markdown-it-py. Only what
 * is more than another separator, not short, and not a name of another ecosystem, is in doubt.
 */
function isModuleName(judge: JudgePackage | undefined, { ecosystem, name }: Import): boolean {
  if (ecosystem !== 'pypi') return false;
  const result = judge?.(ecosystem, name);
  return (
    name.length < MIN_MODULE || result?.verdict === 'cross_ecosystem' || (result?.like !== undefined && bare(result.like) === bare(name))
  );
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]/g, '');
}

const VERDICTS = { near_twin: 'packages.near-twin', invented: 'packages.invented', cross_ecosystem: 'packages.other-ecosystem' } as const;

/** A finding when the name is in doubt. Also for a single name, with no project around it. */
export function judged(
  judge: JudgePackage | undefined,
  ecosystem: Ecosystem,
  name: string,
  location: FileLocation,
): ScanFinding | undefined {
  const result = judge?.(ecosystem, name);
  if (result === undefined || result.verdict === 'known' || result.verdict === 'unknown') return undefined;
  const meant = result.like === undefined ? '' : `; probably meant: ${result.like}`;
  const says = {
    near_twin: 'is almost that of a well-known one',
    invented: 'looks made up',
    cross_ecosystem: 'belongs to another ecosystem',
  }[result.verdict];
  return make(
    VERDICTS[result.verdict],
    location,
    `The name of the package ${name} ${says}${meant}.`,
    result.verdict === 'near_twin' ? 0.9 : 0.7,
  );
}

const LESS: Readonly<Record<Severity, Severity>> = { critical: 'high', high: 'medium', medium: 'low', low: 'low', info: 'info' };

function vulnerable(
  dependency: Dependency,
  advisory: Advisory,
  affected: Affected,
  imports: readonly Import[],
  calls: readonly CalledSymbol[] | undefined,
): ScanFinding {
  const { ecosystem, name, version, location } = dependency;
  const ids = [advisory.id, ...(advisory.aliases ?? [])].join(', ');
  if (isMalicious(advisory))
    return {
      ...make('packages.malicious', location, `The package ${name} is known to be an attack (${ids}).`, 0.99),
      category: 'malicious_artifact',
      type: advisory.id,
    };
  const reached = reachOf(dependency, affected, imports, calls);
  const severity = severityOf(advisory);
  const fixed = version === undefined ? undefined : fixedIn(ecosystem, version, affected);
  const cwes = advisory.database_specific?.cwe_ids ?? [];
  const base = make(
    'packages.vulnerable',
    location,
    `${name} ${version ?? '(any version)'} has a known vulnerability (${ids}): ${(advisory.summary ?? 'see the advisory').slice(0, 300)}`,
    0.95,
  );
  return {
    ...base,
    type: advisory.id,
    severity: reached.kind === 'not-imported' || reached.kind === 'not-called' ? LESS[severity] : severity,
    evidence: reached.says,
    fix:
      fixed === undefined
        ? 'No version without it is known: replace the package, or make sure that what is affected is not used.'
        : `Update to ${fixed} or newer.`,
    taxonomy: [...cwes, ...(base.taxonomy ?? [])],
    ...(reached.at === undefined
      ? {}
      : { trace: [{ path: reached.at.path, line: reached.at.line, column: reached.at.column, what: reached.step ?? '' }] }),
  };
}

function make(id: PackageCheckId, location: FileLocation, message: string, confidence: number): ScanFinding {
  const check = PACKAGE_CHECKS.find((one) => one.id === id);
  const { severity = 'medium', fix = '', taxonomy = [] } = check ?? {};
  return { rule: id, category: 'vulnerable_code', type: taxonomy[0] ?? id, severity, confidence, location, message, fix, taxonomy };
}
