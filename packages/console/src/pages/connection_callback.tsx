import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { call } from '../api/client.ts';
import { bearerToken, onBearer } from '../api/session.ts';
import { Foreign, Problem } from '../ui/parts.tsx';
import { SignIn } from './sign_in.tsx';

/** Where a third-party service sends people back after their consent. What it brought counts in the session of who started it, once. */
export function ConnectionCallback(): ReactNode {
  const bearer = useSyncExternalStore(onBearer, bearerToken);
  const [returned] = useState(() => {
    const given = new URLSearchParams(location.search);
    const named = ['state', 'code', 'error', 'iss'].flatMap((name) => {
      const value = given.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    return Object.fromEntries(named) as Readonly<Record<string, string>>;
  });
  useEffect(() => {
    document.title = 'Connect · Sallyport';
    // The code is worth something until it is used: out of the address bar and the history.
    history.replaceState(history.state, '', location.pathname);
  }, []);
  return bearer === null ? <SignIn /> : <Finish returned={returned} />;
}

function Finish({ returned }: { readonly returned: Readonly<Record<string, string>> }): ReactNode {
  const done = useQuery({
    queryKey: ['connection-consent', returned['state']],
    queryFn: () => call<{ connection: string; missing: readonly string[] }>('POST', '/api/connection-consents', returned),
    retry: false,
    staleTime: Infinity,
  });
  return (
    <main className="narrow stack" aria-busy={done.isPending}>
      <h1>{done.error !== null ? 'Not connected' : done.data === undefined ? 'One moment' : 'Connected'}</h1>
      <Problem error={done.error} />
      {done.data === undefined ? null : (
        <p>
          <Foreign text={done.data.connection} /> is connected. Now say which agents may use it.
          {done.data.missing.length === 0 ? null : (
            <>
              {' '}
              The service has not given <Foreign text={done.data.missing.join(', ')} />.
            </>
          )}
        </p>
      )}
      <a href="/connections">To your connections</a>
    </main>
  );
}
