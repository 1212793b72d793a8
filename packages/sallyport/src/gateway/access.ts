import type { IncomingHttpHeaders } from 'node:http';
import type { GatewayErrorCode } from './errors.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Host allow-list and cross-site checks. A page on another site may make a browser send requests here (DNS rebinding, CSRF): its Host or
 * Origin gives it away. Servers send neither Origin nor Sec-Fetch-Site.
 */
export function accessProblem(
  headers: IncomingHttpHeaders,
  hosts: readonly string[],
  origins: readonly string[],
): GatewayErrorCode | undefined {
  if (!hostAllowed(headers.host, hosts)) return 'HOST_NOT_ALLOWED';
  const origin = headers.origin;
  if (origin !== undefined && !origins.includes(origin) && !sameHost(origin, headers.host)) return 'ORIGIN_NOT_ALLOWED';
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' && (origin === undefined || !origins.includes(origin))) return 'ORIGIN_NOT_ALLOWED';
  return undefined;
}

function hostAllowed(host: string | undefined, hosts: readonly string[]): boolean {
  if (host === undefined) return false;
  const colon = host.startsWith('[') ? host.indexOf(':', host.indexOf(']')) : host.indexOf(':');
  const name = (colon < 0 ? host : host.slice(0, colon)).toLowerCase();
  return LOOPBACK.has(name) || hosts.includes(name);
}

function sameHost(origin: string, host: string | undefined): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

/** Whether a request names its host more than once, which two readers could take differently (RFC 9112 section 3.2: refused). `rawHeaders`: name, value, name, value. */
export function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts > 1;
}

/** What a request proves itself by; `proof` is its DPoP header (RFC 9449). */
export type Credential = { readonly scheme: 'bearer' | 'dpop'; readonly token: string; readonly proof: string | undefined };

/** The key or token that a request presents: `Authorization: Bearer` or `DPoP`, or `x-api-key`. Two that differ are none. */
export function presentedCredential(headers: IncomingHttpHeaders): Credential | undefined {
  const [, scheme, token] = /^(Bearer|DPoP) ([\x21-\x7e]{1,8192})$/i.exec(headers.authorization ?? '') ?? [];
  const header = headers['x-api-key'];
  const named = typeof header === 'string' && header.length <= 512 ? header : undefined;
  if (headers.authorization !== undefined && named !== undefined && token !== named) return undefined;
  const { dpop } = headers;
  const proof = typeof dpop === 'string' ? dpop : undefined;
  if (token !== undefined) return { scheme: scheme?.toLowerCase() === 'dpop' ? 'dpop' : 'bearer', token, proof };
  return named === undefined ? undefined : { scheme: 'bearer', token: named, proof };
}
