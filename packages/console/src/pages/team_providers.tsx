import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { goElsewhere, signInProviders } from '../api/providers.ts';
import { Field, Foreign, Form, Problem, SameByApi, textOf, When } from '../ui/parts.tsx';

type Provider = {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly domains: readonly string[];
};

/** OpenID providers that people may sign in with. */
export function SignInProviders(): ReactNode {
  const list = useQuery({
    queryKey: ['sign-in-providers'],
    queryFn: () => call<{ providers: readonly Provider[] }>('GET', '/api/sign-in-providers'),
  });
  const act = useAct();
  const add = async (data: FormData): Promise<void> => {
    const [secret, domains] = [
      textOf(data, 'clientSecret'),
      textOf(data, 'domains')
        .split(/[\s,]+/)
        .filter((one) => one !== ''),
    ];
    await call('POST', '/api/sign-in-providers', {
      ...{ name: textOf(data, 'name'), issuer: textOf(data, 'issuer'), clientId: textOf(data, 'clientId') },
      ...(secret === '' ? {} : { clientSecret: secret }),
      ...(domains.length === 0 ? {} : { domains }),
    });
    act.run(async () => undefined);
  };
  return (
    <section className="card stack" aria-labelledby="providers">
      <h2 id="providers">Sign-in providers</h2>
      <p className="soft">
        Any OpenID provider: Okta, Auth0, Entra, Keycloak, Google. Whoever was invited by an address that the provider says is verified
        comes in by it; from then on the account itself counts, not the address.
      </p>
      <Problem error={list.error ?? act.error} />
      <ul className="stack tight rows">
        {(list.data?.providers ?? []).map((one) => (
          <li key={one.id} className="stack tight">
            <div className="row spread">
              <span>
                <Foreign text={one.name} /> <span className="soft small">{one.issuer}</span>
              </span>
              <button
                type="button"
                className="danger"
                disabled={act.running}
                onClick={() => act.run(() => call('DELETE', `/api/sign-in-providers/${one.id}`))}
              >
                Remove
              </button>
            </div>
            <p className="soft small">
              Redirect address to register there: <code>{`${location.origin}/sign-in/${one.id}`}</code>
              {one.domains.length === 0 ? '' : `; for ${one.domains.join(', ')} only`}
            </p>
          </li>
        ))}
      </ul>
      <Form onSend={add} send="Add a provider">
        <Field label="Name on the sign-in page" name="name" required maxLength={60} />
        <Field label="Issuer" name="issuer" type="url" required placeholder="https://login.example.com" />
        <Field label="Client id" name="clientId" required autoComplete="off" />
        <Field label="Client secret" name="clientSecret" type="password" autoComplete="off" hint="Sealed, and never shown again." />
        <Field label="Mail domains" name="domains" hint="That it may vouch for, such as example.com; all when empty." />
      </Form>
      <SameByApi
        commands={[
          'GET /api/sign-in-providers',
          'POST /api/sign-in-providers {"name": "Keycloak", "issuer": "https://…", "clientId": "…", "clientSecret": "…"}',
          'POST /api/people/invitations {"role": "viewer", "email": "anna@example.com"}',
        ]}
      />
    </section>
  );
}

type Account = { readonly id: string; readonly issuer: string; readonly shown: string; readonly used: number };

/** The accounts elsewhere by which the person who looks may sign in. */
export function OwnAccounts(): ReactNode {
  const providers = useQuery({ queryKey: ['session-providers'], queryFn: signInProviders });
  const list = useQuery({
    queryKey: ['own-accounts'],
    queryFn: () => call<{ accounts: readonly Account[] }>('GET', '/api/session/accounts'),
  });
  const act = useAct();
  const accounts = list.data?.accounts ?? [];
  if ((providers.data?.providers.length ?? 0) === 0 && accounts.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="accounts">
      <h2 id="accounts">Your accounts elsewhere</h2>
      <Problem error={providers.error ?? list.error ?? act.error} />
      <ul className="stack tight rows">
        {accounts.map((one) => (
          <li key={one.id} className="row spread">
            <span>
              <Foreign text={one.shown} />{' '}
              <span className="soft small">
                {one.issuer}, used: <When at={one.used} />
              </span>
            </span>
            <button
              type="button"
              className="danger"
              disabled={act.running}
              onClick={() => act.run(() => call('DELETE', `/api/session/accounts/${one.id}`))}
            >
              Take away
            </button>
          </li>
        ))}
      </ul>
      <div className="row">
        {(providers.data?.providers ?? []).map((one) => (
          <button key={one.id} type="button" disabled={act.running} onClick={() => act.run(() => goElsewhere(one.id, 'link'))}>
            Add my account at <Foreign text={one.name} />
          </button>
        ))}
      </div>
    </section>
  );
}
