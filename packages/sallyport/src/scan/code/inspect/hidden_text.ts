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
