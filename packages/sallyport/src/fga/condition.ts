import type { JsonObject } from '../kernel/index.ts';

/** A condition that could not be evaluated: a parameter missing or of the wrong type, or an error of the expression. Never just "not met". */
export class ConditionError extends Error {}

export type Condition = {
  readonly name: string;
  /** Why this context may not be written with a tuple of this condition; `undefined` when it may. */
  problem(context: JsonObject): string | undefined;
  /** Whether the condition is met; what stands in `stored` wins over `given`. Throws ConditionError. `tuple` is for the message. */
  evaluate(given: JsonObject, stored: JsonObject, tuple: () => string): boolean;
};
