import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Badge, Choice, Empty, Field, Foreign, Form, PageHead, Problem, SameByApi, textOf, When } from '../ui/parts.tsx';
import { Table } from '../ui/table.tsx';
import { Question, type Asked } from './allow.tsx';
import { AccessReview } from './identity_access.tsx';

type Agent = {
  readonly id: string;
  readonly name: string;
  readonly purpose: string;
  readonly ownerName: string | null;
  readonly scopes: readonly string[];
  readonly models: readonly string[];
  readonly tools: readonly string[];
  readonly hosts: readonly string[];
  readonly networks: readonly string[];
  readonly actsFor: string;
  readonly expires: number | null;
  readonly quarantined: number | null;
  readonly reason: string | null;
  readonly used: number | null;
  readonly keys: readonly { readonly id: string }[];
  readonly workloads: readonly { readonly id: string; readonly subject: string }[];
  readonly warnings: readonly string[];
};
type Client = { readonly id: string; readonly name: string; readonly created: number };
type Grant = {
  readonly id: string;
  readonly name: string;
  readonly clientName: string;
  readonly scope: string;
  readonly created: number;
  readonly address: string;
};
type Waiting = Asked & { readonly id: string; readonly expires: number };

const agentsQuery = queryOptions({ queryKey: ['agents'], queryFn: () => call<{ agents: readonly Agent[] }>('GET', '/api/agents') });
const clientsQuery = queryOptions({ queryKey: ['clients'], queryFn: () => call<{ clients: readonly Client[] }>('GET', '/api/clients') });
const waitingQuery = queryOptions({
  queryKey: ['waiting'],
  queryFn: () => call<{ requests: readonly Waiting[] }>('GET', '/api/authorization/requests'),
  refetchInterval: 5_000,
});

/** Who acts here beside people: agents and applications, and what people have allowed them. */
export function Identity(): ReactNode {
  const account = useQuery(accountQuery);
  const may = account.data?.permissions.includes('identity:write') ?? false;
  const people = account.data?.permissions.includes('people:read') ?? false;
  return (
    <div className="stack">
      <PageHead title="Identity">
        Agents and applications: who answers for them, what they may do, and what people have allowed them.
      </PageHead>
      <WaitingForYou />
      <Agents may={may} />
      <Clients may={may} />
      {people ? (
        <AccessReview may={account.data?.permissions.includes('people:write') ?? false} self={account.data?.principal ?? ''} />
      ) : null}
      <Grants path={people ? '/api/grants' : '/api/session/grants'} title={people ? 'What people have allowed' : 'What you have allowed'} />
      <SameByApi
        commands={[
          'sallyport agent create --name NAME --purpose TEXT --scope models',
          'sallyport agent key ID --jwk FILE',
          'sallyport agent quarantine ID --reason TEXT',
          'sallyport client create --name NAME --redirect URL',
          'GET /api/agents',
          'POST /api/agents/ID/quarantine {"reason": "TEXT"}',
          'DELETE /api/grants/ID',
        ]}
      />
    </div>
  );
}

/** Requests that came on another channel, for the person who is signed in. */
function WaitingForYou(): ReactNode {
  const waiting = useQuery(waitingQuery);
  const act = useAct();
  const requests = waiting.data?.requests ?? [];
  if (requests.length === 0) return null;
  return (
    <section className="stack tight" aria-labelledby="waiting">
      <h2 id="waiting">Waiting for you</h2>
      <Problem error={act.error} />
      {requests.map((request) => (
        <Question
          key={request.id}
          asked={request}
          onAnswer={async (allow) => act.run(() => call('POST', `/api/authorization/requests/${request.id}`, { allow }))}
        />
      ))}
    </section>
  );
}

