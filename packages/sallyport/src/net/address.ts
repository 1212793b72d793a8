import ipaddr from 'ipaddr.js';

/**
 * What an address is to the gate: `public` may be reached by anything, `private` only where the operator wrote it down,
 * `forbidden` never (cloud metadata, link-local, multicast, reserved, and every IPv6 form that hides an IPv4 address).
 */
export type AddressClass = 'public' | 'private' | 'forbidden';

/**
 * Instance metadata services that do not lie in 169.254.0.0/16 (which is forbidden as a whole): they hand credentials to whoever asks.
 * Alibaba 100.100.100.200, Azure's wire server 168.63.129.16, Oracle classic 192.0.0.192, AWS fd00:ec2::254 and its container and
 * pod forms, Google fd20:ce::254.
 */
const METADATA = new Set([
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd00:ec2::253',
  'fd20:ce::254',
]);

/** Ranges of the operator's own networks, in ipaddr.js's names: RFC 1918, RFC 6598, loopback, RFC 4193. */
const PRIVATE_RANGES = new Set(['private', 'carrierGradeNat', 'loopback', 'uniqueLocal']);

/** RFC 6052 section 2.1, the well-known prefix: an IPv6-only network reaches IPv4 hosts through it. */
const NAT64 = ipaddr.IPv6.parse('64:ff9b::');
/** Only 2000::/3 is given out as global unicast (RFC 4291 section 2.4, IANA); whatever else lies outside the named ranges is not public. */
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::');

/** The class of an IP address in any spelling that a resolver or a URL parser gives. What is no IP address is `forbidden`. */
export function addressClass(ip: string): AddressClass {
  const address = parseAddress(ip);
  if (address === undefined) return 'forbidden';
  if (METADATA.has(address.toString())) return 'forbidden';
  const range = address.range();
  if (PRIVATE_RANGES.has(range)) return 'private';
  if (address instanceof ipaddr.IPv4) return range === 'unicast' ? 'public' : 'forbidden';
  if (address.match(NAT64, 96)) return classOfTranslated(address);
  return range === 'unicast' && address.match(GLOBAL_UNICAST, 3) ? 'public' : 'forbidden';
}

/**
 * Whether an address may be reached by code that follows an address from outside (webhook, redirect, link).
 * False for loopback, private, link-local, carrier-grade NAT, multicast, documentation, benchmarking and reserved ranges, IPv4 in IPv6
 * (mapped, compatible, NAT64, 6to4, Teredo), unspecified, 0.0.0.0/8, metadata services, and for everything that is no address.
 */
export function isPublicAddress(ip: string): boolean {
  return addressClass(ip) === 'public';
}

/** The network of an address, by so many bits of each family (whole bytes), as text that only compares; IPv4 in IPv6 is the IPv4. What is no address stays. */
export function networkOf(address: string, bits: { readonly ipv4: number; readonly ipv6: number }): string {
  if (!ipaddr.isValid(address)) return address;
  const from = ipaddr.process(address);
  return from
    .toByteArray()
    .slice(0, bits[from.kind()] / 8)
    .join('.');
}

function parseAddress(ip: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // A zone (fe80::1%eth0) is only given to link-local addresses; ipaddr.js would keep it in the text and miss the metadata list.
  if (ip.includes('%')) return undefined;
  // The four-part decimal form only: a resolver gives no other, and octal or hexadecimal parts mean different hosts to different readers.
  if (ipaddr.IPv4.isValidFourPartDecimal(ip)) return ipaddr.IPv4.parse(ip);
  return ipaddr.IPv6.isValid(ip) ? ipaddr.IPv6.parse(ip) : undefined;
}

/** A NAT64 address reaches what it translates to; only where a public host was written down by name may it be used. */
function classOfTranslated(address: ipaddr.IPv6): AddressClass {
  const last = address.toByteArray().slice(-4).join('.');
  return addressClass(last) === 'public' ? 'private' : 'forbidden';
}
