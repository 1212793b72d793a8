import type { RequestFacts, ScanAt, Sink } from '../../detector.ts';
import type { View } from '../../view.ts';

/** Words that must agree on end: sentences of any two texts share shorter phrases. */
const GRAM = 8;

/** Words of a stretch that is a leak, and the least system text that is worth one: shorter ones are what everyone writes. */
const MIN_STRETCH = 12;
const MIN_SYSTEM = 20;

/** Share of the system text from which a reply surely repeats it. */
const MOST = 0.5;

/** Numbers of a word: hash, start and end. */
const WORD = 3;

/** A text's words, three numbers each; valid until the next text is read. */
type Words = { readonly list: Int32Array; readonly count: number };

/** The grams of a request's system text: a table of their hashes (0: free), made once for all parts of its reply. Equal hashes of five neighbouring grams are no chance. */
type Grams = { readonly table: Int32Array; readonly size: number };

const NONE: Grams = { table: new Int32Array(0), size: 0 };

const GRAMS = new WeakMap<RequestFacts, Grams>();

/** Stretches of a reply that repeat the system text of its request word for word, whatever the signs and blanks between the words. */
export function findOverlap(view: View, at: ScanAt, sink: Sink): void {
  if (at.point !== 'response' || at.request === undefined) return;
  const { table, size } = gramsOf(at.request);
  if (size === 0) return;
  const { list, count } = wordsOf(view.text);
  let from = -1;
  let shared = 0;
  const stretches: [number, number][] = [];
  for (let i = 0; i + GRAM <= count + 1; i++) {
    const known = i + GRAM <= count && isIn(table, gramAt(list, i));
    if (known && from < 0) from = i;
    if (known || from < 0) continue;
    const length = i - 1 + GRAM - from;
    if (length >= MIN_STRETCH) {
      stretches.push([from, from + length - 1]);
      shared += length;
    }
    from = -1;
  }
  const confidence = Math.min(0.95, 0.5 + (0.45 * shared) / (size * MOST));
  for (const [first, last] of stretches) {
    sink.add(view, list[first * WORD + 1] ?? 0, list[last * WORD + 2] ?? 0, {
      rule: 'prompt_leak.system-prompt',
      category: 'prompt_leak',
      type: 'SYSTEM_PROMPT',
      severity: 'medium',
      confidence,
      evidence: `${last - first + 1} words in a row of the system text; ${Math.min(100, Math.round((100 * shared) / size))} % of it in all`,
      fix: 'Look at the conversation: someone may have made the model repeat its instructions.',
      taxonomy: ['CWE-200', 'LLM07:2025'],
    });
  }
}

function gramsOf(request: RequestFacts): Grams {
  const known = GRAMS.get(request);
  if (known !== undefined) return known;
  const { list, count } = wordsOf(request.system);
  let made = NONE;
  if (count >= MIN_SYSTEM) {
    made = { table: new Int32Array(1 << (32 - Math.clz32(count * 2))), size: count };
    for (let i = 0; i + GRAM <= count; i++) note(made.table, gramAt(list, i));
  }
  GRAMS.set(request, made);
  return made;
}

function note(table: Int32Array, gram: number): void {
  let slot = gram & (table.length - 1);
  while (table[slot] !== 0 && table[slot] !== gram) slot = (slot + 1) & (table.length - 1);
  table[slot] = gram;
}

function isIn(table: Int32Array, gram: number): boolean {
  for (let slot = gram & (table.length - 1); table[slot] !== 0; slot = (slot + 1) & (table.length - 1))
    if (table[slot] === gram) return true;
  return false;
}

/** Never 0, which is a free place; mixed, since its low bits choose the place. */
function gramAt(list: Int32Array, at: number): number {
  let hash = 0;
  for (let k = at * WORD; k < (at + GRAM) * WORD; k += WORD) hash = (Math.imul(hash, 0x01000193) + (list[k] as number)) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) | 1;
}

/** Words for which the space is kept from text to text. */
const KEPT_WORDS = 1 << 14;

let kept = new Int32Array(1 << 10);

/** Words by their letters and digits, whatever the case of ASCII ones; each character of Chinese and Japanese is a word. */
function wordsOf(text: string): Words {
  let list = kept;
  let size = 0;
  let hash = 0;
  let start = -1;
  for (let i = 0; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 0;
    const alone = c >= 0x3041 && c <= 0x9fff;
    if (!alone && isLetter(c)) {
      if (start < 0) start = i;
      hash = (Math.imul(hash, 31) + (c >= 65 && c <= 90 ? c + 32 : c)) | 0;
      continue;
    }
    if (start < 0 && !alone) continue;
    if (size + 2 * WORD > list.length) list = doubled(list);
    if (start >= 0) size = put(list, size, hash, start, i);
    if (alone) size = put(list, size, c, i, i + 1);
    start = -1;
    hash = 0;
  }
  if (list.length <= KEPT_WORDS * WORD) kept = list;
  return { list, count: size / WORD };
}

function put(list: Int32Array, at: number, hash: number, start: number, end: number): number {
  list[at] = hash;
  list[at + 1] = start;
  list[at + 2] = end;
  return at + WORD;
}

function doubled(list: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(list.length * 2);
  more.set(list);
  return more;
}

/** Letters and digits; above ASCII all but the blocks of punctuation. */
function isLetter(c: number): boolean {
  if (c < 128) return (c >= 48 && c <= 57) || (c >= 97 && c <= 122) || (c >= 65 && c <= 90);
  return c >= 0xc0 && !(c >= 0x2000 && c <= 0x206f) && !(c >= 0x3000 && c <= 0x303f) && !(c >= 0xff00 && c <= 0xff0f);
}
