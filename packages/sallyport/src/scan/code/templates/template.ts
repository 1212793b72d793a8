import { Names, Symbols } from '../symbol.ts';
import type { ModuleIr } from '../ir.ts';
import { SyntaxTree } from '../syntax.ts';
import type { Dialect, Form } from './dialect.ts';
import { handlebarsPath, goPath, readExpression, type Expression, type Path } from './expression.ts';
import { Markup, type Spot } from './markup.ts';

/** A hole in which what arrives can become markup or code. `node` is its number in the template's tree, `why` says what lets it through; `isMarkup`: nothing is escaped there at all. */
export type Hole = {
  readonly node: number;
  readonly paths: readonly Path[];
  readonly isOpen: boolean;
  readonly isMarkup: boolean;
  readonly why: string;
};

/** A template as far as flows need it. `uses`: the templates that it extends or includes, as written. */
export type Template = {
  readonly path: string;
  readonly module: ModuleIr;
  readonly holes: readonly Hole[];
  readonly uses: readonly string[];
  /** Names that it gives to parts of itself. */
  readonly defines: readonly string[];
};

/** What a longer file has more is no page that somebody wrote. UTF-16 code units, and holes. */
const MAX_LENGTH = 1_000_000;
const MAX_HOLES = 2_000;
const MAX_BLOCKS = 100;
const MAX_USES = 200;
/** More of one hole is not read. */
const MAX_HOLE = 20_000;

const RAW = 'a hole that is not escaped';
const OFF = 'a hole where escaping is off';
const WHY: Readonly<Record<Exclude<Spot, 'text'>, string>> = {
  'unquoted attribute': 'an attribute without quotes, which a space ends',
  script: 'a script outside its texts',
  'event handler': 'an event handler, where escapes are undone before it runs',
  address: 'an address that may begin with javascript:',
};

/** Reads a template. Pure, and linear in its length. */
export function readTemplate(path: string, text: string, dialect: Dialect): Template {
  const reader = new Reader(dialect);
  const shown = text.slice(0, MAX_LENGTH);
  if (dialect.byLine === true) reader.lines(shown);
  reader.read(shown);
  return { path, module: moduleOf(path, text, reader.places), holes: reader.holes, uses: reader.uses, defines: reader.defines };
}

type Block = { readonly base: Path; readonly before: boolean };

