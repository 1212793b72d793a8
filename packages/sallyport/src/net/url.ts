import { fail } from './errors.ts';

/** Longest address that is taken; RFC 9110 section 4.1 asks for 8,000 at least. */
const MAX_URL = 8_192;

/**
 * Reads an outbound address as the WHATWG parser does, which also turns odd spellings of an IPv4 address (octal, hexadecimal, one
 * number) and international names into their one canonical form before anything is checked.
 * Throws NET_URL_REFUSED for other schemes, user name or password, control characters, and hosts without a name.
 */
export function outboundUrl(text: string): URL {
  if (text.length > MAX_URL) throw fail('NET_URL_REFUSED', { detail: 'too long' });
  // The parser drops tabs and line feeds silently: what was read would not be what was written.
  // oxlint-disable-next-line no-control-regex -- control characters are what this refuses
  if (/[\u0000-\u0020\u007f]/.test(text)) throw fail('NET_URL_REFUSED', { detail: 'control character or space' });
  const url = URL.parse(text);
  if (url === null) throw fail('NET_URL_REFUSED', { detail: 'not an absolute address' });
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw fail('NET_URL_REFUSED', { detail: `scheme ${url.protocol}` });
  if (url.username !== '' || url.password !== '') throw fail('NET_URL_REFUSED', { detail: 'user name or password' });
  // `host.` is the same host as `host` to a resolver but another one to certificates, cookies and our own comparisons.
  if (url.hostname.endsWith('.')) {
    url.hostname = url.hostname.slice(0, -1);
    if (url.hostname === '' || url.hostname.endsWith('.')) throw fail('NET_URL_REFUSED', { detail: 'host' });
  }
  return url;
}
