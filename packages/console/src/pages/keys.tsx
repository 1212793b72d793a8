import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Badge, Copy, Empty, Field, Foreign, Form, PageHead, Problem, SameByApi, textOf, When } from '../ui/parts.tsx';

type Key = {
  readonly id: string;
  readonly name: string;
  readonly created: number;
  readonly expires: number | null;
  readonly revoked: number | null;
  readonly permissions: readonly string[];
  readonly models: readonly string[];
  readonly requestsPerMinute: number | null;
  readonly concurrency: number | null;
};

export const keysQuery = queryOptions({ queryKey: ['keys'], queryFn: () => call<{ keys: readonly Key[] }>('GET', '/api/keys') });

/** The keys of apps and agents: what each may do, until when. */
export function Keys(): ReactNode {
  const keys = useQuery(keysQuery);
  const account = useQuery(accountQuery);
  const [making, setMaking] = useState(false);
  const may = account.data?.permissions.includes('keys:write') ?? false;
  const list = keys.data?.keys ?? [];
  const make = (
    <button type="button" className="primary" onClick={() => setMaking(true)}>
      New key
    </button>
  );
  return (
    <div className="stack">
      <PageHead title="Keys" actions={may ? make : undefined}>
        One for each app or agent. A key is shown once and kept as a hash only.
      </PageHead>
      <Problem error={keys.error} />
      {keys.data !== undefined && list.length === 0 ? <Empty action={may ? make : undefined}>No app has a key yet.</Empty> : null}
      {list.length > 0 ? <KeyTable keys={list} may={may} /> : null}
      {making ? <NewKey onClose={() => setMaking(false)} /> : null}
      <SameByApi
        commands={[
          'sallyport key create --name NAME --rpm 60',
          'sallyport key list',
          'sallyport key revoke ID',
          'POST /api/keys {"name": "NAME"}',
        ]}
      />
    </div>
  );
}

function KeyTable({ keys, may }: { readonly keys: readonly Key[]; readonly may: boolean }): ReactNode {
  const act = useAct();
  return (
    <>
      <Problem error={act.error} />
      <div className="table" tabIndex={0} role="region" aria-label="Keys">
        <table>
          <thead>
            <tr>
              <th>Name</th>
              <th>State</th>
              <th>Models</th>
              <th>Limits</th>
              <th>Made</th>
              <th>
                <span className="sr">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={key.id}>
                <td>
                  <Foreign text={key.name} />
                  <div className="mono soft">{key.id}</div>
                </td>
                <td>
                  <State keyState={key} />
                </td>
                <td>
                  <Foreign text={key.models.length === 0 ? 'all' : key.models.join(' ')} />
                </td>
                <td className="small">{limitsOf(key)}</td>
                <td>
                  <When at={key.created} />
                </td>
                <td>
                  {may && key.revoked === null ? (
                    <button
                      type="button"
                      className="danger"
                      disabled={act.running}
                      onClick={() => act.run(() => call('DELETE', `/api/keys/${key.id}`))}
                    >
                      Revoke
                    </button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function State({ keyState: { revoked, expires } }: { readonly keyState: Key }): ReactNode {
  if (revoked !== null) return <Badge tone="deny">revoked</Badge>;
  if (expires === null) return <Badge tone="fine">in force</Badge>;
  if (expires <= Date.now()) return <Badge tone="warn">expired</Badge>;
  return (
    <>
      <Badge tone="fine">in force</Badge>{' '}
      <span className="small soft">
        expires <When at={expires} />
      </span>
    </>
  );
}

function limitsOf(key: Key): string {
  const limits = [
    key.requestsPerMinute === null ? '' : `${key.requestsPerMinute} a minute`,
    key.concurrency === null ? '' : `${key.concurrency} at once`,
  ];
  return limits.filter((limit) => limit !== '').join(', ') || 'none';
}

function NewKey({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [made, setMade] = useState<string>();
  const act = useAct();
  const send = async (data: FormData): Promise<void> => {
    const number = (name: string): Record<string, number> => (textOf(data, name) === '' ? {} : { [name]: Number(textOf(data, name)) });
    const models = textOf(data, 'models')
      .split(/[\s,]+/)
      .filter((model) => model !== '');
    const reply = await call<{ key: string }>('POST', '/api/keys', {
      name: textOf(data, 'name'),
      ...(models.length === 0 ? {} : { models }),
      ...number('requestsPerMinute'),
      ...number('concurrency'),
      ...number('expiresDays'),
    });
    setMade(reply.key);
  };
  const close = (): void => {
    act.run(async () => undefined);
    onClose();
  };
  if (made !== undefined)
    return (
      <Dialog title="The new key" onClose={close}>
        <p>It is shown now and never again: keep it where your app reads its secrets.</p>
        <pre tabIndex={0} aria-label="Key">
          {made}
        </pre>
        <div className="row">
          <Copy text={made} />
          <button type="button" className="primary" onClick={close}>
            I have kept it
          </button>
        </div>
      </Dialog>
    );
  return (
    <Dialog title="New key" onClose={onClose}>
      <Form
        onSend={send}
        send="Make the key"
        more={
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        }
      >
        <Field label="Name" name="name" required maxLength={100} hint="What it is for, such as the app's name." autoFocus />
        <Field label="Models" name="models" hint="Patterns such as gpt-*; all when empty." />
        <Field label="Requests a minute" name="requestsPerMinute" type="number" min={1} />
        <Field label="Requests at once" name="concurrency" type="number" min={1} />
        <Field label="Days until it expires" name="expiresDays" type="number" min={1} max={3650} />
      </Form>
    </Dialog>
  );
}
