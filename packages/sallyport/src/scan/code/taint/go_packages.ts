import type { ModuleIr } from '../ir.ts';
import { packageRoot } from '../lower/go_packages.ts';
import type { ProjectNames } from '../project_files.ts';
import type { NameId } from '../symbol.ts';
import type { Found } from './found.ts';

type Package = { readonly names: ReadonlyMap<NameId, ModuleIr>; readonly testNames: ReadonlyMap<NameId, ModuleIr> };

/** Go: a package is a folder, and its files see each other's names; an import path leads to a folder below the module that `go.mod` names. */
export class GoPackages {
  readonly #packages = new Map<string, Package>();
  readonly #modules: readonly (readonly [path: string, folder: string])[];
  readonly #imports = new Map<ModuleIr, ReadonlyMap<string, string>>();

  constructor(modules: readonly ModuleIr[], names: ProjectNames) {
    this.#modules = [...names.goModules].map(([folder, path]) => [path, folder] as const).sort((a, b) => b[0].length - a[0].length);
    const folders = Map.groupBy(
      modules.filter(({ language }) => language === 'go'),
      ({ path }) => folderOf(path),
    );
    for (const [folder, files] of folders) this.#packages.set(folder, packageOf(files));
  }

  /** The file that declares what a path of names starts with. */
  find(from: ModuleIr, steps: readonly string[]): Found | undefined {
    const [root = '', ...rest] = steps;
    const folder = this.#importsOf(from).get(root);
    if (folder !== undefined) {
      const module = this.#packages.get(folder)?.names.get(from.names.id(rest[0] ?? ''));
      return module === undefined ? undefined : { module, rest };
    }
    const module = this.#own(from, from.names.id(root));
    return module === undefined ? undefined : { module, rest: steps };
  }

  mayLead(from: ModuleIr, root: string): boolean {
    return this.#importsOf(from).has(root) || this.#own(from, from.names.id(root)) !== undefined;
  }

  /** Files of one package. */
  isSibling(one: ModuleIr, other: ModuleIr): boolean {
    return folderOf(one.path) === folderOf(other.path);
  }

  #own(from: ModuleIr, name: NameId): ModuleIr | undefined {
    const known = this.#packages.get(folderOf(from.path));
    const module = known?.names.get(name) ?? (from.path.endsWith('_test.go') ? known?.testNames.get(name) : undefined);
    return module === from ? undefined : module;
  }

  /** Folders by the name under which a file's imports are known. */
  #importsOf(from: ModuleIr): ReadonlyMap<string, string> {
    let found = this.#imports.get(from);
    if (found !== undefined) return found;
    const imports = new Map<string, string>();
    for (const path of from.imports) {
      const folder = this.#folderOfImport(path);
      if (folder !== undefined && folder !== folderOf(from.path)) imports.set(packageRoot(path), folder);
    }
    found = imports;
    this.#imports.set(from, found);
    return found;
  }

  #folderOfImport(path: string): string | undefined {
    for (const [module, folder] of this.#modules) {
      if (path !== module && !path.startsWith(`${module}/`)) continue;
      const below = path.slice(module.length + 1);
      const found = [folder, below].filter((step) => step !== '').join('/');
      return this.#packages.has(found) ? found : undefined;
    }
    if (this.#modules.length > 0) return undefined;
    // Without a go.mod among the files: the longest end of the import path that is a folder, of two steps at least.
    const steps = path.split('/');
    for (let from = 0; from < steps.length - 1; from++) {
      const end = steps.slice(from).join('/');
      if (this.#packages.has(end)) return end;
    }
    return undefined;
  }
}

/** Names that one file of the package declares; two `main` are no package but a folder of programs. */
function packageOf(files: readonly ModuleIr[]): Package {
  const names = new Map<NameId, ModuleIr>();
  const testNames = new Map<NameId, ModuleIr>();
  const twice = new Set<NameId>();
  for (const module of files) {
    const into = module.path.endsWith('_test.go') ? testNames : names;
    for (const name of module.globals.keys()) {
      if (into.has(name)) {
        if (module.names.text(name) === 'main') return { names: new Map(), testNames: new Map() };
        twice.add(name);
      } else into.set(name, module);
    }
  }
  for (const name of twice) {
    names.delete(name);
    testNames.delete(name);
  }
  return { names, testNames };
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
