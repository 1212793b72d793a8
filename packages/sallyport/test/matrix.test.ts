import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as oauth from 'openid-client';
import { ENDPOINTS } from '../src/fga/endpoints.ts';
import { ROLES } from '../src/identity/service.ts';
import { ROUTES } from '../src/identity/server/settings.ts';
import { DEFAULT_TENANT, PERMISSIONS, type Permission, type TenantId } from '../src/kernel/index.ts';
import { Matrix, rowsOf, without, type Actor, type Target } from './kit/matrix.ts';
import { CONTROL } from './kit/matrix_control.ts';
import { GATEWAY, OIDC, PUBLIC_IDS } from './kit/matrix_gateway.ts';
import { openPlace, type Place } from './kit/place.ts';
import { skipReason } from './kit/postgres.ts';
import { STORE_KINDS } from './kit/stores.ts';
import { makeWorld, type World } from './kit/world.ts';

// Every route, asked by every role for the things of another tenant: nothing of that tenant is read, changed or even known to be there, and no
// route fails. The routes come from the app; one that has no entry in the matrix fails the test.

const CONFIG = `conversations: { days: 30 }
approvals: { perHour: 1000 }
connections:
  - { name: things, service: api_key, api: "https://things.invalid/api", put: { header: x-api-key, prefix: "" }, rules: [{ id: all, when: "true", then: allow }] }`;
