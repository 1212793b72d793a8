import type { CodeView } from './code_view.ts';
import type { Inspection } from './inspection.ts';
import { argumentsOf, calleeName, calleePath, mentions, receiverOf, rootName, rustFunctions, type RustFunction } from './rust_code.ts';

const NUMBER = /\bas\s+\*(?:const|mut)\s+(?:[iu](?:8|16|32|64|128|size)|f32|f64|bool|char)\b/;
/** What makes an early exit harmless: a value whose drop puts things right, or no exit at all. */
const MENDS = /catch_unwind|\babort\b|\b\w*(?:Guard|Hole|OnDrop|DropFlag|Bomb|defer)\w*\b|ManuallyDrop::new\(\s*(?:\w+::)*ptr::read/;
/** Methods of generic elements that run code of their type. */
const ELEMENT_METHODS = new Set(
  'clone cmp partial_cmp eq ne lt gt le ge hash to_string into try_into borrow as_ref default next'.split(' '),
);
/** Methods of every container: no code of a type parameter runs. */
const CONTAINER_METHODS = new Set(
  'len iter iter_mut as_ptr as_mut_ptr is_empty capacity enumerate reserve set_len get_unchecked get_unchecked_mut as_slice add offset rev take zip skip'.split(
    ' ',
  ),
);
/** Of one function; more of them are generated, and each is compared with each. */
const MAX_BYPASSES = 50;
const MAX_CALLS = 500;
const EXCLUSIVE: ReadonlySet<string> = new Set(['if_expression', 'match_arm']);
const LOOPS: ReadonlySet<string> = new Set(['for_expression', 'while_expression', 'loop_expression']);

/**
 * A value is doubled, or a length set, and then code of a type parameter or a caller's closure runs before that is put right: when it panics, the
 * value is dropped twice or memory is read that nothing wrote (method after Rudra, SOSP 2021).
 */
export const rustPanicSafety: Inspection = {
  languages: ['rust'],
  words: ['unsafe'],
  run(code, found) {
    for (const func of rustFunctions(code)) {
      if (code.within(func.body, 'unsafe_block').length === 0 && !func.isUnsafe) continue;
      const bypasses = bypassesOf(code, func).slice(0, MAX_BYPASSES);
      if (bypasses.length === 0 || MENDS.test(code.text(func.body))) continue;
      const calls = foreignCalls(code, func).slice(0, MAX_CALLS);
      for (const bypass of bypasses) {
        if (calls.some((call) => comesAfter(code, bypass, call))) {
          found(bypass);
          break;
        }
      }
    }
  },
};

function bypassesOf(code: CodeView, func: RustFunction): number[] {
  const calls = code.within(func.body, 'call_expression').filter((call) => isBypass(code, func, call));
  const references = code
    .within(func.body, 'reference_expression')
    .filter((node) => /^&(?:mut\s+)?\*\s*\(.*\bas\s+\*(?:const|mut)\b/s.test(code.text(node)));
  return [...calls, ...references].sort((a, b) => a - b);
}

function isBypass(code: CodeView, func: RustFunction, call: number): boolean {
  const path = calleePath(code, call);
  const name = calleeName(code, call);
  const [first = -1] = argumentsOf(code, call);
  const text = code.text(first);
  if (/(?:^|::)ptr::read$/.test(path) || (path === '.read' && /ptr|\*(?:const|mut)/.test(code.text(receiverOf(code, call))))) {
    return !NUMBER.test(text) && !copies(func, text);
  }
  if (name === 'set_len') return /\+/.test(text) || /reserve|with_capacity/.test(code.before(func.body, call));
  return /^(?:transmute|transmute_copy|uninitialized)$/.test(name) || path === 'Vec::from_raw_parts' || path === 'Box::from_raw';
}

/** `p as *const T` where `T: Copy`: a copy is dropped by nobody. */
function copies(func: RustFunction, text: string): boolean {
  const target = [...text.matchAll(/\*(?:const|mut)\s+([A-Z]\w*)/g)].at(-1)?.[1] ?? '';
  const sole = [...func.generics].filter(([name]) =>
    func.parameters.some(({ type }) => new RegExp(`\\[\\s*${name}\\s*\\]|\\*(?:const|mut)\\s+${name}\\b`).test(type)),
  );
  if (func.generics.get(target)?.has('Copy') === true) return true;
  return target === '' && sole.length > 0 && sole.every(([, bounds]) => bounds.has('Copy'));
}

/** Calls that run code which a caller chose: closures, methods of type parameters and of their elements. */
function foreignCalls(code: CodeView, func: RustFunction): number[] {
  const { whole, elements } = genericNames(code, func);
  const all = (name: string): boolean => whole.has(name) || elements.has(name);
  const calls = code.within(func.body, 'call_expression').filter((call) => {
    const receiver = receiverOf(code, call);
    const name = calleeName(code, call);
    if (receiver < 0) {
      const path = calleePath(code, call);
      return whole.has(path) || [...func.generics.keys()].some((generic) => path.startsWith(`${generic}::`));
    }
    const root = rootName(code, receiver);
    if (CONTAINER_METHODS.has(name)) return false;
    return (whole.has(root) && code.text(receiver).replace(/[&*()\s]|mut /g, '') === root) || (all(root) && ELEMENT_METHODS.has(name));
  });
  const loops = code.within(func.body, 'for_expression').filter((loop) => whole.has(rootName(code, code.child(loop, 'value'))));
  const comparisons = code.within(func.body, 'binary_expression').filter((node) => {
    if (!/^[<>]=?$|^[=!]=$/.test(code.text(code.child(node, 'operator')))) return false;
    return ['left', 'right'].some((side) => {
      const text = code.text(code.child(node, side));
      return elements.has(text) || (/^\*?(\w+)\[[^\]]+\]$/.test(text) && elements.has(rootName(code, code.child(node, side))));
    });
  });
  const macros = code
    .within(func.body, 'macro_invocation')
    .filter((node) => [...whole].some((name) => new RegExp(`\\b${name}\\s*\\.`).test(code.text(node))));
  return [...calls, ...loops, ...comparisons, ...macros];
}

/** Variables that are of a type parameter or a closure, and those that hold elements of one. */
function genericNames(code: CodeView, func: RustFunction): { whole: Set<string>; elements: Set<string> } {
  const whole = new Set<string>();
  const elements = new Set<string>();
  const names = [...func.generics].filter(([, bounds]) => !bounds.has('Copy')).map(([name]) => name);
  for (const { name, type } of func.parameters) {
    const plain = type.replace(/^&\s*(?:'\w+\s*)?(?:mut\s+)?/, '').trim();
    if (/^(?:impl|dyn)\b/.test(plain) || names.includes(plain)) whole.add(name);
    else if (names.some((generic) => mentions(plain, generic))) elements.add(name);
  }
  for (const node of [...code.within(func.body, 'let_declaration'), ...code.within(func.body, 'for_expression')].sort((a, b) => a - b)) {
    const value = code.text(code.child(node, 'value'));
    if (![...whole, ...elements].some((name) => mentions(value, name)) || /\.(?:len|capacity|is_empty)\(\)$/.test(value)) continue;
    for (const name of code.text(code.child(node, 'pattern')).match(/\b[a-z_]\w*\b/g) ?? []) if (name !== 'mut') elements.add(name);
  }
  return { whole, elements };
}

/** Whether the call can run after the bypass: later in the text or in the same loop, and not on the other branch. */
function comesAfter(code: CodeView, bypass: number, call: number): boolean {
  if (call === bypass || (code.contains(bypass, call) && code.kind(call) !== 'for_expression')) return false;
  const loop = code.contains(call, bypass) && LOOPS.has(code.kind(call)) ? call : code.around(bypass, LOOPS);
  if (call < bypass && !(loop >= 0 && code.contains(loop, call))) return false;
  for (let around = code.around(bypass, EXCLUSIVE); around >= 0; around = code.around(around, EXCLUSIVE)) {
    if (code.kind(around) === 'match_arm') {
      const whole = code.parent(around);
      if (code.contains(whole, call) && !code.contains(around, call)) return false;
      continue;
    }
    const [then, other] = [code.child(around, 'consequence'), code.child(around, 'alternative')];
    if (then >= 0 && other >= 0 && code.contains(then, bypass) && code.contains(other, call)) return false;
    if (then >= 0 && other >= 0 && code.contains(other, bypass) && code.contains(then, call)) return false;
  }
  return true;
}
