import { foldText, HASH_DIGITS, MAX_TYPE, type FoldedText } from '../pattern/index.ts';

/** Opening and closing brackets as text hides them: themselves, HTML entities, JSON escapes, percent-encoding. */
const OPEN = '(?:<|&lt;|&#0{0,5}60;|&#x0{0,5}3c;|\\\\u003c|%3c)';
const CLOSE = '(?:>|&gt;|&#0{0,5}62;|&#x0{0,5}3e;|\\\\u003e|%3e)';

/** More than a placeholder's own form: what a model may take for one. */
const LOOKALIKE = new RegExp(`${OPEN}[A-Z][A-Z0-9_]{0,${MAX_TYPE}}_[0-9a-f]{${HASH_DIGITS.min},${HASH_DIGITS.max}}${CLOSE}`, 'gi');

/** Units that fold to an underscore, or are half of a tag character that carries one. */
const OTHER_UNDERSCORES = /[\ufe33\ufe34\ufe4d-\ufe4f\uff3f\udc5f]/;

/**
 * Changes each look-alike of a placeholder in incoming text (any case, fullwidth letters, invisible characters inside): the underscore
 * before its hash becomes a hyphen, which no placeholder has there. The same string when there is none.
 */
export function escapeLookalikes(text: string): string {
  if (!mayHold(text)) return text;
  const dropped = escapeIn(text, foldText(text));
  return escapeIn(dropped, foldText(dropped, 'read'));
}

/** Is there an underscore before what may be a hash? One pass over the underscores. */
function mayHold(text: string): boolean {
  for (let at = text.indexOf('_'); at >= 0; at = text.indexOf('_', at + 1)) if (mayBeHash(text, at + 1)) return true;
  return OTHER_UNDERSCORES.test(text);
}

function mayBeHash(text: string, from: number): boolean {
  for (let at = from; at < from + HASH_DIGITS.min; at++) {
    const unit = text.charCodeAt(at);
    // What is not ASCII may be invisible or fold to a digit; only folding can tell.
    if (unit >= 0x80) return true;
    const lower = unit | 0x20;
    if (!((unit >= 0x30 && unit <= 0x39) || (lower >= 0x61 && lower <= 0x66))) return false;
  }
  return true;
}

function escapeIn(raw: string, folded: FoldedText): string {
  let out = '';
  let taken = 0;
  for (const match of folded.text.matchAll(LOOKALIKE)) {
    const underscore = folded.rawRange(match.index + match[0].lastIndexOf('_'));
    out += `${raw.slice(taken, underscore.start)}-`;
    taken = underscore.end;
  }
  return taken === 0 ? raw : out + raw.slice(taken);
}
