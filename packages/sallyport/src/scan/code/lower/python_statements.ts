import { NO_VALUE, OP } from '../ir.ts';
import type { PythonLowering } from './python_lowering.ts';
import type { Handler } from './table.ts';

type Statement = Handler<PythonLowering>;

const done = (run: (l: PythonLowering, node: number) => void): Statement => {
  return (l, node) => {
    run(l, node);
    return NO_VALUE;
  };
};

export const statementHandlers: Readonly<Record<string, Statement>> = {
  assignment(l, node) {
    const right = l.field(node, 'right');
    if (right < 0) return NO_VALUE;
    const value = l.operand(right);
    l.bind(l.field(node, 'left'), value);
    return value;
  },
  augmented_assignment(l, node) {
    const left = l.field(node, 'left');
    const old = l.operand(left);
    const operator = l.tree.textOf(l.field(node, 'operator')).slice(0, -1);
    const value = l.build.binary(operator, old, l.operand(l.field(node, 'right')), node);
    l.bind(left, value);
    return value;
  },
  if_statement: done((l, node) => branches(l, node, l.field(node, 'condition'), l.field(node, 'consequence'), alternatives(l, node))),
  while_statement: done((l, node) => {
    l.build.loop(
      () => {
        l.build.emit(OP.leaveUnless, l.operand(l.field(node, 'condition')), 0, 0, node);
        l.statements(l.field(node, 'body'));
      },
      false,
      node,
    );
    for (const other of alternatives(l, node)) l.value(other);
  }),
  for_statement: done((l, node) => {
    const collection = l.operand(l.field(node, 'right'));
    l.build.loop(
      () => {
        l.bind(l.field(node, 'left'), l.build.emit(OP.element, collection, 0, 0, node));
        l.statements(l.field(node, 'body'));
      },
      true,
      node,
    );
    for (const other of alternatives(l, node)) l.value(other);
  }),
  try_statement: done((l, node) => {
    const children = l.tree.children(node);
    const handlers = children.filter((child) => l.tree.kindName(child).startsWith('except'));
    const after = children.filter((child) => l.tree.kindName(child) === 'finally_clause');
    const otherwise = children.filter((child) => l.tree.kindName(child) === 'else_clause');
    l.build.attempt(
      () => {
        l.statements(l.field(node, 'body'));
        for (const clause of otherwise) l.value(clause);
      },
      handlers.map((handler) => () => except(l, handler)),
      node,
    );
    for (const clause of after) l.statements(clause);
  }),
  with_statement: done((l, node) => {
    for (const child of l.tree.children(node)) l.value(child);
  }),
  as_pattern(l, node) {
    const value = l.operand(l.tree.first(node));
    l.bind(l.field(node, 'alias'), value);
    return value;
  },
  return_statement: done((l, node) => {
    const value = l.tree.first(node);
    l.build.emit(OP.return, value < 0 ? NO_VALUE : l.operand(value), 0, 0, node);
  }),
  raise_statement: done((l, node) => {
    const value = l.tree.first(node);
    l.build.emit(OP.throw, value < 0 ? NO_VALUE : l.operand(value), 0, 0, node);
  }),
  yield(l, node) {
    const value = l.tree.first(node);
    if (value < 0) return l.build.constant(undefined, node);
    const yielded = l.operand(value);
    l.build.emit(OP.yield, yielded, 0, 0, node);
    return yielded;
  },
  break_statement: done((l, node) => l.build.emit(OP.break, 0, 0, 0, node)),
  continue_statement: done((l, node) => l.build.emit(OP.continue, 0, 0, 0, node)),
  pass_statement: () => NO_VALUE,
  global_statement: done((l, node) => l.tree.children(node).forEach((name) => l.build.useOuter(l.tree.textOf(name)))),
  nonlocal_statement: done((l, node) => l.tree.children(node).forEach((name) => l.build.useOuter(l.tree.textOf(name)))),
  print_statement: done((l, node) => {
    l.build.callPath(
      ['print'],
      l.tree.children(node).map((child) => l.operand(child)),
      node,
    );
  }),
  exec_statement: done((l, node) => {
    l.build.callPath(['exec'], [l.operand(l.tree.first(node))], node);
  }),
  match_statement: done((l, node) => {
    const subject = l.operand(l.field(node, 'subject'));
    // What the conditions of other cases say of the subject does not hold of what a name takes.
    const whole = l.build.emit(OP.same, subject, 0, 0, node);
    const body = l.field(node, 'body');
    const clauses = l.tree.children(body < 0 ? node : body).filter((child) => l.tree.kindName(child) === 'case_clause');
    const next = (at: number): void => {
      const clause = clauses[at];
      if (clause === undefined) return;
      const condition = caseCondition(l, clause, subject, whole);
      const then = () => l.statements(l.field(clause, 'consequence'));
      if (condition === NO_VALUE) then();
      else l.build.branch(condition, then, () => next(at + 1), clause);
    };
    next(0);
  }),
};

