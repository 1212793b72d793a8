import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isObject, type Command, type Json, type JsonObject } from '../kernel/index.ts';
import { fail } from './errors.ts';
import { modelFromText } from './model_text.ts';
import { FgaError } from './problem.ts';
import { runStoreFile, type StoreFile } from './store_file.ts';
import { SYNC } from './sync/sync_commands.ts';
import { stores, STORE_FLAG, why } from './why_command.ts';

/** `fga test` runs the tests of a store file as OpenFGA's `fga model test` does; the others ask the server. */
export const COMMANDS: readonly Command[] = [
  { name: 'fga stores', summary: 'Lists the permission stores.', flags: [], run: stores },
  {
    name: 'fga why',
    summary: 'Whether a user has a relation to an object, and why: the path of tuples, or the nearest ones that are missing.',
    usage: 'USER RELATION OBJECT',
    flags: [STORE_FLAG, { name: 'context', value: 'JSON', summary: 'Context for conditions.' }],
    run: why,
  },
  SYNC,
  {
    name: 'fga test',
    summary: 'Runs the tests of an OpenFGA store file (.fga.yaml): model, tuples, checks and lists.',
    usage: 'FILE',
    flags: [],
    async run(context) {
      const path = context.args[0];
      if (path === undefined) {
        context.note('Which store file?');
        return 2;
      }
      const results = await run(resolve(path));
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

// The readers are loaded when they are needed: the parser of the model language is large, and no other command uses it.
async function readStoreFile(path: string): Promise<StoreFile> {
  const { parse } = await import('yaml');
  const text = (file: string): string => {
    try {
      return readFileSync(resolve(dirname(path), file), 'utf8');
    } catch {
      throw fail('FGA_FILE_INVALID', { say: `${file} cannot be read.` });
    }
  };
  const file = parse(text(path)) as Json;
  if (!isObject(file)) throw fail('FGA_FILE_INVALID', { say: 'It is not a mapping.' });
  const tuples = file['tuple_file'];
  const model = file['model_file'];
  const given = typeof tuples === 'string' ? (tuples.endsWith('.json') ? JSON.parse(text(tuples)) : parse(text(tuples))) : file['tuples'];
  const source = typeof model === 'string' ? text(model) : file['model'];
  if (typeof source !== 'string') throw fail('FGA_FILE_INVALID', { say: 'It has no model.' });
  return {
    name: typeof file['name'] === 'string' ? file['name'] : '',
    model: await readModelText(source),
    tuples: objects(given as Json),
    tests: objects(file['tests']),
  };
}

/** A model in the modelling language, or as JSON. */
async function readModelText(source: string): Promise<JsonObject> {
  return source.trimStart().startsWith('{') ? (JSON.parse(source) as JsonObject) : modelFromText(source);
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
