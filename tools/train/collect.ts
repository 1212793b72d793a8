import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { partOf } from './parts.ts';
import { Random } from './random.ts';
import type { Row } from './rows.ts';

// Makes rows of benign documents and code from folders of files: `node tools/train/collect.ts --out FILE.jsonl.gz NAME=FOLDER ...`. With `NAME/*=FOLDER`
// each folder below is a part of its own, as packages are. What a part is learned from is never measured (`partOf`).

const { values, positionals } = parseArgs({ options: { out: { type: 'string' }, most: { type: 'string' } }, allowPositionals: true });

const PROSE = /^\.(?:md|rst|txt|html|adoc)$/;
const CODE = /^\.(?:py|ts|tsx|js|mjs|go|rs|java|sh|yml|yaml|json|toml|sql|css|tf|c|h|log|patch)$/;

/** Files of a folder that are taken, and characters of each: a whole tool result, as an agent reads a file. */
const MOST = Number(values.most ?? 400);
const MAX_CHARS = 16_000;
const MIN_CHARS = 200;
const MAX_BYTES = 2_000_000;

/** Pieces of a long text that are taken, spread over it: a book is many tool results. */
const PIECES = 24;

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => PROSE.test(extname(file)) || CODE.test(extname(file)))
    .map((file) => join(folder, file))
    .filter((file) => {
      // A link may lead nowhere.
      const found = statSync(file, { throwIfNoEntry: false });
      return found?.isFile() === true && found.size <= MAX_BYTES;
    })
    .sort();
}

/** Some files of a folder, spread over it; prose and code in equal parts where there is enough prose. */
function sampled(files: readonly string[], most: number, random: Random): string[] {
  const prose = files.filter((file) => PROSE.test(extname(file)));
  const code = files.filter((file) => !PROSE.test(extname(file)));
  const pick = (list: readonly string[], count: number): string[] =>
    list.length <= count
      ? [...list]
      : Array.from({ length: count }, (_, k) => list[Math.floor((k + random.below(1000) / 1000) * (list.length / count))] ?? '');
  const first = pick(prose, most >> 1);
  return [...first, ...pick(code, most - first.length)];
}

function rowsOf(source: string, files: readonly string[], random: Random): Row[] {
  return files.flatMap((file) => {
    const whole = readFileSync(file, 'utf8');
    const isProse = PROSE.test(extname(file));
    const kind = isProse ? 'benign_document' : 'benign_code';
    return piecesOf(whole, isProse ? PIECES : 1, random)
      .filter((text) => text.length >= MIN_CHARS && !text.includes('\0'))
      .map((text) => ({ text, label: 0 as const, kind, source, lang: 'en' }));
  });
}

/** A text, or pieces of a long one. */
function piecesOf(whole: string, most: number, random: Random): string[] {
  if (whole.length <= MAX_CHARS) return [whole];
  const count = Math.min(most, Math.floor(whole.length / MAX_CHARS));
  const apart = (whole.length - MAX_CHARS) / count;
  return Array.from({ length: count }, (_, k) => {
    const at = count === 1 && random.chance(0.5) ? 0 : Math.floor((k + random.below(1000) / 1000) * apart);
    return whole.slice(at, at + MAX_CHARS);
  });
}

const random = new Random(11);
const rows = positionals.flatMap((given) => {
  const [name = '', folder = ''] = given.split('=', 2);
  if (!name.endsWith('/*')) return rowsOf(`files/${name}`, sampled(filesOf(folder), MOST, random), random);
  const parts = readdirSync(folder).filter((part) => !part.startsWith('.') && statSync(join(folder, part)).isDirectory());
  return parts
    .sort()
    .filter((part) => partOf(`files/${name.slice(0, -2)}/${part}`) !== 'locked')
    .flatMap((part) =>
      rowsOf(`files/${name.slice(0, -2)}/${part}`, sampled(filesOf(join(folder, part)), Math.min(MOST, 8), random), random),
    );
});
writeFileSync(values.out ?? 'benign.jsonl.gz', gzipSync(rows.map((row) => JSON.stringify(row)).join('\n')));
console.log(`${rows.length} rows, ${rows.reduce((sum, { text }) => sum + text.length, 0)} characters`);
