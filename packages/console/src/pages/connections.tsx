import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Badge, Empty, Field, Foreign, Form, PageHead, Problem, SameByApi, textOf, When } from '../ui/parts.tsx';
import { plural } from '../ui/text.ts';

type Connection = {
  readonly name: string;
  readonly title: string;
  readonly kind: 'consent' | 'key';
  readonly api: string;
  readonly scopes: readonly string[];
  readonly account: {
    readonly state: 'ready' | 'reconsent';
    readonly scopes: readonly string[];
    readonly agents: readonly string[];
    readonly created: number;
  } | null;
};
/** A key or an agent that may be let in. */
type Caller = { readonly principal: string; readonly name: string };

const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: () => call<{ connections: readonly Connection[] }>('GET', '/api/connections'),
});

/** Third-party accounts of who is signed in, and the agents that may use them without seeing a credential. */
export function Connections(): ReactNode {
  const list = useQuery(connectionsQuery);
  const account = useQuery(accountQuery);
  const may = account.data?.permissions.includes('connections:write') ?? false;
  const connections = list.data?.connections ?? [];
  return (
    <div className="stack">
      <PageHead title="Connections">
        Your accounts elsewhere. Agents that you name use them through this gate and never see a credential.
      </PageHead>
      <Problem error={list.error} />
      {list.data !== undefined && connections.length === 0 ? (
        <Empty>
          There is no connection yet. Write one under <code>connections:</code> in sallyport.yaml;{' '}
          <code>sallyport connection services</code> lists what the catalogue knows.
        </Empty>
      ) : null}
      {connections.map((connection) => (
        <ConnectionCard key={connection.name} connection={connection} may={may} />
      ))}
      <SameByApi
        commands={[
          'sallyport connection list',
          'GET /api/connections',
          'PUT /api/connections/NAME/agents {"agents": ["PRINCIPAL"]}',
          `curl -H "authorization: Bearer $KEY" $GATEWAY/proxy/NAME/...`,
        ]}
      />
    </div>
  );
}

function ConnectionCard({ connection, may }: { readonly connection: Connection; readonly may: boolean }): ReactNode {
  const { name, title, kind, account } = connection;
  const act = useAct();
  const [asking, setAsking] = useState<'key' | 'agents'>();
  const consent = (): void =>
    act.run(async () => {
      const { url } = await call<{ url: string }>('POST', `/api/connections/${name}/consent`);
      location.assign(url);
    });
  const missing = connection.scopes.filter((scope) => account !== null && !account.scopes.includes(scope));
  return (
    <section className="card stack tight" aria-labelledby={`connection-${name}`} id={name}>
      <div className="row spread">
        <h2 id={`connection-${name}`}>
          <Foreign text={title} />
        </h2>
        <State account={account} />
      </div>
      <p className="small soft mono breaks">
        /proxy/{name}/ → <Foreign text={connection.api} />
      </p>
      {account === null ? null : (
        <p className="small">
          Connected <When at={account.created} />; {plural(account.agents.length, 'agent')} may use it.
          {missing.length === 0 ? null : (
            <>
              {' '}
              Without <Foreign text={missing.join(', ')} />: some calls will need a new consent.
            </>
          )}
        </p>
      )}
      <Problem error={act.error} />
      {may ? (
        <div className="row">
          <button type="button" disabled={act.running} onClick={kind === 'consent' ? consent : () => setAsking('key')}>
            {account === null ? 'Connect' : kind === 'consent' ? 'Connect again' : 'Replace the key'}
          </button>
          {account === null ? null : (
            <>
              <button type="button" onClick={() => setAsking('agents')}>
                Agents
              </button>
              <button
                type="button"
                className="danger"
                disabled={act.running}
                onClick={() => act.run(() => call('DELETE', `/api/connections/${name}/account`))}
              >
                Disconnect
              </button>
            </>
          )}
        </div>
      ) : null}
      {asking === 'key' ? <KeyDialog name={name} onClose={() => setAsking(undefined)} /> : null}
      {asking === 'agents' ? <AgentsDialog connection={connection} onClose={() => setAsking(undefined)} /> : null}
    </section>
  );
}

function State({ account }: Pick<Connection, 'account'>): ReactNode {
  if (account === null) return <Badge>not connected</Badge>;
  return account.state === 'ready' ? <Badge tone="fine">connected</Badge> : <Badge tone="warn">consent has ended</Badge>;
}

type DialogProps = { readonly onClose: () => void };

function KeyDialog({ name, onClose }: DialogProps & { readonly name: string }): ReactNode {
  const act = useAct();
  const send = async (data: FormData): Promise<void> => {
    await call('PUT', `/api/connections/${name}/key`, { key: textOf(data, 'key') });
    act.run(async () => undefined);
    onClose();
  };
  return (
    <Dialog title="Your key" onClose={onClose}>
      <Form
        onSend={send}
        send="Keep it"
        more={
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        }
      >
        <Field
          label="Key"
          name="key"
          type="password"
          autoComplete="off"
          required
          minLength={8}
          autoFocus
          hint="Kept encrypted; it is not shown again."
        />
      </Form>
    </Dialog>
  );
}

/** Keys and agents that there are; who may not list one kind sees the other. */
async function callers(): Promise<readonly Caller[]> {
  const none = (): readonly Caller[] => [];
  const keys = call<{ keys: readonly (Caller & { readonly revoked: number | null })[] }>('GET', '/api/keys').then(
    (reply) => reply.keys.filter(({ revoked }) => revoked === null),
    none,
  );
  const agents = call<{ agents: readonly { readonly id: string; readonly name: string }[] }>('GET', '/api/agents').then(
    (reply) => reply.agents.map(({ id, name }) => ({ principal: id, name })),
    none,
  );
  const all = [...(await keys), ...(await agents)];
  return [...new Map(all.map((one) => [one.principal, one])).values()];
}

function AgentsDialog({ connection, onClose }: DialogProps & { readonly connection: Connection }): ReactNode {
  const list = useQuery({ queryKey: ['connection-callers'], queryFn: callers });
  const act = useAct();
  const [chosen, setChosen] = useState<readonly string[]>(connection.account?.agents ?? []);
  const send = async (): Promise<void> => {
    await call('PUT', `/api/connections/${connection.name}/agents`, { agents: chosen });
    act.run(async () => undefined);
    onClose();
  };
  return (
    <Dialog title="Who may use this account" onClose={onClose}>
      <Problem error={list.error} />
      <Form
        onSend={send}
        send="Save"
        more={
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        }
      >
        <fieldset className="stack tight">
          <legend>Agents and apps</legend>
          {list.data?.length === 0 ? <p className="soft">There is no key and no agent yet.</p> : null}
          {(list.data ?? []).map(({ principal, name }) => (
            <label key={principal} className="row">
              <input
                type="checkbox"
                checked={chosen.includes(principal)}
                onChange={(event) => setChosen(event.target.checked ? [...chosen, principal] : chosen.filter((one) => one !== principal))}
              />
              <Foreign text={name} />
            </label>
          ))}
        </fieldset>
      </Form>
    </Dialog>
  );
}
