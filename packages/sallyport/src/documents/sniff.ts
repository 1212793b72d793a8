import { isUtf8 } from 'node:buffer';
import type { DocumentFormat, GivenDocument } from './document.ts';

/** Where readers of PDF look for its header (ISO 32000-1, annex H.3.4.1, implementation note 13). */
const PDF_HEADER = 1024;

const MAGIC: readonly (readonly [format: DocumentFormat, bytes: string])[] = [
  ['docx', 'PK\u0003\u0004'],
  ['image', '\u0089PNG\r\n\u001a\n'],
  ['image', '\u00ff\u00d8\u00ff'],
  ['image', 'GIF8'],
];

/** What the bytes are, whatever they are called; names and media types only tell texts apart. Undefined: nothing that is read here. */
export function formatOf({ bytes, media = '', name = '' }: GivenDocument): DocumentFormat | undefined {
  const head = Buffer.from(bytes.subarray(0, PDF_HEADER)).toString('latin1');
  if (head.includes('%PDF-')) return 'pdf';
  const magic = MAGIC.find(([, start]) => head.startsWith(start));
  if (magic !== undefined) return magic[0];
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'image';
  if (textOf(bytes) === undefined) return undefined;
  const kind = media.split(';')[0]?.trim().toLowerCase() ?? '';
  const ending = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  if (
    /html/.test(kind) ||
    ['html', 'htm', 'xhtml'].includes(ending) ||
    /^\s*(<!doctype html|<html[\s>])/i.test(head.replace(/^\u00ef\u00bb\u00bf/, ''))
  )
    return 'html';
  if (kind === 'image/svg+xml' || ending === 'svg') return 'html';
  return kind === 'text/markdown' || ['md', 'markdown', 'mdx'].includes(ending) ? 'markdown' : 'text';
}

/** The text of bytes: UTF-8, UTF-16 with its mark, else Windows-1252 when nothing in it is a control character. Undefined for what is no text. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.includes(0)) return undefined;
  if (isUtf8(bytes)) return new TextDecoder('utf-8').decode(bytes);
  const text = new TextDecoder('windows-1252').decode(bytes);
  // oxlint-disable-next-line no-control-regex -- control characters are what tells binary from text
  return /[\u0001-\u0008\u000e-\u001f]/.test(text) ? undefined : text;
}
