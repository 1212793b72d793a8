import type { Finding } from '../../kernel/index.ts';
import type { Pattern } from './parse.ts';

/** What a detector says about a match; the caller knows where the text stands and adds the location. */
export type StreamFinding = Omit<Finding, 'location'>;

/** A detector of form `prefix`: its pattern decides character by character what must be held. */
export type StreamRule = {
  readonly id: string;
  readonly pattern: Pattern;
  /** Checksum, entropy and the like; called with the folded reading of each candidate. Left out: every match counts. */
  readonly verify?: (match: string) => boolean;
  /** Called once per emitted match with its folded reading (NFKC, nothing invisible, JSON escapes decoded). */
  readonly finding: (match: string) => StreamFinding;
};

/** What a window rule found: UTF-16 offsets into the text that `scan` was given, `end` exclusive. */
export type WindowMatch = { readonly start: number; readonly end: number; readonly finding: StreamFinding };

/**
 * A detector of form `window(n)`: it sees raw text in overlapping windows of `size` characters, and at most `size` characters are
 * held for it. A match of up to half of `size` always lies whole in one window.
 */
export type WindowRule = { readonly id: string; readonly size: number; readonly scan: (text: string) => readonly WindowMatch[] };

/** Where a finding of a match segment lies: UTF-16 offsets into the channel's whole text, `end` exclusive. */
export type StreamSpan = { readonly start: number; readonly end: number };

/**
 * A piece of a channel's text. The texts of all segments, joined, are the text that was pushed.
 * `text`: nothing in it can be part of a match any more. `match`: overlapping spans, joined; the gate delivers, masks or cuts it.
 * `placeholder`: a placeholder's form and nothing else; the gate restores it or not.
 */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'match';
      readonly text: string;
      readonly findings: readonly StreamFinding[];
      /** One span per finding, in the same order. */
      readonly spans: readonly StreamSpan[];
      /** Offset of `text` in the channel's whole text, UTF-16. */
      readonly start: number;
    }
  | { readonly kind: 'placeholder'; readonly text: string };

/** The hold of one channel of a stream (one choice's content, one tool call's arguments, ...). */
export type Hold = {
  /** Takes the next text and gives what is decided, in order; the rest stays held. Any split of a text gives the same. */
  push(text: string): Segment[];
  /** The text is over: decides and gives all that is held. The hold is then spent. */
  end(): Segment[];
  /** Characters (UTF-16) held now. */
  readonly held: number;
};

/**
 * Told that a rule's `verify` or `finding` threw; answers whether the text counts as a match then. `rule` is the rule's id.
 */
export type HoldFault = (rule: string, error: unknown) => boolean;

/** Rules compiled to one machine; built once per guard version and shared by all streams of a process. */
export type HoldPlan = {
  /**
   * A hold for one channel. `isPlaceholder` says whether a text of placeholder form was given out in this request: only such a one
   * hides a match that lies wholly inside it (a card number as `<CARD_4111111111111111>` is a match). Without `onFault`, what a
   * rule throws comes out of `push` and `end`.
   */
  open(isPlaceholder?: (text: string) => boolean, onFault?: HoldFault): Hold;
  /** The most folded characters that one match can keep back. */
  readonly maxHold: number;
};
