import type { Json, Route } from '../../kernel/index.ts';
import type { Demo } from './demo.ts';

/** The control routes of the demo: of the caller's tenant only. Its events are read by `/api/events` with `source=demo`. */
export function demoRoutes(demo: Demo): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/demo',
      summary: 'Whether there is demo data, and its fourteen days in figures.',
      authority: { permission: 'events:read' },
      handler: async ({ caller }) => ({ json: (await demo.state(caller.tenant)) as unknown as Json }),
    },
    {
      method: 'PUT',
      path: '/api/demo',
      summary: 'Shows demo data: fourteen days of a made-up company, apart from everything that is real.',
      authority: { permission: 'policy:write' },
      handler: async ({ caller }) => ({ json: (await demo.load(caller.tenant, caller.principal)) as unknown as Json }),
    },
    {
      method: 'DELETE',
      path: '/api/demo',
      summary: 'Takes all demo data away.',
      authority: { permission: 'policy:write' },
      handler: async ({ caller }) => ({ json: { removed: await demo.remove(caller.tenant, caller.principal) } }),
    },
  ];
}
