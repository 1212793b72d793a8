import { lastSegment } from './effect.ts';
import { ACTIONS, KIND_WORDS, NOUNS, STEPS, type Action } from './lexicon.ts';
import { stem, wordsOf } from './text.ts';
import { meaningsOf } from './translate.ts';
import type { ToolFacts } from './tool.ts';

const stems = (text: string): ReadonlySet<string> => new Set(text.split(' ').map(stem));
const LINES: readonly { readonly action: Action; readonly tool: ReadonlySet<string>; readonly said: ReadonlySet<string> }[] = ACTIONS.map(
  (action) => ({
    action,
    tool: stems(action.tool),
    said: stems(`${action.tool} ${action.said}`),
  }),
);
const STEP = stems(STEPS);
const NOUN = stems(NOUNS);
// Before a word that is thing or deed: what makes it the deed.
const VERB_LEADS = new Set('please to and then also you just kindly or now must should i we not can could would will ll go'.split(' '));
// Before a participle: something that is to be done after all.
const PASSIVE = new Set('be get gets being it them is are'.split(' '));
// Verbs of saying, which are for the user when `me` follows.
const TO_ME = stems('tell give let show write inform answer read remind provide');
const BREAK = /[.!?,:;\n()\-–"']/;

/** What the user asked for, as words: deeds are verbs by their place, words are all of them. */
export type Request = { readonly words: ReadonlySet<string>; readonly deeds: ReadonlySet<string> };

/** The words of a request. A word that is thing or deed (`email`, `order`) is a deed only at the head of a clause or behind a word that leads a verb. */
export function readRequest(text: string): Request {
  const words = new Set<string>();
  const deeds = new Set<string>();
  let before = '';
  let end = 0;
  const found = [...text.slice(0, MAX_REQUEST).matchAll(/[\p{L}\p{N}]+/gu)];
  for (const [i, match] of found.entries()) {
    const word = match[0].toLowerCase();
    const base = stem(word);
    const head = before === '' || BREAK.test(text.slice(end, match.index));
    words.add(base);
    if (isDeed(word, base, head, before, found[i + 1]?.[0].toLowerCase() ?? '')) deeds.add(base);
    before = word;
    end = match.index + match[0].length;
  }
  const plain = found.map(([word]) => word.toLowerCase());
  for (const meaning of meaningsOf(text.slice(0, MAX_REQUEST), plain)) {
    words.add(stem(meaning));
    deeds.add(stem(meaning));
  }
  return { words, deeds };
}

/** What was done already (`Bob shared`) and what is to be said to the user alone (`give me the date`) asks for no action on others. */
function isDeed(word: string, base: string, head: boolean, before: string, after: string): boolean {
  if (NOUN.has(base)) return (head || VERB_LEADS.has(before)) && !word.endsWith('s');
  if (TO_ME.has(base) && (after === 'me' || after === 'us')) return false;
  return !(word.length > 5 && word.endsWith('ed')) || PASSIVE.has(before);
}

/** Characters of a request whose words are read. */
const MAX_REQUEST = 100_000;

/** `asked`: the request names the action. `near`: it names the thing acted on. `step`: an action that serves another. `no`: neither. */
export type Intent = { readonly asked: 'asked' | 'near' | 'step' | 'no'; readonly high: boolean; readonly action: string };

/** Whether the request names what the tool does, by the tool's name; or whether the operator's words name the tool. */
export function intentOf(tool: ToolFacts, request: Request, operator: ReadonlySet<string> = new Set()): Intent {
  const parts = wordsOf(tool.name).map(stem);
  // What a server is called (`orders__refund`) is a thing and no action, unless it is about credentials.
  const own = [...wordsOf(lastSegment(tool.name)).map(stem), ...parts.filter((part) => SECURE.has(part))];
  const intent = intentIn(tool, own, parts, request);
  return parts.length > 1 && intent.asked !== 'asked' && parts.every((part) => operator.has(part)) ? { ...intent, asked: 'asked' } : intent;
}

function intentIn(tool: ToolFacts, parts: readonly string[], named: readonly string[], request: Request): Intent {
  const lines = LINES.filter((line) => parts.some((part) => line.tool.has(part)));
  const first = lines.filter((line) => verbFirst(parts, line.tool));
  const acting = first.length > 0 ? first : lines;
  const high = tool.effect === 'destructive' || acting.some((line) => line.action.high);
  const action = acting.find((line) => line.action.high)?.action.name ?? acting[0]?.action.name ?? parts[0] ?? '';
  if (STEP.has(parts.find((part) => STEP.has(part) || LINES.some((line) => line.tool.has(part))) ?? ''))
    return { asked: 'step', high: false, action };
  const harmful = acting.filter((line) => line.action.high);
  const wanted = harmful.length > 0 ? harmful : acting;
  if (wanted.length > 0 && wanted.every((line) => meets(line.said, line.action.thing === true ? request.words : request.deeds)))
    return { asked: 'asked', high, action };
  // A verb of no line asks for itself only.
  if (acting.length === 0 && parts.some((part) => request.deeds.has(part))) return { asked: 'asked', high, action };
  if (wanted.some((line) => meets(line.said, request.deeds))) return { asked: 'near', high, action };
  const things = named.filter((part) => !lines.some((line) => line.tool.has(part)) || NOUN.has(part));
  return { asked: things.some((part) => request.words.has(part)) ? 'near' : 'no', high, action };
}

/** Whether a word of the line opens the tool's name, or stands behind words that are no action: `git_delete_repo`. Credentials count anywhere. */
function verbFirst(parts: readonly string[], line: ReadonlySet<string>): boolean {
  const first = parts.find((part) => LINES.some((other) => other.tool.has(part)));
  return (first !== undefined && line.has(first)) || parts.some((part) => SECURE.has(part) && line.has(part));
}

const SECURE = stems('password passwd passphrase ssh credential credentials secret');

function meets(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const word of a) if (b.has(word)) return true;
  return false;
}

const FIND = /\b(?:find|found|look|stands?|listed|contains?|included?|get|see|check|use)\b/g;
/** Characters between the words of one instruction. */
const MAX_APART = 80;

/** Whether a request says that values of a kind are to be found at a source: `find her e-mail on www.example.org`, in this order and near. */
export function isToldToFind(request: string, kind: keyof typeof KIND_WORDS, source: string): boolean {
  const words = KIND_WORDS[kind].split(' ');
  for (const { index } of request.matchAll(FIND)) {
    const around = request.slice(index, index + 2 * MAX_APART + source.length);
    const at = around.indexOf(source);
    if (at < 0 || at > 2 * MAX_APART) continue;
    const between = around.slice(0, at);
    if (!/[!?]|\. /.test(between) && words.some((word) => between.includes(word))) return true;
  }
  return false;
}
