import { Escapes, type Escape } from './escapes.ts';
import type { Plan } from './plan.ts';
import { overflowOf, segmentOf, type Release } from './release.ts';
import { Spans, type Span } from './spans.ts';
import { DRAIN, type Accept, type State } from './state.ts';
import { Steps } from './steps.ts';
import type { Hold, HoldFault, Segment } from './stream.ts';
import { Windows } from './windows.ts';

/**
 * Raw characters that one channel holds at most, and up to `STRIDE` more. More than the longest pattern needs; only text stuffed with
 * invisible characters or a value beyond all maxima comes here, and then what is held is given out as a match: never as text.
 */
export const MAX_HOLD = 16_384;

/** The bound is looked at each time this many raw characters have passed: at the same places for any split of the text. */
const STRIDE = 1024;

const BACKSLASH = 0x5c;

/** One channel: the machine's state, what is held, and the matches in it. */
export class Channel implements Hold {
  readonly #plan: Plan;
  readonly #release: Release;
  readonly #windows: Windows | undefined;
  readonly #escapes = new Escapes();
  readonly #steps = new Steps();
  readonly #spans = new Spans();
  #state: State;
  /** Raw text that is not given out, and its offset in the channel. */
  #buffer = '';
  #base = 0;
  /** Raw offset up to which the machine has read. */
  #read = 0;

  constructor(plan: Plan, isPlaceholder: (text: string) => boolean, onFault: HoldFault) {
    this.#plan = plan;
    this.#state = plan.machine.root;
    this.#windows = plan.windows.length === 0 ? undefined : new Windows(plan.windows);
    this.#release = { plan, isPlaceholder, onFault };
  }

  get held(): number {
    return this.#buffer.length;
  }

  push(text: string): Segment[] {
    const out: Segment[] = [];
    this.#buffer = this.#buffer.length === 0 ? text : this.#buffer + text;
    this.#state = this.#plan.machine.adopt(this.#state);
    this.#readAll(out, false);
    this.#giveOut(out);
    return out;
  }

  end(): Segment[] {
    const out: Segment[] = [];
    this.#readAll(out, true);
    this.#accept(this.#plan.machine.atEnd(this.#state), this.#steps.count);
    this.#scanWindows(true);
    this.#spans.drained();
    this.#decide(this.#read, out);
    return out;
  }

  /** Reads the buffer to its end; a high surrogate at the end waits for its other half unless the text is over. */
  #readAll(out: Segment[], last: boolean): void {
    const end = this.#base + this.#buffer.length;
    while (this.#read < end) {
      const stop = (Math.floor(this.#read / STRIDE) + 1) * STRIDE;
      if (!this.#readTo(Math.min(stop, end), last)) return;
      if (this.#read >= stop) this.#bound(out);
    }
  }

  /** The hot loop: one array read per ASCII character once the machine knows the step. False when half a character remains. */
  #readTo(stop: number, last: boolean): boolean {
    const { machine } = this.#plan;
    const { ascii } = machine.alphabet;
    const base = this.#base;
    const buffer = this.#buffer;
    const end = stop - base;
    let at = this.#read - base;
    while (at < end) {
      const unit = buffer.charCodeAt(at);
      if (unit < 0x80 && unit !== BACKSLASH && !this.#escapes.active) {
        this.#take(ascii[unit] ?? 0, base + at, base + at + 1);
        at++;
        continue;
      }
      const isHalf = unit >= 0xd800 && unit <= 0xdbff;
      if (isHalf && at + 1 === buffer.length && !last) {
        this.#read = base + at;
        return false;
      }
      const codePoint = isHalf ? (buffer.codePointAt(at) ?? unit) : unit;
      const length = codePoint > 0xffff ? 2 : 1;
      this.#readSlow(codePoint, base + at, base + at + length);
      at += length;
    }
    this.#read = base + at;
    return true;
  }

  /** One step of the machine, for a character that has one reading. */
  #take(characterClass: number, start: number, end: number): void {
    const wasDraining = this.#state.draining;
    const next = this.#move(characterClass);
    if (next.depth === 0 && next.accepts.length === 0 && !wasDraining) {
      this.#steps.clear();
      return;
    }
    this.#steps.push(start, end);
    if (next.accepts.length > 0) this.#accept(next.accepts, this.#steps.count);
    if (wasDraining && !next.draining) this.#spans.drained();
  }

  #move(characterClass: number): State {
    const before = this.#state;
    const next = before.next[characterClass] ?? this.#plan.machine.step(before, characterClass);
    if (before.waits) this.#accept(before.late[characterClass] ?? [], this.#steps.count);
    this.#state = next;
    return next;
  }

