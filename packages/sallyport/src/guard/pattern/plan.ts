import type { Machine } from './machine.ts';
import type { Reader } from './reading.ts';
import type { StreamRule, WindowRule } from './stream.ts';

/** Compiled rules, shared by all channels. */
export type Plan = {
  readonly machine: Machine;
  readonly rules: readonly (StreamRule & { readonly reader: Reader })[];
  readonly windows: readonly WindowRule[];
  /** The rule number of the placeholder form, or -1. */
  readonly placeholder: number;
};
