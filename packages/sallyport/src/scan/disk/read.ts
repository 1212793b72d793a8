import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** How much of a file decides whether it is binary, as git does it. */
const SNIFF_BYTES = 8_000;

/** A file's text, or why there is none. `note`: it was read, but not as what it says it is. `media`: binary by content and harmless by name. */
export type ReadFile =
  | { readonly ok: true; readonly text: string; readonly note?: string }
  | { readonly ok: false; readonly reason: string; readonly media?: true };

/** Pictures, fonts, sound and film: nothing in them is run, and every repository has some. */
const MEDIA = /\.(?:png|jpe?g|gif|webp|avif|ico|icns|bmp|tiff?|woff2?|ttf|otf|eot|mp[34]|wav|ogg|webm|mov)$/i;

/**
 * Reads a regular file of at most `maxBytes` bytes. Follows no symbolic link and waits for nothing (a FIFO opened by mistake would never
 * answer); what grows while it is read is cut at the size it had.
 */
export function readSource(path: string, maxBytes: number): ReadFile {
  const bytes = readBytes(path, maxBytes);
  return Buffer.isBuffer(bytes) ? decode(bytes, path) : { ok: false, reason: bytes };
}

/** The bytes, or the reason why not. */
export function readBytes(path: string, maxBytes: number): Buffer | string {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return reasonFor(error);
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return 'not a regular file';
    if (stat.size > maxBytes) return `larger than ${maxBytes} bytes (${stat.size})`;
    const bytes = Buffer.allocUnsafe(stat.size);
    let used = 0;
    while (used < bytes.length) {
      const read = readSync(file, bytes, used, bytes.length - used, used);
      if (read === 0) break;
      used += read;
    }
    return bytes.subarray(0, used);
  } catch (error) {
    return reasonFor(error);
  } finally {
    closeSync(file);
  }
}

/** Why the operating system refused, in words. */
export function reasonFor(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'error';
  const words: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOENT: 'gone, or a name that is not UTF-8',
    ELOOP: 'symbolic link',
    ENAMETOOLONG: 'path too long',
    ENXIO: 'not a regular file',
  };
  return words[code] ?? `cannot be read (${code})`;
}

/**
 * Text by its byte order mark, else UTF-8. Bytes that are neither are read as Latin-1, where every byte is a character: so nothing is hidden
 * from the scanners, and the note says that the file is not what it seems.
 */
export function decode(bytes: Buffer, path: string): ReadFile {
  if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe) return { ok: true, text: bytes.toString('utf16le', 2) };
  if (bytes.length >= 2 && bytes[0] === 0xfe && bytes[1] === 0xff) {
    const even = bytes.length - (bytes.length % 2);
    return { ok: true, text: Buffer.from(bytes.subarray(2, even)).swap16().toString('utf16le') };
  }
  if (bytes.subarray(0, SNIFF_BYTES).includes(0)) return { ok: false, reason: 'binary', ...(MEDIA.test(path) ? { media: true } : {}) };
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return MEDIA.test(path)
      ? { ok: false, reason: 'binary', media: true }
      : { ok: true, text: bytes.toString('latin1'), note: 'not valid UTF-8: read as Latin-1' };
  }
}
