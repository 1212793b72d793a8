import type { Severity } from '../../../kernel/index.ts';
import type { FindingFacts } from '../../detector.ts';

/** One kind of credential, as data. */
export type SecretFormat = {
  /** Rule name after `secrets.`. */
  readonly id: string;
  readonly label: string;
  /** Finding type: the placeholder's name, so capitals. */
  readonly type: string;
  /**
   * Bounded pattern (see `pattern/`). It begins with `\b` and at least two literal characters, by which candidates are found; a format that
   * has no such beginning gives `near` or `has`.
   */
  readonly source: string;
  /** Lower-case words of which one must stand in the 80 characters before (or in the name that the value is assigned to). */
  readonly near?: readonly string[];
  /** Text that every value holds; the pattern is then tried at each boundary of a run that has it. */
  readonly has?: string;
  /** Bits per character (Shannon) below which the value is a sample or a name, not a credential. */
  readonly entropy?: number;
  /** Checksum: false lowers the confidence (the format may have changed, and a truncated credential is one still). */
  readonly checksum?: (value: string) => boolean;
  readonly severity?: Severity;
  readonly confidence?: number;
};

/** Least entropy of random letters and digits of ordinary length; words and counting sequences lie below. */
export const RANDOM = 3;

/** A value that was found, by its place in the view. */
export type Hit = { readonly start: number; readonly end: number; readonly facts: FindingFacts };

/** Makes the finding of a value. */
export type Facts = (format: SecretFormat, value: string) => FindingFacts;
