import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bech32 } from './checks.ts';
import { FORMATS } from './index.ts';
import { letters, seeded } from './made_up.ts';
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