class Reader {
  readonly holes: Hole[] = [];
  readonly places: (readonly [number, number])[] = [];
  readonly uses: string[] = [];
  readonly defines: string[] = [];
  readonly #dialect: Dialect;
  readonly #markup = new Markup();
  /** What a name in the template stands for: `item` for `items.[]`. */
  readonly #aliases = new Map<string, Path>();
  readonly #blocks: Block[] = [];
  #isEscaping = true;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  read(text: string): void {
    const opens = [...new Set(this.#dialect.forms.map(({ open }) => open[0] as string))];
    let from = 0;
    /** What no longer closes anything: a text of openings alone is looked through once. */
    const missing = new Set<string>();
    for (let at = next(text, opens, 0); at >= 0 && this.places.length < MAX_HOLES; at = next(text, opens, at)) {
      const form = this.#dialect.forms.find(({ open }) => text.startsWith(open, at));
      const end = form === undefined || missing.has(form.close) ? -1 : text.indexOf(form.close, at + form.open.length);
      if (form === undefined || end < 0) {
        if (form !== undefined) missing.add(form.close);
        at++;
        continue;
      }
      if (this.#dialect.byLine !== true) this.#markup.feed(text.slice(from, at));
      from = end + form.close.length;
      const inner = trimmed(text.slice(at + form.open.length, Math.min(end, at + MAX_HOLE)));
      const raw = form.is === 'code' ? /^raw\s+(\S[^]*)$/.exec(inner)?.[1] : undefined;
      if (raw !== undefined) this.#hole(raw, true, at, from);
      else if (form.is === 'code') from = this.#code(inner, form, text, from);
      else if (form.is !== 'comment') this.#hole(inner, form.is === 'raw', at, from);
      at = from;
    }
  }

  /** Pug says by line what a tag holds: `p= text`, `p!= markup`, `each x in list`. */
  lines(text: string): void {
    for (let start = 0; start < text.length && this.places.length < MAX_HOLES;) {
      const found = text.indexOf('\n', start);
      const end = found < 0 ? text.length : found;
      const line = text.slice(start, Math.min(end, start + 2_000));
      const use = /^\s*(?:include|extends?)(?::\S+)?\s+(\S+)/.exec(line)?.[1];
      if (use !== undefined) this.#use(use);
      const loop = /^\s*(?:each|for)\s+(\w+)(?:\s*,\s*\w+)?\s+(?:in|of)\s+([\w.]+)/.exec(line);
      if (loop !== null) this.#alias(loop[1] ?? '', [...(loop[2] ?? '').split('.'), '[]']);
      const raw = /^\s*(?:[\w.#:-]{1,200}(?:\([^)]{0,600}\))?)?!=\s*(.+)$/.exec(line);
      if (raw !== null) this.#hole(raw[1] ?? '', true, start + line.length - (raw[1] ?? '').length, start + line.length);
      start = end + 1;
    }
  }

  #hole(text: string, isRaw: boolean, start: number, end: number): void {
    const { language } = this.#dialect;
    if (language === 'go' && this.#block(text)) return;
    const use =
      language === 'javascript' ? /^\s*(?:await\s+)?(?:include|partial|layout)\(\s*['"`]([^'"`]{1,200})/.exec(text)?.[1] : undefined;
    if (use !== undefined) {
      this.#use(use);
      return;
    }
    const spot = this.#dialect.byLine === true ? 'text' : this.#markup.hole();
    const found = readExpression(language, text);
    const why = this.#why(found, isRaw, spot);
    if (why === undefined) return;
    this.places.push([start, end]);
    this.holes.push({
      node: this.places.length,
      paths: found.paths.flatMap((path) => this.#resolved(path)),
      isOpen: found.isOpen,
      isMarkup: why === RAW || why === OFF,
      why,
    });
  }

  /** What lets markup or code through here; nothing when it is escaped for where it stands. */
  #why(found: Expression, isRaw: boolean, spot: Spot): string | undefined {
    if (found.isSafe || (found.paths.length === 0 && !found.isOpen)) return undefined;
    if (isRaw || found.isRaw) return RAW;
    if (this.#dialect.language === 'go') return undefined;
    if (!this.#isEscaping) return OFF;
    // A function that nobody knows may have made it right for its place.
    return spot === 'text' || found.isOpen ? undefined : WHY[spot];
  }

  /** A statement; answers where reading goes on. */
  #code(text: string, form: Form, whole: string, from: number): number {
    if (this.#dialect.language === 'filters') return this.#statement(text, whole, from);
    if (this.#dialect.language === 'handlebars') this.#section(text, form.open.at(-1) ?? '');
    else this.#script(text);
    return from;
  }

  #statement(text: string, whole: string, from: number): number {
    const word = /^\w+/.exec(text)?.[0] ?? '';
    if (word === 'raw' || word === 'verbatim') {
      const end = new RegExp(`\\{%-?\\s{0,20}end${word}\\b`, 'g');
      end.lastIndex = from;
      return end.exec(whole)?.index ?? whole.length;
    }
    if (word === 'autoescape') {
      if (this.#blocks.length < MAX_BLOCKS) this.#blocks.push({ base: [], before: this.#isEscaping });
      this.#isEscaping = !/^autoescape\s+(?:false|off|no|none)\b/i.test(text);
    } else if (word === 'endautoescape') this.#isEscaping = this.#blocks.pop()?.before ?? true;
    else if (word === 'extends' || word === 'include' || word === 'embed' || word === 'import') {
      for (const match of text.matchAll(/['"]([^'"]{1,200})['"]/g)) this.#use(match[1] ?? '');
    } else if (word === 'for') {
      const loop = /^for\s+(?:\w+\s*,\s*)?\(?(\w+)\)?\s+in\s+([\w.]+)/.exec(text);
      if (loop !== null) this.#alias(loop[1] ?? '', [...(loop[2] ?? '').replace(/\.(?:items|values|all)$/, '').split('.'), '[]']);
    } else if (word === 'set' || word === 'with' || word === 'assign') {
      for (const match of text.matchAll(/(?<![\w.])(\w+)\s*=\s*([A-Za-z_][\w.]*)\s*(?=$|[\s,])/g))
        this.#alias(match[1] ?? '', (match[2] ?? '').split('.'));
      const as = /^with\s+([\w.]+)\s+as\s+(\w+)/.exec(text);
      if (as !== null) this.#alias(as[2] ?? '', (as[1] ?? '').split('.'));
    }
    return from;
  }

  #script(text: string): void {
    for (const match of text.matchAll(/\bfor\s*\(\s*(?:const|let|var)\s+(\w+)\s+(?:of|in)\s+([\w.]+)/g))
      this.#alias(match[1] ?? '', [...(match[2] ?? '').split('.'), '[]']);
    for (const match of text.matchAll(/(?<![\w.])([A-Za-z_]\w*(?:\.\w+)*)\.(?:forEach|map|each)\(\s*(?:function\s*)?\(?\s*(\w+)/g))
      this.#alias(match[2] ?? '', [...(match[1] ?? '').split('.'), '[]']);
    for (const match of text.matchAll(/\b(?:const|let|var)\s+(\w+)\s*=\s*([A-Za-z_][\w.]*)\s*(?=$|[;,|])/g))
      this.#alias(match[1] ?? '', (match[2] ?? '').split('.'));
  }

  /** `{{#each items as |item|}}`, `{{#items}}`, `{{#with a.b}}`, `{{> part}}`, `{{/each}}`. */
  #section(text: string, sign: string): void {
    if (sign === '>') this.#use(text.split(/\s/)[0] ?? '');
    else if (sign === '/') this.#blocks.pop();
    else if (sign === '#' || sign === '^') {
      const [first = '', second] = text.split(/\s+/);
      const of = handlebarsPath(second ?? first);
      const isList = first === 'each' || second === undefined;
      const isBase = isList || first === 'with';
      const base = isBase ? [...(this.#blocks.at(-1)?.base ?? []), ...of, ...(isList ? ['[]'] : [])] : (this.#blocks.at(-1)?.base ?? []);
      if (this.#blocks.length < MAX_BLOCKS) this.#blocks.push({ base, before: true });
      const name = /as\s+\|(\w+)/.exec(text)?.[1];
      if (name !== undefined) this.#alias(name, base);
    }
  }

  /** A hole of Go that opens or ends a block, or names another template. */
  #block(text: string): boolean {
    const [, word = '', rest = ''] = /^\s*(range|with|if|block|define|template|end|else|break|continue)\b\s*([^]*)$/.exec(text) ?? [];
    if (word === '') return false;
    const named = /^"([^"]{1,200})"/.exec(rest)?.[1];
    if (word === 'define' || word === 'block') this.defines.push(named ?? '');
    if (word === 'template' || word === 'block') this.#use(named ?? '');
    if (word === 'end') this.#blocks.pop();
    else if (/^(?:range|with|if|block|define)$/.test(word) && this.#blocks.length < MAX_BLOCKS) {
      const before = this.#blocks.at(-1)?.base ?? [];
      const of = goPath(/(\$?\w*(?:\.\w+)+)\s*$/.exec(rest)?.[1] ?? '');
      const base = word === 'range' ? [...before, ...of, '[]'] : word === 'with' ? [...before, ...of] : before;
      this.#blocks.push({ base: word === 'define' ? [] : base, before: true });
      const variable = /^(?:\$\w+\s*,\s*)?(\$\w+)\s*:=/.exec(rest)?.[1];
      if (variable !== undefined) this.#alias(variable, base);
    }
    return true;
  }

  #use(name: string): void {
    if (this.uses.length < MAX_USES) this.uses.push(name);
  }

  #alias(name: string, path: Path): void {
    if (name !== '' && path[0] !== name && this.#aliases.size < MAX_HOLES) this.#aliases.set(name, path);
  }

  /** The ways in which the path may begin at what the page was given. */
  #resolved(path: Path): Path[] {
    const base = this.#blocks.at(-1)?.base ?? [];
    const [first = '', ...rest] = path;
    const alias = this.#aliases.get(first);
    let full = alias === undefined ? path : [...alias, ...rest];
    for (let step = 0; step < 4; step++) {
      const [root = '', ...more] = full;
      const other = this.#aliases.get(root);
      if (other === undefined || other[0] === root) break;
      full = [...other, ...more];
    }
    return base.length === 0 ? [full] : [[...base, ...full], full];
  }
}

/** A hole's text without the signs that say what becomes of the space around it. */
function trimmed(text: string): string {
  const bare = /^[-~_=]\s/.test(text) ? text.slice(1) : text;
  return (/[-~_]$/.test(bare) ? bare.slice(0, -1) : bare).trim();
}

/** The next place where a form may begin. */
function next(text: string, opens: readonly string[], from: number): number {
  if (opens.length === 1) return text.indexOf(opens[0] ?? '', from);
  for (let at = from; at < text.length; at++) if (opens.includes(text[at] as string)) return at;
  return -1;
}

/** The template as the findings know files: a tree whose nodes are the holes. */
function moduleOf(path: string, text: string, places: readonly (readonly [number, number])[]): ModuleIr {
  const all = [[0, text.length] as const, ...places];
  const tree = new SyntaxTree(
    text,
    { kindNames: ['template', 'hole'], fieldNames: [] },
    {
      start: Int32Array.from(all, ([start]) => start),
      end: Int32Array.from(all, ([, end]) => end),
      skip: Int32Array.from(all, (_, at) => (at === 0 ? all.length : at + 1)),
      kind: Uint16Array.from(all, (_, at) => (at === 0 ? 0 : 1)),
      field: new Uint8Array(all.length),
    },
    false,
  );
  const names = new Names();
  return {
    path,
    language: 'javascript',
    tree,
    names,
    symbols: new Symbols(names),
    functions: [],
    classes: [],
    constants: [],
    globals: new Map(),
    exports: -1,
    extensions: [],
    imports: [],
  };
}
