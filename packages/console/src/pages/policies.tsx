import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { Badge, Foreign, PageHead, Problem, SameByApi } from '../ui/parts.tsx';
import { plural } from '../ui/text.ts';
import { Trial } from './trial.tsx';

export type Rule = {
  readonly id: string;
  readonly on: readonly string[];
  readonly when: string;
  readonly then?: string;
  readonly mask?: string;
  readonly enforced: boolean;
  readonly why: string;
  readonly builtin: boolean;
};
type PolicyState = {
  readonly version: string;
  readonly rules: readonly Rule[];
  readonly warnings?: readonly { rule: string; message: string }[];
  readonly problems?: readonly { rule: string; message: string }[];
};
export const policyQuery = queryOptions({ queryKey: ['policy'], queryFn: () => call<PolicyState>('GET', '/api/policy') });

/** The rules: what each does, whether it is enforced, and what it would have done to recorded requests. */
export function Policies(): ReactNode {
  const policy = useQuery(policyQuery);
  const account = useQuery(accountQuery);
  const may = account.data?.permissions.includes('policy:write') ?? false;
  const rules = policy.data?.rules ?? [];
  return (
    <div className="stack">
      <PageHead title="Policies" actions={<Link to="/policies/own">Own rules</Link>}>
        {plural(rules.filter(({ enforced }) => enforced).length, 'rule')} enforced, {rules.filter(({ enforced }) => !enforced).length}{' '}
        observed: those record what they would do and change nothing.
      </PageHead>
      <Problem error={policy.error} />
      {(policy.data?.problems ?? []).map(({ rule, message }) => (
        <p key={rule + message} className="notice deny">
          A change was refused: <span className="mono">{rule}</span> <Foreign text={message} />
        </p>
      ))}
      {rules.map((rule) => (
        <RuleCard key={rule.id} rule={rule} may={may} />
      ))}
      <SameByApi
        commands={[
          'sallyport policy list',
          'sallyport policy test RULE',
          'sallyport policy enforce RULE',
          'sallyport policy observe RULE',
          'POST /api/policy/modes {"rules": ["RULE"], "mode": "enforce"}',
        ]}
      />
    </div>
  );
}

function RuleCard({ rule, may }: { readonly rule: Rule; readonly may: boolean }): ReactNode {
  const act = useAct();
  const [tried, setTried] = useState(false);
  const set = (mode: 'enforce' | 'observe'): void => act.run(() => call('POST', '/api/policy/modes', { rules: [rule.id], mode }));
  return (
    <article className="card stack tight" id={rule.id}>
      <div className="row spread">
        <div className="row">
          <h2 className="mono">{rule.id}</h2>
          <Badge tone={rule.enforced ? 'fine' : 'warn'}>{rule.enforced ? 'enforced' : 'observed'}</Badge>
          <Badge tone={rule.then === undefined ? 'mask' : 'none'}>{rule.then ?? 'mask'}</Badge>
          {rule.builtin ? <Badge>default policy</Badge> : null}
        </div>
        <div className="row">
          <button type="button" aria-expanded={tried} aria-label={`Try on recorded requests: ${rule.id}`} onClick={() => setTried(!tried)}>
            Try on recorded requests
          </button>
          {may ? (
            <button
              type="button"
              disabled={act.running}
              aria-label={`${rule.enforced ? 'Only observe' : 'Enforce'} ${rule.id}`}
              className={rule.enforced ? '' : 'primary'}
              onClick={() => set(rule.enforced ? 'observe' : 'enforce')}
            >
              {rule.enforced ? 'Only observe' : 'Enforce'}
            </button>
          ) : null}
        </div>
      </div>
      <p>
        <Foreign text={rule.why} />
      </p>
      <p className="soft small">
        at {rule.on.join(', ')}
        {rule.mask === undefined ? '' : `; masks ${rule.mask}`}
      </p>
      <pre tabIndex={0} aria-label={`Condition of ${rule.id}`}>
        {rule.when}
      </pre>
      <Problem error={act.error} />
      {tried ? <Trial rule={rule.id} /> : null}
    </article>
  );
}
