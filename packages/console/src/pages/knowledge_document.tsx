import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import type { KnowledgeDocument, Reason } from '../api/knowledge.ts';
import { Badge, Field, Foreign, Form, PageHead, Problem, SameByApi, textOf, When } from '../ui/parts.tsx';
import { LABEL_TONE, STATE_TONE } from './knowledge_tones.ts';

type Lineage = {
  readonly events: readonly {
    readonly uid: string;
    readonly kind: string;
    readonly time: number;
    readonly actor: { readonly principal: string };
  }[];
  readonly uses: readonly { readonly event: string; readonly time: number }[];
};

/** One document: why it is where it is, what was found, what became of it, and the answers that were made from it. */
export function KnowledgeDocumentPage(): ReactNode {
  const { id = '' }: { id?: string } = useParams({ strict: false });
  const path = `/api/knowledge/documents/${encodeURIComponent(id)}`;
  const found = useQuery({ queryKey: ['knowledge-document', id], queryFn: () => call<KnowledgeDocument>('GET', path) });
  const account = useQuery(accountQuery);
  const may = (permission: string): boolean => account.data?.permissions.includes(permission) ?? false;
  const document = found.data;
  if (document === undefined) return <Problem error={found.error} />;
  return (
    <div className="stack">
      <PageHead title="Document">
        <Foreign text={document.name} most={200} />
      </PageHead>
      <div className="row">
        <Badge tone={STATE_TONE[document.state] ?? 'none'}>{document.state}</Badge>
        <Badge tone={LABEL_TONE[document.label] ?? 'none'}>{document.label}</Badge>
        <Badge>{document.format}</Badge>
        <span className="small soft">
          {document.size} bytes, <When at={document.created} />, by <span className="mono">{document.actor}</span>
          {document.source === '' ? '' : ' from '}
          <Foreign text={document.source} most={200} />
          {document.object === '' ? null : (
            <>
              , in the permission store{' '}
              <span className="mono">
                <Foreign text={document.object} most={256} />
              </span>
            </>
          )}
        </span>
      </div>
      <Reasons document={document} path={path} mayRead={may('content:read')} />
      {may('knowledge:release') ? <Decide document={document} path={path} /> : null}
      {may('content:erase') && document.state !== 'erased' ? <Erase path={path} /> : null}
      <LineageOf path={path} id={id} state={document.state} />
      <SameByApi
        commands={[
          `sallyport knowledge show ${id}`,
          `sallyport knowledge lineage ${id}`,
          `sallyport knowledge release ${id} --why TEXT`,
          `sallyport knowledge erase ${id}`,
        ]}
      />
    </div>
  );
}

