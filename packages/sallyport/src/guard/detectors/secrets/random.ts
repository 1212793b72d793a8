/** Shannon entropy of the characters, in bits per character. */
export function entropy(text: string): number {
  COUNTS.fill(0);
  for (let i = 0; i < text.length; i++) COUNTS[text.charCodeAt(i) & 0xff] = (COUNTS[text.charCodeAt(i) & 0xff] as number) + 1;
  let bits = 0;
  for (const count of COUNTS) if (count > 0) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Reused: values are short, and there may be thousands of them. */
const COUNTS = new Uint32Array(256);

/** The hundred or so pairs of letters that make up most of English words and identifiers; a random pair is one of them in one case of six. */
const PAIRS = new Uint8Array(1 << 10);
for (const pair of (
  'th he in er an re nd on en at ou ed ha to or it is hi es ng as te se st me ve ar al le nt of de ne ro ti ri io co ra el ea li ic ce ma ' +
  'om ur ch ll us ta la il si ho no di ac ec tr ge em ca pe ss ns ut ol sa rs so un ot pr ul ad am id ab et ke mo ap ey ci ct lo ai po ' +
  'ag ig sp pl do ef im op su oo da ay na ie fi fo ts ly wo wi vi ee ow ir mi bo bl be pa tt rt ck ds'
).split(' '))
  PAIRS[((pair.charCodeAt(0) & 31) << 5) | (pair.charCodeAt(1) & 31)] = 1;

/** Share of neighbouring letters that are common pairs: about 0.2 in random text, 0.6 and more in words. 0 for less than six letters. */
export function wordiness(text: string): number {
  let pairs = 0;
  let common = 0;
  let before = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const letter = (c >= 97 && c <= 122) || (c >= 65 && c <= 90) ? c : 0;
    if (letter !== 0 && before !== 0) {
      pairs++;
      // A capital inside of a word begins another one.
      if (!(before >= 97 && c < 97)) common += PAIRS[((before & 31) << 5) | (c & 31)] as number;
    }
    before = letter;
  }
  return pairs < MIN_PAIRS ? 0 : common / pairs;
}

const MIN_PAIRS = 6;

/** From here on letters are words. */
export const WORDY = 0.5;

/** How a value looks: which kinds of characters, how random. */
export type Looks = {
  readonly digits: number;
  readonly upper: number;
  readonly lower: number;
  readonly hex: boolean;
  readonly uuid: boolean;
  readonly entropy: number;
  readonly wordy: boolean;
};

export function looksOf(value: string): Looks {
  const count = (pattern: RegExp): number => value.match(pattern)?.length ?? 0;
  const [digits, upper, lower] = [count(/[0-9]/g), count(/[A-Z]/g), count(/[a-z]/g)];
  return {
    digits,
    upper,
    lower,
    hex: /^(?:[a-f0-9]+|[A-F0-9]+)$/.test(value),
    uuid: /^[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}$/i.test(value),
    entropy: entropy(value),
    wordy: wordiness(value) >= WORDY,
  };
}
