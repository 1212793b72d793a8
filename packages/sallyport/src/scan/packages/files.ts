import { readJsonc } from '../document/jsonc.ts';
import { at, entriesOf, itemsOf, isTrue, textOf, type DocumentNode, type Entry } from '../document/node.ts';
import { readToml } from '../document/toml.ts';
import type { SourceText } from '../finding.ts';
import { Lines } from '../lines.ts';
import type { Dependency, Ecosystem, PackageFile } from './dependency.ts';
import { readGoMod, readGoSum, readPnpmLock, readRequirements, readSetup, readYarnLock, type Found } from './text_files.ts';
import { requirementName, requirementVersion } from './requirement.ts';

type Read = { readonly found: readonly Found[]; readonly declares?: readonly string[] };
type Reader = { readonly name: RegExp; readonly ecosystem: Ecosystem; readonly direct: boolean; read(text: string): Read | undefined };

const json =
  (read: (root: DocumentNode) => Read) =>
  (text: string): Read | undefined => {
    const root = readJsonc(text);
    return root === undefined ? undefined : read(root);
  };
const toml =
  (read: (root: DocumentNode) => Read) =>
  (text: string): Read | undefined => {
    const root = readToml(text);
    return root === undefined ? undefined : read(root);
  };
const lines =
  (read: (text: string) => readonly Found[]) =>
  (text: string): Read => ({ found: read(text) });

/** The files that name packages, by their name. */
const READERS: readonly Reader[] = [
  { name: /(?:^|\/)package\.json$/, ecosystem: 'npm', direct: true, read: json(packageJson) },
  { name: /(?:^|\/)(?:package-lock|npm-shrinkwrap)\.json$/, ecosystem: 'npm', direct: false, read: json(packageLock) },
  { name: /(?:^|\/)bun\.lock$/, ecosystem: 'npm', direct: false, read: json(bunLock) },
  { name: /(?:^|\/)pnpm-lock\.yaml$/, ecosystem: 'npm', direct: false, read: lines(readPnpmLock) },
  { name: /(?:^|\/)yarn\.lock$/, ecosystem: 'npm', direct: false, read: lines(readYarnLock) },
  {
    name: /(?:^|\/)(?:[\w.-]*requirements[\w.-]*\.(?:txt|in)|requirements\/[\w.-]+\.(?:txt|in))$/,
    ecosystem: 'pypi',
    direct: true,
    read: lines(readRequirements),
  },
  { name: /(?:^|\/)pyproject\.toml$/, ecosystem: 'pypi', direct: true, read: toml(pyproject) },
  { name: /(?:^|\/)setup\.(?:py|cfg)$/, ecosystem: 'pypi', direct: false, read: (text) => ({ found: [], declares: readSetup(text) }) },
  { name: /(?:^|\/)Pipfile$/, ecosystem: 'pypi', direct: true, read: toml(pipfile) },
  { name: /(?:^|\/)Pipfile\.lock$/, ecosystem: 'pypi', direct: false, read: json(pipfileLock) },
  { name: /(?:^|\/)(?:poetry|uv|pdm)\.lock$/, ecosystem: 'pypi', direct: false, read: toml(lockedPackages) },
  { name: /(?:^|\/)Cargo\.toml$/, ecosystem: 'crates', direct: true, read: toml(cargoToml) },
  { name: /(?:^|\/)Cargo\.lock$/, ecosystem: 'crates', direct: false, read: toml(cargoLock) },
  { name: /(?:^|\/)go\.mod$/, ecosystem: 'go', direct: true, read: readGoMod },
  { name: /(?:^|\/)go\.sum$/, ecosystem: 'go', direct: false, read: lines(readGoSum) },
];

