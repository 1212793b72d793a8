/**
 * The code of a component of Vue or Svelte, at the places of the file: its scripts, and each expression that becomes markup (`v-html`, `{@html}`) as a
 * call of `$_`, for which checks know it. Everything else is blank. `undefined` for other files.
 */
export function componentCode(path: string, text: string): string | undefined {
  const markup = /\.vue$/i.test(path) ? vue : /\.svelte$/i.test(path) ? svelte : undefined;
  if (markup === undefined) return undefined;
  const out = text.replace(/[^\n]/g, ' ').split('');
  const put = (at: number, code: string): void => {
    for (let offset = 0; offset < code.length; offset++) out[at + offset] = code[offset] as string;
  };
  let from = 0;
  const opens = /<(script|style)\b[^>]{0,500}>/gi;
  for (let open = opens.exec(text); open !== null; open = opens.exec(text)) {
    markup(text, from, open.index, put);
    const start = open.index + open[0].length;
    const end = closeOf(text, start, open[1] ?? '');
    if (open[1]?.toLowerCase() === 'script') put(start, text.slice(start, end));
    opens.lastIndex = from = end;
  }
  markup(text, from, text.length, put);
  return out.join('');
}

type Put = (at: number, code: string) => void;

/** What opens a hole is as long as what stands for it: places stay. */
const VUE_CALL = ';()=>$_(';
const SVELTE_CALL = ';_=>$_(';
/** Longer ones are no expressions that somebody wrote into an attribute. */
const MAX_EXPRESSION = 500;

function vue(text: string, from: number, to: number, put: Put): void {
  for (const open of ['v-html="', "v-html='"])
    for (let at = text.indexOf(open, from); at >= 0 && at < to; at = text.indexOf(open, at + 1)) {
      const start = at + open.length;
      const end = text.indexOf(open.at(-1) as string, start);
      if (end < 0 || end > to) return;
      if (end - start <= MAX_EXPRESSION) put(at, `${VUE_CALL}${text.slice(start, end)})`);
    }
}

function svelte(text: string, from: number, to: number, put: Put): void {
  for (let at = text.indexOf('{@html ', from); at >= 0 && at < to; at = text.indexOf('{@html ', at + 1)) {
    const start = at + '{@html '.length;
    let open = 1;
    let end = start;
    for (; end < to && end - start <= MAX_EXPRESSION; end++) {
      if (text[end] === '{') open++;
      else if (text[end] === '}' && --open === 0) break;
    }
    if (open === 0) put(at, `${SVELTE_CALL}${text.slice(start, end)})`);
  }
}

function closeOf(text: string, from: number, tag: string): number {
  const close = new RegExp(`</${tag}`, 'gi');
  close.lastIndex = from;
  return close.exec(text)?.index ?? text.length;
}
