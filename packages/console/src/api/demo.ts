import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

export type DemoDay = { readonly start: number; readonly allowed: number; readonly would: number; readonly refused: number };
/** `since`: when it was loaded, null while there is none. */
export type Demo = {
  readonly company: string;
  readonly since: number | null;
  readonly requests: number;
  readonly days: readonly DemoDay[];
};

export const demoQuery = queryOptions({ queryKey: ['demo'], queryFn: () => call<Demo>('GET', '/api/demo'), staleTime: 60_000 });

/** Whether an event is made up; its id says so. */
export function isDemo(uid: string): boolean {
  return uid.startsWith('demo_');
}
