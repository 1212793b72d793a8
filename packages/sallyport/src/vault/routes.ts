import { Secret, Type, parser, type Caller, type Json, type Route } from '../kernel/index.ts';
import { CATALOGUE } from './catalogue.ts';
import { fail } from './errors.ts';
import type { Vault } from './vault_service.ts';

const CALLBACK = Type.Object(
  {
    state: Type.String({ minLength: 1, maxLength: 200 }),
    code: Type.Optional(Type.String({ maxLength: 4_096 })),
    error: Type.Optional(Type.String({ maxLength: 500 })),
    iss: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);
const KEY = Type.Object({ key: Type.String({ maxLength: 4_096 }) }, { additionalProperties: false });
const AGENTS = Type.Object({ agents: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 200 }) }, { additionalProperties: false });
const parseCallback = parser(CALLBACK);
const parseKey = parser(KEY);
const parseAgents = parser(AGENTS);

/** The control routes of connections: each person's own accounts, of the caller's tenant only. */
export function vaultRoutes(vault: Vault): readonly Route[] {
  const json = (value: unknown): { json: Json } => ({ json: value as Json });
  return [
    {
      method: 'GET',
      path: '/api/connections',
      summary: 'Connections to third-party APIs, and your own account at each.',
      authority: { permission: 'connections:read' },
      handler: async ({ caller }) => json({ connections: await vault.list(caller.tenant, caller.principal) }),
    },
    {
      method: 'GET',
      path: '/api/connection-services',
      summary: 'Services that the catalogue knows.',
      authority: { permission: 'connections:read' },
      handler: () =>
        json({
          services: Object.entries(CATALOGUE).map(([name, { title, oauth, api }]) => ({
            name,
            title,
            api,
            kind: oauth === undefined ? 'key' : 'consent',
          })),
        }),
    },
    {
      method: 'POST',
      path: '/api/connections/:name/consent',
      summary: 'Starts a consent: answers the address of the service to go to.',
      authority: { permission: 'connections:write' },
      handler: async ({ caller, params }) => json({ url: await vault.start(caller.tenant, personOf(caller), params['name'] ?? '') }),
    },
    {
      method: 'POST',
      path: '/api/connection-consents',
      summary: 'Finishes a consent with what the service has sent back.',
      authority: { permission: 'connections:write' },
      body: CALLBACK,
      handler: async ({ caller, body }) => json(await vault.finish(caller.tenant, personOf(caller), checked(parseCallback(body)))),
    },
    {
      method: 'PUT',
      path: '/api/connections/:name/key',
      summary: 'Keeps your key for a service that works with keys. It is not shown again.',
      authority: { permission: 'connections:write' },
      body: KEY,
      async handler({ caller, params, body }) {
        await vault.setKey(caller.tenant, caller.principal, params['name'] ?? '', new Secret(checked(parseKey(body)).key));
        return json({ kept: true });
      },
    },
    {
      method: 'PUT',
      path: '/api/connections/:name/agents',
      summary: 'Says which agents may use your account: ids of principals, all of them.',
      authority: { permission: 'connections:write' },
      body: AGENTS,
      async handler({ caller, params, body }) {
        const { agents } = checked(parseAgents(body));
        await vault.setAgents(caller.tenant, caller.principal, params['name'] ?? '', agents);
        return json({ agents });
      },
    },
    {
      method: 'DELETE',
      path: '/api/connections/:name/account',
      summary: 'Revokes your consent where the service can, and forgets the account.',
      authority: { permission: 'connections:write' },
      async handler({ caller, params }) {
        await vault.disconnect(caller.tenant, caller.principal, params['name'] ?? '');
        return json({ removed: true });
      },
    },
    {
      method: 'POST',
      path: '/api/connection-keys/rotate',
      summary: 'Makes a new data key for this tenant and seals every credential anew.',
      authority: { permission: 'store:admin', fresh: 'it touches every credential' },
      handler: async ({ caller }) => json({ resealed: await vault.rotate(caller.tenant, caller.principal) }),
    },
  ];
}

/** A consent is a person's: what comes back from the service counts only in the session of who started it. */
function personOf({ session, principal }: Caller): string {
  if (session === undefined) throw fail('CONNECTION_PERSON');
  return principal;
}

function checked<T>(read: { ok: true; value: T } | { ok: false; problems: readonly { message: string }[] }): T {
  if (!read.ok) throw fail('CONNECTION_INVALID', { say: read.problems.map(({ message }) => message).join('; ') });
  return read.value;
}
