import type { Severity } from '../../../kernel/index.ts';
import type { DefinitionCheckId } from '../finding.ts';
import type { DefinitionText } from '../texts.ts';

/** What is known around a text while it is judged. */
export type Surroundings = {
  /** What the tool is for: its name as words and the first sentence of its description, in lower case; '' for instructions. */
  readonly purpose: string;
  /** Whether the text is the description of the tool itself: its first words say what the tool does, and are no order. */
  readonly describes: boolean;
  /** Whether the text is about a parameter. */
  readonly parameter: boolean;
  /** Whether the text is the server's instructions: there "other tools" are those of this server. */
  readonly instructions: boolean;
  /** Names of the server's own tools, parameters and prompts, in lower case. */
  readonly own: ReadonlySet<string>;
  /** Names of the tools of other servers, in lower case. */
  readonly foreign: ReadonlySet<string>;
};

/**
 * A sign of poisoning in a text that was normalised (`plainOf`): lower case, one space between words, no quotes or marks of emphasis.
 * Every pattern begins with words and has bounded gaps, so that the time is linear in the text.
 */
export type TextRule = {
  readonly id: string;
  readonly check: DefinitionCheckId;
  readonly message: string;
  readonly confidence: number;
  readonly severity?: Severity;
  readonly when: RegExp;
  /** Where it looks; everywhere when absent. */
  readonly roles?: readonly DefinitionText['role'][];
  /** No finding when this holds for the match and what stands around it. */
  readonly unless?: RegExp;
  /** Must hold, for what a pattern cannot say. `start` and `end` are offsets into `text`. */
  readonly holds?: (match: RegExpExecArray, text: string, around: Surroundings) => boolean;
};

/** A word in a gap: bounded, so that a text without spaces costs no more than others. */
export const WORD = String.raw`[^\s.!?;]{1,40}\s`;
/** A gap of up to `n` words within a sentence. */
export const gap = (n: number): string => `(?:${WORD}){0,${n}}`;
/** A gap of up to `n` characters, which may span sentences. */
export const span = (n: number): string => `[^]{0,${n}}?`;

/** A pattern from parts; alternatives of one part are an array. */
export function pattern(...parts: readonly (string | readonly string[])[]): RegExp {
  return new RegExp(parts.map((part) => (typeof part === 'string' ? part : `(?:${part.join('|')})`)).join(''), 'g');
}

/** "do not", "never", "without": what follows is not to happen. */
export const NOT = String.raw`\b(?:do not|don'?t|never|must not|mustn'?t|should not|shouldn'?t|shall not|may not|cannot|can'?t|without|avoid|refrain from|no need to|not (?:necessary|required|needed) to|needn'?t|under no circumstances|not)\s`;
/** The person that the agent works for, with what may stand before. */
export const USER = String.raw`(?:(?:the|your|any|an|a|to|human|end|with)[\s-]){0,4}(?:end-?)?(?:users?|humans?|person|people|customers?|operators?|developers?|anyone|anybody|them)\b`;
