import { OP, STRIDE } from '../ir.ts';
import type { CallPattern } from '../pattern/call_pattern.ts';
import type { SymbolId } from '../symbol.ts';
import { valueOf, writeBack } from './access.ts';
import type { Bound } from './arguments.ts';
import type { Call } from './carry.ts';
import { NOTHING, type Value } from './value.ts';

/** `$X.method(...)`: conditions may speak of `$X` too. */
export function withReceiver({ frame, calleeAt, receiver }: Call, { steps }: CallPattern, bound: readonly Bound[]): readonly Bound[] {
  const [first = ''] = steps;
  if (steps.length !== 2 || receiver === undefined || !/^\$[A-Z]/.test(first)) return bound;
  const { code } = frame.func;
  const object = code[calleeAt * STRIDE + 1] as number;
  return [...bound, { metavariable: first, value: receiver, node: code[object * STRIDE + 4] ?? 0 }];
}

/** The object is something else from here on; of a part that a call answered (`w.Header().Set(...)`) the object whose part it is. */
export function changeReceiver({ frame, calleeAt }: Call, symbol: SymbolId): void {
  const { code } = frame.func;
  let at = code[calleeAt * STRIDE + 1] as number;
  if (code[at * STRIDE] === OP.call) {
    const callee = code[at * STRIDE + 1] as number;
    if (code[callee * STRIDE] === OP.field) at = code[callee * STRIDE + 1] as number;
  }
  writeBack(frame, at, valueOf(frame, at).withSymbol(symbol));
}

/** The index of the called element. */
export function keyOf({ frame, calleeAt }: Call): Value {
  const { code } = frame.func;
  return code[calleeAt * STRIDE] === OP.index ? valueOf(frame, code[calleeAt * STRIDE + 2] as number) : NOTHING;
}
