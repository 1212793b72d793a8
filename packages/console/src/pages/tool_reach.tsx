import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import { principalsQuery, withQuery, type Combination, type Leg, type Reach, type ReachTool, type Source } from '../api/tools.ts';
import { Effect } from '../ui/flow.tsx';
import { Badge, Choice, Empty, Foreign, PageHead, Problem, SameByApi } from '../ui/parts.tsx';
import { Table } from '../ui/table.tsx';
import { drawable, plural } from '../ui/text.ts';
import { LEG_WORDS } from './tool_definition.tsx';
import { LEGS, ReachGraph } from './tool_reach_graph.tsx';
import { LookAround, MadeUp, of, useSource } from './tools_demo.tsx';

/** What an agent can do with all of its tools together, and which of them are dangerous beside each other. */
export function ReachPage(): ReactNode {
  const { who }: { who?: string } = useSearch({ strict: false });
  const source = useSource();
  const navigate = useNavigate();
  const principals = useQuery(principalsQuery(source));
  const all = principals.data?.principals ?? [];
  const chosen = all.find(({ id }) => id === who) ?? all[0];
  return (
    <div className="stack">
      <PageHead
        title="Agents’ reach"
        actions={
          <Link to="/tools" search={of(source)}>
            All servers
          </Link>
        }
      >
        Tools that are harmless alone can be dangerous together: what somebody else wrote steers the agent, and another tool carries things
        out.
      </PageHead>
      <MadeUp source={source} to="/tools/reach" />
      <Problem error={principals.error} />
      {principals.data !== undefined && chosen === undefined ? (
        <Empty action={<LookAround to="/tools/reach" />}>Nobody may use tools yet: there is no key and no agent.</Empty>
      ) : null}
      {chosen === undefined ? null : (
        <>
          <Choice
            label="Whose reach"
            value={chosen.id}
            onChange={(event) => void navigate({ to: '/tools/reach', search: { ...of(source), who: event.target.value } })}
          >
            {all.map(({ id, name, kind }) => (
              <option key={id} value={id}>
                {drawable(name, 100)} ({kind})
              </option>
            ))}
          </Choice>
          <Shown who={chosen.id} source={source} />
        </>
      )}
      <SameByApi
        commands={[
          'GET /api/mcp/principals',
          `GET /api/mcp/reach?who=${chosen?.id ?? 'ID'}`,
          'sallyport mcp scan                # the same of the apps on this machine',
          'sallyport agent change NAME --tools "shop__*"',
        ]}
      />
    </div>
  );
}

function Shown({ who, source }: { readonly who: string; readonly source: Source }): ReactNode {
  const found = useQuery({
    queryKey: ['mcp-reach', source, who],
    queryFn: () => call<Reach>('GET', withQuery('/api/mcp/reach', { who, source })),
  });
  const reach = found.data;
  if (reach === undefined) return found.error === null ? <div aria-busy="true" /> : <Problem error={found.error} />;
  if (reach.tools.length === 0)
    return (
      <Empty
        action={
          <Link to="/tools" search={of(source)}>
            Servers & tools
          </Link>
        }
      >
        {reach.withheld.length === 0
          ? 'It reaches no tool: no server lets it, or nobody has used one yet.'
          : `It reaches no tool: all ${reach.withheld.length} are in quarantine.`}
      </Empty>
    );
  return (
    <>
      <Combinations combinations={reach.combinations} />
      <ReachGraph reach={reach} />
      <section className="stack tight" aria-labelledby="reach-table">
        <h2 id="reach-table">The same as a table</h2>
        <Table
          label="Tools and what they can do"
          rows={reach.tools}
          id={(tool) => `${tool.server}/${tool.name}`}
          columns={columnsOf(reach)}
        />
      </section>
      {reach.withheld.length === 0 ? null : (
        <p className="small soft">
          Withheld, and not in this: {reach.withheld.map(({ server, name }) => `${server}/${drawable(name, 100)}`).join(', ')}.{' '}
          <Link to="/tools/quarantine" search={of(source)}>
            Look at {plural(reach.withheld.length, 'definition')}
          </Link>
        </p>
      )}
    </>
  );
}

/** The same in the words of headings. */
const HEADS: Readonly<Record<Leg, string>> = {
  private: 'Reads private',
  untrusted: 'Reads untrusted',
  outside: 'Sends out',
  destructive: 'Destroys',
};

function columnsOf({ combinations }: Reach): Parameters<typeof Table<ReachTool>>[0]['columns'] {
  return [
    { title: 'Server', cell: ({ server }) => server },
    { title: 'Tool', style: 'mono', cell: ({ name }) => <Foreign text={name} most={120} /> },
    { title: 'Effect', cell: ({ effect }) => <Effect effect={effect} /> },
    ...LEGS.map((leg) => ({
      title: HEADS[leg],
      cell: ({ legs }: ReachTool) => (legs.includes(leg) ? <Badge tone="warn">yes</Badge> : <span className="soft">no</span>),
    })),
    {
      title: 'Part of',
      style: 'small' as const,
      cell: (tool: ReachTool) =>
        combinations
          .filter(({ by }) => Object.values(by).some((tools) => tools.includes(`${tool.server}/${tool.name}`)))
          .map(({ kind }) => kind)
          .join(', '),
    },
  ];
}

const KINDS: Readonly<Record<Combination['kind'], { readonly title: string; readonly why: string; readonly fix: string }>> = {
  exfiltration: {
    title: 'Private data can be carried out',
    why: 'A text that somebody else wrote can have this agent read private data and send it out. The three together are called the lethal trifecta.',
    fix: 'Give one of the three to another agent that shares no conversation with this one, take tools away by the access of a server or by the agent’s list of tools, or have what sends out ask: enforce the rule information-flow.',
  },
  sabotage: {
    title: 'Things can be destroyed',
    why: 'A text that somebody else wrote can have this agent destroy things.',
    fix: 'Let another agent destroy, or have those tools ask: a rule on tool_call for what destroys (the effect of a tool is known to rules).',
  },
};

/** Each dangerous combination, explained, with the tools that make it. */
function Combinations({ combinations }: { readonly combinations: readonly Combination[] }): ReactNode {
  if (combinations.length === 0)
    return (
      <p className="notice">
        <Badge tone="fine">no dangerous combination</Badge> By what is known of these tools, no text that somebody else wrote can have this
        agent carry private data out or destroy things.
      </p>
    );
  return combinations.map(({ kind, by }) => (
    <section key={kind} className="notice deny stack tight" aria-label={KINDS[kind].title}>
      <h2 className="row">
        <Badge tone="deny">{kind}</Badge> {KINDS[kind].title}
      </h2>
      <p>{KINDS[kind].why}</p>
      <ul className="stack tight">
        {(Object.entries(by) as [Leg, readonly string[]][]).map(([leg, tools]) => (
          <li key={leg}>
            <strong>{LEG_WORDS[leg]}</strong>:{' '}
            <span className="mono small">
              <Foreign text={tools.join(', ')} most={600} />
            </span>
          </li>
        ))}
      </ul>
      <p className="small soft">{KINDS[kind].fix}</p>
    </section>
  ));
}
