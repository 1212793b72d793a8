import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { comeBack } from '../api/providers.ts';
import { Problem } from '../ui/parts.tsx';

/** Where a sign-in provider sends people back. What it brought counts once, in the browser that began. */
export function ProviderCallback(): ReactNode {
  const { provider } = useParams({ strict: false });
  const [returned] = useState(() => {
    const given = new URLSearchParams(location.search);
    return Object.fromEntries(
      ['state', 'code', 'error', 'iss'].flatMap((name) => {
        const value = given.get(name);
        return value === null ? [] : [[name, value] as const];
      }),
    );
  });
  useEffect(() => {
    document.title = 'Sign in · Sallyport';
    // The code is worth something until it is used: out of the address bar and the history.
    history.replaceState(history.state, '', location.pathname);
  }, []);
  const done = useQuery({
    queryKey: ['come-back', returned['state']],
    queryFn: async () => {
      const { purpose, back } = await comeBack(provider ?? '', returned);
      // A page of our own, whatever was kept.
      if (purpose !== 'prove') location.replace(new URL(back, location.origin).origin === location.origin ? back : '/');
      return purpose;
    },
    retry: false,
    staleTime: Infinity,
  });
  return (
    <main className="narrow stack" aria-busy={done.isPending}>
      <h1>{done.error !== null ? 'Not signed in' : done.data === 'prove' ? 'Proved' : 'One moment'}</h1>
      <Problem error={done.error} />
      {done.data === 'prove' ? <p>Go on in the other tab; this one can be closed.</p> : null}
      {done.error === null ? null : <a href="/">To the console</a>}
    </main>
  );
}
