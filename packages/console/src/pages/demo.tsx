import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { demoQuery, type Demo, type DemoDay } from '../api/demo.ts';
import { Badge, Problem } from '../ui/parts.tsx';

const SHORT = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });

/** Fourteen made-up days to look around in, or the offer of them. */
export function DemoCard({ may, offer }: { readonly may: boolean; readonly offer: boolean }): ReactNode {
  const demo = useQuery(demoQuery);
  const act = useAct();
  if (demo.data === undefined) return <Problem error={demo.error} />;
  if (demo.data.since !== null) return <Loaded demo={demo.data} may={may} />;
  if (!offer || !may) return null;
  return (
    <section className="card row spread" aria-labelledby="demo">
      <div className="stack tight">
        <h2 id="demo">Or look around first</h2>
        <p className="soft">
          14 days of a made-up company, with what this gate finds in them. They stay apart from everything real; one click takes them away.
        </p>
        <Problem error={act.error} />
      </div>
      <button type="button" disabled={act.running} onClick={() => act.run(() => call('PUT', '/api/demo'))}>
        {act.running ? 'Making it…' : 'Show demo data'}
      </button>
    </section>
  );
}

function Loaded({ demo, may }: { readonly demo: Demo; readonly may: boolean }): ReactNode {
  const sum = (of: (day: DemoDay) => number): number => demo.days.reduce((all, day) => all + of(day), 0);
  return (
    <section className="card stack demo" aria-labelledby="demo">
      <div className="row spread">
        <div className="row">
          <Badge tone="mask">demo</Badge>
          <h2 id="demo">14 days of {demo.company}</h2>
          <span className="soft small">made up; in no list, figure or proof of what is real</span>
        </div>
        {may ? <RemoveDemo /> : null}
      </div>
      <Days days={demo.days} />
      <div className="row">
        <Link to="/traffic" search={{ source: 'demo' }}>
          {demo.requests.toLocaleString()} requests
        </Link>
        <Link to="/traffic" search={{ source: 'demo', decision: 'deny' }}>
          {sum(({ refused }) => refused).toLocaleString()} refused
        </Link>
        <Link to="/policies">{sum(({ would }) => would).toLocaleString()} that rules in roll-out would have stopped</Link>
      </div>
    </section>
  );
}

export function RemoveDemo(): ReactNode {
  const act = useAct();
  return (
    <>
      <button type="button" disabled={act.running} onClick={() => act.run(() => call('DELETE', '/api/demo'))}>
        Remove the demo data
      </button>
      <Problem error={act.error} />
    </>
  );
}

const WIDTH = 24;
const HEIGHT = 96;

/** A bar a day: what went through, what would have been stopped, what was. The same in words for who does not see it. */
function Days({ days }: { readonly days: readonly DemoDay[] }): ReactNode {
  const most = Math.max(1, ...days.map(({ allowed, would, refused }) => allowed + would + refused));
  const scale = (count: number): number => (count / most) * HEIGHT;
  return (
    <figure className="days">
      <svg viewBox={`0 0 ${days.length * WIDTH} ${HEIGHT}`} role="img" aria-label={saysOf(days)} preserveAspectRatio="none">
        {days.map(({ start, allowed, would, refused }, at) => (
          <g key={start}>
            <title>{`${SHORT.format(start)}: ${allowed} allowed, ${would} would have been stopped, ${refused} refused`}</title>
            <rect className="allowed" x={at * WIDTH + 2} width={WIDTH - 4} y={HEIGHT - scale(allowed)} height={scale(allowed)} />
            <rect className="would" x={at * WIDTH + 2} width={WIDTH - 4} y={HEIGHT - scale(allowed + would)} height={scale(would)} />
            <rect
              className="refused"
              x={at * WIDTH + 2}
              width={WIDTH - 4}
              y={HEIGHT - scale(allowed + would + refused)}
              height={scale(refused)}
            />
          </g>
        ))}
      </svg>
      <figcaption className="row small soft">
        <span>
          Requests a day (UTC), {SHORT.format(days[0]?.start ?? 0)} to {SHORT.format(days.at(-1)?.start ?? 0)}; {most.toLocaleString()} at
          most
        </span>
        <span className="key allowed">allowed</span>
        <span className="key would">would have been stopped</span>
        <span className="key refused">refused</span>
      </figcaption>
    </figure>
  );
}

function saysOf(days: readonly DemoDay[]): string {
  return days
    .map(({ start, allowed, would, refused }) => `${SHORT.format(start)}: ${allowed} allowed, ${would} would, ${refused} refused`)
    .join('; ');
}
