import type { CodeView } from './code_view.ts';
import { goCallee, GO_FUNCTIONS } from './go_code.ts';
import type { Inspection } from './inspection.ts';

/** A function returns between Lock and Unlock: the next one to lock waits for ever. */
export const goLockKept: Inspection = {
  languages: ['go'],
  words: ['.Lock()', '.RLock()'],
  run(code, found) {
    const calls = Map.groupBy(code.of('call_expression'), (call) => code.around(call, GO_FUNCTIONS));
    for (const [func, own] of calls) {
      if (func < 0) continue;
      const byCallee = Map.groupBy(own, (call) => goCallee(code, call));
      const returns = code.within(func, 'return_statement').filter((node) => code.around(node, GO_FUNCTIONS) === func);
      for (const [callee, locks] of byCallee) {
        const [, owner = '', kind = ''] = /^(.+)\.(R?)Lock$/s.exec(callee) ?? [];
        if (owner === '') continue;
        const unlocks = byCallee.get(`${owner}.${kind}Unlock`) ?? [];
        const lock = locks[0] as number;
        const first = unlocks.find((call) => call > lock);
        if (first === undefined || unlocks.some((call) => code.kind(code.parent(call)) === 'defer_statement')) continue;
        const kept = returns.find((node) => node > lock && node < first && sameWay(code, lock, node));
        if (kept !== undefined) found(kept);
      }
    }
  },
};

/** The return is reached with the lock taken: the lock is a statement of a block around it. */
function sameWay(code: CodeView, lock: number, node: number): boolean {
  const statement = code.parent(lock);
  const block = code.parent(statement);
  return code.kind(statement) === 'expression_statement' && block >= 0 && code.contains(block, node);
}

/** Goroutines of one loop append to one slice, or write to one map, without a lock. */
export const goSharedWrite: Inspection = {
  languages: ['go'],
  words: ['go func'],
  run(code, found) {
    for (const started of code.of('go_statement')) {
      const literal = code.within(started, 'func_literal')[0] ?? -1;
      const loop = code.around(started, new Set(['for_statement', ...GO_FUNCTIONS]));
      if (literal < 0 || code.kind(loop) !== 'for_statement' || /\.R?Lock\(\)|\batomic\./.test(code.text(literal))) continue;
      const at = code.within(literal, 'assignment_statement').find((node) => isShared(code, node, literal, loop));
      if (at !== undefined) found(at);
    }
  },
};

function isShared(code: CodeView, assignment: number, literal: number, loop: number): boolean {
  const [, appended = ''] = /^([a-z]\w*)\s*=\s*append\(\s*\1\b/i.exec(code.text(assignment)) ?? [];
  const [, written = ''] = /^([a-z]\w*)\[[^\]]+\]\s*[-+]?=/i.exec(code.text(assignment)) ?? [];
  const name = appended === '' ? written : appended;
  if (name === '' || declares(code, literal, name) || declares(code, loop, name)) return false;
  if (appended !== '') return true;
  const func = code.around(loop, GO_FUNCTIONS);
  return (
    func >= 0 &&
    new RegExp(`\\b${name}\\s*:?=\\s*(?:make\\()?map\\[|\\bvar\\s+${name}\\s+map\\[|[(,]\\s*${name}\\s+map\\[`).test(
      code.before(func, loop),
    )
  );
}

function declares(code: CodeView, node: number, name: string): boolean {
  const inside = (kind: string, field: string): boolean =>
    code.within(node, kind).some((one) => new RegExp(`(?:^|,)\\s*${name}\\s*(?:,|$)`).test(code.text(code.child(one, field))));
  return (
    inside('short_var_declaration', 'left') ||
    inside('var_spec', 'name') ||
    inside('parameter_declaration', 'name') ||
    inside('range_clause', 'left')
  );
}
