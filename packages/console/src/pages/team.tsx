import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { call } from '../api/client.ts';
import { useAct } from '../api/act.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Badge, Choice, CodeField, Copy, Field, Foreign, Form, PageHead, Problem, SameByApi, textOf, When } from '../ui/parts.tsx';
import { Table } from '../ui/table.tsx';
import { drawable } from '../ui/text.ts';
import { Roles } from './team_roles.tsx';
import { OwnAccounts, SignInProviders } from './team_providers.tsx';

type Person = { readonly id: string; readonly name: string; readonly role: string; readonly created: number; readonly seen: number | null };
type Team = { readonly people: readonly Person[]; readonly roles: Readonly<Record<string, readonly string[]>> };
type Session = {
  readonly id: string;
  readonly person: string;
  readonly name: string;
  readonly seen: number;
  readonly agent: string;
  readonly address: string;
  readonly device: string;
  readonly place: string;
  readonly risk: 'low' | 'medium' | 'high';
  readonly signals: readonly string[];
};

const TONES = { low: 'fine', medium: 'warn', high: 'deny' } as const;

const teamQuery = queryOptions({ queryKey: ['people'], queryFn: () => call<Team>('GET', '/api/people') });
const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: () => call<{ sessions: readonly Session[] }>('GET', '/api/sessions'),
  refetchInterval: 10_000,
});

/** Who may sign in, with which role, and where they are signed in now. */
export function Team(): ReactNode {
  const team = useQuery(teamQuery);
  const account = useQuery(accountQuery);
  const [link, setLink] = useState<string>();
  const may = account.data?.permissions.includes('people:write') ?? false;
  return (
    <div className="stack">
      <PageHead title="Team">Who may sign in here, and what they may do.</PageHead>
      <Problem error={team.error} />
      {team.data === undefined ? null : <People team={team.data} may={may} self={account.data?.principal ?? ''} onLink={setLink} />}
      {may && team.data !== undefined ? <Invite roles={team.data.roles} onLink={setLink} /> : null}
      <Roles may={may} own={account.data?.permissions ?? []} />
      <SecondFactor />
      <Passkeys />
      <OwnAccounts />
      {may ? <SignInProviders /> : null}
      <Sessions may={may} own={account.data?.session?.id ?? ''} />
      {link === undefined ? null : <LinkDialog link={link} onClose={() => setLink(undefined)} />}
      <SameByApi
        commands={[
          'sallyport admin list',
          'sallyport admin reset --name NAME',
          'GET /api/people',
          'POST /api/people/invitations {"role": "viewer"}',
          'DELETE /api/sessions/ID',
        ]}
      />
    </div>
  );
}

type PeopleProps = { readonly team: Team; readonly may: boolean; readonly self: string; readonly onLink: (link: string) => void };

function People({ team, may, self, onLink }: PeopleProps): ReactNode {
  const act = useAct();
  const reset = (person: Person): void =>
    act.run(async () => {
      const { token } = await call<{ token: string }>('POST', `/api/people/${person.id}/reset`);
      onLink(linkOf(token));
    });
  return (
    <section className="stack tight" aria-labelledby="people">
      <h2 id="people">People</h2>
      <Problem error={act.error} />
      <Table
        label="People"
        rows={team.people}
        id={(person) => person.id}
        columns={[
          {
            title: 'Name',
            cell: (person) => (
              <>
                <Foreign text={person.name} /> {person.id === self ? <Badge>you</Badge> : null}
              </>
            ),
          },
          { title: 'Role', cell: (person) => <Role person={person} roles={Object.keys(team.roles)} may={may && person.id !== self} /> },
          { title: 'Last seen', cell: (person) => (person.seen === null ? 'never' : <When at={person.seen} />) },
          {
            title: 'Actions',
            quiet: true,
            cell: (person) =>
              may ? (
                <div className="row">
                  <button type="button" disabled={act.running} onClick={() => reset(person)}>
                    New password
                  </button>
                  {person.id === self ? null : (
                    <button
                      type="button"
                      className="danger"
                      disabled={act.running}
                      onClick={() => act.run(() => call('DELETE', `/api/people/${person.id}`))}
                    >
                      Remove
                    </button>
                  )}
                </div>
              ) : null,
          },
        ]}
      />
    </section>
  );
}

