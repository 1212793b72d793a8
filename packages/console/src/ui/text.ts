// Controls, bidi, zero-width, tag and other characters that draw nothing or change how others are drawn.
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- exactly these are what it replaces
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]|\udb40[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** What one place of a page shows of a text at most; the rest is said to be there. */
const MAX_SHOWN = 20_000;

/** Text from traffic as it may be drawn: characters that nobody sees stand as escapes, and a text of megabytes is cut. */
export function drawable(text: string, most: number = MAX_SHOWN): string {
  return cutAt(text, most).replace(INVISIBLE, escaped);
}

/** A text in stretches, for pages on which a person decides by it: each run of characters that nobody sees stands by itself, as escapes. */
export function stretches(given: string): readonly { readonly text: string; readonly hidden: boolean }[] {
  const text = cutAt(given, MAX_SHOWN);
  const found: { text: string; hidden: boolean }[] = [];
  let at = 0;
  for (const match of text.matchAll(INVISIBLE)) {
    if (match.index > at) found.push({ text: text.slice(at, match.index), hidden: false });
    const last = found.at(-1);
    if (last?.hidden === true && match.index === at) last.text += escaped(match[0]);
    else found.push({ text: escaped(match[0]), hidden: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push({ text: text.slice(at), hidden: false });
  return found;
}

function cutAt(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}… (${(text.length - most).toLocaleString()} more characters)` : text;
}

function escaped(text: string): string {
  return Array.from(text, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`).join('');
}

const time = new Intl.DateTimeFormat(undefined, {
  ...{ year: 'numeric', month: 'short', day: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
});
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** A moment in full, in the zone of who reads it, which is named. */
export function moment(at: number): string {
  return time.format(at);
}

/** How long ago, or until when. */
export function ago(at: number, now: number = Date.now()): string {
  const [unit, size] = STEPS.find(([, size]) => Math.abs(at - now) >= size) ?? ['second', 1_000];
  return relative.format(Math.round((at - now) / size), unit);
}

/** A share of 1 as per cent, with one digit below ten. */
export function percent(share: number): string {
  return new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 }).format(share);
}

export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