function Agents({ may }: { readonly may: boolean }): ReactNode {
  const agents = useQuery(agentsQuery);
  const [making, setMaking] = useState(false);
  const [stopping, setStopping] = useState<Agent>();
  const [changing, setChanging] = useState<Agent>();
  const list = agents.data?.agents ?? [];
  const make = (
    <button type="button" className="primary" onClick={() => setMaking(true)}>
      New agent
    </button>
  );
  return (
    <section className="stack tight" aria-labelledby="agents">
      <div className="row spread">
        <h2 id="agents">Agents</h2>
        {may && list.length > 0 ? make : null}
      </div>
      <Problem error={agents.error} />
      {agents.data !== undefined && list.length === 0 ? <Empty action={may ? make : undefined}>No agent has an identity yet.</Empty> : null}
      {list.length === 0 ? null : (
        <Table
          label="Agents"
          rows={list}
          id={({ id }) => id}
          columns={[
            { title: 'Name', cell: (agent) => <Named agent={agent} /> },
            { title: 'State', cell: (agent) => <State agent={agent} /> },
            {
              title: 'May',
              style: 'small',
              cell: (agent) => (
                <>
                  <Foreign text={agent.scopes.join(' ')} />
                  <div className="soft">
                    <Foreign text={agent.models.length === 0 ? 'every model' : agent.models.join(' ')} />
                  </div>
                  <div className="soft">acts for {agent.actsFor}</div>
                </>
              ),
            },
            { title: 'Last used', cell: (agent) => (agent.used === null ? 'never' : <When at={agent.used} />) },
            {
              title: 'Actions',
              quiet: true,
              cell: (agent) => (may ? <Stop agent={agent} onStop={() => setStopping(agent)} onChange={() => setChanging(agent)} /> : null),
            },
          ]}
        />
      )}
      {making ? <AgentForm onClose={() => setMaking(false)} /> : null}
      {changing === undefined ? null : <AgentForm agent={changing} onClose={() => setChanging(undefined)} />}
      {stopping === undefined ? null : <Quarantine agent={stopping} onClose={() => setStopping(undefined)} />}
    </section>
  );
}

type AgentProps = { readonly agent: Agent };

function Named({ agent }: AgentProps): ReactNode {
  return (
    <>
      <Foreign text={agent.name} />
      <div className="soft small">
        <Foreign text={agent.purpose} />
      </div>
      <div className="soft small">
        {agent.ownerName === null ? (
          'nobody owns it'
        ) : (
          <>
            of <Foreign text={agent.ownerName} />
          </>
        )}
      </div>
    </>
  );
}

function State({ agent }: AgentProps): ReactNode {
  return (
    <>
      {agent.quarantined === null ? <Badge tone="fine">in force</Badge> : <Badge tone="deny">stopped</Badge>}
      {agent.reason === null || agent.quarantined === null ? null : (
        <div className="small">
          <Foreign text={agent.reason} />
        </div>
      )}
      {agent.warnings.map((warning) => (
        <div key={warning} className="small soft">
          {warning}
        </div>
      ))}
    </>
  );
}

function Stop({ agent, onStop, onChange }: AgentProps & { readonly onStop: () => void; readonly onChange: () => void }): ReactNode {
  const act = useAct();
  return (
    <>
      <Problem error={act.error} />
      {agent.quarantined === null ? (
        <div className="row">
          <button type="button" aria-label={`Change ${agent.name}`} onClick={onChange}>
            Change
          </button>
          <button type="button" className="danger" aria-label={`Stop ${agent.name}`} onClick={onStop}>
            Stop
          </button>
        </div>
      ) : (
        <button type="button" disabled={act.running} onClick={() => act.run(() => call('DELETE', `/api/agents/${agent.id}/quarantine`))}>
          Let it act again
        </button>
      )}
    </>
  );
}

function Quarantine({ agent, onClose }: { readonly agent: Agent; readonly onClose: () => void }): ReactNode {
  const act = useAct();
  const send = async (data: FormData): Promise<void> => {
    await call('POST', `/api/agents/${agent.id}/quarantine`, { reason: textOf(data, 'reason') });
    act.run(async () => undefined);
    onClose();
  };
  return (
    <Dialog title="Stop this agent" onClose={onClose}>
      <p>Its keys and tokens are refused everywhere within a second, and what it is doing ends.</p>
      <Form onSend={send} send="Stop it">
        <Field label="Why" name="reason" required maxLength={300} autoFocus />
      </Form>
    </Dialog>
  );
}

