import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressClass } from './address.ts';
import { isPublicAddress } from './index.ts';

// First and last address of the IANA special-purpose registries (RFC 6890 and its updates), as of 2025, and metadata services.
const FORBIDDEN = [
  '0.0.0.0', '0.255.255.255', '169.254.0.1', '169.254.169.254', '169.254.170.2', '169.254.170.23', '169.254.255.255',
  '192.0.0.1', '192.0.0.192', '192.0.2.1', '192.88.99.1', '192.31.196.1', '192.52.193.1', '192.175.48.1',
  '198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.7', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255',
  '100.100.100.200', '168.63.129.16',
  '::', 'fe80::1', 'febf::1', 'fec0::1', 'ff02::1', '100::1', '2001::1', '2001:2::1', '2001:db8::1', '3fff::1', '5f00::1',
  '2002:7f00:1::', '2002:808:808::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a9fe:a9fe', '::127.0.0.1', '::8.8.8.8', '::ffff:0:8.8.8.8',
  '64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b::10.0.0.1', '64:ff9b:1::808:808',
  'fd00:ec2::254', 'FD00:EC2:0:0:0:0:0:254', 'fd20:ce::254', '4000::1', 'fe80::1%eth0', 'fd00:ec2::254%1',
]; // prettier-ignore
const PRIVATE = [
  '127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '100.127.255.255',
  '::1', '0:0:0:0:0:0:0:1', 'fc00::1', 'fd12:3456::1', '64:ff9b::808:808',
]; // prettier-ignore
const PUBLIC = [
  '8.8.8.8',
  '1.1.1.1',
  '172.15.0.1',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '169.253.1.1',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450:4001::1',
];
const NOT_ADDRESSES = [
  '',
  'localhost',
  '0177.0.0.1',
  '0x7f.0.0.1',
  '2130706433',
  '127.1',
  '1.2.3.4.',
  ' 8.8.8.8',
  '8.8.8.8\n',
  '[::1]',
  '٨.٨.٨.٨',
  '8.8.8.08',
];

test('each special range has its class', () => {
  for (const ip of FORBIDDEN) assert.equal(addressClass(ip), 'forbidden', ip);
  for (const ip of PRIVATE) assert.equal(addressClass(ip), 'private', ip);
  for (const ip of PUBLIC) assert.equal(addressClass(ip), 'public', ip);
});

test('what is no address in plain form is forbidden', () => {
  for (const text of NOT_ADDRESSES) assert.equal(addressClass(text), 'forbidden', text);
});

test('property: no IPv6 form that embeds a private IPv4 address is public', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const inside = fc.oneof(
    fc.tuple(fc.constant(10), octet, octet, octet),
    fc.tuple(fc.constant(127), octet, octet, octet),
    fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
    fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  );
  const hex = (high: number, low: number): string => ((high << 8) | low).toString(16);
  fc.assert(
    fc.property(inside, ([a, b, c, d]) => {
      const tail = `${hex(a, b)}:${hex(c, d)}`;
      for (const ip of [`::ffff:${tail}`, `::${tail}`, `64:ff9b::${tail}`, `64:ff9b:1::${tail}`, `2002:${tail}::1`, `::ffff:0:${tail}`]) {
        assert.equal(isPublicAddress(ip), false, ip);
      }
    }),
  );
});

test('property: never throws, whatever the text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.ipV4Extended()), (text) => {
      assert.ok(['public', 'private', 'forbidden'].includes(addressClass(text)));
    }),
  );
});
