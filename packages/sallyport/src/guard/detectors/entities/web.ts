import type { Entity } from './entity.ts';

const HOST = String.raw`(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}(?![a-z0-9-])`;
const AFTER_SCHEME = new RegExp(
  String.raw`(?:${HOST}|localhost|\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?(?:[/?#][^\s<>"'\x60]{0,2000})?`,
  'iy',
);
const WITHOUT_SCHEME = new RegExp(String.raw`${HOST}(?::\d{1,5})?(?:[/?#][^\s<>"'\x60]{0,2000})?`, 'iy');

/** Top-level domains of which an address without a scheme is believed; others are file names and abbreviations far more often. */
const TOP_LEVEL =
  /\.(?:com|org|net|edu|gov|mil|int|info|biz|io|dev|app|ai|co|uk|de|fr|it|es|nl|se|no|dk|fi|pl|ch|at|be|pt|ie|cz|ru|ua|tr|il|in|cn|jp|kr|au|nz|ca|us|mx|br|ar|za|eu)$/i;

/** Addresses of the web in a text: with `http`, with `www`, and in a short text also bare ones. */
export function addresses(text: string, found: Entity[]): void {
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    const scheme = /(?<![a-z0-9])(?:https?|ftp)$/i.exec(text.slice(Math.max(0, at - 6), at))?.[0];
    if (scheme !== undefined) addAt(text, at + 3, at - scheme.length, AFTER_SCHEME, found);
  }
  if (text.length > SHORT) return;
  for (const match of text.matchAll(/(?<![\w@.:/-])[a-z0-9-]{1,63}\.[a-z]/gi)) {
    WITHOUT_SCHEME.lastIndex = match.index;
    const host = /^[^/?#:]+/.exec(WITHOUT_SCHEME.exec(text)?.[0] ?? '')?.[0] ?? '';
    if (TOP_LEVEL.test(host) && (!/^www\./i.test(host) || host.split('.').length > 2))
      addAt(text, match.index, match.index, WITHOUT_SCHEME, found);
  }
}

/** Text in which an address without a scheme is looked for. */
const SHORT = 200;

function addAt(text: string, host: number, start: number, form: RegExp, found: Entity[]): void {
  form.lastIndex = host;
  const match = form.exec(text)?.[0];
  if (match === undefined) return;
  const length = match.replace(/[.,;:!?)\]}]+$/, '').length;
  found.push({ type: 'URL', start, end: host + length, confidence: 0.35, why: 'address of the web' });
}