function Role({ person, roles, may }: { readonly person: Person; readonly roles: readonly string[]; readonly may: boolean }): ReactNode {
  const act = useAct();
  if (!may) return person.role;
  return (
    <>
      <select
        aria-label={`Role of ${person.name}`}
        value={person.role}
        disabled={act.running}
        onChange={(event) => act.run(() => call('PUT', `/api/people/${person.id}/role`, { role: event.target.value }))}
      >
        {roles.map((role) => (
          <option key={role}>{role}</option>
        ))}
      </select>
      <Problem error={act.error} />
    </>
  );
}

function Invite({ roles, onLink }: { readonly roles: Team['roles']; readonly onLink: (link: string) => void }): ReactNode {
  const send = async (data: FormData): Promise<void> => {
    const email = textOf(data, 'email').trim();
    const what = { role: textOf(data, 'role'), ...(email === '' ? {} : { email }) };
    const { token } = await call<{ token: string }>('POST', '/api/people/invitations', what);
    onLink(linkOf(token));
  };
  return (
    <section className="card stack" aria-labelledby="invite">
      <h2 id="invite">Add a person</h2>
      <Form onSend={send} send="Make a link">
        <Choice label="Role" name="role" defaultValue="viewer">
          {Object.entries(roles).map(([role, permissions]) => (
            <option key={role} value={role}>
              {role}: {permissions.length} permissions
            </option>
          ))}
        </Choice>
        <Field
          label="Mail address"
          name="email"
          type="email"
          autoComplete="off"
          hint="Not needed: whoever proves it at a sign-in provider needs no link."
        />
      </Form>
    </section>
  );
}

function Sessions({ may, own }: { readonly may: boolean; readonly own: string }): ReactNode {
  const sessions = useQuery(sessionsQuery);
  const act = useAct();
  return (
    <section className="stack tight" aria-labelledby="sessions">
      <h2 id="sessions">Signed in now</h2>
      <Problem error={sessions.error ?? act.error} />
      <Table
        label="Sessions"
        rows={sessions.data?.sessions ?? []}
        id={(one) => one.id}
        columns={[
          {
            title: 'Person',
            cell: (one) => (
              <>
                <Foreign text={one.name} /> {one.id === own ? <Badge>this one</Badge> : null}
              </>
            ),
          },
          {
            title: 'Device',
            cell: (one) => (
              <span title={drawable(one.agent)}>
                <Foreign text={one.device} />
              </span>
            ),
          },
          {
            title: 'Place',
            cell: (one) => (
              <span title={drawable(one.address)}>
                <Foreign text={one.place} />
              </span>
            ),
          },
          {
            title: 'Risk',
            cell: (one) => (
              <>
                <Badge tone={TONES[one.risk]}>{one.risk}</Badge>
                {one.signals.map((signal) => (
                  <div key={signal} className="soft small">
                    {signal}
                  </div>
                ))}
              </>
            ),
          },
          { title: 'Last used', cell: (one) => <When at={one.seen} /> },
          {
            title: 'Actions',
            quiet: true,
            cell: (one) =>
              may && one.id !== own ? (
                <button
                  type="button"
                  className="danger"
                  disabled={act.running}
                  onClick={() => act.run(() => call('DELETE', `/api/sessions/${one.id}`))}
                >
                  End
                </button>
              ) : null,
          },
        ]}
      />
    </section>
  );
}

type Passkey = { readonly id: string; readonly name: string; readonly created: number; readonly used: number | null };

