import { useEffect, useState, type ReactNode } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { accountQuery, prove, signIn, type Account } from '../api/account.ts';
import { call, setAsk } from '../api/client.ts';
import { goElsewhere, PROVED, signInProviders } from '../api/providers.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useAct } from '../api/act.ts';
import { CodeField, Field, Foreign, Form, Problem, textOf, withCode } from '../ui/parts.tsx';

type Question = { readonly what: 'sign-in' | 'proof'; readonly answer: (done: boolean) => void };

/**
 * Asks for the password in the middle of what somebody does: the session has ended, or the act needs a fresh proof. The page stays, and so
 * does what was typed into it. Only the same person goes on in it: for another the page is loaded anew.
 */
export function AskForPassword(): ReactNode {
  const [question, setQuestion] = useState<Question>();
  const [code, setCode] = useState(false);
  const queries = useQueryClient();
  useEffect(() => {
    setAsk((what) => new Promise((answer) => setQuestion({ what, answer })));
  }, []);
  if (question === undefined) return null;
  const name = queries.getQueryData<Account>(accountQuery.queryKey)?.session?.name ?? '';
  const close = (done: boolean): void => {
    setQuestion(undefined);
    setCode(false);
    question.answer(done);
  };
  const send = async (data: FormData): Promise<void> => {
    const password = textOf(data, 'password');
    const again = (): Promise<void> =>
      question.what === 'proof' ? prove(password, textOf(data, 'code')) : signIn(textOf(data, 'name'), password, textOf(data, 'code'));
    if (!(await withCode(again, () => setCode(true)))) return;
    if (question.what === 'sign-in' && textOf(data, 'name') !== name) location.reload();
    close(true);
  };
  const proof = question.what === 'proof';
  return (
    <Dialog title={proof ? 'Your password once more' : 'Your session has ended'} onClose={() => close(false)}>
      <p className="soft">
        {proof ? 'This act needs it. It then counts for ten minutes.' : 'Sign in to go on where you are; nothing that you typed is lost.'}
      </p>
      <Form
        onSend={send}
        send={proof ? 'Go on' : 'Sign in'}
        more={
          <button type="button" onClick={() => close(false)}>
            Not now
          </button>
        }
      >
        {proof ? null : <Field label="Name" name="name" autoComplete="username" defaultValue={name} required />}
        <Field label="Password" name="password" type="password" autoComplete="current-password" required autoFocus />
        {code ? <CodeField /> : null}
      </Form>
      {proof ? <ProveElsewhere onProved={() => close(true)} /> : null}
    </Dialog>
  );
}

/** For who has an account at a provider, and perhaps no password: proved there in another tab, so that this page stays as it is. */
function ProveElsewhere({ onProved }: { readonly onProved: () => void }): ReactNode {
  const providers = useQuery({ queryKey: ['session-providers'], queryFn: signInProviders });
  const mine = useQuery({
    queryKey: ['own-accounts'],
    queryFn: () => call<{ accounts: readonly { readonly issuer: string }[] }>('GET', '/api/session/accounts'),
  });
  const act = useAct();
  useEffect(() => {
    const heard = (event: StorageEvent): void => {
      if (event.key === PROVED) onProved();
    };
    addEventListener('storage', heard);
    return () => removeEventListener('storage', heard);
  }, [onProved]);
  if ((mine.data?.accounts.length ?? 0) === 0) return null;
  return (
    <div className="stack tight">
      <Problem error={act.error} />
      <div className="row">
        {(providers.data?.providers ?? []).map((one) => (
          <button key={one.id} type="button" disabled={act.running} onClick={() => act.run(() => goElsewhere(one.id, 'prove'))}>
            Prove it at <Foreign text={one.name} />
          </button>
        ))}
      </div>
    </div>
  );
}
