import { parser, Type, visible, type Route, type SchemaProblem, type TSchema } from '../kernel/index.ts';
import { fail } from './errors.ts';

/** Turns what came over the wire into what a handler may trust. Throws CONTROL_BAD_REQUEST, naming the fields. */
export type Validate = {
  query(raw: unknown): Readonly<Record<string, string>>;
  body(raw: unknown): unknown;
  params(raw: unknown): Readonly<Record<string, string>>;
};

/** Longest parameter in a path: ids are about 30 characters, names of providers and rules may be longer. */
export const MAX_PARAM_LENGTH = 256;
/** Problems named in one answer. */
const MAX_NAMED = 8;
/** The longest that one problem may be: it can hold a key of the request. */
const MAX_PROBLEM_LENGTH = 200;

/** Compiles the schemas of a route. A query or body that the route does not declare must be absent, and objects take no unknown key. */
export function compileRoute(route: Route): Validate {
  const query = parser(closed(route.query ?? Type.Object({})));
  const body = route.body === undefined ? undefined : parser(closed(route.body));
  return {
    query(raw) {
      const read = query(raw ?? {});
      if (!read.ok) throw refuse('query', read.problems);
      return read.value as Readonly<Record<string, string>>;
    },
    body(raw) {
      if (body === undefined) {
        if (raw !== undefined && raw !== null) throw fail('CONTROL_BAD_REQUEST', { say: 'This route takes no body.' });
        return undefined;
      }
      const read = body(raw);
      if (!read.ok) throw refuse('body', read.problems);
      return read.value;
    },
    params(raw) {
      const params = raw as Readonly<Record<string, string>>;
      for (const [name, value] of Object.entries(params)) {
        // oxlint-disable-next-line no-control-regex -- control characters are what this refuses
        const fine = value.length > 0 && value.length <= MAX_PARAM_LENGTH && !/[\u0000-\u001f\u007f]/.test(value);
        if (!fine) throw refuse('path', [{ pointer: `/${name}`, message: 'must be 1 to 256 characters without control characters' }]);
      }
      return params;
    },
  };
}

/** An object schema that says nothing about other keys refuses them: a mistyped `expires` must not make a key that lives for ever. */
function closed(schema: TSchema): TSchema {
  const object = schema as TSchema & { type?: unknown; additionalProperties?: unknown };
  return object.type === 'object' && object.additionalProperties === undefined ? { ...schema, additionalProperties: false } : schema;
}

function refuse(where: string, problems: readonly SchemaProblem[]): Error {
  const named = problems
    .slice(0, MAX_NAMED)
    .map(({ pointer, message }) => visible(`${where}${pointer} ${message}`).slice(0, MAX_PROBLEM_LENGTH));
  const more = problems.length > MAX_NAMED ? [`and ${problems.length - MAX_NAMED} more`] : [];
  const said = [...named, ...more].join('; ');
  return fail('CONTROL_BAD_REQUEST', { say: said.endsWith('?') ? said : `${said}.` });
}
