const encode = (text: string, of: (char: string) => string): string => Array.from(text).map(of).join('');
const hex = (char: string): string => (char.codePointAt(0) ?? 0).toString(16).padStart(2, '0');
const swap = (text: string, from: string, to: string): string =>
  encode(text, (c) => (from.includes(c) ? (Array.from(to)[Array.from(from).indexOf(c)] ?? c) : c));
const rot13 = (text: string): string =>
  text.replace(/[a-z]/gi, (c) => String.fromCharCode(((c.toLowerCase().charCodeAt(0) - 97 + 13) % 26) + (c < 'a' ? 65 : 97)));
const MORSE = '.- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..'.split(' ');
const DIGITS = '----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----.'.split(' ');
const morse = (text: string): string =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) =>
      Array.from(word)
        .map((c) => (c < 'a' ? DIGITS[Number(c)] : MORSE[c.charCodeAt(0) - 97]))
        .join(' '),
    )
    .join(' / ');

/** Fifteen ways to say the same so that a filter of words does not see it. */
export const TRANSFORMS: Readonly<Record<string, (text: string) => string>> = {
  base64: (text) => Buffer.from(text).toString('base64'),
  hex: (text) => Buffer.from(text).toString('hex'),
  rot13,
  leet: (text) => swap(text, 'aeiostAEIOST', '431057431057'),
  homoglyphs: (text) => swap(text, 'aeopcxyi', 'аеорсхуі'),
  'zero width': (text) => encode(text, (c) => `${c}\u200b`),
  spaced: (text) =>
    text
      .split(' ')
      .map((word) => Array.from(word).join(' '))
      .join('   '),
  reversed: (text) => Array.from(text).toReversed().join(''),
  morse,
  percent: (text) => encode(text, (c) => (/[a-z ]/i.test(c) ? `%${hex(c)}` : encodeURIComponent(c))),
  entities: (text) => encode(text, (c) => `&#${c.codePointAt(0)};`),
  escapes: (text) => encode(text, (c) => ((c.codePointAt(0) ?? 0) < 256 ? `\\x${hex(c)}` : c)),
  fullwidth: (text) => encode(text, (c) => (c > ' ' && c <= '~' ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c)),
  tags: (text) => encode(text, (c) => (c >= ' ' && c <= '~' ? String.fromCodePoint(0xe0000 + c.charCodeAt(0)) : c)),
  'base64 twice': (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64'),
};
