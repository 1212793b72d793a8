import { NO_VALUE, OP } from '../ir.ts';
import type { JavaScriptLowering } from './javascript_lowering.ts';
import type { Handler } from './table.ts';

const done = (run: (l: JavaScriptLowering, node: number) => void): Handler<JavaScriptLowering> => {
  return (l, node) => {
    run(l, node);
    return NO_VALUE;
  };
};

const declaration = done((l, node) => {
  for (const child of l.tree.children(node)) {
    if (l.tree.kindName(child) !== 'variable_declarator') continue;
    const value = l.field(child, 'value');
    const name = l.field(child, 'name');
    l.nameFunction(value, name);
    if (value >= 0) l.bind(name, l.operand(value), true);
    else if (l.tree.kindName(name) === 'identifier') l.bind(name, l.build.constant(undefined, child), true);
  }
});

export const statementHandlers: Readonly<Record<string, Handler<JavaScriptLowering>>> = {
  statement_block: done((l, node) => l.scope(node)),
  lexical_declaration: declaration,
  variable_declaration: declaration,
  using_declaration: declaration,
  if_statement: done((l, node) => {
    const condition = l.operand(l.field(node, 'condition'));
    const other = l.field(node, 'alternative');
    l.build.branch(condition, () => l.value(l.field(node, 'consequence')), other < 0 ? undefined : () => l.value(other), node);
  }),
  while_statement: done((l, node) => {
    l.build.loop(
      () => {
        l.build.emit(OP.leaveUnless, l.operand(l.field(node, 'condition')), 0, 0, node);
        l.value(l.field(node, 'body'));
      },
      false,
      node,
    );
  }),
  do_statement: done((l, node) => {
    l.build.loop(
      () => {
        l.value(l.field(node, 'body'));
        l.build.emit(OP.leaveUnless, l.operand(l.field(node, 'condition')), 0, 0, node);
      },
      false,
      node,
    );
  }),
  for_statement: done((l, node) => {
    l.build.block(() => {
      l.value(l.field(node, 'initializer'));
      const condition = l.field(node, 'condition');
      l.build.loop(
        () => {
          if (condition >= 0 && l.tree.kindName(condition) !== 'empty_statement') {
            l.build.emit(OP.leaveUnless, l.operand(condition), 0, 0, node);
          }
          l.value(l.field(node, 'body'));
          l.value(l.field(node, 'increment'));
        },
        false,
        node,
      );
    });
  }),
  for_in_statement: done((l, node) => {
    l.build.block(() => {
      const collection = l.operand(l.field(node, 'right'));
      const operator = l.field(node, 'operator');
      const keys = operator >= 0 && l.tree.textOf(operator) === 'in' ? 1 : 0;
      l.build.loop(
        () => {
          const element = l.build.emit(OP.element, collection, keys, 0, node);
          l.bind(l.field(node, 'left'), element, l.field(node, 'kind') >= 0);
          l.value(l.field(node, 'body'));
        },
        true,
        node,
      );
    });
  }),
  switch_statement: done((l, node) => {
    const subject = l.operand(l.field(node, 'value'));
    const body = l.field(node, 'body');
    if (body >= 0) l.build.block(() => cases(l, subject, l.tree.children(body), 0, NO_VALUE));
  }),
  try_statement: done((l, node) => {
    const handler = l.field(node, 'handler');
    const handlers = handler < 0 ? [] : [() => caught(l, handler)];
    l.build.attempt(() => l.value(l.field(node, 'body')), handlers, node);
    const last = l.field(node, 'finalizer');
    if (last >= 0) l.value(l.field(last, 'body'));
  }),
  return_statement: done((l, node) => {
    const value = l.tree.first(node);
    l.build.emit(OP.return, value < 0 ? NO_VALUE : l.operand(value), 0, 0, node);
  }),
  throw_statement: done((l, node) => l.build.emit(OP.throw, l.operand(l.tree.first(node)), 0, 0, node)),
  break_statement: done((l, node) => l.build.emit(OP.break, 0, 0, 0, node)),
  continue_statement: done((l, node) => l.build.emit(OP.continue, 0, 0, 0, node)),
  labeled_statement: done((l, node) => l.value(l.field(node, 'body'))),
  empty_statement: () => NO_VALUE,
  // Types.
  interface_declaration: () => NO_VALUE,
  type_alias_declaration: () => NO_VALUE,
  ambient_declaration: () => NO_VALUE,
  function_signature: () => NO_VALUE,
};

/** Cases as a chain of branches; an empty case shares the body of the next, a body without `break` runs on in it. */
function cases(l: JavaScriptLowering, subject: number, clauses: readonly number[], at: number, pending: number): void {
  const clause = clauses[at];
  if (clause === undefined) return;
  const isDefault = l.tree.kindName(clause) === 'switch_default';
  const body = l.tree.children(clause).filter((child) => l.tree.fieldName(child) === 'body');
  let condition = pending;
  if (!isDefault) {
    const equal = l.build.binary('===', subject, l.operand(l.field(clause, 'value')), clause);
    condition = pending === NO_VALUE ? equal : l.build.binary('||', pending, equal, clause);
  }
  if (body.length === 0 && !isDefault) return cases(l, subject, clauses, at + 1, condition);
  const run = (): void => {
    for (const statement of body) if (l.tree.kindName(statement) !== 'break_statement') l.value(statement);
  };
  if (isDefault) {
    // A default in the middle is taken only when no later case is.
    cases(l, subject, clauses, at + 1, NO_VALUE);
    run();
  } else l.build.branch(condition, run, () => cases(l, subject, clauses, at + 1, NO_VALUE), clause);
}

function caught(l: JavaScriptLowering, handler: number): void {
  l.build.block(() => {
    const value = l.build.emit(OP.caught, 0, 0, 0, handler);
    l.bind(l.field(handler, 'parameter'), value, true);
    l.value(l.field(handler, 'body'));
  });
}
