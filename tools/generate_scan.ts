import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Check } from '../packages/sallyport/src/scan/code/check.ts';
import { checkSources } from '../packages/sallyport/src/scan/code/check_store.ts';
import { withNative } from '../packages/sallyport/src/scan/code/pattern/expression.ts';

const FOLDER = new URL('../packages/sallyport/src/scan/code/', import.meta.url);
const PATH = 'packages/sallyport/src/scan/code/checks.generated.json';
/** What a lowered file depends on: these and all of `lower/`. */
const FRONT_END = [
  'component.ts',
  'grammars/SHA256SUMS',
  'grammar_store.ts',
  'ir.ts',
  'ir_builder.ts',
  'language.ts',
  'lower_file.ts',
  'packed.ts',
  'symbol.ts',
  'syntax.ts',
];

/** The checks and models of the code scanner in one file, without cases, expressions with their form for the platform's engine. Deterministic. */
export function generateScan(): readonly { readonly path: string; readonly text: string }[] {
  const { checks, models } = checkSources();
  const shipped = { frontEnd: frontEnd(), checks: checks.map(compiled), models };
  return [{ path: PATH, text: `${JSON.stringify(shipped, null, 1)}\n` }];
}

function compiled(check: Check): Check {
  const { taint, match } = check;
  return {
    ...check,
    ...(taint?.where === undefined ? {} : { taint: { ...taint, where: taint.where.map(withNative) } }),
    ...(match?.where === undefined ? {} : { match: { ...match, where: match.where.map(withNative) } }),
    cases: {},
  };
}

function frontEnd(): string {
  const lowerings = readdirSync(new URL('lower/', FOLDER)).filter((name) => !name.endsWith('.test.ts'));
  const hash = createHash('sha256');
  for (const name of [...FRONT_END, ...lowerings.map((one) => `lower/${one}`)].sort())
    hash.update(`${name}\0`).update(readFileSync(new URL(name, FOLDER)));
  return hash.digest('hex');
}
