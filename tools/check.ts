import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describeResult, runChecks, type Check } from './check/check.ts';
import { repositoryFiles } from './check/files.ts';
import { cruise, orderProblems } from './check/order.ts';
import { runProgram } from './check/program.ts';
import { drawers, longFiles, readmes } from './check/rooms.ts';
import { bannedText } from './check/text.ts';
import { SRC, TOP } from './top.ts';

/** Folders with code that people write. */
const CODE = ['packages', 'tools', 'bench'].filter((folder) => existsSync(`${TOP}/${folder}`));

/** The static checks of the house; `./test` counts each as a test. The slow ones stand first, so that the others run beside them. */
export const CHECKS: readonly Check[] = [
  program('dead code', 'knip', ['--no-progress']),
  program('lint', 'oxlint', ['--type-aware', '--deny-warnings', ...CODE]),
  program('types', 'tsc', ['-p', '.']),
  program('types of the console', 'tsc', ['-p', 'packages/console']),
  { name: 'import order', run: importOrder },
  program('format', 'oxfmt', ['--check', ...CODE, '.dependency-cruiser.mjs']),
  program('generated files', 'node', ['tools/generate.ts', '--check']),
  { name: 'banned text', run: async () => bannedText(await repositoryFiles(() => true)) },
  { name: 'file sizes', run: async () => longFiles(await repositoryFiles((path) => /\.tsx?$/.test(path))) },
  { name: 'module readmes', run: async () => readmes(await repositoryFiles((path) => path.startsWith(`${SRC}/`))) },
  { name: 'names', run: async () => drawers(await repositoryFiles((path) => /\.tsx?$/.test(path))) },
];

function program(name: string, bin: string, args: readonly string[]): Check {
  return {
    name,
    async run() {
      const ran = await runProgram(bin, args);
      return ran.code === 0 ? [] : [ran.output.trim() || `${bin} ended with exit code ${ran.code}`];
    },
  };
}

async function importOrder(): Promise<string[]> {
  const sources = await repositoryFiles((path) => path.startsWith(`${SRC}/`) && path.endsWith('.ts'));
  return orderProblems(
    await cruise(),
    sources.map((file) => file.path),
  );
}

if (import.meta.main) {
  const results = await runChecks(CHECKS, availableParallelism(), (result) => console.log(describeResult(result)));
  process.exitCode = results.every((result) => result.problems.length === 0) ? 0 : 1;
}