/** Makes an agent, or changes what one may do. */
function AgentForm({ agent, onClose }: { readonly agent?: Agent; readonly onClose: () => void }): ReactNode {
  const act = useAct();
  const send = async (data: FormData): Promise<void> => {
    const list = (name: string): readonly string[] =>
      textOf(data, name)
        .split(/[\s,]+/)
        .filter((one) => one !== '');
    const days = textOf(data, 'expiresDays');
    const given = {
      purpose: textOf(data, 'purpose'),
      ...{ scopes: list('scopes'), models: list('models'), tools: list('tools'), hosts: list('hosts'), networks: list('networks') },
      actsFor: textOf(data, 'actsFor'),
      ...(days === '' ? {} : { expiresDays: Number(days) }),
    };
    if (agent === undefined) await call('POST', '/api/agents', { name: textOf(data, 'name'), ...given });
    else await call('PUT', `/api/agents/${agent.id}`, given);
    act.run(async () => undefined);
    onClose();
  };
  return (
    <Dialog title={agent === undefined ? 'New agent' : 'Change this agent'} onClose={onClose}>
      <Form
        onSend={send}
        send={agent === undefined ? 'Make the agent' : 'Change it'}
        more={
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        }
      >
        {agent === undefined ? (
          <Field label="Name" name="name" required maxLength={100} autoFocus />
        ) : (
          <p className="soft">What is changed counts at once, for the tokens that it has, too.</p>
        )}
        <Field
          label="Purpose"
          name="purpose"
          required
          maxLength={300}
          defaultValue={agent?.purpose ?? ''}
          hint="What it is for: whoever looks at an alert reads this."
        />
        <Field
          label="Scopes"
          name="scopes"
          defaultValue={agent?.scopes.join(' ') ?? 'models'}
          hint="models, tools, inspect, events:read, fga:read, fga:write"
        />
        <Field label="Models" name="models" defaultValue={agent?.models.join(' ') ?? ''} hint="Patterns such as gpt-*; all when empty." />
        <Field label="Tools" name="tools" defaultValue={agent?.tools.join(' ') ?? ''} hint="Patterns of tool names; all when empty." />
        <Field
          label="Hosts"
          name="hosts"
          defaultValue={agent?.hosts.join(' ') ?? ''}
          hint="Hosts that it may call by the egress proxy, such as *.example.com; all when empty."
        />
        <Field
          label="Networks"
          name="networks"
          defaultValue={agent?.networks.join(' ') ?? ''}
          hint="Where it may call from, such as 10.0.0.0/8; anywhere when empty."
        />
        <Choice label="Acts for" name="actsFor" defaultValue={agent?.actsFor ?? 'nobody'}>
          <option value="nobody">nobody but itself</option>
          <option value="owner">its owner</option>
          <option value="anybody">everybody who hands it a token</option>
        </Choice>
        <Field
          label="Days until it expires"
          name="expiresDays"
          type="number"
          min={1}
          max={3650}
          defaultValue={agent === undefined ? '90' : ''}
          hint={agent === undefined ? '' : 'From now on; as it is when empty.'}
        />
      </Form>
    </Dialog>
  );
}

function Clients({ may }: { readonly may: boolean }): ReactNode {
  const clients = useQuery(clientsQuery);
  const act = useAct();
  const list = clients.data?.clients ?? [];
  return (
    <section className="stack tight" aria-labelledby="clients">
      <h2 id="clients">Applications</h2>
      <Problem error={clients.error ?? act.error} />
      {clients.data !== undefined && list.length === 0 ? (
        <Empty>
          None is registered. <code>sallyport client create --name NAME --redirect URL</code> registers one.
        </Empty>
      ) : null}
      {list.length === 0 ? null : (
        <ul className="stack tight rows">
          {list.map((client) => (
            <li key={client.id} className="row spread">
              <span>
                <Foreign text={client.name} /> <span className="mono soft small">{client.id}</span>
              </span>
              {may ? (
                <button
                  type="button"
                  className="danger"
                  disabled={act.running}
                  onClick={() => act.run(() => call('DELETE', `/api/clients/${client.id}`))}
                >
                  Remove
                </button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Grants({ path, title }: { readonly path: string; readonly title: string }): ReactNode {
  const grants = useQuery({ queryKey: ['grants', path], queryFn: () => call<{ grants: readonly Grant[] }>('GET', path) });
  const act = useAct();
  const list = grants.data?.grants ?? [];
  return (
    <section className="stack tight" aria-labelledby="grants">
      <h2 id="grants">{title}</h2>
      <Problem error={grants.error ?? act.error} />
      {grants.data !== undefined && list.length === 0 ? <p className="soft">Nothing.</p> : null}
      {list.length === 0 ? null : (
        <ul className="stack tight rows">
          {list.map((grant) => (
            <li key={grant.id} className="row spread">
              <span>
                <Foreign text={grant.name} /> to <Foreign text={grant.clientName} />: <Foreign text={grant.scope} />{' '}
                <span className="soft small">
                  <When at={grant.created} /> from <Foreign text={grant.address} />
                </span>
              </span>
              <button
                type="button"
                className="danger"
                disabled={act.running}
                onClick={() => act.run(() => call('DELETE', `${path}/${grant.id}`))}
              >
                Take back
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
