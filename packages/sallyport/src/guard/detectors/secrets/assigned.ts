import type { View } from '../../view.ts';
import type { Facts, Hit, SecretFormat } from './format.ts';
import { Hints } from './hints.ts';
import { claimOf, type Claim } from './names.ts';
import { looksOf } from './random.ts';
import { isSample } from './sample.ts';

const PASSWORD: SecretFormat = { id: 'password', label: 'password in an assignment', type: 'PASSWORD', source: '', confidence: 0.8 };
const ASSIGNED: SecretFormat = { id: 'assigned', label: 'credential in an assignment', type: 'CREDENTIAL', source: '', confidence: 0.75 };
const BASIC: SecretFormat = {
  id: 'basic-auth',
  label: 'user and password of HTTP Basic (RFC 7617)',
  type: 'PASSWORD',
  source: '',
  confidence: 0.9,
};

/** How far a name reaches to either side of its hint. */
const NAME_REACH = 60;

/** What stands between a name and its value, and what is known about the value then. Each is tried in turn, behind the name. */
const SEPARATORS: readonly { readonly form: Form; readonly pattern: RegExp }[] = [
  // `= "`, `": "`, ` := `, `=>`, `: str = `, `: Bearer `; a value may stand in the next line of a YAML block.
  {
    form: 'assigned',
    pattern:
      /["'`]?\]?[ \t]{0,12}(?:[?!]?:[ \t]?[A-Za-z][\w<>|.[\]& ]{0,24}[ \t]?(?==[^=>]))?(?::=|={1,3}|=>|::?)[ \t]{0,12}(?:[|>]-?\s{1,20})?/y,
  },
  // `<add key="ApiKey" value="`, `{"name": "API_KEY", "value": "`, `- name: API_KEY` and `value:` below it.
  { form: 'assigned', pattern: /["']?,?\s{1,40}["']?(?:value|content|default)["']?[ \t]{0,4}[:=][ \t]{0,4}/iy },
  // `<password>`, `<string name="api_key">`.
  { form: 'element', pattern: /["']?>[ \t]{0,4}/y },
  // `define('API_KEY', '`, `setPassword("`.
  { form: 'argument', pattern: /["']?[ \t]{0,2}[,(][ \t]{0,4}(?=["'`])/y },
  // `--token `, `ENV API_KEY `, `password is `, `Bearer `.
  { form: 'spoken', pattern: /[ \t]{1,4}(?:is|lautet|es|est|是)?[ \t:]{0,4}/y },
];

type Form = 'assigned' | 'element' | 'argument' | 'spoken';

const QUOTED = /(?:[a-zA-Z]{1,2})?(["'`])(?:(?:Bearer|Basic|Token|Key|SSWS)[ \t]{1,4})?((?:(?!\1)[^\n\\]){6,300})\1/y;
const PLAIN = /(?:(?:Bearer|Basic|Token|Key|SSWS)[ \t]{1,4})?([^\s"'`,;&<>(){}[\]\\]{6,300})(.?)/y;

/** Values by the name they are assigned to, in code, configurations, headers, commands and prose. */
export function findAssignments(view: View, facts: Facts, hits: Hit[]): void {
  const { text } = view;
  // What other rules found, in order: these findings come in order too, so one pass over both shows which overlap.
  const known = hits.map(({ start, end }) => ({ start, end })).sort((a, b) => a.start - b.start);
  let next = 0;
  const hint = new Hints(view);
  for (let done = 0; hint.next(done);) {
    let from = hint.start;
    while (from > hint.start - NAME_REACH && inName(text.charCodeAt(from - 1))) from--;
    let end = hint.end;
    while (end < hint.end + NAME_REACH && inName(text.charCodeAt(end))) end++;
    done = end;
    // A dot or dash at the end belongs to the sentence.
    let stop = end;
    while (isJoint(text.charCodeAt(stop - 1))) stop--;
    if (!mayHold(text, from, stop)) continue;
    const name = qualified(text, from) + text.slice(from, stop);
    const claim = text.charCodeAt(hint.start) > 127 ? 'password' : claimOf(name);
    if (claim === undefined) continue;
    const found = valueAfter(text, from, stop, name, claim);
    if (found === undefined) continue;
    done = Math.max(end, found.end);
    while (next < known.length && (known[next]?.end ?? 0) <= found.start) next++;
    if ((known[next]?.start ?? Infinity) < found.end) continue;
    hits.push({ start: found.start, end: found.end, facts: facts(found.format, text.slice(found.start, found.end)) });
  }
}

/** Letters, digits, `_`, `-` and `.`; false for the end of a text. */
function inName(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95 || isJoint(c);
}

function isJoint(c: number): boolean {
  return c === 45 || c === 46;
}

/** Whether a value may follow: most names in prose are followed by a blank and a word, which only a few names may be. */
function mayHold(text: string, from: number, end: number): boolean {
  let at = end;
  while (at < end + MAX_BLANKS && BLANK.has(text.charCodeAt(at))) at++;
  const c = text.charCodeAt(at);
  if (at === end || !BLANK.has(c)) {
    if (HOLDS.has(c)) return true;
    if (CLOSES.has(c) && /^["'`\]]{1,2}\s{0,4}(?:[=:,>]|value)/.test(text.slice(at, at + 10))) return true;
    if (c === 10 && /(?:name|key)["']?[ \t]{0,4}[:=][ \t]{0,4}["']?$/.test(text.slice(Math.max(0, from - 16), from))) return true;
  }
  if (at === end) return false;
  const last = text.charCodeAt(end - 1);
  return (
    text.charCodeAt(from) === 45 ||
    (last >= 65 && last <= 90) ||
    SPOKEN.test(text.slice(from, end)) ||
    (c === 105 && text.startsWith('is ', at))
  );
}

/** Columns that a configuration is aligned by. */
const MAX_BLANKS = 12;

/** The word that says which key a `key` or `token` of prose is: `the secret key is`. */
function qualified(text: string, from: number): string {
  const word = /(?:^|[^A-Za-z])(secret|access|api|auth|private|client|refresh|bearer|service|signing)[ ]$/i.exec(
    text.slice(Math.max(0, from - 10), from),
  );
  return word === null ? '' : `${word[1] ?? ''}_`;
}

const codes = (chars: string): ReadonlySet<number> => new Set(Array.from(chars, (char) => char.charCodeAt(0)));
const BLANK = codes(' \t');
const HOLDS = codes('=:>(');
const CLOSES = codes('"\'`]');
const SPOKEN = /pass|pwd|bearer|kennwort|senha|contrase|[\u0080-\uffff]/i;

type Found = { readonly start: number; readonly end: number; readonly format: SecretFormat };

function valueAfter(text: string, from: number, end: number, name: string, claim: NonNullable<Claim>): Found | undefined {
  for (const { form, pattern } of SEPARATORS) {
    pattern.lastIndex = end;
    const separator = pattern.exec(text);
    // `arn:aws:secretsmanager:eu-west-1:123:secret:name`: a piece of a longer name.
    if (separator === null || (separator[0] === ':' && text.charAt(from - 1) === ':')) continue;
    if (form === 'element' && !opensElement(text, from)) continue;
    if (form === 'spoken' && !maySpeak(text, from, end, name, claim)) continue;
    const at = end + separator[0].length;
    const found = readValue(text, at, form, claim, /[A-Z]/.test(name) && name === name.toUpperCase(), separator[0]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a name stands in the head of an element: `<name` or an attribute of one. */
function opensElement(text: string, from: number): boolean {
  return /<[\w.:-]{0,40}(?:[ \t][^<>\n]{0,80})?$/.test(text.slice(Math.max(0, from - 120), from));
}

/** A blank alone separates a name from its value in commands, in Dockerfiles and .netrc, and in `the password is`. */
function maySpeak(text: string, from: number, end: number, name: string, claim: NonNullable<Claim>): boolean {
  const before = text.slice(Math.max(0, from - 80), from);
  if (/(?:^|\s)-{1,2}$/.test(before) || /^-{1,2}/.test(name)) return true;
  if (/^bearer$/i.test(name)) return true;
  if (/(?:^|\n)[ \t]{0,8}(?:ENV|ARG|SetEnv|export|set|setx|requirepass)[ \t]{1,4}$/.test(before)) return true;
  if (claim !== 'password') return claim === 'strong' && /^[ \t]{1,4}is[ \t]/.test(text.slice(end, end + 8));
  return /^(?:\w{1,20}[_-])?(?:password|passwd|passphrase|pwd|passwort|kennwort|senha|contrase)|[\u0080-\uffff]/i.test(name);
}

function readValue(text: string, at: number, form: Form, claim: NonNullable<Claim>, loud: boolean, separator: string): Found | undefined {
  QUOTED.lastIndex = at;
  const quoted = QUOTED.exec(text);
  if (quoted !== null) {
    const value = quoted[2] ?? '';
    const start = at + quoted[0].length - 1 - value.length;
    return judged(value, start, claim, true, form, /Basic[ \t]/.test(quoted[0]));
  }
  if (form === 'argument') return undefined;
  PLAIN.lastIndex = at;
  const plain = PLAIN.exec(text);
  const raw = plain?.[1] ?? '';
  // A call, an index or an interpolation: code, no value.
  if (plain === null || /[([{]/.test(plain[2] ?? '') || raw.endsWith('$')) return undefined;
  const value = raw.replace(/[.!?:]{1,9}$/, '');
  const start = at + plain[0].length - (plain[2] ?? '').length - raw.length;
  const close = form === 'element' || loud || /[=:]$/.test(separator) || (form === 'spoken' && !/\bis\b/.test(separator));
  return judged(value, start, claim, form === 'element' || close, form, /^Basic[ \t]/.test(plain[0]));
}

/** `firm`: the value stands in quotes or directly behind its name, so it is a literal and no expression. */
function judged(value: string, start: number, claim: NonNullable<Claim>, firm: boolean, form: Form, basic: boolean): Found | undefined {
  const end = start + value.length;
  if (basic) return isBasic(value) ? { start, end, format: BASIC } : undefined;
  if (claim === 'password') return isPassword(value, firm, form) ? { start, end, format: PASSWORD } : undefined;
  return isKey(value, claim, firm, form) ? { start, end, format: ASSIGNED } : undefined;
}

function isBasic(value: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{8,400}={0,2}$/.test(value)) return false;
  const [user, password] = Buffer.from(value, 'base64').toString('latin1').split(':');
  return user !== undefined && password !== undefined && /^[\x20-\x7e]{3,}$/.test(password) && isRealPassword(password);
}

/** A reference, code, a path, an address, a hash, a public key or a plain word. */
const NOT_A_VALUE =
  /^(?:process\.|os\.|env[.:(]|self\.|this\.|config\.|settings\.|vault:|op:\/\/|ref[+:]|secret:\/|arn:|projects\/|https?:|file:|\.{0,2}\/|~\/|@|%[A-Za-z_]+%|\$[A-Za-z_{(]|\$\d?[a-z]{0,2}\d*\$|\{|#\{|<|sha\d{1,3}[-:]|md5[-:]|ssh-|ecdsa-|AAAA[BCE]3Nza|pk_(?:live|test)|MIIBI|MII[CD]Ij|MFkw|MCow|data:|image\/|null|none|nil|true|false|undefined|function|async|await|required|optional|string|number|boolean)|[${]\{|\$\(|:\/\/|\{\{|^[a-z_.-]+$|^[A-Z_.-]+$|^[A-Z]?[a-z]+(?:[A-Z][a-z]+)*$|^[\d.,:TZ/+-]+$|^(?:[A-Za-z_][A-Za-z0-9_]{0,40}\.){1,6}[A-Za-z_]\w{0,40}$/;

/** Passwords of tutorials, and such that only name what they stand for. */
const COMMON =
  /^(?:p[a@]ss(?:w[o0]rd)?|passwd|pwd|secret|admin|root|test|tester|user|username|guest|demo|default|postgres|mysql|mongo|redis|qwerty|letmein|welcome|hunter2|foo|bar|baz|abc|none|null|hello|temp|tmp|login|string|value|sa|my|the|correct)?[\W_]{0,3}(?:p[a@]ss(?:w[o0]rd)?|secret|admin|test|user|foo|bar|word)?[\W_]{0,2}[0-9]{0,4}[\W_]{0,3}$/i;

/** Whether a password is more than a word for one. */
export function isRealPassword(password: string): boolean {
  return !isSample(password) && !COMMON.test(password) && !/^(?:\*+|x+|\$.*|%[a-z(].*|\{.*|\[.*|<.*|#\{.*)$/i.test(password);
}

/** Digits and letters mixed, or letters and signs that stand in quotes and are no sentence. */
function isPassword(value: string, firm: boolean, form: Form): boolean {
  if (value.length > 100 || /\s/.test(value) || NOT_A_VALUE.test(value) || !isRealPassword(value)) return false;
  const looks = looksOf(value);
  if (looks.uuid && form === 'spoken') return false;
  if (looks.digits > 0 && looks.upper + looks.lower > 0)
    return !looks.wordy || looks.digits > 1 || (looks.upper > 0 && looks.lower > 0) || /[^A-Za-z0-9_.-]/.test(value);
  return firm && form !== 'spoken' && /[^\p{L}\p{N}_.:/-]/u.test(value) && looks.upper + looks.lower > 0 && !looks.wordy;
}

/** Shorter ones are words, versions and counters. */
const MIN_KEY = 8;
const MIN_WEAK = 20;

function isKey(value: string, claim: NonNullable<Claim>, firm: boolean, form: Form): boolean {
  if (value.length < MIN_KEY || !/^[A-Za-z0-9+/_.~!@#$%^*:|-]+={0,2}$/.test(value) || NOT_A_VALUE.test(value) || isSample(value))
    return false;
  const looks = looksOf(value);
  if (claim === 'weak') return isRandom(value, looks);
  if (form === 'spoken' && value.length < 16) return false;
  if (looks.uuid) return true;
  if (looks.digits === 0) return value.length >= MIN_WEAK && looks.upper > 2 && looks.lower > 2 && !looks.wordy && looks.entropy >= 3.8;
  if (looks.upper + looks.lower === 0) return false;
  if (looks.hex) return value.length >= 16 && looks.entropy >= 2.6;
  if (looks.wordy && looks.digits < value.length / 5) return false;
  if (value.length < 16) return firm && looks.digits > 1 && looks.entropy >= 2.75 && !COMMON.test(value);
  return looks.entropy >= (firm ? 3 : 3.5);
}

/** Random by its own looks, whatever it is called: no hash, no identifier, no word. */
function isRandom(value: string, looks: ReturnType<typeof looksOf>): boolean {
  if (value.length < MIN_WEAK || looks.hex || looks.uuid || looks.wordy || looks.digits < 2) return false;
  return looks.entropy >= 3.6 && looks.lower > 0 && (looks.upper > 1 || looks.entropy >= 3.8);
}
