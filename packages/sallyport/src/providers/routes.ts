import { Secret, Type, type Caller, type Json, type Route } from '../kernel/index.ts';
import type { Providers } from './call.ts';
import { fail } from './errors.ts';
import type { SealedKeys } from './sealed_keys_service.ts';

const KeyBody = Type.Object({ key: Type.String({ minLength: 1, maxLength: 8192 }) }, { additionalProperties: false });

/** The control routes of the providers. Keys go in and never come out. */
export function providerRoutes(providers: Providers, sealed: SealedKeys): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/providers',
      summary: 'The model providers: address, models, circuit, whether their key is set.',
      authority: { permission: 'providers:read' },
      handler: () => ({ json: { providers: providers.describe() as unknown as Json } }),
    },
    {
      method: 'POST',
      path: '/api/providers/:name/test',
      summary: 'Asks a provider for its list of models, to see whether address, certificate and key are right.',
      authority: { permission: 'providers:write' },
      async handler({ params }) {
        const result = await providers.test(params['name'] ?? '');
        if (!result.ok && result.reason === 'unknown_provider') throw fail('PROVIDER_UNKNOWN');
        return { json: { ...result } };
      },
    },
    {
      method: 'GET',
      path: '/api/provider-keys',
      summary: 'Names of the sealed provider keys.',
      authority: { permission: 'providers:read' },
      async handler({ caller }) {
        own(caller, sealed);
        return { json: { keys: (await sealed.list()).map((note) => ({ ...note })) } };
      },
    },
    {
      method: 'PUT',
      path: '/api/provider-keys/:name',
      summary: 'Seals a provider key under a name, for ${sealed:NAME}; used at once.',
      authority: { permission: 'providers:write' },
      body: KeyBody,
      async handler({ caller, params, body }) {
        own(caller, sealed);
        const name = params['name'] ?? '';
        await sealed.set(name, new Secret((body as { key: string }).key), caller.principal);
        return { json: { name } };
      },
    },
    {
      method: 'DELETE',
      path: '/api/provider-keys/:name',
      summary: 'Forgets a sealed provider key; its providers are not used any more.',
      authority: { permission: 'providers:write' },
      async handler({ caller, params }) {
        own(caller, sealed);
        const name = params['name'] ?? '';
        if (!(await sealed.remove(name, caller.principal))) throw fail('PROVIDER_KEY_UNKNOWN');
        return { json: { name } };
      },
    },
  ];
}

/** Providers are the installation's: another tenant's administrator may neither see nor change their keys. */
function own(caller: Caller, sealed: SealedKeys): void {
  if (caller.tenant !== sealed.tenant) throw fail('PROVIDER_KEYS_ELSEWHERE');
}
