import { parseTenantId, DEFAULT_TENANT, Type, type Caller, type Json, type Route, type RouteReply } from '../../kernel/index.ts';
import { fail } from '../errors.ts';
import { withBody } from '../server/routes.ts';
import type { People, SignedIn } from './service.ts';
import { roleRoutes } from '../roles/routes.ts';

const TOKEN = Type.String({ minLength: 1, maxLength: 100 });
const NAME = Type.String({ minLength: 1, maxLength: 200 });
const PASSWORD = Type.String({ minLength: 1, maxLength: 1_000 });
const TENANT = Type.Optional(Type.String({ minLength: 1, maxLength: 63 }));
const ROLE = Type.String({ minLength: 1, maxLength: 60 });
const strict = { additionalProperties: false } as const;

const LINK = Type.Object({ token: TOKEN }, strict);
const ACCEPT = Type.Object({ token: TOKEN, name: Type.Optional(NAME), password: PASSWORD }, strict);
const CODE = Type.String({ minLength: 1, maxLength: 20 });
const SIGN_IN = Type.Object({ tenant: TENANT, name: NAME, password: PASSWORD, code: Type.Optional(CODE) }, strict);
const RECOVER = Type.Object(
  { tenant: TENANT, name: NAME, code: Type.String({ minLength: 1, maxLength: 100 }), password: PASSWORD },
  strict,
);
const PROOF = Type.Object({ password: PASSWORD, code: Type.Optional(CODE) }, strict);
const PASSKEY = Type.Record(Type.String(), Type.Unknown(), {
  description: 'A PublicKeyCredential as its toJSON gives it (WebAuthn level 3).',
});
const ASK = Type.Object({ tenant: TENANT }, strict);
const ANSWER = Type.Object({ tenant: TENANT, response: PASSKEY }, strict);
const ADD = Type.Object({ name: Type.String({ minLength: 1, maxLength: 60 }), response: PASSKEY }, strict);
const CONFIRM = Type.Object({ code: CODE }, strict);
const NEW_ROLE = Type.Object({ role: ROLE }, strict);
const INVITE = Type.Object(
  {
    role: ROLE,
    email: Type.Optional(
      Type.String({
        minLength: 3,
        maxLength: 254,
        pattern: '^[^\\s@]+@[^\\s@]+$',
        description: 'Whoever proves this address at a sign-in provider comes in by it, without the link.',
      }),
    ),
  },
  strict,
);
const RESET = Type.Object({ name: Type.Optional(NAME) }, strict);

/** Everything that people do with their own session, and administrators with people. `origin`: where the console is reached, once it is. */
export function peopleRoutes(people: People, origin: () => string | undefined): Route[] {
  return [
    ...linkRoutes(people),
    ...sessionRoutes(people),
    ...passkeyRoutes(people),
    ...factorRoutes(people),
    ...teamRoutes(people),
    ...roleRoutes(people.roles),
    resetRoute(people, origin),
  ];
}

function linkRoutes(people: People): Route[] {
  return [
    withBody('POST', '/api/links/look', 'Says what a link is for.', { public: 'the link is the proof' }, LINK, async ({ token }) => {
      const { purpose, role, name, expires } = await people.invitation(token);
      return { json: { purpose, role, name, expires } };
    }),
    withBody(
      'POST',
      '/api/links/use',
      'Uses a link: makes a person, or sets a new password; signs in.',
      { public: 'the link is the proof' },
      ACCEPT,
      async ({ token, ...given }, { from }) => {
        const { recoveryCode, ...signedIn } = await people.accept(token, given, from);
        return started(signedIn, { recoveryCode });
      },
    ),
  ];
}

