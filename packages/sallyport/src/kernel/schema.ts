import { Compile, Settings, Type, type Static, type TSchema } from '#vendor/typebox';
import { didYouMean } from './closest.ts';

export { Type, type Static, type TSchema };

/** One thing wrong with a value: where (JSON pointer, RFC 6901; for an unknown key the key itself) and what. */
export type SchemaProblem = { readonly pointer: string; readonly message: string };

export type Parsed<T> = { ok: true; value: T } | { ok: false; problems: readonly SchemaProblem[] };

/** Problems reported at once; more would not be read. */
const MAX_PROBLEMS = 50;
/** What the library may collect for them: the forms of a union report one each. Its own limit of 8 would hide most of a configuration's problems. */
const MAX_COLLECTED = 400;

/** Compiles a schema to a parser for unknown values: every border is parsed once by one of these. */
export function parser<S extends TSchema>(schema: S): (value: unknown) => Parsed<Static<S>> {
  let compiled: ReturnType<typeof Compile> | undefined;
  return (value) => {
    compiled ??= Compile(schema);
    if (compiled.Check(value)) return { ok: true, value: value as Static<S> };
    if (Settings.Get().maxErrors < MAX_COLLECTED) Settings.Set({ maxErrors: MAX_COLLECTED });
    const problems = mergeUnions(compiled.Errors(value)).flatMap((failure) => describe(failure, schema));
    return { ok: false, problems: problems.slice(0, MAX_PROBLEMS) };
  };
}

type Failure = {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params?: unknown;
};

/**
 * A union reports the problems of all of its forms. Kept are those of the forms that the value resembles (right type, right constants, fewest
 * problems); when it resembles none, one problem names what the forms expect.
 */
function mergeUnions(failures: readonly Failure[]): Failure[] {
  const unions = new Map<string, Failure[]>();
  const rest: Failure[] = [];
  for (const failure of failures) {
    if (failure.keyword === 'anyOf') continue;
    const at = failure.schemaPath.indexOf('/anyOf/');
    if (at < 0) {
      rest.push(failure);
      continue;
    }
    const union = `${failure.schemaPath.slice(0, at)} ${outermost(failure, at)}`;
    const known = unions.get(union);
    if (known === undefined) unions.set(union, [failure]);
    else known.push(failure);
  }
  for (const [union, failed] of unions) rest.push(...resemblingForm(union, failed));
  return rest;
}

/** The value the union stands at: the instance path without what the schema path has below the union. */
function outermost(failure: Failure, at: number): string {
  const below = failure.schemaPath.slice(at).split('/').slice(3);
  const steps = below.filter(
    (step) => step === 'properties' || step === 'items' || step === 'additionalProperties' || step === 'patternProperties',
  ).length;
  const path = failure.instancePath.split('/');
  return path.slice(0, Math.max(1, path.length - steps)).join('/');
}

function resemblingForm(union: string, failures: readonly Failure[]): Failure[] {
  const [schemaPath = '', instancePath = ''] = union.split(' ');
  const forms = new Map<string, Failure[]>();
  for (const failure of failures) {
    const form = failure.schemaPath.slice(schemaPath.length + '/anyOf/'.length).split('/')[0] ?? '';
    forms.set(form, [...(forms.get(form) ?? []), failure]);
  }
  const shape = (failure: Failure): boolean =>
    failure.keyword === 'const' || (failure.keyword === 'type' && failure.instancePath === instancePath);
  const alike = [...forms.values()].filter((form) => !form.some(shape)).sort((a, b) => a.length - b.length);
  const best = alike[0];
  if (best !== undefined) return best;
  const expected = new Set(failures.filter((failure) => failure.instancePath === instancePath).map(expectation));
  return [{ keyword: 'anyOf', schemaPath, instancePath, message: `must be ${[...expected].join(' or ')}` }];
}

function expectation(failure: Failure): string {
  const { allowedValue, type } = paramsOf(failure);
  if (failure.keyword === 'const') return text(allowedValue);
  if (failure.keyword === 'type') return typeof type === 'string' ? article(type) : failure.message;
  return failure.message.replace(/^must be /, '');
}

function describe(failure: Failure, schema: TSchema): SchemaProblem[] {
  const { additionalProperties, requiredProperties, allowedValues, allowedValue, type } = paramsOf(failure);
  const here = (message: string): SchemaProblem[] => [{ pointer: failure.instancePath, message }];
  switch (failure.keyword) {
    case 'boolean':
      // Reported once more, with the names, as additionalProperties.
      return failure.schemaPath.endsWith('/additionalProperties') ? [] : here(failure.message);
    case 'additionalProperties': {
      const known = knownKeys(schema, failure.schemaPath);
      return texts(additionalProperties).map((key) => ({
        pointer: `${failure.instancePath}/${escapePointer(key)}`,
        message: `unknown key ${key}${didYouMean(key, known)}`,
      }));
    }
    case 'required':
      return here(`missing ${texts(requiredProperties).join(', ')}`);
    case 'enum':
      return here(`must be one of ${texts(allowedValues).join(', ')}`);
    case 'const':
      return here(`must be ${text(allowedValue)}`);
    case 'type':
      return here(typeof type === 'string' ? `must be ${article(type)}` : failure.message);
    default:
      return here(failure.message);
  }
}

function paramsOf(failure: Failure): Readonly<Record<string, unknown>> {
  return typeof failure.params === 'object' && failure.params !== null ? (failure.params as Record<string, unknown>) : {};
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
}

function article(type: string): string {
  return type === 'null' ? 'null' : `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`;
}

/** The property names that the schema knows at this place of it. */
function knownKeys(schema: unknown, schemaPath: string): string[] {
  let at = schema;
  for (const step of schemaPath.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null) return [];
    at = (at as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  const properties = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)['properties'] : undefined;
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

/** One reference token of a JSON pointer (RFC 6901 section 3). */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
