/** How a hole is written: what stands in `raw` arrives as markup, `code` has no output, `comment` and `text` are not read. */
export type Form = { readonly open: string; readonly close: string; readonly is: 'raw' | 'escaped' | 'code' | 'comment' };

/** How the text in a hole is read. */
export type ExpressionLanguage = 'filters' | 'javascript' | 'handlebars' | 'go';

/** A template language. Where two forms open at the same place, the first one listed is it. */
export type Dialect = {
  readonly name: string;
  readonly language: ExpressionLanguage;
  readonly forms: readonly Form[];
  readonly byLine?: true;
};

const form = (open: string, close: string, is: Form['is']): Form => ({ open, close, is });

export const DIALECTS = {
  /** Jinja, Django, Nunjucks, Twig, Liquid, Tera, Askama. */
  jinja: {
    name: 'jinja',
    language: 'filters',
    forms: [form('{#', '#}', 'comment'), form('{%', '%}', 'code'), form('{{', '}}', 'escaped')],
  },
  /** EJS, Eta, and Lodash where it is used for pages. */
  ejs: {
    name: 'ejs',
    language: 'javascript',
    forms: [form('<%#', '%>', 'comment'), form('<%-', '%>', 'raw'), form('<%=', '%>', 'escaped'), form('<%', '%>', 'code')],
  },
  /** Handlebars and Mustache. */
  handlebars: {
    name: 'handlebars',
    language: 'handlebars',
    forms: [
      ...[form('{{!--', '--}}', 'comment'), form('{{!', '}}', 'comment'), form('{{{', '}}}', 'raw'), form('{{&', '}}', 'raw')],
      ...['{{#', '{{/', '{{^', '{{>', '{{~#', '{{~/'].map((open) => form(open, '}}', 'code')),
      form('{{', '}}', 'escaped'),
    ],
  },
  /** `html/template`, which escapes for the place by itself. */
  go: { name: 'go', language: 'go', forms: [form('{{/*', '*/}}', 'comment'), form('{{', '}}', 'escaped')] },
  pug: { name: 'pug', language: 'javascript', forms: [form('!{', '}', 'raw'), form('#{', '}', 'escaped')], byLine: true },
} as const satisfies Readonly<Record<string, Dialect>>;

export type DialectName = keyof typeof DIALECTS;
export const DIALECT_NAMES = ['jinja', 'ejs', 'handlebars', 'go', 'pug'] as const satisfies readonly DialectName[];

const BY_EXTENSION: Readonly<Record<string, DialectName | 'told by its text'>> = {
  ...Object.fromEntries(['njk', 'nunjucks', 'twig', 'jinja', 'jinja2', 'j2', 'tera', 'liquid'].map((one) => [one, 'jinja'])),
  ...Object.fromEntries(['ejs', 'eta'].map((one) => [one, 'ejs'])),
  ...Object.fromEntries(['hbs', 'handlebars', 'mustache'].map((one) => [one, 'handlebars'])),
  ...Object.fromEntries(['pug', 'jade'].map((one) => [one, 'pug'])),
  ...Object.fromEntries(['gohtml', 'tmpl'].map((one) => [one, 'go'])),
  ...Object.fromEntries(['html', 'htm', 'xhtml', 'tpl'].map((one) => [one, 'told by its text'])),
};

const GO = /\{\{-?\s*(?:\.[A-Z]\w*|\$\w*\.|range\b|define\b|end\b|template\s+"|block\s+"|with\s+\.|if\s+\.)/;
const HANDLEBARS = /\{\{(?:\{|#|&|\/(?:if|each|with|unless)\b)/;

/** Whether a file is read as a template, by its name. */
export function isTemplate(path: string): boolean {
  return BY_EXTENSION[extensionOf(path)] !== undefined;
}

/** The dialect of a file; `undefined` for pages without holes. */
export function dialectOf(path: string, text: string): Dialect | undefined {
  const named = BY_EXTENSION[extensionOf(path)];
  if (named === undefined) return undefined;
  if (named !== 'told by its text') return DIALECTS[named];
  if (text.includes('{%') || text.includes('{#')) return DIALECTS.jinja;
  if (text.includes('<%')) return DIALECTS.ejs;
  if (!text.includes('{{')) return undefined;
  return GO.test(text) ? DIALECTS.go : HANDLEBARS.test(text) ? DIALECTS.handlebars : DIALECTS.jinja;
}

function extensionOf(path: string): string {
  // `page.html.j2`, `page.html.twig`, `mail.html.erb`: the last one says the language.
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}
