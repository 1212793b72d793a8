import { PYTHON_MODULES } from '../../package_names/index.ts';
import type { Found } from './mention.ts';

/** The language of a block of code: what it says of itself, else `any`. */
export type Language = 'python' | 'javascript' | 'go' | 'rust' | 'json' | 'toml' | 'requirements' | 'any';

const LANGUAGES: Readonly<Record<string, Language>> = {
  py: 'python',
  python: 'python',
  python3: 'python',
  ipython: 'python',
  jupyter: 'python',
  js: 'javascript',
  jsx: 'javascript',
  ts: 'javascript',
  tsx: 'javascript',
  javascript: 'javascript',
  typescript: 'javascript',
  mjs: 'javascript',
  node: 'javascript',
  vue: 'javascript',
  svelte: 'javascript',
  go: 'go',
  golang: 'go',
  rust: 'rust',
  rs: 'rust',
  json: 'json',
  jsonc: 'json',
  json5: 'json',
  toml: 'toml',
  requirements: 'requirements',
  text: 'requirements',
  txt: 'requirements',
  '': 'any',
};

/** The language that the info string of a fence names. */
export function languageOf(info: string): Language | undefined {
  return LANGUAGES[/^[\w+#-]*/.exec(info.trim().toLowerCase())?.[0] ?? ''];
}

/** Where a block stands: manifests and Go's import lists go over several lines. */
export type Section = 'none' | 'dependencies' | 'imports';

/** Reads one line of code; answers the section in which the next one stands. */
export function readCode(language: Language, line: string, section: Section, found: Found): Section {
  const any = language === 'any';
  if (any || language === 'python') readPython(line, found);
  if (any || language === 'javascript') readJavascript(line, found);
  if (language === 'rust') readRust(line, found);
  if (language === 'requirements') readRequirement(line, found);
  if (language === 'go') return readGo(line, section, found);
  if (language === 'json') return readManifest(line, section, found);
  if (language === 'toml') return readToml(line, section, found);
  return 'none';
}

function readPython(line: string, found: Found): void {
  const from = /^\s*from\s+([A-Za-z_]\w*)[\w.]*\s+import\b/.exec(line);
  if (from?.[1] !== undefined) return python(from[1], line.indexOf(from[1], from[0].indexOf('from') + 4), found);
  const plain = /^\s*import\s+(?=[A-Za-z_])(?!.*\bfrom\b)/.exec(line);
  if (plain === null || /["'{}]/.test(line)) return;
  for (const { 1: name = '', index } of line.slice(plain[0].length).matchAll(/(?:^|,)\s*([A-Za-z_]\w*)/g))
    python(name, line.indexOf(name, plain[0].length + index), found);
}

function python(module: string, at: number, found: Found): void {
  if (!PYTHON_MODULES.has(module)) found('pypi', module, at, true);
}

/** `from '...'`, `import '...'`, `import('...')`, `require('...')`. */
const SPECIFIER = /(?:\bfrom\s{0,4}|\bimport\s{0,4}\(?\s{0,4}|\brequire\(\s{0,4})(["'])([@\w][^"'\s]{0,213})\1/g;

function readJavascript(line: string, found: Found): void {
  for (const match of line.matchAll(SPECIFIER)) {
    const specifier = match[2] ?? '';
    const name = /^(?:@[\w.~-]+\/[\w.~-]+|[\w~-][\w.~-]*)(?=\/|$)/.exec(specifier)?.[0];
    if (name !== undefined && !specifier.includes(':')) found('npm', name, match.index + match[0].length - 1 - specifier.length);
  }
}

function readRust(line: string, found: Found): void {
  const match = /^\s*(?:pub\s+)?(?:use\s+(?:::)?|extern\s+crate\s+)([a-z][a-z0-9_]*)\s*(?:::|;)/.exec(line);
  if (match?.[1] !== undefined) found('crates', match[1], line.indexOf(match[1], match[0].search(/use|crate/) + 3), true);
}

function readGo(line: string, section: Section, found: Found): Section {
  if (/^\s*import\s*\(\s*$/.test(line)) return 'imports';
  if (section === 'imports' && /^\s*\)/.test(line)) return 'none';
  const match = section === 'imports' ? /^\s*(?:[\w.]+\s+)?"([^"\s]+)"/.exec(line) : /^\s*import\s+(?:[\w.]+\s+)?"([^"\s]+)"/.exec(line);
  if (match?.[1] !== undefined) found('go', match[1], line.indexOf(`"${match[1]}"`) + 1);
  return section;
}

function readRequirement(line: string, found: Found): void {
  const match = /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:[=~!<>]=|[<>])/.exec(line);
  if (match?.[1] !== undefined) found('pypi', match[1], line.indexOf(match[1]));
}

function readManifest(line: string, section: Section, found: Found): Section {
  if (/"(?:dev|peer|optional)?[dD]ependencies"\s*:\s*\{/.test(line)) return line.includes('}') ? 'none' : 'dependencies';
  if (section !== 'dependencies' || line.includes('}')) return 'none';
  const match = /^\s*"([^"\s]+)"\s*:\s*"/.exec(line);
  if (match?.[1] !== undefined) found('npm', match[1], line.indexOf(match[1]));
  return section;
}

function readToml(line: string, section: Section, found: Found): Section {
  if (/^\s*\[/.test(line))
    return /^\s*\[(?:[\w.'"()-]*\.)?(?:dev-|build-)?dependencies\]/.test(line) && !line.includes('poetry') ? 'dependencies' : 'none';
  const match = section === 'dependencies' ? /^\s*([A-Za-z][\w-]*)\s*=/.exec(line) : null;
  if (match?.[1] !== undefined) found('crates', match[1], line.indexOf(match[1]));
  return section;
}
