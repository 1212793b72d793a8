/** A CEL type as an environment declares it. `map` has string keys; `object` names one of the environment's `objects`. */
export type CelType =
  | 'string'
  | 'int'
  | 'double'
  | 'bool'
  | 'dyn'
  | { readonly list: CelType }
  | { readonly map: CelType }
  | { readonly object: string };

/**
 * What expressions may read. Declare each environment once, as a constant: what is derived from it is kept with it.
 * `enums` and `defaults` are keyed `Object.field`, for variables that are no objects by the variable's name.
 */
export type CelEnv = {
  readonly variables: Readonly<Record<string, CelType>>;
  readonly objects: Readonly<Record<string, Readonly<Record<string, CelType>>>>;
  /** Fields that hold one of a closed set of words: comparing with another word is refused at load. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
  /** What an absent field reads as; without an entry reading an absent field fails. */
  readonly defaults?: Readonly<Record<string, string | number | boolean>>;
};

/** One thing wrong with an expression. `offset` counts UTF-16 code units from its start. */
export type CelProblem = { readonly offset: number; readonly message: string };

/** An expression failed at run time (wrong type, missing field, division by zero, too much work). The caller must deny. The message holds no values. */
export class CelError extends Error {
  override readonly name = 'CelError';
}

/** Variables made ready once for several programs of the same environment. Values are converted when first read; do not change them afterwards. */
export class CelBinding {
  readonly env: CelEnv;
  readonly bound: Readonly<Record<string, unknown>>;

  constructor(env: CelEnv, bound: Readonly<Record<string, unknown>>) {
    this.env = env;
    this.bound = bound;
  }
}

/**
 * A condition without which an expression is false. `field`: a bool or string field `root.field` has (or, `negated`, has not) one of `values`.
 * `element`: the list variable has an element whose fields hold one of the words of each entry (several entries need not be the same element).
 */
export type CelNeed =
  | {
      readonly kind: 'field';
      readonly root: string;
      readonly field: string;
      readonly values: readonly (string | boolean)[];
      readonly negated: boolean;
    }
  | { readonly kind: 'element'; readonly list: string; readonly words: Readonly<Record<string, readonly string[]>> };

/** One evaluated sub-expression: its text, its value (or why it failed), what it was made of. */
export type CelTrace = { readonly text: string; readonly value?: unknown; readonly error?: string; readonly parts: readonly CelTrace[] };

/** A checked expression of type bool. */
export type CelProgram = {
  readonly source: string;
  /** Top-level variables it reads. */
  readonly reads: ReadonlySet<string>;
  /** Fields of declared objects that it reads, as `Object.field`. */
  readonly fields: ReadonlySet<string>;
  /** The value, when it is the same for all variables (only with `allowConstant`). */
  readonly constant: boolean | undefined;
  /** All must be met for the expression to be true: lets a caller skip it. */
  readonly needs: readonly CelNeed[];
  /** Whether the needs are also enough: if all are met by values of the declared types, the expression is true and need not be evaluated. */
  readonly needsSuffice: boolean;
  /** Throws CelError. Time is bounded by the size of the expression and MAX_STEPS. */
  evaluate(variables: Readonly<Record<string, unknown>> | CelBinding): boolean;
  /** As evaluate, with the value of each sub-expression that was evaluated. Slow. Never throws. */
  explain(variables: Readonly<Record<string, unknown>>): CelTrace;
};
