/** Characters of a local part that are taken; the quotes, braces and separators that RFC 5322 also allows belong to the text around far more often. */
const LOCAL = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+-') LOCAL[char.charCodeAt(0)] = 1;

/** Lengths that RFC 5321 4.5.3.1 sets. */
const MAX_LOCAL = 64;
const MAX_DOMAIN = 255;

/** What stands after the last dot of a file name such as `logo@2x.png`, and is no top-level domain. */
const FILE_ENDINGS = new Set([
  'png',
  'jpg',
  'jpeg',
  'gif',
  'svg',
  'webp',
  'css',
  'js',
  'mjs',
  'cjs',
  'ts',
  'tsx',
  'jsx',
  'json',
  'html',
  'xml',
  'ico',
  'lock',
  'txt',
  'yaml',
  'yml',
]);

const DOMAIN = /(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9@])/y;

/** The span of the e-mail address (RFC 5321) around the `@` at `at`, or undefined. Bounded work. */
export function emailAround(text: string, at: number): { start: number; end: number } | undefined {
  let start = at;
  while (start > 0 && at - start < MAX_LOCAL && isLocal(text.charCodeAt(start - 1))) start--;
  while (start < at && !isAlphanumeric(text.charCodeAt(start))) start++;
  if (start >= at || text.charCodeAt(at - 1) === DOT || !isAlphanumeric(text.charCodeAt(at + 1))) return undefined;
  DOMAIN.lastIndex = at + 1;
  const domain = DOMAIN.exec(text.slice(0, at + 1 + MAX_DOMAIN))?.[0];
  if (domain === undefined || !isDomain(domain)) return undefined;
  return isUserinfo(text, start) ? undefined : { start, end: at + 1 + domain.length };
}

const DOT = 46;

function isLocal(c: number): boolean {
  return c < 128 && LOCAL[c] === 1;
}

function isAlphanumeric(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95;
}

function isDomain(domain: string): boolean {
  return !FILE_ENDINGS.has(domain.slice(domain.lastIndexOf('.') + 1).toLowerCase());
}

/** Whether what stands before is `scheme://user:`: then this is a password with a host. Or `git`, the name that every repository host uses. */
function isUserinfo(text: string, start: number): boolean {
  if (text.startsWith('git@', start)) return true;
  return /:\/\/[^\s/@]{0,80}$/.test(text.slice(Math.max(0, start - 100), start)) && text.charCodeAt(start - 1) !== 61;
}
