import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Approval } from '../api/approvals.ts';
import { call } from '../api/client.ts';
import { PageHead, Problem, SameByApi } from '../ui/parts.tsx';
import { ApprovalCard } from './approval_card.tsx';

/** One held action. */
export function ApprovalPage(): ReactNode {
  const id = useParams({ strict: false, select: (params): string => String(Reflect.get(params, 'id') ?? '') });
  const queries = useQueryClient();
  const path = `/api/approvals/${encodeURIComponent(id)}`;
  const approval = useQuery({ queryKey: ['approval', id], queryFn: () => call<Approval>('GET', path), refetchInterval: 10_000 });
  if (approval.data === undefined) return <Problem error={approval.error} />;
  return (
    <div className="stack">
      <PageHead title="Approval" actions={<Link to="/approvals">All approvals</Link>}>
        <span className="mono">{id}</span>
      </PageHead>
      <ApprovalCard
        approval={approval.data}
        onAnswer={async (answer) => {
          try {
            await call('POST', `${path}/answer`, answer);
          } finally {
            await queries.invalidateQueries();
          }
        }}
      />
      <SameByApi
        commands={[
          `sallyport approval show ${id}`,
          `sallyport approval approve ${id}`,
          `sallyport approval reject ${id} --note TEXT`,
          `POST ${path}/answer {"decision": "approve", "scope": "once"}`,
        ]}
      />
    </div>
  );
}
