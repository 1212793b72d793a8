import { Type, type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

export { Type, type Static, type TSchema };

/** One thing wrong with a value: where (JSON pointer, RFC 6901) and what. */
export type SchemaProblem = { readonly pointer: string; readonly message: string };

export type Parsed<T> = { ok: true; value: T } | { ok: false; problems: readonly SchemaProblem[] };

/** Problems reported at once; more would not be read. */
const MAX_PROBLEMS = 50;

/** Compiles a schema to a parser for unknown values: every border is parsed once by one of these. */
export function parser<S extends TSchema>(schema: S): (value: unknown) => Parsed<Static<S>> {
  let compiled: ReturnType<typeof Compile> | undefined;
  return (value) => {
    compiled ??= Compile(schema);
    if (compiled.Check(value)) return { ok: true, value: value as Static<S> };
    const problems = compiled.Errors(value).map((error) => ({
      pointer: error.instancePath,
      message: describe(error),
    }));
    return { ok: false, problems: problems.slice(0, MAX_PROBLEMS) };
  };
}

function describe(error: { keyword: string; message: string; params?: unknown }): string {
  const params = (error.params ?? {}) as Record<string, unknown>;
  if (error.keyword === 'additionalProperties') return `unknown key ${String(params['additionalProperties'] ?? '')}`.trim();
  if (error.keyword === 'required') return `missing ${String(params['requiredProperties'] ?? params['missingProperty'] ?? 'key')}`;
  if (error.keyword === 'enum' && Array.isArray(params['allowedValues'])) return `must be one of ${params['allowedValues'].join(', ')}`;
  return error.message;
}
