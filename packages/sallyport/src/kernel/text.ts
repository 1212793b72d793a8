import { visible } from './log.ts';
import { COLOUR } from './width.ts';

/** `text` as it may be written to a terminal: lines stay, and colours when wanted; every other control or invisible character becomes an escape. */
export function printable(text: string, colour: boolean): string {
  return text
    .split('\n')
    .map((line) => (colour ? line.split(COLOUR).map(keepColour).join('') : visible(line)))
    .join('\n');
}

/** Splitting by a pattern in a group puts the matches at the odd places. */
function keepColour(piece: string, at: number): string {
  return at % 2 === 1 ? piece : visible(piece);
}
