import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { call } from '../api/client.ts';
import { demoQuery } from '../api/demo.ts';
import { Foreign, Problem, When } from '../ui/parts.tsx';
import { plural } from '../ui/text.ts';

/** What a rule would have done to recorded requests. */
export type Replay = {
  readonly rule: string;
  readonly requests: number;
  readonly since: number;
  readonly changed: number;
  readonly already: number;
  readonly examples: readonly {
    readonly event: string;
    readonly time: number;
    readonly model: string;
    readonly point: string;
    readonly does: readonly string[];
    readonly findings: readonly string[];
  }[];
  readonly notKept: readonly string[];
};

/** A rule in force, tried; where demo data is shown, on that too. */
export function Trial({ rule }: { readonly rule: string }): ReactNode {
  const demo = useQuery(demoQuery);
  const [source, setSource] = useState<'' | 'demo'>('');
  const replay = useQuery({
    queryKey: ['replay', rule, source],
    queryFn: () => call<Replay>('GET', `/api/policy/replay?rule=${encodeURIComponent(rule)}${source === '' ? '' : '&source=demo'}`),
  });
  return (
    <div className="stack tight">
      {demo.data === undefined || demo.data.since === null ? null : (
        <label className="row small">
          <input type="checkbox" checked={source === 'demo'} onChange={(event) => setSource(event.target.checked ? 'demo' : '')} />
          on the demo data, not on what is recorded here
        </label>
      )}
      {replay.data === undefined ? (
        replay.error === null ? (
          <p className="soft">Trying…</p>
        ) : (
          <Problem error={replay.error} />
        )
      ) : (
        <Outcome replay={replay.data} />
      )}
    </div>
  );
}

/** The count, and the newest examples. */
export function Outcome({ replay }: { readonly replay: Replay }): ReactNode {
  const { requests, changed, already, examples, notKept } = replay;
  return (
    <div className="stack tight">
      <p>
        <strong>
          It would have changed {changed.toLocaleString()} of {plural(requests, 'recorded request')}
        </strong>
        {already > 0 ? `; it did act on ${already.toLocaleString()}.` : '.'}
      </p>
      {notKept.length > 0 ? <p className="soft small">Events do not keep {notKept.join(', ')}: the count may be off.</p> : null}
      <ul className="plain">
        {examples.map((one) => (
          <li key={`${one.event} ${one.point}`}>
            <Link to="/traffic/$uid" params={{ uid: one.event }}>
              <When at={one.time} />
            </Link>{' '}
            {one.does.join(', ')} at {one.point}: <Foreign text={one.findings.join(', ')} />
          </li>
        ))}
      </ul>
    </div>
  );
}
