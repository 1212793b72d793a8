import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { useAct } from '../api/act.ts';
import type { ListedApproval } from '../api/approvals.ts';
import { call } from '../api/client.ts';
import { Choice, Empty, Foreign, PageHead, Problem, SameByApi, When } from '../ui/parts.tsx';
import { Table } from '../ui/table.tsx';
import { ApprovalState, Risk } from './approval_card.tsx';

/** The inbox of held actions, and the approvals that last. */
export function Approvals(): ReactNode {
  const [state, setState] = useState('waiting');
  const list = useQuery({
    queryKey: ['approvals', state],
    queryFn: () => call<{ approvals: readonly ListedApproval[] }>('GET', `/api/approvals${state === '' ? '' : `?state=${state}`}`),
    refetchInterval: 5_000,
  });
  const approvals = list.data?.approvals ?? [];
  return (
    <div className="stack">
      <PageHead title="Approvals">
        Actions of agents that wait for a person. Each runs once, exactly as it is shown, or not at all.
      </PageHead>
      <Choice label="Show" value={state} onChange={(event) => setState(event.target.value)}>
        <option value="waiting">What waits</option>
        <option value="approved">Approved, not yet run</option>
        <option value="rejected">Rejected</option>
        <option value="">Everything</option>
      </Choice>
      <Problem error={list.error} />
      {list.data !== undefined && approvals.length === 0 ? (
        <Empty action={<Link to="/policies">Look at the rules</Link>}>
          {state === 'waiting' ? (
            <>
              Nothing waits. A rule with <code>then: ask</code> holds an action here.
            </>
          ) : (
            'There is nothing of this kind.'
          )}
        </Empty>
      ) : null}
      {approvals.length > 0 ? <ApprovalTable approvals={approvals} /> : null}
      <Grants />
      <SameByApi commands={['sallyport approval list', 'GET /api/approvals?state=waiting', 'GET /api/approval-grants']} />
    </div>
  );
}

function ApprovalTable({ approvals }: { readonly approvals: readonly ListedApproval[] }): ReactNode {
  return (
    <Table
      label="Held actions"
      rows={approvals}
      id={(one) => one.id}
      columns={[
        {
          title: 'Action',
          cell: (one) => (
            <>
              <Link to="/approvals/$id" params={{ id: one.id }}>
                <Foreign text={one.tool} most={80} />
              </Link>
              <div className="small soft">effect: {one.effect}</div>
            </>
          ),
        },
        { title: 'Requester', cell: (one) => <Foreign text={one.name} /> },
        { title: 'Risk', cell: (one) => <Risk risk={one.risk} /> },
        {
          title: 'State',
          cell: (one) => (
            <>
              <ApprovalState state={one.state} />{' '}
              {one.needs > 1 ? <span className="small soft">{`${one.given} of ${one.needs}`}</span> : null}
            </>
          ),
        },
        { title: 'Asked', cell: (one) => <When at={one.created} /> },
        { title: 'Ends', cell: (one) => <When at={one.expires} /> },
      ]}
    />
  );
}

type Grant = {
  readonly id: string;
  readonly approval: string;
  readonly tool: string;
  readonly scope: string;
  readonly bound: readonly string[];
  readonly expires: number;
  readonly uses: number;
};

function Grants(): ReactNode {
  const list = useQuery({
    queryKey: ['approval-grants'],
    queryFn: () => call<{ grants: readonly Grant[] }>('GET', '/api/approval-grants'),
    refetchInterval: 30_000,
  });
  const account = useQuery(accountQuery);
  const act = useAct();
  const grants = list.data?.grants ?? [];
  if (grants.length === 0) return <Problem error={list.error} />;
  return (
    <section className="stack tight" aria-labelledby="grants">
      <h2 id="grants">Approvals that last</h2>
      <Problem error={act.error} />
      <Table
        label="Approvals that last"
        rows={grants}
        id={(grant) => grant.id}
        columns={[
          {
            title: 'Tool',
            cell: (grant) => (
              <>
                <Link to="/approvals/$id" params={{ id: grant.approval }}>
                  <Foreign text={grant.tool} most={80} />
                </Link>
              </>
            ),
          },
          {
            title: 'Reach',
            cell: (grant) => (
              <>
                {grant.scope} <Foreign text={grant.bound.join(', ')} />
              </>
            ),
          },
          { title: 'Uses', style: 'number', cell: (grant) => grant.uses },
          { title: 'Ends', cell: (grant) => <When at={grant.expires} /> },
          {
            title: 'Actions',
            quiet: true,
            cell: (grant) =>
              account.data?.permissions.includes('approvals:answer') === true ? (
                <button
                  type="button"
                  className="danger"
                  disabled={act.running}
                  onClick={() => act.run(() => call('DELETE', `/api/approval-grants/${grant.id}`))}
                >
                  End
                </button>
              ) : null,
          },
        ]}
      />
    </section>
  );
}
