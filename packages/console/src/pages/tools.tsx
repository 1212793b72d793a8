import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { serversQuery, type Source, type ToolServer } from '../api/tools.ts';
import { Badge, Empty, Foreign, PageHead, Problem, SameByApi, When, type Tone } from '../ui/parts.tsx';
import { Table } from '../ui/table.tsx';
import { plural } from '../ui/text.ts';
import { LookAround, MadeUp, of, useSource } from './tools_demo.tsx';

/** The servers that agents reach their tools through: how they are, how they are kept apart, and what of them waits for a person. */
export function Tools(): ReactNode {
  const source = useSource();
  const servers = useQuery(serversQuery(source));
  const all = servers.data?.servers ?? [];
  const waiting = all.reduce((sum, one) => sum + one.waiting, 0);
  return (
    <div className="stack">
      <PageHead
        title="Servers & tools"
        actions={
          <>
            <Link className="button" to="/tools/quarantine" search={of(source)}>
              Quarantine <Badge tone={waiting > 0 ? 'warn' : 'none'}>{waiting}</Badge>
            </Link>
            <Link className="button" to="/tools/reach" search={of(source)}>
              Agents’ reach
            </Link>
          </>
        }
      >
        MCP servers behind this gate. What they say of their tools is kept as it was approved: whatever changes is withheld until somebody
        has seen the difference.
      </PageHead>
      <MadeUp source={source} to="/tools" />
      <Problem error={servers.error} />
      {servers.data === undefined ? (
        <div aria-busy={servers.isPending} />
      ) : all.length === 0 ? (
        <Empty action={<LookAround to="/tools" />}>
          {source === 'demo' ? 'There is no demo data.' : 'No server is configured. They stand under mcp, servers in sallyport.yaml.'}
        </Empty>
      ) : (
        <Servers servers={all} source={source} />
      )}
      <SameByApi
        commands={[
          'GET /api/mcp/servers',
          'mcp: { servers: [{ name: tickets, url: "https://mcp.tickets.example/mcp" }] }   # in sallyport.yaml',
          'sallyport mcp scan                                     # servers of the apps on this machine',
          'sallyport doctor                                       # what keeps programs apart here',
        ]}
      />
    </div>
  );
}

function Servers({ servers, source }: { readonly servers: readonly ToolServer[]; readonly source: Source }): ReactNode {
  return (
    <Table
      label="Servers"
      rows={servers}
      id={({ name }) => name}
      columns={[
        {
          title: 'Server',
          cell: ({ name, address }) => (
            <>
              <Link to="/tools/servers/$name" params={{ name }} search={of(source)}>
                <strong>{name}</strong>
              </Link>
              <div className="small soft mono breaks address">
                <Foreign text={address} most={90} />
              </div>
            </>
          ),
        },
        { title: 'State', cell: (server) => <State server={server} /> },
        { title: 'Kept apart', style: 'small', cell: (server) => <KeptApart server={server} /> },
        { title: 'Tools', style: 'number', cell: ({ toolCount }) => toolCount },
        {
          title: 'Quarantined',
          style: 'number',
          cell: ({ name, waiting }) =>
            waiting === 0 ? (
              0
            ) : (
              <Link to="/tools/quarantine" search={{ ...of(source), server: name }} aria-label={`${waiting} quarantined of ${name}`}>
                <Badge tone="warn">{waiting}</Badge>
              </Link>
            ),
        },
      ]}
    />
  );
}

const STATES: Readonly<Record<ToolServer['state'], readonly [string, Tone]>> = {
  up: ['answers', 'fine'],
  failed: ['fails', 'deny'],
  never_used: ['not used since the start', 'none'],
};

/** How the last look at a server ended, and when that was. */
export function State({ server: { state, checked, problem, leftOut } }: { readonly server: ToolServer }): ReactNode {
  const [said, tone] = STATES[state];
  return (
    <>
      <Badge tone={tone}>{said}</Badge>
      <div className="small soft">
        {checked === null ? null : (
          <>
            seen <When at={checked} />
          </>
        )}
        {problem === null ? null : <div>{problem}</div>}
        {leftOut.length === 0 ? null : <div>{plural(leftOut.length, 'definition')} left out</div>}
      </div>
    </>
  );
}

const KINDS: Readonly<Record<string, string>> = {
  bubblewrap: 'by bubblewrap',
  container: 'in a container',
  node_permission: 'by Node’s permission model',
  unsandboxed: 'not at all, as accepted',
};

/** What keeps a server's program apart, and how much of that is not enforced on this machine. */
export function KeptApart({ server: { kind, sandbox } }: { readonly server: ToolServer }): ReactNode {
  if (kind === 'http') return <span className="soft">runs elsewhere</span>;
  if (sandbox === null) return <span className="soft">unknown</span>;
  if ('refused' in sandbox) return <Badge tone="deny">not started</Badge>;
  const open = sandbox.enforced.filter(({ state }) => state !== 'enforced').map(({ protection }) => protection);
  return (
    <>
      <Badge tone={sandbox.kind === 'unsandboxed' ? 'deny' : 'fine'}>{KINDS[sandbox.kind] ?? sandbox.kind}</Badge>
      <div className="soft">{open.length === 0 ? 'all enforced' : `not or partly: ${open.join(', ')}`}</div>
    </>
  );
}
