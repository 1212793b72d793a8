import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { storesQuery, type StoreRow } from '../api/permissions.ts';
import { Choice, Empty, Field, Form, PageHead, Problem, SameByApi, textOf } from '../ui/parts.tsx';
import { drawable } from '../ui/text.ts';
import { Ask } from './permissions_ask.tsx';
import { ModelEditor } from './permissions_model.tsx';
import { Tuples } from './permissions_tuples.tsx';

/** Who may do what with which document: the question and its reason, the model, the tuples. */
export function Permissions(): ReactNode {
  const stores = useQuery(storesQuery);
  const account = useQuery(accountQuery);
  const may = account.data?.permissions.includes('fga:write') ?? false;
  const [chosen, setChosen] = useState<string>();
  const all = stores.data ?? [];
  const store = all.find(({ id }) => id === chosen) ?? all[0];
  return (
    <div className="stack">
      <PageHead title="Permissions">
        Who may do what with which document, from relationships and a model of them, as OpenFGA has it.
      </PageHead>
      <Problem error={stores.error} />
      {stores.data !== undefined && store === undefined ? (
        <Empty>There is no permission store yet. A store holds one model and its tuples.</Empty>
      ) : null}
      {all.length > 1 ? <StoreChoice stores={all} chosen={store?.id ?? ''} onChoose={setChosen} /> : null}
      {store === undefined ? null : (
        <div key={store.id} className="stack">
          <Ask store={store.id} />
          <ModelEditor store={store.id} may={may} />
          <Tuples store={store.id} may={may} />
        </div>
      )}
      {may ? <NewStore /> : null}
      <SameByApi
        commands={[
          'sallyport fga why user:anne viewer document:roadmap',
          'sallyport fga stores',
          'sallyport fga sync google-drive EXPORT.json --source drive --dry-run',
          'POST /fga/stores/ID/check {"tuple_key": {"user": "user:anne", "relation": "viewer", "object": "document:roadmap"}}',
          'POST /fga/stores/ID/why, /write, /read, /authorization-models',
          'POST /v1/rag/filter {"user": "anne", "documents": ["roadmap"]}',
        ]}
      />
    </div>
  );
}

function StoreChoice({
  stores,
  chosen,
  onChoose,
}: {
  readonly stores: readonly StoreRow[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}): ReactNode {
  return (
    <Choice label="Store" value={chosen} onChange={(event) => onChoose(event.target.value)}>
      {stores.map(({ id, name }) => (
        <option key={id} value={id}>
          {drawable(name, 80)}
        </option>
      ))}
    </Choice>
  );
}

function NewStore(): ReactNode {
  const act = useAct();
  const [made, setMade] = useState(0);
  const send = async (data: FormData): Promise<void> => {
    await call('POST', '/api/fga/stores', { name: textOf(data, 'name') });
    setMade(made + 1);
    act.run(async () => undefined);
  };
  return (
    <details className="card">
      <summary>New store</summary>
      <Form key={made} onSend={send} send="Make the store">
        <Field
          label="Name"
          name="name"
          required
          minLength={3}
          maxLength={64}
          pattern="[a-zA-Z0-9 .\-\/_&@]+"
          hint="3 to 64 letters, digits and . - / _ & @"
        />
      </Form>
    </details>
  );
}
