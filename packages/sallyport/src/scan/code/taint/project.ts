import type { FunctionIr, ModuleIr } from '../ir.ts';
import { NO_PROJECT_NAMES, type ProjectNames } from '../project_files.ts';
import { Templates } from '../templates/index.ts';
import { UNKNOWN, type NameId, type SymbolId, type Symbols } from '../symbol.ts';
import type { Found } from './found.ts';
import { GoPackages } from './go_packages.ts';
import { RustModules } from './rust_modules.ts';
import { NO_FACTS, NOT_CONSTANT, Value, type ClassRef } from './value.ts';

const MAX_BASES = 6;
/** Folders of a package below each other. */
const MAX_PACKAGE_STEPS = 8;

/** Where symbols lead to; `null`: nowhere. */
type Located = Map<SymbolId, Found | null>;
type Method = { readonly module: ModuleIr; readonly index: number };

/** The scanned files: what an import of one of them leads to. */
export class Project {
  readonly #modules = new Map<string, ModuleIr>();
  /** All folders, each with a slash at its end. */
  readonly #folders = new Set<string>();
  readonly #bases = new Map<string, readonly string[]>();
  /** By the importing folder and what is imported: every use of an imported name asks. */
  readonly #files = new Map<string, ModuleIr | undefined>();

  /** Names of files and folders: other roots of a path lead out of the project. */
  readonly #roots = new Set<string>();
  /** By language; in Go and Rust, where each file has names of its own, by file. */
  readonly #leads = new Map<Symbols | ModuleIr, Map<SymbolId, boolean>>();
  readonly #located = new Map<ModuleIr, Located>();
  readonly #byFolder = new Map<Symbols, Map<string, Located>>();

  readonly #go: GoPackages;
  readonly #rust: RustModules;
  readonly #all: readonly ModuleIr[];
  #extensions: Map<ModuleIr, Map<number, Map<NameId, { module: ModuleIr; index: number }>>> | undefined;
  /** Of the methods of classes, which every call of an object asks for. */
  readonly #methods = new Map<ModuleIr['classes'][number], Map<NameId, Method | undefined>>();
  readonly #classes = new Map<ModuleIr, Map<SymbolId, ClassRef | undefined>>();
  readonly #foreign = new Map<ModuleIr, Map<number, SymbolId>>();

  readonly templates: Templates;

