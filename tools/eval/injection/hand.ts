import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOP } from '../../top.ts';

/** Texts of one kind, written by hand before anything was tuned, and the point at which they would arrive. */
export type HandSet = { readonly kind: string; readonly point: 'prompt' | 'content'; readonly texts: readonly string[] };

/**
 * A locked set: attacks and ordinary texts that were written without a look at any generator, and whose single misses nobody looks at. Of a file, a
 * line `@@ KIND POINT` begins a kind, every other line is a text (`\n` and `\u` escapes stand for what they stand for in JSON).
 */
export function handSets(file: 'attacks' | 'benign' | 'attacks_second' | 'benign_second'): readonly HandSet[] {
  const sets: { kind: string; point: 'prompt' | 'content'; texts: string[] }[] = [];
  for (const line of readFileSync(join(TOP, `tools/eval/injection/hand/${file}.txt`), 'utf8').split('\n')) {
    const head = /^@@ (\w+) (prompt|content)$/.exec(line);
    if (head) sets.push({ kind: head[1] ?? '', point: head[2] === 'prompt' ? 'prompt' : 'content', texts: [] });
    else if (line !== '') sets.at(-1)?.texts.push(line.replaceAll('\\n', '\n').replaceAll('\\u200b', '\u200b'));
  }
  return sets;
}
