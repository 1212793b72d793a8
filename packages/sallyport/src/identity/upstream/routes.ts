import { Type, type Caller, type Route } from '../../kernel/index.ts';
import { fail } from '../errors.ts';
import { signedInAs, started, tenantOf } from '../people/routes.ts';
import type { Roles } from '../roles/service.ts';
import { withBody } from '../server/routes.ts';
import type { Answer, Upstreams } from './service.ts';

const strict = { additionalProperties: false } as const;
const TENANT = Type.Optional(Type.String({ minLength: 1, maxLength: 63 }));
const ID = Type.String({ minLength: 1, maxLength: 64 });
const NEW = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 60, description: 'As people read it on the sign-in page.' }),
    issuer: Type.String({ minLength: 8, maxLength: 300, description: 'Its address, as its own metadata say it.' }),
    clientId: Type.String({ minLength: 1, maxLength: 300 }),
    clientSecret: Type.Optional(
      Type.String({ minLength: 1, maxLength: 2_000, description: 'Sealed; never shown again. Absent for a public client.' }),
    ),
    domains: Type.Optional(
      Type.Array(Type.String({ minLength: 3, maxLength: 253 }), {
        maxItems: 50,
        description: 'Mail domains that it may vouch for; all when absent.',
      }),
    ),
  },
  strict,
);
const RETURNED = {
  provider: ID,
  proof: Type.String({ minLength: 1, maxLength: 100, description: 'What `begin` answered; only the browser that began has it.' }),
  state: Type.String({ minLength: 1, maxLength: 200 }),
  code: Type.Optional(Type.String({ maxLength: 4_096 })),
  error: Type.Optional(Type.String({ maxLength: 500 })),
  iss: Type.Optional(Type.String({ maxLength: 500 })),
};
const BEGIN = Type.Object({ tenant: TENANT, provider: ID }, strict);
const FINISH = Type.Object({ tenant: TENANT, ...RETURNED }, strict);
const MINE = Type.Object({ provider: ID, purpose: Type.Enum(['link', 'prove']) }, strict);

/** Sign-in providers of a tenant, signing in with one, and a person's own accounts at them. */
export function upstreamRoutes(upstreams: Upstreams, roles: Pick<Roles, 'within'>): Route[] {
  return [...settingRoutes(upstreams, roles), ...signInRoutes(upstreams), ...ownRoutes(upstreams)];
}

function settingRoutes(upstreams: Upstreams, roles: Pick<Roles, 'within'>): Route[] {
  const write = { permission: 'people:write', fresh: 'who may sign in' } as const;
  /** A provider says who is an address that was invited, to any role, now and later: whoever names it could come in as an administrator. */
  const administrator = (caller: Caller): Promise<void> => roles.within(caller.tenant, { role: 'administrator' }, caller);
  return [
    {
      method: 'GET',
      path: '/api/sign-in-providers',
      summary: 'Lists the OpenID providers that people may sign in with.',
      authority: { permission: 'people:read' },
      handler: async ({ caller }) => ({
        json: { providers: (await upstreams.list(caller.tenant)).map((one) => ({ ...one, domains: [...one.domains] })) },
      }),
    },
    withBody(
      'POST',
      '/api/sign-in-providers',
      'Adds one; its metadata are read and checked. Only for who may do everything: it vouches for whoever was invited, administrators too.',
      write,
      NEW,
      async (given, { caller }) => {
        await administrator(caller);
        return { status: 201, json: { id: await upstreams.add(caller.tenant, given, caller.principal), name: given.name } };
      },
    ),
    {
      method: 'DELETE',
      path: '/api/sign-in-providers/:id',
      summary: 'Removes one: nobody signs in with it any more. Only for who may do everything.',
      authority: write,
      async handler({ caller, params }) {
        await administrator(caller);
        await upstreams.remove(caller.tenant, params['id'] ?? '', caller.principal);
        return { json: { removed: params['id'] ?? '' } };
      },
    },
  ];
}

function signInRoutes(upstreams: Upstreams): Route[] {
  const open = { public: 'nobody is signed in yet' } as const;
  return [
    {
      method: 'GET',
      path: '/api/session/providers',
      summary: 'What the sign-in page offers.',
      authority: open,
      query: Type.Object({ tenant: TENANT }, strict),
      handler: async ({ query }) => ({
        json: { providers: (await upstreams.list(tenantOf(query['tenant']))).map(({ id, name }) => ({ id, name })) },
      }),
    },
    withBody(
      'POST',
      '/api/session/provider',
      'Begins a sign-in: answers where the browser goes, and what it keeps until it comes back.',
      open,
      BEGIN,
      async ({ tenant, provider }) => ({ json: await upstreams.begin(tenantOf(tenant), provider, 'sign-in') }),
    ),
    withBody('POST', '/api/session/provider/answer', 'Signs in by what came back.', open, FINISH, async ({ tenant, ...answer }, { from }) =>
      started(await upstreams.signIn(tenantOf(tenant), answer, from)),
    ),
  ];
}

function ownRoutes(upstreams: Upstreams): Route[] {
  const mine = { permission: 'health:read' } as const;
  return [
    {
      method: 'GET',
      path: '/api/session/accounts',
      summary: 'Lists the accounts elsewhere by which the person who calls may sign in.',
      authority: mine,
      handler: async ({ caller }) => ({
        json: { accounts: (await upstreams.accounts(caller.tenant, signedInAs(caller).person)).map((one) => ({ ...one })) },
      }),
    },
    withBody(
      'POST',
      '/api/session/accounts/begin',
      'Begins to add an account (`link`, asks for a fresh proof), or to prove who is signed in once more (`prove`).',
      mine,
      MINE,
      async ({ provider, purpose }, { caller }) => {
        const { id } = signedInAs(caller);
        // Whoever finds an open console must not leave a way in for himself.
        if (purpose === 'link' && caller.session?.fresh !== true) throw fail('PROOF_STALE');
        return { json: await upstreams.begin(caller.tenant, provider, purpose, id) };
      },
    ),
    withBody(
      'POST',
      '/api/session/accounts',
      'Adds the account by what came back, or takes it as a proof, which then counts for ten minutes.',
      mine,
      Type.Object(RETURNED, strict),
      async (answer: Answer, { caller }) => {
        const { id: session, person } = signedInAs(caller);
        return {
          json: { done: await upstreams.finish({ tenant: caller.tenant, person, session }, answer) },
        };
      },
    ),
    {
      method: 'DELETE',
      path: '/api/session/accounts/:id',
      summary: 'Takes an account away.',
      authority: { ...mine, fresh: 'another way in' },
      async handler({ caller, params }) {
        await upstreams.unlink(caller.tenant, signedInAs(caller).person, params['id'] ?? '');
        return { json: { removed: params['id'] ?? '' } };
      },
    },
  ];
}
