/**
 * Whether a UTF-16 unit shows nothing: soft hyphen, zero-width and bidi controls, variation selectors, invisible operators, fillers,
 * (Default_Ignorable_Code_Point of Unicode, below U+10000).
 */
export function isInvisible(c: number): boolean {
  if (c < 0xad) return false;
  if (c === 0xad || c === 0x34f || c === 0x61c || c === 0x115f || c === 0x1160 || c === 0x17b4 || c === 0x17b5) return true;
  if (c >= 0x180b && c <= 0x180f) return true;
  if (c < 0x200b) return false;
  if (c <= 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f)) return true;
  return c === 0x3164 || (c >= 0xfe00 && c <= 0xfe0f) || c === 0xfeff || c === 0xffa0 || (c >= 0xfff9 && c <= 0xfffb);
}

/** Whether a code point above U+FFFF shows nothing: tags, variation selectors, shorthand and musical controls. */
export function isInvisiblePlane(codePoint: number): boolean {
  return (
    (codePoint >= 0xe0000 && codePoint <= 0xe0fff) ||
    (codePoint >= 0x1bca0 && codePoint <= 0x1bca3) ||
    (codePoint >= 0x1d173 && codePoint <= 0x1d17a)
  );
}

/** The ASCII character that a tag character (U+E0020 to U+E007E) carries, or undefined. */
export function tagAscii(codePoint: number): number | undefined {
  return codePoint >= 0xe0020 && codePoint <= 0xe007e ? codePoint - 0xe0000 : undefined;
}

/** The byte that a variation selector carries when text is smuggled in them (VS1 to VS16 = 0 to 15, VS17 to VS256 = 16 to 255). */
export function selectorByte(codePoint: number): number | undefined {
  if (codePoint >= 0xfe00 && codePoint <= 0xfe0f) return codePoint - 0xfe00;
  if (codePoint >= 0xe0100 && codePoint <= 0xe01ef) return codePoint - 0xe0100 + 16;
  return undefined;
}
