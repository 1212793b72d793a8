import type { Ecosystem } from '../../package_names/index.ts';

/**
 * A package that a text names. `start` and `end` are offsets into the text. `local`: the same form also names a module of the program itself, so that
 * only a slip of the pen says anything.
 */
export type Mention = {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly local: boolean;
};

/** What a reader of one line calls for each package: the name, and where it stands in the line. */
export type Found = (ecosystem: Ecosystem, name: string, at: number, local?: boolean) => void;

/** Mentions of one text that are looked at; a lock file in a reply is not judged name by name. */
export const MAX_MENTIONS = 256;

/** Longer lines are not code that a person would run. */
export const MAX_LINE = 2_000;
