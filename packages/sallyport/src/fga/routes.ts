import { isObject, Type, type JsonObject, type Route, type RouteRequest } from '../kernel/index.ts';
import { ENDPOINTS, type Endpoint } from './endpoints.ts';
import type { Fga } from './fga.ts';
import { MAX_MODEL_TEXT, modelFromText, textFromModel } from './model_text.ts';

const Body = Type.Object({}, { additionalProperties: true });
const Query = Type.Object(
  Object.fromEntries(
    ['page_size', 'continuation_token', 'type', 'start_time', 'name'].map((name) => [
      name,
      Type.Optional(Type.String({ maxLength: 5_120 })),
    ]),
  ),
  { additionalProperties: false },
);
const Text = Type.Object({ text: Type.String({ minLength: 1, maxLength: MAX_MODEL_TEXT }) }, { additionalProperties: false });
const Model = Type.Object({ model: Type.Object({}, { additionalProperties: true }) }, { additionalProperties: false });

/** OpenFGA's API over the control port, path by path, and the model language as text: for the console and the commands. */
export function fgaRoutes(fga: Fga): readonly Route[] {
  return [
    ...ENDPOINTS.filter(({ gatewayOnly }) => gatewayOnly !== true).map((endpoint) => routeOf(fga, endpoint)),
    {
      method: 'POST',
      path: '/api/fga/model-from-text',
      summary: "A model in OpenFGA's language as JSON, checked as a new model is.",
      authority: { permission: 'fga:read' },
      body: Text,
      async handler({ body }) {
        const model = await modelFromText((body as { text: string }).text);
        await fga.models.compile('draft', model);
        return { json: { model } };
      },
    },
    {
      method: 'POST',
      path: '/api/fga/text-from-model',
      summary: "A model in OpenFGA's language.",
      authority: { permission: 'fga:read' },
      body: Model,
      handler: async ({ body }) => ({ json: { text: await textFromModel((body as { model: JsonObject }).model) } }),
    },
  ];
}

function routeOf(fga: Fga, { method, path, permission, summary, run }: Endpoint): Route {
  return {
    method,
    path: `/api/fga${path}`,
    summary,
    authority: { permission },
    ...(method === 'POST' || method === 'PUT' ? { body: Body } : { query: Query }),
    async handler(request: RouteRequest) {
      const { status, json } = await run(fga, {
        tenant: request.caller.tenant,
        actor: request.caller.principal,
        store: request.params['store'] ?? '',
        id: request.params['id'] ?? '',
        query: request.query,
        body: isObject(request.body) ? request.body : {},
        modelHeader: '',
        base: '',
        send: () => false,
      });
      return { status: json === undefined ? 200 : status, json: json ?? {} };
    },
  };
}
