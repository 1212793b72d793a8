/** Text written in characters that show nothing. */
export function asTags(text: string): string {
  return Array.from(text, (char) => String.fromCodePoint(0xe0000 + char.charCodeAt(0))).join('');
}

export function asSelectors(text: string): string {
  return Array.from(Buffer.from(text), (byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16)).join('');
}

export function asBits(text: string): string {
  return Array.from(Buffer.from(text), (byte) =>
    byte.toString(2).padStart(8, '0').replaceAll('0', '\u200b').replaceAll('1', '\u200c'),
  ).join('');
}

/** Each letter apart from the next. */
export function asApart(text: string): string {
  return Array.from(text).join('\u200b');
}

export function asTurned(text: string): string {
  return `\u202e${Array.from(text).reverse().join('')}\u202c`;
}
