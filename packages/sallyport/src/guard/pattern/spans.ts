import type { StreamFinding } from './stream.ts';

/** A match that is complete, or grows with each character. Offsets are into the channel's raw text. */
export type Span = {
  /** Number of the rule; window rules come after the pattern rules. */
  readonly rule: number;
  start: number;
  end: number;
  /** `pending`: its rule's `verify` is asked when it can grow no more. */
  verdict: 'match' | 'pending';
  /** What a window rule said. */
  readonly finding?: StreamFinding;
};

/** Overlapping spans, joined; spans by start. */
export type Group = { readonly start: number; readonly end: number; readonly spans: readonly Span[] };

/** What is decided: groups that can grow no more, and the offset before which the rest is free text. */
export type Settled = { readonly complete: readonly Group[]; readonly limit: number };

const NOTHING: readonly Group[] = [];

/** The matches of a channel that are not given out yet. */
export class Spans {
  #spans: Span[] = [];
  /** By rule: its latest match. Overlapping matches of one rule are one match, or a long run of letters would be thousands. */
  readonly #latest = new Map<number, Span>();
  /** Spans that are not joined by rule, by rule and start. */
  readonly #single = new Map<string, Span>();
  readonly #draining = new Set<Span>();
  /** The first group, when it was not complete: nothing after its start is given out before its end is safe. */
  #open: { start: number; end: number } | undefined;

  get empty(): boolean {
    return this.#spans.length === 0;
  }

  /** Adds a match, or makes the one it belongs to longer. `drain`: it is beyond its pattern's maximum and may go on. */
  add(span: Span, drain = false): void {
    const kept = span.verdict === 'match' && span.finding === undefined ? this.#addToRule(span) : this.#addSingle(span);
    if (drain) this.#draining.add(kept);
    this.#reopen(kept);
  }

  /** Makes a rule's match that is beyond its maximum longer; `from`: where it begins when its beginning was given out already. */
  extend(rule: number, from: number, end: number): void {
    for (const span of this.#draining) {
      if (span.rule !== rule) continue;
      span.end = end;
      this.#reopen(span);
      return;
    }
    this.add({ rule, start: from, end, verdict: 'match' }, true);
  }

  /** The machine drains no more. */
  drained(): void {
    this.#draining.clear();
  }

  /** The earliest start of a match that goes on beyond its maximum; Infinity when there is none. */
  get drainStart(): number {
    let earliest = Infinity;
    for (const { start } of this.#draining) earliest = Math.min(earliest, start);
    return earliest;
  }

  /**
   * Decides what ends before `safe`, the earliest start of anything that may still become a match. `verify` is asked for each pending
   * span that starts before it: such a one can grow no more.
   */
  settle(safe: number, verify: (span: Span) => boolean): Settled {
    if (this.empty) return { complete: NOTHING, limit: safe };
    if (this.#open !== undefined && safe < this.#open.end) return { complete: NOTHING, limit: Math.min(safe, this.#open.start) };
    this.#decide(safe, verify);
    const complete: Group[] = [];
    this.#open = undefined;
    for (const group of this.#groups()) {
      // A match that just began anew is empty, and not over.
      if (group.end > safe || group.start >= safe) {
        this.#open = { start: group.start, end: group.end };
        break;
      }
      complete.push(group);
    }
    if (complete.length > 0) this.#remove(complete.flatMap((group) => group.spans));
    return { complete, limit: Math.min(safe, this.#open?.start ?? Infinity) };
  }

  /** All spans, taken out at the offset `at`. A match that goes on beyond its maximum begins anew there. */
  takeAll(at: number, verify: (span: Span) => boolean): readonly Span[] {
    this.#decide(at, verify);
    const all = this.#spans;
    const going = [...this.#draining];
    this.#remove(all);
    this.#open = undefined;
    for (const { rule } of going) this.add({ rule, start: at, end: at, verdict: 'match' }, true);
    return all;
  }

  /** A span that is new or longer may make the open group longer, or come before it: then groups are found anew. */
  #reopen({ start, end }: Span): void {
    if (this.#open === undefined || start >= this.#open.end) return;
    if (start < this.#open.start) this.#open = undefined;
    else this.#open.end = Math.max(this.#open.end, end);
  }

  #addToRule(span: Span): Span {
    const latest = this.#latest.get(span.rule);
    if (latest !== undefined && span.start < latest.end && latest.start < span.end) {
      latest.start = Math.min(latest.start, span.start);
      latest.end = Math.max(latest.end, span.end);
      return latest;
    }
    this.#latest.set(span.rule, span);
    this.#spans.push(span);
    return span;
  }

  #addSingle(span: Span): Span {
    const key = keyOf(span);
    const known = this.#single.get(key);
    if (known !== undefined) {
      known.end = Math.max(known.end, span.end);
      return known;
    }
    this.#single.set(key, span);
    this.#spans.push(span);
    return span;
  }

  #decide(safe: number, verify: (span: Span) => boolean): void {
    this.#spans = this.#spans.filter((span) => {
      if (span.verdict !== 'pending' || span.start >= safe) return true;
      if (verify(span)) span.verdict = 'match';
      else this.#single.delete(keyOf(span));
      return span.verdict === 'match';
    });
  }

  #groups(): Group[] {
    this.#spans.sort((a, b) => a.start - b.start || b.end - a.end || a.rule - b.rule);
    const groups: { start: number; end: number; spans: Span[] }[] = [];
    for (const span of this.#spans) {
      const last = groups.at(-1);
      if (last !== undefined && span.start < last.end) {
        last.end = Math.max(last.end, span.end);
        last.spans.push(span);
      } else groups.push({ start: span.start, end: span.end, spans: [span] });
    }
    return groups;
  }

  #remove(spans: readonly Span[]): void {
    const gone = new Set(spans);
    this.#spans = this.#spans.filter((span) => !gone.has(span));
    for (const span of gone) {
      if (this.#latest.get(span.rule) === span) this.#latest.delete(span.rule);
      this.#single.delete(keyOf(span));
      this.#draining.delete(span);
    }
  }
}

function keyOf(span: Span): string {
  return `${span.rule}:${span.start}:${span.finding === undefined ? '' : `${span.finding.rule}:${span.finding.type}`}`;
}
