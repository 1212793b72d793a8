import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { errorsPage } from './generate/errors.ts';
import { configurationPage } from './generate/configuration.ts';
import type { Generated } from './generate/generated.ts';
import { importRooms } from './generate/modules.ts';
import { TOP } from './top.ts';

/** Programs beside this one that write files of a domain: each exports a function which answers what it would write. */
const DOMAIN_GENERATORS = [
  { file: 'generate_guards.ts', name: 'generateGuards' },
  { file: 'generate_policy.ts', name: 'generatePolicy' },
  { file: 'generate_scan.ts', name: 'generateScan' },
];

/** Every generated file of the repository, as it should be. */
export async function generateAll(): Promise<Generated[]> {
  const pages = [errorsPage(await importRooms('errors.ts')), configurationPage(await importRooms('config.ts'))];
  const domains = await Promise.all(DOMAIN_GENERATORS.map(runDomainGenerator));
  return [...pages, ...domains.flat()];
}

async function runDomainGenerator({ file, name }: { file: string; name: string }): Promise<readonly Generated[]> {
  const url = new URL(file, import.meta.url);
  if (!existsSync(url)) return [];
  const exports = (await import(url.href)) as Record<string, unknown>;
  const generate = exports[name];
  if (typeof generate !== 'function') throw new Error(`tools/${file} does not export ${name}`);
  return (await (generate as () => readonly Generated[] | Promise<readonly Generated[]>)()) satisfies readonly Generated[];
}

/** Generated files that are missing or differ from what is written on the disk. */
export function outdated(files: readonly Generated[]): Generated[] {
  return files.filter(({ path, text }) => !existsSync(`${TOP}/${path}`) || readFileSync(`${TOP}/${path}`, 'utf8') !== text);
}

if (import.meta.main) {
  const stale = outdated(await generateAll());
  const check = process.argv.includes('--check');
  for (const { path, text } of stale) {
    if (!check) writeFileSync(`${TOP}/${path}`, text);
    console.log(check ? `${path} is not what its sources say; run npm run generate` : `wrote ${path}`);
  }
  process.exitCode = check && stale.length > 0 ? 1 : 0;
}
