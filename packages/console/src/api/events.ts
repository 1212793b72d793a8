import { call } from './client.ts';

/** A rule that held in a request, at a point of it. */
export type EventRule = {
  readonly id: string;
  readonly action: string;
  readonly point?: string;
  readonly part?: number;
  readonly why?: string;
};

export type EventFinding = {
  readonly rule: string;
  readonly category: string;
  readonly type: string;
  readonly severity: string;
  readonly confidence: number;
  readonly point?: string;
  readonly part: number;
  readonly start: number;
  readonly end: number;
};

export type EventPart = {
  readonly part: number;
  readonly origin: string;
  readonly point: string;
  readonly size: number;
  readonly kind?: string;
  readonly where?: string;
  readonly tool?: string;
  readonly scanned?: boolean;
};

/** A value of a tool call: what sort it is and where it comes from. */
export type EventValue = {
  readonly argument: string;
  readonly kind: string;
  readonly origin: 'user' | 'system' | 'trusted' | 'self' | 'field' | 'made' | 'prose' | 'assistant' | 'unseen';
  readonly message: number;
  readonly tool?: string;
  readonly whole?: boolean;
  readonly bound?: boolean;
  readonly steered?: boolean;
  readonly reasons: readonly string[];
};

export type EventCall = {
  readonly tool: string;
  readonly effect: string;
  readonly part: number;
  readonly flow: 'allow' | 'ask' | 'deny';
  readonly reasons: readonly string[];
  readonly values: readonly EventValue[];
  readonly more?: number;
};

export type EventMessage = { readonly message: number; readonly origin: string; readonly tool?: string; readonly size: number };

/** An event as the API gives it; see `audit/event.ts` for what each field is. */
export type GateEvent = {
  readonly uid: string;
  readonly time: number;
  readonly kind: string;
  readonly phase?: string;
  readonly severity_id: number;
  readonly actor: { readonly principal: string; readonly name?: string; readonly kind?: string; readonly key?: string };
  readonly api?: { readonly operation: string; readonly model?: string; readonly provider?: string; readonly stream?: boolean };
  readonly target?: { readonly kind: string; readonly id: string; readonly name?: string };
  readonly decision?: { readonly action: string; readonly rules: readonly EventRule[]; readonly would: readonly EventRule[] };
  readonly findings?: readonly EventFinding[];
  readonly parts?: readonly EventPart[];
  readonly messages?: readonly EventMessage[];
  readonly calls?: readonly EventCall[];
  /** The run that it belongs to, and the event that brought it about. */
  readonly conversation?: string;
  readonly cause?: string;
  readonly usage?: { readonly input: number; readonly output: number };
  readonly timings?: Readonly<Record<string, number>>;
  readonly masked?: Readonly<Record<string, number>>;
  readonly http?: { readonly status: number };
  readonly status_code?: string;
  readonly message?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
};

export type EventFilters = {
  readonly decision?: string | undefined;
  readonly kind?: string | undefined;
  readonly model?: string | undefined;
  readonly principal?: string | undefined;
  /** Id of what the events are about. */
  readonly target?: string | undefined;
  readonly since?: string | undefined;
  /** Made-up events in place of the real ones. */
  readonly source?: 'demo' | undefined;
};

export type EventPage = { readonly events: readonly GateEvent[]; readonly next?: string | null };

export function readEvents(filters: EventFilters, after?: string, limit = 100): Promise<EventPage> {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries(filters)) if (value !== undefined && value !== '') query.set(name, value);
  if (after !== undefined) query.set('after', after);
  return call<EventPage>('GET', `/api/events?${query.toString()}`);
}

/** Whether an event passes the filters, for those that come live. */
export function passes(event: GateEvent, filters: EventFilters): boolean {
  return (
    (filters.decision === undefined || event.decision?.action === filters.decision) &&
    (filters.kind === undefined || event.kind.startsWith(filters.kind)) &&
    (filters.model === undefined || event.api?.model === filters.model) &&
    (filters.principal === undefined || event.actor.principal === filters.principal || event.actor.name === filters.principal) &&
    (filters.target === undefined || event.target?.id === filters.target)
  );
}
