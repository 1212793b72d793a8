/** Tags that hold text in a form of their own: UserComment (EXIF 3.0, section 4.6.6) and Windows' XP… tags, which are UTF-16. */
const USER_COMMENT = 0x9286;
const XP_FIRST = 0x9c9b;
const XP_LAST = 0x9c9f;
/** Tags that point to another directory: EXIF, GPS, interoperability. */
const POINTERS = new Set([0x8769, 0x8825, 0xa005]);
const SIZE: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 9: 4, 10: 8, 13: 4, 129: 1 };
const MAX_DIRECTORIES = 32;
const MAX_ENTRIES = 1_000;

/** The texts of a TIFF directory tree (TIFF 6.0, section 2): every ASCII value, and those that are text in disguise. Each directory is read once. */
export function* exifTexts(tiff: Buffer): Generator<string> {
  const order = tiff.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') return;
  const little = order === 'II';
  const u16 = (at: number): number => (at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number): number => (at + 4 > tiff.length ? 0 : little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const waiting = [u32(4)];
  const seen = new Set<number>([0]);
  while (waiting.length > 0 && seen.size <= MAX_DIRECTORIES) {
    const directory = waiting.pop() as number;
    if (seen.has(directory) || directory + 2 > tiff.length) continue;
    seen.add(directory);
    const count = Math.min(u16(directory), MAX_ENTRIES);
    for (let i = 0; i < count; i++) {
      const entry = directory + 2 + i * 12;
      const tag = u16(entry);
      const type = u16(entry + 2);
      const length = u32(entry + 4) * (SIZE[type] ?? 1);
      if (POINTERS.has(tag)) waiting.push(u32(entry + 8));
      const from = length <= 4 ? entry + 8 : u32(entry + 8);
      const value = tiff.subarray(from, Math.min(from + length, tiff.length));
      if (tag === USER_COMMENT) yield userComment(value, little);
      else if (tag >= XP_FIRST && tag <= XP_LAST) yield value.toString('utf16le');
      else if (type === 2 || type === 129) yield value.toString('utf8');
    }
    waiting.push(u32(directory + 2 + count * 12));
  }
}

function userComment(value: Buffer, little: boolean): string {
  const text = value.subarray(8);
  if (value.toString('latin1', 0, 7) !== 'UNICODE') return text.toString('utf8');
  return new TextDecoder(little ? 'utf-16le' : 'utf-16be').decode(text);
}