function alternatives(l: PythonLowering, node: number): number[] {
  return l.tree.children(node).filter((child) => l.tree.fieldName(child) === 'alternative');
}

function branches(l: PythonLowering, node: number, condition: number, consequence: number, others: readonly number[]): void {
  const [other, ...rest] = others;
  const otherwise = (): void => {
    if (other === undefined) return;
    if (l.tree.kindName(other) === 'elif_clause') {
      branches(l, other, l.field(other, 'condition'), l.field(other, 'consequence'), rest);
    } else l.value(other);
  };
  l.build.branch(l.operand(condition), () => l.statements(consequence), other === undefined ? undefined : otherwise, node);
}

function except(l: PythonLowering, handler: number): void {
  const caught = l.build.emit(OP.caught, 0, 0, 0, handler);
  for (const child of l.tree.children(handler)) {
    const kind = l.tree.kindName(child);
    if (kind === 'as_pattern') l.bind(l.field(child, 'alias'), caught);
    else if (kind === 'block') l.statements(child);
  }
}

/** What holds when a case is taken; `NO_VALUE` when it always is. */
function caseCondition(l: PythonLowering, clause: number, subject: number, whole: number): number {
  const patterns = l.tree.children(clause).filter((child) => l.tree.kindName(child) === 'case_pattern');
  let condition = NO_VALUE;
  for (const pattern of patterns) {
    const tests = literals(l, pattern);
    if (tests === undefined) {
      bindNames(l, pattern, whole);
      return l.field(clause, 'guard') >= 0 || !isIrrefutable(l, pattern) ? l.build.symbol(['()'], clause) : NO_VALUE;
    }
    for (const literal of tests) {
      const equal = l.build.binary('==', subject, l.operand(literal), literal);
      condition = condition === NO_VALUE ? equal : l.build.binary('or', condition, equal, literal);
    }
  }
  return condition;
}

/** The literals of a pattern that is one or a choice of them. */
function literals(l: PythonLowering, pattern: number): readonly number[] | undefined {
  const found: number[] = [];
  for (const child of l.tree.children(pattern)) {
    const kind = l.tree.kindName(child);
    if (kind === 'union_pattern' || kind === 'case_pattern') {
      const inner = literals(l, child);
      if (inner === undefined) return undefined;
      found.push(...inner);
    } else if (/^(string|concatenated_string|integer|float|true|false|none)$/.test(kind)) found.push(child);
    else return undefined;
  }
  return found.length === 0 ? undefined : found;
}

function isIrrefutable(l: PythonLowering, pattern: number): boolean {
  return /^\w+$/.test(l.tree.textOf(pattern));
}

function bindNames(l: PythonLowering, pattern: number, subject: number): void {
  const end = l.tree.skip[pattern] as number;
  for (let node = pattern; node < end; node++) {
    if (l.tree.kindName(node) === 'identifier') l.bind(node, l.build.emit(OP.same, subject, 0, 0, node));
  }
}
