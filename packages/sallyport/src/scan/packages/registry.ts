import { canonicalName, type Dependency, type Ecosystem, type JudgePackage } from './dependency.ts';
import { keyOf } from './advisory.ts';
import { isDeclared } from './imports.ts';
import type { PackageInventory } from './scanner.ts';

/** What a registry answers to the question whether it has a package. */
export type Existence = 'exists' | 'missing' | 'unanswered';

/** A name that is to be looked up. */
export type Wanted = Pick<Dependency, 'ecosystem' | 'name'>;

/** Where the public registries are. */
export const REGISTRIES: Readonly<Record<Ecosystem, string>> = {
  npm: 'https://registry.npmjs.org',
  pypi: 'https://pypi.org',
  crates: 'https://index.crates.io',
  go: 'https://proxy.golang.org',
};

/** Longer names no registry takes. */
const MAX_NAME = 214;

/**
 * The address that says whether a package exists, the smallest that each registry has: npm's distribution tags, the simple index of PyPI (PEP 503), the
 * sparse index of crates, the version list of a Go module proxy (capital letters as `!x`). Undefined for what can be no name.
 */
export function registryAddress(base: string, { ecosystem, name }: Wanted): string | undefined {
  if (name.length > MAX_NAME || !/^[\w@][\w@/.~-]*$/.test(name) || name.split('/').includes('..')) return undefined;
  const root = base.replace(/\/+$/, '');
  switch (ecosystem) {
    case 'npm':
      return `${root}/-/package/${encodeURIComponent(name)}/dist-tags`;
    case 'pypi':
      return `${root}/simple/${encodeURIComponent(canonicalName('pypi', name))}/`;
    case 'crates':
      return `${root}/${cratePath(name.toLowerCase())}`;
    default:
      return `${root}/${name.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`)}/@v/list`;
  }
}

/** https://doc.rust-lang.org/cargo/reference/registry-index.html#index-files */
function cratePath(name: string): string {
  if (name.length < 3) return `${name.length}/${name}`;
  return name.length === 3 ? `3/${name.slice(0, 1)}/${name}` : `${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`;
}

/**
 * The names of a project that a registry is asked about: what a person wrote into a manifest, and imports that no manifest declares, as far as the
 * lists do not know them. A module of Python is no package's name, so its imports are not asked about.
 */
export function wantedOnline(inventory: PackageInventory, judge: JudgePackage | undefined): readonly Wanted[] {
  const found = new Map<string, Wanted>();
  const add = ({ ecosystem, name }: Wanted): void => {
    if (judge?.(ecosystem, name).verdict !== 'known') found.set(keyOf(ecosystem, name), { ecosystem, name });
  };
  for (const dependency of inventory.dependencies) if (dependency.direct) add(dependency);
  for (const one of inventory.imports)
    if (
      one.ecosystem === 'npm' &&
      !isDeclared(one, inventory.declared.npm) &&
      inventory.dependencies.some(({ ecosystem }) => ecosystem === 'npm')
    )
      add(one);
  return [...found.values()];
}
