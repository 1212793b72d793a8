import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { demoQuery } from '../api/demo.ts';
import type { Source } from '../api/tools.ts';
import { Badge } from '../ui/parts.tsx';

type Place = '/tools' | '/tools/quarantine' | '/tools/reach' | '/runs';

/** Whether the page shows what is made up; it stands in the address. */
export function useSource(): Source {
  const { source }: { source?: string } = useSearch({ strict: false });
  return source === 'demo' ? 'demo' : undefined;
}

/** What is made up says so, and leads to what is real. */
export function MadeUp({ source, to }: { readonly source: Source; readonly to: Place }): ReactNode {
  const demo = useQuery(demoQuery);
  if (source === undefined) return null;
  return (
    <p className="notice">
      <Badge tone="mask">demo</Badge>{' '}
      {demo.data?.since === null ? 'There is no demo data.' : `None of this happened: ${demo.data?.company ?? ''} is made up.`}{' '}
      <Link to={to} search={{}}>
        What is real
      </Link>
    </p>
  );
}

/** Where an empty page can be looked at filled. */
export function LookAround({ to }: { readonly to: Place }): ReactNode {
  const demo = useQuery(demoQuery);
  if (demo.data === undefined) return null;
  return demo.data.since === null ? (
    <Link to="/">Show demo data on the first page</Link>
  ) : (
    <Link to={to} search={{ source: 'demo' }}>
      Look at those of {demo.data.company}
    </Link>
  );
}

/** The search of links between pages of one source. */
export const of = (source: Source): { source?: 'demo' } => (source === undefined ? {} : { source });
