import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { Badge, Empty, Field, Foreign, Form, PageHead, Problem, SameByApi, textOf } from '../ui/parts.tsx';

type Provider = {
  readonly provider: string;
  readonly kind: string;
  readonly circuit: string;
  readonly inFlight: number;
  readonly key: 'set' | 'missing' | 'none';
  readonly lastError?: string;
  readonly baseUrl: string;
  readonly models: readonly string[];
};
type Tested = {
  readonly ok: boolean;
  readonly milliseconds?: number;
  readonly models?: number;
  readonly reason?: string;
  readonly detail?: string;
};

/** Where requests go: address, models, health, and the keys that were given here. */
export function Providers(): ReactNode {
  const providers = useQuery({
    queryKey: ['providers'],
    queryFn: () => call<{ providers: readonly Provider[] }>('GET', '/api/providers'),
    refetchInterval: 5_000,
  });
  const account = useQuery(accountQuery);
  const may = account.data?.permissions.includes('providers:write') ?? false;
  const all = providers.data?.providers ?? [];
  return (
    <div className="stack">
      <PageHead title="Providers">Where requests go. The practice model is always there and needs no key.</PageHead>
      <Problem error={providers.error} />
      {providers.data !== undefined && all.length === 0 ? (
        <Empty>
          None is configured. Add one under <code>providers:</code> in sallyport.yaml; its key can be given here.
        </Empty>
      ) : null}
      {all.map((one) => (
        <Card key={one.provider} provider={one} may={may} />
      ))}
      {may ? <GiveKey /> : null}
      <SameByApi
        commands={[
          'sallyport provider list',
          'sallyport provider test NAME',
          'sallyport provider key set NAME',
          'GET /api/providers',
          'PUT /api/provider-keys/NAME',
        ]}
      />
    </div>
  );
}

function Card({ provider, may }: { readonly provider: Provider; readonly may: boolean }): ReactNode {
  const act = useAct();
  const [tested, setTested] = useState<Tested>();
  const test = (): void =>
    act.run(async () => setTested(await call<Tested>('POST', `/api/providers/${encodeURIComponent(provider.provider)}/test`)));
  return (
    <article className="card stack tight">
      <div className="row spread">
        <div className="row">
          <h2>
            <Foreign text={provider.provider} />
          </h2>
          <Badge>{provider.kind}</Badge>
          <Badge tone={provider.circuit === 'closed' ? 'fine' : 'deny'}>
            {provider.circuit === 'closed' ? 'healthy' : `circuit ${provider.circuit.replace('_', ' ')}`}
          </Badge>
          {provider.key === 'missing' ? <Badge tone="deny">key missing</Badge> : null}
        </div>
        {may ? (
          <button type="button" disabled={act.running} onClick={test}>
            {act.running ? 'Testing…' : 'Test'}
          </button>
        ) : null}
      </div>
      <p className="mono">
        <Foreign text={provider.baseUrl} />
      </p>
      <p className="small soft">
        Models: <Foreign text={provider.models.join(', ')} most={400} />
        {provider.lastError === undefined ? '' : `; last error ${provider.lastError}`}
      </p>
      <Problem error={act.error} />
      {tested === undefined ? null : (
        <p className={`notice ${tested.ok ? '' : 'deny'}`} role="status">
          {tested.ok ? (
            `It answers in ${tested.milliseconds ?? 0} ms and lists ${tested.models ?? 0} models.`
          ) : (
            <Foreign text={`${tested.reason ?? ''}: ${tested.detail ?? ''}`} most={400} />
          )}
        </p>
      )}
    </article>
  );
}

/** A key goes in and never comes out; the configuration names it as `${sealed:NAME}`. */
function GiveKey(): ReactNode {
  const [done, setDone] = useState<string>();
  const act = useAct();
  const send = async (data: FormData): Promise<void> => {
    const name = textOf(data, 'name');
    await call('PUT', `/api/provider-keys/${encodeURIComponent(name)}`, { key: textOf(data, 'key') });
    setDone(name);
    act.run(async () => undefined);
  };
  return (
    <section className="card stack" aria-labelledby="give">
      <h2 id="give">Give a key</h2>
      <p className="soft">
        It is sealed in the store and used at once by providers whose <code>apiKey</code> is <code>{'${sealed:NAME}'}</code>.
      </p>
      <Form key={done ?? ''} onSend={send} send="Seal the key">
        <Field label="Name" name="name" required pattern="[a-z][a-z0-9-]*" hint="As the configuration names it." />
        <Field label="Key" name="key" type="password" autoComplete="off" required />
      </Form>
      {done === undefined ? null : (
        <p role="status">
          The key <span className="mono">{done}</span> is sealed.
        </p>
      )}
    </section>
  );
}
