import type { Event } from '../audit/index.ts';

/** What one finished request adds to the metrics. Every label is one of a bounded set, whatever the request says. */
export type Measure = {
  readonly labels: { readonly operation: string; readonly provider: string; readonly decision: string; readonly status: string };
  readonly seconds: number | undefined;
  readonly inspectSeconds: number | undefined;
  readonly tokens: { readonly input: number; readonly output: number };
  /** Number of findings by category. */
  readonly findings: ReadonlyMap<string, number>;
  readonly masked: number;
};

/** Operations of the gateway port. */
const OPERATIONS: ReadonlySet<string> = new Set([
  'chat',
  'responses',
  'messages',
  'count_tokens',
  'completions',
  'embeddings',
  'moderations',
  'inspect',
]);
/** Stands for every value that is not in its set: a label that a caller may choose would be a series for each of his words. */
const OTHER = 'other';

const KINDS: ReadonlySet<string> = new Set(['gateway.request', 'gateway.inspect']);

/** The measure of a finished request of the gateway port; undefined for every other event. `providers` are the configured names. Models are no label: requests name them. */
export function measureOf(event: Event, providers: ReadonlySet<string>): Measure | undefined {
  const { api } = event;
  if (!KINDS.has(event.kind) || api === undefined || event.phase === 'started') return undefined;
  const findings = new Map<string, number>();
  for (const { category } of event.findings ?? []) findings.set(category, (findings.get(category) ?? 0) + 1);
  return {
    labels: {
      operation: OPERATIONS.has(api.operation) ? api.operation : OTHER,
      provider: api.provider === undefined ? 'none' : providers.has(api.provider) ? api.provider : OTHER,
      decision: event.decision?.action ?? 'none',
      status: statusClass(event.http?.status),
    },
    seconds: inSeconds(event.timings?.['total']),
    inspectSeconds: inSeconds(event.timings?.['inspect']),
    tokens: { input: event.usage?.input ?? 0, output: event.usage?.output ?? 0 },
    findings,
    masked: Object.values(event.masked ?? {}).reduce((sum, count) => sum + count, 0),
  };
}

/** `2xx` to `5xx`. */
function statusClass(status: number | undefined): string {
  return status !== undefined && status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : OTHER;
}

function inSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}
