import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/client.ts';
import { Badge, Empty, Foreign, PageHead, Problem, SameByApi, When, type Tone } from '../ui/parts.tsx';

type Scan = {
  readonly project: string;
  readonly kind: 'code' | 'packages';
  readonly files: number;
  readonly findings: number;
  readonly notScanned: number;
  readonly packages: number;
  readonly received: number;
};

type Found = {
  readonly project: string;
  readonly fingerprint: string;
  readonly rule: string;
  readonly severity: string;
  readonly path: string;
  readonly line: number;
  readonly message: string;
  readonly firstSeen: number;
};

const TONES: Readonly<Record<string, Tone>> = { critical: 'deny', high: 'deny', medium: 'warn', low: 'none', info: 'none' };

const scansQuery = queryOptions({ queryKey: ['scans'], queryFn: () => call<{ scans: readonly Scan[] }>('GET', '/api/scans') });

const findingsQuery = (project: string | undefined) =>
  queryOptions({
    queryKey: ['scans', 'findings', project ?? ''],
    queryFn: () =>
      call<{ findings: readonly Found[] }>(
        'GET',
        `/api/scans/findings${project === undefined ? '' : `?project=${encodeURIComponent(project)}`}`,
      ),
  });

/** What scans of projects found, as they sent it: each project's last scan, and what is wrong there. */
export function Scans(): ReactNode {
  const scans = useQuery(scansQuery);
  const [project, setProject] = useState<string>();
  const list = scans.data?.scans ?? [];
  return (
    <div className="stack">
      <PageHead title="Scans">
        What scans of your projects found. Only places, rules and package names are sent; code stays where it is.
      </PageHead>
      <Problem error={scans.error} />
      {scans.data !== undefined && list.length === 0 ? (
        <Empty>No scan was sent yet. The command below sends one, with a key that has scans:write in SALLYPORT_KEY.</Empty>
      ) : null}
      {list.length > 0 ? <ProjectTable scans={list} project={project} onChoose={setProject} /> : null}
      {list.length > 0 ? <FindingTable project={project} /> : null}
      <SameByApi
        commands={[
          'sallyport scan code . --send URL --project NAME',
          'sallyport scan packages . --send URL --project NAME',
          'GET /api/scans',
          'GET /api/scans/findings?project=NAME',
          'GET /api/scans/packages?project=NAME',
        ]}
      />
    </div>
  );
}

function ProjectTable({
  scans,
  project,
  onChoose,
}: {
  readonly scans: readonly Scan[];
  readonly project: string | undefined;
  readonly onChoose: (project: string | undefined) => void;
}): ReactNode {
  return (
    <div className="table" tabIndex={0} role="region" aria-label="Projects">
      <table>
        <thead>
          <tr>
            <th>Project</th>
            <th>Scan</th>
            <th>Findings</th>
            <th>Files</th>
            <th>Not scanned</th>
            <th>Packages</th>
            <th>Received</th>
          </tr>
        </thead>
        <tbody>
          {scans.map((scan) => (
            <tr key={`${scan.project} ${scan.kind}`}>
              <td>
                <Foreign text={scan.project} />
              </td>
              <td>{scan.kind}</td>
              <td>
                <button
                  type="button"
                  aria-pressed={project === scan.project}
                  onClick={() => onChoose(project === scan.project ? undefined : scan.project)}
                >
                  {scan.findings}
                </button>
              </td>
              <td>{scan.files}</td>
              <td>{scan.notScanned}</td>
              <td>{scan.packages}</td>
              <td>
                <When at={scan.received} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function FindingTable({ project }: { readonly project: string | undefined }): ReactNode {
  const found = useQuery(findingsQuery(project));
  const list = found.data?.findings ?? [];
  return (
    <>
      <Problem error={found.error} />
      {found.data !== undefined && list.length === 0 ? <Empty>The last scans found nothing.</Empty> : null}
      {list.length > 0 ? (
        <div className="table" tabIndex={0} role="region" aria-label="Findings of scans">
          <table>
            <thead>
              <tr>
                <th>Severity</th>
                <th>Rule</th>
                <th>Place</th>
                <th>What</th>
                <th>First seen</th>
              </tr>
            </thead>
            <tbody>
              {list.map((one) => (
                <tr key={`${one.project} ${one.fingerprint}`}>
                  <td>
                    <Badge tone={TONES[one.severity] ?? 'none'}>{one.severity}</Badge>
                  </td>
                  <td>
                    <Foreign text={one.rule} />
                  </td>
                  <td>
                    <Foreign text={`${one.project}: ${one.path}:${one.line}`} />
                  </td>
                  <td>
                    <Foreign text={one.message} />
                  </td>
                  <td>
                    <When at={one.firstSeen} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </>
  );
}
