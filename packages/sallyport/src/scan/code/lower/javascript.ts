import { definitionHandlers } from './javascript_definitions.ts';
import { expressionHandlers } from './javascript_expressions.ts';
import { JavaScriptLowering } from './javascript_lowering.ts';
import { moduleHandlers } from './javascript_modules.ts';
import { statementHandlers } from './javascript_statements.ts';
import type { Lowering } from './lowering.ts';
import { handlerTable } from './table.ts';

const tableOf = handlerTable<JavaScriptLowering>({ ...statementHandlers, ...definitionHandlers, ...moduleHandlers, ...expressionHandlers });

/** JavaScript and TypeScript, with JSX. Types matter only where they name a parameter's or field's class. */
export const javascript: Lowering = {
  languages: ['javascript', 'typescript'],
  lower(tree, build) {
    const lowering = new JavaScriptLowering(tree, build, tableOf(tree.names));
    build.reserve('exports');
    build.useExports();
    lowering.body(0);
  },
};
