import { Type, type Json, type JsonObject, type Route, type TSchema } from '../kernel/index.ts';

/** The shape of every error reply. */
const ERROR_REPLY = Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String(), fix: Type.String() }) });

/** An OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1) of the routes. TypeBox schemas are JSON schemas, which 3.1 takes as they are. */
export function openApi(routes: readonly Route[], version: string): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:([^/]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Sallyport control API', version },
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      responses: { error: { description: 'Refused or failed.', content: { 'application/json': { schema: plain(ERROR_REPLY) } } } },
    },
  };
}

function operation(route: Route): JsonObject {
  const isPublic = 'public' in route.authority;
  return {
    operationId: operationId(route),
    tags: [route.path.split('/')[2] ?? 'api'],
    summary: route.summary,
    description: authorityOf(route),
    security: isPublic ? [] : [{ key: [] }],
    parameters: [...pathParameters(route), ...queryParameters(route.query)],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: plain(route.body) } } } }),
    responses: {
      '200': { description: 'Done.', content: { 'application/json': { schema: route.reply === undefined ? {} : plain(route.reply) } } },
      default: { $ref: '#/components/responses/error' },
    },
  };
}

/** `DELETE /api/keys/:id` -> `delete_keys_id`. */
function operationId(route: Route): string {
  const words = route.path.slice('/api/'.length).match(/\w+/g) ?? [];
  return [route.method.toLowerCase(), ...words].join('_');
}

function pathParameters(route: Route): Json[] {
  return [...route.path.matchAll(/:([^/]+)/g)].map(([, name]) => ({
    name: name ?? '',
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: TSchema | undefined): Json[] {
  const object = (query === undefined ? {} : plain(query)) as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(object.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: object.required?.includes(name) ?? false,
    schema,
  }));
}

/** The schema as plain JSON: TypeBox keeps notes of its own under hidden keys, which JSON leaves out. */
function plain(schema: TSchema): JsonObject {
  return JSON.parse(JSON.stringify(schema)) as JsonObject;
}

function authorityOf({ authority }: Route): string {
  if ('public' in authority) return `Public: ${authority.public}`;
  if ('operator' in authority) return `Over the local socket only: ${authority.operator}`;
  const fresh = authority.fresh === undefined ? '' : ` A person must have proved the password lately: ${authority.fresh}.`;
  const installation =
    authority.installation === undefined ? '' : ` Only for the tenant that operates the installation: ${authority.installation}.`;
  return `Needs the permission \`${authority.permission}\`.${fresh}${installation}`;
}
