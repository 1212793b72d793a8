import type { RequestFacts, ScanAt, Sink } from '../../detector.ts';
import type { View } from '../../view.ts';

/** Words that must agree on end: sentences of any two texts share shorter phrases. */
const GRAM = 8;

/** Words of a stretch that is a leak, and the least system text that is worth one: shorter ones are what everyone writes. */
const MIN_STRETCH = 12;
const MIN_SYSTEM = 20;

/** Share of the system text from which a reply surely repeats it. */
const MOST = 0.5;

/** Of each word its hash, start and end. */
type Words = { readonly hashes: Int32Array; readonly starts: Int32Array; readonly ends: Int32Array; readonly count: number };

/** The grams of a request's system text by hash, made once for all parts of its reply. Equal hashes of five neighbouring grams are no chance. */
const GRAMS = new WeakMap<RequestFacts, { readonly grams: ReadonlySet<number>; readonly size: number }>();

/** Stretches of a reply that repeat the system text of its request word for word, whatever the signs and blanks between the words. */
export function findOverlap(view: View, at: ScanAt, sink: Sink): void {
  if (at.point !== 'response' || at.request === undefined) return;
  const { grams, size } = gramsOf(at.request);
  if (size === 0) return;
  const { hashes, starts, ends, count } = wordsOf(view.text);
  let from = -1;
  let shared = 0;
  const stretches: [number, number][] = [];
  for (let i = 0; i + GRAM <= count + 1; i++) {
    const known = i + GRAM <= count && grams.has(gramAt(hashes, i));
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
    sink.add(view, starts[first] ?? 0, ends[last] ?? 0, {
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

function gramsOf(request: RequestFacts): { grams: ReadonlySet<number>; size: number } {
  const known = GRAMS.get(request);
  if (known !== undefined) return known;
  const { hashes, count } = wordsOf(request.system);
  const grams = new Set<number>();
  if (count >= MIN_SYSTEM) for (let i = 0; i + GRAM <= count; i++) grams.add(gramAt(hashes, i));
  const made = { grams, size: grams.size === 0 ? 0 : count };
  GRAMS.set(request, made);
  return made;
}

function gramAt(hashes: Int32Array, at: number): number {
  let hash = 0;
  for (let k = at; k < at + GRAM; k++) hash = (Math.imul(hash, 0x01000193) + (hashes[k] as number)) | 0;
  return hash;
}

/** Words by their letters and digits, whatever the case of ASCII ones; each character of Chinese and Japanese is a word. */
function wordsOf(text: string): Words {
  const most = (text.length >> 1) + 1;
  const found = { hashes: new Int32Array(most * 2), starts: new Int32Array(most * 2), ends: new Int32Array(most * 2), count: 0 };
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
    if (start >= 0) put(found, hash, start, i);
    if (alone) put(found, c, i, i + 1);
    start = -1;
    hash = 0;
  }
  return found;
}

function put(
  found: { hashes: Int32Array; starts: Int32Array; ends: Int32Array; count: number },
  hash: number,
  start: number,
  end: number,
): void {
  found.hashes[found.count] = hash;
  found.starts[found.count] = start;
  found.ends[found.count++] = end;
}

/** Letters and digits; above ASCII all but the blocks of punctuation. */
function isLetter(c: number): boolean {
  if (c < 128) return (c >= 48 && c <= 57) || (c >= 97 && c <= 122) || (c >= 65 && c <= 90);
  return c >= 0xc0 && !(c >= 0x2000 && c <= 0x206f) && !(c >= 0x3000 && c <= 0x303f) && !(c >= 0xff00 && c <= 0xff0f);
}
