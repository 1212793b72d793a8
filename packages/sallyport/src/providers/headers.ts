import type { ProviderSettings } from './settings.ts';

/** The version that Anthropic's API wants in each request; the only one there is besides a beta of 2023-01. */
const ANTHROPIC_VERSION = '2023-06-01';
const USER_AGENT = 'sallyport';

/** Client headers that mean something to a provider and carry no identity. Everything else stays here. */
const REQUEST_HEADERS = new Set(['anthropic-version', 'anthropic-beta', 'openai-beta', 'idempotency-key']);
/** Lists of betas are the longest in use, below 500 characters. */
const MAX_VALUE = 1_024;

/**
 * Reply headers that clients read: content, retrying, request ids, rates, timings. Not among them: cookies, framing, and what names the
 * operator's account (openai-organization, anthropic-organization-id).
 */
const REPLY_HEADERS = new Set([
  'content-type', 'retry-after', 'retry-after-ms', 'x-should-retry', 'x-request-id', 'request-id', 'apim-request-id',
  'openai-processing-ms', 'openai-version', 'openai-model',
]); // prettier-ignore
const REPLY_PREFIXES = ['x-ratelimit-', 'anthropic-ratelimit-'];

/** The headers of every request to a provider, as undici takes them: name, value, name, value. */
export function fixedHeaders(settings: Pick<ProviderSettings, 'kind' | 'auth' | 'headers'>, key: string | undefined): string[] {
  const headers = [
    'content-type',
    'application/json',
    'accept',
    'application/json, text/event-stream',
    'accept-encoding',
    'identity',
    'user-agent',
    USER_AGENT,
  ];
  if (key !== undefined) headers.push(settings.auth, settings.auth === 'authorization' ? `Bearer ${key}` : key);
  for (const [name, value] of settings.headers) headers.push(name, typeof value === 'string' ? value : value.reveal());
  return headers;
}

/** `fixed` and those of the client's headers that may pass. The same array when none does. */
export function requestHeaders(fixed: string[], anthropic: boolean, client: Readonly<Record<string, string>>): string[] {
  let headers = fixed;
  let versioned = false;
  for (const name in client) {
    const value = client[name];
    if (!REQUEST_HEADERS.has(name) || value === undefined || !isHeaderValue(value) || fixed.includes(name)) continue;
    if (headers === fixed) headers = [...fixed];
    headers.push(name, value);
    versioned ||= name === 'anthropic-version';
  }
  if (anthropic && !versioned && !fixed.includes('anthropic-version')) {
    if (headers === fixed) headers = [...fixed];
    headers.push('anthropic-version', ANTHROPIC_VERSION);
  }
  return headers;
}

/** Those of a reply's headers that may be handed on, in lower case. A value that holds `secret` is left out. */
export function replyHeaders(
  fields: Readonly<Record<string, string | string[] | undefined>>,
  secret: string | undefined,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name in fields) {
    if (!REPLY_HEADERS.has(name) && !name.startsWith(REPLY_PREFIXES[0] as string) && !name.startsWith(REPLY_PREFIXES[1] as string))
      continue;
    const value = fields[name];
    if (typeof value !== 'string' || !isHeaderValue(value)) continue;
    if (secret === undefined || !value.includes(secret)) out[name] = value;
  }
  return out;
}

function isHeaderValue(value: string): boolean {
  return value.length <= MAX_VALUE && /^[\u0020-\u007e]*$/.test(value);
}
