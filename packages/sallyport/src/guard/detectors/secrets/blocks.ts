import type { StreamPattern } from '../../detector.ts';
import type { View } from '../../view.ts';
import { isRealPassword } from './assigned.ts';
import { isSample } from './sample.ts';
import type { Facts, Hit, SecretFormat } from './format.ts';

const PRIVATE_KEY: SecretFormat = {
  id: 'private-key',
  label: 'private key (PEM, RFC 7468)',
  type: 'PRIVATE_KEY',
  source: '',
  severity: 'critical',
  confidence: 0.99,
};
const CONNECTION: SecretFormat = {
  id: 'connection-string',
  label: 'address with a password',
  type: 'CONNECTION_STRING',
  source: '',
  severity: 'high',
  confidence: 0.9,
};

/** What the streaming machine knows of these. */
export const BLOCKS: readonly SecretFormat[] = [PRIVATE_KEY, CONNECTION];

const BEGIN = 'BEGIN ';
const PEM_LABEL = /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
const PEM_DASHES = '-----';

/** The longest PEM key in use (RSA 16384) has about 12,600 characters; an unfinished block is taken to here. */
const MAX_PEM = 16_384;

/** Base64 that a private key has at the least (an Ed25519 key in PKCS#8 has 64). */
const MIN_PEM_BODY = 40;

