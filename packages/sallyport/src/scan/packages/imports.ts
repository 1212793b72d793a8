import { builtinModules } from 'node:module';
import type { FileLocation, SourceText } from '../finding.ts';
import { Lines } from '../lines.ts';
import { canonicalName, type Ecosystem } from './dependency.ts';
import { DISTRIBUTION_OF } from './distributions.ts';
import { PYTHON_STDLIB } from './stdlib.ts';

/** An import of something that is neither local nor of the standard library. `name`: the package that would have to be installed. */
export type Import = { readonly ecosystem: Ecosystem; readonly name: string; readonly module: string; readonly location: FileLocation };

const BUILTIN = new Set(builtinModules);
const JS = /\.[cm]?[jt]sx?$/;
/** A statement that names a module, at the beginning of a line or in a call. Bounded, and run on the text once. */
const JS_IMPORT =
  /(?:^|[;\n])[ \t]{0,40}(?:import[ \t]{0,4}|(?:(?:import|export)\b[^'"`;=()\n]{0,400}?|\})[ \t]{0,4}\bfrom[ \t]{0,4})['"]([^'"\n]{1,214})['"]|\b(?:require|import)\(\s{0,4}['"]([^'"\n]{1,214})['"]\s{0,4}\)/g;
const PY_IMPORT = /^[ \t]{0,40}(?:from[ \t]+([A-Za-z_]\w{0,100})[\w.]{0,200}[ \t]+import\b|import[ \t]+([A-Za-z_][\w., \t]{0,400}))/gm;
const GO_BLOCK = /^import\s{0,4}\(([^)]{0,20000})\)|^import\s+(?:[\w.]+\s+)?"([^"\n]{1,300})"/gm;
const GO_LINE = /^\s*(?:[\w.]+\s+)?"([^"\n]{1,300})"/gm;

/** What a file imports from outside. Text in comments and strings can look like it, so nothing that counts is concluded from one import alone. */
export function importsOf(file: SourceText): Import[] {
  const lines = new Lines(file.text);
  const make = (ecosystem: Ecosystem, name: string, module: string, start: number): Import => {
    return { ecosystem, name, module, location: lines.location(file.path, start, start + module.length) };
  };
  if (JS.test(file.path))
    return jsImports(file.text).flatMap(({ module, start }) =>
      ((name) => (name === undefined ? [] : [make('npm', name, module, start)]))(npmName(module)),
    );
  if (/\.pyi?$/.test(file.path))
    return pythonImports(file.text).flatMap(({ module, start }) =>
      PYTHON_STDLIB.has(module) ? [] : [make('pypi', DISTRIBUTION_OF[module] ?? module, module, start)],
    );
  if (file.path.endsWith('.go'))
    return goImports(file.text).flatMap(({ module, start }) => (/^[^/]+\.[^/]+\//.test(module) ? [make('go', module, module, start)] : []));
  return [];
}

type Named = { readonly module: string; readonly start: number };

function jsImports(text: string): Named[] {
  return [...text.matchAll(JS_IMPORT)].map((match) => {
    const module = match[1] ?? match[2] ?? '';
    return { module, start: match.index + match[0].lastIndexOf(module) };
  });
}

/** The package of a module's name; paths, built-in modules, aliases (`@/x`, `~x`, `#x`) and loader syntax have none. */
function npmName(module: string): string | undefined {
  const name = /^((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)(?:\/|$)/i.exec(module)?.[1];
  if (name === undefined || name.startsWith('~') || BUILTIN.has(name) || BUILTIN.has(module) || /^[\w.+-]+:/.test(module)) return undefined;
  return name;
}

function pythonImports(text: string): Named[] {
  return [...withoutStrings(text).matchAll(PY_IMPORT)].flatMap((match) => {
    const modules =
      match[1] === undefined ? (match[2] ?? '').split(',').map((part) => /^\s*([A-Za-z_]\w*)/.exec(part)?.[1] ?? '') : [match[1]];
    return modules
      .filter((module) => module !== '')
      .map((module) => ({ module, start: match.index + Math.max(0, match[0].indexOf(module, 4)) }));
  });
}

/** Texts in triple quotes (examples in docstrings) blanked; same length, so places stay. */
function withoutStrings(text: string): string {
  let out = '';
  let done = 0;
  for (const quote = /'''|"""/g; ;) {
    quote.lastIndex = done;
    const open = quote.exec(text);
    if (open === null) return out + text.slice(done);
    const found = text.indexOf(open[0], open.index + 3);
    const end = found < 0 ? text.length : found + 3;
    out += text.slice(done, open.index) + text.slice(open.index, end).replace(/[^\n]/g, ' ');
    done = end;
  }
}

function goImports(text: string): Named[] {
  return [...text.matchAll(GO_BLOCK)].flatMap((match) => {
    if (match[2] !== undefined) return [{ module: match[2], start: match.index + match[0].indexOf(match[2]) }];
    const inner = match.index + match[0].indexOf(match[1] ?? '');
    return [...(match[1] ?? '').matchAll(GO_LINE)].map((line) => ({
      module: line[1] ?? '',
      start: inner + line.index + line[0].indexOf(line[1] ?? ''),
    }));
  });
}

/** Whether an import is of a package that somebody declared: its name, for Go a module that is a prefix of its path. */
export function isDeclared(one: Import, declared: ReadonlySet<string>): boolean {
  if (one.ecosystem !== 'go')
    // A module that only types are known of: `@types/estree` declares `estree`.
    return [one.name, one.module, `@types/${one.name}`].some((name) => declared.has(canonicalName(one.ecosystem, name)));
  const parts = one.module.split('/');
  return parts.some((_part, at) => declared.has(parts.slice(0, at + 1).join('/')));
}
