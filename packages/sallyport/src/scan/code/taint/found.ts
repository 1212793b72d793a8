import type { ModuleIr } from '../ir.ts';

/** The file that a path of names leads to, and the names that are left of it. */
export type Found = { readonly module: ModuleIr; readonly rest: readonly string[] };
