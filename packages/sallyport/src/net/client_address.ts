import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Where a request comes from; '' where that is no address (the local socket). */
export type AddressOf = (
  request: Pick<IncomingMessage, 'headers'> & { readonly socket: { readonly remoteAddress?: string | undefined } },
) => string;

/** Proxies one behind the other; nobody has more. What stands further left in the header is not looked at. */
const MAX_HOPS = 16;

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * The address of whoever called: of the connection, or, where this is one of the trusted proxies (addresses, or networks in CIDR form; throws for what
 * `proxyProblem` names), the rightmost of `X-Forwarded-For` that is none of them. Each proxy writes whom it was called by at the right end; what is left of
 * the first that is not trusted is only what somebody claims. Where all are trusted it is the leftmost, where one is no address the proxy that wrote it.
 *
 * Not `Forwarded` (RFC 7239): hardly a proxy writes it by itself, and one that does not know it hands on what the caller wrote. To read both would let
 * everybody choose.
 */
export function clientAddress(trusted: readonly string[]): AddressOf {
  const networks = trusted.map((text) => {
    const network = networkOf(text);
    if (network === undefined) throw new TypeError(`${text} is no network`);
    return network;
  });
  return (request) => {
    const peer = request.socket.remoteAddress ?? '';
    const nearest = networks.length === 0 ? undefined : parsed(peer);
    if (nearest === undefined || !isIn(networks, nearest)) return peer;
    return forwardedFor(request.headers['x-forwarded-for'], networks) ?? nearest.toString();
  };
}

/** What is wrong with a proxy to trust; undefined when nothing is. */
export function proxyProblem(text: string): string | undefined {
  const network = networkOf(text);
  if (network === undefined) return 'it must be an address, or a network such as 10.0.0.0/8';
  return network[1] === 0 ? 'a network of all addresses would let everybody say where he comes from' : undefined;
}

/** From the right, at most `MAX_HOPS` entries; undefined where not even the last one is an address. */
function forwardedFor(header: string | string[] | undefined, networks: readonly Network[]): string | undefined {
  // Node joins several headers of this name, in their order.
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  let found: string | undefined;
  let end = text.length;
  for (let hop = 0; hop < MAX_HOPS && end >= 0; hop++) {
    const comma = end === 0 ? -1 : text.lastIndexOf(',', end - 1);
    const address = parsed(withoutPort(text.slice(comma + 1, end).trim()));
    if (address === undefined) return found;
    found = address.toString();
    if (!isIn(networks, address)) return found;
    end = comma;
  }
  return found;
}

/** Some write a port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(entry: string): string {
  return /^\[([^\]]{2,45})\](?::\d{1,5})?$/.exec(entry)?.[1] ?? /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(entry)?.[1] ?? entry;
}

/** IPv4 inside IPv6 (`::ffff:192.0.2.1`) is the IPv4. Strictly: octal and short forms mean different hosts to different readers. */
function parsed(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  return isIP(text) === 0 ? undefined : ipaddr.process(text);
}

function networkOf(text: string): Network | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const first = parsed(address);
  // `::ffff:10.0.0.0/104` would be a network of IPv6 for some and of IPv4 for others.
  if (first === undefined || more.length > 0 || (address.includes(':') && first.kind() === 'ipv4')) return undefined;
  const most = first.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [first, most];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? [first, Number(bits)] : undefined;
}

function isIn(networks: readonly Network[], address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return networks.some((network) => network[0].kind() === address.kind() && address.match(network));
}
