import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import { readEvents } from '../api/events.ts';
import { isQuarantined, pinsQuery, serversQuery, withQuery, type PinEvent, type Source, type ToolServer } from '../api/tools.ts';
import { Decision, reasonOf } from '../ui/decision.tsx';
import { Badge, Empty, Foreign, PageHead, Problem, SameByApi, When, type Tone, Fact } from '../ui/parts.tsx';
import { Principal } from '../ui/principal.tsx';
import { Table } from '../ui/table.tsx';
import { drawable, plural } from '../ui/text.ts';
import { DefinitionCard } from './tool_definition.tsx';
import { KeptApart, State } from './tools.tsx';
import { MadeUp, of, useSource } from './tools_demo.tsx';

/** One server: how it is and is kept apart, its tools with what was found in them, what became of them, and the calls of late. */
export function ToolServerPage(): ReactNode {
  const { name = '' }: { name?: string } = useParams({ strict: false });
  const source = useSource();
  const servers = useQuery(serversQuery(source));
  const server = servers.data?.servers.find((one) => one.name === name);
  return (
    <div className="stack">
      <PageHead
        title={drawable(name, 64)}
        actions={
          <Link to="/tools" search={of(source)}>
            All servers
          </Link>
        }
      >
        {server === undefined ? null : (
          <span className="mono breaks">
            <Foreign text={server.address} />
          </span>
        )}
      </PageHead>
      <MadeUp source={source} to="/tools" />
      <Problem error={servers.error} />
      {servers.data === undefined ? <div aria-busy={servers.isPending} /> : null}
      {servers.data !== undefined && server === undefined ? (
        <Empty
          action={
            <Link to="/tools" search={of(source)}>
              All servers
            </Link>
          }
        >
          There is no such server.
        </Empty>
      ) : null}
      {server === undefined ? null : <Details server={server} source={source} />}
      <SameByApi
        commands={[
          `GET /api/mcp/servers`,
          `GET /api/mcp/pins?server=${drawable(name, 64)}`,
          `GET /api/mcp/history?server=${drawable(name, 64)}`,
          `GET /api/events?kind=mcp.request&target=${drawable(name, 64)}&since=7d`,
        ]}
      />
    </div>
  );
}

function Details({ server, source }: { readonly server: ToolServer; readonly source: Source }): ReactNode {
  const { name, kind, credential, callsPerMinute, timeoutSeconds, restricted, tools, mayAsk, leftOut, sandbox } = server;
  return (
    <>
      <section className="card stack" aria-label="How it is">
        <dl className="facts">
          <Fact name="State">
            <State server={server} />
          </Fact>
          <Fact name="Kind">{kind === 'http' ? 'a server elsewhere (streamable HTTP)' : 'a program that this gate starts'}</Fact>
          <Fact name="Kept apart">
            <KeptApart server={server} />
          </Fact>
          {kind === 'stdio' ? null : (
            <Fact name="Credential">
              {{ fixed: 'the gate’s own', connection: 'the account of who asks', none: 'none' }[credential] ?? credential}
            </Fact>
          )}
          <Fact name="Who may use it">{restricted ? 'whom its access names' : 'everybody with a key for tools'}</Fact>
          <Fact name="Tools that are offered at all">{tools.length === 0 ? 'all' : tools.join(', ')}</Fact>
          <Fact name="What it may ask of its callers">{mayAsk.length === 0 ? 'nothing' : mayAsk.join(', ')}</Fact>
          <Fact name="Calls a minute">{callsPerMinute ?? 'no limit of its own'}</Fact>
          <Fact name="Time for a call">{timeoutSeconds} s</Fact>
        </dl>
        {leftOut.length === 0 ? null : (
          <ul className="stack tight">
            {leftOut.map((one, at) => (
              <li key={at} className="small">
                Left out: {one.kind} <Foreign text={one.name} most={120} />, {one.reason}
              </li>
            ))}
          </ul>
        )}
      </section>
      {sandbox === null ? null : <Protections sandbox={sandbox} />}
      <Definitions server={name} source={source} />
      <Calls server={name} source={source} />
      <History server={name} source={source} />
    </>
  );
}

const TONES: Readonly<Record<string, readonly [string, Tone]>> = {
  enforced: ['enforced', 'fine'],
  partly: ['partly', 'warn'],
  not: ['not enforced', 'deny'],
};

/** What keeps the program apart here, and what of it is not enforced on this machine. */
function Protections({ sandbox }: { readonly sandbox: NonNullable<ToolServer['sandbox']> }): ReactNode {
  return (
    <section className="stack tight">
      <h2>Sandbox on this machine</h2>
      {'refused' in sandbox ? (
        <p className="notice deny">It is not started. {sandbox.refused}</p>
      ) : (
        <Table
          label="Protections"
          rows={sandbox.enforced}
          id={({ protection }) => protection}
          columns={[
            { title: 'Protection', cell: ({ protection }) => protection },
            {
              title: 'State',
              cell: ({ state }) => {
                const [said, tone] = TONES[state] ?? [state, 'none'];
                return <Badge tone={tone}>{said}</Badge>;
              },
            },
            { title: 'How', style: 'small', cell: ({ how }) => <Foreign text={how} most={300} /> },
          ]}
        />
      )}
    </section>
  );
}

