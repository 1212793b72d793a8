import { parser, SEVERITIES, Type, type Clock, type Json, type Route } from '../kernel/index.ts';
import type { Audit } from '../audit/service.ts';
import type { Store } from '../store/service.ts';
import { fail } from './errors.ts';
import { MAX_SENT_BYTES, SENT } from './sent.ts';
import { deleteProject, replaceScan, selectFindings, selectPackages, selectProjects } from './store.ts';

const parseSent = parser(SENT);
const PROJECT = Type.String({ pattern: '^[\\w.@/-]{1,200}$' });
const FINDINGS = Type.Object(
  { project: Type.Optional(PROJECT), severity: Type.Optional(Type.Enum([...SEVERITIES])) },
  { additionalProperties: false },
);
const ONE = Type.Object({ project: PROJECT }, { additionalProperties: false });

export type ScanRoutesDeps = { readonly store: Pick<Store, 'tx'>; readonly audit: Pick<Audit, 'change'>; readonly clock: Clock };

/** The control routes of scans that were sent here: of the caller's tenant only. */
export function scanRoutes({ store, audit, clock }: ScanRoutesDeps): readonly Route[] {
  const json = (value: unknown): { json: Json } => ({ json: value as Json });
  return [
    {
      method: 'POST',
      path: '/api/scans',
      summary: 'Takes what a scan of a project found, in the place of its last one. Neither code nor credentials belong in it.',
      authority: { permission: 'scans:write' },
      body: SENT,
      bodyBytes: MAX_SENT_BYTES,
      async handler({ caller, body }) {
        const parsed = parseSent(body);
        if (!parsed.ok) throw fail('SCAN_SENT_INVALID', { say: parsed.problems.map(({ message }) => message).join('; ') });
        const sent = parsed.value;
        const count = (severity: string): number => sent.findings.filter((one) => one.severity === severity).length;
        await audit.change(caller.tenant, async (sql, emit) => {
          if (!(await replaceScan(sql, caller.tenant, sent, caller.principal, clock()))) throw fail('SCAN_PROJECTS');
          await emit({
            type: 'scan.received',
            actor: caller.principal,
            target: { kind: 'project', id: sent.project },
            detail: {
              scan: sent.kind,
              findings: sent.findings.length,
              critical: count('critical'),
              high: count('high'),
              packages: sent.packages.length,
              notScanned: sent.notScanned,
            },
          });
        });
        return { status: 201, ...json({ project: sent.project, findings: sent.findings.length, packages: sent.packages.length }) };
      },
    },
    {
      method: 'GET',
      path: '/api/scans',
      summary: 'The projects that sent scans, newest first.',
      authority: { permission: 'scans:read' },
      handler: async ({ caller }) => json({ scans: await store.tx(caller.tenant, selectProjects) }),
    },
    {
      method: 'GET',
      path: '/api/scans/findings',
      summary: 'What the last scans found, the worst first.',
      authority: { permission: 'scans:read' },
      query: FINDINGS,
      handler: async ({ caller, query }) =>
        json({
          findings: await store.tx(caller.tenant, (sql) =>
            selectFindings(sql, { project: query['project'], severity: SEVERITIES.find((one) => one === query['severity']) }),
          ),
        }),
    },
    {
      method: 'GET',
      path: '/api/scans/packages',
      summary: 'The packages that a project is built of, as package URLs.',
      authority: { permission: 'scans:read' },
      query: ONE,
      handler: async ({ caller, query }) =>
        json({ packages: await store.tx(caller.tenant, (sql) => selectPackages(sql, query['project'] ?? '')) }),
    },
    {
      method: 'DELETE',
      path: '/api/scans',
      summary: 'Forgets the scans of a project.',
      authority: { permission: 'scans:write' },
      query: ONE,
      async handler({ caller, query }) {
        const project = query['project'] ?? '';
        await audit.change(caller.tenant, async (sql, emit) => {
          if (!(await deleteProject(sql, project))) throw fail('SCAN_PROJECT_UNKNOWN');
          await emit({ type: 'scan.deleted', actor: caller.principal, target: { kind: 'project', id: project } });
        });
        return json({});
      },
    },
  ];
}
