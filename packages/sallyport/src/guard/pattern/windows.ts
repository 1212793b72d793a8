import type { WindowMatch, WindowRule } from './stream.ts';

/** A match of a window rule, with offsets into the channel's raw text. */
export type Found = { readonly rule: number; readonly match: WindowMatch };

/**
 * Runs window rules over a channel's raw text. Windows lie at fixed places, every half of `size`, whatever the chunks are, so that any
 * split of a text gives the same matches.
 */
export class Windows {
  readonly #rules: readonly WindowRule[];
  /** By rule: where the next window begins, and how far its matches reach so far. */
  readonly #next: { start: number; reach: number }[];

  constructor(rules: readonly WindowRule[]) {
    this.#rules = rules;
    this.#next = rules.map(() => ({ start: 0, reach: 0 }));
  }

  /** Everything before this offset has been in all the windows that could find something that begins there. */
  get safe(): number {
    let safe = Infinity;
    for (const { start } of this.#next) safe = Math.min(safe, start);
    return safe;
  }

  /** Scans the windows that are full now; `last`: the text ends at `end`, so the remaining part is a window too. */
  advance(text: string, base: number, end: number, last: boolean): Found[] {
    const found: Found[] = [];
    this.#rules.forEach((rule, number) => {
      const next = this.#next[number];
      if (next === undefined) return;
      const stride = Math.floor(rule.size / 2);
      for (; next.start + 2 * stride <= end; next.start += stride)
        this.#scan(number, rule, text, base, next.start + 2 * stride, false, found);
      if (last && next.start < end) this.#scan(number, rule, text, base, end, true, found);
      if (last) next.start = end;
    });
    return found;
  }

  #scan(number: number, rule: WindowRule, text: string, base: number, end: number, last: boolean, found: Found[]): void {
    const next = this.#next[number];
    if (next === undefined) return;
    const start = Math.max(next.start, base);
    const stride = Math.floor(rule.size / 2);
    for (const match of rule.scan(text.slice(start - base, end - base))) {
      const at = { start: start + match.start, end: start + match.end, finding: match.finding };
      if (at.end <= at.start || at.start < start || at.end > end) continue;
      // Cut off by the window's left side: the window before saw it whole, unless it is the rest of one longer than a window.
      if (match.start === 0 && start > 0 && (next.reach < start || at.end <= next.reach)) continue;
      // Cut off by its right side: the next window sees it whole.
      if (!last && at.end === end && match.start > stride) continue;
      next.reach = Math.max(next.reach, at.end);
      found.push({ rule: number, match: at });
    }
  }
}
