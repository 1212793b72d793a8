import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call, type Json } from '../api/client.ts';
import { Field, Foreign, Form, Problem, textOf } from '../ui/parts.tsx';

/** What an application, a device or an agent asks the person for. */
export type Asked = {
  readonly client: { readonly id: string; readonly name: string; readonly uri: string | null; readonly known: boolean };
  readonly scopes: readonly string[];
  readonly beyond: readonly string[];
  readonly resource: string | null;
  readonly details: readonly { readonly [name: string]: Json }[];
  readonly offline: boolean;
  readonly redirect: string | null;
  readonly message: string | null;
  readonly device: string | null;
};

/** What each scope lets its holder do, in words. */
const SCOPES: Readonly<Record<string, string>> = {
  openid: 'know who you are',
  profile: 'know your name and organisation',
  offline_access: 'stay connected after you sign out',
  models: 'use models as you',
  tools: 'use tools as you',
  inspect: 'have texts checked',
  'events:read': 'read the event log',
  'fga:read': 'read who may read what',
  'fga:write': 'change who may read what',
};

/** An application asks, in the browser in which the person came from it. */
export function Allow(): ReactNode {
  const path = `/api/authorization/asks/${location.pathname.split('/').at(-1) ?? ''}`;
  const asked = useQuery({ queryKey: ['ask', path], queryFn: () => call<Asked>('GET', path), retry: false, refetchOnWindowFocus: false });
  const answer = async (allow: boolean): Promise<void> => {
    location.assign((await call<{ location: string }>('POST', path, { allow })).location);
  };
  return (
    <div className="stack">
      <h1>Allow an application</h1>
      <Problem error={asked.error} />
      {asked.data === undefined ? null : <Question asked={asked.data} onAnswer={answer} />}
    </div>
  );
}

/** A device shows a code; whoever enters it here lets that device in. */
export function Device(): ReactNode {
  const [code, setCode] = useState('');
  const [asked, setAsked] = useState<Asked>();
  const [done, setDone] = useState<string>();
  if (done !== undefined) return <Done>{done}</Done>;
  const look = async (data: FormData): Promise<void> => {
    const typed = textOf(data, 'code');
    setAsked(await call<Asked>('POST', '/api/authorization/devices/look', { code: typed }));
    setCode(typed);
  };
  const answer = async (allow: boolean): Promise<void> => {
    await call('POST', '/api/authorization/devices', { code, allow });
    setDone(allow ? 'The device goes on by itself in a few seconds.' : 'The device was refused.');
  };
  return (
    <div className="stack">
      <h1>Connect a device</h1>
      {asked === undefined ? (
        <Form onSend={look} send="Go on">
          <Field
            label="Code"
            name="code"
            required
            maxLength={20}
            autoComplete="off"
            spellCheck={false}
            defaultValue={new URLSearchParams(location.search).get('code') ?? ''}
            hint="As the device shows it. Enter only a code that you asked for yourself, just now."
          />
        </Form>
      ) : (
        <Question asked={asked} onAnswer={answer} />
      )}
    </div>
  );
}

function Done({ children }: { readonly children: string }): ReactNode {
  return (
    <div className="stack">
      <h1>Done</h1>
      <p role="status">{children}</p>
    </div>
  );
}

/** Who asks for what, and the two answers. All names are the asker's own words. */
export function Question({ asked, onAnswer }: { readonly asked: Asked; readonly onAnswer: (allow: boolean) => Promise<void> }): ReactNode {
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const answer = (allow: boolean): void => {
    setRunning(true);
    setError(null);
    onAnswer(allow)
      .catch(setError)
      .finally(() => setRunning(false));
  };
  const given = asked.scopes.filter((scope) => !asked.beyond.includes(scope));
  return (
    <section className="card stack" aria-label="What is asked">
      <p>
        <strong>
          <Foreign text={asked.client.name} most={200} />
        </strong>{' '}
        asks to act for you.
      </p>
      {asked.client.known ? null : (
        <p className="notice warn">
          Nobody here has registered it. It calls itself by this name; it is <Foreign text={asked.client.id} most={300} />.
        </p>
      )}
      {asked.device === null ? null : (
        <p>
          It runs at <Foreign text={asked.device} most={300} />. Refuse it if that is not yours.
        </p>
      )}
      {asked.message === null ? null : (
        <p>
          It shows: <Foreign text={asked.message} most={200} />
        </p>
      )}
      <ul>
        {given.map((scope) => (
          <li key={scope}>{SCOPES[scope] ?? <Foreign text={scope} most={100} />}</li>
        ))}
      </ul>
      {asked.details.map((detail, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- they never change their order
        <Call key={at} detail={detail} />
      ))}
      {asked.beyond.length === 0 ? null : (
        <p className="soft small">
          It also asked for what you may not do, and will not get it: <Foreign text={asked.beyond.join(', ')} most={300} />
        </p>
      )}
      <p className="soft small">
        {asked.offline ? 'It stays allowed for 30 days, or until you take it back.' : 'It ends when you sign out.'}{' '}
        {asked.redirect === null ? null : (
          <>
            The answer goes to <Foreign text={asked.redirect} most={300} />.
          </>
        )}
      </p>
      <Problem error={error} />
      <div className="row">
        <button type="button" className="primary" disabled={running} onClick={() => answer(true)}>
          Allow
        </button>
        <button type="button" disabled={running} onClick={() => answer(false)}>
          Refuse
        </button>
      </div>
    </section>
  );
}

function Call({ detail }: { readonly detail: { readonly [name: string]: Json } }): ReactNode {
  const text = (name: string): string => (typeof detail[name] === 'string' ? detail[name] : '');
  return (
    <div className="notice">
      <p>
        Call the tool <Foreign text={text('tool')} most={200} /> once, with exactly these arguments
        {text('summary') === '' ? '' : ': '}
        <Foreign text={text('summary')} most={500} />
      </p>
      <p className="mono soft small">{text('args_sha256')}</p>
    </div>
  );
}
