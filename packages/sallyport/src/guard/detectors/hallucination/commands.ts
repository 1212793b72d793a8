import type { Ecosystem } from '../../package_names/index.ts';
import type { Found } from './mention.ts';

/** Commands that install packages: what stands before the names. Linear: literal words with single repeats between them. */
const COMMANDS: readonly { readonly ecosystem: Ecosystem; readonly pattern: RegExp }[] = [
  {
    ecosystem: 'pypi',
    pattern:
      /\b(?:pip3?(?:\.exe)? install|pipx (?:install|run)|uv (?:add|pip install|tool install)|poetry add|pdm add|pipenv install|uvx)\s+/g,
  },
  {
    ecosystem: 'npm',
    pattern: /\b(?:npm (?:install|i|add|exec)|pnpm (?:add|install|i|dlx)|yarn (?:global )?add|bun (?:add|install)|npx|bunx)\s+/g,
  },
  { ecosystem: 'crates', pattern: /\bcargo (?:add|install)\s+/g },
  { ecosystem: 'go', pattern: /\bgo (?:get|install)\s+/g },
];

/** Options whose value is no package. */
const WITH_VALUE = new Set(
  '-r --requirement -c --constraint -i --index-url --extra-index-url -f --find-links -t --target --registry --features -F --git --branch --path --version --vers -p --python --group -G --with --prefix --tag'.split(
    ' ',
  ),
);

/** Words of a shell that end a command. */
const END = /^(?:[&|;<>#)`].*|\\)$/;

/** Finds the names after installation commands in a line. */
export function readCommands(line: string, found: Found): void {
  for (const { ecosystem, pattern } of COMMANDS) {
    for (const match of line.matchAll(pattern))
      readArguments(line, match.index + match[0].length, ecosystem, found, /^(?:npx|bunx|uvx|npm exec|pnpm dlx|pipx run)/.test(match[0]));
  }
}

function readArguments(line: string, from: number, ecosystem: Ecosystem, found: Found, single: boolean): void {
  let skip = false;
  for (const { 0: word, index } of line.slice(from).matchAll(/\S+/g)) {
    if (END.test(word)) return;
    const last = /[`;,.)&|]$/.test(word);
    if (skip) skip = false;
    else if (word.startsWith('-')) skip = WITH_VALUE.has(word);
    else {
      const quoted = /^["'“‘]?/.exec(word)?.[0].length ?? 0;
      const name = packageOf(ecosystem, word.slice(quoted));
      // A word of prose ends the names: `npm install and then ...`.
      if (name === undefined || PROSE.has(name)) return;
      found(ecosystem, name, from + index + quoted);
      if (single) return;
    }
    if (last) return;
  }
}

const PROSE = new Set(
  'a an and as before again command commands dependencies for from if in inside into is it on once or packages the then this to using via when will with your'.split(
    ' ',
  ),
);

/** The name in an argument, without version, extras and quotes; undefined for paths, addresses and placeholders. */
function packageOf(ecosystem: Ecosystem, word: string): string | undefined {
  const bare = word.replace(/["'”’`,;)]+$/, '').replace(/\.$/, '');
  if (bare === '.' || bare.startsWith('./') || bare.startsWith('../') || bare.startsWith('/') || bare.includes('://') || bare.includes('+'))
    return undefined;
  if (ecosystem === 'go') return /^[\w.~/-]+/.exec(bare)?.[0].replace(/\/\.\.\.$/, '');
  if (ecosystem === 'npm') return /^(?:@[\w.~-]+\/)?[\w.~-]+/.exec(bare)?.[0];
  return /^[A-Za-z0-9][\w.-]*/.exec(bare)?.[0];
}
