import { LANGUAGES } from '../language.ts';
import type { Inspection } from './inspection.ts';

/** Embeddings, overrides and isolates of the bidirectional algorithm (Unicode 9.0 UAX 9, section 2). */
const CONTROLS = ['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'];
const CONTROL = /[\u202a-\u202e\u2066-\u2069]/g;
/** More places in one file tell nothing new. */
const MAX_PLACES = 5;

/** Characters that change the order in which code is shown, so that a reviewer reads another program (CVE-2021-42574, "Trojan Source"). */
export const hiddenDirection: Inspection = {
  languages: LANGUAGES,
  words: CONTROLS,
  run(code, found) {
    const lines = new Set<number>();
    for (const { index } of code.tree.text.matchAll(CONTROL)) {
      const { line } = code.tree.place(index);
      if (lines.has(line)) continue;
      lines.add(line);
      found(0, index);
      if (lines.size >= MAX_PLACES) return;
    }
  },
};

/** Tag characters outside of a flag's emoji (U+1F3F4 ... U+E007F), and runs of characters without width, which carry bits. */
const UNSEEN = /(?<!\u{1f3f4}[\u{e0020}-\u{e007e}]{0,6})[\u{e0020}-\u{e007e}]{2,}|[\u200b-\u200d\u2060-\u2064\ufeff]{4,}/gu;

/** Stretches of a text that nobody sees. */
export function unseen(text: string): readonly { readonly index: number; readonly length: number }[] {
  return [...text.matchAll(UNSEEN)].map(({ index, 0: found }) => ({ index, length: found.length }));
}

/** Text that a model reads and a person does not see ("ASCII smuggling"). */
export const hiddenText: Inspection = {
  languages: LANGUAGES,
  words: ['\udb40', '\u200b', '\u200c', '\u200d', '\u2060', '\u2061', '\u2062', '\u2063', '\u2064', '\ufeff'],
  run(code, found) {
    for (const { index } of unseen(code.tree.text).slice(0, MAX_PLACES)) found(0, index);
  },
};
