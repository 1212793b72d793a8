import { readdirSync, readFileSync } from 'node:fs';
import { readYaml, type TSchema } from '../../kernel/index.ts';
import { checkSchema, modelSchema, type Check, type Model } from './check.ts';
import { INSPECTIONS } from './inspect/registry.ts';

/** `frontEnd`: the hash of the sources that parse and lower, which the cache of lowered files is bound to. */
export type ShippedChecks = { readonly frontEnd: string; readonly checks: readonly Check[]; readonly models: readonly Model[] };

const CHECKS = new URL('./checks/', import.meta.url);
const MODELS = new URL('./models/', import.meta.url);
const COMPILED = new URL('./checks.generated.json', import.meta.url);

/** The checks and models that are shipped, without the checks' cases. One JSON file: a scan of a few files must not wait for hundreds of YAML ones. */
export function shippedChecks(): ShippedChecks {
  return JSON.parse(readFileSync(COMPILED, 'utf8')) as ShippedChecks;
}

/** The same from their YAML files, with cases. Throws when one does not fit its schema, with its file and line. */
export function checkSources(): Omit<ShippedChecks, 'frontEnd'> {
  const checks = yamlFiles(CHECKS).map((url) => read(url, checkSchema) as Check);
  for (const { id, taint, match, inspect } of checks) {
    if ([taint, match, inspect].filter((one) => one !== undefined).length !== 1)
      throw new SyntaxError(`${id}: exactly one of taint, match and inspect`);
    if (inspect !== undefined && INSPECTIONS[inspect] === undefined) throw new SyntaxError(`${id}: no inspection ${inspect}`);
  }
  const ids = new Set(checks.map(({ id }) => id));
  if (ids.size !== checks.length) throw new SyntaxError('two checks have the same id');
  return { checks, models: yamlFiles(MODELS).map((url) => read(url, modelSchema) as Model) };
}

function yamlFiles(folder: URL): URL[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .sort()
    .map((path) => new URL(path, folder));
}

function read(url: URL, schema: TSchema): unknown {
  const parsed = readYaml(readFileSync(url, 'utf8'), schema);
  if (parsed.ok) return parsed.value;
  throw new SyntaxError(parsed.problems.map(({ line, message, pointer }) => `${url.pathname}:${line}: ${pointer} ${message}`).join('\n'));
}
