import { CelError } from './types.ts';

/**
 * Steps of work for one evaluation; a step is about 50 ns, so an expression that an attacker feeds with the longest lists ends within
 * milliseconds. A walk over 100 findings of a rule with ten comparisons needs 100.
 */
export const MAX_STEPS = 50_000;

/**
 * UTF-16 code units that one step stands for. Searching is fast and copying is in between; RE2 in JavaScript takes 20 to 70 ns a unit,
 * so that one pattern over 800,000 units, the most there can be, takes 16 to 56 ms.
 */
export const SEARCH_UNITS = 2_048;
export const PATTERN_UNITS = 16;
export const COPY_UNITS = 256;

/** What an element costs whose condition fails: making an error takes some 4 µs. */
export const FAILURE_STEPS = 64;

/** One object for all, made once: an error that is thrown for each of many elements must not cost a stack trace. */
export const TOO_MUCH_WORK: CelError = new CelError(`more than ${MAX_STEPS} steps of work`);

/** What is left of an evaluation's steps. */
export type Budget = { steps: number };

export function charge(budget: Budget, steps: number): void {
  budget.steps -= steps;
  if (budget.steps < 0) throw TOO_MUCH_WORK;
}

export function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 1;
}

export function copySize(value: unknown): number {
  return typeof value === 'string' ? 1 + value.length / COPY_UNITS : sizeOf(value);
}

/** How many values there are in `value`, counted up to `most`. */
export function weigh(value: unknown, most: number): number {
  if (typeof value === 'string') return 1 + value.length / SEARCH_UNITS;
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const item of Array.isArray(value) ? value : value instanceof Map ? value.values() : Object.values(value)) {
    count += weigh(item, most - count);
    if (count > most) break;
  }
  return count;
}
