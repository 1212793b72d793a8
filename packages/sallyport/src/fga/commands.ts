import { resolve } from 'node:path';
import type { Command } from '../kernel/index.ts';
import { fail } from './errors.ts';
import { FgaError } from './problem.ts';
import { runStoreFile, type Assertion } from './store_file.ts';
import { readStoreFile } from './store_file_commands.ts';
import { SYNC } from './sync/sync_commands.ts';
import { stores, STORE_FLAG, why } from './why_command.ts';

/** `fga test` runs the tests of a store file as OpenFGA's `fga model test` does; the others ask the server. */
export const COMMANDS: readonly Command[] = [
  { name: 'fga stores', summary: 'Lists the permission stores.', flags: [], run: stores },
  {
    name: 'fga why',
    summary: 'Says whether a user has a relation to an object, and why: the path of tuples, or the nearest ones that are missing.',
    usage: 'USER RELATION OBJECT',
    flags: [STORE_FLAG, { name: 'context', value: 'JSON', summary: 'Context for conditions.' }],
    run: why,
  },
  SYNC,
  {
    name: 'fga test',
    summary: 'Runs the tests of OpenFGA store files (.fga.yaml): model or fga.mod, tuples, checks and lists.',
    usage: 'FILE...',
    flags: [],
    async run(context) {
      if (context.args.length === 0) {
        context.note('Which store file?');
        return 2;
      }
      const results: Assertion[] = [];
      for (const path of context.args) results.push(...(await run(resolve(path))));
      const failed = results.filter(({ ok }) => !ok);
      if (context.json) context.out(JSON.stringify({ passed: results.length - failed.length, failed }));
      else {
        for (const { test, what, expected, got } of failed)
          context.out(`FAIL ${test}: ${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
        context.out(`${results.length - failed.length} passed, ${failed.length} failed`);
      }
      return failed.length === 0 ? 0 : 1;
    },
  },
];

async function run(path: string): ReturnType<typeof runStoreFile> {
  try {
    return await runStoreFile(await readStoreFile(path), Date.now);
  } catch (error) {
    if (error instanceof FgaError) throw fail('FGA_FILE_INVALID', { say: error.message });
    throw error;
  }
}
