import type { Language } from './language.ts';

/** A fragment with what it lacks before and after it: `shift` characters stand before the text. */
export type Repaired = { readonly text: string; readonly shift: number };

/** A piece out of deeper nesting than this is no piece of a program. */
const MAX_OPEN = 60;
const CLOSES: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

/** The middle of a file parses badly: gives it the beginnings of the blocks that end in it, and the ends of those that begin in it. */
export function repaired(text: string, language: Language): Repaired | undefined {
  return language === 'python' ? indented(text) : balanced(text, language);
}

function balanced(text: string, language: Language): Repaired | undefined {
  const { unopened, unclosed } = brackets(text, language);
  if ((unopened.length === 0 && unclosed.length === 0) || unopened.length > MAX_OPEN || unclosed.length > MAX_OPEN) return undefined;
  const before = openers(unopened, language);
  return { text: `${before}\n${text}\n${unclosed.reverse().join('')}`, shift: before.length + 1 };
}

/** A brace that closes the arms of a `match`. */
const ARMS = '=>}';

/** What opens brackets that are only closed; a brace that a parenthesis follows ends a function that was an argument. */
function openers(closed: readonly string[], language: Language): string {
  const parts: string[] = [];
  for (let at = 0; at < closed.length; at++) {
    const isLast = at === closed.length - 1;
    if (closed[at] === ARMS) parts.unshift('match x {');
    else if (closed[at] === '}' && closed[at + 1] === ')') {
      parts.unshift(language === 'rust' ? 'f(|| {' : language === 'go' ? 'f(func() {' : 'f(function () {');
      at++;
    } else if (closed[at] === '}')
      parts.unshift(isLast && language !== 'javascript' && language !== 'typescript' ? named(language) : 'if (x) {');
    else parts.unshift(closed[at] === ')' ? 'f(' : '[');
  }
  return parts.join(' ');
}

/** In Go statements stand in functions alone; in Rust everywhere. */
function named(language: Language): string {
  return language === 'go' ? 'func f() {' : 'fn f() {';
}

/** Brackets that are closed but not opened here, and the closing ones that are missing, both in the order of the text. */
function brackets(text: string, language: Language): { unopened: string[]; unclosed: string[] } {
  const unopened: string[] = [];
  const unclosed: string[] = [];
  let hasArms = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    const after = afterText(text, at, letter, language);
    if (after > at) {
      at = after - 1;
      continue;
    }
    const close = CLOSES[letter];
    if (close !== undefined) unclosed.push(close);
    else if (letter === '}' || letter === ')' || letter === ']') {
      if (unclosed.at(-1) === letter) unclosed.pop();
      else if (unclosed.length === 0) {
        unopened.push(hasArms && letter === '}' ? ARMS : letter);
        hasArms = false;
      }
    } else if (letter === '=' && language === 'rust' && unclosed.length === 0 && text[at + 1] === '>') hasArms = true;
  }
  return { unopened, unclosed };
}

/** The offset after a string or comment that starts at `at`; `at` when there is none. */
function afterText(text: string, at: number, letter: string, language: Language): number {
  if (letter === '/' && text[at + 1] === '/') return endOf(text, '\n', at + 2);
  if (letter === '/' && text[at + 1] === '*') return endOf(text, '*/', at + 2) + 1;
  if (letter === '"' || (letter === '`' && language !== 'rust') || (letter === "'" && isQuote(text, at, language))) {
    for (let end = at + 1; end < text.length; end++) {
      if (text[end] === '\\' && !(letter === '`' && language === 'go')) end++;
      else if (text[end] === letter) return end + 1;
      else if (text[end] === '\n' && letter !== '`' && language !== 'rust') return end;
    }
    return text.length;
  }
  return at;
}

/** In Rust a quote also starts the name of a lifetime. */
function isQuote(text: string, at: number, language: Language): boolean {
  return language !== 'rust' || text[at + 1] === '\\' || text[at + 2] === "'";
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + 1;
}

/** Python: a block for each indentation below the first line's that a later line falls back to. */
function indented(text: string): Repaired | undefined {
  const first = /^[ \t]*(?=[^\s#])/m.exec(text)?.[0].length ?? 0;
  if (first === 0) return undefined;
  const levels: string[] = [];
  let lowest = first;
  for (const [, space = ''] of text.matchAll(/^([ \t]*)[^\s#)\]}]/gm)) {
    if (space.length >= lowest) continue;
    lowest = space.length;
    levels.unshift(space);
    if (levels.length > MAX_OPEN) return undefined;
  }
  if (lowest > 0) levels.unshift('');
  const before = levels.map((level) => `${level}if x:\n`).join('');
  return { text: before + text, shift: before.length };
}
