import { buildAutomaton } from './automaton.ts';
import { WORD } from './charset.ts';
import { Channel } from './channel.ts';
import { Machine } from './machine.ts';
import { parsePattern } from './parse.ts';
import type { Plan } from './plan.ts';
import { PLACEHOLDER_FORM } from './placeholder_form.ts';
import { Reader } from './reading.ts';
import type { HoldPlan, StreamRule, WindowRule } from './stream.ts';

/** Characters of a window: each of them is held for its rule, so long windows are a delay that a reader sees. */
const MAX_WINDOW = 4096;

/**
 * Compiles rules to one machine. Throws RangeError when a window's size is not 2 to 4,096 or the patterns are too many together.
 * Compile once per guard version: the machine learns its steps from the text that all channels bring.
 */
export function compileHold(
  rules: readonly StreamRule[],
  windows: readonly WindowRule[],
  options: { readonly placeholders: boolean },
): HoldPlan {
  for (const { id, size } of windows) {
    if (!Number.isInteger(size) || size < 2 || size > MAX_WINDOW)
      throw new RangeError(`window rule ${id}: size must be 2 to ${MAX_WINDOW}`);
  }
  const placeholder = parsePattern(PLACEHOLDER_FORM, { ignoreCase: true });
  const patterns = [...rules.map((rule) => rule.pattern), ...(options.placeholders ? [placeholder] : [])];
  const plan: Plan = {
    machine: new Machine(buildAutomaton(patterns, WORD)),
    rules: rules.map((rule) => ({ ...rule, reader: new Reader(rule.pattern) })),
    windows,
    placeholder: options.placeholders ? rules.length : -1,
  };
  return {
    open: (isPlaceholder = () => false, onFault = rethrow) => new Channel(plan, isPlaceholder, onFault),
    maxHold: Math.max(0, ...patterns.map((pattern) => pattern.maxLength), ...windows.map((window) => window.size)),
  };
}

function rethrow(_rule: string, error: unknown): never {
  throw error;
}