/** What the file says of packages; undefined when it is no such file, `unreadable` when it is not in its form. */
export function readPackageFile({ path, text }: SourceText): PackageFile | 'unreadable' | undefined {
  const reader = READERS.find(({ name }) => name.test(path));
  if (reader === undefined) return undefined;
  const read = reader.read(text);
  if (read === undefined) return 'unreadable';
  const index = new Lines(text);
  const dependencies = read.found.map(({ name, version, start, end, direct }): Dependency => {
    return { ecosystem: reader.ecosystem, name, version, direct: direct ?? reader.direct, location: index.location(path, start, end) };
  });
  return { dependencies, declares: read.declares ?? [] };
}

export function isPackageFile(path: string): boolean {
  return READERS.some(({ name }) => name.test(path));
}

const NPM_TABLES = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
/** Not from the registry: a path, an address, a workspace. */
const ELSEWHERE =
  /^(?:file|link|portal|workspace|git|git\+\w+|https?|github|gitlab|bitbucket|patch|exec|jsr):|^[\w.-]+\/[\w.-]+(?:#|$)|^\.{0,2}\//;
const EXACT = /^=?v?(\d+\.\d+\.\d+(?:[-+][\w.-]+)?)$/;

function packageJson(root: DocumentNode): Read {
  const own = textOf(at(root, 'name'));
  const declares = [...(own === undefined ? [] : [own]), ...entriesOf(at(root, 'imports')).map(({ key }) => key)];
  const found: Found[] = [];
  for (const table of NPM_TABLES) {
    for (const entry of entriesOf(at(root, table))) {
      const range = textOf(entry.value) ?? '';
      const alias = /^npm:(@?[^@]+)(?:@(.*))?$/.exec(range);
      declares.push(entry.key);
      if (alias !== null) found.push({ name: alias[1] ?? '', version: EXACT.exec(alias[2] ?? '')?.[1], ...placeOf(entry) });
      else if (!ELSEWHERE.test(range)) found.push({ name: entry.key, version: EXACT.exec(range)?.[1], ...placeOf(entry) });
    }
  }
  return { found, declares };
}

function packageLock(root: DocumentNode): Read {
  const found: Found[] = [];
  for (const entry of entriesOf(at(root, 'packages'))) {
    const folder = entry.key.lastIndexOf('node_modules/');
    const name = textOf(at(entry.value, 'name')) ?? entry.key.slice(folder + 'node_modules/'.length);
    if (folder >= 0 && !isTrue(at(entry.value, 'link')))
      found.push({ name, version: textOf(at(entry.value, 'version')), ...placeOf(entry) });
  }
  if (found.length === 0) nested(at(root, 'dependencies'), found);
  return { found };
}

/** The first form of the lock file: packages in packages; no deeper than the document may be. */
function nested(table: DocumentNode | undefined, found: Found[]): void {
  for (const entry of entriesOf(table)) {
    const version = textOf(at(entry.value, 'version'));
    if (version !== undefined && !ELSEWHERE.test(version)) found.push({ name: entry.key, version, ...placeOf(entry) });
    nested(at(entry.value, 'dependencies'), found);
  }
}

function bunLock(root: DocumentNode): Read {
  const found = entriesOf(at(root, 'packages')).flatMap((entry) => {
    const [, name, version] = /^(@?[^@]+)@(\d.*)$/.exec(textOf(itemsOf(entry.value)[0]) ?? '') ?? [];
    return name === undefined ? [] : [{ name, version, ...placeOf(entry) }];
  });
  return { found };
}

function pyproject(root: DocumentNode): Read {
  const declares = [textOf(at(root, 'project', 'name')), textOf(at(root, 'tool', 'poetry', 'name'))].filter((name) => name !== undefined);
  const sources = new Set(entriesOf(at(root, 'tool', 'uv', 'sources')).map(({ key }) => key));
  const lists = [
    at(root, 'project', 'dependencies'),
    at(root, 'build-system', 'requires'),
    at(root, 'tool', 'uv', 'dev-dependencies'),
    ...[at(root, 'project', 'optional-dependencies'), at(root, 'dependency-groups'), at(root, 'tool', 'pdm', 'dev-dependencies')].flatMap(
      (table) => entriesOf(table).map(({ value }) => value),
    ),
  ];
  const tables = [
    at(root, 'tool', 'poetry', 'dependencies'),
    at(root, 'tool', 'poetry', 'dev-dependencies'),
    ...entriesOf(at(root, 'tool', 'poetry', 'group')).map(({ value }) => at(value, 'dependencies')),
  ];
  const listed = lists
    .flatMap((list) => itemsOf(list))
    .flatMap((item): Found[] => {
      const text = textOf(item) ?? '';
      const name = requirementName(text);
      return name === undefined ? [] : [{ name, version: requirementVersion(text), start: item.start, end: item.end }];
    });
  return {
    found: [...listed, ...tables.flatMap(pythonTable)].filter(({ name }) => !sources.has(name)),
    declares: [...declares, ...sources],
  };
}

function pipfile(root: DocumentNode): Read {
  return { found: [at(root, 'packages'), at(root, 'dev-packages')].flatMap(pythonTable) };
}

function pythonTable(table: DocumentNode | undefined): Found[] {
  return entriesOf(table).flatMap((entry) => {
    if (entry.key === 'python' || ['path', 'git', 'url', 'file'].some((key) => at(entry.value, key) !== undefined)) return [];
    const range = textOf(entry.value) ?? textOf(at(entry.value, 'version')) ?? '';
    return [{ name: entry.key, version: requirementVersion(`${entry.key}${/^\d/.test(range) ? '==' : ''}${range}`), ...placeOf(entry) }];
  });
}

function pipfileLock(root: DocumentNode): Read {
  const entries = [...entriesOf(at(root, 'default')), ...entriesOf(at(root, 'develop'))];
  return {
    found: entries.map((entry) => ({
      name: entry.key,
      version: textOf(at(entry.value, 'version'))?.replace(/^==/, ''),
      ...placeOf(entry),
    })),
  };
}

function lockedPackages(root: DocumentNode): Read {
  const found = itemsOf(at(root, 'package')).flatMap((item): Found[] => {
    const name = at(item, 'name');
    const source = at(item, 'source');
    const local = ['virtual', 'editable', 'directory', 'path'].some((key) => at(source, key) !== undefined);
    return name?.kind !== 'string' || local
      ? []
      : [{ name: name.value, version: textOf(at(item, 'version')), start: name.start, end: name.end }];
  });
  return { found };
}

const CARGO_TABLES = ['dependencies', 'dev-dependencies', 'build-dependencies'];

function cargoToml(root: DocumentNode): Read {
  const holders = [root, at(root, 'workspace'), ...entriesOf(at(root, 'target')).map(({ value }) => value)];
  const entries = holders.flatMap((holder) => CARGO_TABLES.flatMap((table) => entriesOf(at(holder, table))));
  const found = entries.flatMap((entry): Found[] => {
    if (['path', 'git', 'workspace'].some((key) => at(entry.value, key) !== undefined)) return [];
    const range = textOf(entry.value) ?? textOf(at(entry.value, 'version'));
    return [
      {
        name: textOf(at(entry.value, 'package')) ?? entry.key,
        version: /^=\s*(\d+\.\d+\.\d+.*)$/.exec(range ?? '')?.[1],
        ...placeOf(entry),
      },
    ];
  });
  return { found, declares: entries.map(({ key }) => key) };
}

function cargoLock(root: DocumentNode): Read {
  const found = itemsOf(at(root, 'package')).flatMap((item): Found[] => {
    const name = at(item, 'name');
    const registry = textOf(at(item, 'source'))?.startsWith('registry+') === true;
    return name?.kind === 'string' && registry
      ? [{ name: name.value, version: textOf(at(item, 'version')), start: name.start, end: name.end }]
      : [];
  });
  return { found };
}

function placeOf(entry: Entry): { start: number; end: number } {
  return { start: entry.start, end: entry.end };
}
