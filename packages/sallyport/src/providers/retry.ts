/** Answers that say nothing about the request: the same one may work elsewhere or later. 529 is Anthropic's "overloaded". */
const RETRYABLE = new Set([429, 500, 502, 503, 504, 529]);
/** Of those, the ones that say that the provider itself is unwell. 500 can be provoked by a request, 429 concerns one account. */
const UNWELL = new Set([502, 503, 504, 529]);

const FIRST_WAIT = 250;
const LONGEST_WAIT = 4_000;
/** A provider that asks for a longer pause is not waited for: the caller gets its answer, or the next provider the request. */
const LONGEST_ASKED = 8_000;

/** The one form that may be sent today (RFC 9110 section 5.6.7). */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

export const isRetryable = (status: number): boolean => RETRYABLE.has(status);
export const isUnwell = (status: number): boolean => UNWELL.has(status);

/**
 * Milliseconds that a reply asks to wait: `retry-after-ms` (Azure, OpenAI), else `retry-after` in seconds or as a date
 * (RFC 9110 section 10.2.3). Undefined when it says nothing usable.
 */
export function askedWait(headers: Readonly<Record<string, string | string[] | undefined>>, now: number): number | undefined {
  const exact = number(headers['retry-after-ms']);
  if (exact !== undefined) return exact;
  const text = headers['retry-after'];
  const seconds = number(text);
  if (seconds !== undefined) return seconds * 1000;
  const date = typeof text === 'string' && HTTP_DATE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * Milliseconds to wait before the attempt after `attempt` (0 = the first), or undefined when it is not worth it. Half of the wait is
 * random, so that callers that failed together do not come back together; what the provider asks for is waited out in full.
 */
export function retryWait(attempt: number, asked: number | undefined, random: number): number | undefined {
  if (asked !== undefined && asked > LONGEST_ASKED) return undefined;
  const wait = Math.min(FIRST_WAIT * 2 ** attempt, LONGEST_WAIT) * (0.5 + random / 2);
  return Math.max(wait, asked ?? 0);
}

function number(value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : undefined;
}
