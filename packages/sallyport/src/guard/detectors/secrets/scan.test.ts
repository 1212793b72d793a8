import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bech32 } from './checks.ts';
import { FORMATS } from './index.ts';
import { letters, madeUp, seeded } from './made_up.ts';
import { foldName } from './names.ts';
import { isSample } from './sample.ts';
import { createSecretScan } from './scan.ts';

test('a file is scanned as it stands, in order, without its values', () => {
  const scan = createSecretScan((value) => `h${value.length}`);
  const key = letters(seeded(1), 40);
  const text = `# é\nAPI_TOKEN=${key}\nid = 7\nurl = "redis://app:q8Zt4Lm0@cache:6379"\n`;
  const findings = scan(text);
  assert.deepEqual(
    findings.map(({ rule, location }) => [rule, location.kind === 'text' ? text.slice(location.start, location.end) : '']),
    [
      ['secrets.assigned', key],
      ['secrets.connection-string', 'redis://app:q8Zt4Lm0@cache:6379'],
    ],
  );
  assert.ok(!JSON.stringify(findings).includes(key.slice(0, 8)));
  assert.deepEqual(scan('const id = "3f2a"; // \ud800'), []);
});

test('every format has an id, a label and a type of its own form', () => {
  assert.ok(FORMATS.length >= 200);
  assert.equal(new Set(FORMATS.map(({ id }) => id)).size, FORMATS.length);
  for (const { id, type } of FORMATS) assert.match(`${id} ${type}`, /^[a-z0-9-]+ [A-Z][A-Z0-9_]{1,40}$/);
});

test('the Bech32 checksum is that of BIP 173', () => {
  // The first valid test vector of BIP 173, and the same with one character changed.
  assert.ok(bech32('A12UEL5L'));
  assert.ok(bech32('abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw'));
  assert.ok(!bech32('abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxq'));
});

test('names are folded, samples are known by what they say or by their pattern', () => {
  for (const name of ['clientSecret', 'client-secret', 'CLIENT_SECRET', 'Client.Secret', 'client secret']) {
    assert.equal(foldName(name), 'client_secret');
  }
  for (const sample of [
    'sk-xxxxxxxxxxxx',
    'your-api-key-1',
    'a1b2a1b2a1b2a1b2a1b2',
    '0123456789abcdef',
    'AKIAIOSFODNN7EXAMPLE',
    '11111aB',
  ]) {
    assert.ok(isSample(sample), sample);
  }
  const random = seeded(5);
  const taken = Array.from({ length: 500 }, () => letters(random, 40)).filter(isSample);
  assert.deepEqual(taken, []);
});

test('a name is found by each of its pieces, at even and odd places, in both cases', () => {
  const scan = createSecretScan(() => '');
  const value = letters(seeded(9), 24);
  const pieces = ['api_key', 'token', 'secret', 'pass', 'pwd', 'auth_token', 'credential', 'bearer', 'kennwort', 'senha', 'contrasena'];
  for (const piece of [...pieces, 'пароль', 'jwt', 'db_pat', '密码', 'パスワード'])
    for (const name of [piece, piece.toUpperCase()])
      for (let shift = 0; shift < 9; shift++)
        assert.equal(scan(`${'.'.repeat(shift)}\n${name} = "${value}"`).length, 1, `${name} behind ${shift}`);
  assert.deepEqual(scan(`tok_en = "${value}"; sec_ret = "${value}"; ke_y = "${value}"`), []);
});

test('a value of every format that only words explain is found behind its word', () => {
  const scan = createSecretScan(() => '');
  const random = seeded(3);
  for (const format of FORMATS) {
    const [word] = format.near ?? [];
    if (word === undefined) continue;
    const values = Array.from({ length: 30 }, () => madeUp(format, random));
    // One by chance may look like a word or a sample.
    assert.ok(
      values.some((value) => scan(`${word} login "${value}"`).length > 0),
      format.id,
    );
  }
});
