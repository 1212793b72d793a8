import { inflateSync } from 'node:zlib';
import { DocumentRefused, type Limits } from './document.ts';

const STREAM = Buffer.from('stream');
const END = Buffer.from('endstream');
/** Filters on top of each other that are undone; two make 1,000,000 bytes of one. */
const MAX_LAYERS = 4;

/**
 * Refuses a PDF whose compressed streams unpack to more than a package may, before a reader that has no such limit begins: a bomb of 4 KB kept it
 * busy for seconds. Streams are told by how they begin, whatever their dictionary says, so each is unpacked once here at the most; what is broken,
 * encrypted or packed otherwise is left to the reader and its limits of time and memory.
 */
export function boundStreams(bytes: Uint8Array, limits: Limits): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const most = Math.min(limits.unpackedBytes, Math.max(file.length, MIN_BYTES) * limits.ratio);
  let left = most;
  for (let at = file.indexOf(STREAM); at >= 0;) {
    const start = at + STREAM.length + (file[at + STREAM.length] === CR ? 2 : 1);
    const found = file.indexOf(END, start);
    const end = found < 0 ? file.length : found;
    let data: Buffer = file.subarray(start, end);
    for (let layer = 0; layer < MAX_LAYERS && isZlib(data); layer++) {
      const unpacked = unpack(data, left);
      if (unpacked === 'too long') throw new DocumentRefused('over_limit', `It unpacks to more than ${most} bytes.`);
      if (unpacked === undefined) break;
      left -= unpacked.length;
      data = unpacked;
    }
    at = found < 0 ? -1 : file.indexOf(STREAM, found + END.length);
  }
}

const CR = 0x0d;
/** As for packages: small files may unpack to more than their size times the ratio. */
const MIN_BYTES = 65_536;

/** The two bytes with which deflated data begin (RFC 1950). */
function isZlib(data: Buffer): boolean {
  const [method = 0, flags = 1] = data;
  return (method & 0x0f) === 8 && ((method << 8) | flags) % 31 === 0;
}

function unpack(data: Buffer, most: number): Buffer | 'too long' | undefined {
  try {
    return inflateSync(data, { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? 'too long' : undefined;
  }
}
