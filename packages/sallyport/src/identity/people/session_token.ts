import { hash, randomBytes } from 'node:crypto';

/**
 * A session's token has two halves: a cookie that no script can read, and a bearer token that only pages of our own origin hold.
 * Cookies are shared by all ports of a host and sent by the browser on its own, so that a cookie alone would give the session to
 * any other server on localhost and to forged requests; a token alone could be carried away by a script.
 */
export type SessionToken = { readonly cookie: string; readonly bearer: string };

const HALF = /^[A-Za-z0-9_-]{43}$/;
const PREFIX = 'sps_';

export function newSessionToken(): SessionToken {
  return { cookie: randomBytes(32).toString('base64url'), bearer: PREFIX + randomBytes(32).toString('base64url') };
}

/** Whether a bearer token is a session's half (and not a key). */
export function isSessionBearer(text: string): boolean {
  return text.startsWith(PREFIX) && HALF.test(text.slice(PREFIX.length));
}

/** What is kept of a token; undefined when a half is missing or malformed. */
export function sessionHash(bearer: string, cookie: string | undefined): Buffer | undefined {
  if (cookie === undefined || !HALF.test(cookie) || !isSessionBearer(bearer)) return undefined;
  return hash('sha256', `${cookie}.${bearer}`, 'buffer');
}

/** The token of a link: 256 random bits. */
export function newLinkToken(): string {
  return randomBytes(32).toString('base64url');
}

export function linkHash(token: string): Buffer {
  return hash('sha256', `link.${token}`, 'buffer');
}
