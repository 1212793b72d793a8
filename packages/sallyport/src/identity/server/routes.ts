import {
  parser,
  Type,
  type Caller,
  type Json,
  type JsonObject,
  type Route,
  type RouteReply,
  type RouteRequest,
  type Static,
  type TSchema,
} from '../../kernel/index.ts';
import { fail } from '../errors.ts';
import type { Role } from '../people/person.ts';
import type { Answerer, Asked, AuthorizationServer } from './service.ts';

const strict = { additionalProperties: false } as const;
const URI = Type.String({ minLength: 1, maxLength: 500 });
const JWK = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]), {
  description: 'A public JSON Web Key (RFC 7517).',
});
const CLIENT = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    redirectUris: Type.Optional(Type.Array(URI, { maxItems: 20 })),
    application: Type.Optional(Type.Enum(['web', 'native'])),
    jwks: Type.Optional(Type.Array(JWK, { minItems: 1, maxItems: 10 })),
    jwksUri: Type.Optional(URI),
    device: Type.Optional(Type.Boolean()),
    backchannel: Type.Optional(Type.Enum(['poll', 'ping'])),
    notifyUri: Type.Optional(URI),
    logoutUri: Type.Optional(URI),
    postLogoutRedirectUris: Type.Optional(Type.Array(URI, { maxItems: 20 })),
    dpop: Type.Optional(Type.Boolean()),
  },
  strict,
);
const ANSWER = Type.Object({ allow: Type.Boolean() }, strict);
const CODE = Type.Object({ code: Type.String({ minLength: 1, maxLength: 20 }) }, strict);
const CODE_ANSWER = Type.Object({ code: Type.String({ minLength: 1, maxLength: 20 }), allow: Type.Boolean() }, strict);
const ROTATE = Type.Object({ now: Type.Optional(Type.Boolean()) }, strict);

/** Applications, what people allow them, and the keys that sign. */
export function authorizationRoutes(server: AuthorizationServer): Route[] {
  return [...clientRoutes(server), ...askRoutes(server), ...grantRoutes(server), rotateRoute(server)];
}

function clientRoutes(server: AuthorizationServer): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/clients',
      summary: 'Lists the applications that are registered here.',
      authority: { permission: 'identity:read' },
      handler: async ({ caller }) => ({ json: { clients: (await server.clients.list(caller.tenant)).map((one) => ({ ...one })) } }),
    },
    withBody('POST', '/api/clients', 'Registers an application.', { permission: 'identity:write' }, CLIENT, async (body, { caller }) => {
      const made = await server.clients.register(caller.tenant, body, caller.principal);
      return { status: 201, json: { ...made } };
    }),
    {
      method: 'DELETE',
      path: '/api/clients/:id',
      summary: 'Removes an application; its tokens are refused within a second.',
      authority: { permission: 'identity:write' },
      async handler({ caller, params }) {
        await server.clients.remove(caller.tenant, params['id'] ?? '', caller.principal);
        return { json: { removed: params['id'] ?? '' } };
      },
    },
  ];
}

function askRoutes(server: AuthorizationServer): Route[] {
  const { consent } = server;
  const mine = { permission: 'health:read' } as const;
  return [
    {
      method: 'GET',
      path: '/api/authorization/asks/:id',
      summary: 'Says what an application asks the person for, in the browser in which it began.',
      authority: mine,
      handler: async (request) => ({
        json: shown(await consent.look(request.params['id'] ?? '', request.cookies?.['sallyport_answer'], answerer(request))),
      }),
    },
    withBody(
      'POST',
      '/api/authorization/asks/:id',
      'Allows it or refuses it; says where the browser goes next.',
      mine,
      ANSWER,
      async ({ allow }, request) => ({
        json: {
          location: await consent.answer(request.params['id'] ?? '', request.cookies?.['sallyport_answer'], answerer(request), allow),
        },
      }),
    ),
    withBody(
      'POST',
      '/api/authorization/devices/look',
      'Says what the device that shows this code asks for.',
      mine,
      CODE,
      async ({ code }, request) => ({
        json: shown(await consent.lookDevice(code, answerer(request))),
      }),
    ),
    withBody(
      'POST',
      '/api/authorization/devices',
      'Allows or refuses the device that shows this code.',
      mine,
      CODE_ANSWER,
      async ({ code, allow }, request) => {
        await consent.answerDevice(code, answerer(request), allow);
        return { json: { allowed: allow } };
      },
    ),
    {
      method: 'GET',
      path: '/api/authorization/requests',
      summary: 'Lists what waits for the decision of the person who calls.',
      authority: mine,
      handler: async (request) => ({
        json: { requests: (await consent.waiting(answerer(request))).map((one) => ({ ...shown(one), id: one.id, expires: one.expires })) },
      }),
    },
    withBody('POST', '/api/authorization/requests/:id', 'Decides one of them.', mine, ANSWER, async ({ allow }, request) => {
      await consent.answerWaiting(request.params['id'] ?? '', answerer(request), allow);
      return { json: { allowed: allow } };
    }),
  ];
}

