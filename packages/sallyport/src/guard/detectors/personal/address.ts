/** Four numbers to 255 without leading zeros, as all programs write them. */
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

export function isIpv4(text: string): boolean {
  return IPV4.test(text);
}

/** Addresses that name no one: this host, any host, everyone. */
export function isNobody(address: string): boolean {
  return address.startsWith('127.') || address === '0.0.0.0' || address === '255.255.255.255' || address === '::1' || address === '::';
}

/** Whether text is an IPv6 address (RFC 4291, 2.2): eight groups, or fewer with one `::`, the last two perhaps as IPv4. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  if (last !== undefined && last.includes('.')) {
    if (!isIpv4(last)) return false;
    groups.splice(-1, 1, '0', '0');
  }
  return groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (halves.length === 2 ? groups.length < 8 : groups.length === 8);
}