function sessionRoutes(people: People): Route[] {
  return [
    withBody(
      'POST',
      '/api/session',
      'Signs in.',
      { public: 'nobody is signed in yet' },
      SIGN_IN,
      async ({ tenant, name, password, code }, { from }) => started(await people.signIn(tenantOf(tenant), name, password, from, code)),
    ),
    withBody(
      'POST',
      '/api/session/recovery',
      'Signs in by the recovery code and sets a new password.',
      { public: 'nobody is signed in yet' },
      RECOVER,
      async ({ tenant, name, code, password }, { from }) => {
        const { recoveryCode, ...signedIn } = await people.recover(tenantOf(tenant), name, code, password, from);
        return started(signedIn, { recoveryCode });
      },
    ),
    {
      method: 'GET',
      path: '/api/session',
      summary: 'Says who calls, and what he may do.',
      authority: { permission: 'health:read' },
      handler: ({ caller }) => ({
        json: {
          tenant: caller.tenant,
          principal: caller.principal,
          permissions: [...caller.permissions],
          datasets: caller.datasets === undefined ? null : [...caller.datasets],
          session: caller.session === undefined ? null : { ...caller.session, methods: [...caller.session.methods] },
        },
      }),
    },
    withBody(
      'POST',
      '/api/session/proof',
      'Proves the password once more; it counts for ten minutes.',
      { permission: 'health:read' },
      PROOF,
      async ({ password, code }, { caller, from }) => {
        await people.prove(signedInAs(caller), password, from, code);
        return { json: { proved: true } };
      },
    ),
    {
      method: 'DELETE',
      path: '/api/session',
      summary: 'Signs out.',
      authority: { permission: 'health:read' },
      async handler({ caller }) {
        const { id } = signedInAs(caller);
        await people.endSession(caller.tenant, id, caller.principal);
        return { json: { ended: id }, cookie: { value: '', seconds: 0 } };
      },
    },
    {
      method: 'DELETE',
      path: '/api/session/everywhere',
      summary: 'Signs the person who calls out everywhere, and takes back what was allowed.',
      authority: { permission: 'health:read' },
      async handler({ caller }) {
        const { person } = signedInAs(caller);
        return { json: { ended: await people.endAll(caller.tenant, person, person) }, cookie: { value: '', seconds: 0 } };
      },
    },
    {
      method: 'GET',
      path: '/api/sessions',
      summary: 'Lists the sessions in force.',
      authority: { permission: 'people:read' },
      handler: async ({ caller }) => ({
        json: { sessions: (await people.sessions(caller.tenant)).map((one) => ({ ...one, signals: [...one.signals] })) },
      }),
    },
    {
      method: 'DELETE',
      path: '/api/sessions/:id',
      summary: 'Ends a session at once.',
      authority: { permission: 'people:write' },
      async handler({ caller, params }) {
        await people.endSession(caller.tenant, params['id'] ?? '', caller.principal);
        return { json: { ended: params['id'] ?? '' } };
      },
    },
  ];
}

/** Passkeys: of the person who calls, and for signing in. */
function passkeyRoutes(people: People): Route[] {
  const { passkeys } = people;
  const mine = { permission: 'health:read', fresh: 'a passkey' } as const;
  return [
    withBody(
      'POST',
      '/api/session/passkey/ask',
      'Says what a passkey has to answer for a sign-in.',
      { public: 'nobody is signed in yet' },
      ASK,
      async ({ tenant }) => ({
        json: await passkeys.ask(tenantOf(tenant)),
      }),
    ),
    withBody(
      'POST',
      '/api/session/passkey',
      'Signs in by what a passkey answered.',
      { public: 'nobody is signed in yet' },
      ANSWER,
      async ({ tenant, response }, { from }) => started(await people.signInByPasskey(tenantOf(tenant), response, from)),
    ),
    {
      method: 'GET',
      path: '/api/session/passkeys',
      summary: 'Lists the passkeys of the person who calls.',
      authority: { permission: 'health:read' },
      handler: async ({ caller }) => ({
        json: { passkeys: (await passkeys.list(caller.tenant, signedInAs(caller).person)).map((one) => ({ ...one })) },
      }),
    },
    {
      method: 'POST',
      path: '/api/session/passkeys/begin',
      summary: 'Says what a new passkey is to be made with.',
      authority: mine,
      async handler({ caller }) {
        const { person: id, name } = signedInAs(caller);
        return { status: 201, json: await passkeys.begin(caller.tenant, { id, name }) };
      },
    },
    withBody('POST', '/api/session/passkeys', 'Adds a passkey.', mine, ADD, async ({ name, response }, { caller }) => {
      await passkeys.add(caller.tenant, signedInAs(caller).person, name, response);
      return { status: 201, json: { added: name } };
    }),
    {
      method: 'DELETE',
      path: '/api/session/passkeys/:id',
      summary: 'Removes a passkey.',
      authority: mine,
      async handler({ caller, params }) {
        await passkeys.remove(caller.tenant, signedInAs(caller).person, params['id'] ?? '');
        return { json: { removed: params['id'] ?? '' } };
      },
    },
  ];
}

/** The second factor of the person who calls. */
function factorRoutes(people: People): Route[] {
  const { factor } = people;
  if (factor === undefined) return [];
  const mine = { permission: 'health:read' } as const;
  return [
    {
      method: 'GET',
      path: '/api/session/factor',
      summary: 'Says whether the person who calls has a second factor.',
      authority: mine,
      handler: async ({ caller }) => ({ json: { totp: await factor.has(caller.tenant, signedInAs(caller).person) } }),
    },
    {
      method: 'POST',
      path: '/api/session/factor',
      summary: 'Begins a second factor: what an app for time-based codes needs. A code confirms it.',
      authority: { ...mine, fresh: 'a second factor' },
      async handler({ caller }) {
        const { person: id, name } = signedInAs(caller);
        return { status: 201, json: await factor.begin(caller.tenant, { id, name }) };
      },
    },
    withBody(
      'PUT',
      '/api/session/factor',
      'Confirms it by a code of the app.',
      { ...mine, fresh: 'a second factor' },
      CONFIRM,
      async ({ code }, { caller }) => {
        await factor.confirm(caller.tenant, signedInAs(caller).person, code);
        return { json: { totp: true } };
      },
    ),
    {
      method: 'DELETE',
      path: '/api/session/factor',
      summary: 'Removes it.',
      authority: { ...mine, fresh: 'a second factor' },
      async handler({ caller }) {
        const { person } = signedInAs(caller);
        await factor.remove(caller.tenant, person, person);
        return { json: { totp: false } };
      },
    },
  ];
}

