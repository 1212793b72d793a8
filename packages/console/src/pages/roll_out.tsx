import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { Badge, Problem } from '../ui/parts.tsx';
import { plural } from '../ui/text.ts';

type Rollout = {
  readonly requests: number;
  readonly since: number;
  readonly would: number;
  readonly rules: readonly { readonly rule: string; readonly requests: number; readonly does: string; readonly example: string }[];
};

/** Enough to judge a rule by; before it the card says how far it is. */
const DAYS = 7;
const REQUESTS = 1_000;
const DAY = 86_400_000;
/** Rules in the card; the others are on their page. */
const MOST = 5;

/** What rules in roll-out would have stopped: look, enforce, undo. */
export function RollOut({ may }: { readonly may: boolean }): ReactNode {
  const rollout = useQuery({
    queryKey: ['rollout'],
    queryFn: () => call<Rollout>('GET', '/api/policy/rollout'),
    refetchInterval: 60_000,
  });
  const queries = useQueryClient();
  const act = useAct();
  const [enforced, setEnforced] = useState<readonly string[]>([]);
  if (rollout.data === undefined) return <Problem error={rollout.error} />;
  const { requests, since, would, rules } = rollout.data;
  if (requests === 0) return null;
  const days = Math.floor((Date.now() - since) / DAY);
  const enough = days >= DAYS || requests >= REQUESTS;
  const set = (rule: string, mode: 'enforce' | 'observe'): void =>
    act.run(async () => {
      await call('POST', '/api/policy/modes', { rules: [rule], mode });
      setEnforced((before) => (mode === 'enforce' ? [...before, rule] : before.filter((one) => one !== rule)));
      await queries.invalidateQueries({ queryKey: ['rollout'] });
    });
  return (
    <section className="card stack" aria-labelledby="roll-out">
      <div className="stack tight">
        <h2 id="roll-out">
          {would === 0
            ? `Rules in roll-out would have stopped none of ${plural(requests, 'request')}`
            : `Rules in roll-out would have stopped or changed ${would.toLocaleString()} of the last ${plural(requests, 'request')}`}
        </h2>
        <p className="soft small">
          {enough
            ? 'That is enough to judge by: look at what each would have done, then enforce those that fit.'
            : `Day ${days + 1} of ${DAYS}, or ${requests.toLocaleString()} of ${REQUESTS.toLocaleString()} requests: then there is enough to judge by.`}
        </p>
      </div>
      {rules.length + enforced.length === 0 ? null : (
        <ul className="plain">
          {rules.slice(0, MOST).map(({ rule, requests: stopped, does, example }) => (
            <li key={rule} className="row">
              <Link to="/policies" hash={rule} className="mono">
                {rule}
              </Link>
              <span>
                would {does} {stopped.toLocaleString()}
              </span>
              <Link to="/traffic/$uid" params={{ uid: example }}>
                look
              </Link>
              {may ? (
                <button type="button" disabled={act.running} aria-label={`Enforce ${rule}`} onClick={() => set(rule, 'enforce')}>
                  Enforce
                </button>
              ) : null}
            </li>
          ))}
          {enforced.map((rule) => (
            <li key={`enforced ${rule}`} className="row" role="status">
              <span className="mono">{rule}</span> <Badge tone="fine">enforced</Badge>
              <button type="button" disabled={act.running} aria-label={`Undo ${rule}`} onClick={() => set(rule, 'observe')}>
                Undo
              </button>
            </li>
          ))}
        </ul>
      )}
      {rules.length > MOST ? <Link to="/policies">All {rules.length} rules</Link> : null}
      <Problem error={act.error} />
    </section>
  );
}
