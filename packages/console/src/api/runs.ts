import type { GateEvent } from './events.ts';

export type Run = {
  readonly id: string;
  readonly principal: string;
  readonly kind: string | null;
  readonly models: readonly string[];
  readonly started: number;
  readonly ended: number;
  readonly turns: number;
  readonly calls: number;
  readonly doubtful: number;
  readonly stopped: number;
  readonly would: number;
  readonly tools: readonly string[];
};

/** `beside`: tool calls of the same principal meanwhile that no reply of a model proposed. */
export type RunEvents = { readonly events: readonly GateEvent[]; readonly beside: readonly GateEvent[]; readonly shortened: boolean };
