import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../kernel/index.ts';
import {
  checkpointLine,
  isSigned,
  parseCheckpoint,
  readPublicKeys,
  signCheckpoint,
  signedBytes,
  withoutPeaks,
  type UnsignedCheckpoint,
} from './checkpoint.ts';
import { genesis } from './frame.ts';
import { LOG, testKey } from './test/log_kit.ts';

const key = testKey();
const root = genesis('x').toString('hex');
const head: UnsignedCheckpoint = {
  v: 1,
  log: LOG,
  size: 7,
  root,
  last: root,
  time: 1_763_730_000_000,
  segment: 1,
  state: 'open',
  previous: root,
  key: key.keyId,
};
const signed = signCheckpoint(head, (bytes) => key.sign(bytes));

test('a checkpoint is read back from its line and is signed by its key only', () => {
  const line = checkpointLine(signed);
  assert.deepEqual(parseCheckpoint(line), signed);
  assert.ok(isSigned(signed, [testKey().public, key.public]));
  assert.ok(!isSigned(signed, [testKey().public]) && !isSigned(signed, []));
});

test('every changed member breaks the signature; peaks are checked by the root instead', () => {
  const changes: Partial<UnsignedCheckpoint>[] = [
    { size: 8 },
    { log: LOG.replace('d0', 'd1') },
    { root: root.replace(/^./, '0') === root ? `1${root.slice(1)}` : root.replace(/^./, '0') },
    { last: genesis('y').toString('hex') },
    { time: 1 },
    { segment: 2 },
    { state: 'closed' },
    { previous: genesis('y').toString('hex') },
    { key: 'other' },
  ];
  for (const change of changes) assert.ok(!isSigned({ ...signed, ...change }, [key.public]), JSON.stringify(change));
  assert.deepEqual(Object.keys(withoutPeaks(head)).sort(), [...new Set(changes.flatMap((change) => Object.keys(change))), 'v'].sort());
  assert.ok(isSigned({ ...signed, peaks: [root] }, [key.public]));
  assert.ok(signedBytes(head).toString().startsWith('sallyport checkpoint v1\n{'));
});

test('only the canonical spelling of a line is a checkpoint: any changed byte shows', () => {
  const line = checkpointLine({ ...signed, peaks: [root] });
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (where, flip) => {
      const bytes = Buffer.from(line);
      const at = where % bytes.length;
      bytes[at] = (bytes[at] as number) ^ flip;
      const read = parseCheckpoint(bytes.toString('latin1'));
      assert.ok(read === undefined || checkpointLine(read) !== line);
      assert.ok(read === undefined || !isSigned(read, [key.public]) || read.peaks?.[0] !== root);
    }),
  );
  for (const other of [
    ` ${line}`,
    line.replace(':', ': '),
    `${line}\n`,
    '{}',
    '',
    canonicalJson({ ...signed, more: 1 }),
    line.replace('"size":7', '"size":7.0'),
  ]) {
    assert.equal(parseCheckpoint(other), undefined, other);
  }
});

test('a second base64 spelling of the signature is refused', () => {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const last = signed.signature.at(-3) as string;
  const twin = `${signed.signature.slice(0, -3)}${digits[digits.indexOf(last) ^ 1]}==`;
  assert.ok(Buffer.from(twin, 'base64').equals(Buffer.from(signed.signature, 'base64')));
  assert.equal(parseCheckpoint(checkpointLine({ ...signed, signature: twin })), undefined);
});

test('only Ed25519 public keys are read from a PEM text', () => {
  assert.equal(readPublicKeys(`${key.publicKeyPem}${testKey().publicKeyPem}`)?.length, 2);
  for (const text of [
    '',
    'x',
    key.publicKeyPem.replace(/[A-Za-z]{8}/, '!!!!!!!!'),
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
  ]) {
    assert.equal(readPublicKeys(text), undefined, text);
  }
});
