import type { Connection } from './connection.ts';

/** What goes on of a caller's headers. Everything else stays here: the caller's key, cookies, and whatever says where the call comes from. */
const FORWARDED: readonly string[] = [
  ...[
    'accept',
    'accept-language',
    'content-type',
    'content-language',
    'if-match',
    'if-none-match',
    'if-modified-since',
    'if-unmodified-since',
  ],
  ...['range', 'prefer', 'idempotency-key', 'depth'],
];
/** What comes back of a reply's. No cookies, no challenge that names a token, nothing about the connection. */
const RETURNED: ReadonlySet<string> = new Set([
  ...[
    'content-type',
    'content-language',
    'content-disposition',
    'content-range',
    'accept-ranges',
    'etag',
    'last-modified',
    'link',
    'retry-after',
  ],
  ...['x-request-id', 'x-total-count', 'x-total', 'x-page', 'x-per-page', 'x-next-page', 'x-prev-page', 'deprecation', 'sunset', 'warning'],
]);

type Incoming = Readonly<Record<string, string | string[] | undefined>>;

/** Headers of the request to the service; `own` names those that this service needs. */
export function forwardedHeaders(given: Incoming, own: ReadonlySet<string>): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': 'sallyport' };
  for (const name of [...FORWARDED, ...own]) {
    const value = given[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}

/**
 * Of those headers the ones that say what is done, for a person to approve with the rest: a service's own (Dropbox takes the file's path in one), and
 * what the body is read as.
 */
export function meantHeaders(given: Incoming, own: ReadonlySet<string>): Record<string, string> {
  const meant = Object.entries(forwardedHeaders(given, own)).filter(([name]) => own.has(name) || MEANT.has(name));
  return Object.fromEntries(meant);
}

const MEANT: ReadonlySet<string> = new Set(['content-type', 'prefer', 'depth']);

/** Headers of the reply to the agent, each cleaned; a redirect within the connection leads through the proxy again. */
export function replyHeaders(
  given: Readonly<Record<string, string>>,
  connection: Pick<Connection, 'name' | 'api'>,
  clean: (text: string) => string,
): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/octet-stream' };
  for (const [name, value] of Object.entries(given)) {
    if (RETURNED.has(name) || /^(x-)?ratelimit(-[a-z]+)*$/.test(name)) headers[name] = visible(clean(value));
  }
  if (given['location'] !== undefined) headers['location'] = visible(clean(inside(given['location'], connection)));
  return headers;
}

function inside(location: string, { name, api }: Pick<Connection, 'name' | 'api'>): string {
  const url = URL.parse(location, `${api}/`);
  if (url === null) return '';
  return url.href.startsWith(`${api}/`) ? `/proxy/${name}${url.href.slice(api.length)}` : url.href;
}

/** A header's value as Node takes it. */
function visible(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '');
}