/** What the areas of the gateway port answer below their prefixes. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  '/fga/': ENDPOINTS.map(({ method, path }) => `${method} /fga${path}`),
  '/v1/rag/': ['POST /v1/rag/filter', 'GET /v1/rag/allowed'],
  '/v1/approvals/': ['POST /v1/approvals/request', 'POST /v1/approvals/use', 'GET /v1/approvals/:id'],
  '/.well-known/authzen-configuration/fga/': ['GET /.well-known/authzen-configuration/fga/stores/:store'],
  '/v1/conversations/': [
    'GET /v1/conversations/',
    'GET /v1/conversations/:id',
    'PUT /v1/conversations/:id',
    'DELETE /v1/conversations/:id',
  ],
  '/proxy/': ['GET /proxy/things/a'],
};

for (const kind of STORE_KINDS)
  describe(`every route, every role, another tenant's ids: ${kind}`, { timeout: 300_000 }, () => {
    let place: Place | undefined;
    let matrix: Matrix;
    let untouched: Record<string, readonly unknown[]>;
    before(async () => {
      place = await openPlace(kind, CONFIG);
      if (place === undefined) return;
      const at = place;
      // The tenant of the installation is the victim on one store and the attacker on the other.
      const tenants = [DEFAULT_TENANT, 'acme' as TenantId];
      const worlds = await Promise.all((kind === 'pglite' ? tenants : tenants.toReversed()).map((tenant) => makeWorld(at, tenant)));
      const [victim, own] = worlds as [World, World];
      matrix = new Matrix(at, own, victim, await actorsOf(at, own));
      await at.app.identity.writeUses();
      untouched = await rowsOf(at, victim);
    });
    after(() => place?.stop());

    it('has an entry for each route, and a route for each entry', (context) => {
      if (place === undefined) return context.skip(skipReason());
      const control = place.app.routes.map(({ method, path }) => `${method} ${path}`);
      assert.deepEqual([...control, 'GET /api/openapi.json'].toSorted(), Object.keys(CONTROL).toSorted());
      const gateway = place.app.gateway.paths.flatMap((path) => (path.startsWith('/') ? (BELOW[path] ?? [path]) : [path]));
      assert.deepEqual(gateway.toSorted(), Object.keys(GATEWAY).toSorted());
      assert.deepEqual(Object.keys(OIDC).toSorted(), Object.keys(ROUTES).toSorted());
    });

    it('leaks nothing and fails nowhere', async (context) => {
      if (place === undefined) return context.skip(skipReason());
      for (const target of [...targets('console', CONTROL), ...targets('gateway', GATEWAY)]) await matrix.foreign(target);
      for (const [name, attack] of Object.entries(OIDC)) {
        const said: string = JSON.stringify(await attack(place, matrix.own, matrix.victim.ids));
        matrix.look(name, said);
        const never: string = JSON.stringify(await attack(place, matrix.own, matrix.nobody));
        if (!PUBLIC_IDS.has(name)) assert.equal(without(matrix.victim.ids, said), without(matrix.nobody, never), name);
      }
      assert.deepEqual(matrix.problems, []);
      context.diagnostic(`${matrix.asked} requests`);
    });

    it('has changed nothing of the other tenant', async (context) => {
      if (place === undefined) return context.skip(skipReason());
      assert.deepEqual(await rowsOf(place, matrix.victim), untouched);
      const still = await oauth.refreshTokenGrant(matrix.victim.client, matrix.victim.ids.refreshToken);
      assert.ok(still.access_token.length > 100);
    });

    it('answers the same requests with the own ids', async (context) => {
      if (place === undefined) return context.skip(skipReason());
      // The store goes by the console, where the rest still asks for it.
      const kept = targets('gateway', GATEWAY).filter(({ method }) => method !== 'DELETE');
      for (const target of kept) await matrix.mine(target, 'a key with every permission');
      for (const target of targets('console', CONTROL)) await matrix.mine(target, 'administrator');
      assert.deepEqual(matrix.problems, []);
      assert.deepEqual(
        place.logged.filter((line) => line.includes('failed') && !line.includes('UPSTREAM_DOWN')),
        [],
      );
    });
  });

function targets(at: Target['at'], entries: typeof CONTROL): Target[] {
  return Object.entries(entries).map(([name, entry]) => {
    const [method = '', path = ''] = name.split(' ');
    return { at, method, path, entry };
  });
}

/** Each role at the console, keys, tokens, half a session, and nobody. */
async function actorsOf({ app }: Place, own: World): Promise<Actor[]> {
  const routes = new Map(app.routes.map((route) => [`${route.method} ${route.path}`, route]));
  const none: ReadonlySet<Permission> = new Set();
  /** What a caller of the console is refused with before anything is looked at. */
  const atConsole = (target: Target, permissions: ReadonlySet<Permission> | undefined): readonly number[] | undefined => {
    const authority = routes.get(`${target.method} ${target.path}`)?.authority ?? { public: 'the description' };
    if ('public' in authority) return undefined;
    if ('operator' in authority) return [403];
    if (permissions === undefined) return [401];
    if (!permissions.has(authority.permission)) return [403];
    return authority.installation !== undefined && own.tenant !== DEFAULT_TENANT ? [403] : undefined;
  };
  const actor = (
    name: string,
    headers: Record<string, string>,
    console: ReadonlySet<Permission> | undefined,
    gateway: 'all' | 'some' | 'none',
  ): Actor => ({
    name,
    headers,
    refused(target) {
      if (target.at === 'console') return atConsole(target, console);
      if (/^\/(?:healthz|readyz|\.well-known\/oauth)/.test(target.path) || gateway === 'all') return undefined;
      return gateway === 'none' ? [401] : [200, 201, 400, 403, 404];
    },
  });
  const { access_token: agents } = await oauth.clientCredentialsGrant(own.agent, { scope: 'models tools' });
  const session = (role: keyof World['people']): Record<string, string> => ({
    authorization: `Bearer ${own.people[role].bearer}`,
    cookie: own.people[role].cookie,
  });
  return [
    ...(['administrator', 'operator', 'viewer'] as const).map((role) => actor(role, session(role), ROLES[role], 'none')),
    actor('a key with every permission', { authorization: `Bearer ${own.keys.all}` }, new Set(PERMISSIONS), 'all'),
    actor('a key with none', { authorization: `Bearer ${own.keys.bare}` }, none, 'some'),
    actor('a token of a person', { authorization: `Bearer ${own.ids.issuedToken}` }, undefined, 'some'),
    actor('a token of an agent', { authorization: `Bearer ${agents}` }, undefined, 'some'),
    actor('half a session', { authorization: `Bearer ${own.people.administrator.bearer}` }, undefined, 'none'),
    actor('nobody', {}, undefined, 'none'),
  ];
}
