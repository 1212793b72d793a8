import type { ReactNode } from 'react';
import type { Leg, Reach, ReachTool } from '../api/tools.ts';
import { drawable } from '../ui/text.ts';
import { LEG_WORDS } from './tool_definition.tsx';

export const LEGS: readonly Leg[] = ['private', 'untrusted', 'outside', 'destructive'];

const ROW = 30;
const BOX = 26;
const TOP = 12;
/** Left edge and width of each column: who, servers, tools, what they can do. */
const WHO = { x: 10, width: 130 };
const SERVER = { x: 190, width: 130 };
const TOOL = { x: 370, width: 210 };
const CAN = { x: 690, width: 206 };
/** Tools that are drawn; more are read in the table. */
const MOST = 80;

type Column = { readonly x: number; readonly width: number };
type Placed = { readonly tool: ReachTool; readonly y: number };

/** Who reaches what by which server; what is dangerous together is drawn strong and in the colour of danger. The table below says the same. */
export function ReachGraph({ reach }: { readonly reach: Reach }): ReactNode {
  const { who, tools, combinations } = reach;
  if (tools.length > MOST) return <p className="soft">There are more than {MOST} tools: too many to draw. The table has them all.</p>;
  const sorted = tools.toSorted((a, b) => (a.server < b.server ? -1 : a.server > b.server ? 1 : 0));
  const placed = place(sorted);
  const height = Math.max((placed.at(-1)?.y ?? 0) + ROW, LEGS.length * 64) + TOP;
  const middle = height / 2 - BOX / 2;
  const servers = [...new Set(sorted.map(({ server }) => server))].map((name) => ({ name, y: middleOf(placed, name) }));
  const legs = new Map(LEGS.map((leg, at) => [leg, ((at + 0.5) * height) / LEGS.length - BOX / 2]));
  const toxic = new Set(combinations.flatMap(({ by }) => Object.keys(by) as Leg[]));
  return (
    <figure className="graph reach">
      <div className="table" tabIndex={0} role="region" aria-label="Graph of the reach">
        <svg
          viewBox={`0 0 ${CAN.x + CAN.width + 10} ${height}`}
          width={CAN.x + CAN.width + 10}
          height={height}
          role="img"
          aria-label={drawable(saysOf(reach), 4_000)}
        >
          {servers.map(({ name, y }) => (
            <Line key={name} from={WHO} at={middle} to={SERVER} until={y} />
          ))}
          {placed.map(({ tool, y }) => (
            <Line
              key={`${tool.server} ${tool.name}`}
              from={SERVER}
              at={servers.find(({ name }) => name === tool.server)?.y ?? 0}
              to={TOOL}
              until={y}
            />
          ))}
          {placed.flatMap(({ tool, y }) =>
            tool.legs.map((leg) => (
              <Line
                key={`${tool.server} ${tool.name} ${leg}`}
                from={TOOL}
                at={y}
                to={CAN}
                until={legs.get(leg) ?? 0}
                toxic={toxic.has(leg)}
                title={`${tool.name} ${LEG_WORDS[leg]}`}
              />
            )),
          )}
          <Box column={WHO} y={middle} text={drawable(who.name, 18)} head />
          {servers.map(({ name, y }) => (
            <Box key={name} column={SERVER} y={y} text={drawable(name, 18)} />
          ))}
          {placed.map(({ tool, y }) => (
            <Box
              key={`${tool.server} ${tool.name}`}
              column={TOOL}
              y={y}
              text={drawable(tool.name, 28)}
              toxic={tool.legs.some((leg) => toxic.has(leg))}
            />
          ))}
          {LEGS.map((leg) => (
            <Box key={leg} column={CAN} y={legs.get(leg) ?? 0} text={LEG_WORDS[leg]} toxic={toxic.has(leg)} head />
          ))}
        </svg>
      </div>
      <figcaption className="row small soft">
        <span>From left to right: who, servers, tools, what they can do.</span>
        {toxic.size === 0 ? null : <span className="key toxic">part of a dangerous combination</span>}
      </figcaption>
    </figure>
  );
}

/** Tools one below the other, with a gap between servers. */
function place(tools: readonly ReachTool[]): Placed[] {
  let y = TOP - ROW;
  return tools.map((tool, at) => {
    y += ROW + (at > 0 && tools[at - 1]?.server !== tool.server ? 12 : 0);
    return { tool, y };
  });
}

function middleOf(placed: readonly Placed[], server: string): number {
  const own = placed.filter(({ tool }) => tool.server === server).map(({ y }) => y);
  return ((own[0] ?? 0) + (own.at(-1) ?? 0)) / 2;
}

function Box({
  column: { x, width },
  y,
  text,
  toxic = false,
  head = false,
}: {
  readonly column: Column;
  readonly y: number;
  readonly text: string;
  readonly toxic?: boolean;
  readonly head?: boolean;
}): ReactNode {
  return (
    <g transform={`translate(${x} ${y})`}>
      <rect width={width} height={BOX} rx="6" className={toxic ? 'box toxic' : 'box'} />
      <text x="10" y="18" className={head ? 'head' : undefined}>
        {text}
      </text>
    </g>
  );
}

function Line({
  from,
  at,
  to,
  until,
  toxic = false,
  title,
}: {
  readonly from: Column;
  readonly at: number;
  readonly to: Column;
  readonly until: number;
  readonly toxic?: boolean;
  readonly title?: string;
}): ReactNode {
  const [x1, y1, x2, y2] = [from.x + from.width, at + BOX / 2, to.x, until + BOX / 2];
  const bend = (x2 - x1) / 2;
  return (
    <g className={toxic ? 'line toxic' : 'line'}>
      {title === undefined ? null : <title>{drawable(title, 200)}</title>}
      <path d={`M ${x1} ${y1} C ${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 6} ${y2}`} />
      <path className="tip" d={`M ${x2} ${y2} l -8 -4 v 8 z`} />
    </g>
  );
}

function saysOf({ who, servers, tools, combinations }: Reach): string {
  const of = (leg: Leg): string =>
    tools
      .filter(({ legs }) => legs.includes(leg))
      .map(({ server, name }) => `${server}/${name}`)
      .join(', ');
  const said = LEGS.map((leg) => `${LEG_WORDS[leg]}: ${of(leg) || 'no tool'}`).join('; ');
  const toxic = combinations.length === 0 ? 'no dangerous combination' : `dangerous: ${combinations.map(({ kind }) => kind).join(', ')}`;
  return `${who.name} reaches ${tools.length} tools of ${servers.length} servers; ${toxic}. ${said}`;
}
