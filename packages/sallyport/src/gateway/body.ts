import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import type { GatewayErrorCode } from './errors.ts';

export type ReadBody = { ok: true; bytes: Buffer } | { ok: false; code: GatewayErrorCode };

/** Text rarely compresses better than 20:1; a bomb reaches 1,000:1 (CWE-409). */
const MAX_RATIO = 100;
/** Small bodies may compress well by chance. */
const RATIO_FLOOR = 64 * 1024;

/**
 * Of a body that is too large, this much more is read and dropped before the answer, for this long: a connection that closes on a client
 * that is still sending is reset, and the client never sees why (RFC 9112 section 9.6).
 */
const DISCARD_BYTES = 64 * 1024 * 1024;
const DISCARD_MS = 2_000;

const TOO_LARGE: ReadBody = { ok: false, code: 'BODY_TOO_LARGE' };

const DECODERS: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/** Reads a request body of at most `limit` bytes (also after decompression). Refuses what it cannot bound; never throws. */
export async function readBody(request: IncomingMessage, limit: number): Promise<ReadBody> {
  const declared = Number(request.headers['content-length'] ?? 0);
  const raw = declared > limit ? TOO_LARGE : await collect(request, limit);
  if (!raw.ok) {
    if (raw === TOO_LARGE) await discard(request);
    return raw;
  }
  // Names of codings are case-insensitive (RFC 9110 section 8.4.1).
  const encoding = request.headers['content-encoding']?.toLowerCase();
  if (encoding === undefined || encoding === 'identity') return raw;
  const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (decode === undefined) return { ok: false, code: 'ENCODING_NOT_SUPPORTED' };
  try {
    return { ok: true, bytes: await decode(raw.bytes, { maxOutputLength: Math.min(limit, raw.bytes.length * MAX_RATIO + RATIO_FLOOR) }) };
  } catch {
    return { ok: false, code: 'ENCODING_BROKEN' };
  }
}

function collect(request: IncomingMessage, limit: number): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.removeAllListeners('data');
        resolve(TOO_LARGE);
        return;
      }
      chunks.push(chunk);
    });
    request.on('end', () => resolve({ ok: true, bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size) }));
    // 'close' without 'end': the client left or lied about the length.
    request.on('close', () => resolve({ ok: false, code: 'BODY_INCOMPLETE' }));
    request.on('error', () => resolve({ ok: false, code: 'BODY_INCOMPLETE' }));
  });
}

/** Reads on without keeping anything, until the body ends or is too much even for that. */
function discard(request: IncomingMessage): Promise<void> {
  if (request.complete) return Promise.resolve();
  return new Promise((resolve) => {
    let left = DISCARD_BYTES;
    const timer = setTimeout(resolve, DISCARD_MS);
    const over = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) over();
    });
    request.on('end', over).on('close', over);
  });
}
