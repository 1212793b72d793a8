/**
 * One kind of identifier: a line of a table. Several lines may share a type (forms of different certainty).
 *
 * `shapes`: how it is written. `9` a digit, `A` a letter, `X` either, `H` a hexadecimal digit, `_` a separator (blank or hyphen unless
 * `separators` names others; the same at each place, or none at all), a lower-case letter or any other sign itself. `{m,n}` repeats the sign
 * before it. Case never matters.
 */
export type Identifier = {
  /** Presidio's name of the entity. */
  readonly type: string;
  /** ISO 3166 alpha-2, or empty for the whole world. */
  readonly country: string;
  /** In plain words, with who issues it. */
  readonly what: string;
  readonly shapes: readonly string[];
  readonly separators?: string;
  /** Over the value in capitals, without the separators of `_`. */
  readonly pattern?: RegExp;
  readonly check?: (value: string) => boolean;
  /** Its letters are checked as they are written. */
  readonly keepsCase?: boolean;
  /** Confidence with a wrong check digit, for issuers that gave out such numbers; without it they are none. */
  readonly unchecked?: number;
  /** Confidence by itself, and when one of `words` stands near. */
  readonly bare: number;
  readonly near: number;
  readonly words: readonly string[];
};
