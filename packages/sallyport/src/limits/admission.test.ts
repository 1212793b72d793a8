import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission } from './admission.ts';
import { createLimiter } from './limiter.ts';

const T0 = 1_790_000_000_000;

function opened(limits = { perAddress: 5, overall: 20 }) {
  let now = T0;
  const limiter = createLimiter();
  const { admit, known } = createAdmission(
    limiter,
    () => limits,
    () => now,
  );
  const admitted = (addresses: readonly string[]): number => addresses.filter((address) => admit(address) === 0).length;
  return { admit, admitted, known, limiter, wait: (milliseconds: number) => void (now += milliseconds) };
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

/** Two and a half minutes in which these addresses ask whenever they may, and each second a person from another address signs in by five requests. Answers the people who did not. */
function lockedOut(flooding: readonly string[], { admit, wait }: ReturnType<typeof opened>): number {
  let failed = 0;
  for (let second = 0; second < 150; second++) {
    const person = `192.0.${2 + (second >> 7)}.${second & 127}`;
    let refused = false;
    for (let request = 0; request < 5; request++) {
      // All of them just before each of his requests, again and again, until none is admitted any more.
      while (flooding.filter((address) => admit(address) === 0).length > 0);
      refused ||= admit(person) > 0;
      wait(200);
    }
    if (refused) failed++;
  }
  return failed;
}

for (const flooding of [1, 10, 300])
  test(`${flooding} addresses that flood keep nobody out who comes anew`, () => {
    const place = opened({ perAddress: 600, overall: 6_000 });
    assert.equal(
      lockedOut(
        times(flooding, (i) => `198.51.${100 + (i >> 8)}.${i & 255}`),
        place,
      ),
      0,
    );
  });

test('a flood that begins all at once, pauses and begins again leaves a share too', () => {
  const { admitted, wait } = opened({ perAddress: 600, overall: 6_000 });
  const flood = times(60 * 300, (i) => `198.51.${100 + ((i % 300) >> 8)}.${(i % 300) & 255}`);
  for (const pause of [0, 59_000, 1_000, 61_000, 121_000]) {
    wait(pause);
    const got = admitted(flood);
    assert.ok(got <= 6_000, String(got));
    assert.equal(admitted(times(5, () => `192.0.2.${pause / 1_000}`)), 5, `after ${pause}`);
  }
});

test('more addresses than the budget has requests use it up; where people are known there is a reserve, shared fairly', () => {
  const { admit, admitted, known, wait } = opened({ perAddress: 600, overall: 6_000 });
  known('203.0.113.1');
  known('2001:db8:7:1::1');
  wait(60_000);
  assert.equal(admitted(times(20_000, (i) => `${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.7`)), 6_000);
  assert.ok(admit('192.0.2.1') > 0, 'new');
  assert.equal(admitted(times(1_000, () => '203.0.113.1')), 300, 'half of the tenth');
  assert.equal(admitted(times(5, () => '2001:db8:7:2::2')), 5, 'the same site');
});

test('of 10,000 known addresses the one that was not seen for longest is forgotten', () => {
  const { admit, admitted, known } = opened({ perAddress: 5, overall: 20 });
  known('203.0.113.1');
  known('203.0.113.2');
  for (let i = 0; i < 9_998; i++) known(`10.0.${i >> 8}.${i & 255}`);
  known('203.0.113.1');
  known('203.0.113.3');
  assert.equal(admitted(times(50, (i) => `198.51.100.${i}`)), 20);
  assert.equal(admit('203.0.113.1'), 0);
  assert.ok(admit('203.0.113.2') > 0);
});
