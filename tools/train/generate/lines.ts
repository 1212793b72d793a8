import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOP } from '../../top.ts';

/** Templates of one kind, each a whole text in another voice (what grammars of clauses do not write), a document that carries one (`carriers`), or an everyday sentence (`prose`). */
type Lines =
  | 'orders'
  | 'overrides'
  | 'jailbreaks'
  | 'benign_prompts'
  | 'benign_content'
  | 'chat'
  | 'mails'
  | 'about'
  | 'carriers'
  | 'prose'
  | 'talk';

/** Templates, one a line. Line ends and tabs in a text are written as backslash and n, backslash and t. */
export function linesOf(name: Lines): readonly string[] {
  return readFileSync(join(TOP, `tools/train/generate/lines/${name}.txt`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('\\n', '\n').replaceAll('\\t', '\t'));
}
