import type { FileLocation } from '../finding.ts';

export const ECOSYSTEMS = ['npm', 'pypi', 'crates', 'go'] as const;
export type Ecosystem = (typeof ECOSYSTEMS)[number];

/** Port of the engine over package names: whether a name is known, or looks like a mistake, an invention or an attack. `like`: what is probably meant. */
export type JudgePackage = (
  ecosystem: Ecosystem,
  name: string,
) => { readonly verdict: 'known' | 'near_twin' | 'invented' | 'cross_ecosystem' | 'unknown'; readonly like?: string };

/** A package that a file names. `version`: exact, when the file says so. `direct`: written by a person, in a manifest. */
export type Dependency = {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  readonly version: string | undefined;
  readonly direct: boolean;
  readonly location: FileLocation;
};

/** What a file says of packages. `declares`: names that may be imported besides (of the package itself, its workspaces, local paths). */
export type PackageFile = { readonly dependencies: readonly Dependency[]; readonly declares: readonly string[] };

/** The one way to write a name: PyPI's are the same whatever their case and separators (PEP 503). */
export function canonicalName(ecosystem: Ecosystem, name: string): string {
  return ecosystem === 'pypi' ? name.toLowerCase().replace(/[-_.]+/g, '-') : ecosystem === 'crates' ? name.replaceAll('_', '-') : name;
}

/** Package URL (https://github.com/package-url/purl-spec). */
export function purlOf({ ecosystem, name, version }: Pick<Dependency, 'ecosystem' | 'name' | 'version'>): string {
  const type = { npm: 'npm', pypi: 'pypi', crates: 'cargo', go: 'golang' }[ecosystem];
  const path = canonicalName(ecosystem, name).toWellFormed().split('/').map(encodeURIComponent).join('/');
  return `pkg:${type}/${path}${version === undefined ? '' : `@${encodeURIComponent(version.toWellFormed())}`}`;
}
