import { NO_VALUE, OP } from '../ir.ts';
import { apply, guardsOf } from './rust_guards.ts';
import type { RustLowering } from './rust_lowering.ts';
import { chains, type Handler } from './table.ts';

export const statementHandlers: Readonly<Record<string, Handler<RustLowering>>> = {
  block: (l, node) => block(l, node),
  unsafe_block: (l, node) => l.value(l.tree.first(node)),
  async_block: (l, node) => l.value(l.tree.first(node)),
  expression_statement(l, node) {
    const child = l.tree.first(node);
    const value = l.value(child);
    if (child >= 0 && value !== NO_VALUE) builder(l, child, value);
    return value;
  },
  empty_statement: () => NO_VALUE,
  let_declaration(l, node) {
    const { tree } = l;
    const pattern = l.field(node, 'pattern');
    const type = l.field(node, 'type');
    const source = l.field(node, 'value');
    let value = source < 0 ? l.unknown(node) : l.operand(source);
    if (type >= 0 && /^(?:[iu](?:8|16|32|64|128|size)|f32|f64|bool|char)$/.test(l.typePath(type).at(-1) ?? '')) {
      value = l.callPath(['guard', 'Number'], [value], node);
    }
    const other = l.field(node, 'alternative');
    if (other >= 0) l.build.branch(l.unknown(other), () => l.value(other), undefined, other);
    if (tree.kindName(pattern) === 'identifier') l.build.declare(tree.textOf(pattern), value, pattern);
    else l.bindPattern(pattern, value);
    return NO_VALUE;
  },
  let_condition(l, node) {
    const value = l.operand(l.field(node, 'value'));
    l.bindPattern(l.field(node, 'pattern'), value);
    return l.unknown(node);
  },
  if_expression(l, node) {
    const { build } = l;
    const result = `if ${node}`;
    build.reserve(result);
    build.block(() => {
      const condition = l.field(node, 'condition');
      const other = l.field(node, 'alternative');
      const test = l.operand(condition);
      const unless = guardsOf(l, condition, false);
      build.branch(
        test,
        () => {
          apply(l, guardsOf(l, condition, true));
          keep(l, result, l.value(l.field(node, 'consequence')), node);
        },
        other < 0 && unless.length === 0
          ? undefined
          : () => {
              apply(l, unless);
              if (other >= 0) keep(l, result, l.value(l.tree.first(other)), node);
            },
        node,
      );
    });
    return build.load(result, node);
  },
  match_expression(l, node) {
    const result = `match ${node}`;
    l.build.reserve(result);
    const subject = l.field(node, 'value');
    const value = l.operand(subject);
    const body = l.field(node, 'body');
    const arms = body < 0 ? [] : l.tree.children(body).filter((child) => l.tree.kindName(child) === 'match_arm');
    for (const chain of chains(arms)) next(l, chain, 0, { subject, value, result });
    return l.build.load(result, node);
  },
  while_expression: loop,
  loop_expression: loop,
  for_expression(l, node) {
    const collection = l.operand(l.field(node, 'value'));
    l.build.block(() => {
      l.build.loop(
        () => {
          const element = l.build.emit(OP.element, collection, 0, 0, node);
          const indexed = l.build.emit(OP.index, collection, l.unknown(node), 0, node);
          l.bindPattern(l.field(node, 'pattern'), l.build.emit(OP.select, l.unknown(node), element, indexed, node));
          l.value(l.field(node, 'body'));
        },
        true,
        node,
      );
    });
    return NO_VALUE;
  },
  return_expression(l, node) {
    const value = l.tree.first(node);
    l.build.emit(OP.return, value < 0 ? NO_VALUE : l.operand(value), 0, 0, node);
    return NO_VALUE;
  },
  break_expression(l, node) {
    l.build.emit(OP.break, 0, 0, 0, node);
    return NO_VALUE;
  },
  continue_expression(l, node) {
    l.build.emit(OP.continue, 0, 0, 0, node);
    return NO_VALUE;
  },
};

function block(l: RustLowering, node: number): number {
  let value = NO_VALUE;
  l.build.block(() => {
    l.reserveItems(node);
    value = l.statements(node);
  });
  return value;
}

function keep(l: RustLowering, name: string, value: number, node: number): void {
  if (value !== NO_VALUE) l.build.assign(name, value, node);
}

/** `command.arg(x);` changes what stands before the dot. */
function builder(l: RustLowering, node: number, value: number): void {
  const { tree } = l;
  const callee = tree.kindName(node) === 'call_expression' ? l.field(node, 'function') : -1;
  if (callee < 0 || tree.kindName(callee) !== 'field_expression' || !/^args?$/.test(tree.textOf(l.field(callee, 'field')))) return;
  const receiver = l.field(callee, 'value');
  if (tree.kindName(receiver) === 'identifier') l.assign(receiver, value);
}

function loop(l: RustLowering, node: number): number {
  const condition = l.field(node, 'condition');
  l.build.block(() => {
    l.build.loop(
      () => {
        if (condition >= 0) l.build.emit(OP.leaveUnless, l.operand(condition), 0, 0, node);
        l.value(l.field(node, 'body'));
      },
      condition >= 0,
      node,
    );
  });
  return NO_VALUE;
}

type Match = { readonly subject: number; readonly value: number; readonly result: string };

function next(l: RustLowering, arms: readonly number[], at: number, match: Match): void {
  const arm = arms[at];
  if (arm === undefined) return;
  const pattern = l.field(arm, 'pattern');
  const take = (): void => {
    l.build.block(() => {
      l.bindPattern(pattern, match.value);
      const text = l.tree.textOf(pattern);
      if (/^\s*(?:"[^"]*"|\d+|'.')(?:\s*\|\s*(?:"[^"]*"|\d+|'.'))*\s*$/.test(text)) apply(l, [{ target: match.subject, is: 'Equal' }]);
      const guard = l.field(pattern, 'condition');
      if (guard >= 0) l.value(guard);
      keep(l, match.result, l.value(l.field(arm, 'value')), arm);
    });
  };
  l.build.branch(l.unknown(arm), take, at + 1 < arms.length ? () => next(l, arms, at + 1, match) : undefined, arm);
}
