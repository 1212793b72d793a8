import { crc32, deflateSync } from 'node:zlib';

/** A PNG of one pixel with these further chunks. */
export function pngOf(...more: readonly (readonly [type: string, body: Buffer])[]): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const all: (readonly [string, Buffer])[] = [
    ['IHDR', header],
    ...more,
    ['IDAT', deflateSync(Buffer.from([0, 0]))],
    ['IEND', Buffer.alloc(0)],
  ];
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), ...all.map(([type, body]) => chunk(type, body))]);
}

function chunk(type: string, body: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type), body]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(typed));
  return Buffer.concat([head, typed, tail]);
}

/** The head of a JPEG with these segments; no picture, which nobody here decodes. */
export function jpegOf(...segments: readonly (readonly [marker: number, body: Buffer])[]): Buffer {
  const made = segments.map(([marker, body]) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(body.length + 2, 2);
    return Buffer.concat([head, body]);
  });
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...made, Buffer.from([0xff, 0xd9])]);
}

/** EXIF with one tag of the first directory, big-endian. */
export function exifOf(tag: number, type: number, value: Buffer): Buffer {
  const head = Buffer.from('Exif\0\0MM\0*\0\0\0\u0008\0\u0001', 'latin1');
  const entry = Buffer.alloc(16);
  entry.writeUInt16BE(tag, 0);
  entry.writeUInt16BE(type, 2);
  entry.writeUInt32BE(value.length, 4);
  entry.writeUInt32BE(26, 8);
  return Buffer.concat([head, entry, value]);
}

/** A GIF with a comment (GIF 89a, section 24). */
export function gifOf(comment: string): Buffer {
  const text = Buffer.from(comment);
  const blocks: Buffer[] = [];
  for (let at = 0; at < text.length; at += 255) {
    const block = text.subarray(at, at + 255);
    blocks.push(Buffer.from([block.length]), block);
  }
  return Buffer.concat([
    Buffer.from('GIF89a\u0001\0\u0001\0\0\0\0', 'latin1'),
    Buffer.from([0x21, 0xfe]),
    ...blocks,
    Buffer.from([0, 0x3b]),
  ]);
}

/** A WebP container with one metadata chunk (RFC 9649). */
export function webpOf(type: string, body: Buffer): Buffer {
  const padded = body.length % 2 === 0 ? body : Buffer.concat([body, Buffer.alloc(1)]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(padded.length + 12);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([Buffer.from('RIFF'), size, Buffer.from('WEBP'), Buffer.from(type), length, padded]);
}
