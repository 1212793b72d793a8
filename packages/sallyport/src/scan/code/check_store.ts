import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readYaml, type TSchema } from '../../kernel/index.ts';
import { checkSchema, modelSchema, type Check, type Model } from './check.ts';

const CHECKS = fileURLToPath(new URL('./checks/', import.meta.url));
const MODELS = fileURLToPath(new URL('./models/', import.meta.url));

/** The checks and models that are shipped. Throws when one does not fit its schema: they are part of the program. */
export function shippedChecks(): { checks: readonly Check[]; models: readonly Model[] } {
  return {
    checks: yamlFiles(CHECKS).map((path) => read(path, checkSchema) as Check),
    models: yamlFiles(MODELS).map((path) => read(path, modelSchema) as Model),
  };
}

function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .sort()
    .map((path) => folder + path);
}

function read(path: string, schema: TSchema): unknown {
  const parsed = readYaml(readFileSync(path, 'utf8'), schema);
  if (parsed.ok) return parsed.value;
  throw new SyntaxError(parsed.problems.map(({ line, message, pointer }) => `${path}:${line}: ${pointer} ${message}`).join('\n'));
}