  constructor(modules: readonly ModuleIr[], names: ProjectNames = NO_PROJECT_NAMES, templates = new Templates([])) {
    this.templates = templates;
    this.#all = modules;
    this.#go = new GoPackages(modules, names);
    this.#rust = new RustModules(modules, names);
    for (const module of modules) {
      const path = withoutExtension(module.path);
      this.#modules.set(path, module);
      for (const step of path.split('/')) this.#roots.add(step);
      for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) this.#folders.add(path.slice(0, at + 1));
    }
  }

  /** The value that a symbol of this project has; `undefined` for symbols of other code. */
  resolve(variables: (module: ModuleIr) => readonly Value[], from: ModuleIr, symbol: SymbolId): Value | undefined {
    if (!this.#mayLead(from, symbol)) return undefined;
    const found = this.#locate(from, symbol);
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
    for (const step of more)
      value = value === undefined ? undefined : (value.slots?.get(step) ?? this.#function(value, from.names.id(step)));
    return value;
  }

  /** The file that a symbol leads to, looked up once. */
  #locate(from: ModuleIr, symbol: SymbolId): Found | undefined {
    let table = this.#located.get(from);
    if (table === undefined) this.#located.set(from, (table = this.#tableOf(from)));
    const known = table.get(symbol);
    if (known !== undefined) return known ?? undefined;
    const found = this.#find(from, from.symbols.steps(symbol));
    table.set(symbol, found ?? null);
    return found;
  }

  /** Where a symbol leads to depends on the folder, in Go and Rust on the file. */
  #tableOf({ language, symbols, path }: ModuleIr): Located {
    if (language === 'go' || language === 'rust') return new Map();
    let folders = this.#byFolder.get(symbols);
    if (folders === undefined) this.#byFolder.set(symbols, (folders = new Map<string, Located>()));
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    let table = folders.get(folder);
    if (table === undefined) folders.set(folder, (table = new Map()));
    return table;
  }

  /** A function of a class: `Tool::new` of Rust. */
  #function({ classRef }: Value, name: NameId): Value | undefined {
    const method = classRef === undefined ? undefined : this.method(classRef, name);
    if (method === undefined) return undefined;
    return new Value(NO_FACTS, UNKNOWN, NOT_CONSTANT, undefined, { module: method.module, index: method.index, frame: undefined });
  }

  #find(from: ModuleIr, steps: readonly string[]): Found | undefined {
    switch (from.language) {
      case 'go':
        return this.#go.find(from, steps);
      case 'rust':
        return this.#rust.find(from, steps);
      default:
        if (/^(?:\.|[@~]\/)/.test(steps[0] ?? '')) return this.#relative(from, steps);
        return from.language === 'python' ? this.#package(from, steps) : undefined;
    }
  }

  /** The class that a declared type names: of this file, or of the file that the name leads to. */
  classOf(from: ModuleIr, type: SymbolId): ClassRef | undefined {
    if (type === UNKNOWN || (from.language !== 'go' && from.language !== 'rust')) return undefined;
    let known = this.#classes.get(from);
    if (known === undefined) this.#classes.set(from, (known = new Map()));
    if (!known.has(type)) known.set(type, this.#findClass(from, type));
    return known.get(type);
  }

  #findClass(from: ModuleIr, type: SymbolId): ClassRef | undefined {
    const { symbols } = from;
    if (symbols.depth(type) === 1) {
      const own = classNamed(from, symbols.name(type));
      if (own !== undefined) return own;
    }
    if (!this.#mayLead(from, type)) return undefined;
    const found = this.#find(from, symbols.steps(type));
    const name = found?.rest.at(-1);
    return found === undefined || name === undefined || found.rest.length > 2 ? undefined : classNamed(found.module, from.names.id(name));
  }

  /** The class whose method a function is that stands in another file than the class. */
  ownerOf(module: ModuleIr, func: FunctionIr): ClassRef | undefined {
    const declared = module.extensions.find((one) => one.index === func.index);
    return declared === undefined ? undefined : this.classOf(module, declared.type);
  }

  #extension(of: ClassRef, name: NameId): { module: ModuleIr; index: number } | undefined {
    if (this.#extensions === undefined) {
      this.#extensions = new Map();
      for (const module of this.#all) {
        for (const { type, name: method, index } of module.extensions) {
          const owner = this.classOf(module, type);
          if (owner === undefined) continue;
          const classes = this.#extensions.get(owner.module) ?? new Map<number, Map<NameId, { module: ModuleIr; index: number }>>();
          const methods = classes.get(owner.index) ?? new Map<NameId, { module: ModuleIr; index: number }>();
          this.#extensions.set(owner.module, classes.set(owner.index, methods.set(method, { module, index })));
        }
      }
    }
    return this.#extensions.get(of.module)?.get(of.index)?.get(name);
  }

  /** Whether the symbol's root is a relative module or the name of a file or folder: asked for every field, so answered from a table. */
  #mayLead(from: ModuleIr, symbol: SymbolId): boolean {
    const { symbols } = from;
    const root = symbols.root(symbol);
    const scope = from.language === 'go' || from.language === 'rust' ? from : symbols;
    let table = this.#leads.get(scope);
    if (table === undefined) this.#leads.set(scope, (table = new Map()));
    let leads = table.get(root);
    if (leads === undefined) {
      const name = symbols.names.text(symbols.name(root));
      if (from.language === 'go') leads = this.#go.mayLead(from, name);
      else if (from.language === 'rust') leads = this.#rust.mayLead(from, name);
      else leads = symbols.isLocal(root) || (from.language === 'python' && this.#roots.has(name));
      table.set(root, leads);
    }
    return leads;
  }

  #relative(from: ModuleIr, [specifier = '', ...rest]: readonly string[]): Found | undefined {
    const module = this.#file(from.path, specifier);
    if (module !== undefined) return { module, rest };
    // `from . import module` names a file by the first step after the folder.
    const [name = '', ...more] = rest;
    const inner = this.#file(from.path, `${specifier}/${name}`);
    return inner === undefined ? undefined : { module: inner, rest: more };
  }

  /** `app.db.query` of Python: the longest start of the path that is a file, in the folder of the importing file or one around it. */
  #package(from: ModuleIr, steps: readonly string[]): Found | undefined {
    const [root = ''] = steps;
    if (!this.#roots.has(root)) return undefined;
    const bases = this.#basesOf(from.path.slice(0, from.path.lastIndexOf('/') + 1), root);
    if (bases.length === 0) return undefined;
    for (let length = Math.min(steps.length, MAX_PACKAGE_STEPS); length > 0; length--) {
      const path = steps.slice(0, length).join('/');
      for (const folder of bases) {
        const base = folder + path;
        const module = this.#modules.get(base) ?? this.#modules.get(`${base}/__init__`);
        if (module !== undefined) return { module, rest: steps.slice(length) };
      }
    }
    return undefined;
  }

  /** Folders, from that of the importing file outward, in which a name is a file or a folder. */
  #basesOf(folder: string, name: string): readonly string[] {
    const key = `${folder}\0${name}`;
    let found = this.#bases.get(key);
    if (found === undefined) {
      const steps = folder.split('/').slice(0, -1);
      const around = Array.from({ length: steps.length + 1 }, (_, up) =>
        steps
          .slice(0, steps.length - up)
          .map((step) => `${step}/`)
          .join(''),
      );
      found = around.filter((base) => this.#folders.has(`${base}${name}/`) || this.#modules.has(`${base}${name}`));
      this.#bases.set(key, found);
    }
    return found;
  }

  #file(path: string, specifier: string): ModuleIr | undefined {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const key = `${folder}\0${specifier}`;
    if (!this.#files.has(key)) this.#files.set(key, this.#findFile(path, specifier));
    return this.#files.get(key);
  }

  #findFile(path: string, specifier: string): ModuleIr | undefined {
    const steps = path.split('/').slice(0, -1);
    if (/^[@~]\//.test(specifier)) return this.#fromRoot(steps, specifier.slice(2));
    for (const step of specifier.split('/')) {
      if (step === '..') steps.pop();
      else if (step !== '.') steps.push(step);
    }
    return this.#existing(steps.join('/'));
  }

  /** `@/x` of a bundler: below `src` or the folder of the project, which is one around the importing file. */
  #fromRoot(folders: readonly string[], rest: string): ModuleIr | undefined {
    for (let up = folders.length; up >= 0; up--) {
      const root = folders.slice(0, up);
      const found = this.#existing([...root, 'src', rest].join('/')) ?? this.#existing([...root, rest].join('/'));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #existing(base: string): ModuleIr | undefined {
    return (
      this.#modules.get(withoutExtension(base)) ??
      this.#modules.get(base) ??
      this.#modules.get(`${base}/index`) ??
      this.#modules.get(`${base}/__init__`)
    );
  }

  /** A method by name, also of the classes it extends. */
  method(of: ClassRef, name: NameId): Method | undefined {
    const own = of.module.classes[of.index];
    if (own === undefined) return this.#findMethod(of, name, 0);
    let methods = this.#methods.get(own);
    if (methods === undefined) this.#methods.set(own, (methods = new Map<NameId, Method | undefined>()));
    let found = methods.get(name);
    if (found === undefined && !methods.has(name)) methods.set(name, (found = this.#findMethod(of, name, 0)));
    return found;
  }

  #findMethod(of: ClassRef, name: NameId, depth: number): Method | undefined {
    const known = of.module.classes[of.index];
    const method = known?.methods.get(name);
    if (method !== undefined) return { module: of.module, index: method };
    const extension = this.#extension(of, name);
    if (extension !== undefined) return extension;
    if (known === undefined || depth >= MAX_BASES) return undefined;
    for (const base of known.bases) {
      const found = of.module.classes.find(
        (other) => other !== known && of.module.symbols.path([of.module.names.text(other.name)]) === base,
      );
      const parent = found === undefined ? this.classOf(of.module, base) : { module: of.module, index: found.index };
      const inherited = parent === undefined ? undefined : this.#findMethod(parent, name, depth + 1);
      if (inherited !== undefined) return inherited;
    }
    return undefined;
  }

  /** The class of other code that a class extends, by itself or through classes of the project: `http.server.BaseHTTPRequestHandler`. */
  foreignBase(of: ClassRef): SymbolId {
    const known = this.#foreign.get(of.module) ?? new Map<number, SymbolId>();
    this.#foreign.set(of.module, known);
    let base = known.get(of.index);
    if (base === undefined) known.set(of.index, (base = this.#findForeign(of, 0)));
    return base;
  }

  #findForeign({ module, index }: ClassRef, depth: number): SymbolId {
    if (module.language === 'rust' || depth >= MAX_BASES) return UNKNOWN;
    if (module.language === 'go') return this.#embedded({ module, index }, depth);
    for (const base of module.classes[index]?.bases ?? []) {
      const own = module.classes.find((other) => other.index !== index && module.symbols.path([module.names.text(other.name)]) === base);
      const found = own === undefined ? module.symbols.typed(base) : this.#findForeign({ module, index: own.index }, depth + 1);
      if (found !== UNKNOWN) return found;
    }
    return UNKNOWN;
  }

  /** What a struct of Go embeds: its methods are the struct's own. */
  #embedded({ module, index }: ClassRef, depth: number): SymbolId {
    for (const base of module.classes[index]?.bases ?? []) {
      const own = this.classOf(module, base);
      const found = own === undefined ? module.symbols.typed(base) : this.#findForeign(own, depth + 1);
      if (found !== UNKNOWN) return found;
    }
    return UNKNOWN;
  }

  constructorOf(of: ClassRef): { module: ModuleIr; index: number } | undefined {
    const { names, language } = of.module;
    return this.method(of, names.id(language === 'python' ? '__init__' : 'constructor'));
  }
}

function classNamed(module: ModuleIr, name: NameId): ClassRef | undefined {
  const found = module.classes.find((one) => one.name === name);
  return found === undefined ? undefined : { module, index: found.index };
}

function withoutExtension(path: string): string {
  return path.replace(/\.(py|[cm]?[jt]sx?|go|rs|vue|svelte)$/, '');
}

/** A method of Python that is called on its class and gets it as its first parameter. */
export function isClassMethod({ functions, symbols, names }: ModuleIr, index: number): boolean {
  return functions[index]?.decorators.some(({ symbol }) => names.text(symbols.name(symbol)) === 'classmethod') === true;
}
