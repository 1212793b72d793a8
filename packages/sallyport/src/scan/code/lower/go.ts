import { definitionHandlers, lowerFile } from './go_definitions.ts';
import { expressionHandlers } from './go_expressions.ts';
import { GoLowering } from './go_lowering.ts';
import { statementHandlers } from './go_statements.ts';
import type { Lowering } from './lowering.ts';
import { handlerTable } from './table.ts';

const tableOf = handlerTable<GoLowering>({ ...expressionHandlers, ...statementHandlers, ...definitionHandlers });

/** Go with modules and generics. External packages are known by their last path element (`gin`, `jwt`), those of the language by their path. */
export const go: Lowering = {
  languages: ['go'],
  lower: (tree, build) => lowerFile(new GoLowering(tree, build, tableOf(tree.names))),
};
