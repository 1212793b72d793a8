import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import type { Approval } from '../api/approvals.ts';
import { call } from '../api/client.ts';
import { bearerToken, onBearer } from '../api/session.ts';
import { AskForPassword } from '../app/ask.tsx';
import { Problem } from '../ui/parts.tsx';
import { ApprovalCard } from './approval_card.tsx';
import { SignIn } from './sign_in.tsx';

/**
 * Where a link from a mail or a chat leads: one held action, on a phone. Programs that open links before their reader does see a sign-in; only a
 * person who is signed in and sends an answer uses the link up.
 */
export function Approve(): ReactNode {
  const bearer = useSyncExternalStore(onBearer, bearerToken);
  const token = useParams({ strict: false, select: (params): string => String(Reflect.get(params, 'token') ?? '') });
  if (bearer === null) return <SignIn />;
  return (
    <>
      <Linked token={token} />
      <AskForPassword />
    </>
  );
}

function Linked({ token }: { readonly token: string }): ReactNode {
  const queries = useQueryClient();
  const [answered, setAnswered] = useState<Approval>();
  // For the name in the question for the password.
  useQuery(accountQuery);
  const link = useQuery({
    queryKey: ['approval-link', token],
    queryFn: () => call<Approval>('POST', '/api/approval-links/look', { token }),
    retry: false,
    enabled: answered === undefined,
  });
  useEffect(() => {
    document.title = 'Approve · Sallyport';
  }, []);
  const approval = answered ?? link.data;
  return (
    <main className="narrow stack" aria-busy={approval === undefined && link.error === null}>
      <div className="brand">
        <img src="/icon.svg" alt="" width="26" height="26" />
        Sallyport
      </div>
      <h1>{answered === undefined ? 'An action waits for you' : 'Thank you'}</h1>
      {answered === undefined ? <Problem error={link.error} /> : <p>Your answer is kept. You may close this page.</p>}
      {approval === undefined ? null : (
        <ApprovalCard
          approval={approval}
          onAnswer={async (answer) => {
            setAnswered(await call<Approval>('POST', '/api/approval-links/answer', { token, ...answer }));
            await queries.invalidateQueries({ queryKey: ['approvals'] });
          }}
        />
      )}
      <a href="/approvals">To the inbox</a>
    </main>
  );
}
