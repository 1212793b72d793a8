/** Letters that are looked at, and the fewest that tell a language. */
const MOST = 1_000;
const FEWEST = 40;

/** Scripts that one language (or the most common one) is written in. Kana is looked at before Han: Japanese has both. */
const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['ja', /[\u3041-\u30ff]/g],
  ['ko', /[\uac00-\ud7af]/g],
  ['zh', /[\u4e00-\u9fff]/g],
  ['th', /[\u0e01-\u0e5b]/g],
  ['he', /[\u05d0-\u05ea]/g],
  ['el', /[\u0370-\u03ff]/g],
  ['hi', /[\u0904-\u0939\u0958-\u097f]/g],
  ['bn', /[\u0985-\u09b9]/g],
  ['ta', /[\u0b85-\u0bb9]/g],
  ['ka', /[\u10d0-\u10ff]/g],
  ['hy', /[\u0531-\u0587]/g],
];

/** Words of little meaning that hardly any other language has in that density. */
const WORDS: Readonly<Record<string, string>> = {
  en: 'the and of to is that in it you for are with this was not have be on as what how can from your which would',
  de: 'der die das und ist nicht ein eine ich sie mit auf für den von zu sind wie auch wird es im dem wir kann bei',
  fr: 'le la les des est et une que pour dans vous pas qui sur avec je ce du au sont plus être comme mais il nous',
  es: 'el los las una que para por con del está como más pero son se lo su es y en no un muy puede usted cuando',
  pt: 'os uma que para com não do da em como mais por são você se dos ao foi tem mas isso ele sua pode quando está',
  it: 'il che di un una per non è con del della sono gli come più nel alla questo ma anche si le ha può quando',
  nl: 'de het een van en is dat niet op te zijn met voor ik je wat ook naar maar er bij kunt deze wordt aan als',
  sv: 'och att det som en är på för med inte den till av har jag kan om ett du men från var så eller hur',
  da: 'og at det er en på til for med ikke den af har jeg kan som et du fra vi også eller hvordan blev skal',
  pl: 'nie jest się na to że do jak co ale czy dla są od przez oraz być może tak tego które po za jestem',
  cs: 'je se na že to do jak ale pro není jsou co by jako tak nebo při které také jsem pokud můžete své od',
  ro: 'și este în la de nu cu pe care un o mai din pentru sunt ce să se dar sau fi cum poate acest când',
  hu: 'a az és hogy nem egy van ez is de meg vagy mint csak el már lehet azt ki ha kell hogyan amely',
  tr: 'bir ve bu için ile da de ne çok olarak daha var gibi değil mi olan ben sen nasıl kadar sonra ama',
  fi: 'ja on ei se että hän en mutta oli ovat myös kun voi niin kuin tai mitä joka sekä jos olen miten',
  id: 'yang dan di ini itu dengan untuk tidak dari dalam adalah pada akan saya anda bisa ke atau juga apa',
  vi: 'và của là không có cho các được một những trong với người này để khi tôi bạn như thế đã',
};

/** Cyrillic and Arabic letters are shared; these words and letters tell them apart. */
const CYRILLIC: Readonly<Record<string, RegExp>> = {
  uk: /[іїєґ]/gi,
  bg: /(?:^|\s)(?:на|се|да|за|от|съм|като|или|със|това|може)(?=\s)/gi,
  ru: /[ыэё]|(?:^|\s)(?:не|что|как|это|для|или|вы)(?=\s)/gi,
};

const CODES = Object.keys(WORDS);

/** Letters of the longest small word. */
const LONGEST = Math.max(...Object.values(WORDS).flatMap((words) => words.split(' ').map((word) => word.length)));

const SLOTS = 2048;
/** The languages of each small word as bits, by the hash of the word; two words that share a slot stand one behind the other. */
const HASHES = new Int32Array(SLOTS);
const LANGUAGES = new Int32Array(SLOTS);
for (const [index, words] of Object.values(WORDS).entries()) {
  for (const word of words.split(' ')) {
    let hash = 0;
    for (let i = 0; i < word.length; i++) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) | 0;
    let slot = slotOf(hash);
    while (LANGUAGES[slot] !== 0 && HASHES[slot] !== hash) slot = (slot + 1) & (SLOTS - 1);
    HASHES[slot] = hash;
    LANGUAGES[slot] = (LANGUAGES[slot] as number) | (1 << index);
  }
}

