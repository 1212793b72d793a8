import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * One record in a segment: `u32 length, u32 crc32(prev + payload), 32 bytes prev, payload`, numbers little-endian, `length` that of the payload.
 * `prev` is the leaf hash of the record before it, over segment borders too; the leaf hash is RFC 6962's, SHA-256(0x00 || prev || payload),
 * so that one hash serves the chain and the tree.
 */
export const FRAME_HEAD = 40;
export const HASH_SIZE = 32;
/** An event is bounded far below (event_schema.ts); what claims to be longer is damage. */
export const MAX_PAYLOAD = 1 << 20;

/** What stands in `prev` of a log's first record: binds the chain to the log's id, so that one log cannot take another's place. */
export function genesis(log: string): Buffer {
  return hash('sha256', `sallyport event log v1\n${log}`, 'buffer');
}

/** The leaf hash of a record, RFC 6962 section 2.1 over `prev || payload`. */
export function leafHash(prev: Uint8Array, payload: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + prev.length + payload.length);
  input[0] = 0;
  input.set(prev, 1);
  input.set(payload, 1 + prev.length);
  return hash('sha256', input, 'buffer');
}

/** Writes a frame whose `size` payload bytes already stand at `at + FRAME_HEAD`; answers its leaf hash. */
export function sealFrame(buffer: Buffer, at: number, size: number, prev: Uint8Array): Buffer {
  const body = at + 8;
  const end = at + FRAME_HEAD + size;
  buffer.set(prev, body);
  // The byte before `prev` belongs to the checksum, which is written last: until then it is the leaf prefix, and no copy is needed.
  buffer[body - 1] = 0;
  const leaf = hash('sha256', buffer.subarray(body - 1, end), 'buffer');
  buffer.writeUInt32LE(size, at);
  buffer.writeUInt32LE(crc32(buffer.subarray(body, end)), at + 4);
  return leaf;
}

/** A frame found in a buffer: where its payload starts and where it ends. */
export type Frame = { readonly start: number; readonly end: number };

/** Reads the frame at `at`. `short`: the buffer ends before the frame does; `bad`: length or checksum cannot be right. */
export function readFrame(buffer: Buffer, at: number): Frame | 'short' | 'bad' {
  if (at + FRAME_HEAD > buffer.length) return 'short';
  const size = buffer.readUInt32LE(at);
  if (size === 0 || size > MAX_PAYLOAD) return 'bad';
  const start = at + FRAME_HEAD;
  const end = start + size;
  if (end > buffer.length) return 'short';
  return crc32(buffer.subarray(at + 8, end)) === buffer.readUInt32LE(at + 4) ? { start, end } : 'bad';
}

/** The `prev` field of the frame at `at`. */
export function prevOf(buffer: Buffer, at: number): Buffer {
  return buffer.subarray(at + 8, at + FRAME_HEAD);
}

/** The leaf hash of the frame at `at`, which ends at `end`. */
export function leafAt(buffer: Buffer, at: number, end: number): Buffer {
  return leafHash(prevOf(buffer, at), buffer.subarray(at + FRAME_HEAD, end));
}

/**
 * Whether a whole frame stands anywhere after `from`: then the damage before it is not a torn tail. Tries each offset; lengths out of range
 * (nearly all that text would give) cost one comparison.
 */
export function hasFrameAfter(buffer: Buffer, from: number): boolean {
  for (let at = from; at + FRAME_HEAD < buffer.length; at++) {
    const size = buffer.readUInt32LE(at);
    if (size === 0 || size > MAX_PAYLOAD || at + FRAME_HEAD + size > buffer.length) continue;
    if (typeof readFrame(buffer, at) === 'object') return true;
  }
  return false;
}