function Reasons({
  document,
  path,
  mayRead,
}: {
  readonly document: KnowledgeDocument;
  readonly path: string;
  readonly mayRead: boolean;
}): ReactNode {
  const [excerpts, setExcerpts] = useState<ReadonlyMap<number, string>>();
  const act = useAct();
  const read = (): void =>
    act.run(async () => {
      const got = await call<{ excerpts: readonly { reason: number; text: string }[] }>('GET', `${path}/excerpts`);
      setExcerpts(new Map(got.excerpts.map(({ reason, text }) => [reason, text])));
    });
  return (
    <section className="card stack" aria-labelledby="reasons">
      <div className="row spread">
        <h2 id="reasons">Reasons</h2>
        {mayRead && document.reasons.length > 0 && excerpts === undefined ? (
          <button type="button" disabled={act.running} onClick={read}>
            Show what was found
          </button>
        ) : null}
      </div>
      <Problem error={act.error} />
      {document.reasons.length === 0 ? <p className="soft">Nothing speaks against it.</p> : null}
      <ol className="stack tight">
        {document.reasons.map((reason, i) => (
          <li key={`${reason.rule}-${i}`}>
            <Badge tone={reason.verdict === 'reject' ? 'deny' : reason.verdict === 'quarantine' ? 'warn' : 'none'}>{reason.verdict}</Badge>{' '}
            <Foreign text={reason.why} most={300} /> <span className="mono soft small">{reason.rule}</span> <PlaceOf reason={reason} />
            {excerpts?.has(i) === true ? (
              <pre tabIndex={0} aria-label={`Found: ${reason.rule}`}>
                <Foreign text={excerpts.get(i) ?? ''} most={1_000} />
              </pre>
            ) : null}
            {(reason.documents ?? []).map((other) => (
              <div key={other} className="small">
                <Link to="/knowledge/$id" params={{ id: other }} className="mono">
                  {other}
                </Link>
              </div>
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}

function PlaceOf({ reason: { place, shown } }: { readonly reason: Reason }): ReactNode {
  const said = [
    shown === undefined || shown === 'visible' ? '' : `hidden: ${shown.replaceAll('_', ' ')}`,
    place?.page === undefined ? '' : `page ${place.page}`,
    place?.line === undefined ? '' : `line ${place.line}`,
  ].filter((one) => one !== '');
  return <span className="small soft">{said.join(', ')}</span>;
}

function Decide({ document, path }: { readonly document: KnowledgeDocument; readonly path: string }): ReactNode {
  const act = useAct();
  const to =
    document.state === 'quarantined'
      ? 'release'
      : document.state === 'accepted' || document.state === 'released'
        ? 'quarantine'
        : undefined;
  if (to === undefined) return null;
  const send = async (data: FormData): Promise<void> => {
    await call('POST', `${path}/${to}`, { why: textOf(data, 'why') });
    act.run(async () => undefined);
  };
  return (
    <section className="card stack" aria-labelledby="decide">
      <h2 id="decide">{to === 'release' ? 'Release' : 'Take out of use'}</h2>
      <Form key={document.state} onSend={send} send={to === 'release' ? 'Release from quarantine' : 'Put into quarantine'}>
        <Field label="Why" name="why" required minLength={3} maxLength={250} hint="Stands in the event log." />
      </Form>
    </section>
  );
}

function Erase({ path }: { readonly path: string }): ReactNode {
  const [asked, setAsked] = useState(false);
  const act = useAct();
  const erase = (): void => act.run(() => call('DELETE', path));
  return (
    <section className="card stack" aria-labelledby="erase">
      <h2 id="erase">Erase</h2>
      <p className="soft">
        What is kept of its text goes for good, and searches do not give the document any more. Its name and its events stay.
      </p>
      <Problem error={act.error} />
      <div className="row">
        {asked ? (
          <>
            <button type="button" className="danger" disabled={act.running} onClick={erase}>
              Erase it for good
            </button>
            <button type="button" onClick={() => setAsked(false)}>
              Keep it
            </button>
          </>
        ) : (
          <button type="button" className="danger" onClick={() => setAsked(true)}>
            Erase…
          </button>
        )}
      </div>
    </section>
  );
}

/** Asked again when the state changed, and now and then: events reach the list a moment after what they tell of. */
function LineageOf({ path, id, state }: { readonly path: string; readonly id: string; readonly state: string }): ReactNode {
  const lineage = useQuery({
    queryKey: ['knowledge-lineage', id, state],
    queryFn: () => call<Lineage>('GET', `${path}/lineage`),
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  });
  if (lineage.data === undefined) return <Problem error={lineage.error} />;
  const { events, uses } = lineage.data;
  return (
    <section className="card stack" aria-labelledby="lineage">
      <h2 id="lineage">Lineage</h2>
      <ul className="stack tight">
        {events.map((event) => (
          <li key={event.uid}>
            <span className="mono">{event.kind}</span> <When at={event.time} />{' '}
            <span className="small soft mono">{event.actor.principal}</span>
          </li>
        ))}
      </ul>
      <h3>Answers made from it: {uses.length}</h3>
      {uses.length === 0 ? (
        <p className="soft small">
          Apps name the documents of a request in its header <code>x-sallyport-documents</code>.
        </p>
      ) : (
        <ul className="stack tight">
          {uses.map(({ event, time }) => (
            <li key={event}>
              <Link to="/traffic/$uid" params={{ uid: event }} className="mono">
                {event}
              </Link>{' '}
              <When at={time} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
