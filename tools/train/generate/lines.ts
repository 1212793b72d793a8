import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOP } from '../../top.ts';

/**
 * Templates of one kind, each a whole text in another voice (what grammars of clauses do not write), a document that carries one (`carriers`), an everyday
 * sentence (`prose`), or what somebody is told to do (`deeds`: an agent by an attacker; `humandeeds`: people by each other).
 */
type Lines =
  | 'orders'
  | 'overrides'
  | 'jailbreaks'
  | 'deeds'
  | 'humandeeds'
  | 'tasks'
  | 'planted_code'
  | 'benign_prompts'
  | 'benign_content'
  | 'manuals'
  | 'chat'
  | 'mails'
  | 'about'
  | 'carriers'
  | 'prose'
  | 'talk';

/** What a template is for: most are learned from; by the others the thresholds are chosen, and nothing is learned from these. */
export type Use = 'learn' | 'select';

/** One template in so many is for choosing. */
const SELECTED = 6;

/** Templates, one a line. Line ends and tabs in a text are written as backslash and n, backslash and t. */
export function linesOf(name: Lines, use: Use = 'learn'): readonly string[] {
  return readFileSync(join(TOP, `tools/train/generate/lines/${name}.txt`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .filter((_, at) => (at % SELECTED === SELECTED - 1) === (use === 'select'))
    .map((line) => line.replaceAll('\\n', '\n').replaceAll('\\t', '\t'));
}
