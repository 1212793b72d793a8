import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGuards, judgePackage, type Ecosystem } from '../../packages/sallyport/src/guard/index.ts';
import type { EvalRow, EvalTable } from './table.ts';

/** Names of packages: slips, what exists, and replies that name what does not. */
export const packageNames: EvalTable = {
  title: 'package names',
  run: async (data) => Promise.resolve([...slipRows(data), knownRow(data), ...replyRows(data)]),
};

/** The lists whose most popular names are misspelled; the crates have no ranking, so all 447 are taken. */
const RANKED: readonly (readonly [Ecosystem, string])[] = [
  ['npm', 'npm-high-impact.txt'],
  ['npm', 'npm-top.guarddog.txt'],
  ['pypi', 'pypi-top.guarddog.txt'],
  ['go', 'go-top.guarddog.txt'],
  ['crates', 'crates-playground.txt'],
];
const TOP_NAMES = 1_000;
const SLIPS_EACH = 5;

function listOf(data: string, file: string): string[] {
  return readFileSync(join(data, 'packages', file), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** A small deterministic generator, so that two runs compare. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

/** A character left out, one more, another one, or two swapped: each as likely, at any place. */
function slip(name: string, random: (below: number) => number): string {
  const at = random(name.length);
  const letter = 'abcdefghijklmnopqrstuvwxyz'[random(26)] ?? '';
  const kind = random(4);
  if (kind === 0) return name.slice(0, at) + name.slice(at + 1);
  if (kind === 1) return name.slice(0, at) + letter + name.slice(at);
  if (kind === 2) return name.slice(0, at) + letter + name.slice(at + 1);
  return name.slice(0, at) + name.slice(at + 1, at + 2) + name.slice(at, at + 1) + name.slice(at + 2);
}

function slipRows(data: string): EvalRow[] {
  return RANKED.map(([ecosystem, file]) => {
    const random = generator(7);
    const names = listOf(data, file).slice(0, TOP_NAMES);
    const slips = names.flatMap((name) =>
      Array.from({ length: SLIPS_EACH }, () => slip(name, random)).filter((text) => text !== name && text !== ''),
    );
    const found = slips.filter((text) => judgePackage(ecosystem, text).verdict === 'near_twin').length;
    return share(`one-edit slips of the top ${names.length} of ${file}`, found, slips.length, 0.95);
  });
}

function knownRow(data: string): EvalRow {
  const files: readonly (readonly [Ecosystem, string])[] = [
    ...RANKED,
    ['pypi', 'python-stdlib.txt'],
    ['npm', 'node-builtins.txt'],
    ['go', 'go-vulndb-modules.txt'],
  ];
  const names = files.flatMap(([ecosystem, file]) => listOf(data, file).map((name) => judgePackage(ecosystem, name).verdict));
  const flagged = names.filter((verdict) => verdict !== 'known').length;
  return { what: 'names on the lists that are flagged', bar: '0', figure: `${flagged} of ${names.length}`, held: flagged === 0 };
}

/** How replies name packages; `N` is the name. */
const REPLIES: Readonly<Record<'npm' | 'pypi', readonly string[]>> = {
  npm: [
    'Install it with `npm install N` and go on.',
    'First:\n\n```bash\nyarn add --dev N\n```',
    'Then:\n\n```js\nconst x = require("N");\nx();\n```',
    '```ts\nimport { a } from "N";\n```',
  ],
  pypi: ['You need `pip install N` for that.', '```sh\nuv add "N>=1.0"\n```', 'In requirements.txt:\n\n```txt\nN==2.1\n```'],
};

/** Names as models invent them (affixes, separators, generic tails, the other ecosystem), made from popular ones and on no list. */
function inventedNames(data: string, ecosystem: 'npm' | 'pypi'): string[] {
  const names = listOf(data, ecosystem === 'npm' ? 'npm-high-impact.txt' : 'pypi-top.guarddog.txt')
    .slice(0, 400)
    .filter((name) => /^[a-z-]{5,}$/.test(name));
  const other = listOf(data, ecosystem === 'npm' ? 'pypi-top.guarddog.txt' : 'npm-high-impact.txt').slice(0, 400);
  const made = names.flatMap((name) => [
    `python-${name}`,
    `${name}-js`,
    `node-${name}`,
    name.replaceAll('-', ''),
    name.replace('-', '_'),
    `${name}-helper`,
    `${name}-utils`,
    `${name}-toolkit`,
  ]);
  return [...made, ...other].filter((name) => /^[a-z][a-z-]+$/.test(name) && judgePackage(ecosystem, name).verdict !== 'known');
}

function replyRows(data: string): EvalRow[] {
  const guards = createGuards({ config: {}, canaries: [] });
  const flags = (text: string): boolean =>
    guards.scan(text, { point: 'response', origin: 'assistant', part: 0 }).findings.some(({ category }) => category === 'hallucination');
  const inReplies = (ecosystem: 'npm' | 'pypi', names: readonly string[]): string[] =>
    names.map((name, at) => (REPLIES[ecosystem][at % REPLIES[ecosystem].length] ?? '').replaceAll('N', name));
  const invented = [...inReplies('npm', inventedNames(data, 'npm')), ...inReplies('pypi', inventedNames(data, 'pypi'))];
  const real = [
    ...inReplies('npm', listOf(data, 'npm-high-impact.txt').slice(0, 4_000)),
    ...inReplies('pypi', listOf(data, 'pypi-top.guarddog.txt').slice(0, 4_000)),
  ];
  const wrong = real.filter(flags).length;
  return [
    share('replies with a name recombined from popular ones', invented.filter(flags).length, invented.length, 0.9),
    { what: 'replies with real names that are flagged', bar: '0', figure: `${wrong} of ${real.length}`, held: wrong === 0 },
  ];
}

function share(what: string, found: number, of: number, bar: number): EvalRow {
  const part = found / of;
  return { what, bar: `>= ${bar * 100} %`, figure: `${(part * 100).toFixed(1)} % of ${of}`, held: part >= bar };
}
