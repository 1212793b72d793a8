type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The name of the session's cookie. Over TLS its prefix binds it to this very host (RFC 6265bis section 4.1.3.2). Without TLS the port is part of it:
 * two gates on one machine share localhost, and cookies know no ports.
 */
function nameFor(host: string | undefined, secure: boolean): string {
  if (secure) return '__Host-sallyport';
  return `sallyport_${/:(\d{1,5})$/.exec(host ?? '')?.[1] ?? '80'}`;
}

/** The session's cookie among those that were sent, whichever scheme it was set under. */
export function sessionCookie(headers: Headers): string | undefined {
  const header = headers['cookie'];
  const host = headers['host'];
  if (typeof header !== 'string') return undefined;
  const names = [nameFor(undefined, true), nameFor(typeof host === 'string' ? host : undefined, false)];
  const pairs = header.split(';').map((pair) => pair.trim());
  for (const name of names) for (const pair of pairs) if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
  return undefined;
}

/** All cookies of a request by name; of two with one name the first, which has the longer path (RFC 6265 section 5.4). */
export function cookiesOf(headers: Headers): Readonly<Record<string, string>> {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  const header = headers['cookie'];
  for (const pair of typeof header === 'string' ? header.split(';') : []) {
    const at = pair.indexOf('=');
    if (at > 0) found[pair.slice(0, at).trim()] ??= pair.slice(at + 1).trim();
  }
  return found;
}

/** `Set-Cookie` for the session: no script reads it, no other site sends it. */
export function setCookie(host: string | undefined, secure: boolean, cookie: { readonly value: string; readonly seconds: number }): string {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${cookie.seconds}`, ...(secure ? ['Secure'] : [])];
  return [`${nameFor(host, secure)}=${cookie.value}`, ...attributes].join('; ');
}
