import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import test from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { FRAME_HEAD, genesis, hasFrameAfter, leafAt, leafHash, MAX_PAYLOAD, prevOf, readFrame, sealFrame } from './frame.ts';

function frame(payload: Buffer, prev: Buffer): { bytes: Buffer; leaf: Buffer } {
  const bytes = Buffer.alloc(FRAME_HEAD + payload.length);
  payload.copy(bytes, FRAME_HEAD);
  return { bytes, leaf: sealFrame(bytes, 0, payload.length, prev) };
}

test('a frame is length, checksum over prev and payload, prev, payload; its leaf is RFC 6962 over prev and payload', () => {
  const prev = genesis('log_a');
  const payload = Buffer.from('{"uid":"ä"}');
  const { bytes, leaf } = frame(payload, prev);
  assert.equal(bytes.readUInt32LE(0), payload.length);
  assert.equal(bytes.readUInt32LE(4), crc32(Buffer.concat([prev, payload])));
  assert.ok(bytes.subarray(8, 40).equals(prev) && bytes.subarray(40).equals(payload));
  assert.ok(leaf.equals(hash('sha256', Buffer.concat([Buffer.from([0]), prev, payload]), 'buffer')));
  assert.ok(leaf.equals(leafHash(prev, payload)) && leaf.equals(leafAt(bytes, 0, bytes.length)));
  assert.ok(!genesis('log_b').equals(prev));
});

test('whatever byte changes, the frame is not the same record', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (data, where, flip) => {
      const prev = genesis('log_a');
      const { bytes, leaf } = frame(Buffer.from(data), prev);
      const at = where % bytes.length;
      bytes[at] = (bytes[at] as number) ^ flip;
      const read = readFrame(bytes, 0);
      // A shorter length may, by a chance of 1 in 2^32, meet its checksum; the leaf hash would still differ.
      const same = typeof read === 'object' && prevOf(bytes, 0).equals(prev) && leafAt(bytes, 0, read.end).equals(leaf);
      assert.ok(!same);
    }),
  );
});

test('a cut frame is short, an impossible length is bad, and neither is read beyond the buffer', () => {
  const { bytes } = frame(Buffer.from('payload'), genesis('log_a'));
  for (let size = 0; size < bytes.length; size++) assert.equal(readFrame(bytes.subarray(0, size), 0), 'short');
  for (const length of [0, MAX_PAYLOAD + 1, 0xffffffff]) {
    const other = Buffer.from(bytes);
    other.writeUInt32LE(length, 0);
    assert.equal(readFrame(other, 0), 'bad');
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (data, at) => void readFrame(Buffer.from(data), at)));
});

test('a whole frame behind damage is seen, a torn one is not', () => {
  const prev = genesis('log_a');
  const one = frame(Buffer.from('{"uid":"1"}'.repeat(20)), prev);
  const two = frame(Buffer.from('{"uid":"2"}'.repeat(20)), one.leaf);
  const both = Buffer.concat([one.bytes, two.bytes]);
  both[60] = 0xff;
  assert.equal(hasFrameAfter(both, 1), true);
  assert.equal(hasFrameAfter(both.subarray(0, both.length - 1), 1), false);
  assert.equal(hasFrameAfter(Buffer.alloc(5000), 0), false);
});
