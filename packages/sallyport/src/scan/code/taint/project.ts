import type { ModuleIr } from '../ir.ts';
import { type NameId, type SymbolId } from '../symbol.ts';
import type { ClassRef, Value } from './value.ts';

const MAX_BASES = 6;

/** The scanned files: what an import of one of them leads to. */
export class Project {
  readonly #modules = new Map<string, ModuleIr>();

  constructor(modules: readonly ModuleIr[]) {
    for (const module of modules) this.#modules.set(withoutExtension(module.path), module);
  }

  /** The value that a symbol of this project has; `undefined` for symbols of other code. */
  resolve(variables: (module: ModuleIr) => readonly Value[], from: ModuleIr, symbol: SymbolId): Value | undefined {
    if (!from.symbols.isLocal(symbol)) return undefined;
    const [specifier = '', ...rest] = from.symbols.steps(symbol);
    const module = this.#find(from.path, specifier);
    if (module === undefined || module === from || rest.length === 0) return undefined;
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

  #find(path: string, specifier: string): ModuleIr | undefined {
    const steps = path.split('/').slice(0, -1);
    for (const step of specifier.split('/')) {
      if (step === '..') steps.pop();
      else if (step !== '.') steps.push(step);
    }
    const base = steps.join('/');
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
