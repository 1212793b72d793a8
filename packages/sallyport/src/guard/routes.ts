import type { Json, Route, TenantId } from '../kernel/index.ts';
import { guardStates } from './guards.ts';
import type { GuardConfig } from './config.ts';

/** The control routes of the guards: those of the caller's tenant only. `configOf`: its settings, the installation's beneath. */
export function guardRoutes(configOf: (tenant: TenantId) => GuardConfig): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/guards',
      summary: 'Every detector: what it finds, an example, how it was measured, and whether and from where on it counts for this tenant.',
      authority: { permission: 'policy:read' },
      handler: ({ caller }) => ({ json: { guards: guardStates(configOf(caller.tenant)) } as unknown as Json }),
    },
  ];
}
