import { requirementName, requirementVersion } from './requirement.ts';

/** A package in a text, with the place of its name: UTF-16 code units. `direct`: when the file knows better than its kind. */
export type Found = {
  readonly name: string;
  readonly version: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly direct?: boolean;
};

/** Longer lines are no lines of these files, and patterns run on a line alone. */
const MAX_LINE = 4_000;

function* linesOf(text: string): Generator<{ line: string; start: number }> {
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    if (end - start <= MAX_LINE) yield { line: text.slice(start, text[end - 1] === '\r' ? end - 1 : end), start };
    start = end + 1;
  }
}

function named(line: string, start: number, name: string, version: string | undefined): Found {
  const at = start + Math.max(0, line.indexOf(name));
  return { name, version, start: at, end: at + name.length };
}

/** requirements.txt (https://pip.pypa.io/en/stable/reference/requirements-file-format/): options, paths and addresses are left out. */
export function readRequirements(text: string): Found[] {
  const found: Found[] = [];
  for (const { line, start } of linesOf(text)) {
    if (/^\s*(?:#|-|$|\.{0,2}\/|[a-z+]+:\/\/)/i.test(line)) continue;
    const name = requirementName(line);
    if (name !== undefined && !/\.(?:whl|zip|gz)\b/.test(line))
      found.push(named(line, start, name, requirementVersion(line.split(' #')[0] ?? '')));
  }
  return found;
}

/** What setup.py or setup.cfg may declare: every string or line that reads as a requirement. It is code, so nothing is concluded from it. */
export function readSetup(text: string): string[] {
  const strings = [...text.matchAll(/["']([A-Za-z0-9][\w.[\],<>=!~ -]{0,120})["']/g)].map((match) => match[1] ?? '');
  const lines = [...linesOf(text)].filter(({ line }) => /^\s+[A-Za-z0-9]/.test(line)).map(({ line }) => line);
  return [...strings, ...lines].flatMap((one) => requirementName(one) ?? []);
}

/** pnpm-lock.yaml: the keys of `packages:`, in the forms of all versions (`/a/1.0.0`, `/a@1.0.0(b@2)`, `a@1.0.0`). */
export function readPnpmLock(text: string): Found[] {
  const found: Found[] = [];
  let inside = false;
  for (const { line, start } of linesOf(text)) {
    if (/^\S/.test(line)) inside = line.startsWith('packages:');
    if (!inside) continue;
    const match = /^ {2}['"]?\/?((?:@[^/@\s'"]+\/)?[^/@\s'":]+)[@/](\d[^\s'"():_]*)/.exec(line);
    if (match !== null) found.push(named(line, start, match[1] ?? '', match[2]));
  }
  return found;
}

/** yarn.lock of both generations: an entry's line, then its version. */
export function readYarnLock(text: string): Found[] {
  const found: Found[] = [];
  let entry: { name: string; line: string; start: number } | undefined;
  for (const { line, start } of linesOf(text)) {
    const head = /^"?((?:@[^/@\s"]+\/)?[^/@\s":]+)@(?!workspace:|file:|link:|portal:|patch:)(?:npm:)?([^"\s]*)/.exec(line);
    if (head !== null) {
      const alias = /^((?:@[^/@]+\/)?[^/@]+)@/.exec(line.includes('@npm:') ? (head[2] ?? '') : '');
      entry = { name: alias?.[1] ?? head[1] ?? '', line, start };
    } else if (/^\S/.test(line)) entry = undefined;
    const version = /^ {2}version:? "?([^"\s]+)/.exec(line)?.[1];
    if (version !== undefined && entry !== undefined && version !== '0.0.0-use.local')
      found.push(named(entry.line, entry.start, entry.name, version));
  }
  return found;
}

/** go.mod (https://go.dev/ref/mod): `require` alone and in a block; what is replaced by a path is local. */
export function readGoMod(text: string): { found: Found[]; declares: string[] } {
  const found: Found[] = [];
  const declares: string[] = [];
  const local = new Set<string>();
  let block = '';
  for (const { line, start } of linesOf(text)) {
    const open = /^(require|replace|exclude|retract|tool|ignore)\s*\(/.exec(line)?.[1];
    if (open !== undefined) block = open;
    else if (/^\s*\)/.test(line)) block = '';
    const own = /^module\s+"?([^\s"]+)/.exec(line)?.[1];
    if (own !== undefined) declares.push(own);
    const replaced = /^\s*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+\.{0,2}\//.exec(line)?.[1];
    if (replaced !== undefined) local.add(replaced);
    const [, name, version] =
      (block === 'require' ? /^\s+"?([^\s"]+\.[^\s"]+)"?\s+(v\S+)/ : /^require\s+"?([^\s"]+)"?\s+(v\S+)/).exec(line) ?? [];
    if (name !== undefined) found.push({ ...named(line, start, name, version), direct: !/\/\/\s*indirect/.test(line) });
  }
  return { found: found.filter(({ name }) => !local.has(name)), declares: [...declares, ...local] };
}

/** go.sum: modules whose content is known; those whose go.mod alone is are not part of the build. */
export function readGoSum(text: string): Found[] {
  const found: Found[] = [];
  for (const { line, start } of linesOf(text)) {
    const match = /^(\S+) (v[^\s/]+) h1:/.exec(line);
    if (match !== null) found.push(named(line, start, match[1] ?? '', match[2]));
  }
  return found;
}
