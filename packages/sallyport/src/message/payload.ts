import { Buffer, isUtf8 } from 'node:buffer';
import type { PartKind } from './part.ts';

/** Text in a `data:` URL up to this many characters of URL is decoded and scanned; larger ones are files like any other. */
const MAX_INLINE_TEXT = 256 * 1024;
/** Longer media types are no media types. */
const MAX_MEDIA_TYPE = 200;
/** How much of a long payload is looked at to tell base64 from text; a blank anywhere tells too. */
const SAMPLE = 256;

/** The header of a `data:` URL (RFC 2397). */
export type DataUrl = { readonly media: string; readonly base64: boolean; readonly start: number };

/** Reads the header of a `data:` URL; undefined when `text` is none. */
export function dataUrl(text: string): DataUrl | undefined {
  if (text.length < 5 || text.slice(0, 5).toLowerCase() !== 'data:') return undefined;
  const comma = text.slice(0, MAX_MEDIA_TYPE).indexOf(',');
  if (comma < 0) return undefined;
  const header = text.slice(5, comma).toLowerCase();
  const base64 = /;\s*base64\s*$/.test(header);
  const media = (header.split(';')[0] ?? '').trim();
  return { media: media === '' ? 'text/plain' : media, base64, start: comma + 1 };
}

/** The text of a `data:` URL that holds text and is small; undefined for everything else. */
export function decodeDataUrl(url: string): { media: string; text: string } | undefined {
  const header = dataUrl(url);
  if (header === undefined || url.length > MAX_INLINE_TEXT || !isTextMedia(header.media)) return undefined;
  const text = header.base64 ? decodeBase64Text(url.slice(header.start)) : decodePercent(url.slice(header.start));
  return text === undefined ? undefined : { media: header.media, text };
}

/** A `data:` URL of this text. */
export function encodeDataUrl(media: string, text: string): string {
  return `data:${media};base64,${Buffer.from(text, 'utf8').toString('base64')}`;
}

/** The text behind base64, when it is base64 throughout and valid UTF-8. */
export function decodeBase64Text(encoded: string): string | undefined {
  if (encoded.length > MAX_INLINE_TEXT || /[^A-Za-z0-9+/_=\s-]/.test(encoded)) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

function decodePercent(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

/** The bytes of a `data:` URL. */
export function bytesOfDataUrl(url: string, { base64, start }: DataUrl): Buffer {
  const payload = url.slice(start);
  return base64 ? Buffer.from(payload, 'base64') : Buffer.from(decodePercent(payload) ?? payload);
}

/** Whether a media type is text that a guard can read (`image/svg+xml` is). */
export function isTextMedia(media: string): boolean {
  if (media.startsWith('text/') || media.endsWith('+xml') || media.endsWith('+json')) return true;
  return [
    'application/json',
    'application/xml',
    'application/javascript',
    'application/yaml',
    'application/x-yaml',
    'application/csv',
  ].includes(media);
}

/** The kind of part that a media type makes. */
export function kindOfMedia(media: string): PartKind {
  if (media.startsWith('image/')) return 'image';
  if (media.startsWith('audio/')) return 'audio';
  return media.startsWith('video/') ? 'video' : 'file';
}

/** Whether a payload looks like base64: its first and last characters are, and it has no blank. (Such a part is marked unscanned in any case.) */
export function looksBase64(value: string): boolean {
  if (value.includes(' ')) return false;
  const sample = value.length <= 2 * SAMPLE ? value : value.slice(0, SAMPLE) + value.slice(-SAMPLE);
  return !/[^A-Za-z0-9+/_=\r\n-]/.test(sample);
}
