import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

export type Guard = {
  readonly id: string;
  readonly category: string;
  readonly points: Readonly<Record<string, string>>;
  readonly finds: string;
  readonly example: string;
  readonly passes: string;
  readonly measured?: { readonly precision: number; readonly recall: number; readonly on: string };
  readonly stream: string;
  readonly on: boolean;
  /** Findings below it are left out; 0 when all are kept. */
  readonly confidence: number;
  /** What the configuration alone says. */
  readonly configured: { readonly on: boolean; readonly confidence: number };
  /** The newest decision about it; 0 when there is none. */
  readonly version: number;
};

/** What was decided about a detector; null: as configured. */
export type Choice = { readonly on: boolean | null; readonly threshold: number | null };
export type ChoiceVersion = Choice & {
  readonly version: number;
  readonly detector: string;
  readonly author: string;
  readonly created: number;
};

/** What such a decision would have changed in recorded requests. */
export type GuardEffect = {
  readonly requests: number;
  readonly lost: number;
  readonly lostIn: number;
  readonly decided: number;
  readonly rescanned: number;
  readonly gained: number;
  readonly gainedIn: number;
  readonly examples: readonly {
    readonly event: string;
    readonly time: number;
    readonly change: 'lost' | 'gained';
    readonly findings: readonly string[];
  }[];
};

export const guardsQuery = queryOptions({
  queryKey: ['guards'],
  queryFn: () => call<{ guards: readonly Guard[]; history: readonly ChoiceVersion[] }>('GET', '/api/guards'),
});

export function tryChoice(id: string, choice: Choice): Promise<GuardEffect> {
  return call<GuardEffect>('POST', `/api/guards/${id}/try`, choice);
}

/** Refused when somebody decided about the detector after `base`. */
export function decide(id: string, choice: Choice, base: number): Promise<ChoiceVersion> {
  return call<ChoiceVersion>('PUT', `/api/guards/${id}`, { ...choice, base });
}
