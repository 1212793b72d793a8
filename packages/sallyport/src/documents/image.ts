import { inflateSync } from 'node:zlib';
import type { Collector } from './collector.ts';
import { DocumentRefused, type Limits } from './document.ts';
import { exifTexts } from './exif.ts';

/** Text in one chunk of an image, unpacked. */
const MAX_TEXT = 256 * 1024;
/** Segments or chunks of one image; a long animation has thousands of frames. */
const MAX_CHUNKS = 100_000;

/** The texts that an image carries beside its picture: comments, EXIF, XMP, IPTC, PNG text. What the picture shows is not read here. */
export function readImage(bytes: Uint8Array, into: Collector, _limits: Limits): void {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts =
    data[0] === 0x89 ? png(data) : data[0] === 0xff ? jpeg(data) : data.subarray(0, 3).equals(Buffer.from('GIF')) ? gif(data) : webp(data);
  const seen = new Set<string>();
  for (const text of texts) {
    const words = text.replaceAll('\u0000', ' ').trim();
    if (words === '' || seen.has(words)) continue;
    seen.add(words);
    into.alone(words, 'metadata', {});
  }
}

function counted(chunk: number): void {
  if (chunk >= MAX_CHUNKS) throw new DocumentRefused('over_limit', `The image has more than ${MAX_CHUNKS} chunks.`);
}

/** PNG (third edition), sections 5.3 and 11.3.3. */
function* png(data: Buffer): Generator<string> {
  let at = 8;
  for (let i = 0; at + 8 <= data.length; i++) {
    counted(i);
    const length = data.readUInt32BE(at);
    const type = data.toString('latin1', at + 4, at + 8);
    const body = data.subarray(at + 8, Math.min(at + 8 + length, data.length));
    if (type === 'tEXt') yield* profile(body.toString('latin1'));
    else if (type === 'zTXt') for (const text of packed(body, body.indexOf(0) + 2, 'latin1')) yield* profile(text);
    else if (type === 'iTXt') yield* internationalText(body);
    else if (type === 'eXIf') yield* exifTexts(body);
    at += 12 + length;
  }
}

/** ImageMagick keeps profiles as text: name, length, hexadecimal digits. */
function* profile(text: string): Generator<string> {
  const raw = /\n(exif|iptc|xmp|8bim|APP1)\s+\d+\s+([0-9a-f\s]+)$/i.exec(text);
  if (raw === null) return yield text;
  const body = Buffer.from((raw[2] ?? '').replace(/\s/g, ''), 'hex');
  const exif = body.indexOf('Exif\0\0', 0, 'latin1');
  if (exif >= 0) yield* exifTexts(body.subarray(exif + 6));
  yield* exifTexts(body);
  yield* iptcTexts(body);
  if (body.includes('<')) yield* xmlTexts(body);
}

function* internationalText(body: Buffer): Generator<string> {
  const keyword = body.indexOf(0);
  const language = body.indexOf(0, keyword + 3);
  const translated = body.indexOf(0, language + 1);
  if (keyword < 0 || language < 0 || translated < 0) return;
  if (body[keyword + 1] === 1) yield* packed(body, translated + 1, 'utf8');
  else yield body.toString('utf8', translated + 1);
}

function* packed(body: Buffer, from: number, encoding: 'latin1' | 'utf8'): Generator<string> {
  let text: string;
  try {
    text = inflateSync(body.subarray(from), { maxOutputLength: MAX_TEXT }).toString(encoding);
  } catch {
    throw new DocumentRefused('over_limit', 'A compressed text of the image is broken or too long.');
  }
  yield text;
}

/** JPEG (ITU-T T.81, annex B): comments, and the application segments of EXIF, XMP and IPTC. */
function* jpeg(data: Buffer): Generator<string> {
  let at = 2;
  for (let i = 0; at + 4 <= data.length && data[at] === 0xff; i++) {
    counted(i);
    const marker = data[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) return;
    const length = data.readUInt16BE(at + 2);
    const body = data.subarray(at + 4, at + 2 + Math.max(2, length));
    if (marker === 0xfe) yield body.toString('utf8');
    else if (marker === 0xe1 && body.subarray(0, 6).toString('latin1') === 'Exif\u0000\u0000') yield* exifTexts(body.subarray(6));
    else if (marker === 0xe1) yield* xmlTexts(body);
    else if (marker === 0xed) yield* iptcTexts(body);
    at += 2 + Math.max(2, length);
  }
}

/** GIF 89a, section 24: comment extensions; XMP hides in an application extension of the same form. */
function* gif(data: Buffer): Generator<string> {
  const table = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  let at = 13 + table(data[10] ?? 0);
  for (let i = 0; at < data.length && data[at] !== 0x3b; i++) {
    counted(i);
    if (data[at] === 0x2c) at += 11 + table(data[at + 9] ?? 0);
    else if (data[at] === 0x21) at += 2;
    else return;
    const label = data[at - 1];
    const blocks: Buffer[] = [];
    for (let length = data[at] ?? 0; length > 0 && at < data.length; length = data[at] ?? 0) {
      blocks.push(data.subarray(at + 1, at + 1 + length));
      at += 1 + length;
    }
    at++;
    if (label === 0xfe || label === 0xff || label === 0x01) yield* readable(Buffer.concat(blocks));
  }
}

/** WebP (RFC 9649, section 2.7). */
function* webp(data: Buffer): Generator<string> {
  let at = 12;
  for (let i = 0; at + 8 <= data.length; i++) {
    counted(i);
    const length = data.readUInt32LE(at + 4);
    const body = data.subarray(at + 8, Math.min(at + 8 + length, data.length));
    const type = data.toString('latin1', at, at + 4);
    if (type === 'EXIF') yield* exifTexts(body.subarray(body.subarray(0, 4).toString('latin1') === 'Exif' ? 6 : 0));
    else if (type === 'XMP ') yield* xmlTexts(body);
    at += 8 + length + (length % 2);
  }
}

/** Text of XMP, without its markup: elements and attributes alike. */
function* xmlTexts(body: Buffer): Generator<string> {
  const text = body.toString('utf8');
  for (const [, element, attribute] of text.matchAll(/>([^<>]*[^\s<>][^<>]*)<|="([^"<>]*\s[^"<>]*)"/g))
    yield (element ?? attribute ?? '').trim();
}

/** IPTC-IIM in Photoshop's resources: data sets of record 2 begin with 0x1C 0x02 (IIM 4.2, section 1.6). */
function* iptcTexts(body: Buffer): Generator<string> {
  for (let at = body.indexOf(Buffer.from([0x1c, 0x02])); at >= 0 && at + 5 <= body.length;) {
    const length = body.readUInt16BE(at + 3);
    yield body.toString('utf8', at + 5, Math.min(at + 5 + length, body.length));
    at = body.indexOf(Buffer.from([0x1c, 0x02]), at + 5 + length);
  }
}

function* readable(block: Buffer): Generator<string> {
  const text = block.toString('utf8');
  if (text.includes('<x:xmpmeta')) yield* xmlTexts(block);
  else if (/^[^\u0000-\u0008]*$/.test(text)) yield text; // oxlint-disable-line no-control-regex -- a comment has none
}
