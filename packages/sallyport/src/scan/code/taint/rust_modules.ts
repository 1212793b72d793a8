import type { ModuleIr } from '../ir.ts';
import type { ProjectNames } from '../project_files.ts';
import type { Found } from './found.ts';

/** Files between the root of a crate and a module. */
const MAX_STEPS = 12;

type Place = { readonly root: string; readonly steps: readonly string[] };

/** Rust: `crate::`, `self::` and `super::` lead to files below the crate's `lib.rs` or `main.rs`; the name of another crate of the project to its root. */
export class RustModules {
  readonly #byPath = new Map<string, ModuleIr>();
  /** Folders of crate roots by the crate's name. */
  readonly #crates = new Map<string, string>();
  readonly #places = new Map<ModuleIr, Place>();
  readonly #globs = new Map<ModuleIr, readonly ModuleIr[]>();

  constructor(modules: readonly ModuleIr[], names: ProjectNames) {
    for (const module of modules) if (module.language === 'rust') this.#byPath.set(module.path.replace(/\.rs$/, ''), module);
    for (const path of this.#byPath.keys()) {
      const folder = /^(?:(.*)\/)?lib$/.exec(path);
      if (folder === null) continue;
      const root = folder[1] ?? '';
      const above = root.replace(/(?:^|\/)src$/, '');
      this.#crates.set(names.crates.get(above) ?? (above.split('/').at(-1) ?? '').replaceAll('-', '_'), root);
    }
  }

  mayLead(from: ModuleIr, root: string): boolean {
    return root.startsWith('.') || this.#crates.has(root) || this.#throughGlob(from, root) !== undefined;
  }

  find(from: ModuleIr, [root = '', ...rest]: readonly string[]): Found | undefined {
    const own = this.#placeOf(from);
    switch (root) {
      case '.crate':
        return this.#below(own.root, [], rest);
      case '.self':
        return this.#below(own.root, own.steps, rest);
      case '.super': {
        const up = rest.findIndex((step) => step !== 'super');
        const levels = up < 0 ? rest.length : up;
        return this.#below(own.root, own.steps.slice(0, Math.max(0, own.steps.length - 1 - levels)), rest.slice(levels));
      }
      default: {
        const other = this.#crates.get(root);
        if (other !== undefined) return this.#below(other, [], rest);
        const module = this.#throughGlob(from, root);
        return module === undefined ? undefined : { module, rest: [root, ...rest] };
      }
    }
  }

  /** The file that declares a name which `use crate::x::*` brings. */
  #throughGlob(from: ModuleIr, name: string): ModuleIr | undefined {
    let globs = this.#globs.get(from);
    if (globs === undefined) this.#globs.set(from, (globs = from.imports.flatMap((path) => this.#glob(from, path) ?? [])));
    if (globs.length === 0) return undefined;
    const id = from.names.id(name);
    return globs.find(({ globals }) => globals.has(id));
  }

  /** The file of the project whose names an import brings all. */
  #glob(from: ModuleIr, path: string): ModuleIr | undefined {
    if (!path.endsWith('*')) return undefined;
    const steps = path.split('::');
    if (steps.at(-1) !== '*' || !(steps[0]?.startsWith('.') === true || this.#crates.has(steps[0] ?? ''))) return undefined;
    const found = this.find(from, steps.slice(0, -1));
    return found !== undefined && found.module !== from && found.rest.length === 0 ? found.module : undefined;
  }

  /** The longest start of the path that is a file. */
  #below(root: string, start: readonly string[], rest: readonly string[]): Found | undefined {
    const paths = [start.reduce(inFolder, root)];
    for (let step = 0; step < Math.min(rest.length, MAX_STEPS); step++) paths.push(inFolder(paths[step] ?? '', rest[step] ?? ''));
    for (let length = paths.length - 1; length >= 0; length--) {
      const path = paths[length] ?? '';
      const isRoot = start.length + length === 0;
      const module = isRoot ? (this.#file(path, 'lib') ?? this.#file(path, 'main')) : (this.#byPath.get(path) ?? this.#file(path, 'mod'));
      if (module !== undefined) return { module, rest: rest.slice(length) };
    }
    return undefined;
  }

  #file(folder: string, name: string): ModuleIr | undefined {
    return this.#byPath.get(inFolder(folder, name));
  }

  #placeOf(module: ModuleIr): Place {
    let place = this.#places.get(module);
    if (place === undefined) this.#places.set(module, (place = this.#locate(module)));
    return place;
  }

  #locate({ path }: ModuleIr): Place {
    const folders = path.split('/').slice(0, -1);
    const file = (path.split('/').at(-1) ?? '').replace(/\.rs$/, '');
    for (let depth = folders.length; depth >= 0; depth--) {
      const root = folders.slice(0, depth).join('/');
      const at = (name: string): boolean => this.#byPath.has(root === '' ? name : `${root}/${name}`);
      if (!at('lib') && !at('main')) continue;
      return { root, steps: stepsOf(folders.slice(depth), file) };
    }
    return { root: folders.join('/'), steps: stepsOf([], file) };
  }
}

function inFolder(folder: string, name: string): string {
  return folder === '' ? name : name === '' ? folder : `${folder}/${name}`;
}

function stepsOf(folders: readonly string[], file: string): string[] {
  return /^(?:mod|lib|main)$/.test(file) ? [...folders] : [...folders, file];
}
