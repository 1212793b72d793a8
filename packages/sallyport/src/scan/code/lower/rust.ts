import type { Lowering } from './lowering.ts';
import { definitionHandlers } from './rust_definitions.ts';
import { expressionHandlers } from './rust_expressions.ts';
import { RustLowering } from './rust_lowering.ts';
import { statementHandlers } from './rust_statements.ts';
import { handlerTable } from './table.ts';

const tableOf = handlerTable<RustLowering>({ ...expressionHandlers, ...statementHandlers, ...definitionHandlers });

/** Rust; `::` is a dot. A macro is a call of `macro.<name>`, a cast one of `cast.<type>`; what only passes its receiver on is left out. */
export const rust: Lowering = {
  languages: ['rust'],
  lower(tree, build) {
    const lowering = new RustLowering(tree, build, tableOf(tree.names));
    lowering.reserveItems(0);
    lowering.statements(0);
  },
};
