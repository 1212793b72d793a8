import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { lookAtLink, useLink as acceptLink, type Link } from '../api/account.ts';
import { Field, Form, Problem, textOf } from '../ui/parts.tsx';
import { RecoveryCode } from './recovery_code.tsx';

/** Where a link leads: the first administrator, another person, or a new password. The token stands in the fragment, which no server log sees. */
export function SetUp(): ReactNode {
  const [token] = useState(() => location.hash.slice(1));
  const link = useQuery({ queryKey: ['link', token], queryFn: () => lookAtLink(token), retry: false, staleTime: Infinity });
  const [started, setStarted] = useState<{ recoveryCode: string; keep: () => void }>();
  const navigate = useNavigate();
  useEffect(() => {
    document.title = 'Welcome · Sallyport';
    // Out of the address bar and the history, where somebody might read it.
    history.replaceState(history.state, '', location.pathname);
  }, []);
  const kept = (): void => {
    started?.keep();
    void navigate({ to: '/' });
  };
  return (
    <main className="narrow stack">
      <div className="brand">
        <img src="/icon.svg" alt="" width="26" height="26" />
        Sallyport
      </div>
      <div className="card stack">
        {started === undefined ? null : <RecoveryCode code={started.recoveryCode} onKept={kept} />}
        {started === undefined && link.data !== undefined ? <Accept link={link.data} token={token} onStarted={setStarted} /> : null}
        {started === undefined && link.error !== null ? (
          <>
            <h1>This link leads nowhere</h1>
            <Problem error={link.error} />
            <a href="/">To the sign-in</a>
          </>
        ) : null}
      </div>
    </main>
  );
}

type AcceptProps = {
  readonly link: Link;
  readonly token: string;
  readonly onStarted: (started: { recoveryCode: string; keep: () => void }) => void;
};

function Accept({ link, token, onStarted }: AcceptProps): ReactNode {
  const send = async (data: FormData): Promise<void> => {
    onStarted(await acceptLink(token, link.name === null ? textOf(data, 'name') : undefined, textOf(data, 'password')));
  };
  return (
    <>
      <h1>{link.purpose === 'setup' ? 'Set up Sallyport' : link.purpose === 'invite' ? 'Join Sallyport' : 'Set a new password'}</h1>
      <p className="soft">{says(link)}</p>
      <Form onSend={send} send={link.purpose === 'reset' ? 'Set the password' : 'Create the account'}>
        {link.name === null ? <Field label="Name" name="name" autoComplete="username" required autoFocus maxLength={60} /> : null}
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          minLength={12}
          hint="12 characters at least; a few words do."
        />
      </Form>
    </>
  );
}

function says(link: Link): string {
  if (link.purpose === 'setup') return 'You become the first administrator of this installation. Everything stays on this machine.';
  if (link.purpose === 'invite') return `You join with the role ${link.role}.`;
  return `For ${link.name ?? ''}. Your sessions end when it is set.`;
}
