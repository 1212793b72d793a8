/**
 * How texts are compared. The model may write a value otherwise than it found it (full-width letters, case, invisible characters, other
 * spacing), so both sides are brought to one form first. Everything here is linear in the text.
 */

// Characters that show nothing and carry no meaning in a value: soft hyphen, zero-width characters, direction marks, word joiners, tags.
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
// Single spaces are left alone: most of a text's gaps are.
const GAPS = /\s\s+|[^\S ]/g;
// eslint-disable-next-line no-control-regex -- the test is for plain ASCII
const ASCII_ONLY = /^[\x00-\x7f]*$/;

/** One form for comparing: NFKC, lower case, no invisible characters, single spaces. */
export function canonical(text: string): string {
  const plain = ASCII_ONLY.test(text) ? text : text.normalize('NFKC').replace(INVISIBLE, '');
  return plain.toLowerCase().replace(GAPS, ' ').trim();
}

/** Account numbers and telephone numbers are written with and without gaps: the form without. */
export function squeezed(text: string): string {
  return text.replace(/[\s().\-–/]+/g, '');
}

/**
 * Whether `needle` stands in `text` as a whole, both canonical: not inside of a longer word or number. An `address` (e-mail, host, link)
 * must not go on either: `evil.com` is not in `not-evil.com`, nor `bank.com` in `bank.com.evil.org`.
 * Looks at most `MAX_LOOKS` times: text made of near misses costs no more.
 */
export function holds(text: string, needle: string, address = false): boolean {
  if (needle === '') return false;
  let at = text.indexOf(needle);
  for (let looks = 0; at >= 0 && looks < MAX_LOOKS; looks++) {
    if (address ? endsAddress(text, at, at + needle.length) : endsWord(text, needle, at)) return true;
    at = text.indexOf(needle, at + 1);
  }
  return false;
}

const MAX_LOOKS = 1_000;

function endsWord(text: string, needle: string, at: number): boolean {
  const end = at + needle.length;
  if (at > 0 && isWordUnit(needle.charCodeAt(0)) && isWordUnit(text.charCodeAt(at - 1))) return false;
  return !(end < text.length && isWordUnit(needle.charCodeAt(needle.length - 1)) && isWordUnit(text.charCodeAt(end)));
}

/** Scripts that put no space between an address and the words around it: 「www.example.orgに載って」. */
const SPACELESS = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}\p{Script=Hangul}ー]/u;
/** What stands behind is a label of an internationalised name after all. */
const GOES_ON = /^[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}\p{Script=Hangul}ー]+(?:[a-z0-9@-]|\.[\p{L}\p{N}])/u;
const MAX_LABEL = 64;

function endsAddress(text: string, at: number, end: number): boolean {
  const before = at === 0 ? ' ' : (text[at - 1] ?? ' ');
  const plain = text.charCodeAt(at) < 0x80 && text.charCodeAt(end - 1) < 0x80;
  if ((isWordUnit(before.charCodeAt(0)) && !(plain && SPACELESS.test(before))) || '-_@+%='.includes(before)) return false;
  if (before === '.' && text.slice(Math.max(0, at - 4), at) !== 'www.') return false;
  const after = text[end] ?? ' ';
  if (plain && SPACELESS.test(after)) return !GOES_ON.test(text.slice(end, end + MAX_LABEL));
  if (isWordUnit(after.charCodeAt(0)) || '-_@+%'.includes(after)) return false;
  return !(after === '.' && end + 1 < text.length && isWordUnit(text.charCodeAt(end + 1)));
}

/** Letters, digits, the underscore, and everything beyond ASCII that is no punctuation of ours. */
function isWordUnit(code: number): boolean {
  if (code === 0x5f) return true;
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a);
  return !(code >= 0x2000 && code <= 0x206f) && !(code >= 0x3000 && code <= 0x303f) && code !== 0xa0 && code !== 0xab && code !== 0xbb;
}

const WORD = /[\p{L}\p{N}]+/gu;
/** Words of one text that are compared at most; what is longer is cut. */
const MAX_WORDS = 20_000;

/** The words of a text in lower case, `camelCase` and `snake_case` taken apart. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2').matchAll(WORD)) {
    words.push(word.normalize('NFKC').toLowerCase());
    if (words.length >= MAX_WORDS) break;
  }
  return words;
}

/** A light stemmer for English inflections, enough to find `invite` in `inviting`: nothing that depends on it widens what is secret. */
export function stem(word: string): string {
  if (word.length <= 3) return word;
  let w = word;
  if (w.endsWith('ies') && w.length > 4) w = `${w.slice(0, -3)}y`;
  else if (/(?:ss|sh|ch|x|z)es$/.test(w)) w = w.slice(0, -2);
  else if (w.endsWith('s') && !w.endsWith('ss') && !w.endsWith('us')) w = w.slice(0, -1);
  if (w.endsWith('ing') && w.length > 5) w = w.slice(0, -3);
  else if (w.endsWith('ed') && w.length > 4) w = w.slice(0, -2);
  if (/([bdgmnprt])\1$/.test(w) && w.length > 3) w = w.slice(0, -1);
  return w.endsWith('e') && w.length > 3 ? w.slice(0, -1) : w;
}
