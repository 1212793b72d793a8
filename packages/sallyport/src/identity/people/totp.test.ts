import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base32, hotp, stepOfCode, totpStep, totpUri } from './totp.ts';

const SECRET = Buffer.from('12345678901234567890');

test('codes are those of RFC 6238, appendix B', () => {
  for (const [seconds, code] of [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ] as const)
    assert.equal(hotp(SECRET, totpStep(seconds * 1_000), 8), code);
});

test('codes are those of RFC 4226, appendix D', () => {
  const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'];
  for (const [counter, code] of codes.entries()) assert.equal(hotp(SECRET, counter), code);
});

test('base 32 is that of RFC 4648, section 10, without padding', () => {
  const vectors = { '': '', f: 'MY', fo: 'MZXQ', foo: 'MZXW6', foob: 'MZXW6YQ', fooba: 'MZXW6YTB', foobar: 'MZXW6YTBOI' };
  for (const [text, expected] of Object.entries(vectors)) assert.equal(base32(Buffer.from(text)), expected);
  assert.match(totpUri(SECRET, 'Anna & Co'), /^otpauth:\/\/totp\/Sallyport:Anna%20%26%20Co\?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&/);
});

test('a code counts for its step and its neighbours, once', () => {
  const now = 1_111_111_111_000;
  const step = totpStep(now);
  for (const off of [-1, 0, 1]) assert.equal(stepOfCode(SECRET, hotp(SECRET, step + off), now, 0), step + off);
  for (const off of [-2, 2]) assert.equal(stepOfCode(SECRET, hotp(SECRET, step + off), now, 0), undefined);
  assert.equal(stepOfCode(SECRET, hotp(SECRET, step), now, step), undefined);
  assert.equal(stepOfCode(SECRET, hotp(SECRET, step + 1), now, step), step + 1);
  assert.equal(stepOfCode(SECRET, `${hotp(SECRET, step).slice(0, 3)} ${hotp(SECRET, step).slice(3)}`, now, 0), step);
  assert.equal(stepOfCode(SECRET, '', now, 0), undefined);
});
