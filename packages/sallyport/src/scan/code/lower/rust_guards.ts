import type { RustLowering } from './rust_lowering.ts';

/** A variable that a condition says something about, and what: a step below the symbol `guard`, which models can call a sanitizer. */
type Guard = { readonly target: number; readonly is: string };

const RESTRICTS = /^(?:starts_with|contains|contains_key|is_match|is_relative|is_[a-z_]+|\w*(?:valid|allow|safe|trusted|permit)\w*)$/;
const SEARCHES = /^(?:contains|is_absolute|any|is_match|starts_with|find|\w*(?:invalid|unsafe|malicious|forbidden|denied|blocked)\w*)$/;
/** Tests of whether there is a value say nothing of the value. */
const PRESENCE = /^is_(?:some|none|ok|err|empty|null|dir|file)$/;

/** What holds of variables when the condition has the outcome. */
export function guardsOf(l: RustLowering, condition: number, outcome: boolean, depth = 0): Guard[] {
  const { tree } = l;
  if (condition < 0 || depth > 20) return [];
  switch (tree.kindName(condition)) {
    case 'parenthesized_expression':
      return guardsOf(l, tree.first(condition), outcome, depth + 1);
    case 'unary_expression':
      return tree.textOf(condition).startsWith('!') ? guardsOf(l, tree.first(condition), !outcome, depth + 1) : [];
    case 'binary_expression': {
      const operator = tree.textOf(tree.child(condition, 'operator'));
      const left = tree.child(condition, 'left');
      const right = tree.child(condition, 'right');
      if (operator === '&&' || operator === '||') {
        if ((operator === '&&') !== outcome) return [];
        return [...guardsOf(l, left, outcome, depth + 1), ...guardsOf(l, right, outcome, depth + 1)];
      }
      if (/^[<>]=?$/.test(operator)) return [left, right].map((target) => ({ target: variable(l, target), is: 'Compared' }));
      const isEqual = (operator === '==') === outcome && (operator === '==' || operator === '!=');
      return isEqual && tree.kindName(right).endsWith('literal') ? [{ target: variable(l, left), is: 'Equal' }] : [];
    }
    case 'call_expression':
      return ofCall(l, condition, outcome);
    default:
      return [];
  }
}

function ofCall(l: RustLowering, node: number, outcome: boolean): Guard[] {
  const { tree } = l;
  const callee = tree.child(node, 'function');
  const isMethod = callee >= 0 && tree.kindName(callee) === 'field_expression';
  const name =
    callee < 0
      ? ''
      : (tree
          .textOf(isMethod ? tree.child(callee, 'field') : callee)
          .split('::')
          .at(-1) ?? '');
  if (PRESENCE.test(name) || !(outcome ? RESTRICTS : SEARCHES).test(name)) return [];
  const list = tree.child(node, 'arguments');
  const given = [...(isMethod ? [tree.child(callee, 'value')] : []), ...(list < 0 ? [] : tree.children(list))];
  return given.map((target) => ({ target: variable(l, target), is: outcome ? name : `not_${name}` }));
}

/** The variable in `x`, `&x`, `x.as_str()`, `x.len()`. */
function variable(l: RustLowering, node: number): number {
  const { tree } = l;
  let at = node;
  for (let step = 0; step < 6 && at >= 0; step++) {
    const kind = tree.kindName(at);
    if (kind === 'identifier') return at;
    if (kind === 'call_expression') at = tree.child(at, 'function');
    else if (kind === 'field_expression' || kind === 'reference_expression' || kind === 'type_cast_expression')
      at = tree.child(at, 'value');
    else return -1;
  }
  return -1;
}

/** From here on the variables are what a test found them to be. */
export function apply(l: RustLowering, guards: readonly Guard[]): void {
  for (const { target, is } of guards.slice(0, 16)) {
    const name = variable(l, target);
    if (name >= 0 && l.tree.textOf(name) !== 'self') l.assign(name, l.callPath(['guard', is], [l.operand(name)], name));
  }
}
