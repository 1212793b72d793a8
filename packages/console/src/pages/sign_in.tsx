import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { useAct } from '../api/act.ts';
import { recover, signIn, signInByPasskey } from '../api/account.ts';
import { goElsewhere, signInProviders } from '../api/providers.ts';
import { CodeField, Field, Foreign, Form, Problem, textOf, withCode } from '../ui/parts.tsx';
import { RecoveryCode } from './recovery_code.tsx';

/** For whoever is not signed in. */
export function SignIn(): ReactNode {
  const [lost, setLost] = useState(false);
  useEffect(() => {
    document.title = 'Sign in · Sallyport';
  }, []);
  return (
    <main className="narrow stack">
      <div className="brand">
        <img src="/icon.svg" alt="" width="26" height="26" />
        Sallyport
      </div>
      <div className="card stack">{lost ? <Recover onBack={() => setLost(false)} /> : <Enter onLost={() => setLost(true)} />}</div>
      <p className="small soft">
        Nobody has signed in here yet? The link for the first administrator was printed when the gate started;{' '}
        <code>sallyport admin reset</code> on its machine prints another.
      </p>
    </main>
  );
}

/** Accounts at other OpenID providers. */
function Elsewhere(): ReactNode {
  const list = useQuery({ queryKey: ['session-providers'], queryFn: signInProviders, retry: false });
  const act = useAct();
  if ((list.data?.providers.length ?? 0) === 0) return null;
  return (
    <div className="stack tight">
      <Problem error={act.error} />
      <div className="row">
        {(list.data?.providers ?? []).map((one) => (
          <button key={one.id} type="button" disabled={act.running} onClick={() => act.run(() => goElsewhere(one.id, 'sign-in'))}>
            Sign in with <Foreign text={one.name} />
          </button>
        ))}
      </div>
    </div>
  );
}

function Enter({ onLost }: { readonly onLost: () => void }): ReactNode {
  const queries = useQueryClient();
  const [code, setCode] = useState(false);
  const act = useAct();
  const send = async (data: FormData): Promise<void> => {
    queries.clear();
    await withCode(
      () => signIn(textOf(data, 'name'), textOf(data, 'password'), textOf(data, 'code')),
      () => setCode(true),
    );
  };
  return (
    <>
      <h1>Sign in</h1>
      <Form
        onSend={send}
        send="Sign in"
        more={
          <>
            <button type="button" disabled={act.running} onClick={() => act.run(signInByPasskey)}>
              Use a passkey
            </button>
            <button type="button" className="plain" onClick={onLost}>
              Use the recovery code
            </button>
          </>
        }
      >
        <Problem error={act.error} />
        <Field label="Name" name="name" autoComplete="username" required autoFocus />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
        {code ? <CodeField /> : null}
      </Form>
      <Elsewhere />
    </>
  );
}

function Recover({ onBack }: { readonly onBack: () => void }): ReactNode {
  const [started, setStarted] = useState<{ recoveryCode: string; keep: () => void }>();
  if (started !== undefined) return <RecoveryCode code={started.recoveryCode} onKept={started.keep} />;
  const send = async (data: FormData): Promise<void> => {
    setStarted(await recover(textOf(data, 'name'), textOf(data, 'code'), textOf(data, 'password')));
  };
  return (
    <>
      <h1>Back in by the recovery code</h1>
      <p className="soft">It sets a new password, ends your other sessions, and is replaced by a new code.</p>
      <Form
        onSend={send}
        send="Set the password"
        more={
          <button type="button" className="plain" onClick={onBack}>
            Back
          </button>
        }
      >
        <Field label="Name" name="name" autoComplete="username" required />
        <Field label="Recovery code" name="code" autoComplete="off" spellCheck={false} required />
        <Field
          label="New password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={12}
          required
          hint="12 characters at least; a few words do."
        />
      </Form>
    </>
  );
}
