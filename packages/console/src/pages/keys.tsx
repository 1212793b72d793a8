import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Badge, Copy, Empty, Field, Foreign, Form, PageHead, Problem, SameByApi, textOf, When } from '../ui/parts.tsx';
import { Table } from '../ui/table.tsx';

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
  readonly tokensPerMinute: number | null;
  readonly microsPerDay: number | null;
  readonly microsPerMonth: number | null;
};

type Spending = {
  readonly usdPerDay: number | null;
  readonly usdPerMonth: number | null;
  readonly spent: readonly { readonly scope: string; readonly day: number; readonly month: number }[];
};

export const keysQuery = queryOptions({ queryKey: ['keys'], queryFn: () => call<{ keys: readonly Key[] }>('GET', '/api/keys') });

const spendingQuery = queryOptions({
  queryKey: ['spending'],
  queryFn: () => call<Spending>('GET', '/api/spending'),
  refetchInterval: 10_000,
});

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
      <Organisation />
      {list.length > 0 ? <KeyTable keys={list} may={may} /> : null}
      {making ? <NewKey onClose={() => setMaking(false)} /> : null}
      <SameByApi
        commands={[
          'sallyport key create --name NAME --rpm 60',
          'sallyport key create --name NAME --usd-per-day 20 --usd-per-month 200 --tpm 100000',
          'sallyport key list',
          'GET /api/spending',
          'sallyport key revoke ID',
          'POST /api/keys {"name": "NAME"}',
        ]}
      />
    </div>
  );
}

function KeyTable({ keys, may }: { readonly keys: readonly Key[]; readonly may: boolean }): ReactNode {
  const act = useAct();
  const spent = useQuery(spendingQuery);
  return (
    <>
      <Problem error={act.error} />
      <Table
        label="Keys"
        rows={keys}
        id={(key) => key.id}
        columns={[
          {
            title: 'Name',
            cell: (key) => (
              <>
                <Foreign text={key.name} />
                <div className="mono soft">{key.id}</div>
              </>
            ),
          },
          { title: 'State', cell: (key) => <State keyState={key} /> },
          { title: 'Models', cell: (key) => <Foreign text={key.models.length === 0 ? 'all' : key.models.join(' ')} /> },
          { title: 'Limits', style: 'small', cell: (key) => limitsOf(key) },
          {
            title: 'Spent',
            cell: (key) => <Budgets of={key} spent={spent.data?.spent.find(({ scope }) => scope === key.id)} />,
          },
          { title: 'Made', cell: (key) => <When at={key.created} /> },
          {
            title: 'Actions',
            quiet: true,
            cell: (key) =>
              may && key.revoked === null ? (
                <button
                  type="button"
                  className="danger"
                  disabled={act.running}
                  onClick={() => act.run(() => call('DELETE', `/api/keys/${key.id}`))}
                >
                  Revoke
                </button>
              ) : null,
          },
        ]}
      />
    </>
  );
}

/** The organisation's own budget, where `limits:` sets one. */
function Organisation(): ReactNode {
  const spending = useQuery(spendingQuery);
  if (spending.data === undefined) return null;
  const { usdPerDay, usdPerMonth, spent } = spending.data;
  if (usdPerDay === null && usdPerMonth === null) return null;
  const own = spent.find(({ scope }) => scope === 'tenant');
  return (
    <section className="card" aria-label="Spending of the organisation">
      <h2>The organisation</h2>
      <Meter label="today" spent={own?.day ?? 0} most={usdPerDay} />
      <Meter label="this month" spent={own?.month ?? 0} most={usdPerMonth} />
    </section>
  );
}

const MICROS = 1_000_000;

function Budgets({
  of,
  spent,
}: {
  readonly of: Key;
  readonly spent: { readonly day: number; readonly month: number } | undefined;
}): ReactNode {
  const usd = (micros: number | null): number | null => (micros === null ? null : micros / MICROS);
  if (of.microsPerDay === null && of.microsPerMonth === null) return <span className="small soft">no budget</span>;
  return (
    <>
      <Meter label="today" spent={spent?.day ?? 0} most={usd(of.microsPerDay)} />
      <Meter label="this month" spent={spent?.month ?? 0} most={usd(of.microsPerMonth)} />
    </>
  );
}

/** What is spent of what may be, drawn and in numbers. */
function Meter({ label, spent, most }: { readonly label: string; readonly spent: number; readonly most: number | null }): ReactNode {
  if (most === null) return null;
  const text = `${spent.toFixed(2)} of ${most.toFixed(2)} USD ${label}`;
  return (
    <div className="small">
      <meter min={0} max={most} high={most * 0.9} value={spent} aria-label={text} /> {text}
    </div>
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
    key.tokensPerMinute === null ? '' : `${key.tokensPerMinute} tokens a minute`,
  ];
  return limits.filter((limit) => limit !== '').join(', ') || 'none';
}

function NewKey({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [made, setMade] = useState<string>();
  const act = useAct();
  const send = async (data: FormData): Promise<void> => {
    const number = (name: string): Record<string, number> => (textOf(data, name) === '' ? {} : { [name]: Number(textOf(data, name)) });
    const patterns = (name: string): Record<string, string[]> => {
      const given = textOf(data, name)
        .split(/[\s,]+/)
        .filter((one) => one !== '');
      return given.length === 0 ? {} : { [name]: given };
    };
    const reply = await call<{ key: string }>('POST', '/api/keys', {
      name: textOf(data, 'name'),
      ...patterns('models'),
      ...patterns('tools'),
      ...number('requestsPerMinute'),
      ...number('concurrency'),
      ...number('tokensPerMinute'),
      ...number('usdPerDay'),
      ...number('usdPerMonth'),
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
        <Field label="Tools" name="tools" hint="Patterns such as mail_*; all when empty." />
        <Field label="Requests a minute" name="requestsPerMinute" type="number" min={1} />
        <Field label="Requests at once" name="concurrency" type="number" min={1} />
        <Field label="Tokens a minute" name="tokensPerMinute" type="number" min={1} />
        <Field label="USD a day" name="usdPerDay" type="number" min={0} step="any" hint="Days and months are those of UTC." />
        <Field label="USD a month" name="usdPerMonth" type="number" min={0} step="any" />
        <Field label="Days until it expires" name="expiresDays" type="number" min={1} max={3650} />
      </Form>
    </Dialog>
  );
}
