import { END, HIT } from '../../lexer.ts';
import { tableOf } from '../../lexicon.ts';
import type { View } from '../../view.ts';
import { entropy, isSample } from './checks.ts';
import type { Facts, Hit, SecretFormat } from './format.ts';

const PASSWORD: SecretFormat = { id: 'password', label: 'password in an assignment', type: 'PASSWORD', source: '', confidence: 0.8 };
const ASSIGNED: SecretFormat = { id: 'assigned', label: 'credential in an assignment', type: 'CREDENTIAL', source: '', confidence: 0.75 };

/** What stands between a name and its value: `= "`, `": "`, ` is `, `:=`. */
const PASSWORD_VALUE = /["'`]?[ \t]{0,4}(?:[:=]=?|=>|\bis\b)[ \t]{0,4}(["'`]?)([^\s"'`,;<>(){}[\]]{6,100})/y;

/** A name that says what its value is, then the value; within one run or up to it. */
const NAMED =
  /(?:secret|token|passwd|password|api[_-]?key|apikey|access[_-]?key|auth[_-]?key|private[_-]?key|credentials?)["'`]?[ \t]{0,4}(?:[:=]=?|=>)[ \t]{0,4}["'`]?(?:Bearer[ \t])?$/i;
const NAMED_INSIDE =
  /(?:secret|token|passwd|password|api[_-]?key|apikey|access[_-]?key|auth[_-]?key|credentials?)[:=]([A-Za-z0-9+/_.~=-]{16,200})$/i;

/** How far before a value its name may begin. */
const NAME_REACH = 60;

/** A value that is code, a path or a word: `process.env.KEY`, `${KEY}`, `get_token()`. */
const NOT_A_VALUE =
  /^(?:process\.|os\.|env\.|self\.|this\.|config|settings|\$|%|@|https?:)|[$({]|^[a-z_.-]+$|^[A-Z_.-]+$|^[A-Z]?[a-z]+(?:[A-Z][a-z]+)*$/;

/** Random enough for a key that has no known form; a sentence or an identifier is not. */
const KEY_ENTROPY = 3.4;

/** Values by the name they are assigned to. */
export function findAssignments(view: View, facts: Facts, hits: Hit[]): void {
  findPasswords(view, facts, hits);
  findNamed(view, facts, hits);
}

function findPasswords(view: View, facts: Facts, hits: Hit[]): void {
  const { words, lexicon, text } = view;
  const names = tableOf(lexicon, 'secrets.name');
  for (let h = 0; h < words.count * HIT; h += HIT) {
    if (names[words.hits[h] as number] !== 1) continue;
    PASSWORD_VALUE.lastIndex = words.hits[h + END] as number;
    const match = PASSWORD_VALUE.exec(text);
    const value = match?.[2]?.replace(/[.!?]$/, '');
    if (match === null || value === undefined || value.length < 6 || !isPassword(value, match[1] !== '')) continue;
    const start = match.index + match[0].length - (match[2]?.length ?? 0);
    hits.push({ start, end: start + value.length, facts: facts(PASSWORD, value) });
  }
}

/** Digits and letters mixed, or anything that stands in quotes and is no word. */
function isPassword(value: string, quoted: boolean): boolean {
  if (isSample(value) || NOT_A_VALUE.test(value)) return false;
  return (/[0-9]/.test(value) && /[A-Za-z]/.test(value)) || (quoted && /[^A-Za-z0-9_]/.test(value) && /[A-Za-z]/.test(value));
}

function findNamed(view: View, facts: Facts, hits: Hit[]): void {
  const { runs, text } = view;
  for (let r = 0; r < runs.length; r += 2) {
    const start = runs[r] as number;
    const run = text.slice(start, Math.min(runs[r + 1] as number, start + 300));
    if (!/[0-9]/.test(run)) continue;
    const inside = NAMED_INSIDE.exec(run);
    const value = inside?.[1] ?? (NAMED.test(text.slice(Math.max(0, start - NAME_REACH), start)) ? run : undefined);
    // A call or a member of something: code, no value.
    if (value === undefined || !isKey(value) || /[([]/.test(text.charAt(start + run.length))) continue;
    const from = start + run.length - value.length;
    hits.push({ start: from, end: from + value.length, facts: facts(ASSIGNED, value) });
  }
}

function isKey(value: string): boolean {
  return /^[A-Za-z0-9+/_.~=-]{16,200}$/.test(value) && !isSample(value) && !NOT_A_VALUE.test(value) && entropy(value) >= KEY_ENTROPY;
}
