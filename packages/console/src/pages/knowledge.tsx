import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { call } from '../api/client.ts';
import type { KnowledgeDocument, Listed } from '../api/knowledge.ts';
import { Badge, Empty, Foreign, PageHead, Problem, SameByApi, When } from '../ui/parts.tsx';
import { CheckDocument } from './knowledge_check.tsx';
import { LABEL_TONE, STATE_TONE } from './knowledge_tones.ts';
import { Table } from '../ui/table.tsx';

type Shared = {
  readonly document: string;
  readonly name: string;
  readonly label: string;
  readonly problems: readonly string[];
  readonly readers: number;
  readonly unexplained: readonly string[];
  readonly unexplainedCount: number;
};

/** Documents that the server gives at a time. */
const PAGE = 100;
const STATES = ['quarantined', 'accepted', 'released', 'rejected', 'erased'] as const;

/** Documents on their way into knowledge bases: what waits for a person, what was let in, and who may read what is sensitive. */
export function Knowledge(): ReactNode {
  const { state, after }: { state?: string; after?: string } = useSearch({ strict: false });
  const account = useQuery(accountQuery);
  const datasets = account.data?.datasets ?? undefined;
  const query = new URLSearchParams({ ...(state === undefined ? {} : { state }), ...(after === undefined ? {} : { after }) }).toString();
  const listed = useQuery({ queryKey: ['knowledge', query], queryFn: () => call<Listed>('GET', `/api/knowledge/documents?${query}`) });
  const documents = listed.data?.documents ?? [];
  return (
    <div className="stack">
      <PageHead title="Knowledge">
        What apps put into their knowledge bases is checked first: hidden text, planted instructions, keys, floods of copies, texts made for
        one question. What waits, was rejected or erased is not given by searches that ask <code>/v1/rag</code>.
      </PageHead>
      {datasets === undefined ? null : (
        <p className="soft">
          Your role shows you the datasets <Foreign text={datasets.join(' ')} />.
        </p>
      )}
      <Problem error={listed.error} />
      {listed.data === undefined ? null : <States counts={listed.data.counts} chosen={state} />}
      {listed.data !== undefined && documents.length === 0 ? (
        <Empty action={<code>sallyport knowledge add FILE</code>}>
          {state === undefined ? 'No document was checked yet.' : `No document is ${state}.`}
        </Empty>
      ) : null}
      {documents.length > 0 ? <Documents documents={documents} /> : null}
      {documents.length < PAGE ? null : (
        <Link to="/knowledge" search={{ ...(state === undefined ? {} : { state }), after: documents.at(-1)?.id }}>
          Older documents
        </Link>
      )}
      {account.data?.permissions.includes('knowledge:write') === true ? <CheckDocument /> : null}
      <Sharing />
      <SameByApi
        commands={[
          'sallyport knowledge check FILE...',
          'sallyport knowledge add FILE... --source WIKI --object document:ID',
          'sallyport knowledge list --state quarantined',
          'sallyport knowledge sharing',
          'POST /api/knowledge/documents {"name": "a.pdf", "bytes": "BASE64"}',
        ]}
      />
    </div>
  );
}

function States({ counts, chosen }: { readonly counts: Readonly<Record<string, number>>; readonly chosen: string | undefined }): ReactNode {
  return (
    <nav className="row" aria-label="States">
      <Link to="/knowledge" search={{}} aria-current={chosen === undefined ? 'page' : undefined}>
        all {Object.values(counts).reduce((sum, count) => sum + count, 0)}
      </Link>
      {STATES.map((state) => (
        <Link key={state} to="/knowledge" search={{ state }} aria-current={chosen === state ? 'page' : undefined}>
          {state} {counts[state] ?? 0}
        </Link>
      ))}
    </nav>
  );
}

function Documents({ documents }: { readonly documents: readonly KnowledgeDocument[] }): ReactNode {
  return (
    <Table
      label="Documents"
      rows={documents}
      id={(one) => one.id}
      columns={[
        {
          title: 'Document',
          cell: (one) => (
            <>
              <Link to="/knowledge/$id" params={{ id: one.id }}>
                <Foreign text={one.name} most={120} />
              </Link>
              <div className="small soft">
                {one.format} <Foreign text={one.source} most={120} />
              </div>
            </>
          ),
        },
        {
          title: 'State',
          cell: (one) => (
            <>
              <Badge tone={STATE_TONE[one.state] ?? 'none'}>{one.state}</Badge>
            </>
          ),
        },
        {
          title: 'Label',
          cell: (one) => (
            <>
              <Badge tone={LABEL_TONE[one.label] ?? 'none'}>{one.label}</Badge>
            </>
          ),
        },
        {
          title: 'Why',
          style: 'small',
          cell: (one) => (
            <>
              <Foreign text={one.reasons.find(({ verdict }) => verdict !== 'note')?.why ?? ''} most={200} />
            </>
          ),
        },
        { title: 'Came', cell: (one) => <When at={one.created} /> },
      ]}
    />
  );
}

function Sharing(): ReactNode {
  const report = useQuery({
    queryKey: ['knowledge-sharing'],
    queryFn: () => call<{ shared: readonly Shared[]; looked: number; unknown: number }>('GET', '/api/knowledge/sharing'),
  });
  if (report.data === undefined) return <Problem error={report.error} />;
  const { shared, looked, unknown } = report.data;
  return (
    <section className="card stack" aria-labelledby="sharing">
      <h2 id="sharing">Over-sharing</h2>
      <p className="soft">
        {looked} sensitive documents name their object in the authorization store; {shared.length} are shared too widely
        {unknown === 0 ? '' : `; of ${unknown} nobody could say who reads them (knowledge.sharing in sallyport.yaml)`}.
      </p>
      {shared.length === 0 ? null : (
        <ul className="stack tight">
          {shared.map((one) => (
            <li key={one.document}>
              <Link to="/knowledge/$id" params={{ id: one.document }}>
                <Foreign text={one.name} most={120} />
              </Link>{' '}
              <Badge tone={LABEL_TONE[one.label] ?? 'none'}>{one.label}</Badge> {problemsOf(one)}
              {one.unexplained.length === 0 ? null : (
                <div className="small soft">
                  By no group: <Foreign text={one.unexplained.join(', ')} most={300} />
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function problemsOf({ problems, readers, unexplainedCount }: Shared): string {
  const said: Readonly<Record<string, string>> = {
    everyone: 'everyone may read it',
    many: `${readers} may read it`,
    unexplained: `${unexplainedCount} readers that no group explains`,
  };
  return problems.map((problem) => said[problem] ?? problem).join('; ');
}
