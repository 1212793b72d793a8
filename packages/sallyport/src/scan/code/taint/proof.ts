import { OP, STRIDE, type FunctionIr } from '../ir.ts';
import type { Frame, Proofs } from './frame.ts';
import { guards, mark } from './guard.ts';
import { truthy } from './fold.ts';
import { allFacts, NOT_CONSTANT, type Value } from './value.ts';

/** Functions with more instructions do something else than check. */
const MAX_INSTRUCTIONS = 600;
/** Conditions that a return can hold. */
const CONDITIONS: ReadonlySet<number> = new Set([OP.call, OP.binary, OP.unary, OP.same]);

/**
 * Notes what is known of a function's parameters where it ends: after `if (path.includes('..')) throw ...` they are safe in paths, after
 * `return ALLOWED.includes(host)` they are safe when it answered yes. `at`: the instruction of the returned value, below 0 for none.
 */
export function noteEnd(frame: Frame, value: Value | undefined, at: number): void {
  const { func } = frame;
  if (func.parameters.length === 0 || func.code.length > MAX_INSTRUCTIONS * STRIDE) return;
  const ended = bitsOf(frame);
  if (at < 0 || value === undefined || !CONDITIONS.has(func.code[at * STRIDE] as number)) {
    const known = value === undefined ? null : value.constant;
    const answers = (yes: boolean): readonly number[] => (known === NOT_CONSTANT || truthy(known) === yes ? ended : NEVER);
    frame.ends.push({ ended, yes: answers(true), no: answers(false) });
    return;
  }
  frame.ends.push({ ended, yes: refined(frame, at, true, ended), no: refined(frame, at, false, ended) });
}

/** No end of the function answers so. */
const NEVER: readonly number[] = [];

function refined(frame: Frame, at: number, truth: boolean, ended: readonly number[]): readonly number[] {
  const { env, values, proved } = frame;
  const found = guards(frame, at, truth, 0);
  if (found.length === 0) return ended;
  frame.env = env.slice();
  frame.values = values.slice();
  for (const guard of found) mark(frame, guard);
  const bits = bitsOf(frame);
  frame.env = env;
  frame.values = values;
  frame.proved = proved;
  return bits;
}

function bitsOf({ func, env }: Frame): readonly number[] {
  return func.parameters.map(({ slot }, at) => {
    let bits = -1;
    let isAny = false;
    for (const { parameter, source, clean } of allFacts(env[slot] as Value)) {
      if (parameter !== at && source === undefined) continue;
      isAny = true;
      bits &= clean;
    }
    return isAny ? bits : 0;
  });
}

/** What holds at all ends together; undefined when nothing is proved. What a function assigns to its own parameter says nothing of the caller's variable. */
export function proofsOf({ func, ends }: Frame): Proofs | undefined {
  if (ends.length === 0 || !ends.some((end) => proves(end.ended) || proves(end.yes) || proves(end.no))) return undefined;
  const assigned = assignedSlots(func);
  const together = (of: 'ended' | 'yes' | 'no'): readonly number[] => {
    const all = ends.map((end) => end[of]).filter((bits) => bits !== NEVER);
    return func.parameters.map(({ slot }, at) =>
      all.length === 0 || assigned.has(slot) ? 0 : all.reduce((bits, one) => bits & (one[at] ?? 0), -1),
    );
  };
  const proofs = { ended: together('ended'), yes: together('yes'), no: together('no') };
  return [...proofs.ended, ...proofs.yes, ...proofs.no].some((bits) => bits !== 0) ? proofs : undefined;
}

const proves = (bits: readonly number[]): boolean => bits.some((one) => one !== 0);

function assignedSlots({ code }: FunctionIr): ReadonlySet<number> {
  const slots = new Set<number>();
  for (let base = 0; base < code.length; base += STRIDE) if (code[base] === OP.store) slots.add(code[base + 1] as number);
  return slots;
}
