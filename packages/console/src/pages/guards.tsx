import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { guardsQuery, type Guard } from '../api/guards.ts';
import { Badge, PageHead, Problem, SameByApi } from '../ui/parts.tsx';
import { percent, plural } from '../ui/text.ts';
import { Decide, Decisions } from './guard_choice.tsx';

/** Every detector: what it finds and what it lets pass, how it was measured, where it runs; its switch and its threshold. */
export function Guards(): ReactNode {
  const guards = useQuery(guardsQuery);
  const account = useQuery(accountQuery);
  const may = account.data?.permissions.includes('policy:write') ?? false;
  const all = guards.data?.guards ?? [];
  const off = all.filter(({ on }) => !on).length;
  return (
    <div className="stack">
      <PageHead title="Guards">
        {plural(all.length - off, 'detector')} on{off === 0 ? '' : `, ${off} off`}. They only find; what follows is said by the policies.
      </PageHead>
      <Problem error={guards.error} />
      {guards.data === undefined ? null : <Decisions history={guards.data.history} guards={all} may={may} />}
      {all.map((guard) => (
        <article key={guard.id} className="card stack tight" id={guard.id}>
          <div className="row spread">
            <div className="row">
              <h2 className="mono">{guard.id}</h2>
              <Badge tone={guard.on ? 'fine' : 'warn'}>{guard.on ? 'on' : 'off'}</Badge>
              <Badge>{guard.category.replaceAll('_', ' ')}</Badge>
              {guard.confidence === 0 ? null : <Badge>from {percent(guard.confidence)}</Badge>}
              {isDecided(guard) ? <Badge tone="mask">decided here</Badge> : null}
            </div>
            {may ? <Decide guard={guard} /> : null}
          </div>
          <p>{guard.finds}</p>
          <Facts guard={guard} />
        </article>
      ))}
      <SameByApi
        commands={[
          'sallyport guard list',
          'sallyport guard set DETECTOR --off --try',
          'sallyport guard set DETECTOR --threshold 0.7',
          'GET /api/guards',
          'PUT /api/guards/DETECTOR {"on": false, "base": 0}',
          '# sallyport.yaml, where it can be reviewed',
          'guards: { off: [DETECTOR], threshold: 0.5 }',
          'tenants: { NAME: { guards: { off: [DETECTOR] } } }',
        ]}
      />
    </div>
  );
}

function isDecided({ on, confidence, configured }: Guard): boolean {
  return on !== configured.on || confidence !== configured.confidence;
}

function Facts({ guard }: { readonly guard: Guard }): ReactNode {
  return (
    <dl className="facts">
      <div>
        <dt>Finds</dt>
        <dd className="mono">{guard.example}</dd>
      </div>
      <div>
        <dt>Passes</dt>
        <dd className="mono">{guard.passes}</dd>
      </div>
      <div>
        <dt>Looks at, and what happens when it fails there</dt>
        <dd>
          {Object.entries(guard.points)
            .map(([point, outcome]) => `${point.replaceAll('_', ' ')} (${outcome})`)
            .join(', ')}
        </dd>
      </div>
      <div>
        <dt>In a stream</dt>
        <dd>{STREAM[guard.stream] ?? guard.stream}</dd>
      </div>
      {guard.measured === undefined ? null : (
        <div>
          <dt>Measured on {guard.measured.on}</dt>
          <dd>
            {percent(guard.measured.precision)} of what it finds is right; it finds {percent(guard.measured.recall)}
          </dd>
        </div>
      )}
    </dl>
  );
}

const STREAM: Readonly<Record<string, string>> = {
  prefix: 'holds back what may still become a match; nothing of it is delivered',
  window: 'judges a moving window',
  whole: 'judges the finished text; what it finds late was delivered, unless replies are buffered',
};
