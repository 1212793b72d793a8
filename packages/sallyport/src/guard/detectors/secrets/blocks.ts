import type { StreamPattern } from '../../detector.ts';
import type { View } from '../../view.ts';
import { isSample } from './checks.ts';
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

const PEM_BEGIN = '-----BEGIN ';
const PEM_LABEL = /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
const PEM_DASHES = '-----';

/** The longest PEM key in use (RSA 16384) has about 12,600 characters; an unfinished block is taken to here. */
const MAX_PEM = 16_384;

/** Base64 that a private key has at the least (an Ed25519 key in PKCS#8 has 64). */
const MIN_PEM_BODY = 40;

/** `scheme://user:password@host` (RFC 3986, 3.2.1). */
const USERINFO = /\b([a-z][a-z0-9+.-]{1,30}):\/\/([^\s:/@"'<>]{0,60}):([^\s/@"'<>]{3,120})@([A-Za-z0-9.[\]:-]{2,})/y;

/** Private keys and connection strings. */
export function findBlocks(view: View, facts: Facts, hits: Hit[]): void {
  findPrivateKeys(view, facts, hits);
  findConnections(view, facts, hits);
}

function findPrivateKeys({ text }: View, facts: Facts, hits: Hit[]): void {
  for (let at = text.indexOf(PEM_BEGIN); at >= 0; at = text.indexOf(PEM_BEGIN, at + PEM_BEGIN.length)) {
    PEM_LABEL.lastIndex = at;
    const label = PEM_LABEL.exec(text)?.[0];
    if (label === undefined) continue;
    const window = text.slice(at, at + MAX_PEM);
    const close = window.indexOf(PEM_DASHES, label.length);
    const body = window.slice(label.length, close < 0 ? undefined : close);
    if (body.replace(/[^A-Za-z0-9+/=]/g, '').length < MIN_PEM_BODY || isSample(body)) continue;
    const tail = close < 0 ? window.length : close + (/^-----END [A-Z0-9 ]{0,60}-----/.exec(window.slice(close))?.[0].length ?? 0);
    hits.push({ start: at, end: at + tail, facts: facts(PRIVATE_KEY, window.slice(0, tail)) });
  }
}

function findConnections({ text }: View, facts: Facts, hits: Hit[]): void {
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    let start = at;
    while (start > 0 && at - start < 31 && /[a-z0-9+.-]/i.test(text.charAt(start - 1))) start--;
    USERINFO.lastIndex = start;
    const match = USERINFO.exec(text);
    if (match === null || !isRealPassword(match[3] ?? '')) continue;
    const value = match[0];
    hits.push({ start, end: start + value.length, facts: facts(CONNECTION, value) });
  }
}

function isRealPassword(password: string): boolean {
  return !isSample(password) && !/^(?:password|pass|pwd|secret|user|\*+|x+|\$.*|%[a-z(].*|\{.*|\[.*|<.*)$/i.test(password);
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
