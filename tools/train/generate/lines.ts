import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOP } from '../../top.ts';

/** Templates one a line, each a whole text in another voice: what grammars of clauses do not write. A line end in a text is written as backslash and n. */
export function linesOf(name: 'orders' | 'overrides' | 'jailbreaks' | 'benign_prompts' | 'benign_content' | 'about'): readonly string[] {
  return readFileSync(join(TOP, `tools/train/generate/lines/${name}.txt`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('\\n', '\n'));
}
