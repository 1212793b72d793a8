import type { IrBuilder } from '../ir_builder.ts';
import type { Language } from '../language.ts';
import type { SyntaxTree } from '../syntax.ts';

/** Translates the tree of one file into the intermediate form. The one interface of every `lower/<language>.ts`; it never throws on any tree. */
export type Lowering = {
  readonly languages: readonly Language[];
  lower(tree: SyntaxTree, build: IrBuilder): void;
};
