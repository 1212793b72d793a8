import type { SourceFile } from '../finding.ts';
import { dialectOf, isTemplate, type Dialect } from './dialect.ts';
import { readTemplate, type Template } from './template.ts';

/** Templates that one page is made of. */
const MAX_USED = 40;

/** The templates of a project, by the names under which code and other templates know them. */
export class Templates {
  readonly all: readonly Template[];
  readonly #byName = new Map<string, Template[]>();
  readonly #pages = new Map<Template, readonly Template[]>();
  readonly #inline = new Map<string, Template>();

  constructor(files: readonly SourceFile[]) {
    this.all = files.flatMap(({ path, text }) => {
      const dialect = isTemplate(path) ? dialectOf(path, text) : undefined;
      return dialect === undefined || !isPage(path, text) ? [] : [readTemplate(path, text, dialect)];
    });
    for (const template of this.all)
      for (const name of new Set([lastOf(template.path), ...template.defines.map(lastOf)])) {
        const known = this.#byName.get(name);
        if (known === undefined) this.#byName.set(name, [template]);
        else known.push(template);
      }
  }

  /** A page and all that it is made of. `from`: the file that names it, of which the nearest template is taken. */
  page(name: string, from: string): readonly Template[] {
    const first = this.#find(name, from);
    return first === undefined ? [] : this.#with(first);
  }

  /** A template that stands in the code as a text. */
  inline(text: string, dialect: Dialect): Template {
    let found = this.#inline.get(text);
    if (found === undefined) this.#inline.set(text, (found = readTemplate('', hasTags(text) ? text : '', dialect)));
    return found;
  }

  #with(first: Template): readonly Template[] {
    const known = this.#pages.get(first);
    if (known !== undefined) return known;
    const page = new Set([first]);
    for (const template of page)
      for (const name of template.uses) {
        const used = page.size < MAX_USED ? this.#find(name, template.path) : undefined;
        if (used !== undefined) page.add(used);
      }
    const all = [...page];
    this.#pages.set(first, all);
    return all;
  }

  #find(name: string, from: string): Template | undefined {
    const wanted = withoutExtension(name.replace(/^(?:\.{0,2}\/)+/, ''));
    if (wanted === '') return undefined;
    let best: Template | undefined;
    let nearest = -1;
    for (const template of this.#byName.get(lastOf(name)) ?? []) {
      const path = withoutExtension(template.path);
      const isIt = path === wanted || path.endsWith(`/${wanted}`) || template.defines.includes(name);
      const near = isIt ? shared(template.path, from) : -1;
      if (near > nearest) [best, nearest] = [template, near];
    }
    return best;
  }
}

/** Mails are templates too: their subject and their text are none of a page, whatever the file is called. */
const PLAIN = /(?:^|[-_./])(?:text|txt|plain|subject)(?:[-_.][\w.-]*)?$/i;

/** Prompts, mails and generated code have holes too, in which nothing is markup. */
function isPage(path: string, text: string): boolean {
  return (/\.(?:x?html?|pug|jade|gohtml)$/i.test(path) && !PLAIN.test(path)) || hasTags(text);
}

function hasTags(text: string): boolean {
  return /<(?:[a-z][a-z0-9]{0,10}[\s>/]|!DOCTYPE)/i.test(text);
}

/** `users/show.html.j2` is asked for as that, as `users/show.html` and as `users/show`. */
function withoutExtension(path: string): string {
  const name = path.lastIndexOf('/') + 1;
  const dot = path.indexOf('.', name + 1);
  return dot < 0 ? path : path.slice(0, dot);
}

function lastOf(path: string): string {
  return withoutExtension(path.slice(path.lastIndexOf('/') + 1));
}

/** Characters that two paths have in common at their start. */
function shared(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}
