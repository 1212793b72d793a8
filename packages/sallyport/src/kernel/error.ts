/** One entry of a domain's error catalogue (`errors.ts`). `docs/errors.md` is generated from all of them. */
export type ErrorEntry = {
  /** HTTP status when it reaches a client. */
  readonly status: number;
  /** What happened, for the person who sees it. Constant text: nothing internal, nothing from a request. */
  readonly message: string;
  /** What to do next. */
  readonly fix: string;
};

/** A domain's errors by code. Codes are SCREAMING_SNAKE and unique in the product. */
export type ErrorCatalogue = Readonly<Record<string, ErrorEntry>>;

/**
 * A fault. Normal refusals (deny, not found by design) are values, never this.
 * `message` and `public` may reach a client; `detail` and `cause` go to the log only.
 */
export class AppError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly status: number;
  readonly fix: string;
  readonly detail: string | undefined;

  constructor(code: Code, entry: ErrorEntry, options: { detail?: string; say?: string; cause?: unknown } = {}) {
    super(options.say === undefined ? entry.message : `${entry.message} ${options.say}`, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = entry.status;
    this.fix = entry.fix;
    this.detail = options.detail;
  }
}

/**
 * Binds a catalogue to a constructor: `const fail = errors(ERRORS); throw fail('LOG_FULL', { detail })`.
 * `say` is added to the public message (never put internal detail or request text there unescaped); `detail` goes to the log only.
 */
export function errors<C extends ErrorCatalogue>(
  catalogue: C,
): (code: keyof C & string, options?: { detail?: string; say?: string; cause?: unknown }) => AppError<keyof C & string> {
  return (code, options) => new AppError(code, catalogue[code] as ErrorEntry, options);
}

/** Text of any thrown value, for logs. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof AppError) return `${thrown.code}: ${thrown.message}${thrown.detail === undefined ? '' : ` (${thrown.detail})`}`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}
