import { Secret, Type, type Json, type Route } from '../kernel/index.ts';
import type { Providers } from './call.ts';
import { fail } from './errors.ts';
import type { SealedKeys } from './sealed_keys_service.ts';

const KeyBody = Type.Object({ key: Type.String({ minLength: 1, maxLength: 8192 }) }, { additionalProperties: false });

/** Another tenant's administrator may neither see nor change nor spend them. */
const KEYS = 'the keys of the providers';

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
      authority: { permission: 'providers:write', installation: KEYS },
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
      authority: { permission: 'providers:read', installation: KEYS },
      async handler() {
        return { json: { keys: (await sealed.list()).map((note) => ({ ...note })) } };
      },
    },
    {
      method: 'PUT',
      path: '/api/provider-keys/:name',
      summary: 'Seals a provider key under a name, for ${sealed:NAME}; used at once.',
      authority: { permission: 'providers:write', installation: KEYS },
      body: KeyBody,
      async handler({ caller, params, body }) {
        const name = params['name'] ?? '';
        await sealed.set(name, new Secret((body as { key: string }).key), caller.principal);
        return { json: { name } };
      },
    },
    {
      method: 'DELETE',
      path: '/api/provider-keys/:name',
      summary: 'Forgets a sealed provider key; its providers are not used any more.',
      authority: { permission: 'providers:write', installation: KEYS },
      async handler({ caller, params }) {
        const name = params['name'] ?? '';
        if (!(await sealed.remove(name, caller.principal))) throw fail('PROVIDER_KEY_UNKNOWN');
        return { json: { name } };
      },
    },
  ];
}
