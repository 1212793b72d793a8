import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAddress, proxyProblem } from './client_address.ts';

const PROXIES = ['10.0.0.0/8', '192.0.2.7', '2001:db8:1::/48'];

function from(peer: string | undefined, forwarded?: string | string[], more: object = {}, proxies: readonly string[] = PROXIES): string {
  const headers = { ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded as string }), ...more };
  return clientAddress(proxies)({ headers, socket: { remoteAddress: peer } });
}

test('behind a trusted proxy it is the rightmost address that is none of them', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['10.1.2.3', '198.51.100.4', '198.51.100.4'],
    ['10.1.2.3', '198.51.100.4, 10.9.9.9, 192.0.2.7', '198.51.100.4'],
    ['10.1.2.3', 'spoofed, 203.0.113.9, 198.51.100.4', '198.51.100.4'],
    ['10.1.2.3', '10.0.0.1, 198.51.100.4, 10.9.9.9', '198.51.100.4'],
    ['192.0.2.7', '198.51.100.4:4711', '198.51.100.4'],
    ['2001:db8:1::5', '[2001:db8:2::9]:443', '2001:db8:2::9'],
    ['2001:db8:1::5', '2001:0DB8:2:0::9', '2001:db8:2::9'],
    ['10.1.2.3', '10.0.0.9', '10.0.0.9'],
    ['10.1.2.3', '  198.51.100.4\t', '198.51.100.4'],
  ];
  for (const [peer, header, expected] of cases) assert.equal(from(peer, header), expected, `${peer} ${header}`);
  assert.equal(from('10.1.2.3', ['203.0.113.9', '198.51.100.4']), '198.51.100.4', 'several headers');
  assert.equal(from('10.1.2.3'), '10.1.2.3', 'no header: the proxy itself');
});

test('nobody else says where he comes from', () => {
  for (const peer of ['203.0.113.66', '192.0.2.8', '2001:db8:2::1', '::ffff:203.0.113.66', '::1'])
    for (const header of ['127.0.0.1', '10.0.0.1', '198.51.100.4, 10.0.0.1']) assert.equal(from(peer, header), peer, header);
  assert.equal(from('10.1.2.3', '198.51.100.4', {}, []), '10.1.2.3', 'none is trusted');
  const others = {
    forwarded: 'for=198.51.100.4',
    'x-real-ip': '198.51.100.4',
    'cf-connecting-ip': '198.51.100.4',
    'x-forwarded': '198.51.100.4',
  };
  assert.equal(from('10.1.2.3', undefined, others), '10.1.2.3', 'one header counts');
  assert.equal(from(undefined, '198.51.100.4'), '', 'the local socket');
});

test('IPv4 inside IPv6 is the IPv4, as peer, as proxy and as client', () => {
  assert.equal(from('::ffff:10.1.2.3', '198.51.100.4'), '198.51.100.4');
  assert.equal(from('10.1.2.3', '::ffff:198.51.100.4'), '198.51.100.4');
  assert.equal(from('10.1.2.3', '198.51.100.4, ::ffff:10.0.0.8, ::FFFF:a00:1'), '198.51.100.4');
});

test('what is no address ends the way, at the proxy that wrote it', () => {
  for (const garbage of [
    '',
    'unknown',
    '_hidden',
    '10.0.0',
    '010.0.0.1',
    '0x0a.0.0.1',
    '1',
    '2130706433',
    'a'.repeat(16_000),
    '10.0.0.1 10.0.0.2',
    '[::1',
    '1.2.3.4:99999999',
    '\ud800',
    '"198.51.100.4"',
    '10.0.0.0/8',
  ]) {
    assert.equal(from('10.1.2.3', garbage), '10.1.2.3', garbage.slice(0, 30));
    assert.equal(from('10.1.2.3', `198.51.100.4, ${garbage}, 10.0.0.9`), '10.0.0.9', garbage.slice(0, 30));
  }
  assert.equal(from('10.1.2.3', ',,,'), '10.1.2.3');
});

test('a header of 10,000 entries is read from its right end alone', () => {
  const many = (entry: string): string => Array(10_000).fill(entry).join(', ');
  assert.equal(from('10.1.2.3', `${many('203.0.113.9')}, 198.51.100.4`), '198.51.100.4');
  assert.equal(from('10.1.2.3', `203.0.113.9, ${many('10.0.0.1')}`), '10.0.0.1', 'longer than any chain of proxies');
  assert.equal(from('10.1.2.3', ','.repeat(100_000)), '10.1.2.3');
});

test('only networks of one family that are not everything are trusted', () => {
  for (const good of ['10.0.0.0/8', '127.0.0.1', '::1', '2001:db8::/32', '10.1.2.3/8']) assert.equal(proxyProblem(good), undefined, good);
  for (const bad of [
    '',
    'proxy.internal',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '0.0.0.0/0',
    '::/0',
    '::ffff:10.0.0.0/104',
    '010.0.0.0/8',
    '10/8',
  ])
    assert.notEqual(proxyProblem(bad), undefined, bad);
  assert.throws(() => clientAddress(['proxy.internal']), TypeError);
});
