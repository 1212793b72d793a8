import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { showTuple, tuplesQuery, type Tuple } from '../api/permissions.ts';
import { Empty, Field, Foreign, Form, Problem, textOf, When } from '../ui/parts.tsx';
import { Table } from '../ui/table.tsx';

/** The tuples of a store, page by page, or those of one object; one can be added and taken away. */
export function Tuples({ store, may }: { readonly store: string; readonly may: boolean }): ReactNode {
  const [object, setObject] = useState('');
  const [tokens, setTokens] = useState<readonly string[]>(['']);
  const page = useQuery(tuplesQuery(store, object, tokens.at(-1) ?? ''));
  const act = useAct();
  const remove = ({ user, relation, object: of }: Tuple): void =>
    act.run(() => call('POST', `/api/fga/stores/${store}/write`, { deletes: { tuple_keys: [{ user, relation, object: of }] } }));
  const rows = page.data?.tuples ?? [];
  const next = page.data?.continuation_token ?? '';
  const show = async (data: FormData): Promise<void> => {
    setObject(textOf(data, 'only'));
    setTokens(['']);
  };
  return (
    <section className="card stack" aria-labelledby="tuples">
      <h2 id="tuples">Tuples</h2>
      <Form onSend={show} send="Show">
        <Field
          label="Of the object"
          name="only"
          placeholder="document:roadmap"
          hint="Empty for all."
          pattern="[^:#\s]+:[^:#\s]+"
          autoComplete="off"
        />
      </Form>
      <Problem error={page.error ?? act.error} />
      {page.data !== undefined && rows.length === 0 ? (
        <Empty>{object === '' ? 'There are no tuples yet.' : 'The object has no tuples.'}</Empty>
      ) : null}
      {rows.length > 0 ? (
        <Table
          label="Tuples"
          rows={rows}
          id={({ key }) => showTuple(key)}
          columns={[
            { title: 'User', cell: ({ key }) => <Foreign text={key.user} most={200} /> },
            {
              title: 'Relation',
              cell: ({ key }) => (
                <>
                  <Foreign text={key.relation} />
                  {key.condition === undefined || key.condition === null ? null : (
                    <div className="small soft">
                      with <Foreign text={key.condition.name} />
                    </div>
                  )}
                </>
              ),
            },
            { title: 'Object', cell: ({ key }) => <Foreign text={key.object} most={200} /> },
            { title: 'Written', cell: ({ timestamp }) => <When at={Date.parse(timestamp)} /> },
            {
              title: 'Actions',
              quiet: true,
              cell: ({ key }) =>
                may ? (
                  <button type="button" className="danger" disabled={act.running} onClick={() => remove(key)}>
                    Delete
                    <span className="sr"> {showTuple(key)}</span>
                  </button>
                ) : null,
            },
          ]}
        />
      ) : null}
      <div className="row">
        {tokens.length > 1 ? (
          <button type="button" onClick={() => setTokens(tokens.slice(0, -1))}>
            Back
          </button>
        ) : null}
        {next === '' ? null : (
          <button type="button" onClick={() => setTokens([...tokens, next])}>
            More
          </button>
        )}
      </div>
      {may ? <Add store={store} /> : null}
    </section>
  );
}

function Add({ store }: { readonly store: string }): ReactNode {
  const act = useAct();
  const [made, setMade] = useState(0);
  const send = async (data: FormData): Promise<void> => {
    const key = { user: textOf(data, 'user'), relation: textOf(data, 'relation'), object: textOf(data, 'object') };
    await call('POST', `/api/fga/stores/${store}/write`, { writes: { tuple_keys: [key] } });
    setMade(made + 1);
    act.run(async () => undefined);
  };
  return (
    <Form key={made} onSend={send} send="Add the tuple">
      <div className="grid">
        <Field label="User" name="user" required placeholder="group:eng#member" autoComplete="off" />
        <Field label="Relation" name="relation" required placeholder="viewer" autoComplete="off" />
        <Field label="Object" name="object" required placeholder="document:roadmap" autoComplete="off" />
      </div>
    </Form>
  );
}
