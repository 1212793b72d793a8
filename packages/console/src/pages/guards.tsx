import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import { Badge, PageHead, Problem, SameByApi } from '../ui/parts.tsx';
import { percent, plural } from '../ui/text.ts';

type Guard = {
  readonly id: string;
  readonly category: string;
  readonly points: Readonly<Record<string, string>>;
  readonly finds: string;
  readonly example: string;
  readonly passes: string;
  readonly measured?: { readonly precision: number; readonly recall: number; readonly on: string };
  readonly stream: string;
  readonly on: boolean;
  /** Findings below it are left out; 0 when all are kept. */
  readonly confidence: number;
};

/** Every detector: what it finds and what it lets pass, how it was measured, where it runs. */
export function Guards(): ReactNode {
  const guards = useQuery({ queryKey: ['guards'], queryFn: () => call<{ guards: readonly Guard[] }>('GET', '/api/guards') });
  const all = guards.data?.guards ?? [];
  return (
    <div className="stack">
      <PageHead title="Guards">
        {plural(all.filter(({ on }) => on).length, 'detector')} on. They only find; what follows is said by the policies.
      </PageHead>
      <Problem error={guards.error} />
      {all.map((guard) => (
        <article key={guard.id} className="card stack tight" id={guard.id}>
          <div className="row">
            <h2 className="mono">{guard.id}</h2>
            <Badge tone={guard.on ? 'fine' : 'warn'}>{guard.on ? 'on' : 'off'}</Badge>
            <Badge>{guard.category.replaceAll('_', ' ')}</Badge>
            {guard.confidence === 0 ? null : <Badge>from {percent(guard.confidence)}</Badge>}
          </div>
          <p>{guard.finds}</p>
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
        </article>
      ))}
      <SameByApi
        commands={[
          'sallyport inspect --list',
          'GET /api/guards',
          '# sallyport.yaml',
          'guards: { off: [DETECTOR], threshold: 0.5 }',
          'tenants: { NAME: { guards: { off: [DETECTOR] } } }',
        ]}
      />
    </div>
  );
}

const STREAM: Readonly<Record<string, string>> = {
  prefix: 'holds back what may still become a match; nothing of it is delivered',
  window: 'judges a moving window',
  whole: 'judges the finished text; what it finds late was delivered, unless replies are buffered',
};
