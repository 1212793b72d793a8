import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { recover, signIn } from '../api/account.ts';
import { CodeField, Field, Form, textOf, withCode } from '../ui/parts.tsx';
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

function Enter({ onLost }: { readonly onLost: () => void }): ReactNode {
  const queries = useQueryClient();
  const [code, setCode] = useState(false);
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
          <button type="button" className="plain" onClick={onLost}>
            Use the recovery code
          </button>
        }
      >
        <Field label="Name" name="name" autoComplete="username" required autoFocus />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
        {code ? <CodeField /> : null}
      </Form>
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
