import type { ExpressionLanguage } from './dialect.ts';

/** Names from the outermost inward; `[]` is any element. */
export type Path = readonly string[];

/**
 * What a hole shows. `paths`: values that arrive as they are. `isRaw`: it says itself that nothing is escaped; `isSafe`: what arrives can do no harm in
 * markup. `isOpen`: a function of which nothing is known stands between, so that no flow is told.
 */
export type Expression = { readonly paths: readonly Path[]; readonly isRaw: boolean; readonly isSafe: boolean; readonly isOpen: boolean };

/** Longer ones are no expressions. */
const MAX_LENGTH = 600;
const NOTHING: Expression = { paths: [], isRaw: false, isSafe: false, isOpen: true };

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Filters and functions that switch escaping off. */
const RAW = words(
  'safe safeseq raw safeHTML safeHtml safehtml SafeHTML unsafe unescaped unescape noescape str2html rawHTML rawHtml htmlSafe',
);
/** Filters whose result is no markup, or was cleaned. */
const CLEAN = words(
  'e escape force_escape forceescape escapejs striptags strip_tags sanitize sanitize_html bleach clean clean_html nh3 purify tojson json json_script ' +
    'json_encode int integer float length count size wordcount urlencode url_encode iriencode urlize slugify date time timesince filesizeformat ' +
    'intcomma floatformat round abs yesno pluralize escape_once h html_escape xmlescape',
);
/** Filters that hand on what they get. */
const PASSING = words(
  'lower upper title capitalize capfirst trim strip default default_if_none d replace join first last nl2br linebreaks linebreaksbr truncate ' +
    'truncatechars truncatewords center ljust rjust format indent string wordwrap reverse random sort slice cut add addslashes concat append prepend ' +
    'markdown markdownify md html trans translate spaceless',
);
/** Methods of JavaScript that hand on what they are called on; `stringify` hands on its argument, with its markup. */
const PASSING_METHODS = words('trim toString toUpperCase toLowerCase slice substring substr concat join stringify String marked parse');
const KEYWORDS = words(
  'true false null undefined nil None True False and or not if else in is typeof instanceof new this void return const let var function of for each',
);

export function readExpression(language: ExpressionLanguage, text: string): Expression {
  if (text.length > MAX_LENGTH) return NOTHING;
  switch (language) {
    case 'filters':
      return filtered(text);
    case 'javascript':
      return computed(text);
    case 'handlebars':
      return mustached(text);
    case 'go':
      return piped(text);
  }
}

/** `a.b|default("x")|safe`. */
function filtered(text: string): Expression {
  const [head = '', ...rest] = splitAt(text, '|');
  const names = rest.map((part) => /^\s*([\w.]+)/.exec(part)?.[1]?.split('.').at(-1) ?? '');
  const { paths, isOpen } = computed(head.replaceAll('~', '+'));
  return {
    paths,
    isRaw: names.some((name) => RAW.has(name)),
    isSafe: names.some((name) => CLEAN.has(name)),
    isOpen: isOpen || names.some((name) => !RAW.has(name) && !CLEAN.has(name) && !PASSING.has(name)),
  };
}

/** Names, fields, texts and operators. */
function computed(text: string): Expression {
  const bare = withoutTexts(text);
  const paths: Path[] = [];
  let isOpen = false;
  for (const match of bare.matchAll(
    /(?<![\w$.])([A-Za-z_$][\w$]*(?:\s*\??\.\s*[A-Za-z_$][\w$]*|\[\s*\d{1,6}\s*\]|\["[\w$-]{1,60}"\])*)\s*(\(?)/g,
  )) {
    const steps = stepsOf(match[1] ?? '');
    const last = steps.at(-1) ?? '';
    if (match[2] === '(') {
      if (!PASSING_METHODS.has(last)) isOpen ||= true;
      else if (steps.length > 1 && last !== 'stringify' && last !== 'parse') paths.push(steps.slice(0, -1));
    } else if (!KEYWORDS.has(last) && !KEYWORDS.has(steps[0] ?? ''))
      paths.push(steps[0] === 'locals' && steps.length > 1 ? steps.slice(1) : steps);
  }
  return { paths, isRaw: false, isSafe: false, isOpen };
}

function stepsOf(text: string): string[] {
  return text
    .replaceAll(/\[\s*\d+\s*\]/g, '.[]')
    .replaceAll(/\["([^"]+)"\]/g, '.$1')
    .split('.')
    .map((step) => step.replaceAll(/[\s?]/g, ''))
    .filter((step) => step !== '');
}

/** A name or `helper argument ...`. */
function mustached(text: string): Expression {
  const bare = text.trim().replace(/^~|~$/g, '').trim();
  if (!/^(?:@root[./]|\.{1,2}\/|this[./])*[\w$.[\]@-]+$/.test(bare)) return NOTHING;
  return { paths: [handlebarsPath(bare)], isRaw: false, isSafe: false, isOpen: false };
}

/** `../a.b`, `this.a`, `@root.a`. */
export function handlebarsPath(text: string): Path {
  return text
    .replaceAll('../', '')
    .replaceAll('/', '.')
    .split('.')
    .map((step) => step.replace(/^\[(.*)\]$/, '$1'))
    .filter((step) => step !== '' && step !== 'this' && step !== '@root');
}

/** `.A.B | safeHTML`, `safeHTML .A`, `$x.A`. What `html/template` escapes by itself needs no look. */
function piped(text: string): Expression {
  const bare = withoutTexts(text);
  const functions = [...bare.matchAll(/(?<![\w.$])[A-Za-z_]\w*/g)].map(([name]) => name);
  return {
    paths: [...bare.matchAll(/(?<![\w).$])(?:\$\w*(?:\.[A-Za-z_]\w*)*|(?:\.[A-Za-z_]\w*)+|\.(?![\w.]))/g)].map(([path]) => goPath(path)),
    isRaw: functions.some((name) => RAW.has(name)),
    isSafe: false,
    isOpen: functions.some((name) => !RAW.has(name)),
  };
}

/** `.A.B` and `$.A` begin at the data, `$x.A` at a variable. */
export function goPath(text: string): Path {
  return text.split('.').filter((step) => step !== '' && step !== '$');
}

/** Texts in quotes blanked, but for keys in brackets; same length. */
function withoutTexts(text: string): string {
  const keyed = text.replaceAll(/\['([\w$-]{1,60})'\]/g, '["$1"]');
  return keyed.replaceAll(/(?<!\[)"(?:[^"\\]|\\.)*"|(?<!\[)'(?:[^'\\]|\\.)*'/g, (found) => ' '.repeat(found.length));
}

/** Parts between separators that stand in no text and no bracket; a doubled separator is another operator. */
function splitAt(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quote = '';
  let open = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] as string;
    if (quote !== '') {
      if (letter === '\\') at++;
      else if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '(' || letter === '[') open++;
    else if (letter === ')' || letter === ']') open--;
    else if (letter === separator && open <= 0 && text[at + 1] !== separator && text[at - 1] !== separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}
