import { NO_VALUE, OP } from '../ir.ts';
import { apply, guardsOf } from './go_guards.ts';
import type { GoLowering } from './go_lowering.ts';
import { chains, type Handler } from './table.ts';

const done = (run: (l: GoLowering, node: number) => void): Handler<GoLowering> => {
  return (l, node) => {
    run(l, node);
    return NO_VALUE;
  };
};

const spawned: Handler<GoLowering> = (l, node) => l.value(l.tree.first(node));

export const statementHandlers: Readonly<Record<string, Handler<GoLowering>>> = {
  block: done((l, node) => l.build.block(() => l.statements(node))),
  short_var_declaration: done((l, node) => l.bindAll(l.items(l.field(node, 'left')), l.items(l.field(node, 'right')), true)),
  assignment_statement: done((l, node) => {
    const operator = l.tree.textOf(l.field(node, 'operator'));
    const targets = l.items(l.field(node, 'left'));
    const values = l.items(l.field(node, 'right'));
    if (operator === '=') return l.bindAll(targets, values, false);
    const [target = -1] = targets;
    const old = l.operand(target);
    l.bind(target, l.build.binary(operator.slice(0, -1), old, l.operand(values[0] ?? -1), node), false);
  }),
  var_spec: done((l, node) => {
    const names = l.tree.children(node).filter((child) => l.tree.fieldName(child) === 'name');
    const values = l.items(l.field(node, 'value'));
    if (values.length > 0) return l.bindAll(names, values, true);
    for (const name of names) l.bind(name, l.ofType(l.field(node, 'type'), [], name), true);
  }),
  const_spec: done((l, node) => {
    const names = l.tree.children(node).filter((child) => l.tree.fieldName(child) === 'name' && l.tree.kindName(child) === 'identifier');
    const values = l.items(l.field(node, 'value'));
    if (values.length === names.length) l.bindAll(names, values, true);
    else for (const name of names) l.bind(name, l.unknown(name), true);
  }),
  inc_statement: done((l, node) => step(l, node, '+')),
  dec_statement: done((l, node) => step(l, node, '-')),
  if_statement: done((l, node) => {
    l.build.block(() => {
      const initializer = l.field(node, 'initializer');
      l.value(initializer);
      const condition = l.field(node, 'condition');
      const other = l.field(node, 'alternative');
      const then = l.field(node, 'consequence');
      const test = l.operand(condition);
      const unless = guardsOf(l, condition, false, initializer);
      l.build.branch(
        test,
        () => {
          apply(l, guardsOf(l, condition, true, initializer));
          l.value(then);
        },
        other < 0 && unless.length === 0
          ? undefined
          : () => {
              apply(l, unless);
              l.value(other);
            },
        node,
      );
    });
  }),
  for_statement: done((l, node) => {
    const body = l.field(node, 'body');
    const head = l.tree.first(node);
    const kind = head < 0 || head === body ? '' : l.tree.kindName(head);
    l.build.block(() => {
      if (kind === 'range_clause') return range(l, head, body, node);
      if (kind === 'for_clause') l.value(l.field(head, 'initializer'));
      const condition = kind === 'for_clause' ? l.field(head, 'condition') : kind === '' || kind === 'comment' ? -1 : head;
      l.build.loop(
        () => {
          if (condition >= 0) l.build.emit(OP.leaveUnless, l.operand(condition), 0, 0, node);
          l.value(body);
          if (kind === 'for_clause') l.value(l.field(head, 'update'));
        },
        condition >= 0,
        node,
      );
    });
  }),
  expression_switch_statement: done((l, node) => {
    l.build.block(() => {
      l.value(l.field(node, 'initializer'));
      const subject = l.field(node, 'value');
      const value = subject < 0 ? NO_VALUE : l.operand(subject);
      for (const chain of chains(clauses(l, node, 'expression_case'))) cases(l, subject, value, chain, 0);
    });
  }),
  type_switch_statement: done((l, node) => {
    l.build.block(() => {
      l.value(l.field(node, 'initializer'));
      const value = l.operand(l.field(node, 'value'));
      for (const alias of l.items(l.field(node, 'alias'))) l.bind(alias, value, true);
      for (const chain of chains(clauses(l, node, 'type_case'))) anyOf(l, chain, 0);
    });
  }),
  select_statement: done((l, node) => chains(clauses(l, node, 'communication_case')).forEach((chain) => anyOf(l, chain, 0))),
  receive_statement: done((l, node) => {
    const value = l.operand(l.field(node, 'right'));
    l.items(l.field(node, 'left')).forEach((target, at) => l.bind(target, at === 0 ? value : l.unknown(target), true));
  }),
  send_statement: done((l, node) => {
    const channel = l.field(node, 'channel');
    const before = l.operand(channel);
    l.bind(channel, l.build.concat([before, l.operand(l.field(node, 'value'))], node), false);
  }),
  go_statement: spawned,
  defer_statement: spawned,
  labeled_statement: done((l, node) => {
    for (const child of l.tree.children(node)) if (l.tree.fieldName(child) !== 'label') l.value(child);
  }),
  return_statement: done((l, node) => {
    const list = l.tree.first(node);
    const values = l.items(list);
    if (values.length === 0) return bareReturn(l, node);
    if (values.length === 1) l.build.emit(OP.return, l.operand(values[0] as number), 0, 0, node);
    else
      l.build.emit(
        OP.return,
        tuple(
          l,
          values.map((value) => l.operand(value)),
          node,
        ),
        0,
        0,
        node,
      );
  }),
  break_statement: done((l, node) => l.build.emit(OP.break, 0, 0, 0, node)),
  continue_statement: done((l, node) => l.build.emit(OP.continue, 0, 0, 0, node)),
  fallthrough_statement: () => NO_VALUE,
  goto_statement: () => NO_VALUE,
  comment: () => NO_VALUE,
};

