import type { State } from './state.ts';

/** Backslashes in a row that are read as one escape: JSON in JSON in JSON needs 4 (RFC 8259 section 7, each level doubles them). */
const MAX_RUN = 8;

/** An escape that may be under way: the machine as it was before its first backslash. */
type Attempt = {
  /** The machine before the escape. */
  readonly state: State;
  /** The step of its first backslash. */
  readonly from: number;
  /** Backslashes read. 0: a high surrogate was read and its other half must follow. */
  run: number;
  /** Hexadecimal digits read, or -1 when none is expected yet. */
  digits: number;
  value: number;
  /** The high surrogate that came before, or 0. */
  readonly high: number;
};

/** An escape that is complete: from the machine `state`, before step `from`, its characters may be read as this one code point. */
export type Escape = { readonly state: State; readonly from: number; readonly codePoint: number };

const SIMPLE: Readonly<Record<string, number>> = { '"': 0x22, '/': 0x2f, b: 8, f: 12, n: 10, r: 13, t: 9 };

const NO_ESCAPES: readonly Escape[] = [];

const BACKSLASH = 0x5c;

/**
 * Recognises JSON's escapes (RFC 8259 section 7), nested ones too, as another reading of a text: nothing is lost when it was no
 * escape, since the characters themselves were read as well.
 */
export class Escapes {
  #attempts: Attempt[] = [];

  /** Must the next character be shown to `feed`, whatever it is? */
  get active(): boolean {
    return this.#attempts.length > 0;
  }

  /** The first step that an escape under way still needs held, with the threads that run up to it; Infinity when there is none. */
  get earliest(): number {
    let earliest = Infinity;
    for (const { state, from } of this.#attempts) earliest = Math.min(earliest, from - state.depth);
    return earliest;
  }

  /** Takes a unit that is the given step, with the machine as it is before it. */
  feed(unit: number, state: State, step: number): readonly Escape[] {
    const complete: Escape[] = [];
    const going: Attempt[] = [];
    for (const attempt of this.#attempts) this.#continue(attempt, unit, going, complete);
    if (unit === BACKSLASH) going.push({ state, from: step, run: 1, digits: -1, value: 0, high: 0 });
    this.#attempts = going;
    return complete.length === 0 ? NO_ESCAPES : complete;
  }

  #continue(attempt: Attempt, unit: number, going: Attempt[], complete: Escape[]): void {
    if (attempt.digits >= 0) this.#digit(attempt, unit, going, complete);
    else if (unit === BACKSLASH) this.#backslash(attempt, going, complete);
    else if (attempt.run > 0) this.#letter(attempt, unit, going, complete);
  }

  #backslash(attempt: Attempt, going: Attempt[], complete: Escape[]): void {
    if (attempt.run > 0 && attempt.high === 0) complete.push({ state: attempt.state, from: attempt.from, codePoint: BACKSLASH });
    attempt.run++;
    if (attempt.run <= MAX_RUN) going.push(attempt);
  }

  #letter(attempt: Attempt, unit: number, going: Attempt[], complete: Escape[]): void {
    const simple = SIMPLE[String.fromCharCode(unit)];
    if (unit === 0x75) {
      attempt.digits = 0;
      going.push(attempt);
    } else if (simple !== undefined && attempt.high === 0) complete.push({ state: attempt.state, from: attempt.from, codePoint: simple });
  }

  #digit(attempt: Attempt, unit: number, going: Attempt[], complete: Escape[]): void {
    const digit = hexDigit(unit);
    if (digit < 0) return;
    attempt.value = attempt.value * 16 + digit;
    attempt.digits++;
    if (attempt.digits < 4) going.push(attempt);
    else this.#unit(attempt, going, complete);
  }

  /** `\uD835\uDC00` is one code point in two escapes. */
  #unit({ state, from, value, high }: Attempt, going: Attempt[], complete: Escape[]): void {
    if (high !== 0) {
      if (value >= 0xdc00 && value <= 0xdfff)
        complete.push({ state, from, codePoint: (high - 0xd800) * 0x400 + (value - 0xdc00) + 0x1_0000 });
      return;
    }
    if (value >= 0xd800 && value <= 0xdbff) going.push({ state, from, run: 0, digits: -1, value: 0, high: value });
    complete.push({ state, from, codePoint: value });
  }
}

function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