function slotOf(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> 21;
}

/**
 * The language of a text as an ISO 639-1 code, by its script and its small words; undefined when it is too short or unclear. Code blocks,
 * addresses and what stands between backticks are left out. Some thirty languages; by the first 1,000 characters.
 */
export function languageOf(text: string): string | undefined {
  const written = withoutCode(text.slice(0, MOST * 2)).slice(0, MOST);
  if (Buffer.byteLength(written) === written.length) return latin(written);
  const prose = written.toLowerCase();
  return BEYOND_LATIN.test(prose) ? beyondLatin(prose) : latin(prose);
}

const BEYOND_LATIN = /[\u0370-\uffff]/;

function withoutCode(text: string): string {
  return text.includes('`') || text.includes('://') ? text.replace(/```[^]*?(?:```|$)|`[^`\n]{1,200}`|https?:\/\/\S+/g, ' ') : text;
}

function beyondLatin(prose: string): string | undefined {
  const all = count(prose, /\p{L}/gu);
  for (const [code, script] of SCRIPTS) {
    const own = count(prose, script);
    if (own >= 8 && own >= all * (code === 'ja' ? 0.15 : 0.4)) return code;
  }
  if (all < FEWEST) return undefined;
  if (count(prose, /[\u0400-\u04ff]/g) > all / 2)
    return best(
      Object.keys(CYRILLIC),
      Object.values(CYRILLIC).map((sign) => count(prose, sign)),
    );
  if (count(prose, /[\u0600-\u06ff]/g) > all / 2) return count(prose, /[پچژگ]/g) > 1 ? (/[ٹڈڑے]/.test(prose) ? 'ur' : 'fa') : 'ar';
  return latin(prose);
}

/** The units of a prose; in lower case one may be three. */
const UNITS = Buffer.alloc(MOST * 3 * 2);

/** By the small words, each looked up by its hash in one pass: this runs on every reply. Of `prose` only ASCII may be in upper case. */
function latin(prose: string): string | undefined {
  const units = new Uint16Array(UNITS.buffer, UNITS.byteOffset, UNITS.write(prose, 'utf16le') >> 1);
  const languages = LANGUAGES;
  const hashes = HASHES;
  const n = units.length;
  const seen = new Int32Array(CODES.length);
  let letters = 0;
  for (let i = 0; i < n; i++) {
    const start = i;
    let hash = 0;
    for (let c = 0; i < n && (c = letterOf(units[i] as number)) !== 0; i++) hash = (Math.imul(hash, 31) + c) | 0;
    letters += i - start;
    if (i === start || i - start > LONGEST) continue;
    let slot = slotOf(hash);
    while (languages[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & (SLOTS - 1);
    for (let left = languages[slot] as number; left !== 0; left &= left - 1) {
      const index = 31 - Math.clz32(left & -left);
      seen[index] = (seen[index] as number) + 1;
    }
  }
  return letters < FEWEST ? undefined : best(CODES, seen);
}

/** Letters of ASCII in lower case; 0 for all else. */
const LOWER = Uint8Array.from({ length: 128 }, (_, c) => ((c | 32) >= 97 && (c | 32) <= 122 ? c | 32 : 0));

/** A letter, or 0: above ASCII all but signs and blanks are letters. */
function letterOf(c: number): number {
  if (c < 128) return LOWER[c] as number;
  return c >= 0xc0 && c !== 0xd7 && c !== 0xf7 && !(c >= 0x2000 && c <= 0x2bff) && !(c >= 0x3000 && c <= 0x303f) ? c : 0;
}

/** The winner must have three words and a third more than the next. */
function best(codes: readonly string[], scores: ArrayLike<number>): string | undefined {
  let first = 0;
  let next = 0;
  for (let k = 1; k < codes.length; k++) {
    const score = scores[k] as number;
    if (score > (scores[first] as number)) {
      next = scores[first] as number;
      first = k;
    } else if (score > next) next = score;
  }
  const most = scores[first] as number;
  return most >= 3 && most >= 1.33 * next ? codes[first] : undefined;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
