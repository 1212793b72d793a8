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
  /** Structure that a value must have beyond its pattern: false is no finding. */
  readonly valid?: (value: string) => boolean;
  /** Checksum: false lowers the confidence (the format may have changed, and a truncated credential is one still). */
  readonly checksum?: (value: string) => boolean;
  readonly severity?: Severity;
  readonly confidence?: number;
};

/** Least entropy of random letters and digits of ordinary length; words and counting sequences lie below. */
export const RANDOM = 3;

/** The same of hexadecimal digits. */
export const HEX = 2.6;

export const UUID = '[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}';

/** Right edges: no letter or digit follows; neither that nor a dash or underscore. */
export const WORD_END = '(?![A-Za-z0-9])';
export const NAME_END = '(?![A-Za-z0-9_-])';

/** Writes a format down: the type is the id in capitals unless `more` says so, the entropy that of random letters and digits. */
export function format(id: string, label: string, source: string, more: Partial<SecretFormat> = {}): SecretFormat {
  return { id, label, type: id.replaceAll('-', '_').toUpperCase(), source, entropy: RANDOM, ...more };
}

/** A value that was found, by its place in the view. */
export type Hit = { readonly start: number; readonly end: number; readonly facts: FindingFacts };

/** Makes the finding of a value. */
export type Facts = (format: SecretFormat, value: string) => FindingFacts;