/** `scheme://user:password@host` (RFC 3986, 3.2.1). */
const USERINFO = /\b([a-z][a-z0-9+.-]{1,30}):\/\/([^\s:/@"'<>]{0,60}):([^\s/@"'<>]{3,120})@([A-Za-z0-9.[\]:-]{2,})/y;

const PUTTY: SecretFormat = { ...PRIVATE_KEY, id: 'putty-key', label: 'private key (PuTTY)' };
const JWK: SecretFormat = { ...PRIVATE_KEY, id: 'json-web-key', label: 'private JSON Web Key (RFC 7517)', confidence: 0.95 };
const COMMAND_LOGIN: SecretFormat = { ...CONNECTION, id: 'command-login', label: 'user and password of a command', type: 'PASSWORD' };

const PUTTY_HEAD = 'PuTTY-User-Key-File-';
const PUTTY_BODY = /Private-Lines: \d{1,4}\s{1,4}([A-Za-z0-9+/=\s]{40,8000})/;

/** The private part of a key stands within so many characters of its type. */
const JWK_REACH = 1_500;
const QUOTE = 34;
const JWK_PRIVATE = /["'](?:d|k)["']\s{0,4}:\s{0,4}["']([A-Za-z0-9_-]{21,700})["']/;

/** `curl -u user:password`, `wget --http-password=`: credentials of other commands have names (`--password`). */
const LOGIN = /\s(?:-u|--user|--proxy-user)[ =]["']?([^\s:"'$<{]{1,60}):([^\s"'$<{]{4,120})["']?(?=\s|$)/y;

/** Private keys and connection strings. */
export function findBlocks(view: View, facts: Facts, hits: Hit[]): void {
  findPrivateKeys(view, facts, hits);
  findConnections(view, facts, hits);
  findOtherKeys(view, facts, hits);
  findLogins(view, facts, hits);
}

function findOtherKeys({ text }: View, facts: Facts, hits: Hit[]): void {
  for (let at = text.indexOf(PUTTY_HEAD); at >= 0; at = text.indexOf(PUTTY_HEAD, at + PUTTY_HEAD.length)) {
    const body = PUTTY_BODY.exec(text.slice(at, at + MAX_PEM));
    if (body !== null) hits.push({ start: at, end: at + body.index + body[0].length, facts: facts(PUTTY, body[1] ?? '') });
  }
  let done = 0;
  // Without the first quote, which is in every line of JSON.
  for (let name = text.indexOf('kty"'); name >= 0; name = text.indexOf('kty"', name + 1)) {
    const at = name - 1;
    if (at < done || text.charCodeAt(at) !== QUOTE) continue;
    done = at + JWK_REACH;
    const from = Math.max(0, at - JWK_REACH);
    const found = JWK_PRIVATE.exec(text.slice(from, at + JWK_REACH));
    const value = found?.[1] ?? '';
    if (found === null || isSample(value)) continue;
    const end = from + found.index + found[0].length - 1;
    hits.push({ start: end - value.length, end, facts: facts(JWK, value) });
  }
}

function findLogins({ text }: View, facts: Facts, hits: Hit[]): void {
  // Every sign has `-u`, which is rare; blanks are not.
  for (let u = text.indexOf('-u'); u >= 0; u = text.indexOf('-u', u + 2)) {
    const at = loginAt(text, u);
    if (at < 0) continue;
    LOGIN.lastIndex = at;
    const match = LOGIN.exec(text);
    const password = match?.[2] ?? '';
    if (match === null || !/[0-9]/.test(password) || /^[0-9]+$/.test(password) || !isRealPassword(password)) continue;
    const start = at + match[0].lastIndexOf(password);
    hits.push({ start, end: start + password.length, facts: facts(COMMAND_LOGIN, password) });
  }
}

/** Where ` -u `, ` --user` or ` --proxy-user` begins that has its `-u` at a place; -1 for none. */
function loginAt(text: string, u: number): number {
  if (text.startsWith(' -u ', u - 1)) return u - 1;
  if (text.startsWith(' --user', u - 2)) return u - 2;
  const proxy = u - ' --proxy'.length;
  return text.startsWith(' --proxy-user', proxy) ? proxy : -1;
}

function findPrivateKeys({ text }: View, facts: Facts, hits: Hit[]): void {
  // Without its dashes, of which code and tables have many.
  for (let begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, begin + BEGIN.length)) {
    const at = begin - PEM_DASHES.length;
    if (at < 0) continue;
    PEM_LABEL.lastIndex = at;
    const label = PEM_LABEL.exec(text)?.[0];
    if (label === undefined) continue;
    const window = text.slice(at, at + MAX_PEM);
    const close = window.indexOf(PEM_DASHES, label.length);
    const body = window.slice(label.length, close < 0 ? undefined : close);
    if (body.replace(/[^A-Za-z0-9+/=]/g, '').length < MIN_PEM_BODY || /\.{4}|x{5}|\*{4}|\bYOUR\b|example|redacted/i.test(body)) continue;
    const tail = close < 0 ? window.length : close + (/^-----END [A-Z0-9 ]{0,60}-----/.exec(window.slice(close))?.[0].length ?? 0);
    hits.push({ start: at, end: at + tail, facts: facts(PRIVATE_KEY, window.slice(0, tail)) });
  }
}

function findConnections({ text }: View, facts: Facts, hits: Hit[]): void {
  if (!text.includes('@')) return;
  // Without the colon, which is more common than two slashes.
  for (let slashes = text.indexOf('//'); slashes >= 0; slashes = text.indexOf('//', slashes + 1)) {
    const at = slashes - 1;
    if (text.charCodeAt(at) !== COLON || !hasPassword(text, slashes + 2)) continue;
    let start = at;
    while (start > 0 && at - start < 31 && /[a-z0-9+.-]/i.test(text.charAt(start - 1))) start--;
    USERINFO.lastIndex = start;
    const match = USERINFO.exec(text);
    if (match === null || match[2] === match[3] || !isRealPassword(match[3] ?? '')) continue;
    const value = match[0];
    hits.push({ start, end: start + value.length, facts: facts(CONNECTION, value) });
  }
}

const COLON = 58;
const MAX_USER = 60;

/** Whether a colon stands before the next slash, `@` or blank: most addresses are rejected here. */
function hasPassword(text: string, from: number): boolean {
  for (let i = from; i <= from + MAX_USER; i++) {
    const c = text.charCodeAt(i);
    if (c === COLON) return true;
    if (c === 47 || c === 64 || c === QUOTE || c === 32) return false;
  }
  return false;
}

/** What the streaming machine looks for: the whole of a key's lines up to its bound, and addresses with a password. */
export const blockPatterns = (facts: Facts): readonly StreamPattern[] => [
  {
    id: 'secrets.private-key',
    source: '-----BEGIN ([A-Z0-9]{2,12} ){0,3}PRIVATE KEY( BLOCK)?-----[A-Za-z0-9+/=\\s:,-]{40,4000}',
    finding: (value) => facts(PRIVATE_KEY, value),
  },
  {
    id: 'secrets.connection-string',
    source:
      '\\b(postgres|postgresql|mysql|mariadb|mongodb|mongodb\\+srv|redis|rediss|amqp|amqps|mssql|https|http|ftp|smtp)://[^\\s:/@"\'<>]{0,60}:[^\\s/@"\'<>]{3,120}@[A-Za-z0-9.-]{2,100}',
    verify: (value) => isRealPassword(/:\/\/[^:]*:([^@]*)@/.exec(value)?.[1] ?? ''),
    finding: (value) => facts(CONNECTION, value),
  },
];
