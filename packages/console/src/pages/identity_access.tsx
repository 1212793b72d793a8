import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { Badge, Foreign, Problem, SameByApi, When } from '../ui/parts.tsx';

type Access = {
  readonly kind: 'person' | 'agent' | 'key' | 'grant';
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly permissions: readonly string[];
  /** Patterns by kind (models, tools, hosts, apps, datasets); none = all. */
  readonly limits: Readonly<Record<string, readonly string[]>>;
  readonly used: number | null;
  readonly usedPermissions: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  readonly review: { readonly decision: 'confirmed' | 'withdrawn'; readonly reviewer: string; readonly at: number } | null;
};

/** Who can do what, when it was used, and what reviewers say of it. */
export function AccessReview({ may, self }: { readonly may: boolean; readonly self: string }): ReactNode {
  const list = useQuery({ queryKey: ['access'], queryFn: () => call<{ access: readonly Access[] }>('GET', '/api/access') });
  const [all, setAll] = useState(false);
  const access = list.data?.access ?? [];
  const shown = access.filter((one) => all || one.warnings.length > 0 || one.review === null);
  return (
    <section className="stack tight" aria-labelledby="access">
      <div className="row spread">
        <h2 id="access">Access review</h2>
        <div className="row">
          <label className="row small">
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> Also what was reviewed and is fine
          </label>
          <button type="button" disabled={access.length === 0} onClick={() => download(access)}>
            Export
          </button>
        </div>
      </div>
      <Problem error={list.error} />
      {list.data !== undefined && shown.length === 0 ? (
        <p className="soft">Everything was reviewed, and nothing is dormant or too much.</p>
      ) : null}
      {shown.length === 0 ? null : (
        <div className="table" tabIndex={0} role="region" aria-label="Access">
          <table>
            <thead>
              <tr>
                <th>Who</th>
                <th>May</th>
                <th>Last used</th>
                <th>Look at</th>
                <th>
                  <span className="sr">Decision</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <AccessRow key={`${one.kind} ${one.id}`} access={one} may={may && one.id !== self} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <SameByApi
        commands={[
          'sallyport access list',
          'GET /api/access',
          'POST /api/access {"kind": "key", "id": "ID", "decision": "withdraw", "note": "TEXT"}',
        ]}
      />
    </section>
  );
}

function AccessRow({ access, may }: { readonly access: Access; readonly may: boolean }): ReactNode {
  const act = useAct();
  const { kind, id, review } = access;
  const decide = (decision: 'confirm' | 'withdraw'): void => act.run(() => call('POST', '/api/access', { kind, id, decision }));
  return (
    <tr>
      <td>
        <Foreign text={access.name} /> <Badge>{kind}</Badge>
        {access.about === '' ? null : (
          <div className="soft small">
            <Foreign text={access.about} />
          </div>
        )}
      </td>
      <td className="small">
        {access.permissions.length === 0 ? (
          'the gateway only'
        ) : access.permissions.length > 8 ? (
          `${access.permissions.length} permissions`
        ) : (
          <Foreign text={access.permissions.join(' ')} />
        )}
        {Object.entries(access.limits).map(([kind, patterns]) =>
          patterns.length === 0 ? null : (
            <div key={kind}>
              {kind}: <Foreign text={patterns.join(' ')} most={200} />
            </div>
          ),
        )}
      </td>
      <td>{access.used === null ? 'never' : <When at={access.used} />}</td>
      <td className="small">
        {access.warnings.map((warning) => (
          <div key={warning}>{warning}</div>
        ))}
      </td>
      <td>
        <Problem error={act.error} />
        {review === null ? null : (
          <div className="small soft">
            {review.decision} by <Foreign text={review.reviewer} />, <When at={review.at} />
          </div>
        )}
        {may ? (
          <div className="row">
            <button type="button" disabled={act.running} aria-label={`Confirm ${access.name}`} onClick={() => decide('confirm')}>
              Confirm
            </button>
            <button
              type="button"
              className="danger"
              disabled={act.running}
              aria-label={`Withdraw ${access.name}`}
              onClick={() => decide('withdraw')}
            >
              Withdraw
            </button>
          </div>
        ) : null}
      </td>
    </tr>
  );
}

/** The list as a file: what the API answers. */
function download(access: readonly Access[]): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(access, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `access-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
