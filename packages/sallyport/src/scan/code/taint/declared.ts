import type { ModuleIr } from '../ir.ts';
import { UNKNOWN, type NameId, type SymbolId } from '../symbol.ts';
import type { Engine } from './engine.ts';
import type { ClassRef, Value } from './value.ts';

/** The class of this project that a declared type of a file names. */
export function classOfType(analysis: Engine, module: ModuleIr, type: SymbolId): ClassRef | undefined {
  if (type === UNKNOWN) return undefined;
  if (module.language === 'go' || module.language === 'rust') return analysis.project.classOf(module, type);
  const value = analysis.project.resolve((other) => analysis.moduleFrame(other).env, module, type);
  if (value?.classRef !== undefined) return value.classRef;
  if (module.symbols.parent(type) !== UNKNOWN) return undefined;
  const index = module.classes.findIndex(({ name }) => name === module.symbols.name(type));
  return index < 0 ? undefined : { module, index };
}

/** The declared type of an object's field. */
export function fieldType({ instance }: Value, name: NameId): SymbolId {
  return instance === undefined ? UNKNOWN : (instance.module.classes[instance.index]?.fields.get(name) ?? UNKNOWN);
}

/** The class of what a field is declared to hold. */
export function fieldClass(analysis: Engine, { instance }: Value, type: SymbolId): ClassRef | undefined {
  return instance === undefined ? undefined : classOfType(analysis, instance.module, type);
}