  /** Everything but plain ASCII: folded characters, invisible ones, and backslashes, which may begin an escape. */
  #readSlow(codePoint: number, start: number, end: number): void {
    const { machine } = this.#plan;
    const reading = machine.alphabet.read(codePoint);
    if (reading.kind === 'invisible') return;
    if (reading.kind === 'mark') {
      this.#state = machine.marked(this.#state);
      return;
    }
    const before = this.#state;
    const step = this.#steps.count;
    const complete = this.#escapes.feed(codePoint, before, step);
    if (reading.kind === 'tag') this.#steps.push(start, end);
    else for (const each of reading.classes) this.#takeKept(each, start, end);
    // A tag character shows nothing: the machine stays as it was, one step further, and what it carries is another reading.
    if (reading.kind === 'tag') this.#state = machine.join(before, 1, this.#readBeside(before, step, [reading.class]), 0);
    for (const escape of complete) this.#readEscape(escape);
    this.#rest();
  }

  /** As `take`, for a step that another reading may need. */
  #takeKept(characterClass: number, start: number, end: number): void {
    const next = this.#move(characterClass);
    this.#steps.push(start, end);
    this.#accept(next.accepts, this.#steps.count);
  }

  /** Lets go of what nothing needs any more. */
  #rest(): void {
    if (this.#escapes.active || this.#state.draining) return;
    this.#spans.drained();
    if (this.#state.depth === 0) this.#steps.clear();
  }

  /** The characters of an escape are read as the one that it denotes, beside being read as themselves. */
  #readEscape({ state, from, codePoint }: Escape): void {
    const { machine } = this.#plan;
    const reading = machine.alphabet.read(codePoint);
    const width = this.#steps.count - from;
    // What the escape denotes cannot be longer than the escape; the few longer ones (ligatures of whole phrases) are cut.
    const classes = reading.kind === 'text' ? reading.classes.slice(0, width) : reading.kind === 'tag' ? [reading.class] : [];
    if (reading.kind !== 'text') this.#state = machine.join(this.#state, 0, reading.kind === 'mark' ? machine.marked(state) : state, width);
    if (classes.length > 0) this.#state = machine.join(this.#state, 0, this.#readBeside(state, from, classes), width - classes.length);
  }

  /** Moves from an earlier state, before the step `from`, through classes that stand for all steps since. */
  #readBeside(state: State, from: number, classes: readonly number[]): State {
    const { machine } = this.#plan;
    let now = state;
    classes.forEach((each, i) => {
      const before = now;
      now = before.next[each] ?? machine.step(before, each);
      if (before.waits) this.#accept(before.late[each] ?? [], from + i, i === 0 ? from : this.#steps.count, from);
      this.#accept(now.accepts, from + i + 1, this.#steps.count, from);
    });
    return now;
  }

  /** Matches that end before the step `end`. They begin `depth` steps before the step `anchor`, at `latest` at most. */
  #accept(accepts: readonly Accept[], anchor: number, end = anchor, latest = Infinity): void {
    for (const { rule, depth, drain } of accepts) {
      const to = this.#steps.end(end - 1);
      if (depth === DRAIN) this.#spans.extend(rule, this.#base, to);
      else this.#match(rule, this.#steps.start(Math.min(anchor - depth, latest)), to, drain);
    }
  }

  #match(rule: number, start: number, end: number, drain: boolean): void {
    const { verify, pattern } = this.#plan.rules[rule] ?? {};
    const span: Span = { rule, start: Math.max(start, this.#base), end, verdict: 'match' };
    // Where its beginning was given out already, as a match, there is nothing left to verify.
    if (verify !== undefined && !drain && start >= this.#base) {
      if (pattern?.right === undefined) span.verdict = 'pending';
      else if (!this.#verified(span)) return;
    }
    this.#spans.add(span, drain);
  }

  #verified(span: Span): boolean {
    const rule = this.#plan.rules[span.rule];
    if (rule === undefined) return true;
    try {
      return rule.reader.read(this.#raw(span.start, span.end), rule.verify) !== undefined;
    } catch (error) {
      return this.#release.onFault(rule.id, error);
    }
  }

  #raw(start: number, end: number): string {
    return this.#buffer.slice(start - this.#base, end - this.#base);
  }

  /** Gives out what nothing can change any more. */
  #giveOut(out: Segment[]): void {
    this.#scanWindows(false);
    this.#decide(this.#safe(), out);
    this.#steps.forget(Math.min(this.#steps.count - this.#state.depth, this.#escapes.earliest));
  }

  #scanWindows(last: boolean): void {
    if (this.#windows === undefined) return;
    const first = this.#plan.rules.length + 1;
    for (const { rule, match } of this.#windows.advance(this.#buffer, this.#base, this.#read, last)) {
      this.#spans.add({ rule: first + rule, start: match.start, end: match.end, verdict: 'match', finding: match.finding });
    }
  }

  /** The raw offset before which nothing can become part of a match any more. */
  #safe(): number {
    const { depth } = this.#state;
    let safe = Math.min(this.#read, this.#spans.drainStart, this.#windows?.safe ?? Infinity);
    if (depth > 0) safe = Math.min(safe, this.#steps.start(this.#steps.count - depth));
    const escape = this.#escapes.earliest;
    if (escape !== Infinity) safe = Math.min(safe, this.#steps.start(escape));
    return Math.max(safe, this.#base);
  }

  #decide(safe: number, out: Segment[]): void {
    const { complete, limit } = this.#spans.settle(safe, (span) => this.#verified(span));
    for (const group of complete) {
      this.#giveText(group.start, out);
      const raw = this.#raw(group.start, group.end);
      const segment = raw === '' ? undefined : segmentOf(this.#release, group.spans, raw, group.start);
      if (segment === undefined) continue;
      out.push(segment);
      this.#drop(group.end);
    }
    this.#giveText(limit, out);
  }

  #giveText(to: number, out: Segment[]): void {
    if (to <= this.#base) return;
    const last = out.at(-1);
    const text = this.#raw(this.#base, to);
    if (last?.kind === 'text') out[out.length - 1] = { kind: 'text', text: last.text + text };
    else out.push({ kind: 'text', text });
    this.#drop(to);
  }

  #drop(to: number): void {
    this.#buffer = this.#buffer.slice(to - this.#base);
    this.#base = to;
  }

  /** Keeps the hold within its bound: when too much is held, it is given out as a match. */
  #bound(out: Segment[]): void {
    this.#giveOut(out);
    if (this.#read - this.#base <= MAX_HOLD) return;
    const spans = this.#spans.takeAll(this.#read, (span) => this.#verified(span));
    out.push(overflowOf(this.#release, spans, this.#raw(this.#base, this.#read), this.#base));
    this.#drop(this.#read);
  }
}