function grantRoutes(server: AuthorizationServer): Route[] {
  const rows = (grants: Awaited<ReturnType<AuthorizationServer['grants']>>): Json => grants.map((one) => ({ ...one }));
  return [
    {
      method: 'GET',
      path: '/api/grants',
      summary: 'Lists what people have allowed applications and agents.',
      authority: { permission: 'people:read' },
      handler: async ({ caller }) => ({ json: { grants: rows(await server.grants(caller.tenant)) } }),
    },
    {
      method: 'DELETE',
      path: '/api/grants/:id',
      summary: 'Ends a grant: its tokens are refused within a second.',
      authority: { permission: 'people:write' },
      async handler({ caller, params }) {
        await server.endGrant(caller.tenant, params['id'] ?? '', caller.principal);
        return { json: { ended: params['id'] ?? '' } };
      },
    },
    {
      method: 'GET',
      path: '/api/session/grants',
      summary: 'Lists what the person who calls has allowed.',
      authority: { permission: 'health:read' },
      handler: async (request) => ({ json: { grants: rows(await server.grants(request.caller.tenant, answerer(request).person)) } }),
    },
    {
      method: 'DELETE',
      path: '/api/session/grants/:id',
      summary: 'Takes back what the person who calls has allowed.',
      authority: { permission: 'health:read' },
      async handler(request) {
        const { person } = answerer(request);
        await server.endGrant(request.caller.tenant, request.params['id'] ?? '', person, person);
        return { json: { ended: request.params['id'] ?? '' } };
      },
    },
  ];
}

function rotateRoute(server: AuthorizationServer): Route {
  return withBody(
    'POST',
    '/api/signing-keys',
    'Makes the next key that signs tokens; with `now` every token that was signed before is refused at once.',
    { operator: 'one issuer signs for all tenants' },
    ROTATE,
    async ({ now }, { caller }) => ({ status: 201, json: { id: await server.signing.rotate(caller.principal, now === true) } }),
  );
}

function shown({ client, scopes, beyond, resource, details, offline, redirect, message, device }: Asked): JsonObject {
  return {
    ...{ client: { ...client }, scopes: [...scopes], beyond: [...beyond], resource, details: [...details] },
    ...{ offline, redirect, message, device },
  };
}

/** The person behind a session: keys and the operator have no consent to give. */
function answerer({ caller, from }: Pick<RouteRequest, 'caller' | 'from'>): Answerer {
  const { session } = caller;
  if (session === undefined) throw fail('SESSION_NEEDED');
  const { tenant, principal }: Caller = caller;
  const { id, name, proved, methods } = session;
  return { tenant, person: principal, name, role: session.role as Role, session: id, proved, methods, from };
}

/** A route with a body: its schema is parsed once, and the handler gets what was parsed. */
export function withBody<S extends TSchema>(
  method: 'POST' | 'PUT',
  path: Route['path'],
  summary: string,
  authority: Route['authority'],
  body: S,
  handler: (body: Static<S>, request: RouteRequest) => Promise<RouteReply>,
): Route {
  const parse = parser(body);
  return {
    method,
    path,
    summary,
    authority,
    body,
    handler(request) {
      const parsed = parse(request.body);
      // The server has checked it already; this is where it gets its type.
      if (!parsed.ok) throw new TypeError(`${path}: the body was not checked`);
      return handler(parsed.value, request);
    },
  };
}
