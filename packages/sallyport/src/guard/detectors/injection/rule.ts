/** What a rule weighs: the chance, alone, that a text which it hits is an attack. Measured on training data, then rounded. */
export type Weights = { readonly prompt: number; readonly content: number };

/**
 * A sign of an attack. Each line of `when` is a phrase: classes of `VOCABULARY` (capitals) or words, alternatives joined by `|`, in this order;
 * `<n` before an item allows it up to n words after the one before (1: the next word). A phrase does not span a sentence end unless its gap is wide.
 */
export type Rule = {
  readonly id: string;
  readonly category: 'prompt_injection' | 'jailbreak';
  readonly weights: Weights;
  readonly when: readonly string[];
  /** The first word must be a command, not a report ("he said to ignore ..."). */
  readonly command?: true;
  /** Must hold for the text around the match. */
  readonly around?: (text: string, start: number, end: number) => boolean;
};