/** Keys in this device or a phone, in place of the password. */
function Passkeys(): ReactNode {
  const list = useQuery({ queryKey: ['passkeys'], queryFn: () => call<{ passkeys: readonly Passkey[] }>('GET', '/api/session/passkeys') });
  const act = useAct();
  const passkeys = list.data?.passkeys ?? [];
  const add = async (data: FormData): Promise<void> => {
    const options = await call<PublicKeyCredentialCreationOptionsJSON>('POST', '/api/session/passkeys/begin');
    const credential = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
    if (!(credential instanceof PublicKeyCredential)) throw new Error('The browser made no passkey.');
    await call('POST', '/api/session/passkeys', { name: textOf(data, 'name'), response: credential.toJSON() as unknown });
    act.run(async () => undefined);
  };
  return (
    <section className="card stack" aria-labelledby="passkeys">
      <h2 id="passkeys">Your passkeys</h2>
      <Problem error={list.error ?? act.error} />
      {passkeys.length === 0 ? (
        <p className="soft">None yet. A passkey signs you in without the password.</p>
      ) : (
        <ul className="stack tight rows">
          {passkeys.map((passkey) => (
            <li key={passkey.id} className="row spread">
              <span>
                <Foreign text={passkey.name} />{' '}
                <span className="soft small">used: {passkey.used === null ? 'never' : <When at={passkey.used} />}</span>
              </span>
              <button
                type="button"
                className="danger"
                disabled={act.running}
                onClick={() => act.run(() => call('DELETE', `/api/session/passkeys/${passkey.id}`))}
              >
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
      <Form onSend={add} send="Add a passkey">
        <Field label="Name of the passkey" name="name" required maxLength={60} hint="Such as the device that it is in." />
      </Form>
    </section>
  );
}

/** A code of an app beside one's own password. */
function SecondFactor(): ReactNode {
  const factor = useQuery({ queryKey: ['factor'], queryFn: () => call<{ totp: boolean }>('GET', '/api/session/factor') });
  const [begun, setBegun] = useState<{ readonly secret: string; readonly uri: string }>();
  const act = useAct();
  const begin = (): void => act.run(async () => setBegun(await call<{ secret: string; uri: string }>('POST', '/api/session/factor')));
  const confirm = async (data: FormData): Promise<void> => {
    await call('PUT', '/api/session/factor', { code: textOf(data, 'code') });
    setBegun(undefined);
    act.run(async () => undefined);
  };
  return (
    <section className="card stack" aria-labelledby="factor">
      <h2 id="factor">Your second factor</h2>
      <Problem error={factor.error ?? act.error} />
      {factor.data?.totp === true ? (
        <div className="row spread">
          <p>The code of your app is asked for whenever your password is.</p>
          <button
            type="button"
            className="danger"
            disabled={act.running}
            onClick={() => act.run(() => call('DELETE', '/api/session/factor'))}
          >
            Remove it
          </button>
        </div>
      ) : begun === undefined ? (
        <div className="row spread">
          <p className="soft">An app for time-based codes, beside your password.</p>
          <button type="button" disabled={act.running} onClick={begin}>
            Set one up
          </button>
        </div>
      ) : (
        <Form onSend={confirm} send="Confirm">
          <p>Enter this secret in your app, then the code that it shows.</p>
          <pre tabIndex={0} aria-label="Secret">
            {begun.secret}
          </pre>
          <Copy text={begun.uri}>Copy as an address</Copy>
          <CodeField />
        </Form>
      )}
    </section>
  );
}

function LinkDialog({ link, onClose }: { readonly link: string; readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title="Hand this link over" onClose={onClose}>
      <p>It works once. Whoever opens it gets in, so send it where only that person reads it.</p>
      <pre tabIndex={0} aria-label="The link">
        {link}
      </pre>
      <div className="row">
        <Copy text={link} />
        <button type="button" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

function linkOf(token: string): string {
  return `${location.origin}/setup#${token}`;
}
