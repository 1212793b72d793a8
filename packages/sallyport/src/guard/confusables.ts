// Look-alikes of the Latin letters, from the facts of Unicode Technical Standard 39 (confusables.txt, https://www.unicode.org/reports/tr39/)
// for the scripts that attackers use; one line a letter, only characters that NFKC leaves as they are.

/** Letters of living scripts: folded only inside a word that also has ASCII letters, or Russian and Greek text would be damaged. */
const MIXED: Readonly<Record<string, string>> = {
  a: 'аαɑӓἀáàаꭺ',
  b: 'ЬвƅᏏ',
  c: 'сϲᴄⲥс',
  d: 'ԁժᏧ',
  e: 'еєҽεёҿ',
  f: 'ẝϝғք',
  g: 'ɡցԍ',
  h: 'һհՀᏂн',
  i: 'іιїɩӏıɪ',
  j: 'јϳյ',
  k: 'кκκ',
  l: 'ӏⅼІǀΙוןا',
  m: 'мʍ',
  n: 'пηոռи',
  o: 'оοσөօ߀௦๐ଠㅇס',
  p: 'рρϱբ',
  q: 'ԛգզ',
  r: 'гᴦⲅꭇя',
  s: 'ѕꜱƽՏ',
  t: 'тτ',
  u: 'υսцμ',
  v: 'νѵטᴠ',
  w: 'шωԝѡա',
  x: 'хχ×ҳ',
  y: 'уγүყӯ',
  z: 'ᴢⲍʐ',
  A: 'АΑᎪ',
  B: 'ВΒᏴ',
  C: 'СϹᏟ',
  E: 'ЕΕᎬ',
  G: 'ԌᏀ',
  H: 'НΗᎻ',
  I: 'ІΙӀ',
  J: 'ЈᎫ',
  K: 'КΚᏦ',
  L: 'Ꮮ',
  M: 'МΜᎷ',
  N: 'Ν',
  O: 'ОΟՕ',
  P: 'РΡᏢ',
  R: 'ᎡᏒ',
  S: 'ЅᏚ',
  T: 'ТΤᎢ',
  U: 'Ս',
  V: 'ѴᏙ',
  W: 'ԜᎳ',
  X: 'ХΧ',
  Y: 'УΥҮ',
  Z: 'ΖᏃ',
};

/** Letter forms that no language writes words with: phonetic small capitals and turned letters, letters in circles and squares. */
const ALWAYS: Readonly<Record<string, string>> = {
  a: 'ᴀɐ',
  b: 'ʙ',
  c: 'ᴄ',
  d: 'ᴅ',
  e: 'ᴇǝ',
  f: 'ꜰ',
  g: 'ɢ',
  h: 'ʜɥ',
  i: 'ɪᴉ',
  j: 'ᴊ',
  k: 'ᴋʞ',
  l: 'ʟ',
  m: 'ᴍɯ',
  n: 'ɴ',
  o: 'ᴏ',
  p: 'ᴘ',
  q: 'ǫ',
  r: 'ʀɹ',
  s: 'ꜱ',
  t: 'ᴛʇ',
  u: 'ᴜ',
  v: 'ᴠʌ',
  w: 'ᴡʍ',
  y: 'ʏʎ',
  z: 'ᴢ',
};

/** Code unit -> the ASCII letter it looks like, in words that mix scripts. */
export const MIXED_LOOKALIKES: ReadonlyMap<number, number> = invert(MIXED);

/** Code unit -> the ASCII letter it looks like, anywhere. */
export const LOOKALIKES: ReadonlyMap<number, number> = invert(ALWAYS);

function invert(table: Readonly<Record<string, string>>): ReadonlyMap<number, number> {
  const map = new Map<number, number>();
  for (const [letter, alike] of Object.entries(table)) {
    for (const char of alike) if (char.charCodeAt(0) > 0x7f && char.length === 1) map.set(char.charCodeAt(0), letter.charCodeAt(0));
  }
  return map;
}

/** Letters in black squares and circles, and regional indicators: three blocks of 26 capitals. */
const ENCLOSED_BLOCKS = [0x1f130, 0x1f150, 0x1f170, 0x1f1e6];

/** The capital letter of an enclosed letter (U+1F130 to U+1F189, regional indicators), or undefined. */
export function enclosedLetter(codePoint: number): number | undefined {
  for (const first of ENCLOSED_BLOCKS) if (codePoint >= first && codePoint < first + 26) return 65 + codePoint - first;
  return undefined;
}
