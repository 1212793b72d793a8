// What the checks of AI applications find in code written from the frameworks' documentation: node tools/eval/ai_code.ts [--show]
// The cases are `ai_code/*.txt`: a family `# N title: CWE ...`, then `=== hit|miss LANGUAGE|file:PATH name` and code; `<<` marks the line of a hit.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeEngine, scanTexts, SCAN_KINDS, type ScanFinding } from '../../packages/sallyport/src/scan/index.ts';
import { printed } from './table.ts';

type Case = { id: string; family: number; weaknesses: readonly string[]; isHit: boolean; path: string; text: string; line: number };

/** A finding counts when it is this near to the marked line: a call of several lines has more than one place. */
const NEAR_LINES = 2;
const FOLDER = new URL('./ai_code/', import.meta.url).pathname;

const cases = readdirSync(FOLDER).flatMap((file) => [...casesOf(readFileSync(join(FOLDER, file), 'utf8'))]);
const { findings, notScanned } = await scanTexts(cases, { code: codeEngine }, { kinds: SCAN_KINDS });
const byPath = Map.groupBy(findings, ({ location }) => (location.kind === 'file' ? location.path : ''));
const judged = cases.map((one) => {
  const found = (byPath.get(one.path) ?? []).filter(({ type }) => one.weaknesses.includes(type));
  return { ...one, found: one.isHit ? found.filter((finding) => isNear(finding, one.line)) : found };
});
const hits = judged.filter(({ isHit }) => isHit);
const misses = judged.filter(({ isHit }) => !isHit);
const missed = hits.filter(({ found }) => found.length === 0);
const wrong = misses.filter(({ found }) => found.length > 0);

if (process.argv.includes('--show')) {
  for (const { id, path } of missed) console.log(`not found: ${id}; found there: ${names(byPath.get(path) ?? [])}`);
  for (const { id, found } of wrong) console.log(`false: ${id}: ${names(found)}`);
  for (const { path, reason } of notScanned) console.log(`not scanned: ${path}: ${reason}`);
  for (const { id, path } of misses) if (byPath.has(path)) console.log(`beside: ${id}: ${names(byPath.get(path) ?? [])}`);
}
const families = new Set(cases.map(({ family }) => family));
const weak = [...families].filter((family) => missed.some((one) => one.family === family)).length;
console.log(
  printed('checks of AI applications', [
    row('found', '>= 85 %', hits.length - missed.length, hits.length, (share) => share >= 0.85),
    row('false', '<= 5 %', wrong.length, misses.length, (share) => share <= 0.05),
    { what: 'families found whole', bar: 'all', figure: `${families.size - weak} of ${families.size}`, held: weak === 0 },
  ]),
);

function row(what: string, bar: string, part: number, all: number, holds: (share: number) => boolean) {
  return { what, bar, figure: `${((100 * part) / all).toFixed(1)} % of ${all}`, held: holds(part / all) };
}

function isNear({ location }: ScanFinding, line: number): boolean {
  return location.kind === 'file' && location.line >= line - NEAR_LINES && location.line <= line + NEAR_LINES;
}

function names(found: readonly ScanFinding[]): string {
  return found.map(({ rule, location }) => `${rule}:${location.kind === 'file' ? location.line : 0}`).join(' ') || 'nothing';
}

function* casesOf(text: string): Generator<Case> {
  for (const section of text.split(/^(?=# \d+ )/m)) {
    const [, family = '0', weaknesses = ''] = /^# (\d+) [^\n]*?: ((?:CWE-\d+ ?)+)$/m.exec(section) ?? [];
    for (const [at, block] of section
      .split(/^(?==== )/m)
      .slice(1)
      .entries()) {
      const [, expected, kind = '', name = ''] = /^=== (hit|miss) (\S+) ?(.*)$/m.exec(block) ?? [];
      const marked = block.slice(block.indexOf('\n') + 1);
      const line = marked.split('\n').findIndex((row_) => row_.endsWith('<<')) + 1;
      if ((expected === 'hit') !== line > 0) throw new Error(`${family} ${name}: a hit has one mark`);
      const path = `${family}-${at}/${kind.startsWith('file:') ? kind.slice(5) : `app.${kind === 'rust' ? 'rs' : kind}`}`;
      yield {
        id: `${family} ${expected} ${kind} ${name}`,
        family: Number(family),
        weaknesses: weaknesses.split(' '),
        isHit: expected === 'hit',
        path,
        text: marked.replace(/(?: (?:#|\/\/))? <<$/gm, ''),
        line,
      };
    }
  }
}
