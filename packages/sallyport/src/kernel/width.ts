/** The colours that output may hold: nothing that moves the cursor, hides text or talks to the terminal (ECMA-48, SGR only). */
// oxlint-disable-next-line no-control-regex -- the escape character is what starts a colour
export const COLOUR: RegExp = /(\u001b\[(?:0|1|2|3|4|7|22|23|24|27|3[0-7]|39|9[0-7])m)/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Characters that take two columns: East Asian wide and fullwidth forms, and emoji (Unicode UAX 11). */
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6])/u;

/** Columns that `text` takes on a terminal; colours take none. */
export function displayWidth(text: string): number {
  let width = 0;
  text.split(COLOUR).forEach((piece, at) => {
    if (at % 2 === 0) for (const { segment } of graphemes.segment(piece)) width += WIDE.test(segment) ? 2 : 1;
  });
  return width;
}

/** `text` cut to `width` columns, with an ellipsis where something is missing. Text with colours must fit already. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text.replaceAll(new RegExp(COLOUR, 'g'), ''))) {
    const columns = WIDE.test(segment) ? 2 : 1;
    if (used + columns > width - 1) break;
    kept += segment;
    used += columns;
  }
  return `${kept}…`;
}

/** `text` broken between words into lines of at most `width` columns; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** `text` and spaces up to `width` columns. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return side === 'left' ? text + spaces : spaces + text;
}
