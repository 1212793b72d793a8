/** A stretch of International Morse code (ITU-R M.1677-1) in a text: three numbers a letter, the unit and the range of its sign. */
export type Morse = { readonly start: number; readonly end: number; readonly units: readonly number[] };

/** Signs from which a row of dots and dashes is a message: rules of tables and lists have fewer, or all the same. */
const MIN_SIGNS = 8;

/** Different letters that a message has at least. */
const MIN_LETTERS = 4;

/** Dots and dashes with single blanks, words parted by wider gaps or strokes. Each piece begins with what the one before cannot hold, so time is linear. */
const ROW = /[.-]{1,6}(?:[ \t]{0,3}[/|][ \t]{0,3}[.-]{1,6}|[ \t\n]{1,7}[.-]{1,6}){7,}/g;
const SIGN = /[.-]+/g;

const LETTERS = new Map(
  '.- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..'
    .split(' ')
    .map((sign, at) => [sign, 97 + at] as const),
);
for (const [digit, sign] of '----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----.'.split(' ').entries())
  LETTERS.set(sign, 48 + digit);
for (const [sign, mark] of [
  ['.-.-.-', '.'],
  ['--..--', ','],
  ['..--..', '?'],
  ['---...', ':'],
  ['.----.', "'"],
  ['-....-', '-'],
  ['-..-.', '/'],
  ['.-..-.', '"'],
] as const)
  LETTERS.set(sign, mark.charCodeAt(0));

/** Finds the messages in Morse code. */
export function findMorse(text: string): Morse[] {
  if (!text.includes('.-') && !text.includes('-.')) return [];
  return [...text.matchAll(ROW)].flatMap(({ 0: row, index }) => {
    const units = signsOf(row, index);
    const letters = new Set(units?.filter((_, at) => at % 3 === 0));
    return units === undefined || units.length < MIN_SIGNS * 3 || letters.size <= MIN_LETTERS
      ? []
      : [{ start: index, end: index + row.length, units }];
  });
}

/** One unit a sign, a blank where words part; undefined when a sign is none. */
function signsOf(row: string, start: number): Morse['units'] | undefined {
  const units: number[] = [];
  let end = 0;
  for (const { 0: sign, index } of row.matchAll(SIGN)) {
    const code = LETTERS.get(sign);
    if (code === undefined) return undefined;
    const gap = row.slice(end, index);
    if (units.length > 0 && (gap.length > 2 || /[/|\n]/.test(gap))) units.push(32, start + end, start + index);
    units.push(code, start + index, start + index + sign.length);
    end = index + sign.length;
  }
  return units;
}
