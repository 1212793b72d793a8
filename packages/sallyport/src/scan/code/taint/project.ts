import type { ModuleIr } from '../ir.ts';
import type { NameId, SymbolId, Symbols } from '../symbol.ts';
import type { ClassRef, Value } from './value.ts';

const MAX_BASES = 6;
/** Folders of a package below each other. */
const MAX_PACKAGE_STEPS = 8;

type Found = { readonly module: ModuleIr; readonly rest: readonly string[] };

/** The scanned files: what an import of one of them leads to. */
export class Project {
  readonly #modules = new Map<string, ModuleIr>();

  /** Names of files and folders: other roots of a path lead out of the project. */
  readonly #roots = new Set<string>();
  readonly #located = new Map<ModuleIr, Map<SymbolId, Found | undefined>>();
  readonly #leads = new Map<Symbols, Map<SymbolId, boolean>>();

  constructor(modules: readonly ModuleIr[]) {
    for (const module of modules) {
      const path = withoutExtension(module.path);
      this.#modules.set(path, module);
      for (const step of path.split('/')) this.#roots.add(step);
    }
  }

  /** The value that a symbol of this project has; `undefined` for symbols of other code. */
  resolve(variables: (module: ModuleIr) => readonly Value[], from: ModuleIr, symbol: SymbolId): Value | undefined {
    if (!this.#mayLead(from, symbol)) return undefined;
    const steps = from.symbols.steps(symbol);
    const found = this.#locate(from, symbol, steps);
    if (found === undefined) return undefined;
    const { module, rest } = found;
    if (module === from || rest.length === 0) return undefined;
    const env = variables(module);
    const [name = '', ...more] = rest;
    let value: Value | undefined;
    if (module.exports >= 0) value = env[module.exports]?.slots?.get(name) ?? (name === 'default' ? env[module.exports] : undefined);
    else {
      const slot = module.globals.get(from.names.id(name));
      value = slot === undefined ? undefined : env[slot];
    }
    for (const step of more) value = value?.slots?.get(step);
    return value;
  }

  /** The file that a symbol leads to, looked up once for each importing file. */
  #locate(from: ModuleIr, symbol: SymbolId, steps: readonly string[]): Found | undefined {
    let known = this.#located.get(from);
    if (known === undefined) this.#located.set(from, (known = new Map<SymbolId, Found | undefined>()));
    if (known.has(symbol)) return known.get(symbol);
    const isLocal = from.symbols.isLocal(symbol);
    const found = isLocal ? this.#relative(from, steps) : from.language === 'python' ? this.#package(from, steps) : undefined;
    known.set(symbol, found);
    return found;
  }

  /** Whether the symbol's root is a relative module or the name of a file or folder: asked for every field, so answered from a table. */
  #mayLead(from: ModuleIr, symbol: SymbolId): boolean {
    const { symbols } = from;
    const root = symbols.root(symbol);
    let table = this.#leads.get(symbols);
    if (table === undefined) this.#leads.set(symbols, (table = new Map()));
    let leads = table.get(root);
    if (leads === undefined) {
      const name = symbols.names.text(symbols.name(root));
      leads = symbols.isLocal(root) || (from.language === 'python' && this.#roots.has(name));
      table.set(root, leads);
    }
    return leads;
  }

  #relative(from: ModuleIr, [specifier = '', ...rest]: readonly string[]): Found | undefined {
    const module = this.#find(from.path, specifier);
    if (module !== undefined) return { module, rest };
    // `from . import module` names a file by the first step after the folder.
    const [name = '', ...more] = rest;
    const inner = this.#find(from.path, `${specifier}/${name}`);
    return inner === undefined ? undefined : { module: inner, rest: more };
  }

  /** `app.db.query` of Python: the longest start of the path that is a file, in the folder of the importing file or one around it. */
  #package(from: ModuleIr, steps: readonly string[]): Found | undefined {
    if (!this.#roots.has(steps[0] ?? '')) return undefined;
    const folders = from.path.split('/').slice(0, -1);
    for (let length = Math.min(steps.length, MAX_PACKAGE_STEPS); length > 0; length--) {
      const path = steps.slice(0, length).join('/');
      for (let up = folders.length; up >= 0; up--) {
        const base = [...folders.slice(0, up), path].join('/');
        const module = this.#modules.get(base) ?? this.#modules.get(`${base}/__init__`);
        if (module !== undefined) return { module, rest: steps.slice(length) };
      }
    }
    return undefined;
  }

  #find(path: string, specifier: string): ModuleIr | undefined {
    const steps = path.split('/').slice(0, -1);
    if (/^[@~]\//.test(specifier)) return this.#fromRoot(steps, specifier.slice(2));
    for (const step of specifier.split('/')) {
      if (step === '..') steps.pop();
      else if (step !== '.') steps.push(step);
    }
    return this.#file(steps.join('/'));
  }

  /** `@/x` of a bundler: below `src` or the folder of the project, which is one around the importing file. */
  #fromRoot(folders: readonly string[], rest: string): ModuleIr | undefined {
    for (let up = folders.length; up >= 0; up--) {
      const root = folders.slice(0, up);
      const found = this.#file([...root, 'src', rest].join('/')) ?? this.#file([...root, rest].join('/'));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #file(base: string): ModuleIr | undefined {
    return (
      this.#modules.get(withoutExtension(base)) ??
      this.#modules.get(base) ??
      this.#modules.get(`${base}/index`) ??
      this.#modules.get(`${base}/__init__`)
    );
  }

  /** A method by name, also of the classes it extends. */
  method(of: ClassRef, name: NameId, depth = 0): { module: ModuleIr; index: number } | undefined {
    const known = of.module.classes[of.index];
    const method = known?.methods.get(name);
    if (method !== undefined) return { module: of.module, index: method };
    if (known === undefined || depth >= MAX_BASES) return undefined;
    for (const base of known.bases) {
      const found = of.module.classes.find(
        (other) => other !== known && of.module.symbols.path([of.module.names.text(other.name)]) === base,
      );
      const inherited = found === undefined ? undefined : this.method({ module: of.module, index: found.index }, name, depth + 1);
      if (inherited !== undefined) return inherited;
    }
    return undefined;
  }

  constructorOf(of: ClassRef): { module: ModuleIr; index: number } | undefined {
    const { names, language } = of.module;
    return this.method(of, names.id(language === 'python' ? '__init__' : 'constructor'));
  }
}

function withoutExtension(path: string): string {
  return path.replace(/\.(py|[cm]?[jt]sx?|go|rs)$/, '');
}
