/** The depth of a thread that is beyond its pattern's maximum: its start is in the match that it extends. */
export const DRAIN = -1;

/**
 * A match ends here: the rule, and how many steps back it began. `drain`: it is beyond its pattern's maximum and may go on; with depth
 * `DRAIN` it is the one that goes on.
 */
export type Accept = { readonly rule: number; readonly depth: number; readonly drain: boolean };

/**
 * A state of the machine: a set of threads. A thread is a position and its depth, the number of steps since its match began; of two
 * threads at one position only the deeper one is kept (the earliest start holds the most).
 */
export type State = {
  readonly id: number;
  /** The cache that it belongs to; states of a dropped cache are taken over by their content. */
  readonly cache: object;
  /** Position and depth, alternating, by position. */
  readonly threads: readonly number[];
  /** The deepest thread: this many steps must be held. */
  readonly depth: number;
  /** Is some thread beyond its maximum? */
  readonly draining: boolean;
  /** Matches that end with the step that led here. */
  readonly accepts: readonly Accept[];
  /** Does some thread wait for the next character to know whether it matched? */
  readonly waits: boolean;
  /** By left set, one bit each: may the character before have been in it, out of it? Readings differ, so both may hold. */
  readonly mayBeIn: number;
  readonly mayBeOut: number;
  /** The next state by class; filled as characters come. */
  readonly next: (State | undefined)[];
  /** By class: matches that ended before the character of that class. */
  readonly late: (readonly Accept[] | undefined)[];
  /** The next state with the same hash. */
  readonly sibling: State | undefined;
};

export const NO_ACCEPTS: readonly Accept[] = [];
