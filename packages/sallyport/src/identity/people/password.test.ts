import assert from 'node:assert/strict';
import { argon2Sync } from 'node:crypto';
import test from 'node:test';
import { isPassword, newRecoveryCode, pretendToCompare, recoveryHash, sealPassword } from './password.ts';
import { Attempts } from './attempts.ts';

test('argon2id is the one of RFC 9106, appendix 5.3', () => {
  const tag = argon2Sync('argon2id', {
    message: Buffer.alloc(32, 1),
    nonce: Buffer.alloc(16, 2),
    secret: Buffer.alloc(8, 3),
    associatedData: Buffer.alloc(12, 4),
    parallelism: 4,
    tagLength: 32,
    memory: 32,
    passes: 3,
  });
  assert.equal(tag.toString('hex'), '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
});

test('a password is recognised, another and a broken text are not', async () => {
  const sealed = await sealPassword('Größe und noch etwas', 'anna');
  assert.match(sealed, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/);
  assert.equal(await isPassword('Größe und noch etwas', sealed), true);
  // The same letters, composed otherwise.
  assert.equal(await isPassword('Größe und noch etwas'.normalize('NFD'), sealed), true);
  assert.equal(await isPassword('Größe und noch etwas ', sealed), false);
  assert.equal(await isPassword('Größe und noch etwas', sealed.replace('argon2id', 'argon2i')), false);
  assert.equal(await pretendToCompare('x'.repeat(100_000)), false);
});

test('a flood of sign-ins waits in line, and the line has an end', async () => {
  const results = await Promise.allSettled(Array.from({ length: 60 }, () => pretendToCompare('x')));
  const refused = results.filter((result) => result.status === 'rejected').map(({ reason }) => (reason as { code: string }).code);
  assert.equal(refused.length, 60 - 34);
  assert.deepEqual([...new Set(refused)], ['SIGN_IN_BUSY']);
});

test('a recovery code has 120 bits and forgives how it is typed', () => {
  const code = newRecoveryCode();
  assert.match(code, /^([0-9A-HJKMNP-TV-Z]{6}-){3}[0-9A-HJKMNP-TV-Z]{6}$/);
  assert.deepEqual(recoveryHash('oil1 0'), recoveryHash('0111-0'));
  assert.notDeepEqual(recoveryHash('A'), recoveryHash('B'));
});

test('attempts: a network that tries many names from many addresses waits as a whole, and its neighbours do not', () => {
  for (const [addressOf, neighbour] of [
    [(n: number): string => `198.51.100.${n}`, '198.51.101.7'],
    [(n: number): string => `::ffff:198.51.100.${n}`, '::ffff:198.51.101.7'],
    [(n: number): string => `2001:db8:1:${n.toString(16)}::1`, '2001:db8:2::1'],
  ] as const) {
    const attempts = new Attempts();
    for (let n = 0; n < 99; n++) attempts.failed(`name ${n}`, addressOf(n), 0);
    assert.equal(attempts.wait('another', addressOf(200), 0), 0);
    attempts.failed('name 99', addressOf(99), 0);
    assert.equal(attempts.wait('another', addressOf(200), 0), 1);
    assert.equal(attempts.wait('another', neighbour, 0), 0);
  }
});

test('attempts: waits double, are forgotten, and entries are bounded', () => {
  const attempts = new Attempts();
  for (let i = 0; i < 5; i++) attempts.failed('a', '1.1.1.1', 0);
  assert.equal(attempts.wait('a', '1.1.1.1', 0), 1);
  assert.equal(attempts.wait('a', '2.2.2.2', 0), 0);
  for (let i = 0; i < 30; i++) attempts.failed('a', '1.1.1.1', 0);
  assert.equal(attempts.wait('a', '1.1.1.1', 0), 900);
  assert.equal(attempts.wait('b', '1.1.1.1', 0), 900);
  assert.equal(attempts.wait('a', '1.1.1.1', 901_000), 0);
  for (let i = 0; i < 70; i++) attempts.failed('a', `10.0.0.${i}`, 0);
  assert.equal(attempts.wait('a', '3.3.3.3', 0) > 0, true);
  for (let i = 0; i < 30_000; i++) attempts.failed(`n${i}`, `x${i}`, 1);
  assert.equal(attempts.wait('a', '1.1.1.1', 1), 0);
});
