import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import type { Run } from '../api/runs.ts';
import { withQuery } from '../api/tools.ts';
import { Badge, Empty, Foreign, PageHead, Problem, SameByApi, When } from '../ui/parts.tsx';
import { Principal } from '../ui/principal.tsx';
import { Table } from '../ui/table.tsx';
import { plural } from '../ui/text.ts';
import { LookAround, MadeUp, of, useSource } from './tools_demo.tsx';

/** What agents did of late, run by run. */
export function Runs(): ReactNode {
  const source = useSource();
  const found = useQuery({
    queryKey: ['runs', source],
    queryFn: () =>
      call<{ runs: readonly Run[] }>('GET', withQuery('/api/runs', { source, since: source === undefined ? '7d' : undefined })),
    refetchInterval: 10_000,
  });
  const runs = found.data?.runs ?? [];
  return (
    <div className="stack">
      <PageHead title="Runs">
        What agents did in the last seven days: each conversation in which a model called tools, with where the values of its calls came
        from.
      </PageHead>
      <MadeUp source={source} to="/runs" />
      <Problem error={found.error} />
      {found.data === undefined ? <div aria-busy={found.isPending} /> : null}
      {found.data !== undefined && runs.length === 0 ? (
        <Empty action={<LookAround to="/runs" />}>
          {source === 'demo' ? 'There is no demo data.' : 'No agent called a tool through this gate yet.'}
        </Empty>
      ) : null}
      {runs.length === 0 ? null : (
        <Table
          label="Runs"
          rows={runs}
          id={({ id }) => id}
          columns={[
            {
              title: 'When',
              cell: ({ id, ended }) => (
                <Link to="/runs/$id" params={{ id }} search={of(source)}>
                  <When at={ended} />
                </Link>
              ),
            },
            { title: 'Who', cell: ({ principal }) => <Principal id={principal} source={source} /> },
            { title: 'Verdict', cell: (run) => <RunVerdict run={run} /> },
            { title: 'Turns', style: 'number', cell: ({ turns }) => turns },
            { title: 'Calls', style: 'number', cell: ({ calls }) => calls },
            {
              title: 'Tools',
              style: 'small',
              cell: ({ tools }) => (
                <span className="mono">
                  <Foreign text={tools.join(', ')} most={160} />
                </span>
              ),
            },
          ]}
        />
      )}
      <SameByApi commands={['GET /api/runs?since=7d', 'GET /api/runs?principal=PRINCIPAL', 'GET /api/runs/ID']} />
    </div>
  );
}

/** What became of the calls of a run, in words. */
function RunVerdict({ run: { doubtful, stopped, would } }: { readonly run: Run }): ReactNode {
  if (doubtful === 0 && stopped === 0 && would === 0) return <Badge tone="fine">nothing speaks against it</Badge>;
  return (
    <span className="row">
      {stopped === 0 ? null : <Badge tone="deny">{stopped} stopped or held</Badge>}
      {would === 0 ? null : <Badge tone="warn">{would} would be stopped</Badge>}
      {doubtful === 0 ? null : <Badge tone="warn">{plural(doubtful, 'doubtful call')}</Badge>}
    </span>
  );
}