function Definitions({ server, source }: { readonly server: string; readonly source: Source }): ReactNode {
  const pins = useQuery(pinsQuery(source, server));
  // Instructions that are empty say nothing.
  const all = (pins.data?.pins ?? []).filter(({ kind, current }) => kind !== 'instructions' || current !== '');
  const waiting = all.filter(isQuarantined).length;
  return (
    <section className="stack tight" aria-labelledby="definitions">
      <div className="row spread">
        <h2 id="definitions">Tools and what it says of them</h2>
        {waiting === 0 ? null : (
          <Link to="/tools/quarantine" search={{ ...of(source), server }}>
            {plural(waiting, 'definition waits', 'definitions wait')} for you
          </Link>
        )}
      </div>
      <Problem error={pins.error} />
      {pins.data !== undefined && all.length === 0 ? (
        <p className="card soft">Nothing is known of it before somebody uses it: connect a client to /mcp/{server}.</p>
      ) : null}
      {all.map((pin) => (
        <DefinitionCard key={`${pin.kind} ${pin.name}`} pin={pin} />
      ))}
    </section>
  );
}

function Calls({ server, source }: { readonly server: string; readonly source: Source }): ReactNode {
  const calls = useQuery({
    queryKey: ['mcp-calls', source, server],
    queryFn: () =>
      readEvents({ kind: 'mcp.request', target: server, ...(source === undefined ? { since: '7d' } : { source }) }, undefined, 20),
    refetchInterval: 15_000,
  });
  const events = calls.data?.events ?? [];
  return (
    <section className="stack tight">
      <h2>Calls of late</h2>
      <Problem error={calls.error} />
      {events.length === 0 ? (
        <p className="card soft">None in the last seven days.</p>
      ) : (
        <Table
          label="Calls of late"
          rows={events}
          id={({ uid }) => uid}
          columns={[
            { title: 'When', cell: ({ time }) => <When at={time} /> },
            {
              title: 'Tool',
              style: 'mono',
              cell: ({ uid, target }) => (
                <Link to="/traffic/$uid" params={{ uid }}>
                  <Foreign text={target?.name ?? '?'} most={90} />
                </Link>
              ),
            },
            { title: 'Who', cell: ({ actor }) => <Principal id={actor.principal} source={source} /> },
            { title: 'Decision', cell: (event) => <Decision event={event} /> },
            { title: 'Why', style: 'soft small', cell: (event) => <Foreign text={reasonOf(event)} most={160} /> },
          ]}
        />
      )}
    </section>
  );
}

const HAPPENED: Readonly<Record<string, readonly [string, Tone]>> = {
  'mcp.server_seen': ['first seen', 'none'],
  'mcp.server_changed': ['changed much', 'warn'],
  'mcp.pin_quarantined': ['quarantined', 'warn'],
  'mcp.pin_approved': ['approved', 'fine'],
  'mcp.pin_rejected': ['rejected', 'deny'],
};

function History({ server, source }: { readonly server: string; readonly source: Source }): ReactNode {
  const history = useQuery({
    queryKey: ['mcp-history', source, server],
    queryFn: () => call<{ history: readonly PinEvent[] }>('GET', withQuery('/api/mcp/history', { server, source })),
  });
  const events = history.data?.history ?? [];
  return (
    <section className="stack tight">
      <h2>History of its pins</h2>
      <Problem error={history.error} />
      {events.length === 0 ? (
        <p className="card soft">Nothing has happened yet.</p>
      ) : (
        <Table
          label="History of its pins"
          rows={events}
          id={({ uid }) => uid}
          columns={[
            { title: 'When', cell: ({ time }) => <When at={time} /> },
            {
              title: 'What',
              cell: ({ kind }) => {
                const [said, tone] = HAPPENED[kind] ?? [kind, 'none'];
                return <Badge tone={tone}>{said}</Badge>;
              },
            },
            { title: 'Of', style: 'mono', cell: ({ name, of }) => <Foreign text={name === '' ? ofWords(of) : name} most={90} /> },
            { title: 'By', cell: ({ by }) => <Principal id={by} source={source} /> },
            { title: 'Why', style: 'small', cell: ({ detail }) => <Foreign text={whyOf(detail)} most={300} /> },
          ]}
        />
      )}
    </section>
  );
}

function ofWords(of: string): string {
  return of === 'mcp_server' ? 'the server' : of === 'mcp_instructions' ? 'its instructions' : of;
}

function whyOf({ why, changes, pinned, waiting }: PinEvent['detail']): string {
  if (typeof why === 'string') return why;
  if (typeof changes === 'string' && changes !== '') return changes.replaceAll('_', ' ').replaceAll(',', ', ');
  return typeof pinned === 'number' ? `${pinned} pinned, ${String(waiting)} waiting` : '';
}
