import type { Lowering } from './lowering.ts';
import { definitionHandlers } from './python_definitions.ts';
import { expressionHandlers } from './python_expressions.ts';
import { PythonLowering } from './python_lowering.ts';
import { statementHandlers } from './python_statements.ts';
import { handlerTable } from './table.ts';

const tableOf = handlerTable<PythonLowering>({ ...expressionHandlers, ...statementHandlers, ...definitionHandlers });

/** Python 3, and the print and exec statements of Python 2. */
export const python: Lowering = {
  languages: ['python'],
  lower(tree, build) {
    const lowering = new PythonLowering(tree, build, tableOf(tree.names));
    lowering.reserveNames(0);
    lowering.statements(0);
  },
};