function tuple(l: GoLowering, values: readonly number[], node: number): number {
  const items = values.flatMap((value) => [value, 0]);
  return l.build.emit(OP.list, l.build.list(items, 2), 0, 0, node);
}

function bareReturn(l: GoLowering, node: number): void {
  const names = l.results.at(-1) ?? [];
  const values = names.map((name) => l.build.load(name, node));
  const value = values.length === 0 ? NO_VALUE : values.length === 1 ? (values[0] as number) : tuple(l, values, node);
  l.build.emit(OP.return, value, 0, 0, node);
}

function step(l: GoLowering, node: number, operator: string): void {
  const target = l.tree.first(node);
  const old = l.operand(target);
  l.bind(target, l.build.binary(operator, old, l.build.constant(1, node), node), false);
}

function range(l: GoLowering, head: number, body: number, node: number): void {
  const collection = l.operand(l.field(head, 'right'));
  const targets = l.items(l.field(head, 'left'));
  l.build.loop(
    () => {
      targets.forEach((target, at) => {
        const element = l.build.emit(OP.element, collection, at === 0 ? 1 : 0, 0, target);
        // An element of a library's list is known by its symbol, one of a literal by its slot.
        const indexed = at === 0 ? element : l.build.emit(OP.index, collection, l.unknown(target), 0, target);
        l.bind(target, at === 0 ? element : l.build.emit(OP.select, l.unknown(target), element, indexed, target), true);
      });
      l.value(body);
    },
    true,
    node,
  );
}

function clauses(l: GoLowering, node: number, kind: string): number[] {
  const found = l.tree.children(node).filter((child) => [kind, 'default_case'].includes(l.tree.kindName(child)));
  return [
    ...found.filter((child) => l.tree.kindName(child) !== 'default_case'),
    ...found.filter((child) => l.tree.kindName(child) === 'default_case'),
  ];
}

function body(l: GoLowering, clause: number): void {
  l.build.block(() => {
    for (const child of l.tree.children(clause)) if (!['value', 'type'].includes(l.tree.fieldName(child) ?? '')) l.value(child);
  });
}

/** Cases as a chain of branches, the default last. What a case compares with a text is that text inside it. */
function cases(l: GoLowering, subject: number, value: number, list: readonly number[], at: number): void {
  const clause = list[at];
  if (clause === undefined) return;
  if (l.tree.kindName(clause) === 'default_case') return body(l, clause);
  const tests = l.items(l.field(clause, 'value'));
  let condition = NO_VALUE;
  for (const test of tests) {
    const right = l.operand(test);
    const one = value === NO_VALUE ? right : l.build.binary('==', value, right, test);
    condition = condition === NO_VALUE ? one : l.build.binary('||', condition, one, test);
  }
  l.build.branch(
    condition === NO_VALUE ? l.unknown(clause) : condition,
    () => {
      if (value === NO_VALUE) for (const test of tests) apply(l, guardsOf(l, test, true));
      else if (tests.every((test) => l.tree.kindName(test).endsWith('literal'))) apply(l, [{ target: subject, is: 'Equal' }]);
      body(l, clause);
    },
    () => cases(l, subject, value, list, at + 1),
    clause,
  );
}

function anyOf(l: GoLowering, list: readonly number[], at: number): void {
  const clause = list[at];
  if (clause === undefined) return;
  l.build.branch(l.unknown(clause), () => body(l, clause), at + 1 < list.length ? () => anyOf(l, list, at + 1) : undefined, clause);
}
