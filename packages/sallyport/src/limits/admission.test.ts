import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission } from './admission.ts';
import { createLimiter } from './limiter.ts';

const T0 = 1_790_000_000_000;

function opened(limits = { perAddress: 5, overall: 20 }) {
  let now = T0;
  const limiter = createLimiter();
  const admit = createAdmission(limiter, limits, () => now);
  const admitted = (addresses: readonly string[]): number => addresses.filter((address) => admit(address) === 0).length;
  return { admit, admitted, limiter, wait: (milliseconds: number) => void (now += milliseconds) };
}
const times = (n: number, address: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => address(i));

test('an address has its own budget, refilled evenly; another one is not touched', () => {
  const { admit, admitted, wait } = opened();
  assert.equal(admitted(times(50, () => '198.51.100.4')), 5);
  assert.equal(admit('198.51.100.4'), 12);
  assert.equal(admit('198.51.100.5'), 0);
  wait(12_000);
  assert.equal(admitted(times(50, () => '198.51.100.4')), 1);
});

test('many addresses share what there is in all; a network of a site is one of them', () => {
  const { admitted, wait } = opened();
  assert.equal(admitted(times(1_000, (i) => `2001:db8:1:${i.toString(16)}::1`)), 5, 'one /48');
  assert.equal(admitted(times(1_000, (i) => `2001:db8:${(i + 2).toString(16)}::1`)), 15, 'what is left of 20');
  wait(60_000);
  assert.equal(admitted(times(1_000, (i) => `203.0.113.${i % 250}`)), 20);
});

test('IPv4 in IPv6 and other spellings of an address are the same; what is none is one', () => {
  const { admitted } = opened();
  assert.equal(admitted([...times(5, () => '198.51.100.4'), '::ffff:198.51.100.4', '::ffff:c633:6404']), 5);
  assert.equal(admitted(times(10, () => 'fe80::1%eth0')), 5);
  assert.equal(admitted(times(50, () => '')), 50, 'the local socket');
});

test('a flood of addresses is remembered in bounds and does not lock others out when it is over', () => {
  const { admit, admitted, limiter, wait } = opened({ perAddress: 600, overall: 6_000 });
  assert.equal(admitted(times(250_000, (i) => `${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.7`)), 6_000);
  assert.ok(limiter.size() <= 100_000);
  assert.ok(admit('198.51.100.4') > 0);
  wait(1_000);
  assert.equal(admit('198.51.100.4'), 0);
});