function teamRoutes(people: People): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/people',
      summary: 'Lists the people, and what each role may do.',
      authority: { permission: 'people:read' },
      handler: async ({ caller }) => ({
        json: {
          people: (await people.list(caller.tenant)).map((one) => ({ ...one, permissions: [...one.permissions] })),
          roles: Object.fromEntries((await people.roles.list(caller.tenant)).map(({ name, permissions }) => [name, [...permissions]])),
        },
      }),
    },
    withBody(
      'POST',
      '/api/people/invitations',
      'Makes a link by which one person joins; it is shown in this answer only.',
      { permission: 'people:write', fresh: 'adding a person' },
      INVITE,
      async (what, { caller }) => {
        await people.roles.within(caller.tenant, what, caller);
        return { status: 201, json: { token: await people.invite(caller.tenant, what, caller.principal) } };
      },
    ),
    {
      method: 'POST',
      path: '/api/people/:id/reset',
      summary: 'Makes a link by which a person sets a new password.',
      authority: { permission: 'people:write', fresh: "another person's password" },
      async handler({ caller, params }) {
        const who = { person: params['id'] ?? '' };
        // A link for somebody who may do more would be a way to become him.
        await people.roles.within(caller.tenant, who, caller);
        return { status: 201, json: { token: await people.invite(caller.tenant, who, caller.principal) } };
      },
    },
    withBody(
      'PUT',
      '/api/people/:id/role',
      'Gives a person another role.',
      { permission: 'people:write', fresh: 'changing a role' },
      NEW_ROLE,
      async ({ role }, { caller, params }) => {
        await people.roles.within(caller.tenant, { person: params['id'] ?? '' }, caller);
        await people.roles.within(caller.tenant, { role }, caller);
        await people.setRole(caller.tenant, params['id'] ?? '', role, caller.principal);
        return { json: { role } };
      },
    ),
    {
      method: 'DELETE',
      path: '/api/people/:id/sessions',
      summary: 'Ends every session and grant of a person; tokens are refused within a second.',
      authority: { permission: 'people:write' },
      async handler({ caller, params }) {
        return { json: { ended: await people.endAll(caller.tenant, params['id'] ?? '', caller.principal) } };
      },
    },
    {
      method: 'DELETE',
      path: '/api/people/:id',
      summary: 'Removes a person and ends the sessions.',
      authority: { permission: 'people:write', fresh: 'removing a person' },
      async handler({ caller, params }) {
        await people.roles.within(caller.tenant, { person: params['id'] ?? '' }, caller);
        await people.remove(caller.tenant, params['id'] ?? '', caller.principal);
        return { json: { removed: params['id'] ?? '' } };
      },
    },
  ];
}

/** The way back in for whoever owns the machine. */
function resetRoute(people: People, origin: () => string | undefined): Route {
  const link = (token: string): string => `${origin() ?? ''}/setup#${token}`;
  return withBody(
    'POST',
    '/api/people/way-in',
    'Makes a link for the first administrator, or for a new password of an administrator, whose sessions end when it is used.',
    { operator: 'a way in for whoever owns the machine' },
    RESET,
    async ({ name }, { caller }) => {
      const first = name === undefined ? await people.setupLink() : undefined;
      if (first !== undefined) return { status: 201, json: { token: first, link: link(first), purpose: 'setup', name: null } };
      const administrators = (await people.list(caller.tenant)).filter(({ role }) => role === 'administrator');
      const person =
        name === undefined && administrators.length === 1 ? administrators[0] : administrators.find((one) => one.name === name);
      if (person === undefined)
        throw fail('PERSON_UNKNOWN', { say: `The administrators are: ${administrators.map((one) => one.name).join(', ')}.` });
      const token = await people.reset(caller.tenant, person.id, caller.principal);
      return { status: 201, json: { token, link: link(token), purpose: 'reset', name: person.name } };
    },
  );
}

/** The answer to a sign-in: one half of the token for the page, the other as a cookie. */
export function started({ session, token }: SignedIn, more: Record<string, Json> = {}): RouteReply {
  const { id, tenant, name, role, expires } = session;
  return {
    status: 201,
    json: { bearer: token.bearer, session: { id, tenant, name, role, expires }, ...more },
    cookie: { value: token.cookie, seconds: Math.ceil((session.expires - session.proved) / 1_000) },
  };
}

export function signedInAs(caller: Caller): { id: string; tenant: Caller['tenant']; person: Caller['principal']; name: string } {
  if (caller.session === undefined) throw fail('SESSION_NEEDED');
  return { id: caller.session.id, tenant: caller.tenant, person: caller.principal, name: caller.session.name };
}

export function tenantOf(name: string | undefined): Caller['tenant'] {
  const tenant = name === undefined ? DEFAULT_TENANT : parseTenantId(name);
  if (tenant === undefined) throw fail('TENANT_INVALID');
  return tenant;
}
