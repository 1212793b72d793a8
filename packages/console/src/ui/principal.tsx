import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { principalsQuery, type Source } from '../api/tools.ts';
import { Foreign } from './parts.tsx';

/** Who acted, by name where it is one that may use tools, else by id. */
export function Principal({ id, source }: { readonly id: string; readonly source: Source }): ReactNode {
  const principals = useQuery({ ...principalsQuery(source), staleTime: 60_000, retry: false });
  const name = principals.data?.principals.find((one) => one.id === id)?.name;
  return name === undefined ? (
    <span className="mono small">
      <Foreign text={id} most={60} />
    </span>
  ) : (
    <span title={id}>
      <Foreign text={name} most={60} />
    </span>
  );
}
