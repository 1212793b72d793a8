const LOCAL = /[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]/;

/** Lengths that RFC 5321 4.5.3.1 sets. */
const MAX_LOCAL = 64;
const MAX_DOMAIN = 255;

/** What stands after the last dot of a file name such as `logo@2x.png`, and is no top-level domain. */
const FILE_ENDINGS = new Set(['png', 'jpg', 'jpeg', 'gif', 'svg', 'webp', 'css', 'js', 'mjs', 'cjs', 'ts', 'tsx', 'jsx', 'json', 'html', 'xml', 'ico', 'lock', 'txt', 'yaml', 'yml']);

const DOMAIN = /(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9@])/y;

/** The span of the e-mail address (RFC 5321) around the `@` at `at`, or undefined. Bounded work. */
export function emailAround(text: string, at: number): { start: number; end: number } | undefined {
  let start = at;
  while (start > 0 && at - start < MAX_LOCAL && LOCAL.test(text.charAt(start - 1))) start--;
  start = trimLocal(text, start, at);
  if (start >= at || text.charCodeAt(at - 1) === 46) return undefined;
  DOMAIN.lastIndex = at + 1;
  const domain = DOMAIN.exec(text.slice(0, at + 1 + MAX_DOMAIN))?.[0];
  if (domain === undefined || !isDomain(domain)) return undefined;
  return isUserinfo(text, start) ? undefined : { start, end: at + 1 + domain.length };
}

/** Quotes, braces and the like before an address belong to the text around it. */
function trimLocal(text: string, start: number, at: number): number {
  let from = start;
  for (let i = start; i < at; i++) if (/[/=`|{}?!#&*^$'~]/.test(text.charAt(i))) from = i + 1;
  while (from < at && /[.%+-]/.test(text.charAt(from))) from++;
  return from;
}

function isDomain(domain: string): boolean {
  return !FILE_ENDINGS.has(domain.slice(domain.lastIndexOf('.') + 1).toLowerCase());
}

/** Whether what stands before is `scheme://user:`: then this is a password with a host. Or `git`, the name that every repository host uses. */
function isUserinfo(text: string, start: number): boolean {
  if (text.startsWith('git@', start)) return true;
  return /:\/\/[^\s/@]{0,80}$/.test(text.slice(Math.max(0, start - 100), start)) && text.charCodeAt(start - 1) !== 61;
}
